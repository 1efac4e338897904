//! Messages that were sent and are not acknowledged yet.

use std::collections::BTreeMap;

use argosy_wire::receipt::Receipt;
use futures::{FutureExt as _, StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use rumqttc::{PubAckReason, PublishNotice, PublishResult};
use tokio::time::Instant;

use super::Stored;

type Answer = BoxFuture<'static, (u64, bool)>;

/// What became of a message.
pub(super) struct Answered {
    /// The message.
    pub(super) message: Stored,
    /// When it was sent.
    pub(super) sent: Instant,
    /// Whether the broker took it for somebody.
    pub(super) is_acknowledged: bool,
}

/// Messages sent and not acknowledged, by the order of their sending.
#[derive(Default)]
pub(super) struct UnderWay {
    messages: BTreeMap<u64, (Stored, Instant)>,
    answers: FuturesUnordered<Answer>,
    next: u64,
}

impl UnderWay {
    /// A message was sent.
    pub(super) fn add(&mut self, message: Stored, notice: PublishNotice) {
        let number = self.next;
        self.next += 1;
        self.messages.insert(number, (message, Instant::now()));
        self.answers.push(
            notice
                .wait_async()
                .map(move |result| (number, result.is_ok_and(|answer| is_success(&answer))))
                .boxed(),
        );
    }

    /// The next answer; nothing where none is to come.
    pub(super) async fn next(&mut self) -> Option<Answered> {
        loop {
            let (number, is_acknowledged) = self.answers.next().await?;
            if let Some((message, sent)) = self.messages.remove(&number) {
                return Some(Answered { message, sent, is_acknowledged });
            }
        }
    }

    /// A receipt came: may it be acknowledged or not, such a message is done.
    pub(super) fn apply(&mut self, receipt: &Receipt) {
        for (message, _) in self.messages.values_mut() {
            message.is_receipted |= message.seq().is_some_and(|seq| receipt.answers(seq));
        }
    }

    /// How many they are.
    pub(super) fn len(&self) -> usize {
        self.messages.len()
    }

    /// What was not answered, in the order of its sending.
    pub(super) fn into_messages(self) -> impl DoubleEndedIterator<Item = Stored> {
        self.messages.into_values().map(|(message, _)| message)
    }
}

/// Whether the broker took the message for somebody. With no subscriber it is acknowledged and gone.
fn is_success(answer: &PublishResult) -> bool {
    matches!(answer, PublishResult::Qos1(answer) if answer.reason == PubAckReason::Success)
}
