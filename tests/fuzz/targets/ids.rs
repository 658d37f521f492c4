//! Any text as an id of each kind: what is taken is written the same way.
#![no_main]

use std::fmt::Display;
use std::str::FromStr;

use libfuzzer_sys::fuzz_target;
use syncline_domain::{
    BatchId, ConnectionId, FileId, ModelId, OrganizationId, RecordId, SyncId, TokenId,
};

fuzz_target!(|text: &str| {
    read::<OrganizationId>(text);
    read::<TokenId>(text);
    read::<ConnectionId>(text);
    read::<ModelId>(text);
    read::<SyncId>(text);
    read::<RecordId>(text);
    read::<FileId>(text);
    // Letters of a UUID may be capitals.
    read::<BatchId>(&text.to_ascii_lowercase());
});

/// A second spelling would be a second name for the same thing.
fn read<T: FromStr + Display>(text: &str) {
    if let Ok(id) = text.parse::<T>() {
        assert_eq!(id.to_string(), text);
    }
}
