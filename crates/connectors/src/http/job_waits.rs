//! How long a job at a provider is waited for, and how.

use chrono::TimeDelta;

/// How often a job at a provider is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobWaits {
    /// Between two questions, while an attempt waits for the job itself; before a job is made anew,
    /// too.
    pub every: TimeDelta,
    /// For so long after a job was made an attempt waits for it. Behind that the sync is parked
    /// between two questions, and holds no worker.
    pub patience: TimeDelta,
    /// A sync is parked for a twentieth of the job's age, but for no shorter time than this…
    pub least: TimeDelta,
    /// …and for no longer one than this.
    pub most: TimeDelta,
}

impl Default for JobWaits {
    fn default() -> Self {
        Self {
            every: TimeDelta::seconds(5),
            patience: TimeDelta::seconds(60),
            least: TimeDelta::seconds(15),
            most: TimeDelta::seconds(300),
        }
    }
}

impl JobWaits {
    /// Before a job of this age is asked for again.
    pub(crate) fn pause(&self, age: TimeDelta) -> TimeDelta {
        let every = self.every.num_milliseconds();
        if every <= 0 {
            TimeDelta::zero()
        } else if age < self.patience {
            // By the job's own clock, whatever the questions themselves take.
            self.every - TimeDelta::milliseconds(age.num_milliseconds().rem_euclid(every))
        } else {
            (age / 20).max(self.least).min(self.most)
        }
    }
}
