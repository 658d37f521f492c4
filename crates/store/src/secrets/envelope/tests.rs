use proptest::prelude::*;
use syncline_domain::{ConnectionId, OrganizationId};
use uuid::Uuid;

use super::*;
use crate::secrets::Purpose;

const CLEAR: &[u8] = b"{\"/token\":\"hunter2\"}";

fn key(byte: u8) -> MasterKey {
    MasterKey::parse(&format!("{byte:02x}").repeat(32)).unwrap()
}

fn place(organization: u8, connection: u8, purpose: &'static str) -> Place {
    Place {
        organization_id: OrganizationId::from_uuid(Uuid::from_bytes([organization; 16])),
        connection_id: ConnectionId::from_uuid(Uuid::from_bytes([connection; 16])),
        purpose: Purpose::new(purpose).unwrap(),
    }
}

fn sealed(key: &MasterKey) -> Vec<u8> {
    seal(key, &place(1, 1, "config"), CLEAR).ok().unwrap()
}

fn opens(key: &MasterKey, place: &Place, format: i32, sealed: &[u8]) -> Option<Vec<u8>> {
    open(key, place, format, sealed)
        .ok()
        .map(|clear| clear.to_vec())
}

/// As the first release sealed.
pub(crate) fn sealed_by_the_first_release(key: &MasterKey, place: &Place, clear: &[u8]) -> Vec<u8> {
    let bound = format!("connections/{}/sealed_secrets", place.connection_id.uuid());
    let payload = Payload {
        msg: clear,
        aad: bound.as_bytes(),
    };
    let cipher = Aes256Gcm::new_from_slice(key.bytes()).unwrap();
    let body = cipher.encrypt(&Nonce::from([9; 12]), payload).unwrap();
    [&[1][..], &[9; 12], &body].concat()
}

#[test]
fn what_is_sealed_opens_in_its_place_alone() {
    let sealed = sealed(&key(7));
    let here = place(1, 1, "config");
    assert_eq!(opens(&key(7), &here, 2, &sealed).unwrap(), CLEAR);
    for elsewhere in [
        place(2, 1, "config"),
        place(1, 2, "config"),
        place(1, 1, "oauth"),
    ] {
        assert_eq!(opens(&key(7), &elsewhere, 2, &sealed), None, "{elsewhere}");
    }
    assert_eq!(opens(&key(8), &here, 2, &sealed), None);
    assert_eq!(opens(&key(7), &here, 1, &sealed), None);
    assert_eq!(opens(&key(7), &here, 3, &sealed), None);
}

#[test]
fn each_sealing_has_a_data_key_of_its_own() {
    let (one, other) = (sealed(&key(7)), sealed(&key(7)));
    // A document under the data key of another sealing.
    let mixed = [&one[..WRAPPED], &other[WRAPPED..]].concat();
    assert_eq!(opens(&key(7), &place(1, 1, "config"), 2, &mixed), None);
    assert_ne!(one[WRAPPED..], other[WRAPPED..]);
}

#[test]
fn a_new_wrapping_leaves_the_document_and_ends_the_old_key() {
    let (old, new, here) = (key(7), key(8), place(1, 1, "config"));
    let before = sealed(&old);
    let after = rewrap(&old, &new, &here, 2, &before).ok().unwrap();
    assert_eq!(after[WRAPPED..], before[WRAPPED..]);
    assert_eq!(opens(&new, &here, 2, &after).unwrap(), CLEAR);
    assert_eq!(opens(&old, &here, 2, &after), None);
    assert!(rewrap(&new, &old, &here, 2, &before).is_err());
    assert!(rewrap(&old, &new, &place(1, 1, "oauth"), 2, &before).is_err());
}

#[test]
fn what_the_first_release_sealed_opens_and_becomes_an_envelope() {
    let (old, new, here) = (key(7), key(8), place(1, 1, "config"));
    let first = sealed_by_the_first_release(&old, &here, CLEAR);
    assert_eq!(opens(&old, &here, 1, &first).unwrap(), CLEAR);
    assert_eq!(opens(&old, &place(1, 2, "config"), 1, &first), None);
    assert_eq!(opens(&new, &here, 1, &first), None);
    let after = rewrap(&old, &new, &here, 1, &first).ok().unwrap();
    assert_eq!(opens(&new, &here, 2, &after).unwrap(), CLEAR);
}

proptest! {
    #[test]
    fn a_changed_byte_or_a_lost_end_does_not_open(at in 0.0..1.0_f64, flip in 1..=255_u8) {
        let here = place(1, 1, "config");
        let mut sealed = sealed(&key(7));
        let at = (at * sealed.len() as f64) as usize;
        prop_assert_eq!(opens(&key(7), &here, 2, &sealed[..at]), None);
        sealed[at] ^= flip;
        prop_assert_eq!(opens(&key(7), &here, 2, &sealed), None);
        prop_assert!(rewrap(&key(7), &key(8), &here, 2, &sealed).is_err());
    }

    #[test]
    fn any_bytes_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), format in -1..4) {
        prop_assert_eq!(opens(&key(7), &place(1, 1, "config"), format, &bytes), None);
    }
}
