#!/usr/bin/env python3
"""Applies bootstrap and an environment's layers to an emulator of AWS's interface, with the real provider, and asks by AWS's own SDK what is there.

Everything is done in a copy of this folder, by scripts/platform as people run it. The emulator is moto; what it lacks is said in lines `skipped`. Lines are
read by terraform/test.py: `ok`, `FAILED`, `skipped`, `note`. Ends with 77 where the provider cannot be had.
"""

import json
import logging
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

# Policies that are AWS's own, which the emulator reads at its start.
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
# The SDK asks the emulator itself, whatever proxy there is.
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"

import boto3
from moto.s3.models import FakeDeleteMarker
from moto.server import ThreadedMotoServer

# moto 5.2 cannot forget that an object was deleted, so that a bucket with versions could not be emptied.
if not hasattr(FakeDeleteMarker, "dispose"):
    FakeDeleteMarker.dispose = lambda marker, garbage=False: None

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
REGION = "eu-central-1"
ENVIRONMENT = "aws-try"
PREFIX = "argosy-try"
FOLDER = "argosy-dev"
LAYERS = ["network", "data", "cluster"]


def without(kind, name):
    """Takes a resource away."""
    return f'resource "{kind}" "{name}" {{\n  count = 0\n}}\n'


# What is not applied, or not compared, since moto lacks it:
#   S3           it does not give back all of a lifecycle, for which the provider then waits, and takes a bucket's policy without its condition
#   RDS          it forgets that a database's load is kept, and tells of a scaling that the database has not
#   EC2          it tells of tags that a launch template was not given
#   EKS          it knows no add-ons, access entries and pods' identities, and forgets some of a cluster and of its nodes
#   ElastiCache  it deletes no group of subnets, knows no group of users, and none of the nodes that the provider asks for
LACKS = {
    "bootstrap/aws": without("aws_s3_bucket_lifecycle_configuration", "state") + without("aws_s3_bucket_policy", "state"),
    "modules/aws/database": """
resource "aws_rds_cluster" "this" {
  lifecycle {
    ignore_changes = [availability_zones, scaling_configuration]
  }
}
resource "aws_rds_cluster_instance" "this" {
  performance_insights_enabled    = false
  performance_insights_kms_key_id = null
}
""",
    "modules/aws/cluster": """
resource "aws_launch_template" "nodes" {
  lifecycle {
    ignore_changes = [tag_specifications]
  }
}
resource "aws_eks_cluster" "this" {
  lifecycle {
    ignore_changes = [access_config, compute_config, storage_config, upgrade_policy]
  }
}
resource "aws_eks_node_group" "this" {
  lifecycle {
    ignore_changes = [scaling_config[0].desired_size, remote_access, node_repair_config, update_config]
  }
}
""" + "".join(f'resource "{kind}" "{name}" {{\n  for_each = {{}}\n}}\n' for kind, name in [
        ("aws_eks_addon", "before_nodes"), ("aws_eks_addon", "after_nodes"), ("aws_eks_access_entry", "administrators"),
        ("aws_eks_access_policy_association", "administrators"), ("aws_eks_pod_identity_association", "pods")]),
    "modules/aws/cache": without("aws_elasticache_user_group", "this") + without("aws_elasticache_subnet_group", "this") + """
resource "aws_elasticache_replication_group" "this" {
  count             = 0
  subnet_group_name = null
  user_group_ids    = []
}
output "address" {
  value = "cache.example"
}
resource "aws_secretsmanager_secret_version" "this" {
  secret_string_wo = jsonencode({ url = "rediss://api:${local.password}@cache.example:6379" })
}
""",
}


class Failure(Exception):
    """Something is not as it has to be."""


def say(verdict, what):
    """A line for terraform/test.py."""
    print(f"{verdict} {what}", flush=True)


def expect(condition, what):
    """Ends the step where a condition does not hold."""
    if not condition:
        raise Failure(what)


