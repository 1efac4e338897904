//! What the objects of an environment say is wrong, and what to try.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

/// What helps where a commit is at fault.
const MEND: &str = "mend it in Git, or take the commit back with `git revert`";

/// Something that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Problem {
    /// Which object.
    pub(crate) object: String,
    /// What it says.
    pub(crate) says: String,
    /// What may help.
    pub(crate) try_this: String,
}

/// Finds them; the same thing said by several objects comes once for each.
pub(crate) fn problems(environment: &str, reconcilers: &[Value], objects: &[Value]) -> Vec<Problem> {
    let mut found = BTreeSet::new();
    for reconciler in reconcilers {
        of_reconciler(reconciler, &mut found);
    }
    for object in objects {
        match object["kind"].as_str() {
            Some("Pod") => of_pod(environment, object, &mut found),
            Some("Job") => of_job(object, &mut found),
            Some("PersistentVolumeClaim") => of_claim(object, &mut found),
            _ => {}
        }
    }
    of_events(objects, &mut found);
    found.into_iter().collect()
}

fn of_reconciler(object: &Value, found: &mut BTreeSet<Problem>) {
    let status = &object["status"];
    let mut add = |says: &str| {
        found.insert(Problem { object: name(object), says: says.to_owned(), try_this: MEND.into() });
    };
    for condition in array(&status["conditions"]) {
        let text = text(condition, "message");
        let is_bad = text_of(condition, "type").ends_with("Error")
            || (text_of(condition, "type") == "Ready" && text_of(condition, "status") == "False");
        if is_bad {
            add(text);
        }
    }
    let operation = &status["operationState"];
    let is_tried_again = operation["retryCount"].as_u64().is_some_and(|count| count > 0);
    if matches!(text_of(operation, "phase"), "Failed" | "Error") || is_tried_again && is_running(operation) {
        add(text(operation, "message"));
    }
    of_results(operation, found);
}

/// What a sync could not do, once for all objects of which the same is said.
fn of_results(operation: &Value, found: &mut BTreeSet<Problem>) {
    let mut refused = BTreeMap::<&str, Vec<String>>::new();
    for result in array(&operation["syncResult"]["resources"]) {
        let has_failed = text_of(result, "status") == "SyncFailed"
            || matches!(text_of(result, "hookPhase"), "Failed" | "Error");
        if has_failed {
            let object = format!(
                "{} {}/{}",
                text_of(result, "kind"),
                text_of(result, "namespace"),
                text_of(result, "name")
            );
            refused.entry(text(result, "message")).or_default().push(object);
        }
    }
    for (says, objects) in refused {
        let object = match &objects[..] {
            [only] => only.clone(),
            [first, others @ ..] => format!("{first} and {} more", others.len()),
            [] => continue,
        };
        found.insert(Problem { object, says: says.to_owned(), try_this: MEND.into() });
    }
}

fn is_running(operation: &Value) -> bool {
    text_of(operation, "phase") == "Running"
}

fn of_pod(environment: &str, pod: &Value, found: &mut BTreeSet<Problem>) {
    let status = &pod["status"];
    for container in array(&status["initContainerStatuses"]).chain(array(&status["containerStatuses"])) {
        let waiting = &container["state"]["waiting"];
        let reason = text_of(waiting, "reason");
        let try_this = match reason {
            "ImagePullBackOff" | "ErrImagePull" if is_refused(text_of(waiting, "message")) => {
                "may the cluster's nodes pull from that registry? Give them the right to, or the pods an imagePullSecret".to_owned()
            }
            "ImagePullBackOff" | "ErrImagePull" | "InvalidImageName" => format!(
                "does the registry have the digest that kustomize/overlays/{environment} names? `docker buildx imagetools inspect {}`",
                text_of(container, "image")
            ),
            "CrashLoopBackOff" => format!(
                "kubectl logs --namespace argosy {} --container {} --previous",
                text_of(&pod["metadata"], "name"),
                text_of(container, "name")
            ),
            "CreateContainerConfigError" | "CreateContainerError" => {
                "is everything there that the container takes from secrets and config maps?".to_owned()
            }
            _ => continue,
        };
        let says = format!("{}: {reason}: {}", text_of(container, "name"), text(waiting, "message"));
        found.insert(Problem { object: name(pod), says, try_this });
    }
    for condition in array(&status["conditions"]) {
        if text_of(condition, "type") == "PodScheduled" && text_of(condition, "status") == "False" {
            found.insert(Problem {
                object: name(pod),
                says: format!("it has no node: {}", text(condition, "message")),
                try_this: "give the cluster more nodes or storage, or ask for less".into(),
            });
        }
    }
}

/// Whether a registry knows the puller too little.
fn is_refused(message: &str) -> bool {
    ["401", "403", "denied", "nauthorized"].iter().any(|word| message.contains(word))
}

fn of_job(job: &Value, found: &mut BTreeSet<Problem>) {
    for condition in array(&job["status"]["conditions"]) {
        if text_of(condition, "type") == "Failed" && text_of(condition, "status") == "True" {
            found.insert(Problem {
                object: name(job),
                says: format!("{}: {}", text_of(condition, "reason"), text(condition, "message")),
                try_this: format!(
                    "kubectl logs --namespace argosy job/{}",
                    text_of(&job["metadata"], "name")
                ),
            });
        }
    }
}

