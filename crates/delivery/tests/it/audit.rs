//! `audit`: who, what, when, why.

use argosy_delivery::{Audit, AuditRequest, Kind};
use chrono::{DateTime, TimeDelta, Utc};

use crate::scratch::{self, Clone, Remote, digest, services};

async fn audit(clone: &Clone, at: Option<DateTime<Utc>>, since: Option<DateTime<Utc>>) -> Audit {
    clone.git(&["fetch", "--quiet"]);
    let now = Utc::now() + TimeDelta::seconds(1);
    let request = AuditRequest { environment: "prod".into(), at, since, fetch: false, follows: None, now };
    clone.delivery().await.audit(&request).await.unwrap()
}

fn lines(audit: &Audit) -> Vec<String> {
    audit
        .changes
        .iter()
        .map(|change| {
            let service = change.service.as_ref().map_or_else(|| change.files.join(" "), ToString::to_string);
            let after = change.after.as_ref().map_or("-".into(), ToString::to_string);
            format!("{} {service} {after} {}", change.kind, change.who)
        })
        .collect()
}

/// A promotion by a merged branch, a bad deployment, its rollback, its release, and an edit by hand.
async fn a_day(remote: &Remote, clone: &Clone) -> String {
    let source = clone.publish("api/main", "2", "Change the api");
    clone.set("dev", "api", '1', &source).await.unwrap();
    clone.git(&["pull", "--quiet", "--rebase"]);
    clone.git(&["checkout", "--quiet", "-b", "promote"]);
    let text = remote.file(&services("prod")) + "\n";
    clone.write(&services("prod"), &text.replacen(&"0".repeat(64), &"1".repeat(64), 1));
    let message = format!(
        "Promote api to prod\n\nEnvironment: prod\nService: api\nDigest: {}\nSource-Commit: {source}\nAction: promote\nActor: promoter\nReviewed-by: Grace",
        digest('1')
    );
    clone.commit(&message);
    clone.git(&["checkout", "--quiet", "main"]);
    clone.git(&[
        "-c",
        "user.name=Merger",
        "merge",
        "--quiet",
        "--no-ff",
        "-m",
        "Merge the promotion",
        "promote",
    ]);
    clone.git(&["push", "--quiet", "origin", "main"]);
    clone.set("prod", "api", '2', &source).await.unwrap();
    clone.delivery().await.rollback(&scratch::rollback(None)).await.unwrap();
    clone.delivery().await.release(&scratch::release()).await.unwrap();
    clone.git(&["pull", "--quiet", "--rebase"]);
    let text = remote.file(&services("prod")) + "\n";
    clone.publish(
        &services("prod"),
        &text.replacen(&"0".repeat(64), &"5".repeat(64), 1),
        "<b>Quick</b> fix of webapp",
    );
    source
}

#[tokio::test]
async fn every_change_has_its_who_what_and_why() {
    let remote = Remote::new();
    let clone = remote.clone();
    let source = a_day(&remote, &clone).await;
    let report = audit(&clone, None, None).await;
    let [one, two, five] = ['1', '2', '5'].map(|digit| digit.to_string().repeat(12));
    let expected = [
        format!("by hand webapp {five} Ada"),
        "release api - Ada".to_owned(),
        format!("rollback api {one} Ada"),
        format!("deploy api {two} pipeline"),
        format!("promote api {one} promoter"),
        "by hand api none yet Ada".to_owned(),
        "by hand webapp none yet Ada".to_owned(),
    ];
    assert_eq!(lines(&report), expected);
    let promotion = &report.changes[4];
    assert_eq!(promotion.approved_by, ["Grace", "Merger"]);
    assert_eq!(promotion.source_commit.as_ref().unwrap().as_str(), source);
    assert_eq!(report.changes[2].why.as_deref(), Some("it forgets"));
    assert_eq!(report.changes[3].build.as_deref(), Some("https://ci.example/7"));
    assert_eq!(report.notices, Vec::<String>::new());
    assert_eq!((report.measures.deployments, report.measures.failed), (3, 1), "{:?}", report.measures);
    assert!(report.measures.lead_time_seconds.is_some() && report.measures.recovery_seconds.is_some());
}

