#!/usr/bin/env python3
"""Tests everything in this folder: `make terraform-test`.

What is looked at without a provider, every module and layer by `terraform test`, the values of every environment, and what can be applied: AWS on an
emulator of its interface, the reconciler on the cluster of KUBECONFIG. What cannot be done here is skipped with the reason, and counted.

    terraform/test.py [--only static|modules|aws|kubernetes ...]
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading
import time

TERRAFORM = pathlib.Path(__file__).resolve().parent
ROOT = TERRAFORM.parent
WORK = ROOT / "target" / "terraform-test"
TOOL = ROOT / "scripts" / "tool"
PARTS = ["static", "modules", "aws", "kubernetes"]
NO_TERRAFORM = "there is no terraform: https://developer.hashicorp.com/terraform/install has 1.11 and later"
# What `terraform init` says where a provider's registry cannot be reached, or has no such version.
UNREACHABLE = re.compile(r"(Failed to query available provider packages|could not query provider registry|Failed to install provider|provider .* was not found)")


class Report:
    """What passed, failed and was skipped."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.missing = {}

    def line(self, verdict, name, seconds=None, detail=""):
        time_taken = "" if seconds is None else f"{seconds:5.0f} s"
        print(f"{verdict:7} {time_taken:7} {name}{': ' + detail if detail else ''}", flush=True)

    def passes(self, name, seconds=None, count=1, detail=""):
        self.passed += count
        self.line("ok", name, seconds, detail)

    def fails(self, name, output, seconds=None, count=1):
        self.failed += count
        self.line("FAILED", name, seconds)
        print("\n".join("        " + line for line in output.strip().splitlines()[-60:]), flush=True)

    def skips(self, name, why, count=1):
        self.skipped += count
        self.line("skipped", name, detail=why)


