//! A promotion, merged in each way that code hosts have, is understood by `audit` and `where`.

use argosy_delivery::{AuditRequest, Change, Kind};
use chrono::{TimeDelta, Utc};

use crate::{
    promote::{promote, request},
    scratch::{Clone, Remote, digest},
};

const BRANCH: &str = "origin/promote/dev-to-prod";

/// Promotes a new api, merges that in a way, and has it told by `audit`, after it was looked at by `where`.
async fn merged(merge: impl AsyncFn(&Clone)) -> (Change, String) {
    let remote = Remote::new();
    let clone = remote.clone();
    let source = clone.publish("api/main", "2", "Change the api");
    clone.set("dev", "api", '1', &source).await.unwrap();
    promote(&clone, &request()).await;
    // The branch goes on before it is merged.
    clone.publish("webapp/main", "3", "Go on");
    clone.git(&["fetch", "--quiet"]);
    clone.git(&["config", "user.name", "Merger"]);
    merge(&clone).await;
    clone.git(&["push", "--quiet", "origin", "HEAD:main"]);
    clone.git(&["fetch", "--quiet"]);
    let delivery = clone.delivery().await;
    let found = delivery.locate(&source, None).await.unwrap();
    let stays: Vec<String> = found.stays.iter().map(|stay| stay.environment.to_string()).collect();
    assert_eq!(stays, ["dev", "prod"]);
    assert_eq!(found.stays[1].by.as_str(), clone.git(&["rev-parse", "origin/main"]));
    let now = Utc::now() + TimeDelta::seconds(1);
    let asking =
        AuditRequest { environment: "prod".into(), at: None, since: None, fetch: false, follows: None, now };
    let mut audit = delivery.audit(&asking).await.unwrap();
    assert_eq!(audit.notices, Vec::<String>::new());
    let change = audit.changes.remove(0);
    assert_eq!(change.after.as_ref().unwrap().digest, Some(digest('1')));
    assert_eq!(change.before.as_ref().unwrap().digest, Some(digest('0')));
    (change, source)
}

/// The commit of the branch, squashed by hand into one with this message, as a code host does.
fn squash(clone: &Clone, message: &str) {
    clone.git(&["merge", "--quiet", "--squash", BRANCH]);
    clone.git(&["commit", "--quiet", "--message", message]);
}

fn message(clone: &Clone) -> String {
    clone.git(&["log", "-1", "--format=%B", BRANCH])
}

#[tokio::test]
async fn by_a_merge_commit() {
    let merge = async |clone: &Clone| {
        let says = "Merge pull request #12 from team/promote/dev-to-prod\n\nPromote api from dev to prod";
        clone.git(&["merge", "--quiet", "--no-ff", "--message", says, BRANCH]);
    };
    let (change, source) = merged(merge).await;
    assert_eq!((change.kind, change.who.as_str()), (Kind::Promote, "pipeline"));
    assert_eq!(change.approved_by, ["Merger"], "who merges approves");
    assert_eq!(change.source_commit.unwrap().as_str(), source);
}

#[tokio::test]
async fn by_a_rebase() {
    let (change, source) = merged(async |clone: &Clone| drop(clone.git(&["cherry-pick", BRANCH]))).await;
    assert_eq!((change.kind, change.who.as_str()), (Kind::Promote, "pipeline"));
    assert_eq!(change.source_commit.unwrap().as_str(), source);
}

#[tokio::test]
async fn by_a_squash_that_keeps_the_message() {
    let merge = async |clone: &Clone| {
        let message = message(clone);
        let (title, rest) = message.split_once('\n').unwrap();
        squash(clone, &format!("{title} (#12)\n{rest}\nReviewed-by: Grace"));
    };
    let (change, source) = merged(merge).await;
    assert_eq!((change.kind, change.who.as_str()), (Kind::Promote, "pipeline"));
    assert_eq!(change.approved_by, ["Grace"]);
    assert_eq!(change.source_commit.unwrap().as_str(), source);
}

#[tokio::test]
async fn by_a_squash_that_puts_more_behind_the_trailers() {
    let merge = async |clone: &Clone| {
        let message = message(clone);
        squash(
            clone,
            &format!("Merged in promote/dev-to-prod (pull request #12)\n\n* {message}\n\nApproved-by: Grace"),
        );
    };
    let (change, source) = merged(merge).await;
    assert_eq!((change.kind, change.who.as_str()), (Kind::Promote, "pipeline"));
    assert_eq!(change.approved_by, ["Grace"]);
    assert_eq!(change.source_commit.unwrap().as_str(), source);
}

/// As GitLab does where nobody has told it otherwise.
#[tokio::test]
async fn by_a_squash_that_keeps_the_title_alone() {
    let (change, source) = merged(async |clone: &Clone| squash(clone, "Promote api from dev to prod")).await;
    assert_eq!((change.kind, change.who.as_str()), (Kind::Promote, "Merger"));
    assert_eq!(change.source_commit.unwrap().as_str(), source, "dev says so");
}

#[tokio::test]
async fn by_a_squash_that_says_nothing() {
    let (change, source) = merged(async |clone: &Clone| squash(clone, "Bring it")).await;
    assert_eq!((change.kind, change.who.as_str()), (Kind::ByHand, "Merger"));
    assert_eq!(change.source_commit.unwrap().as_str(), source, "dev says so");
}

/// A title is no proof: dev never had it, or the commit takes a promotion back.
#[tokio::test]
async fn what_only_calls_itself_a_promotion_is_none() {
    let remote = Remote::new();
    let clone = remote.clone();
    let text = remote.file(&crate::scratch::services("prod")) + "\n";
    let bring = |digit: char, says: &str| {
        let text = text.replacen(digest('0').as_str(), digest(digit).as_str(), 1);
        clone.publish(&crate::scratch::services("prod"), &text, says);
    };
    bring('5', "Promote api from dev to prod");
    bring('0', "Revert \"Promote api from dev to prod\"");
    clone.git(&["fetch", "--quiet"]);
    let now = Utc::now() + TimeDelta::seconds(1);
    let asking =
        AuditRequest { environment: "prod".into(), at: None, since: None, fetch: false, follows: None, now };
    let audit = clone.delivery().await.audit(&asking).await.unwrap();
    assert_eq!(audit.changes[0].kind, Kind::ByHand);
    assert_eq!(audit.changes[1].kind, Kind::ByHand);
}
