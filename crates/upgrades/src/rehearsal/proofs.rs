//! What has to hold after a switch-over.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use argosy_client::Client;
use argosy_simulator::{ApiOptions, VerifyOptions, verify};
use argosy_wire::api::device::CreateDeviceRequest;
use serde_json::json;

use super::Rehearsal;
use crate::{
    database::Database,
    probes,
    report::{Ledger, Switch},
    sequences,
};

/// How long what is on its way may take.
const SETTLE: Duration = Duration::from_secs(30);

/// Registers a device.
pub(super) async fn create_device(client: &Client, name: &str) -> anyhow::Result<()> {
    let request: CreateDeviceRequest = serde_json::from_value(json!({"name": name}))?;
    client.create_device(&request).await.with_context(|| format!("the device {name} cannot be made"))?;
    Ok(())
}

impl Rehearsal<'_> {
    /// Numbers of sequences are nobody's yet, and what draws them by the API works.
    pub(super) async fn prove_sequences(&mut self, database: &Database) -> anyhow::Result<()> {
        let (drawn, collisions) = sequences::collisions(&mut database.session().await?).await?;
        ensure!(drawn > 0, "there is no sequence to prove anything by");
        self.report
            .findings
            .extend(collisions.into_iter().map(|found| format!("at {}: {found}", database.name)));
        let number = self.report.switches.len();
        // The first draws for the tables of devices and of the audit, the second for that of dead letters.
        if let Err(error) = create_device(&self.reader, &format!("made-at-{}-{number}", database.name)).await
        {
            self.report.findings.push(format!("at {}: {error:#}", database.name));
        }
        let nonsense = probes::line(&json!(format!("nonsense {number}")));
        match self.writer.ingest(nonsense.into()).await {
            Ok(answer) if answer.dead_lettered == 1 => {}
            answer => {
                self.report
                    .findings
                    .push(format!("at {}: no dead letter is made: {answer:?}", database.name));
            }
        }
        Ok(())
    }

    /// No minute waits for a transaction number of the other server to come about here.
    pub(super) async fn prove_rollups(&mut self, database: &Database) -> anyhow::Result<()> {
        let stuck = "select count(*) from rollup_claims where settled_by > pg_snapshot_xmax(pg_current_snapshot())::text::bigint";
        let stuck: i64 = sqlx::query_scalar(stuck).fetch_one(&mut database.session().await?).await?;
        if stuck > 0 {
            self.report.findings.push(format!("at {}: {stuck} minutes will not be rolled up", database.name));
        }
        Ok(())
    }

    /// Compares the fleet's ledger, and what the writer was told, with what the API and its database have.
    pub(super) async fn prove_ledger(&mut self, database: &Database) -> anyhow::Result<Ledger> {
        let files = &self.world.installation.files;
        let options = VerifyOptions {
            api: ApiOptions {
                api_url: Some(self.world.api_url().parse()?),
                api_ca: Some(self.world.installation.certificates.ca_file.clone()),
                api_token: None,
                api_token_file: Some(files.file("token")),
                fleet: "demo".parse()?,
            },
            ledger: self.world.ledger(),
            settle: SETTLE,
            json: false,
        };
        let verdict = verify(&options).await?;
        let (boot, last) = self.probes.written();
        let (rows, numbers): (i64, i64) = sqlx::query_as(
            "select count(*), count(distinct seq) from readings join devices on devices.id = device_id
             where name = $1 and boot = $2 and seq <= $3",
        )
        .bind(probes::DEVICE)
        .bind(boot)
        .bind(last)
        .fetch_one(&mut database.session().await?)
        .await?;
        if (rows, numbers) != (last, last) {
            self.report.findings.push(format!(
                "at {}: of {last} messages that were posted and committed there are {numbers}, in {rows} rows",
                database.name
            ));
        }
        Ok(Ledger::from(&verdict))
    }

    /// Adds what is wrong with a switch-over.
    pub(super) fn judge(&mut self, switch: &Switch) {
        let way = format!("{} to {}", switch.from, switch.to);
        self.report.judge(switch.ledger, &way);
        for difference in &switch.rows.differences {
            self.report.findings.push(format!("{way}: {difference}"));
        }
        let budget = u64::try_from(self.arguments.budget.as_millis()).unwrap_or(u64::MAX);
        let (pauses, (writes, reads)) = (switch.pauses, self.probes.counts());
        if writes == 0 || reads == 0 {
            self.report.findings.push(format!("{way}: {writes} writes and {reads} reads were answered"));
        }
        for (pause, what) in
            [(pauses.fleet, "the fleet's messages"), (pauses.writes, "writes"), (pauses.reads, "reads")]
        {
            if pause > budget {
                self.report
                    .findings
                    .push(format!("{way}: the pause of {what} was {pause} ms, more than {budget} ms"));
            }
        }
    }
}
