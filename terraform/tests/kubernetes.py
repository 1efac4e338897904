#!/usr/bin/env python3
"""Applies layers/local/gitops to the cluster of KUBECONFIG, and takes it away again: the one step in which Terraform reaches into a cluster.

The environment's images, and a repository that the cluster can read, are those of `make e2e`:

    KUBECONFIG                     the cluster; nothing of Argosy may be on it, and an Argo CD that nobody uses goes with what is destroyed
    ARGOSY_TERRAFORM_REPOSITORY    the repository that the cluster follows, with digests that it can pull
    ARGOSY_TERRAFORM_ENVIRONMENT   its environment; `local` where it is empty
    ARGOSY_TERRAFORM_MANIFEST      Argo CD's own manifest as a file, where GitHub cannot be reached

Lines are read by terraform/test.py: `ok`, `FAILED`. Ends with 77 where no cluster is given.
"""

import json
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LAYER = ROOT / "terraform" / "layers" / "local" / "gitops"
WORK = ROOT / "target" / "terraform-test" / "kubernetes"


class Failure(Exception):
    """Something is not as it has to be."""


def expect(condition, what):
    """Ends the step where a condition does not hold."""
    if not condition:
        raise Failure(what)


def run(*command, timeout=1500):
    """Runs a command; its exit code and what it printed."""
    done = subprocess.run(
        command, cwd=ROOT, timeout=timeout, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        env={**os.environ, "TF_DATA_DIR": str(WORK / "data"), "TF_CLI_ARGS": "-no-color"})
    return done.returncode, done.stdout


def terraform(verb, *arguments):
    """Terraform in the layer."""
    return run("terraform", f"-chdir={LAYER}", verb, *arguments)


def kubectl(*arguments):
    """What the cluster says, as an object; it has to answer."""
    status, output = run("kubectl", *arguments, "--output", "json")
    expect(status == 0, f"kubectl {arguments}: {output}")
    return json.loads(output) if output.strip() else {"items": []}


def applied(variables):
    """The reconciler comes up and the environment is what Git says."""
    volumes("/var/lib/argosy-terraform-test")
    status, output = terraform("apply", "-input=false", "-auto-approve", *variables)
    expect(status == 0, f"the apply ended with {status}:\n{output[-5000:]}")
    found = {item["metadata"]["name"]: item["status"] for item in kubectl("--namespace", "argocd", "get", "applications.argoproj.io")["items"]}
    for name, state in found.items():
        expect(state["sync"]["status"] == "Synced" and state["health"]["status"] == "Healthy", f"{name} is {state['sync']['status']}, {state['health']['status']}")
    expect(len(found) >= 2, f"applications: {list(found)}")
    labels = kubectl("--namespace", "argocd", "get", "secret", "argosy-cluster")["metadata"]["labels"]
    expect(labels["argosy.dev/cloud"] == "try" and labels["argocd.argoproj.io/secret-type"] == "cluster", f"the cluster's facts: {labels}")


def planned_again(variables):
    """A second plan is empty."""
    status, output = terraform("plan", "-input=false", "-detailed-exitcode", *variables)
    expect(status == 0, f"a second plan wants to change something:\n{output[-3000:]}")


def changed(variables):
    """Another fact is told, and the environment stays."""
    before = kubectl("get", "namespace", "argosy")["metadata"]["uid"]
    more = [word.replace('cloud = "try"', 'cloud = "try", tier = "test"') for word in variables]
    status, output = terraform("apply", "-input=false", "-auto-approve", *more)
    expect(status == 0, f"the apply ended with {status}:\n{output[-3000:]}")
    labels = kubectl("--namespace", "argocd", "get", "secret", "argosy-cluster")["metadata"]["labels"]
    expect(labels.get("argosy.dev/tier") == "test", f"the cluster's facts: {labels}")
    expect(kubectl("get", "namespace", "argosy")["metadata"]["uid"] == before, "the environment was taken away and made anew")


def protected(variables):
    """What is protected is not destroyed."""
    status, output = terraform("apply", "-input=false", "-auto-approve", *variables, "-var=protected=true")
    expect(status == 0, f"the apply ended with {status}:\n{output[-3000:]}")
    status, output = terraform("destroy", "-input=false", "-auto-approve", *variables, "-var=protected=true")
    expect(status != 0 and "This environment is protected" in output, f"it was destroyed, or says something else:\n{output[-3000:]}")
    expect(kubectl("get", "namespace", "argosy")["metadata"]["name"] == "argosy", "it says so, and takes the environment away")
    status, output = terraform("apply", "-input=false", "-auto-approve", *variables)
    expect(status == 0, f"the apply ended with {status}:\n{output[-3000:]}")


def destroyed(variables):
    """Nothing is left."""
    status, output = terraform("destroy", "-input=false", "-auto-approve", *variables)
    expect(status == 0, f"the destroy ended with {status}:\n{output[-5000:]}")
    without_volumes()
    left()