#[tokio::test]
async fn what_ran_at_a_time() {
    let remote = Remote::new();
    let clone = remote.clone();
    let source = remote.head();
    let at = |seconds: i64| DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap();
    for (digit, seconds) in [('1', 0), ('2', 100), ('3', 200)] {
        clone.git(&["pull", "--quiet", "--rebase"]);
        let text = remote.file(&services("prod")) + "\n";
        let place = text.find("sha256:").unwrap();
        clone.write(&services("prod"), &text.replace(&text[place..place + 71], digest(digit).as_str()));
        clone.git(&["add", "--all"]);
        let message = format!(
            "Deploy\n\nEnvironment: prod\nService: api\nDigest: {}\nSource-Commit: {source}",
            digest(digit)
        );
        let date = at(seconds).to_rfc3339();
        let output = std::process::Command::new("git")
            .current_dir(clone.path(""))
            .args(["commit", "--quiet", "--message", &message])
            .env("GIT_COMMITTER_DATE", &date)
            .output()
            .unwrap();
        assert!(output.status.success());
        clone.git(&["push", "--quiet", "origin", "main"]);
    }
    let report = audit(&clone, Some(at(150)), Some(at(50))).await;
    let running: Vec<String> =
        report.running.iter().map(|running| format!("{} {}", running.service, running.image)).collect();
    assert_eq!(running, ["api 222222222222", "webapp 222222222222"]);
    assert_eq!(report.running[0].since, at(100));
    assert_eq!(lines(&report), ["deploy api 222222222222 Ada", "by hand webapp 222222222222 Ada"]);
    assert!(audit(&clone, Some(at(-1_000_000_000)), None).await.running.is_empty());
}

#[tokio::test]
async fn a_commit_that_was_cut_out_leaves_a_contradiction() {
    let remote = Remote::new();
    let clone = remote.clone();
    let first = clone.set("prod", "api", '1', "HEAD").await.unwrap();
    clone.set("prod", "webapp", '7', "HEAD").await.unwrap();
    let last = clone.set("prod", "api", '2', "HEAD").await.unwrap();
    clone.git(&["fetch", "--quiet"]);
    // The first is cut out, and its line put right where the last conflicts.
    clone.git(&["reset", "--quiet", "--hard", &format!("{first}^")]);
    let text = remote.file(&services("prod")) + "\n";
    clone.write(&services("prod"), &text);
    let message = clone.git(&["log", "-1", "--format=%B", &last]);
    clone.commit(&message);
    clone.git(&["push", "--quiet", "--force", "origin", "HEAD:main"]);
    let report = audit(&clone, None, None).await;
    assert_eq!(report.notices.len(), 1, "{:?}", report.notices);
    assert!(report.notices[0].contains(&format!(
        "says that it replaced {} of api, but the branch had {}",
        digest('1'),
        digest('0')
    )));
}

#[tokio::test]
async fn the_table_and_the_page() {
    let remote = Remote::new();
    let clone = remote.clone();
    a_day(&remote, &clone).await;
    let report = audit(&clone, None, None).await;
    let mut table = Vec::new();
    report.write_csv(&mut table).unwrap();
    let mut reader = csv::Reader::from_reader(&table[..]);
    assert_eq!(reader.headers().unwrap().len(), 15);
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 7);
    assert_eq!((&rows[4][3], &rows[4][8]), ("promote", "Grace; Merger"));

    let page = report.to_html().unwrap();
    assert!(page.contains("&#60;b&#62;Quick") && !page.contains("<b>Quick"), "what people wrote is text");
    assert!(
        !page.contains("<script") && !page.contains("src=") && !page.contains("url("),
        "it needs nothing else"
    );
    assert_eq!(page.matches("<rect class=\"rollback\"").count(), 1);
    assert!(report.changes.iter().all(|change| change.kind != Kind::Configuration));
    if let Some(path) = std::env::var_os("ARGOSY_AUDIT_PAGE") {
        std::fs::write(path, page).unwrap();
    }
}
