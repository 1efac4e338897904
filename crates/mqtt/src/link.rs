//! An MQTT 5 connection without a queue or a task of its own: packets in, packets out, and a ping now and then.
//!
//! The library's event loop keeps account of everything that MQTT allows, and looks through all of it with each batch it reads:
//! 75 of 106 us a message where ingest read with it. Here are its packets alone. Who uses this owns the order of things: what
//! is pushed goes out in that order, on this connection or not at all.

use std::{
    future::poll_fn,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Buf as _, BytesMut};
use rumqttc::{
    Connect, ConnectAuth, ConnectReturnCode, Disconnect, DisconnectReasonCode, Error as PacketError,
    LastWill, Packet,
};
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::{Instant, Interval, MissedTickBehavior, interval_at, timeout},
};
use tokio_rustls::TlsConnector;
use tokio_util::io::poll_read_buf;

use crate::BrokerAddress;

/// Room for what is read at once, in bytes.
const READ_BYTES: usize = 64 * 1024;
/// Less room than this is not worth a read. Messages hold on to the room they were read into, so it is used up before there is
/// more.
const LEAST_ROOM: usize = 4 * 1024;
/// How long saying goodbye may take.
const GOODBYE: Duration = Duration::from_secs(2);

/// Why a connection is of no more use.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The network failed, or TLS.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It took too long until the broker took the connection.
    #[error("the broker does not answer within {0:?}")]
    Slow(Duration),
    /// The broker takes no such client.
    #[error("the broker refused the connection: {0:?}")]
    Refused(ConnectReturnCode),
    /// The broker sent what is no packet, or is too large.
    #[error("the broker sent what is no packet: {0}")]
    Packet(#[from] PacketError),
    /// The broker sent something before its answer to the connection.
    #[error("the broker did not answer the connection but sent {0}")]
    Unexpected(&'static str),
    /// The broker answers no pings.
    #[error("the broker takes nothing and says nothing")]
    Silent,
    /// The broker ended the connection, and said why.
    #[error("the broker closed the connection: {0:?}")]
    Closed(DisconnectReasonCode),
    /// The broker ended the connection without a word.
    #[error("the broker closed the connection")]
    Gone,
}

/// How to connect.
#[derive(Debug, Clone)]
pub struct Dial {
    /// Where the broker is.
    pub address: BrokerAddress,
    /// How to reach it by TLS; nothing for a plain connection.
    pub tls: Option<Arc<ClientConfig>>,
    /// What the client says of itself. Its keep-alive is when pings go out, unless the broker wants them sooner.
    pub connect: Connect,
    /// Who it is, where no certificate says so.
    pub auth: ConnectAuth,
    /// What the broker publishes when the connection is lost.
    pub will: Option<LastWill>,
    /// How long all of it may take.
    pub timeout: Duration,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A connection that stands.
pub struct Link {
    stream: Box<dyn Stream>,
    input: BytesMut,
    output: BytesMut,
    /// Whether something was written that the stream may still hold.
    is_unflushed: bool,
    max_packet: Option<u32>,
    pings: Interval,
    /// Whether nothing was heard since the last ping.
    is_unanswered: bool,
}

impl Link {
    /// Connects.
    pub async fn open(dial: Dial) -> Result<Self, LinkError> {
        let limit = dial.timeout;
        timeout(limit, Self::connect(dial)).await.map_err(|_| LinkError::Slow(limit))?
    }

    async fn connect(dial: Dial) -> Result<Self, LinkError> {
        let tcp = TcpStream::connect((dial.address.host.as_str(), dial.address.port)).await?;
        tcp.set_nodelay(true)?;
        let stream: Box<dyn Stream> = match dial.tls {
            Some(config) => {
                let name = ServerName::try_from(dial.address.host).map_err(io::Error::other)?;
                Box::new(TlsConnector::from(config).connect(name, tcp).await?)
            }
            None => Box::new(tcp),
        };
        let max_packet = dial.connect.properties.as_ref().and_then(|properties| properties.max_packet_size);
        let mut link = Self {
            stream,
            input: BytesMut::new(),
            output: BytesMut::new(),
            is_unflushed: false,
            max_packet,
            pings: pings(dial.connect.keep_alive),
            is_unanswered: false,
        };
        let keep_alive = dial.connect.keep_alive;
        link.push(&Packet::Connect(dial.connect, dial.will, dial.auth))?;
        let answer = match link.next().await? {
            Packet::ConnAck(answer) => answer,
            Packet::Publish(_) => return Err(LinkError::Unexpected("a message")),
            _ => return Err(LinkError::Unexpected("another packet")),
        };
        if answer.code != ConnectReturnCode::Success {
            return Err(LinkError::Refused(answer.code));
        }
        let wanted = answer.properties.and_then(|properties| properties.server_keep_alive);
        link.pings = pings(wanted.unwrap_or(keep_alive));
        Ok(link)
    }

    /// Queues a packet, which goes out while [`Link::next`] is awaited.
    pub fn push(&mut self, packet: &Packet) -> Result<(), LinkError> {
        packet.write(&mut self.output, None)?;
        Ok(())
    }

    /// Bytes that are queued and have not gone out.
    pub fn unsent(&self) -> usize {
        self.output.len()
    }

    /// A packet that has arrived already.
    pub fn arrived(&mut self) -> Result<Option<Packet>, LinkError> {
        loop {
            match Packet::read(&mut self.input, self.max_packet) {
                Ok(Packet::PingResp) => {}
                Ok(Packet::Disconnect(goodbye)) => return Err(LinkError::Closed(goodbye.reason_code)),
                Ok(packet) => return Ok(Some(packet)),
                Err(PacketError::InsufficientBytes(_)) => return Ok(None),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The next packet; sends what is queued meanwhile. It may be dropped and called again: nothing is lost. After an error the
    /// connection is of no more use.
    pub async fn next(&mut self) -> Result<Packet, LinkError> {
        loop {
            if let Some(packet) = self.arrived()? {
                return Ok(packet);
            }
            poll_fn(|context| self.poll_exchange(context)).await?;
        }
    }

    /// Sends what is queued and a goodbye, and waits until the broker has closed the connection.
    pub async fn close(mut self) -> Result<(), LinkError> {
        self.push(&Packet::Disconnect(Disconnect::new(DisconnectReasonCode::NormalDisconnection)))?;
        let goodbye = async {
            loop {
                match self.next().await {
                    Ok(_) => {}
                    Err(LinkError::Gone | LinkError::Closed(_)) => return Ok(()),
                    Err(error) => return Err(error),
                }
            }
        };
        timeout(GOODBYE, goodbye).await.map_err(|_| LinkError::Slow(GOODBYE))?
    }

    /// Writes what it can, and is ready once something was read.
    fn poll_exchange(&mut self, context: &mut Context<'_>) -> Poll<Result<(), LinkError>> {
        while self.pings.poll_tick(context).is_ready() {
            if self.is_unanswered {
                return Poll::Ready(Err(LinkError::Silent));
            }
            self.is_unanswered = true;
            self.push(&Packet::PingReq)?;
        }
        if let Poll::Ready(Err(error)) = self.poll_send(context) {
            return Poll::Ready(Err(error.into()));
        }
        if self.input.capacity() - self.input.len() < LEAST_ROOM {
            self.input.reserve(READ_BYTES);
        }
        match ready!(poll_read_buf(Pin::new(&mut self.stream), context, &mut self.input))? {
            0 => Poll::Ready(Err(LinkError::Gone)),
            _ => {
                self.is_unanswered = false;
                Poll::Ready(Ok(()))
            }
        }
    }

    fn poll_send(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.output.is_empty() {
            let sent = ready!(Pin::new(&mut self.stream).poll_write(context, &self.output))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.output.advance(sent);
            self.is_unflushed = true;
        }
        if self.is_unflushed {
            ready!(Pin::new(&mut self.stream).poll_flush(context))?;
            self.is_unflushed = false;
        }
        Poll::Ready(Ok(()))
    }
}

/// When pings go out; hardly ever where there is no keep-alive.
fn pings(keep_alive: u16) -> Interval {
    let period = match keep_alive {
        0 => Duration::from_hours(24),
        seconds => Duration::from_secs(seconds.into()),
    };
    let mut pings = interval_at(Instant::now() + period, period);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    pings
}
