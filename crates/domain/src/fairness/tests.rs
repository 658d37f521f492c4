use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// Everybody that waits, from where the round stands.
fn line(round: &Round<u8>, waiting: &BTreeMap<u8, (u32, u32)>) -> Vec<Waiting<u8, u8>> {
    let begin = round.begins_at().unwrap_or(0);
    let (before, after): (Vec<_>, Vec<_>) = waiting
        .iter()
        .filter(|(_, (_, count))| *count > 0)
        .map(|(key, (weight, count))| Waiting {
            key: *key,
            weight: *weight,
            work: (0..*count).map(|_| *key).collect(),
        })
        .partition(|waiting| waiting.key < begin);
    after.into_iter().chain(before).collect()
}

/// Serves `limit` at a time, as often as there is something, and gives the order.
fn serve(mut waiting: BTreeMap<u8, (u32, u32)>, limit: usize) -> Vec<u8> {
    let mut round = Round::default();
    let mut served = Vec::new();
    loop {
        let mut turns = round.go_on(line(&round, &waiting));
        let mut taken = 0;
        while taken < limit
            && let Some(key) = turns.next(|_| true)
        {
            taken += 1;
            served.push(key);
            if let Some((_, count)) = waiting.get_mut(&key) {
                *count -= 1;
            }
        }
        if taken == 0 {
            return served;
        }
        round = turns.round();
    }
}

#[test]
fn everybody_has_as_many_turns_as_its_weight() {
    let waiting = BTreeMap::from([(1, (1, 4)), (2, (3, 5)), (3, (1, 1))]);
    for limit in [1, 2, 3, 10] {
        assert_eq!(
            serve(waiting.clone(), limit),
            [1, 2, 2, 2, 3, 1, 2, 2, 1, 1]
        );
    }
}

#[test]
fn what_is_refused_costs_no_turn() {
    let round = Round::default();
    let waiting = BTreeMap::from([(1, (1, 2)), (2, (1, 2))]);
    let mut turns = round.go_on(line(&round, &waiting));
    let mut seen = 0;
    let mut second_of_one = |_: &u8| {
        seen += 1;
        seen != 1
    };
    assert_eq!(turns.next(&mut second_of_one), Some(1));
    assert_eq!(turns.next(&mut second_of_one), Some(2));
}

#[test]
fn those_that_may_have_no_turn_hold_nobody_up() {
    let none = |key| Waiting::<u8, u8> {
        key,
        weight: 1,
        work: VecDeque::new(),
    };
    let mut turns = Round::default().go_on([none(1), none(2)]);
    assert_eq!(turns.next(|_| true), None);
    assert_eq!(
        turns.round().begins_at(),
        Some(2),
        "the next look is at others"
    );
}

#[test]
fn scheduled_work_is_offered_each_fourth_slot() {
    let mut share = Share::<u8>::default();
    let kinds: String = (0..9)
        .map(|_| {
            let is_scheduled = share.is_scheduled_next();
            share.took(is_scheduled);
            if is_scheduled { 's' } else { 'a' }
        })
        .collect();
    assert_eq!(kinds, "aaasaaasa");
}

proptest! {
    /// However much others have, and however many are served at a time: between two turns of one
    /// that waits lie at most the turns of all others, once.
    #[test]
    fn nobody_waits_longer_than_a_round(
        weights in prop::collection::vec((1..5_u32, 1..40_u32), 2..8),
        limit in 1..9_usize,
    ) {
        let waiting: BTreeMap<u8, (u32, u32)> = (0..).zip(weights).collect();
        let total: u32 = waiting.values().map(|(_, count)| count).sum();
        let served = serve(waiting.clone(), limit);
        prop_assert_eq!(served.len(), total as usize, "everything is served, once");
        for (key, (weight, count)) in &waiting {
            let others: u32 = waiting.iter().filter(|(k, _)| *k != key).map(|(_, (w, _))| w).sum();
            let turns: Vec<usize> = served
                .iter()
                .enumerate()
                .filter(|(_, k)| *k == key)
                .map(|(at, _)| at)
                .collect();
            prop_assert_eq!(turns.len(), *count as usize);
            prop_assert!(turns[0] <= others as usize, "its first turn");
            for pair in turns.windows(2) {
                prop_assert!(pair[1] - pair[0] <= others as usize + 1);
            }
            // In its round it has all its turns.
            for block in turns.chunks(*weight as usize) {
                prop_assert_eq!(block[block.len() - 1] - block[0], block.len() - 1);
            }
        }
    }
}
