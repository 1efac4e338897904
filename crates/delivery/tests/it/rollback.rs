//! `rollback` and `release`.

use argosy_delivery::{AuditRequest, Rollback, Written};

use crate::scratch::{self, Clone, Remote, digest, services};

async fn rollback(clone: &Clone, to: Option<&str>) -> Result<Written, String> {
    clone.delivery().await.rollback(&scratch::rollback(to)).await.map_err(|error| error.to_string())
}

async fn release(clone: &Clone) -> Written {
    clone.delivery().await.release(&scratch::release()).await.unwrap()
}

/// The digit of the digest that api has in prod.
fn runs(remote: &Remote) -> char {
    let text = remote.file(&services("prod"));
    text.split("team/api, digest: \"sha256:").nth(1).unwrap().chars().next().unwrap()
}

/// A change of the api, and its source commit.
fn change(clone: &Clone, migration: Option<(&str, &str)>) -> String {
    let (name, text) = migration.unwrap_or(("main", "2"));
    let file = migration.map_or("api/main".to_owned(), |_| format!("api/migrations/{name}"));
    clone.publish(&file, &format!("{text}\n-- {}", clone.git(&["rev-parse", "HEAD"])), "Change the api")
}

#[tokio::test]
async fn there_is_nothing_before_the_first_delivery() {
    let remote = Remote::new();
    let clone = remote.clone();
    let first = change(&clone, None);
    clone.set("prod", "api", '1', &first).await.unwrap();
    let error = rollback(&clone, None).await.unwrap_err();
    assert_eq!(error, "api never ran anything in prod that it could go back to");
    assert_eq!(runs(&remote), '1');
}

#[tokio::test]
async fn back_held_and_let_go() {
    let remote = Remote::new();
    let clone = remote.clone();
    let first = change(&clone, None);
    clone.set("prod", "api", '1', &first).await.unwrap();
    let second = change(&clone, Some(("0001_more.sql", "-- It only adds.")));
    clone.set("prod", "api", '2', &second).await.unwrap();

    let written = rollback(&clone, None).await.unwrap();
    assert_eq!(runs(&remote), '1');
    let holds = remote.file("kustomize/overlays/prod/holds.toml");
    let expected = format!(
        "service = \"api\"\ndigest = \"{}\"\nsince = \"2026-11-22T12:00:00Z\"\nby = \"Ada\"\nwhy = \"it forgets\"",
        digest('1')
    );
    assert!(holds.contains(&expected), "{holds}");
    assert_eq!(
        remote.git(&["rev-parse", "main^"]),
        written.parent.to_string(),
        "digest and hold are one commit"
    );
    let trailers = remote.git(&["log", "-1", "--format=%(trailers:only)", "main"]);
    assert!(
        trailers.contains("Action: rollback\nWhy: it forgets\nActor: Ada") && trailers.contains(&first),
        "{trailers}"
    );

    // Automation runs again, and leaves it as it is.
    let error = clone.set("prod", "api", '3', &second).await.unwrap_err();
    assert!(
        error.starts_with("api is held in prod at sha256:1111")
            && error.contains("`argosy release prod --service api`"),
        "{error}"
    );
    assert_eq!(clone.set("prod", "api", '1', &first).await.unwrap(), "", "what runs already may be set");
    clone.set("prod", "webapp", '3', &second).await.unwrap();
    clone.set("dev", "api", '3', &second).await.unwrap();

    assert!(release(&clone).await.commit.is_some());
    assert!(
        remote
            .git(&["ls-tree", "-r", "--name-only", "main"])
            .lines()
            .all(|file| !file.ends_with("holds.toml"))
    );
    clone.set("prod", "api", '3', &second).await.unwrap();
    assert_eq!(runs(&remote), '3');
    let again = release(&clone).await;
    assert_eq!((again.commit, again.unchanged.len()), (None, 1));
}

#[tokio::test]
async fn twice_back_is_two_versions_back() {
    let remote = Remote::new();
    let clone = remote.clone();
    for digit in ['1', '2', '3'] {
        let source = change(&clone, None);
        clone.set("prod", "api", digit, &source).await.unwrap();
    }
    rollback(&clone, None).await.unwrap();
    assert_eq!(runs(&remote), '2');
    rollback(&clone, None).await.unwrap();
    assert_eq!(runs(&remote), '1');
}

#[tokio::test]
async fn back_to_what_is_named_if_it_ran() {
    let remote = Remote::new();
    let clone = remote.clone();
    let first = change(&clone, None);
    let deployed = clone.set("prod", "api", '1', &first).await.unwrap();
    for digit in ['2', '3', '4'] {
        let source = change(&clone, None);
        clone.set("prod", "api", digit, &source).await.unwrap();
    }
    rollback(&clone, Some(&first[..12])).await.unwrap();
    assert_eq!(runs(&remote), '1');
    rollback(&clone, Some(digest('3').as_str())).await.unwrap();
    assert_eq!(runs(&remote), '3');
    clone.git(&["fetch", "--quiet"]);
    rollback(&clone, Some(&deployed)).await.unwrap();
    assert_eq!(runs(&remote), '1');
    let error = rollback(&clone, Some(digest('9').as_str())).await.unwrap_err();
    assert!(
        error.contains("never ran anything in prod that it could go back to at sha256:999")
            && error.contains("it ran:\n  333333333333 until"),
        "{error}"
    );
}

#[tokio::test]
async fn nothing_ran_before() {
    let remote = Remote::new();
    let error = rollback(&remote.clone(), None).await.unwrap_err();
    assert_eq!(error, "api never ran anything in prod that it could go back to");
}

