"""Proves that the four CI systems run the same pipelines: the same steps in the same order, with the same gates and no more rights.

Reads each system's files into one form, and compares it with pipelines.yaml. Then it breaks copies of each in several ways, and fails where
one of them is not seen.

    scripts/tool yaml-python pipelines/check.py
    scripts/tool yaml-python pipelines/check.py --commands gitlab main    prints what a pipeline runs, a job and a step a line
"""

import json
import pathlib
import shutil
import sys
import tempfile

from breaks import BREAKS
from systems import PAGES, RIGHTS, SYSTEMS, job, load

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
# What a copy to be broken is made of.
FILES = [".github", ".gitlab-ci.yml", "bitbucket-pipelines.yml", "azure-pipelines.yml", "pipelines/pipelines.yaml", "argosy.toml"]


def all_gates(jobs, name):
    """Every job that has passed before this one starts."""
    direct = jobs[name]["after"] if name in jobs else set()
    return direct | {gate for nearer in direct for gate in all_gates(jobs, nearer)}


def wanted(repository, system):
    """pipelines.yaml as a system would say it."""
    pipelines = {}
    for pipeline, entry in load(repository, "pipelines/pipelines.yaml").items():
        pipelines[pipeline] = {}
        for name, part in entry["jobs"].items():
            steps = [step.replace("PAGE", PAGES[system]) for step in part["steps"]]
            rights = set.union(*(RIGHTS[system][word] for word in [None, *part.get("may", [])]))
            pipelines[pipeline][name] = job(steps, part["minutes"], part.get("after", []), rights)
    return pipelines


def compare(ours, theirs):
    """How a system's jobs differ from those of pipelines.yaml, a sentence each."""
    if list(ours) != list(theirs):
        yield f"the jobs are {', '.join(theirs)}, not {', '.join(ours)}"
    for name in ours.keys() & theirs.keys():
        if ours[name]["steps"] != theirs[name]["steps"]:
            yield f"{name}: the steps are {theirs[name]['steps']}, not {ours[name]['steps']}"
        for step in theirs[name]["steps"]:
            if "\n" in step or not step.startswith(("make ", "scripts/argosy ")):
                yield f"{name}: a step is one line that calls make or argosy, not `{step}`"
        if (gates := all_gates(ours, name)) != (there := all_gates(theirs, name)):
            yield f"{name}: it comes after {sorted(there)}, not after {sorted(gates)}"
        if more := theirs[name]["rights"] - ours[name]["rights"]:
            yield f"{name}: it may more than it has to: {', '.join(sorted(more))}"
        if fewer := ours[name]["rights"] - theirs[name]["rights"]:
            yield f"{name}: it lacks {', '.join(sorted(fewer))}"
        if ours[name]["minutes"] != theirs[name]["minutes"]:
            yield f"{name}: it may take {theirs[name]['minutes']} minutes, not {ours[name]['minutes']}"


def required_checks(repository):
    """Where the ruleset of main does not require exactly the jobs of a pull request."""
    jobs = load(repository, "pipelines/pipelines.yaml")["pull-request"]["jobs"]
    rules = json.loads((repository / ".github/rulesets/main.json").read_text())["rules"]
    required = next(rule["parameters"] for rule in rules if rule["type"] == "required_status_checks")["required_status_checks"]
    # Jobs of a called workflow are named after the calling job, too.
    names = [name if name == "verify" else f"checks / {name}" for name in jobs]
    if [check["context"] for check in required] != names:
        yield f"github: .github/rulesets/main.json does not require {', '.join(names)}"


def problems(repository):
    """Everything that is wrong in a repository, as sentences."""
    for system, read in SYSTEMS.items():
        pipelines, found = read(repository)
        for pipeline, jobs in wanted(repository, system).items():
            found += [f"{pipeline}: {sentence}" for sentence in compare(jobs, pipelines[pipeline])]
        yield from (f"{system}: {sentence}" for sentence in found)
    yield from required_checks(repository)


def unseen():
    """The ways to break a copy that were not noticed."""
    for path, old, new, expected in BREAKS:
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder)
            (copy / "pipelines").mkdir()
            for part in FILES:
                source = REPOSITORY / part
                (shutil.copytree if source.is_dir() else shutil.copy)(source, copy / part)
            text = (copy / path).read_text()
            if old not in text:
                raise SystemExit(f"{path} has no '{old}': pipelines/check.py wants to replace it, to see whether that is noticed")
            (copy / path).write_text(text.replace(old, new, 1))
            said = list(problems(copy))
            if not any(expected in sentence for sentence in said):
                yield f"the check is blind: a broken {path} did not make it say '{expected}', but {said}"


def main():
    if sys.argv[1:2] == ["--commands"]:
        system, pipeline = sys.argv[2:]
        pipelines, _ = SYSTEMS[system](REPOSITORY)
        print(*(f"{name}\t{step}" for name, entry in pipelines[pipeline].items() for step in entry["steps"]), sep="\n")
        return
    found = list(problems(REPOSITORY)) or list(unseen())
    for sentence in found:
        print(sentence, file=sys.stderr)
    raise SystemExit(1 if found else 0)


main()
