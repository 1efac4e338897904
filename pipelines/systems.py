"""Reads the files of each CI system into one form: pipelines of jobs with steps, gates, rights and minutes."""

import json
import pathlib
import re
import tomllib

import yaml

# What each word of `may` is called by each system. GitLab, Bitbucket and Azure do not tell apart some that GitHub does: docs/pipelines.md.
RIGHTS = {
    "github": {
        None: {"contents: read"},
        "sign": {"id-token: write"},
        "push": {"packages: write"},
        "pull": {"packages: read"},
        "status": {"checks: read", "statuses: read"},
        "deliver": {"environment: delivery", "app contents: write", "app pull-requests: write"},
    },
    "gitlab": {
        None: set(),
        "sign": {"identity for sigstore"},
        "push": {"$CI_JOB_TOKEN"},
        "pull": {"$CI_JOB_TOKEN"},
        "status": {"environment: verification"},
        "deliver": {"environment: delivery"},
    },
    "bitbucket": {
        None: set(),
        "sign": {"oidc"},
        "push": {"oidc"},
        "pull": {"oidc"},
        "status": {"deployment: verification"},
        "deliver": {"deployment: delivery"},
    },
    "azure": {
        None: set(),
        "sign": {"connection: argosy-push"},
        "push": {"connection: argosy-push"},
        "pull": {"connection: argosy-pull"},
        "status": {"$(System.AccessToken)"},
        "deliver": {"$(System.AccessToken)"},
    },
}

# The page of a run, as each system's shell knows it.
PAGES = {
    "github": '"$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID"',
    "gitlab": '"$CI_PIPELINE_URL"',
    "bitbucket": '"https://bitbucket.org/$BITBUCKET_REPO_FULL_NAME/pipelines/results/$BITBUCKET_BUILD_NUMBER"',
    "azure": '"$SYSTEM_COLLECTIONURI$SYSTEM_TEAMPROJECT/_build/results?buildId=$BUILD_BUILDID"',
}