class World:
    """A copy of the repository's Terraform, and the emulator that it is applied to."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        # Port 0: any that is free.
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.server = ThreadedMotoServer(port=0, verbose=False)
        self.server.start()
        host, port = self.server.get_host_and_port()
        self.url = f"http://{host.replace('0.0.0.0', '127.0.0.1')}:{port}"
        self.variables = {
            **os.environ, "AWS_ENDPOINT_URL": self.url, "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_REGION": REGION,
            # S3's interface for accounts is at a name that nobody resolves, ACCOUNT.127.0.0.1: the emulator is its own proxy.
            "HTTP_PROXY": self.url, "NO_PROXY": "", "no_proxy": "", "AWS_DEFAULT_REGION": REGION, "AWS_EC2_METADATA_DISABLED": "true", "NO_COLOR": "1", "TF_CLI_ARGS": "-no-color",
            # Terraform does not want two at once in one cache.
            "TF_PLUGIN_CACHE_DIR": str(self.folder / "plugins"),
        }
        ignore = shutil.ignore_patterns(".terraform", ".terraform.lock.hcl", "target", "azure")
        shutil.copytree(ROOT / "terraform", self.folder / "terraform", ignore=ignore)
        (self.folder / "plugins").mkdir()
        (self.folder / "scripts").mkdir()
        shutil.copy(ROOT / "scripts" / "platform", self.folder / "scripts")
        self.values = self.folder / "terraform" / "environments" / ENVIRONMENT
        shutil.copytree(self.folder / "terraform" / "environments" / "aws-dev", self.values)
        self.edit("common", '"dev"', '"try"')
        self.override("bootstrap/aws", 'provider "aws" {\n  s3_use_path_style = true\n}\n')
        for where, what in LACKS.items():
            self.override(where, what)

    def override(self, where, text):
        """Puts something else in the place of what the emulator lacks (https://developer.hashicorp.com/terraform/language/files/override)."""
        with (self.folder / "terraform" / where / "emulator_override.tf").open("a") as file:
            file.write(text)

    def client(self, service):
        """AWS's SDK for a service."""
        return boto3.client(service, region_name=REGION, endpoint_url=self.url, aws_access_key_id="testing", aws_secret_access_key="testing")

    def edit(self, name, old, new):
        """Changes the environment's values."""
        path = self.values / f"{name}.tfvars"
        text = path.read_text()
        expect(old in text, f"{path.name} has no {old}")
        path.write_text(text.replace(old, new))

    def run(self, command, folder=None, timeout=900, **variables):
        """Runs a command; its exit code and what it printed."""
        done = subprocess.run(
            command, cwd=folder or self.folder, env={**self.variables, **variables}, timeout=timeout, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        return done.returncode, done.stdout

    def platform(self, **variables):
        """scripts/platform; it has to end well."""
        status, output = self.run(["scripts/platform"], ENV=ENVIRONMENT, YES="1", **variables)
        expect(status == 0, f"scripts/platform {variables} ended with {status}:\n{output[-6000:]}")
        return output

    def terraform(self, *arguments):
        """Terraform in bootstrap/aws; it has to end well."""
        status, output = self.run(["terraform", "-chdir=terraform/bootstrap/aws", *arguments])
        expect(status == 0, f"terraform {arguments} ended with {status}:\n{output[-6000:]}")
        return output


BOOTSTRAP = [
    "-input=false", "-auto-approve", "-var=owner=platform@example.com", f"-var=region={REGION}", "-var=github=you/argosy", "-var=protected=false",
    "-var=gitlab={ project = \"you/argosy\" }",
]


def bootstrap(world):
    """State, trust and roles, and what they are by the SDK."""
    world.terraform("apply", *BOOTSTRAP)
    s3 = world.client("s3")
    bucket = json.loads(world.terraform("output", "-json"))["state_bucket"]["value"]
    expect(s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled", "the state's bucket keeps no versions")
    rule = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
    expect(rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms", "the state's bucket is not encrypted by a key")
    expect(all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values()), "the state's bucket can be opened")
    iam = world.client("iam")
    providers = [provider["Arn"] for provider in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]]
    expect(len(providers) == 2, f"pipelines' systems: {providers}")
    for role in ["plan", "apply", "push"]:
        found = iam.list_attached_role_policies(RoleName=f"argosy-{role}")["AttachedPolicies"]
        expect(found, f"the role {role} may do nothing")
    repositories = world.client("ecr").describe_repositories()["repositories"]
    expect(len(repositories) == 9 and all(found["imageTagMutability"] == "IMMUTABLE" for found in repositories), "the registry is another")
    world.variables["STATE_BUCKET"] = bucket
    (world.values / "backend.hcl").write_text(f'bucket = "{bucket}"\nregion = "{REGION}"\nuse_lockfile = true\nuse_path_style = true\n')


def network(world):
    """The network, as its SDK tells it."""
    ec2 = world.client("ec2")
    vpc = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": [PREFIX]}])["Vpcs"][0]
    mine = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
    subnets = ec2.describe_subnets(Filters=mine)["Subnets"]
    expect(len(subnets) == 6 and len({subnet["CidrBlock"] for subnet in subnets}) == 6, f"subnets: {[subnet['CidrBlock'] for subnet in subnets]}")
    expect(len({subnet["AvailabilityZone"] for subnet in subnets}) == 2, "dev spans two zones")
    tables = {tag["Value"]: table for table in ec2.describe_route_tables(Filters=mine)["RouteTables"] for tag in table.get("Tags", []) if tag["Key"] == "Name"}
    routes = [route["DestinationCidrBlock"] for route in tables[f"{PREFIX}-database"]["Routes"] if "DestinationCidrBlock" in route]
    expect(routes == [vpc["CidrBlock"]], f"the database's subnets have routes to {routes}")
    tags = {tag["Key"]: tag["Value"] for tag in vpc["Tags"]}
    expect(tags.get("environment") == "try" and tags.get("owner") == "platform@example.com", f"tags: {tags}")
    untagged = [subnet["SubnetId"] for subnet in subnets if "project" not in {tag["Key"] for tag in subnet["Tags"]}]
    expect(not untagged, f"without tags: {untagged}")
    expect(len(ec2.describe_flow_logs(Filters=[{"Name": "resource-id", "Values": [vpc["VpcId"]]}])["FlowLogs"]) == 1, "there are no flow logs")


def data(world):
    """Database, cache and secrets, as their SDKs tell them."""
    cluster = world.client("rds").describe_db_clusters(DBClusterIdentifier=PREFIX)["DBClusters"][0]
    expect(cluster["StorageEncrypted"], "the database is not encrypted")
    expect("MasterUserSecret" in cluster, "the password is not RDS's")
    servers = world.client("rds").describe_db_instances()["DBInstances"]
    expect(len(servers) == 1 and not servers[0]["PubliclyAccessible"], "the database has a public address")
    users = {user["UserName"]: user for user in world.client("elasticache").describe_users()["Users"] if user["UserId"].startswith(PREFIX)}
    expect(users["default"]["AccessString"] == "off -@all" and not users["api"].get("NoPasswordRequired"), f"the cache's users: {users}")
    manager = world.client("secretsmanager")
    token = json.loads(manager.get_secret_value(SecretId=f"{FOLDER}/ingest")["SecretString"])["token"]
    expect(re.fullmatch(r"argosy_[0-9a-f]{64}", token), "ingest's token is not one")
    key = json.loads(manager.get_secret_value(SecretId=f"{FOLDER}/seal-key")["SecretString"])["seal-key"]
    expect(re.fullmatch(r"[0-9a-f]{64}", key), "the seal key is not 32 bytes")
    url = json.loads(manager.get_secret_value(SecretId=f"{FOLDER}/cache")["SecretString"])["url"]
    expect(re.fullmatch(r"rediss://api:[0-9a-f]{64}@[^@]+:6379", url), "the cache's address is not one")
    states = b"".join(path["Body"].read() for path in states_of(world))
    for secret in [token, key, url.split(":")[2].split("@")[0]]:
        expect(secret.encode() not in states, "a state has a secret")


def states_of(world):
    """Every state in the bucket."""
    s3 = world.client("s3")
    for found in s3.list_objects_v2(Bucket=world.variables["STATE_BUCKET"])["Contents"]:
        yield s3.get_object(Bucket=world.variables["STATE_BUCKET"], Key=found["Key"])


def cluster(world):
    """The cluster, as its SDK tells it."""
    eks = world.client("eks")
    found = eks.describe_cluster(name=PREFIX)["cluster"]
    expect(found["version"] == "1.35" and found["status"] == "ACTIVE", f"the cluster is {found['version']}, {found['status']}")
    expect(found["resourcesVpcConfig"]["publicAccessCidrs"] == ["203.0.113.0/24"], "others reach the control plane")
    group = eks.describe_nodegroup(clusterName=PREFIX, nodegroupName="managed")["nodegroup"]
    expect(group["scalingConfig"]["minSize"] == 2 and group["scalingConfig"]["maxSize"] == 3, f"nodes: {group['scalingConfig']}")
    expect(found["tags"]["project"] == "argosy", "the cluster has no tags")


def layers(world):
    """All layers, each applied, asked by the SDK, and planned again with nothing to change."""
    for layer, asked in zip(LAYERS, [network, data, cluster]):
        start = time.monotonic()
        world.platform(LAYER=layer)
        say("ok", f"the layer {layer} is applied ({time.monotonic() - start:.0f} s)")
        asked(world)
        say("ok", f"the layer {layer} is what the SDK tells")
        status, output = world.run(["scripts/platform"], ENV=ENVIRONMENT, LAYER=layer, PLAN="1")
        expect(status == 0, f"a second plan of {layer} wants to change something:\n{output[-6000:]}")
        say("ok", f"a second plan of the layer {layer} is empty")


def change(world):
    """A change in place."""
    world.edit("network", "flow_log_days     = 7", "flow_log_days     = 14")
    status, output = world.run(["scripts/platform"], ENV=ENVIRONMENT, LAYER="network", PLAN="1")
    expect(status == 2 and "0 to add, 1 to change, 0 to destroy" in output, f"it is not a change in place:\n{output[-3000:]}")
    world.platform(LAYER="network")
    group = world.client("logs").describe_log_groups(logGroupNamePrefix=f"/{PREFIX}/flow")["logGroups"][0]
    expect(group["retentionInDays"] == 14, "nothing has changed")


def step_over(world):
    """A version that steps over a minor one, by what runs."""
    world.edit("cluster", '"1.35"', '"1.33"')
    status, output = world.run(["scripts/platform"], ENV=ENVIRONMENT, LAYER="cluster", PLAN="1")
    expect(status == 1 and "does not go back" in output, f"a version back is not refused:\n{output[-3000:]}")
    world.edit("cluster", '"1.33"', '"1.35"')


def locked(world):
    """Somebody else applies."""
    s3 = world.client("s3")
    lock = {"ID": "0b1c2d3e-0000-4000-8000-000000000000", "Operation": "OperationTypeApply", "Info": "", "Who": "grace@laptop", "Version": "1.11.4",
            "Created": "2026-01-01T00:00:00Z", "Path": f"{world.variables['STATE_BUCKET']}/{ENVIRONMENT}/network.tfstate"}
    key = f"{ENVIRONMENT}/network.tfstate.tflock"
    s3.put_object(Bucket=world.variables["STATE_BUCKET"], Key=key, Body=json.dumps(lock))
    status, output = world.run(["scripts/platform"], ENV=ENVIRONMENT, LAYER="network", PLAN="1", LOCK_TIMEOUT="1s")
    s3.delete_object(Bucket=world.variables["STATE_BUCKET"], Key=key)
    expect(status not in (0, 2) and "grace@laptop" in output, f"it does not say who holds the lock:\n{output[-3000:]}")


def half_failed(world):
    """Something that somebody else made is in the way; once it is gone, the same command goes on."""
    logs = world.client("logs")
    logs.create_log_group(logGroupName=f"/aws/eks/{PREFIX}/cluster")
    status, output = world.run(["scripts/platform"], ENV=ENVIRONMENT, LAYER="cluster", YES="1")
    expect(status == 1 and "stopped half-way" in output and "ResourceAlreadyExists" in output, f"it does not say what is in the way:\n{output[-3000:]}")
    logs.delete_log_group(logGroupName=f"/aws/eks/{PREFIX}/cluster")


def refused(world):
    """Bad input, at plan, with a message that names the variable and what would be accepted."""
    for layer, old, new, message in [
        ("network", '"10.65.0.0/16"', '"10.64.0.0/16"', 'cidr "10.64.0.0/16" overlaps prod (10.64.0.0/16)'),
        ("network", "zones             = 2", "zones             = 1", "want two at least"),
        ("network", '"one"', '"two"', "it wants none, one or per-zone"),
    ]:
        path = world.values / f"{layer}.tfvars"
        text = path.read_text()
        world.edit(layer, old, new)
        status, output = world.run(["scripts/platform"], ENV=ENVIRONMENT, LAYER=layer, PLAN="1")
        path.write_text(text)
        expect(status == 1 and message in re.sub(r"\s*[│╷╵]?\s*\n[│ ]*", " ", output), f"{new} is not refused by '{message}':\n{output[-3000:]}")
    status, output = world.run(["scripts/platform"], ENV=ENVIRONMENT, LAYER="gitops", PLAN="1")
    expect(status == 1 and "needs the layer cluster, which is not applied" in output, f"a layer goes before the one that it needs:\n{output[-2000:]}")


def nothing_left(world):
    """What the SDK still finds."""
    left = []
    ec2 = world.client("ec2")
    left += [vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"] if not vpc["IsDefault"]]
    left += [address["AllocationId"] for address in ec2.describe_addresses()["Addresses"]]
    left += [found["NatGatewayId"] for found in ec2.describe_nat_gateways()["NatGateways"] if found["State"] != "deleted"]
    left += world.client("eks").list_clusters()["clusters"]
    left += [found["DBClusterIdentifier"] for found in world.client("rds").describe_db_clusters()["DBClusters"]]
    left += [user["UserId"] for user in world.client("elasticache").describe_users()["Users"] if user["UserId"].startswith(PREFIX)]
    left += [found["Name"] for found in world.client("secretsmanager").list_secrets()["SecretList"] if found["Name"].startswith(FOLDER)]
    left += [found["RoleName"] for found in world.client("iam").list_roles()["Roles"] if found["RoleName"].startswith(PREFIX)]
    left += [found["logGroupName"] for found in world.client("logs").describe_log_groups()["logGroups"]]
    left += [found["LaunchTemplateName"] for found in ec2.describe_launch_templates()["LaunchTemplates"]]
    expect(not left, f"left: {left}")


def destroy(world):
    """Everything, the last layer first."""
    for layer in reversed(LAYERS):
        world.platform(LAYER=layer, DESTROY="1")
    nothing_left(world)


def destroy_bootstrap(world):
    """And the account is as it was."""
    world.terraform("destroy", *BOOTSTRAP)
    iam = world.client("iam")
    left = [role["RoleName"] for role in iam.list_roles()["Roles"] if role["RoleName"].startswith("argosy")]
    left += [bucket["Name"] for bucket in world.client("s3").list_buckets()["Buckets"]]
    left += [found["repositoryName"] for found in world.client("ecr").describe_repositories()["repositories"]]
    expect(not left, f"left: {left}")


def step(world, what, work):
    """A step, and how long it took."""
    start = time.monotonic()
    work(world)
    say("ok", f"{what} ({time.monotonic() - start:.0f} s)")


def main():
    """All of it, in an order in which each step finds what it needs."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(folder)
        try:
            status, output = world.run(["terraform", "-chdir=terraform/bootstrap/aws", "init", "-input=false"])
            if status != 0:
                print(output[-2000:] + "\nthe provider hashicorp/aws cannot be had")
                return 77
            step(world, "bootstrap: state, trust, roles and registry are made, and what the SDK tells", bootstrap)
            step(world, "bad input is refused at plan, by the variable's name", refused)
            world.platform(LAYER="network")
            step(world, "an apply that fails half-way says what is in the way", half_failed)
            say("ok", "and goes on from there:")
            layers(world)
            step(world, "a change is made in place", change)
            step(world, "a version that does not follow what runs is refused", step_over)
            step(world, "a locked state says who holds it", locked)
            step(world, "destroyed, and nothing is left", destroy)
            step(world, "bootstrap destroyed, and nothing is left", destroy_bootstrap)
        except Failure as failure:
            say("FAILED", str(failure))
            return 1
        finally:
            world.server.stop()
    say("skipped", "the lifecycle of the state's bucket, which the emulator does not give back whole")
    say("skipped", "the policy of the state's bucket, which the emulator takes without its condition")
    say("skipped", "add-ons, access entries and pods' identities of EKS, which the emulator does not know")
    say("skipped", "the cache and the group of its users, which the emulator does not know whole")
    say("skipped", "the layer gitops on the emulator, which has no Kubernetes: terraform/tests/kubernetes.py applies it to a cluster")
    return 0


if __name__ == "__main__":
    sys.exit(main())
