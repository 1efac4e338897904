//! `image set`.

use argosy_delivery::ImageSet;

use crate::scratch::{Remote, digest, kustomization, services};

#[tokio::test]
async fn one_line_changes_and_the_commit_says_everything() {
    let remote = Remote::new();
    let clone = remote.clone();
    let source = remote.head();
    clone.write("notes", "of the user");
    let references = clone.git(&["for-each-ref"]);
    let commit = clone.set("dev", "api", '1', "HEAD").await.unwrap();
    assert_eq!(remote.head(), commit);
    assert_eq!(
        remote.file(&services("dev")) + "\n",
        kustomization().replacen(&"0".repeat(64), &"1".repeat(64), 1)
    );
    assert_eq!(remote.git(&["diff", "--stat", "main^", "main"]).lines().count(), 2, "one file and the sum");
    let trailers = remote.git(&["log", "-1", "--format=%(trailers:only)", "main"]);
    let expected = format!(
        "Environment: dev\nService: api\nDigest: {}\nReplaces: {}\nSource-Commit: {source}\nBuild: https://ci.example/7\nActor: pipeline",
        digest('1'),
        digest('0')
    );
    assert_eq!(trailers, expected);
    assert_eq!(remote.git(&["log", "-1", "--format=%s %an", "main"]), "Deploy api to dev Ada");
    // The user's clone is where it was.
    assert_eq!(clone.git(&["rev-parse", "HEAD"]), source);
    assert_eq!(clone.git(&["status", "--porcelain"]), "?? notes");
    // A push tells the clone where the branch is now; nothing else moves.
    assert_eq!(clone.git(&["for-each-ref"]).replace(&commit, &source), references);
}

#[tokio::test]
async fn several_services_are_one_commit() {
    let remote = Remote::new();
    let clone = remote.clone();
    let request = ImageSet {
        environment: "dev".into(),
        images: vec![("webapp".into(), digest('2')), ("api".into(), digest('0'))],
        registry: Some("localhost:5001/x".into()),
        ..ImageSet::default()
    };
    let written = clone.delivery().await.set_images(&request).await.unwrap();
    assert_eq!(written.changes.len(), 2, "where api is pulled from changes, too");
    let text = remote.file(&services("dev"));
    assert!(
        text.contains(&format!(
            "{{name: registry.example/team/webapp, newName: localhost:5001/x/webapp, digest: \"{}\"}}",
            digest('2')
        )),
        "{text}"
    );
    let again = clone.delivery().await.set_images(&request).await.unwrap();
    assert_eq!((again.commit, again.unchanged.len(), again.message), (None, 2, None));
    assert_eq!(remote.git(&["rev-list", "--count", "main"]), "2");
}

#[tokio::test]
async fn a_dry_run_writes_nothing() {
    let remote = Remote::new();
    let clone = remote.clone();
    let head = remote.head();
    let request = ImageSet {
        environment: "dev".into(),
        images: vec![("api".into(), digest('1'))],
        is_dry_run: true,
        ..ImageSet::default()
    };
    let written = clone.delivery().await.set_images(&request).await.unwrap();
    assert_eq!((written.commit, remote.head()), (None, head));
    assert_eq!(written.lines.len(), 1);
    assert!(written.lines[0].after.as_ref().unwrap().contains(digest('1').as_str()));
    assert!(written.message.unwrap().starts_with("Deploy api to dev\n\nEnvironment: dev\n"));
}

#[tokio::test]
async fn a_push_that_others_overtake_is_done_again_on_theirs() {
    let remote = Remote::new();
    let (ours, theirs) = (remote.clone(), remote.clone());
    // At our first push, before the server looks, another's commit arrives.
    let from = theirs.path("").to_string_lossy().into_owned();
    theirs.write("other", "1");
    theirs.commit("Something else");
    theirs.git(&["push", "--quiet", "origin", "HEAD:refs/heads/other"]);
    remote.hook(
        "pre-receive",
        &format!(
            "[ -e {from}/once ] || {{ touch {from}/once; env -u GIT_QUARANTINE_PATH git update-ref refs/heads/main refs/heads/other; }}"
        ),
    );
    ours.set("dev", "api", '1', "HEAD").await.unwrap();
    assert_eq!(remote.git(&["log", "--format=%s", "main"]), "Deploy api to dev\nSomething else\nBegin");
}

#[tokio::test]
async fn a_push_whose_answer_is_lost_is_not_done_twice() {
    let remote = Remote::new();
    let clone = remote.clone();
    // The branch moves, and then the connection breaks.
    remote.hook("post-receive", "kill -9 $PPID");
    let commit = clone.set("dev", "api", '1', "HEAD").await.unwrap();
    assert_eq!(commit, remote.head(), "it is known to have arrived");
    assert_eq!(remote.git(&["log", "--format=%s", "main"]), "Deploy api to dev\nBegin");
}