# Whose folders tell which of them are folders; a copy has none.
HERE = pathlib.Path(__file__).resolve().parent.parent
SHA = re.compile(r"[\w-]+/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
EXACT = re.compile(r"[\w./-]+:\d+\.\d+\.\d+(-[\w.]+)?(@sha256:[0-9a-f]{64})?")


class TextLoader(yaml.SafeLoader):
    """Reads YAML in which everything but lists and mappings is text: `on` is no boolean here. Mappings may be merged."""

    yaml_implicit_resolvers = {"<": [("tag:yaml.org,2002:merge", re.compile("<<"))]}


def load(repository, path):
    return yaml.load((repository / path).read_text(), TextLoader)


def job(steps, minutes=None, after=(), rights=()):
    """A job in the form that all systems are read into."""
    return {"steps": steps, "minutes": int(minutes) if minutes else None, "after": set(after), "rights": set(rights)}


def image_paths(repository, glob):
    """Where argosy.toml has what images are made of: folders and files of the root, so that a new service starts a pipeline as well."""
    services = tomllib.loads((repository / "argosy.toml").read_text())["service"]
    places = sorted({path.split("/")[0] for service in services for path in service["paths"]})
    return [place + glob if (HERE / place).is_dir() else place for place in places]


# Each reader gives the pipelines of a system, and sentences about what has no place in that form: what starts them, pins, caches.


def github(repository):
    found = []
    folder = repository / ".github/workflows"
    workflows = {file.stem: load(repository, file) for file in sorted(folder.glob("*"))}

    def read_job(name, entry):
        given = entry.get("permissions", "whatever the repository allows")
        rights = {given} if isinstance(given, str) else {f"{scope}: {level}" for scope, level in given.items()}
        if "environment" in entry:
            rights.add(f"environment: {entry['environment']}")
        commands = []
        for step in entry["steps"]:
            options = step.get("with", {})
            uses = step.get("uses", "")
            if "run" in step:
                commands.append(step["run"])
            if uses.startswith("actions/checkout@") and options.get("persist-credentials") != "false":
                found.append(f"{name}: the checkout leaves its token to the steps")
            if uses.startswith("actions/create-github-app-token@"):
                asked = {f"app {key.removeprefix('permission-')}: {level}" for key, level in options.items() if key.startswith("permission-")}
                rights |= asked or {"app: everything"}
            if uses.startswith("actions/cache@"):
                found.append(f"{name}: a pull request would write this cache: restore it, and save it on main alone")
            if uses.startswith("actions/cache/save@") and step.get("if") != "github.event_name == 'push' && github.ref == 'refs/heads/main'":
                found.append(f"{name}: a pull request would write this cache")
            if "${{" in step.get("run", ""):
                found.append(f"{name}: GitHub would put text into a command: `{step['run']}`")
        return job(commands, entry.get("timeout-minutes"), entry.get("needs", []), rights)

    def read(workflow):
        if workflow.get("permissions") != {}:
            found.append(f"{workflow['name']}: its jobs start with rights of the workflow")
        jobs, called = {}, {}
        for name, entry in workflow["jobs"].items():
            if "uses" in entry:
                path = pathlib.PurePath(entry["uses"])
                called[name] = read(workflows[path.stem])
                for inner, part in called[name].items():
                    if not part["rights"] <= {f"{scope}: {level}" for scope, level in entry["permissions"].items()}:
                        found.append(f"{inner}: it asks for more than its caller has")
                if entry.get("secrets"):
                    found.append(f"{name}: it hands on secrets")
                jobs |= called[name]
            else:
                jobs[name] = read_job(name, entry)
        for entry in jobs.values():
            entry["after"] = {gate for name in entry["after"] for gate in called.get(name, [name])}
        return jobs

    for file in sorted(folder.glob("*")):
        for line in file.read_text().splitlines():
            uses = re.search(r"\buses: *(\S.*)", line)
            if uses and not uses[1].startswith("./") and not SHA.fullmatch(uses[1]):
                found.append(f"{uses[1]}: not pinned to a commit, with its version in a comment")
    starts = {
        "pull-request": {"pull_request": {"branches": ["main"]}},
        "main": {"push": {"branches": ["main"], "paths": image_paths(repository, "/**")}},
        "release": {"push": {"tags": ["v*"]}},
        "checks": {"workflow_call": ""},
    }
    for name, start in starts.items():
        if workflows[name]["on"] != start:
            found.append(f"{name}: something else starts it than {json.dumps(start)}")
    if workflows["main"].get("concurrency") != {"group": "main", "cancel-in-progress": "false"}:
        found.append("main: two of it could deliver at once")
    if unknown := workflows.keys() - starts.keys():
        found.append(f"{', '.join(sorted(unknown))}: no pipeline of pipelines.yaml")
    return {name: read(workflows[name]) for name in starts if name != "checks"}, found


def gitlab(repository):
    found = []
    file = load(repository, ".gitlab-ci.yml")
    merge_request = '$CI_PIPELINE_SOURCE == "merge_request_event"'
    main = '$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH'
    tag = '$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_TAG =~ /^v/'
    paths = image_paths(repository, "/**/*")
    starts = {
        "workflow": [{"if": merge_request}, {"if": main}, {"if": tag}],
        ".checks": [
            {"if": merge_request},
            {"if": main, "changes": paths, "variables": {"CACHE_POLICY": "pull-push"}},
        ],
        ".pull-request": [{"if": merge_request}],
        ".main": [{"if": main, "changes": paths}],
        ".release": [{"if": tag}],
    }
    for name, rules in starts.items():
        if file[name]["rules"] != rules:
            found.append(f"{name}: something else starts it than {json.dumps(rules)}")
    pipelines = {"pull-request": {}, "main": {}, "release": {}}
    kinds = {".checks": ["pull-request", "main"], ".pull-request": ["pull-request"], ".main": ["main"], ".release": ["release"]}
    for name, entry in file.items():
        if name.startswith(".") or name in ("workflow", "default"):
            continue
        extends = [entry["extends"]] if isinstance(entry["extends"], str) else entry["extends"]
        rights = {f"environment: {entry['environment']['name']}"} if "environment" in entry else set()
        rights |= {f"identity for {token['aud']}" for token in entry.get("id_tokens", {}).values()}
        for value in entry.get("variables", {}).values():
            if re.search("TOKEN|PASSWORD|SECRET", value):
                rights.add(value)
        if entry.keys() - {"extends", "needs", "timeout", "script", "environment", "id_tokens", "variables", "artifacts", "resource_group"}:
            found.append(f"{name}: it has keys of its own that nobody compares")
        if "environment: delivery" in rights and entry.get("resource_group") != "delivery":
            found.append(f"{name}: two of it could deliver at once")
        read = job(entry["script"], entry["timeout"].removesuffix(" minutes"), entry.get("needs", []), rights)
        for kind in extends:
            for pipeline in kinds.get(kind, []):
                pipelines[pipeline][name] = read
    if file[".checks"]["cache"]["policy"] != "$CACHE_POLICY" or file[".checks"]["variables"]["CACHE_POLICY"] != "pull":
        found.append("a merge request would write the cache")
    images = [file["default"]["image"], *(image for entry in file.values() if isinstance(entry, dict) for image in entry.get("services", []))]
    return pipelines, found + [f"{image}: not an exact version" for image in images if not EXACT.fullmatch(image)]


def bitbucket(repository):
    found = []
    file = load(repository, "bitbucket-pipelines.yml")
    changed = {"changesets": {"includePaths": image_paths(repository, "/**")}}

    def read(entries, condition):
        jobs, before = {}, set()
        for entry in entries:
            group = entry["parallel"]["steps"] if "parallel" in entry else [entry]
            for step in (element["step"] for element in group):
                if "caches" in step:
                    found.append(f"{step['name']}: any branch could write its cache")
                if step.get("condition") != condition:
                    found.append(f"{step['name']}: something else starts it than {json.dumps(condition)}")
                rights = {"oidc"} if step.get("oidc") == "true" else set()
                if "deployment" in step:
                    rights.add(f"deployment: {step['deployment']}")
                jobs[step["name"]] = job(step["script"], step.get("max-time"), before, rights)
            before = set(jobs)
        return jobs

    pipelines = file["pipelines"]
    named = {kind: sorted(entries) for kind, entries in pipelines.items()}
    if named != {"pull-requests": ["**"], "branches": ["main"], "tags": ["v*"]}:
        found.append(f"there are other pipelines than pipelines.yaml has: {named}")
    images = [file["image"], *(service["image"] for service in file["definitions"]["services"].values())]
    found += [f"{image}: not an exact version" for image in images if not EXACT.fullmatch(image)]
    return {
        "pull-request": read(pipelines["pull-requests"]["**"], None),
        "main": read(pipelines["branches"]["main"], changed),
        "release": read(pipelines["tags"]["v*"], None),
    }, found


def azure(repository):
    found = []
    file = load(repository, "azure-pipelines.yml")
    trigger = {
        "batch": "true",
        "branches": {"include": ["main"]},
        "paths": {"include": image_paths(repository, "/**")},
        "tags": {"include": ["v*"]},
    }
    if file["trigger"] != trigger or file["pr"] != {"branches": {"include": ["main"]}}:
        found.append(f"something else starts it than pull requests and {json.dumps(trigger)}")
    main = "and(succeeded(), eq(variables['Build.SourceBranch'], 'refs/heads/main'))"
    conditions = {
        "checks": ("not(startsWith(variables['Build.SourceBranch'], 'refs/tags/'))", ["pull-request", "main"]),
        "verify": ("and(succeeded(), eq(variables['Build.Reason'], 'PullRequest'))", ["pull-request"]),
        "images": (main, ["main"]),
        "deliver": (main, ["main"]),
        "release": ("startsWith(variables['Build.SourceBranch'], 'refs/tags/v')", ["release"]),
    }
    pipelines, stages = {"pull-request": {}, "main": {}, "release": {}}, {}
    if not EXACT.fullmatch(file["pool"]["vmImage"].replace("-", ":", 1) + ".0"):
        found.append(f"{file['pool']['vmImage']}: not an exact version")
    for stage in file["stages"]:
        condition, of = conditions[stage["stage"]]
        if stage["condition"] != condition:
            found.append(f"{stage['stage']}: something else starts it than {condition}")
        if stage["stage"] == "deliver" and stage.get("lockBehavior") != "sequential":
            found.append("deliver: two of it could deliver at once")
        stages[stage["stage"]] = [entry["job"] for entry in stage["jobs"]]
        before = {name for earlier in stage["dependsOn"] for name in stages[earlier]}
        for entry in stage["jobs"]:
            commands, rights = [], set()
            for step in entry["steps"]:
                inputs = step.get("inputs", {})
                if "task" in step and not re.fullmatch(r"\w+@\d+", step["task"]):
                    found.append(f"{step['task']}: not pinned to a version")
                if step.get("task") == "AzureCLI@2":
                    rights.add(f"connection: {inputs['azureSubscription']}")
                if step.get("checkout") == "self" and step.get("persistCredentials") != "false":
                    found.append(f"{entry['job']}: the checkout leaves its token to the steps")
                if step.get("task") == "Cache@2" and step.get("condition") != "ne(variables['System.PullRequest.IsFork'], 'True')":
                    found.append(f"{entry['job']}: a fork's pull request would write this cache")
                rights |= set(step.get("env", {}).values())
                commands += [text for text in (step.get("script"), inputs.get("inlineScript")) if text]
            for pipeline in of:
                gates = before | set(entry.get("dependsOn", []))
                pipelines[pipeline][entry["job"]] = job(commands, entry.get("timeoutInMinutes"), gates, rights)
    return pipelines, found


SYSTEMS = {"github": github, "gitlab": gitlab, "bitbucket": bitbucket, "azure": azure}
