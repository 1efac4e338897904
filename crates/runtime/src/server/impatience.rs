//! Closes connections that keep the server waiting where HTTP's own timeouts do not reach: before the protocol is known, and
//! while an answer is written that nobody reads.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum_server::accept::Accept;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

/// How long a connection may take to show which protocol it speaks.
const OPENING_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a client may take nothing of what it asked for.
const STALL_TIMEOUT: Duration = Duration::from_secs(15);
/// How a connection of HTTP/2 begins (RFC 9113, 3.4). HTTP/1 is whatever begins in another way.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// An acceptor of connections with timeouts.
#[derive(Debug, Clone)]
pub(super) struct Impatient<A>(pub(super) A);

impl<A, I, S> Accept<I, S> for Impatient<A>
where
    A: Accept<I, S, Future: Send + 'static>,
{
    type Stream = Guarded<A::Stream>;
    type Service = A::Service;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Self::Stream, Self::Service)>> + Send>>;

    fn accept(&self, stream: I, service: S) -> Self::Future {
        let accepting = self.0.accept(stream, service);
        Box::pin(async move {
            let (stream, service) = accepting.await?;
            Ok((Guarded::new(stream), service))
        })
    }
}

/// A connection with timeouts.
#[derive(Debug)]
pub(super) struct Guarded<S> {
    inner: S,
    /// Until it is known which protocol is spoken: when that must be, and how much of the preface was read.
    opening: Option<(Pin<Box<Sleep>>, usize)>,
    /// While a write waits for the client: until when.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl<S> Guarded<S> {
    fn new(inner: S) -> Self {
        Self { inner, opening: Some((Box::pin(sleep(OPENING_TIMEOUT)), 0)), stalled: None }
    }

    /// Whether the protocol is still open after these bytes.
    fn read(&mut self, bytes: &[u8]) {
        if let Some((_, known)) = &mut self.opening {
            let rest = &PREFACE[*known..];
            *known += bytes.len();
            if bytes.len() >= rest.len() || !rest.starts_with(bytes) || bytes.is_empty() {
                self.opening = None;
            }
        }
    }

    /// What becomes of a write that has this result.
    fn written<T>(&mut self, context: &mut Context<'_>, result: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if result.is_ready() {
            self.stalled = None;
            return result;
        }
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(STALL_TIMEOUT)));
        ready!(stalled.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client does not read")))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Guarded<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.inner).poll_read(context, buffer);
        if result.is_ready() {
            self.read(&buffer.filled()[before..]);
            return result;
        }
        let Some((deadline, _)) = &mut self.opening else { return Poll::Pending };
        ready!(deadline.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client says nothing")))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guarded<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.inner).poll_write(context, bytes);
        self.written(context, result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.inner).poll_write_vectored(context, slices);
        self.written(context, result)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.inner).poll_flush(context);
        self.written(context, result)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.inner).poll_shutdown(context);
        self.written(context, result)
    }
}