fn of_claim(claim: &Value, found: &mut BTreeSet<Problem>) {
    if text_of(&claim["status"], "phase") == "Pending" {
        found.insert(Problem {
            object: name(claim),
            says: "it has no volume yet".into(),
            try_this: "does the cluster have a default storage class? `kubectl get storageclass`".into(),
        });
    }
}

/// Warnings about volumes, which no pod has in its status: most of all secrets that do not exist.
fn of_events(objects: &[Value], found: &mut BTreeSet<Problem>) {
    let waiting: BTreeSet<&str> = objects
        .iter()
        .filter(|object| text_of(object, "kind") == "Pod" && text_of(&object["status"], "phase") == "Pending")
        .map(|pod| text_of(&pod["metadata"], "uid"))
        .collect();
    for event in objects.iter().filter(|object| text_of(object, "kind") == "Event") {
        let about = &event["involvedObject"];
        if text_of(event, "reason") == "FailedMount" && waiting.contains(text_of(about, "uid")) {
            found.insert(Problem {
                object: format!("Pod {}", text_of(about, "name")),
                says: text(event, "message").to_owned(),
                try_this: "make the secret by what its environment has: a sync again where the job `secrets` makes them, else SOPS or External Secrets".into(),
            });
        }
    }
}

fn name(object: &Value) -> String {
    format!("{} {}", text_of(object, "kind"), text_of(&object["metadata"], "name"))
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text_of<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

/// A message; something where there is none.
fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().filter(|text| !text.is_empty()).unwrap_or("it gives no reason")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn only(reconcilers: &[Value], objects: &[Value]) -> Problem {
        let mut found = problems("local", reconcilers, objects);
        assert_eq!(found.len(), 1, "{found:?}");
        found.remove(0)
    }

    #[test]
    fn an_unknown_digest_is_named_with_its_container() {
        let pod = json!({"kind": "Pod", "metadata": {"name": "webapp-1"}, "status": {"containerStatuses": [
            {"name": "webapp", "image": "ghcr.io/argosy/webapp@sha256:00", "state": {"waiting": {"reason": "ImagePullBackOff", "message": "not found"}}},
        ]}});
        let problem = only(&[], &[pod]);
        assert_eq!(problem.object, "Pod webapp-1");
        assert!(problem.says.contains("webapp: ImagePullBackOff: not found"));
        assert!(
            problem.try_this.contains("kustomize/overlays/local") && problem.try_this.contains("sha256:00")
        );
    }

    #[test]
    fn a_registry_that_refuses_is_not_one_that_lacks_the_digest() {
        let pod = json!({"kind": "Pod", "metadata": {"name": "webapp-1"}, "status": {"containerStatuses": [
            {"name": "webapp", "state": {"waiting": {"reason": "ErrImagePull", "message": "pulling failed: 401 Unauthorized"}}},
        ]}});
        assert!(only(&[], &[pod]).try_this.contains("may the cluster's nodes pull"));
    }

    #[test]
    fn what_a_sync_is_refused_is_said_while_it_tries_again() {
        let refused = |kind: &str| json!({"kind": kind, "name": "api", "namespace": "argosyx", "status": "SyncFailed", "message": "namespace argosyx is not permitted"});
        let argo = json!({"kind": "Application", "metadata": {"name": "argosy-local"}, "status": {"operationState": {
            "phase": "Running", "retryCount": 4, "message": "tasks are not valid. Retrying attempt #4",
            "syncResult": {"resources": [refused("Service"), refused("Deployment"), {"kind": "Role", "status": "Synced"}]}}}});
        let found = problems("local", &[argo], &[]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].says.contains("Retrying"));
        assert_eq!(found[1].object, "Service argosyx/api and 1 more");
        assert_eq!(found[1].says, "namespace argosyx is not permitted");
    }

    #[test]
    fn a_missing_secret_is_named_while_its_pod_waits() {
        let event = json!({"kind": "Event", "reason": "FailedMount", "message": "secret \"api\" not found",
                           "involvedObject": {"name": "api-1", "uid": "1"}});
        let pod = |phase: &str| json!({"kind": "Pod", "metadata": {"name": "api-1", "uid": "1"}, "status": {"phase": phase}});
        assert!(only(&[], &[event.clone(), pod("Pending")]).says.contains("secret \"api\" not found"));
        assert_eq!(problems("local", &[], &[event, pod("Running")]), []);
    }

    #[test]
    fn a_claim_without_storage_and_a_failed_job_are_named() {
        let claim = json!({"kind": "PersistentVolumeClaim", "metadata": {"name": "data-postgres-0"}, "status": {"phase": "Pending"}});
        assert!(only(&[], &[claim]).try_this.contains("storageclass"));
        let job = json!({"kind": "Job", "metadata": {"name": "api-migrate"}, "status": {"conditions": [
            {"type": "Failed", "status": "True", "reason": "DeadlineExceeded", "message": "too long"}]}});
        assert!(only(&[], &[job]).try_this.contains("job/api-migrate"));
    }

    #[test]
    fn what_a_reconciler_cannot_do_is_its_own_words() {
        let argo = json!({"kind": "Application", "metadata": {"name": "argosy-local"}, "status": {"conditions": [
            {"type": "ComparisonError", "message": "namespaces \"argosy\" not found"}]}});
        assert!(only(&[argo], &[]).says.contains("not found"));
        let flux = json!({"kind": "Kustomization", "metadata": {"name": "argosy-services"}, "status": {"conditions": [
            {"type": "Ready", "status": "False", "message": "kustomize build failed"}]}});
        assert!(only(&[flux], &[]).says.contains("build failed"));
    }
}
