"""Renders every chart with its defaults and with each of the values in its ci/, and checks what comes out; and sees that what is in
ci/refused/ is refused. ci/open/ has what works, and what Argosy's own environments would not allow. Run by scripts/charts-test.

A scenario says in its first lines what must be in its render, `# has: TEXT`, and what must not, `# lacks: TEXT`; what is to be refused says
which words must be in the error, `# error: TEXT`.
"""

import re
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
CHARTS = ROOT / "charts"
RENDERS = ROOT / "target" / "charts-test"
WORKLOADS = ("Deployment", "StatefulSet", "Job")
problems = []


class Loader(yaml.SafeLoader):
    """YAML in which no key stands twice in one map."""

    def construct_mapping(self, node, deep=False):
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"the key {key} stands twice", node.start_mark)
        return super().construct_mapping(node, deep)


def helm(*arguments):
    result = subprocess.run([ROOT / "scripts" / "tool", "helm", *arguments], capture_output=True, text=True, cwd=ROOT)
    # That the library is a link is said each time.
    result.stderr = "".join(line for line in result.stderr.splitlines(True) if "found symbolic link" not in line)
    return result


def marks(file, mark):
    lines = file.read_text().splitlines() if file else []
    return [line.removeprefix(f"# {mark}: ") for line in lines if line.startswith(f"# {mark}: ")]


def pod_of(item):
    """The metadata and the specification of an object's pods; nothing where it has none."""
    if item["kind"] == "Pod":
        return item["metadata"], item["spec"]
    if item["kind"] in WORKLOADS:
        return item["spec"]["template"]["metadata"], item["spec"]["template"]["spec"]
    return None


def selects(selector, labels):
    return all(labels.get(key) == value for key, value in selector.items())


def check_scenario(chart, file):
    where = f"charts/{chart}" + (f" with {file.relative_to(ROOT)}" if file else " with its defaults")
    values = ["--values", file] if file else []
    lint = helm("lint", "--strict", CHARTS / chart, *values)
    if lint.returncode:
        problems.append(f"{where}: helm lint: {lint.stdout}{lint.stderr}")
    render = helm("template", chart, CHARTS / chart, "--namespace", "argosy", *values)
    if render.returncode:
        problems.append(f"{where}: {render.stderr}")
        return
    name = f"{chart}-{file.stem if file else 'defaults'}.yaml"
    (RENDERS / name).write_text(render.stdout)
    problems.extend(f"{where}: the render lacks {text!r}" for text in marks(file, "has") if text not in render.stdout)
    problems.extend(f"{where}: {text!r} is in the render" for text in marks(file, "lacks") if text in render.stdout)
    try:
        items = [item for item in yaml.load_all(render.stdout, Loader) if item]
    except yaml.YAMLError as error:
        problems.append(f"{where}: {error}")
        return
    for item in items:
        what = f"{where}: {item['kind']} {item['metadata']['name']}"
        problems.extend(f"{what}: {problem}" for problem in check_item(item, items))


def check_item(item, items):
    """What is wrong with an object among those that come with it."""
    twins = [other for other in items if (other["kind"], other["metadata"]["name"]) == (item["kind"], item["metadata"]["name"])]
    if len(twins) > 1:
        yield "stands twice"
    kind, spec = item["kind"], item.get("spec", {})
    pods = [(other["kind"], *pod_of(other)) for other in items if pod_of(other)]
    services = [(metadata["labels"], pod) for kind_of, metadata, pod in pods if kind_of in ("Deployment", "StatefulSet")]
    others = [metadata["labels"] for kind_of, metadata, _ in pods if kind_of in ("Job", "Pod")]
    if kind in ("Service", "Deployment", "StatefulSet", "PodDisruptionBudget"):
        selector = spec["selector"] if kind == "Service" else spec["selector"]["matchLabels"]
        if not all(selects(selector, labels) for labels, _ in services):
            yield "does not select the service's pods"
        if any(selects(selector, labels) for labels in others):
            yield "selects pods of a job or a test"
    if kind == "Service":
        for port in spec["ports"]:
            named = {port["name"] for _, pod in services for container in pod["containers"] for port in container["ports"]}
            if port["targetPort"] not in named:
                yield f"no container has the port {port['targetPort']}"
    if kind == "HorizontalPodAutoscaler":
        target = (spec["scaleTargetRef"]["kind"], spec["scaleTargetRef"]["name"])
        found = [other for other in items if (other["kind"], other["metadata"]["name"]) == target]
        if not found or "replicas" in found[0]["spec"]:
            yield f"{target} is not there, or says itself how many replicas it has"
    if pod_of(item):
        yield from check_pod(item, *pod_of(item))
        policies = [other["spec"]["podSelector"]["matchLabels"] for other in items if other["kind"] == "NetworkPolicy"]
        if policies and not any(selects(policy, pod_of(item)[0]["labels"]) for policy in policies):
            yield "no network policy holds for its pods"


