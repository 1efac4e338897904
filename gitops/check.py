"""Proves that Argo CD and Flux would apply the same objects, and that they may apply these and no others.

Renders both entry points of every environment with kustomize, follows their paths, and compares; then what teams may ship by the one and by
the other. Then it breaks copies in several ways, and fails where one of them is not seen.

    scripts/tool yaml-python gitops/check.py
"""

import hashlib
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import yaml

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


# What was built, by folder and by the files it was built of: most copies differ from the repository in few of them.
BUILT = {}


def fingerprint(folder):
    """Tells two folders of the same files from two of others."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return hashlib.sha256(b"\0".join(part for file in files for part in (bytes(file.relative_to(folder)), file.read_bytes()))).digest()


def build(repository, path):
    """What kustomize makes of a folder of the repository: a list of objects."""
    folder = repository / path
    if not folder.is_dir():
        raise SystemExit(f"there is no folder {folder}: an entry point leads there")
    # What a folder is built of is in kustomize/, or in its own part of gitops/.
    name = folder.relative_to(repository)
    files = (name, fingerprint(repository.joinpath(*name.parts[: 2 if name.parts[0] == "gitops" else 1])))
    if files not in BUILT:
        built = subprocess.run([REPOSITORY / "scripts/tool", "kustomize", "build", folder], capture_output=True, text=True)
        if built.returncode:
            raise SystemExit(f"kustomize cannot build {folder}:\n{built.stderr}")
        BUILT[files] = [entry for entry in yaml.load_all(built.stdout, LOADER) if entry]
    return BUILT[files]


def one(objects, kind, name):
    """The object of this kind and name."""
    return next(entry for entry in objects if entry["kind"] == kind and entry["metadata"]["name"] == name)


def group_and_kind(entry):
    group, _, _ = entry["apiVersion"].rpartition("/")
    return group, entry["kind"]


def key(entry):
    """Names an object: two with one key are the same for a cluster."""
    group, kind = group_and_kind(entry)
    metadata = entry["metadata"]
    return f"{kind}{'.' * bool(group)}{group} {metadata.get('namespace', '')}/{metadata['name']}"


def resource(kind):
    """A kind's name in a Role."""
    return re.sub(r"(?<=[^aeiou])ys$", "ies", kind.lower() + "s")


