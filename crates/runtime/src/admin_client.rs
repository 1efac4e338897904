//! Asks a service's admin port, which is plain HTTP, on this machine.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Whether `/readyz` answers 200.
pub async fn is_ready(port: u16) -> bool {
    get(local(port), "/readyz").await.is_ok_and(|(status, _)| status == 200)
}

/// The value of a metric, summed over its labels; `None` where the service does not answer or has no such metric.
pub async fn metric(port: u16, name: &str) -> Option<f64> {
    let (_, body) = get(local(port), "/metrics").await.ok().filter(|(status, _)| *status == 200)?;
    sum(&body, name)
}

fn local(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

fn sum(metrics: &str, name: &str) -> Option<f64> {
    let values = metrics.lines().filter_map(|line| {
        let rest = line.strip_prefix(name).filter(|rest| rest.starts_with([' ', '{']))?;
        rest.rsplit(' ').next()?.parse::<f64>().ok()
    });
    values.fold(None, |sum, value| Some(sum.unwrap_or(0.0) + value))
}

/// Status and body of an answer to a plain GET.
///
/// # Errors
/// Where nothing listens there, no answer comes in [`TIMEOUT`], or it is none of HTTP.
pub(crate) async fn get(address: SocketAddr, path: &str) -> io::Result<(u16, String)> {
    let ask = async {
        let mut stream = TcpStream::connect(address).await?;
        let request = format!("GET {path} HTTP/1.0\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.map(|_| answer)
    };
    let answer = tokio::time::timeout(TIMEOUT, ask).await??;
    parse(&answer).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the answer is none of HTTP"))
}

fn parse(answer: &str) -> Option<(u16, String)> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_is_summed_over_its_labels() {
        let text = "# TYPE a counter\na 2\nab 9\nc{x=\"1\"} 3\nc{x=\"2 y\"} 4.5\n";
        assert_eq!(sum(text, "a"), Some(2.0));
        assert_eq!(sum(text, "c"), Some(7.5));
        assert_eq!(sum(text, "b"), None);
    }
}
