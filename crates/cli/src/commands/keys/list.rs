//! `syncline keys list`

use std::collections::BTreeSet;

use syncline_store::secrets::{KeyId, KeyUse};
use syncline_store::store::Store;

use crate::error::CliError;
use crate::exit::Exit;

pub(super) async fn list(store: &Store) -> Result<Exit, CliError> {
    let (uses, servers) = super::uses(store).await?;
    for line in lines(&store.master_key_ids(), &uses, servers.as_ref()) {
        println!("{line}");
    }
    Ok(Exit::Done)
}

/// The given keys in their order, then those that are missed.
fn lines(given: &[KeyId], uses: &[KeyUse], servers: Option<&KeyId>) -> Vec<String> {
    let missing: BTreeSet<&KeyId> = uses
        .iter()
        .map(|used| &used.key_id)
        .chain(servers)
        .filter(|id| !given.contains(id))
        .collect();
    let role = |(index, id)| (id, if index == 0 { "primary" } else { "opens only" });
    let given = given.iter().enumerate().map(role);
    let missing = missing.into_iter().map(|id| (id, "not given here"));
    given
        .chain(missing)
        .map(|(id, role)| {
            let used = uses.iter().find(|used| used.key_id == *id);
            let (documents, to_rotate) =
                used.map_or((0, 0), |used| (used.documents, used.to_rotate));
            let mut line = format!("{id}\t{role}\topens {documents}\t{to_rotate} to rotate");
            if servers == Some(id) {
                line.push_str("\tservers seal with it");
            }
            line
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use syncline_store::secrets::MasterKey;

    use super::*;

    #[test]
    fn keys_are_told_with_their_roles_and_never_shown() {
        let keys = ["01", "02", "03"].map(|byte| MasterKey::parse(&byte.repeat(32)).unwrap());
        let [a, b, c] = keys.each_ref().map(MasterKey::id);
        let used = |key_id: &KeyId, documents, to_rotate| KeyUse {
            key_id: key_id.clone(),
            documents,
            to_rotate,
        };
        let uses = [used(&b, 3, 3), used(&c, 2, 2)];
        let told = lines(&[a.clone(), b.clone()], &uses, Some(&c)).join("\n");
        let expected = format!(
            "{a}\tprimary\topens 0\t0 to rotate\n{b}\topens only\topens 3\t3 to rotate\n\
             {c}\tnot given here\topens 2\t2 to rotate\tservers seal with it"
        );
        assert_eq!(told, expected);
        assert!(keys.iter().all(|key| !told.contains(&key.to_text())));
    }
}