def differences(ours, theirs, path=""):
    """The paths at which two objects differ."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in sorted(ours.keys() | theirs.keys()):
            yield from differences(ours.get(name), theirs.get(name), f"{path}.{name}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, pair in enumerate(zip(ours, theirs)):
            yield from differences(*pair, f"{path}[{index}]")
    elif ours != theirs:
        yield path


def applications(entry_point):
    """The Applications that Argo CD makes of an ApplicationSet with a list of clusters."""

    def filled(template, cluster):
        if isinstance(template, dict):
            return {name: filled(value, cluster) for name, value in template.items()}
        if isinstance(template, list):
            return [filled(value, cluster) for value in template]
        if isinstance(template, str):
            return re.sub(r"{{ *\.(\w+) *}}", lambda field: cluster[field[1]], template)
        return template

    spec = one(entry_point, "ApplicationSet", "argosy")["spec"]
    for generator in spec["generators"]:
        for cluster in generator["list"]["elements"]:
            yield filled(spec["template"], cluster)


def compare(argocd, flux):
    """What only one of the two applies, or both in different ways."""
    by_flux = {}
    for kustomization, objects in flux:
        for entry in objects:
            if key(entry) in by_flux:
                yield f"{key(entry)}: two of Flux's Kustomizations apply it"
            by_flux[key(entry)] = entry
    by_argocd = {key(entry): entry for entry in argocd}
    for name in sorted(by_argocd.keys() | by_flux.keys()):
        if name not in by_flux:
            yield f"{name}: only Argo CD applies it"
        elif name not in by_argocd:
            yield f"{name}: only Flux applies it"
        else:
            for path in differences(by_argocd[name], by_flux[name]):
                yield f"{name}: Argo CD and Flux differ at {path}"


def allowed(project, application, objects):
    """What the project does not allow to an Application."""
    spec = application["spec"]
    project_spec = project["spec"]
    if spec["project"] != project["metadata"]["name"]:
        yield f"the Application is in the project {spec['project']}"
    if spec["source"]["repoURL"] not in project_spec["sourceRepos"]:
        yield f"the project does not allow the source {spec['source']['repoURL']}"
    if spec["destination"] not in project_spec["destinations"]:
        yield f"the project does not allow the destination {spec['destination']}"
    cluster_wide = [(kind["group"], kind["kind"], kind["name"]) for kind in project_spec.get("clusterResourceWhitelist", [])]
    namespaced = [(kind["group"], kind["kind"]) for kind in project_spec["namespaceResourceWhitelist"]]
    for entry in objects:
        if (*group_and_kind(entry), entry["metadata"]["name"]) in cluster_wide:
            continue
        if group_and_kind(entry) not in namespaced:
            yield f"{key(entry)}: the project does not allow this kind"
        elif entry["metadata"].get("namespace") != spec["destination"]["namespace"]:
            yield f"{key(entry)}: it is not in the namespace {spec['destination']['namespace']}"


def too_wide(project, kinds):
    """Kinds that the project allows and no overlay has."""
    for allowed_kind in project["spec"]["namespaceResourceWhitelist"]:
        if (allowed_kind["group"], allowed_kind["kind"]) not in kinds:
            yield f"{allowed_kind['kind']} of '{allowed_kind['group']}': the project allows it, and no overlay has it"


def same_rights(project, role, more_of_flux=frozenset()):
    """Where Flux's account may write other kinds than Argo CD's project allows."""
    argocd = {(kind["group"], resource(kind["kind"])) for kind in project["spec"]["namespaceResourceWhitelist"]}
    flux = {
        (group, name)
        for rule in role["rules"]
        if "patch" in rule["verbs"]
        for group in rule["apiGroups"]
        for name in rule["resources"]
    } - more_of_flux
    for group, name in sorted(argocd - flux):
        yield f"{name} of '{group}': Flux has no right to it, Argo CD has"
    for group, name in sorted(flux - argocd):
        yield f"{name} of '{group}': Flux has a right to it, Argo CD has not"


def teams(argocd, flux):
    """Where a team could reach another's namespace, or ships otherwise by Flux than by Argo CD."""
    for project in (entry for entry in argocd if entry["kind"] == "AppProject"):
        team = project["metadata"]["name"]
        application = one(argocd, "Application", team)
        # What is shipped is the team's, and not here to be seen.
        yield from (f"{team}: {sentence}" for sentence in allowed(project, application, []))
        if {destination["namespace"] for destination in project["spec"]["destinations"]} != {team}:
            yield f"{team}: the project allows other namespaces than the team's"
        of_team = [entry for entry in flux if entry["metadata"].get("namespace") == team]
        yield from (f"{team}: {sentence}" for sentence in same_rights(project, one(of_team, "Role", "reconciler")))
        for entry in of_team:
            if entry["kind"] not in ("HelmRelease", "Kustomization"):
                continue
            source = entry["spec"].get("sourceRef") or entry["spec"]["chartRef"]
            if entry["spec"].get("serviceAccountName") != "reconciler":
                yield f"{key(entry)}: it does not act as the team's account"
            if "namespace" in source or entry["spec"].get("targetNamespace", team) != team:
                yield f"{key(entry)}: it reaches into another namespace"


def gated(application_set, flux):
    """What would let production change or go without a person."""
    if "automated" in application_set["spec"]["template"]["spec"]["syncPolicy"]:
        yield "Argo CD syncs it without a person"
    if not application_set["spec"].get("syncPolicy", {}).get("preserveResourcesOnDeletion"):
        yield "it would be deleted with its ApplicationSet"
    for kustomization, _ in flux:
        if kustomization["spec"].get("deletionPolicy") != "Orphan":
            yield f"it would be deleted with Flux's {kustomization['metadata']['name']}"


def problems(repository):
    """Everything that is wrong in a repository, as sentences."""
    kinds = set()
    flux_root = build(repository, "gitops/flux/root")
    source = one(flux_root, "GitRepository", "argosy")["spec"]
    for environment in sorted(folder.name for folder in (repository / "kustomize/overlays").iterdir()):
        entry_point = build(repository, f"gitops/argocd/{environment}")
        project = one(entry_point, "AppProject", "argosy")
        flux = [
            (kustomization, build(repository, kustomization["spec"]["path"]))
            for kustomization in build(repository, f"gitops/flux/{environment}")
        ]
        found = []
        for application in applications(entry_point):
            objects = build(repository, application["spec"]["source"]["path"])
            kinds |= {group_and_kind(entry) for entry in objects}
            found += allowed(project, application, objects)
            found += compare(objects, flux)
            read = application["spec"]["source"]
            if (source["url"], source["ref"]["name"]) != (read["repoURL"], f"refs/heads/{read['targetRevision']}"):
                found.append("Argo CD and Flux read different repositories or branches")
        for kustomization, _ in flux:
            if kustomization["spec"].get("serviceAccountName") != "argosy-reconciler":
                found.append(f"Flux's {kustomization['metadata']['name']} does not act as argosy-reconciler")
        if environment == "prod":
            found += gated(one(entry_point, "ApplicationSet", "argosy"), flux)
        # gitops/flux/root/role.yaml says why secrets.
        found += same_rights(project, one(flux_root, "Role", "argosy-reconciler"), {("", "secrets")})
        yield from (f"{environment}: {sentence}" for sentence in found)
    yield from too_wide(project, kinds)
    yield from teams(build(repository, "gitops/teams/argocd"), build(repository, "gitops/teams/flux"))


