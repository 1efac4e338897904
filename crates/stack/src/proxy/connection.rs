//! One connection through the proxy, from its making to its end.

use std::{sync::atomic::Ordering, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpStream,
        tcp::{ReadHalf, WriteHalf},
    },
    sync::watch,
    time::Instant,
};

use super::{Answer, Condition, Shared, State};

/// How long a silent connection is held; longer than anybody waits for it.
pub(super) const FORGET: Duration = Duration::from_secs(180);
/// The bytes that pass at once.
const PIECE: usize = 16 * 1024;
/// A connection of this age is past its handshake.
const GROWN: Duration = Duration::from_secs(1);
/// An HTTP answer is at least so large; the protocol's own frames are smaller.
const SMALLEST_ANSWER: usize = 64;

/// The connection has to be reset.
struct Broken;

/// One direction of a connection.
struct Way<'w> {
    number: u64,
    since: Instant,
    shared: &'w Shared,
    state: watch::Receiver<State>,
    is_answer: bool,
}

/// Resets a connection when it is dropped, instead of closing it.
pub(super) fn reset(stream: &TcpStream) {
    // Where it cannot be set the connection is closed, which is nearly as bad for it.
    let _ = stream.set_zero_linger();
}

/// Passes bytes both ways until one side is done or the network breaks it.
pub(super) async fn run(mut client: TcpStream, mut server: TcpStream, number: u64, shared: &Shared) {
    for stream in [&client, &server] {
        let _ = stream.set_nodelay(true);
    }
    let since = Instant::now();
    let way = |is_answer| Way { number, since, shared, state: shared.state.subscribe(), is_answer };
    let (mut there, mut back) = (way(false), way(true));
    let mut cut = shared.state.subscribe();
    let result = {
        let (mut from_client, mut to_client) = client.split();
        let (mut from_server, mut to_server) = server.split();
        tokio::select! {
            result = async {
                tokio::try_join!(
                    there.forward(&mut from_client, &mut to_server),
                    back.forward(&mut from_server, &mut to_client),
                )
            } => result.map(drop),
            _ = cut.wait_for(|state| number < state.cut_below) => Err(Broken),
        }
    };
    if result.is_err() {
        reset(&client);
        reset(&server);
    }
}

impl Way<'_> {
    async fn forward(&mut self, from: &mut ReadHalf<'_>, to: &mut WriteHalf<'_>) -> Result<(), Broken> {
        let mut piece = vec![0; PIECE];
        loop {
            let length = from.read(&mut piece).await.map_err(|_| Broken)?;
            self.pass(&piece[..length]).await?;
            if length == 0 {
                return to.shutdown().await.map_err(|_| Broken);
            }
            to.write_all(&piece[..length]).await.map_err(|_| Broken)?;
        }
    }

    /// Returns when the piece may go on.
    async fn pass(&mut self, piece: &[u8]) -> Result<(), Broken> {
        let state = *self.state.borrow_and_update();
        if self.number < state.silent_below || state.condition == Condition::Silent {
            tokio::time::sleep(FORGET).await;
            return Err(Broken);
        }
        match state.condition {
            Condition::Slow { latency, bytes_per_second } => {
                let passing = piece.len() as f64 / bytes_per_second.max(1.0);
                tokio::time::sleep(latency + Duration::from_secs_f64(passing)).await;
            }
            Condition::LosingAnswers(answer) if self.is_answer && self.is(answer, piece) => {
                self.shared.lost.fetch_add(1, Ordering::Relaxed);
                return Err(Broken);
            }
            _ => {}
        }
        Ok(())
    }

    fn is(&self, answer: Answer, piece: &[u8]) -> bool {
        match answer {
            Answer::Commit => piece.windows(7).any(|text| text == b"COMMIT\0"),
            Answer::Encrypted => piece.len() >= SMALLEST_ANSWER && self.since.elapsed() > GROWN,
        }
    }
}
