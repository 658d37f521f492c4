//! `syncline keys add`

use syncline_store::secrets::{MasterKey, replace_keys_file};
use syncline_store::store::Store;

use crate::error::CliError;
use crate::exit::Exit;
use crate::host::database::{self, KeysPlace};
use crate::settings::Loaded;

pub(super) fn add(store: &Store, loaded: &Loaded, primary: bool) -> Result<Exit, CliError> {
    let key = MasterKey::generate();
    let id = key.id();
    let file = match database::keys_place(loaded)? {
        KeysPlace::File(path) => path,
        KeysPlace::Variable => {
            println!("{}", key.to_text());
            let place = match (store.master_key_ids().is_empty(), primary) {
                (true, _) => "put it into SYNCLINE_MASTER_KEY",
                (false, true) => {
                    "put it into SYNCLINE_MASTER_KEY, before the keys that are there and a comma"
                }
                (false, false) => {
                    "put it into SYNCLINE_MASTER_KEY, behind the keys that are there and a comma"
                }
            };
            eprintln!("{place}, and start every process again; its id is {id}");
            return Ok(Exit::Done);
        }
        KeysPlace::Memory => {
            return Err(CliError::Usage(
                "a database in memory has a key of its own, which goes with it".to_owned(),
            ));
        }
    };
    // There is one: opening the database has made the file beside it, if it had to.
    let keys = database::keys_of_file(&file)?;
    let keys = if primary {
        keys.with_primary(key)
    } else {
        keys.with(key)
    };
    replace_keys_file(&file, &keys).map_err(CliError::file("write the master keys into", &file))?;
    println!("{id}");
    let place = if keys.primary().id() == id {
        "first"
    } else {
        "last"
    };
    eprintln!(
        "it stands {place} in {}: start every process again with that file",
        file.display()
    );
    Ok(Exit::Done)
}
