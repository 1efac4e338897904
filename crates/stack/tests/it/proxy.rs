//! Each thing that the proxy does to a connection, seen from both of its ends.

use std::{io::ErrorKind, time::Duration};

use argosy_stack::proxy::{Answer, Condition, Proxy};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::{Instant, timeout},
};

/// Longer than anything takes that works.
const LONG: Duration = Duration::from_secs(10);
/// Long enough to see that nothing comes.
const SHORT: Duration = Duration::from_millis(300);

/// A server that answers each piece by `greeting` and the piece.
async fn server(greeting: &'static [u8]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut piece = vec![0; 1024];
                while let Ok(length @ 1..) = stream.read(&mut piece).await {
                    let answer = [greeting, &piece[..length]].concat();
                    if stream.write_all(&answer).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    port
}

async fn ask(stream: &mut TcpStream, text: &[u8]) -> std::io::Result<Vec<u8>> {
    stream.write_all(text).await?;
    let mut answer = vec![0; 1024];
    let length = timeout(LONG, stream.read(&mut answer)).await.expect("no answer")?;
    answer.truncate(length);
    Ok(answer)
}

async fn connect(proxy: &Proxy) -> TcpStream {
    TcpStream::connect(("127.0.0.1", proxy.port())).await.unwrap()
}

#[tokio::test]
async fn bytes_pass_and_an_end_passes_too() {
    let proxy = Proxy::start(&[server(b"").await]).await.unwrap();
    let mut stream = connect(&proxy).await;
    assert_eq!(ask(&mut stream, b"one").await.unwrap(), b"one");
    stream.shutdown().await.unwrap();
    assert_eq!(timeout(LONG, stream.read(&mut [0; 8])).await.unwrap().unwrap(), 0);
}

#[tokio::test]
async fn a_cut_resets_what_stands_and_nothing_else() {
    let proxy = Proxy::start(&[server(b"").await]).await.unwrap();
    let mut old = connect(&proxy).await;
    ask(&mut old, b"one").await.unwrap();
    proxy.cut();
    let error = timeout(LONG, old.read(&mut [0; 8])).await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert_eq!(ask(&mut connect(&proxy).await, b"two").await.unwrap(), b"two");
}

#[tokio::test]
async fn new_connections_are_refused_for_a_while() {
    let proxy = Proxy::start(&[server(b"").await]).await.unwrap();
    proxy.set(Condition::Refusing);
    let mut refused = connect(&proxy).await;
    let error = timeout(LONG, refused.read(&mut [0; 8])).await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    proxy.set(Condition::Fine);
    assert_eq!(ask(&mut connect(&proxy).await, b"one").await.unwrap(), b"one");
}

#[tokio::test]
async fn a_half_open_connection_is_silent_for_ever_and_new_ones_for_a_while() {
    let proxy = Proxy::start(&[server(b"").await]).await.unwrap();
    let mut old = connect(&proxy).await;
    ask(&mut old, b"one").await.unwrap();
    proxy.set(Condition::Silent);
    proxy.silence();
    let mut meanwhile = connect(&proxy).await;
    meanwhile.write_all(b"two").await.unwrap();
    old.write_all(b"three").await.unwrap();
    // Nor do they speak when the network is back.
    for condition in [Condition::Silent, Condition::Fine] {
        proxy.set(condition);
        for stream in [&mut old, &mut meanwhile] {
            assert!(timeout(SHORT, stream.read(&mut [0; 8])).await.is_err(), "it spoke, or was closed");
        }
    }
    assert_eq!(ask(&mut connect(&proxy).await, b"four").await.unwrap(), b"four");
}

#[tokio::test]
async fn a_slow_network_takes_its_time_each_way() {
    let proxy = Proxy::start(&[server(b"").await]).await.unwrap();
    let mut stream = connect(&proxy).await;
    ask(&mut stream, b"one").await.unwrap();
    let latency = Duration::from_millis(150);
    proxy.set(Condition::Slow { latency, bytes_per_second: 1e6 });
    let started = Instant::now();
    assert_eq!(ask(&mut stream, b"two").await.unwrap(), b"two");
    assert!(started.elapsed() >= latency * 2, "{:?}", started.elapsed());
}

#[tokio::test]
async fn an_answer_is_lost_after_the_commit_and_other_answers_are_not() {
    let proxy = Proxy::start(&[server(b"COMMIT\0").await]).await.unwrap();
    proxy.set(Condition::LosingAnswers(Answer::Commit));
    let error = ask(&mut connect(&proxy).await, b"one").await.unwrap_err();
    assert_eq!((error.kind(), proxy.lost_answers()), (ErrorKind::ConnectionReset, 1));
    // A young connection may still be in its handshake, and what is short is no answer.
    proxy.set(Condition::LosingAnswers(Answer::Encrypted));
    let mut stream = connect(&proxy).await;
    let long = [b'x'; 100];
    assert_eq!(ask(&mut stream, &long).await.unwrap().len(), 107);
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(ask(&mut stream, b"short").await.unwrap(), b"COMMIT\0short");
    let error = ask(&mut stream, &long).await.unwrap_err();
    assert_eq!((error.kind(), proxy.lost_answers()), (ErrorKind::ConnectionReset, 2));
}

#[tokio::test]
async fn connections_go_to_the_server_with_the_fewest_and_round_one_that_is_gone() {
    let (one, two) = (server(b"1").await, server(b"2").await);
    let gone = argosy_stack::lasting_port().unwrap();
    let proxy = Proxy::start(&[one, two, gone]).await.unwrap();
    let (mut streams, mut counts) = (Vec::new(), [0, 0]);
    for _ in 0..4 {
        let mut stream = connect(&proxy).await;
        match ask(&mut stream, b"x").await.unwrap()[0] {
            b'1' => counts[0] += 1,
            _ => counts[1] += 1,
        }
        streams.push(stream);
    }
    assert_eq!(counts, [2, 2]);
}

#[tokio::test]
async fn an_address_that_moves_leads_to_its_new_server_alone() {
    let proxy = Proxy::start(&[server(b"old ").await]).await.unwrap();
    let mut stream = connect(&proxy).await;
    assert_eq!(ask(&mut stream, b"one").await.unwrap(), b"old one");
    proxy.targets().become_only(server(b"new ").await);
    assert_eq!(ask(&mut stream, b"two").await.unwrap(), b"old two");
    proxy.cut();
    assert!(ask(&mut stream, b"three").await.is_err());
    assert_eq!(ask(&mut connect(&proxy).await, b"four").await.unwrap(), b"new four");
}