def check_pod(item, _metadata, spec):
    volumes = {volume["name"] for volume in spec["volumes"]}
    containers = [*spec.get("initContainers", []), *spec["containers"]]
    mounted = {mount["name"] for container in containers for mount in container["volumeMounts"]}
    if volumes != mounted:
        yield f"volumes and mounts differ: {volumes ^ mounted}"
    for container in containers:
        names = [variable["name"] for variable in container["env"]]
        if len(names) != len(set(names)):
            yield f"a variable of {container['name']} stands twice: {names}"
        files = [variable.get("value", "") for variable in container["env"]]
        files += [argument.partition("=")[2].rpartition(":")[2] for argument in container.get("args", [])]
        for file in files:
            folders = [mount["mountPath"] for mount in container["volumeMounts"]]
            if file.startswith("/run/argosy/") and not any(file.startswith(f"{folder}/") for folder in folders):
                yield f"{container['name']} is told of {file}, which is not mounted"
        if "limits" not in container["resources"] or "requests" not in container["resources"]:
            yield f"{container['name']} has no requests or limits"
    drains = [int(variable["value"]) for container in containers for variable in container["env"] if variable["name"] == "ARGOSY_DRAIN_SECONDS"]
    if drains and item["kind"] != "Job" and spec["terminationGracePeriodSeconds"] < max(drains) + 15:
        yield "the grace period is shorter than the drain and what comes after it"


def check_refused(chart, file):
    result = helm("template", chart, CHARTS / chart, "--values", file)
    for text in marks(file, "error") or ["no line `# error: TEXT` is in it"]:
        if result.returncode == 0 or text not in result.stderr:
            problems.append(f"{file.relative_to(ROOT)} is not refused with {text!r}: {result.stderr.strip() or 'it renders'}")


def check_versions():
    version = re.search(r'^version = "(.*)"$', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)[1]
    for file in sorted(CHARTS.glob("*/Chart.yaml")):
        chart = yaml.safe_load(file.read_text())
        versions = [chart["version"], chart.get("appVersion", version)]
        versions += [dependency["version"] for dependency in chart.get("dependencies", [])]
        readme = file.with_name("README.md")
        versions += re.findall(r"--version (\S+)", readme.read_text()) if readme.exists() else []
        if set(versions) != {version}:
            problems.append(f"{file} or its README.md has the versions {versions}, and Cargo.toml {version}: make them equal")


def check_links():
    """A package of the library that an older version of a script left beside the link would be taken as well."""
    for file in sorted(CHARTS.glob("*/charts/*")):
        if file.name != "library" or not file.is_symlink():
            problems.append(f"{file.relative_to(ROOT)} is not the link to charts/library, and would be taken too: remove it")


def main():
    RENDERS.mkdir(parents=True, exist_ok=True)
    check_versions()
    check_links()
    scenarios = refused = 0
    for folder in sorted(file.parent for file in CHARTS.glob("*/values.yaml")):
        for file in [None, *sorted(folder.glob("ci/*.yaml")), *sorted(folder.glob("ci/open/*.yaml"))]:
            check_scenario(folder.name, file)
            scenarios += 1
        for file in sorted(folder.glob("ci/refused/*.yaml")):
            check_refused(folder.name, file)
            refused += 1
    if problems:
        sys.exit("\n".join(problems))
    print(f"{scenarios} scenarios render as they should, and {refused} wrong values are refused; the renders are in {RENDERS.relative_to(ROOT)}")


main()