def replace(path, old, new):
    """A way to break a copy: another text in one of its files."""

    def break_copy(copy):
        file = copy / path
        text = file.read_text()
        if old not in text:
            raise SystemExit(f"{path} has no '{old}': gitops/check.py wants to replace it, to see whether that is noticed")
        file.write_text(text.replace(old, new, 1))

    return break_copy


# Each way to break a copy, and what must then be said.
BREAKS = {
    "only Argo CD applies it": replace("gitops/flux/local/paths.yaml", "local/services", "local/backing"),
    "two of Flux's Kustomizations apply it": replace("gitops/flux/dev/paths.yaml", "dev/services", "dev"),
    "only Flux applies it": replace("kustomize/overlays/local/kustomization.yaml", "- services", "# none"),
    "Argo CD and Flux differ at .metadata.annotations.whose": replace(
        "kustomize/overlays/local/kustomization.yaml", "resources:", "commonAnnotations:\n  whose: argocd\nresources:"
    ),
    "the project does not allow this kind": replace("gitops/argocd/base/appproject.yaml", "kind: StatefulSet", "kind: DaemonSet"),
    "the project allows it, and no overlay has it": replace("gitops/argocd/base/appproject.yaml", "kind: StatefulSet", "kind: DaemonSet"),
    "the project does not allow the destination": replace("gitops/argocd/dev/clusters.yaml", "https://kubernetes.default.svc", "https://other"),
    "it is not in the namespace argosy": replace("kustomize/overlays/local/services/kustomization.yaml", "namespace: argosy", "namespace: other"),
    "Flux has no right to it": replace("gitops/flux/root/role.yaml", "statefulsets", "daemonsets"),
    "Flux has a right to it": replace("gitops/flux/root/role.yaml", "[configmaps,", "[configmaps, endpoints,"),
    "read different repositories or branches": replace("gitops/argocd/base/applicationset.yaml", "targetRevision: main", "targetRevision: next"),
    "does not act as argosy-reconciler": replace("gitops/flux/base/services.yaml", "argosy-reconciler", "default"),
    "Argo CD syncs it without a person": replace("gitops/argocd/prod/kustomization.yaml", "components:", "components:\n  - ../automated"),
    "it would be deleted with its ApplicationSet": replace("gitops/argocd/prod/preserve.yaml", "true", "false"),
    "the project allows other namespaces than the team's": replace("gitops/teams/argocd/weather/appproject.yaml", "namespace: weather", "namespace: '*'"),
    "weather: cronjobs of 'batch': Flux has no right": replace("gitops/teams/base/role-reconciler.yaml", "cronjobs, ", ""),
    "it does not act as the team's account": replace("gitops/teams/flux/weather/helmrelease.yaml", "serviceAccountName: reconciler", "suspend: false"),
    "it reaches into another namespace": replace("gitops/teams/flux/fleetops/overlay.yaml", "targetNamespace: fleetops", "targetNamespace: weather"),
    "it would be deleted with Flux's argosy-backing": replace("gitops/flux/prod/preserve.yaml", "Orphan", "Delete"),
}


def unseen():
    """The ways to break a copy that were not noticed."""
    for expected, break_copy in BREAKS.items():
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder)
            for part in ("gitops", "kustomize"):
                shutil.copytree(REPOSITORY / part, copy / part)
            break_copy(copy)
            if not any(expected in sentence for sentence in problems(copy)):
                yield f"the check is blind: a broken copy did not make it say '{expected}'"


def main():
    found = list(problems(REPOSITORY)) or list(unseen())
    for sentence in found:
        print(sentence, file=sys.stderr)
    raise SystemExit(1 if found else 0)


main()
