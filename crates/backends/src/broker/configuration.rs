//! What Mosquitto is told: its listeners, its limits, and who may do what.

use std::{fmt::Write as _, path::Path};

use super::BrokerOptions;

/// Messages that the broker keeps for a session that is away, as ingest's is when it restarts: at 1,000 messages a second
/// an outage of half an hour. What comes beyond is lost, because MQTT has no way to refuse it.
const MAX_QUEUED_MESSAGES: u32 = 2_000_000;
/// The same in bytes, so that large messages do not exhaust the machine's memory first: 2 GiB.
const MAX_QUEUED_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// The largest packet that is taken from a device: above the 64 KiB that are stored, so that an oversize message becomes a
/// dead letter instead of a broken connection.
const MAX_PACKET_BYTES: u32 = 1_048_576;
/// The longest keep-alive, in seconds: a device that is gone is noticed within one and a half of it.
const MAX_KEEPALIVE: u32 = 600;
/// Seconds between snapshots of sessions and queues: what a crash of the broker can cost while ingest is away.
const SNAPSHOT_INTERVAL: u32 = 10;

/// Who may do what. `%u` is the user's name, which a device's certificate gives as `fleet/device`.
pub(super) const ACCESS: &str = "\
user ingest
topic read v1/#
topic write v1/+/+/receipt
topic read $SYS/broker/#

pattern write v1/%u/telemetry
pattern write v1/%u/status
pattern write v1/%u/command/+/result
pattern read v1/%u/command/+
pattern read v1/%u/receipt
";

/// The configuration file. Settings of a listener follow its `listener` line.
pub(super) fn configuration(folder: &Path, options: &BrokerOptions) -> String {
    let folder = folder.display();
    // `max_inflight_messages 0` leaves the window to each client's Receive Maximum.
    let mut text = format!(
        "per_listener_settings true\n\
         persistence true\npersistence_location {folder}/\nautosave_interval {SNAPSHOT_INTERVAL}\n\
         max_queued_messages {MAX_QUEUED_MESSAGES}\nmax_queued_bytes {MAX_QUEUED_BYTES}\n\
         max_inflight_messages 0\nmax_packet_size {MAX_PACKET_BYTES}\nmax_keepalive {MAX_KEEPALIVE}\n\
         set_tcp_nodelay true\nlog_dest stderr\nlog_timestamp_format %Y-%m-%dT%H:%M:%S\n\
         log_type error\nlog_type warning\nlog_type notice\nconnection_messages false\n"
    );
    if let Some((port, tls)) = &options.tls {
        let _ = write!(
            text,
            "\nlistener {port}\nallow_anonymous false\nrequire_certificate true\nuse_identity_as_username true\n\
             cafile {folder}/client-ca.pem\ncertfile {folder}/certificate.pem\nkeyfile {folder}/key.pem\n\
             tls_version tlsv1.2\nacl_file {folder}/acl\n"
        );
        if tls.revoked.is_some() {
            let _ = writeln!(text, "crlfile {folder}/revoked.pem");
        }
    }
    if let Some(port) = options.plain {
        let _ = write!(text, "\nlistener {port} 127.0.0.1\nallow_anonymous true\n");
    }
    text
}