def run(command, folder=ROOT, environment=None, timeout=1200):
    """Runs a command; its exit code and what it printed."""
    try:
        done = subprocess.run(
            [str(word) for word in command], cwd=folder, env={**os.environ, **(environment or {})}, timeout=timeout,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        return done.returncode, done.stdout
    except subprocess.TimeoutExpired as error:
        return 124, f"{error.stdout or ''}\nit took more than {timeout} s"


def single(report, name, command, environment=None):
    """One check that is a command; one that ends with 77 could not be done, and its last line says why."""
    start = time.monotonic()
    status, output = run(command, environment=environment)
    if status == 77:
        report.skips(name, output.strip().splitlines()[-1])
    elif status == 0:
        report.passes(name, time.monotonic() - start)
    else:
        report.fails(name, output, time.monotonic() - start)


def static(report):
    """What needs no provider, and but for the format no terraform."""
    if shutil.which("terraform"):
        single(report, "format", ["terraform", "fmt", "-check", "-diff", "-recursive", TERRAFORM])
    else:
        report.skips("format", NO_TERRAFORM)
    refusals(report)
    single(report, "documents", [ROOT / "scripts" / "terraform-docs", "--check"])
    single(report, "costs", [sys.executable, TERRAFORM / "costs" / "costs.py", "--check"])
    single(report, "tflint", [TOOL, "tflint", "--recursive", f"--chdir={TERRAFORM}", f"--config={TERRAFORM}/.tflint.hcl"])
    single(report, "checkov", [TOOL, "checkov", "--config-file", ROOT / ".checkov.yaml", "--framework", "terraform", "--directory", TERRAFORM])


def refusals(report):
    """Every validation has a case that it refuses: as many `expect_failures` of a variable as it has validations."""
    missing = []
    for folder in folders():
        cases = "".join(path.read_text() for path in (folder / "tests").glob("*.tftest.hcl"))
        for name, body in re.findall(r'^variable "(\w+)" \{\n(.*?)^\}', (folder / "variables.tf").read_text() if (folder / "variables.tf").exists() else "", re.M | re.S):
            wanted, found = len(re.findall(r"^  validation \{", body, re.M)), len(re.findall(rf"expect_failures\s*=\s*\[[^\]]*\bvar\.{name}\b", cases))
            if found < wanted:
                missing.append(f"{folder.relative_to(TERRAFORM)}: var.{name} has {wanted} validations and {found} cases")
    if missing:
        report.fails("every validation has a case that it refuses", "\n".join(missing))
    else:
        report.passes("every validation has a case that it refuses")


def folders():
    """Every module and layer, those without a provider first."""
    found = sorted({path.parent for path in TERRAFORM.rglob("versions.tf") if ".terraform" not in path.parts})
    return sorted(found, key=lambda folder: "required_providers" in (folder / "versions.tf").read_text())


def initialise(report, folder, name, environment):
    """Makes a folder ready. False where its provider cannot be had."""
    status, output = run(["terraform", "init", "-backend=false", "-input=false", "-no-color"], folder, environment)
    if status == 0:
        return True
    if UNREACHABLE.search(output):
        wanted = ", ".join(sorted(set(re.findall(r'source\s+=\s+"([^"]+)"', (folder / "versions.tf").read_text()))))
        report.missing.setdefault(wanted, []).append(name)
        report.skips(name, f"the provider {wanted} cannot be had", count=1 + runs_in(folder))
        return False
    report.fails(name, output)
    return False


def runs_in(folder):
    """How many runs the tests of a folder have."""
    return sum(len(re.findall(r'^run "', path.read_text(), re.M)) for path in (folder / "tests").glob("*.tftest.hcl"))


def tests(report, folder, name, environment, arguments=()):
    """`terraform test` in a folder, each of its runs counted."""
    start = time.monotonic()
    status, output = run(["terraform", "test", "-json", "-no-color", *arguments], folder, environment)
    passed, failed, diagnostics = 0, 0, []
    for line in output.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            diagnostics.append(line)
            continue
        result = event.get("test_run", {})
        if event.get("type") == "test_run" and result.get("progress") == "complete":
            passed += result["status"] == "pass"
            failed += result["status"] in ("fail", "error", "skip")
        if event.get("type") == "diagnostic" and event["diagnostic"]["severity"] == "error":
            problem = event["diagnostic"]
            place = problem.get("range") or {}
            diagnostics.append(
                f"{event.get('@testrun', '')} {problem['summary']}: {problem.get('detail', '')} ({place.get('filename', '')}:{place.get('start', {}).get('line', '')})")
    seconds = time.monotonic() - start
    if passed:
        report.passes(name, seconds, passed, f"{passed} runs")
    if failed or status != 0 or not passed:
        report.fails(name, "\n".join(diagnostics) or "it has no run", seconds, max(failed, 1))


def modules(report):
    """Every module and layer is valid and passes its tests, and so does every environment's values."""
    for folder in folders():
        name = str(folder.relative_to(TERRAFORM))
        environment = {"TF_DATA_DIR": str(WORK / name.replace("/", "-"))}
        if not initialise(report, folder, name, environment):
            continue
        status, output = run(["terraform", "validate", "-no-color"], folder, environment)
        if status != 0:
            report.fails(f"{name} is valid", output)
            continue
        report.passes(f"{name} is valid")
        files = sorted(path.name for path in (folder / "tests").glob("*.tftest.hcl") if path.name != "environment.tftest.hcl")
        if not files:
            report.fails(name, "it has no test")
            continue
        tests(report, folder, name, environment, [f"-filter=tests/{file}" for file in files])
        if (folder / "tests" / "environment.tftest.hcl").exists():
            values(report, folder, environment)


def values(report, folder, environment):
    """A layer with the values of each environment of its cloud."""
    cloud, layer = folder.parts[-2:]
    for place in sorted((TERRAFORM / "environments").glob(f"{cloud}*")):
        files = [place / name for name in ["common.tfvars", f"{layer}.tfvars"] if (place / name).exists()]
        tests(report, folder, f"environments/{place.name}/{layer}", environment,
              ["-filter=tests/environment.tftest.hcl", *[f"-var-file={file}" for file in files]])


def applied(report, name, program):
    """Tests that make what they test: lines `ok NAME` and `FAILED NAME`, and a last line that says why nothing could be done where it ends with 77."""
    start = time.monotonic()
    status, output = run(program, timeout=3000)
    if status == 77:
        report.skips(name, output.strip().splitlines()[-1])
        return
    good = re.findall(r"^ok +(.*)", output, re.M)
    bad = re.findall(r"^FAILED +(.*)", output, re.M)
    for line in re.findall(r"^(?:ok|skipped|note) .*", output, re.M):
        print(f"        {line}", flush=True)
    report.skipped += len(re.findall(r"^skipped ", output, re.M))
    if good:
        report.passes(name, time.monotonic() - start, len(good), f"{len(good)} things seen")
    if bad or status != 0 or not good:
        report.fails(name, output, time.monotonic() - start, max(len(bad), 1))


def main():
    """Runs the parts that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=PARTS, action="append")
    wanted = parser.parse_args().only or PARTS
    WORK.mkdir(parents=True, exist_ok=True)
    # One download of a provider serves all folders; what a plan warns of is no matter of a test.
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "argosy" / "terraform-plugins"
    cache.mkdir(parents=True, exist_ok=True)
    os.environ.update({"TF_PLUGIN_CACHE_DIR": str(cache), "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "1", "CHECKPOINT_DISABLE": "1"})
    report = Report()
    if not shutil.which("terraform") and wanted != ["static"]:
        report.skips("what runs terraform", NO_TERRAFORM)
        wanted = [part for part in wanted if part == "static"]
    # The provider waits for what the emulator has made at once, minutes in all; meanwhile there is other work.
    aws = threading.Thread(target=applied, args=(report, "applied to an emulator of AWS", [TOOL, "moto-python", TERRAFORM / "tests" / "aws.py"]))
    if "aws" in wanted:
        aws.start()
    if "static" in wanted:
        static(report)
    if "modules" in wanted:
        modules(report)
    if "aws" in wanted:
        aws.join()
    if "kubernetes" in wanted:
        applied(report, "applied to a cluster", [sys.executable, TERRAFORM / "tests" / "kubernetes.py"])
    for provider, names in report.missing.items():
        print(f"Without {provider}: {', '.join(names)}")
    print(f"{report.passed} passed, {report.failed} failed, {report.skipped} skipped")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
