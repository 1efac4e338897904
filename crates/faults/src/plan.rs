//! What happens, in which order: everything follows from the seed.

use std::{collections::VecDeque, time::Duration};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};

use crate::kind::{Blow, Kind, Trouble};

/// A fault, with everything that chance decides about it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fault {
    /// What.
    pub kind: Kind,
    /// Which of the replicas, where there are several.
    pub replica: usize,
    /// How long, where it lasts.
    pub hold: Duration,
    /// How strong, from 0 to 1, where it may differ.
    pub strength: f64,
}

/// A fault, or two at a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Counts from 1.
    pub number: usize,
    /// Which time round the deck is dealt, from 1.
    pub round: usize,
    /// Rest before it.
    pub rest: Duration,
    /// What happens together.
    pub faults: Vec<Fault>,
}

/// Deals every kind once, shuffled, and then all of them again, without end.
#[derive(Debug)]
pub struct Plan {
    random: StdRng,
    kinds: Vec<Kind>,
    deck: VecDeque<Vec<Kind>>,
    steps: usize,
    round: usize,
}

impl Plan {
    /// The plan of this seed, of these kinds.
    pub fn new(seed: u64, kinds: Vec<Kind>) -> Self {
        Self { random: StdRng::seed_from_u64(seed), kinds, deck: VecDeque::new(), steps: 0, round: 0 }
    }

    /// Shuffles; what is not felt goes along with something that is.
    fn shuffle(&mut self) {
        self.round += 1;
        let mut kinds = self.kinds.clone();
        kinds.shuffle(&mut self.random);
        let (companions, others): (Vec<Kind>, Vec<Kind>) =
            kinds.into_iter().partition(|kind| kind.is_companion());
        let mut steps: Vec<Vec<Kind>> = others.into_iter().map(|kind| vec![kind]).collect();
        for companion in companions {
            let alone: Vec<usize> = (0..steps.len()).filter(|step| steps[*step].len() == 1).collect();
            let is_felt = |step: &usize| !steps[*step][0].is_companion();
            match alone.into_iter().filter(is_felt).collect::<Vec<_>>().as_slice() {
                [] => steps.push(vec![companion]),
                found => {
                    let step = found[self.random.random_range(0..found.len())];
                    steps[step].push(companion);
                }
            }
        }
        self.deck = steps.into();
    }

    fn fault(&mut self, kind: Kind) -> Fault {
        let random = &mut self.random;
        let hold = match kind {
            Kind::Process(_, Blow::Kill | Blow::Restart) | Kind::BackendKill => 0.0..2.0,
            Kind::Process(_, Blow::Pause) if random.random_bool(0.25) => 15.0..30.0,
            Kind::Process(_, Blow::Pause) => 2.0..8.0,
            Kind::Network(_, Trouble::Cut) => 0.0..0.1,
            Kind::Network(_, Trouble::Refuse) => 2.0..6.0,
            Kind::Network(_, Trouble::HalfOpen) => 3.0..6.0,
            Kind::Network(_, Trouble::Slow | Trouble::LostAnswer)
            | Kind::DiskFull
            | Kind::ConnectionsUsedUp => 4.0..8.0,
            Kind::ReadOnly => 3.0..8.0,
            Kind::Deadlock | Kind::Rolling(_) | Kind::Scale(_) => 2.0..5.0,
        };
        Fault {
            kind,
            replica: random.random_range(0..2),
            hold: Duration::from_secs_f64(random.random_range(hold)),
            strength: random.random_range(0.0..1.0),
        }
    }
}

impl Iterator for Plan {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        if self.deck.is_empty() {
            self.shuffle();
        }
        let kinds = self.deck.pop_front()?;
        self.steps += 1;
        let rest = Duration::from_millis(self.random.random_range(300..1500));
        let faults = kinds.into_iter().map(|kind| self.fault(kind)).collect();
        Some(Step { number: self.steps, round: self.round, rest, faults })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(seed: u64, count: usize) -> Vec<Step> {
        Plan::new(seed, Kind::all()).take(count).collect()
    }

    #[test]
    fn a_seed_gives_the_same_plan_and_another_another() {
        assert_eq!(steps(7, 100), steps(7, 100));
        assert_ne!(steps(7, 100), steps(8, 100));
    }

    #[test]
    fn a_round_has_every_kind_once_and_at_most_two_at_a_time() {
        let first: Vec<Step> = Plan::new(3, Kind::all()).take_while(|step| step.round == 1).collect();
        let mut kinds: Vec<Kind> =
            first.iter().flat_map(|step| &step.faults).map(|fault| fault.kind).collect();
        kinds.sort();
        let mut all = Kind::all();
        all.sort();
        assert_eq!(kinds, all);
        assert!(first.iter().all(|step| step.faults.len() <= 2));
        assert!(first.iter().all(|step| !step.faults[0].kind.is_companion()));
        // Long ones are rare, and bounded.
        assert!(
            first.iter().flat_map(|step| &step.faults).all(|fault| fault.hold <= Duration::from_secs(30))
        );
    }

    #[test]
    fn a_single_kind_comes_again_and_again() {
        for kind in ["redis-kill", "ingest-kill"] {
            let kind: Kind = kind.parse().unwrap();
            let steps: Vec<Step> = Plan::new(1, vec![kind]).take(5).collect();
            assert!(steps.iter().all(|step| step.faults.len() == 1 && step.faults[0].kind == kind));
        }
    }
}
