//! `argosy image set`, `rollback`, `release`, `where`, `audit`, `diff`, `verify`, `promote` and what `status` says of Git: words and
//! exit codes. What they do is tested in argosy-delivery.

use std::{fs, path::Path, process::Output};

use tempfile::TempDir;
use tokio::process::Command;

const CONFIG: &str = "branch = \"main\"\nregistry = \"r.example\"\n[[service]]\nname = \"api\"\n[[environment]]\nname = \"dev\"\n";

/// A bare remote and a clone of it, with a service in an environment.
struct Scratch {
    _remote: TempDir,
    clone: TempDir,
}

async fn git(folder: &Path, arguments: &[&str]) {
    let output = Command::new("git").current_dir(folder).args(arguments).output().await.unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn digest(digit: &str) -> String {
    format!("sha256:{}", digit.repeat(64))
}

impl Scratch {
    async fn new() -> Self {
        let (remote, clone) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        git(remote.path(), &["init", "--quiet", "--bare", "--initial-branch=main"]).await;
        git(clone.path(), &["clone", "--quiet", &remote.path().to_string_lossy(), "."]).await;
        for (key, value) in [("user.name", "Ada"), ("user.email", "ada@example.com")] {
            git(clone.path(), &["config", key, value]).await;
        }
        fs::write(clone.path().join("argosy.toml"), CONFIG).unwrap();
        let overlay = clone.path().join("kustomize/overlays/dev");
        fs::create_dir_all(&overlay).unwrap();
        let images = format!("images:\n  - {{name: r.example/api, digest: \"{}\"}}\n", digest("0"));
        fs::write(overlay.join("kustomization.yaml"), images).unwrap();
        git(clone.path(), &["checkout", "--quiet", "-B", "main"]).await;
        git(clone.path(), &["add", "--all"]).await;
        git(clone.path(), &["commit", "--quiet", "--message", "Begin"]).await;
        git(clone.path(), &["push", "--quiet", "origin", "main"]).await;
        Self { _remote: remote, clone }
    }

    async fn argosy(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_argosy"))
            .current_dir(self.clone.path())
            .env_remove("ARGOSY_TOKEN")
            .env_remove("GH_TOKEN")
            .env_remove("GITHUB_TOKEN")
            .args(arguments)
            .output()
            .await
            .unwrap()
    }

    /// Adds an environment that takes its digests from dev.
    async fn add_prod(&self) {
        let config = format!("{CONFIG}[[environment]]\nname = \"prod\"\nfrom = \"dev\"\n");
        fs::write(self.clone.path().join("argosy.toml"), config).unwrap();
        let overlays = self.clone.path().join("kustomize/overlays");
        fs::create_dir_all(overlays.join("prod")).unwrap();
        fs::copy(overlays.join("dev/kustomization.yaml"), overlays.join("prod/kustomization.yaml")).unwrap();
        git(self.clone.path(), &["add", "--all"]).await;
        git(self.clone.path(), &["commit", "--quiet", "--message", "Add prod"]).await;
        git(self.clone.path(), &["push", "--quiet", "origin", "main"]).await;
    }

    /// Fails unless it ends with this code and says these words.
    async fn expect(&self, arguments: &[&str], code: i32, words: &str) {
        let output = self.argosy(arguments).await;
        let said =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(said.contains(words), "{arguments:?}: {words} is not in\n{said}");
    }
}

#[tokio::test]
async fn exit_codes_tell_what_was_done_from_what_was_refused() {
    let scratch = Scratch::new().await;
    let set = async |digit: &str, code: i32, words: &str| {
        let image = format!("api={}", digest(digit));
        scratch.expect(&["image", "set", &image, "--env", "dev", "--commit", "HEAD"], code, words).await;
    };
    scratch
        .expect(
            &["image", "set", "api=latest", "--env", "dev", "--commit", "HEAD"],
            2,
            "'latest' is not a digest",
        )
        .await;
    let dry = format!("api={}", digest("1"));
    scratch
        .expect(
            &["image", "set", &dry, "--env", "dev", "--commit", "HEAD", "--dry-run"],
            0,
            "Nothing is written",
        )
        .await;
    set("1", 0, "dev api          000000000000 -> 111111111111").await;
    let from = async |text: &str, code: i32, words: &str| {
        fs::write(scratch.clone.path().join("images.json"), text).unwrap();
        let arguments = ["image", "set", "--from", "images.json", "--env", "dev", "--commit", "HEAD"];
        scratch.expect(&arguments, code, words).await;
    };
    from(&format!(r#"{{"api": "{}"}}"#, digest("1")), 0, "has that digest already").await;
    from(r#"{"api": "latest"}"#, 1, "images.json has no digests by service, such as {\"api\"").await;
    from("{}", 1, "names no image").await;
    set("1", 0, "has that digest already").await;
    set("2", 0, "Pushed").await;
    scratch
        .expect(
            &["rollback", "dev", "--service", "api", "--why", "it forgets"],
            0,
            "222222222222 -> 111111111111",
        )
        .await;
    set("3", 3, "`argosy release dev --service api` lets it go").await;
    scratch.expect(&["release", "dev", "--service", "api"], 0, "Pushed").await;
    scratch.expect(&["release", "dev", "--service", "api"], 0, "is not held").await;
    set("3", 0, "Pushed").await;
    scratch
        .expect(
            &["rollback", "live", "--service", "api"],
            1,
            "argosy.toml names no environment 'live'; it names dev",
        )
        .await;
    scratch.expect(&["image", "set", "--env", "dev", "--commit", "HEAD"], 2, "SERVICE=DIGEST").await;
    scratch
        .expect(
            &["rollback", "dev", "--service", "api", "--despite-migrations", "tried on a copy"],
            0,
            "-> 111111111111",
        )
        .await;
    scratch.expect(&["diff", "dev", "live"], 2, "argosy.toml names no environment 'live'").await;
    scratch
        .expect(&["diff", "--help"], 0, "Exit codes: 0 (nothing differs that may not), 1 (something does)")
        .await;
}

#[tokio::test]
async fn reports_are_for_people_and_programs() {
    let scratch = Scratch::new().await;
    let image = format!("api={}", digest("1"));
    let set = ["image", "set", &image, "--env", "dev", "--commit", "HEAD", "--actor", "pipeline", "--json"];
    let written: serde_json::Value = serde_json::from_slice(&scratch.argosy(&set).await.stdout).unwrap();
    assert_eq!(written["changes"][0]["after"], digest("1"));

    scratch.expect(&["where", "HEAD"], 0, "and still").await;
    let json = |output: Output| serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap();
    let found = json(scratch.argosy(&["where", "HEAD", "--json"]).await);
    assert_eq!(found["stays"][0]["by"], written["commit"]);
    scratch.expect(&["audit", "dev"], 0, "deployment frequency").await;
    scratch.expect(&["audit", "dev", "--csv"], 0, "at,commit,environment,kind").await;
    scratch
        .expect(&["audit", "dev", "--at", "yesterday"], 1, "'yesterday' is no date: give 2026-11-01")
        .await;
    let audit = json(scratch.argosy(&["audit", "dev", "--json"]).await);
    assert_eq!((&audit["changes"][0]["who"], &audit["head"]), (&"pipeline".into(), &written["commit"]));
    scratch.expect(&["audit", "dev", "--html", "page.html"], 0, "page.html has 2 changes of dev").await;
    assert!(
        fs::read_to_string(scratch.clone.path().join("page.html")).unwrap().starts_with("<!doctype html>")
    );
    scratch.expect(&["status"], 0, "dev        api          111111111111").await;
    let status = json(scratch.argosy(&["status", "--json"]).await);
    assert_eq!(status["environments"][0]["services"][0]["image"]["digest"], digest("1"));
}

#[tokio::test]
async fn exit_codes_tell_a_gate_that_fails_from_one_that_nobody_can_ask() {
    let scratch = Scratch::new().await;
    let frozen =
        r#"{ gate = "freeze", windows = [{ from = "2000-01-01", to = "2999-12-31", why = "always" }] }"#;
    let rebuild = r#"{ gate = "rebuild" }"#;
    let free = r#"{ gate = "freeze", windows = [{ from = "2000-01-01", to = "2000-01-01" }] }"#;
    for (gates, code, outcome, words) in [
        (String::new(), 0, "pass", "argosy.toml gives dev no gates"),
        (free.to_owned(), 0, "pass", "pass   freeze"),
        (format!("{free}, {rebuild}"), 5, "absent", "argosy: not every gate passes: 0 fail, 1 absent"),
        (format!("{rebuild}, {frozen}"), 4, "fail", "argosy: not every gate passes: 1 fail, 1 absent"),
        ("{ gate = \"smell\" }".to_owned(), 1, "", "unknown variant `smell`"),
    ] {
        let config = format!("{CONFIG}gates = [{gates}]\n");
        fs::write(scratch.clone.path().join("argosy.toml"), config).unwrap();
        scratch.expect(&["verify", "dev"], code, words).await;
        if code != 1 {
            let output = scratch.argosy(&["verify", "dev", "--json"]).await;
            assert_eq!(output.status.code(), Some(code));
            let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            assert_eq!(json["outcome"], outcome);
        }
    }
    scratch
        .expect(&["verify", "dev", "--help"], 0, "4 (a gate fails), 5 (none fails, but one is absent")
        .await;
    fs::write(scratch.clone.path().join("argosy.toml"), CONFIG).unwrap();
    scratch.expect(&["verify", "live"], 1, "argosy.toml names no environment 'live'; it names dev").await;
}

#[tokio::test]
async fn a_promotion_says_what_came_of_it() {
    let scratch = Scratch::new().await;
    scratch.add_prod().await;
    let promote = ["promote", "dev", "prod"];
    scratch.expect(&promote, 0, "Nothing to promote: prod has what dev has").await;
    let image = format!("api={}", digest("1"));
    scratch.expect(&["image", "set", &image, "--env", "dev", "--commit", "HEAD"], 0, "Pushed").await;
    let dry = ["promote", "dev", "prod", "--dry-run"];
    scratch.expect(&dry, 0, "| api | `000000000000` | unknown | `111111111111` |").await;
    scratch.expect(&dry, 0, "Nothing is written: --dry-run").await;
    scratch.expect(&promote, 0, "prod api          000000000000 -> 111111111111").await;
    scratch.expect(&promote, 0, "promote/dev-to-prod says that already, at").await;
    scratch.expect(&promote, 0, "Open a pull request from promote/dev-to-prod yourself").await;
    let output = scratch.argosy(&["promote", "dev", "prod", "--service", "api", "--json"]).await;
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&json["title"], &json["is_pushed"]), (&"Promote api from dev to prod".into(), &false.into()));

    scratch.expect(&["promote", "prod", "dev"], 1, "nothing is promoted from prod to dev").await;
    scratch.expect(&["promote", "dev", "live"], 1, "argosy.toml names no environment 'live'").await;
    scratch
        .expect(&["promote", "dev", "prod", "--help"], 0, "Exit codes: 0 (proposed, whatever the gates say")
        .await;
    let config = fs::read_to_string(scratch.clone.path().join("argosy.toml")).unwrap();
    let host = r#"host = { kind = "github", api = "http://127.0.0.1:9", repository = "team/argosy" }"#;
    fs::write(scratch.clone.path().join("argosy.toml"), format!("{host}\n{config}")).unwrap();
    scratch
        .expect(&promote, 1, "there is no token for GitHub: ARGOSY_TOKEN or GH_TOKEN or GITHUB_TOKEN")
        .await;
    scratch.expect(&["promote", "dev", "prod", "--branch-only"], 0, "says that already").await;

    scratch.expect(&["image", "set", &image, "--env", "prod", "--commit", "HEAD"], 0, "Pushed").await;
    let image = format!("api={}", digest("2"));
    scratch.expect(&["image", "set", &image, "--env", "prod", "--commit", "HEAD"], 0, "Pushed").await;
    scratch.expect(&["image", "set", &image, "--env", "dev", "--commit", "HEAD"], 0, "Pushed").await;
    scratch.expect(&["rollback", "prod", "--service", "api"], 0, "Pushed").await;
    scratch.expect(&promote, 0, "prod api          is held by Ada and stays as it is").await;
    let named = ["promote", "dev", "prod", "--service", "api"];
    scratch.expect(&named, 3, "`argosy release prod --service api` lets it go").await;
}
