use crate::{Model, dataset::Dice};

use super::{Fault, FaultPlan, When};

/// A plan and how far each of its rules has counted.
#[derive(Debug)]
pub(crate) struct FaultSchedule {
    seed: u64,
    plan: FaultPlan,
    counted: Vec<u64>,
}

impl FaultSchedule {
    pub(crate) fn new(seed: u64, plan: FaultPlan) -> Self {
        Self {
            seed,
            counted: vec![0; plan.rules.len()],
            plan,
        }
    }

    pub(crate) fn plan(&self) -> &FaultPlan {
        &self.plan
    }

    /// Counts one more request for a page of this model, and says what happens to it.
    pub(crate) fn next(&mut self, model: Model) -> Option<Fault> {
        let mut happens = None;
        for (index, (rule, counted)) in self.plan.rules.iter().zip(&mut self.counted).enumerate() {
            if rule.model.is_some_and(|only| only != model) {
                continue;
            }
            *counted += 1;
            if fires(&rule.when, *counted, &[self.seed, 50, index as u64]) {
                happens = happens.or(Some(rule.fault));
            }
        }
        happens
    }
}

fn fires(when: &When, number: u64, coordinates: &[u64; 3]) -> bool {
    match when {
        When::Nth(numbers) => numbers.contains(&number),
        When::Every(every) => number.is_multiple_of(*every),
        When::Rate(rate) => {
            let [seed, kind, index] = *coordinates;
            Dice::new(&[seed, kind, index, number]).fraction() < *rate
        }
        When::Always => true,
    }
}