#[tokio::test]
async fn a_contract_step_in_between_is_named() {
    let remote = Remote::new();
    let clone = remote.clone();
    let first = change(&clone, None);
    clone.set("prod", "api", '1', &first).await.unwrap();
    let second = change(&clone, Some(("0002_drop.sql", "-- contract: devices.label is dropped")));
    clone.set("prod", "api", '2', &second).await.unwrap();
    let third = change(&clone, Some(("0003_more.sql", "-- It only adds.")));
    clone.set("prod", "api", '3', &third).await.unwrap();

    let head = remote.head();
    let error = rollback(&clone, Some(&first)).await.unwrap_err();
    assert!(error.contains(&format!("api in prod cannot go back to {first}")), "{error}");
    assert!(error.contains("\n  api/migrations/0002_drop.sql: devices.label is dropped\n"), "{error}");
    assert_eq!(remote.head(), head);
    // Not across that step, it may.
    rollback(&clone, None).await.unwrap();
    assert_eq!(runs(&remote), '2');
    // What ran in between has migrated the database, though it runs no more.
    rollback(&clone, Some(&first)).await.unwrap_err();
}

#[tokio::test]
async fn migrations_that_are_not_known_are_not_guessed() {
    let remote = Remote::new();
    let clone = remote.clone();
    let first = change(&clone, None);
    clone.set("prod", "api", '1', &first).await.unwrap();
    let error = rollback(&clone, Some(digest('0').as_str())).await.unwrap_err();
    assert!(
        error.contains("is named by no commit's trailers, so its migrations cannot be compared"),
        "{error}"
    );
}

/// Goes back to what is named, whatever migrations say.
async fn despite_migrations(clone: &Clone, to: &str) -> String {
    let request =
        Rollback { despite_migrations: Some("nobody reads the label".into()), ..scratch::rollback(Some(to)) };
    clone.delivery().await.rollback(&request).await.unwrap().message.unwrap()
}

#[tokio::test]
async fn across_a_contract_step_only_by_word_which_is_kept() {
    let remote = Remote::new();
    let clone = remote.clone();
    let first = change(&clone, None);
    clone.set("prod", "api", '1', &first).await.unwrap();
    let second = change(&clone, Some(("0002_drop.sql", "-- contract: devices.label\tis dropped")));
    clone.set("prod", "api", '2', &second).await.unwrap();
    let third = change(&clone, None);
    clone.set("prod", "api", '3', &third).await.unwrap();
    let error = rollback(&clone, Some(&first)).await.unwrap_err();
    assert!(error.ends_with("say why by `--despite-migrations`"), "{error}");

    // Where nothing is in the way, there is nothing to keep.
    let message = despite_migrations(&clone, &second).await;
    assert!(!message.contains("igration"), "{message}");
    let message = despite_migrations(&clone, &first).await;
    let expected = "Why: it forgets\nDespite-Migrations: nobody reads the label\nCrossed-Migration: api/migrations/0002_drop.sql: devices.label is dropped\n";
    assert!(message.contains(expected), "{message}");
    assert_eq!(runs(&remote), '1');
    assert!(remote.file("kustomize/overlays/prod/holds.toml").contains("it forgets"));

    clone.git(&["fetch", "--quiet"]);
    let request = AuditRequest {
        environment: "prod".into(),
        at: None,
        since: None,
        fetch: false,
        follows: None,
        now: chrono::Utc::now(),
    };
    let audit = clone.delivery().await.audit(&request).await.unwrap();
    assert_eq!(audit.changes[0].despite_migrations.as_deref(), Some("nobody reads the label"));
    assert_eq!(audit.changes[1].despite_migrations, None);
    let page = audit.to_html().unwrap();
    assert_eq!(page.matches("Despite migrations:").count(), 1);
    assert!(page.contains("<li>api/migrations/0002_drop.sql: devices.label is dropped</li>"), "{page}");
    let mut table = Vec::new();
    audit.write_csv(&mut table).unwrap();
    let table = String::from_utf8(table).unwrap();
    assert_eq!(table.matches(",nobody reads the label,api/migrations/0002_drop.sql").count(), 1, "{table}");
}

#[tokio::test]
async fn across_what_nobody_knows_only_by_word_either() {
    let remote = Remote::new();
    let clone = remote.clone();
    let first = change(&clone, None);
    clone.set("prod", "api", '1', &first).await.unwrap();
    let message = despite_migrations(&clone, digest('0').as_str()).await;
    let expected =
        format!("Crossed-Migration: not known: the source commit of {} is named by no commit's", digest('0'));
    assert!(message.contains(&expected), "{message}");
}

#[tokio::test]
async fn a_dry_run_shows_both_files() {
    let remote = Remote::new();
    let clone = remote.clone();
    for digit in ['1', '2'] {
        let source = change(&clone, None);
        clone.set("prod", "api", digit, &source).await.unwrap();
    }
    let request = Rollback { actor: Some("Grace".into()), is_dry_run: true, ..scratch::rollback(None) };
    let head = remote.head();
    let written = clone.delivery().await.rollback(&request).await.unwrap();
    assert_eq!(remote.head(), head);
    assert!(
        written
            .lines
            .iter()
            .any(|line| line.file.ends_with("holds.toml") && line.after.as_deref() == Some("by = \"Grace\""))
    );
    assert_eq!(written.lines.iter().filter(|line| line.file.ends_with("kustomization.yaml")).count(), 1);
}