# What the overlay's servers claim, and the user that each of them is.
CLAIMS = {"postgres": 999, "mosquitto": 1883}


def on_node(command, folder):
    """Runs a command on a folder of the node, by a pod."""
    name = "terraform-test-storage"
    run("kubectl", "--namespace", "kube-system", "delete", "pod", name, "--ignore-not-found")
    pod = {
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "kube-system"},
        "spec": {
            "restartPolicy": "Never",
            "containers": [{"name": "main", "image": "postgres:17.6", "command": ["sh", "-c", command], "volumeMounts": [{"name": "root", "mountPath": "/root"}]}],
            "volumes": [{"name": "root", "hostPath": {"path": folder, "type": "DirectoryOrCreate"}}],
        },
    }
    apply(pod)
    status, output = run("kubectl", "--namespace", "kube-system", "wait", "--for=jsonpath={.status.phase}=Succeeded", f"pod/{name}", "--timeout=120s")
    expect(status == 0, output)
    run("kubectl", "--namespace", "kube-system", "delete", "pod", name)


def apply(item):
    """Gives an object to the cluster."""
    WORK.mkdir(parents=True, exist_ok=True)
    path = WORK / "object.json"
    path.write_text(json.dumps(item))
    status, output = run("kubectl", "apply", "--filename", str(path))
    expect(status == 0, output)


def volumes(folder):
    """Makes volumes where the cluster makes none by itself: folders of its node."""
    if kubectl("get", "storageclasses")["items"]:
        return
    for name in CLAIMS:
        apply({
            "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": f"terraform-test-{name}"},
            "spec": {
                "capacity": {"storage": "50Gi"}, "accessModes": ["ReadWriteOnce"], "persistentVolumeReclaimPolicy": "Retain",
                "claimRef": {"namespace": "argosy", "name": f"data-{name}-0"}, "hostPath": {"path": f"{folder}/{name}", "type": "DirectoryOrCreate"},
            },
        })
    on_node(" && ".join(f"rm -rf /root/{name} && mkdir -p /root/{name} && chown {user}:{user} /root/{name}" for name, user in CLAIMS.items()), folder)


def without_volumes():
    """Takes them away."""
    run("kubectl", "delete", "persistentvolume", *[f"terraform-test-{name}" for name in CLAIMS], "--ignore-not-found")


def left():
    """Fails where the cluster has anything of what was applied."""
    found = [item["metadata"]["name"] for item in kubectl("get", "namespaces")["items"] if item["metadata"]["name"] in ("argosy", "argocd")]
    found += [item["metadata"]["name"] for item in kubectl("get", "customresourcedefinitions")["items"] if item["metadata"]["name"].endswith("argoproj.io")]
    found += [item["metadata"]["name"] for item in kubectl("get", "clusterroles,clusterrolebindings")["items"] if item["metadata"]["name"].startswith("argocd")]
    found += [
        item["metadata"]["name"] for item in kubectl("get", "persistentvolumes")["items"]
        if item["spec"].get("claimRef", {}).get("namespace") == "argosy" and not item["metadata"]["name"].startswith("terraform-test-")
    ]
    expect(not found, f"left: {found}")


def main():
    """All of it."""
    repository = os.environ.get("ARGOSY_TERRAFORM_REPOSITORY")
    if not os.environ.get("KUBECONFIG") or not repository:
        print("there is no cluster (KUBECONFIG), or no repository that it can read (ARGOSY_TERRAFORM_REPOSITORY)")
        return 77
    WORK.mkdir(parents=True, exist_ok=True)
    variables = [
        f"-var=repository={repository}", f"-var=environment={os.environ.get('ARGOSY_TERRAFORM_ENVIRONMENT') or 'local'}",
        f"-var=kubeconfig={os.environ['KUBECONFIG']}", f"-var=manifest={os.environ.get('ARGOSY_TERRAFORM_MANIFEST', '')}", "-var=facts={ cloud = \"try\" }",
    ]
    steps = [
        ("the reconciler comes up, and the environment is what Git says", applied), ("a second plan is empty", planned_again),
        ("a fact more is told, and the environment stays", changed), ("what is protected is not destroyed", protected),
        ("destroyed, and nothing is left", destroyed), ("applied again", applied), ("and destroyed again, and nothing is left", destroyed),
    ]
    try:
        names = [item["metadata"]["name"] for item in kubectl("get", "namespaces")["items"]]
        expect("argosy" not in names, "the cluster has a namespace argosy already: take that away first, since it would be destroyed")
        status, output = terraform("init", "-input=false", "-reconfigure", f"-backend-config=path={WORK}/terraform.tfstate")
        expect(status == 0, output)
        for what, work in steps:
            start = time.monotonic()
            work(variables)
            print(f"ok {what} ({time.monotonic() - start:.0f} s)", flush=True)
    except Failure as failure:
        print(f"FAILED {failure}")
        without_volumes()
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
