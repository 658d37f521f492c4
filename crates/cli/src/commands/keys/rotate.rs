//! `syncline keys rotate`

use std::time::{Duration, Instant};

use indicatif::ProgressBar;
use syncline_store::secrets::{KeyId, KeyUse, RotationCursor};
use syncline_store::store::{Lane, Store};

use crate::error::CliError;
use crate::exit::Exit;
use crate::host::database::{self, KeysPlace};
use crate::settings::Loaded;

/// Documents of one transaction: some milliseconds, for which a writer may have to wait.
const BATCH: i64 = 50;
/// A pass finds what was written with an old key during the one before. Only a server that seals
/// with an old key leaves something for the next one, again and again.
const PASSES: usize = 10;
/// How often a line tells of it where there is no terminal for a bar.
const EVERY: Duration = Duration::from_secs(5);

pub(super) async fn rotate(store: &Store, loaded: &Loaded, force: bool) -> Result<Exit, CliError> {
    let (uses, servers) = super::uses(store).await?;
    let Some(primary) = store.master_key_ids().into_iter().next() else {
        return Err(CliError::Usage(
            "there is no master key: give the keys by SYNCLINE_MASTER_KEY or --master-key-file, \
             the new one first"
                .to_owned(),
        ));
    };
    refuse_what_servers_cannot_open(&primary, servers.as_ref(), force)?;
    let mut told = Told::new(left(&uses));
    let mut unreadable = Vec::new();
    let mut remaining = left(&uses);
    for _ in 0..PASSES {
        if remaining <= count(&unreadable) {
            break;
        }
        unreadable = pass(store, &mut told).await?;
        remaining = left(&super::uses(store).await?.0);
    }
    told.end();
    println!("{} rotated, {remaining} left", told.rotated);
    for name in &unreadable {
        eprintln!(
            "the secrets {name} do not open: they are damaged, or belong to another row; set them again"
        );
    }
    if remaining > count(&unreadable) {
        eprintln!(
            "somebody goes on sealing with an old key: start every server and worker again with \
             {primary} as the first key, then rotate again"
        );
    }
    if remaining > 0 {
        return Ok(Exit::Failed);
    }
    tell_idle(store, loaded, &primary)?;
    Ok(Exit::Done)
}

/// A server that has not got the primary could open nothing any more.
fn refuse_what_servers_cannot_open(
    primary: &KeyId,
    servers: Option<&KeyId>,
    force: bool,
) -> Result<(), CliError> {
    match servers {
        Some(servers) if servers != primary && !force => Err(CliError::Usage(format!(
            "servers seal with {servers} and may not have {primary}: start them again with \
             {primary} as the first key, then rotate; or, if none runs, rotate with --force"
        ))),
        Some(_) | None => Ok(()),
    }
}

/// Once over all documents; gives those that do not open.
async fn pass(store: &Store, told: &mut Told) -> Result<Vec<String>, CliError> {
    let mut unreadable = Vec::new();
    let mut after: Option<RotationCursor> = None;
    loop {
        let step = store
            .write(Lane::Bulk, move |tx| {
                tx.rotate_secret_documents(after, BATCH)
            })
            .await
            .map_err(CliError::store("rotate the master keys"))?;
        told.more(step.rotated);
        unreadable.extend(step.unreadable);
        after = step.next;
        if after.is_none() {
            return Ok(unreadable);
        }
    }
}

fn tell_idle(store: &Store, loaded: &Loaded, primary: &KeyId) -> Result<(), CliError> {
    let idle: Vec<String> = store
        .master_key_ids()
        .iter()
        .filter(|id| *id != primary)
        .map(ToString::to_string)
        .collect();
    let place = match database::keys_place(loaded)? {
        KeysPlace::File(path) => path.display().to_string(),
        KeysPlace::Variable => "SYNCLINE_MASTER_KEY".to_owned(),
        KeysPlace::Memory => return Ok(()),
    };
    if !idle.is_empty() {
        eprintln!(
            "no secret needs {} any more: once no server seals with it, take it out of {place}; \
             backups from before still need it",
            idle.join(", ")
        );
    }
    Ok(())
}

fn left(uses: &[KeyUse]) -> i64 {
    uses.iter().map(|used| used.to_rotate).sum()
}

fn count(names: &[String]) -> i64 {
    i64::try_from(names.len()).unwrap_or(i64::MAX)
}

/// How far it is: a bar on a terminal, else a line now and then.
struct Told {
    bar: ProgressBar,
    total: i64,
    rotated: i64,
    last: Instant,
}

impl Told {
    fn new(total: i64) -> Self {
        Self {
            bar: ProgressBar::new(u64::try_from(total).unwrap_or(0)),
            total,
            rotated: 0,
            last: Instant::now(),
        }
    }

    fn more(&mut self, rotated: i64) {
        self.rotated += rotated;
        self.bar.inc(u64::try_from(rotated).unwrap_or(0));
        if self.bar.is_hidden() && self.last.elapsed() >= EVERY {
            self.last = Instant::now();
            eprintln!("{} of {} rotated", self.rotated, self.total);
        }
    }

    fn end(&self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use syncline_store::secrets::MasterKey;

    use super::*;

    #[test]
    fn servers_must_have_the_key_first() {
        let [old, new] = ["01", "02"].map(|byte| MasterKey::parse(&byte.repeat(32)).unwrap().id());
        let refused = refuse_what_servers_cannot_open(&new, Some(&old), false).unwrap_err();
        assert_eq!(refused.exit(), Exit::Usage);
        assert!(
            refused.report().contains("start them again"),
            "{}",
            refused.report()
        );
        refuse_what_servers_cannot_open(&new, Some(&old), true).unwrap();
        refuse_what_servers_cannot_open(&new, Some(&new), false).unwrap();
        refuse_what_servers_cannot_open(&new, None, false).unwrap();
    }
}
