"""Prints service=digest for each image that an environment has to get: those whose paths have changed since the commit that runs there.

    argosy audit dev --json | python3 pipelines/changed.py target/images.json
"""

import json
import pathlib
import subprocess
import sys
import tomllib


def unchanged(commit, paths):
    """Whether a commit that is known here has all of this in it, and the paths are as they were."""
    known = subprocess.run(["git", "merge-base", "--is-ancestor", commit, "HEAD"], capture_output=True)
    return known.returncode == 0 and subprocess.run(["git", "diff", "--quiet", commit, "HEAD", "--", *paths]).returncode == 0


def main():
    digests = json.loads(pathlib.Path(sys.argv[1]).read_text())
    running = {entry["service"]: entry for entry in json.load(sys.stdin)["running"]}
    for service in tomllib.loads(pathlib.Path("argosy.toml").read_text())["service"]:
        name = service["name"]
        there = running.get(name)
        if name not in digests or there is None:
            continue
        if there["hold"]:
            print(f"{name} is held, and left alone", file=sys.stderr)
        elif there["source_commit"] and unchanged(there["source_commit"], service["paths"]):
            print(f"{name} has not changed since {there['source_commit'][:10]}", file=sys.stderr)
        else:
            print(f"{name}={digests[name]}")


main()
