use proptest::prelude::*;

use super::*;

fn binding(organization: u128, path: &str, filters: &[(&str, &str)]) -> Binding {
    let filters: Vec<_> = filters
        .iter()
        .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
        .collect();
    Binding::new(
        OrganizationId::from_uuid(Uuid::from_u128(organization)),
        path,
        filters.iter(),
    )
}

#[test]
fn a_cursor_is_good_for_its_own_list_only() {
    let given = encode(&binding(1, "/syncs", &[("a", "b"), ("c", "d")]), &7_i64);
    let open = |binding| decode::<i64>(&binding, &given).ok();
    assert_eq!(
        open(binding(1, "/syncs", &[("c", "d"), ("a", "b")])),
        Some(7)
    );
    assert_eq!(open(binding(2, "/syncs", &[("a", "b"), ("c", "d")])), None);
    assert_eq!(open(binding(1, "/sync", &[("a", "b"), ("c", "d")])), None);
    assert_eq!(open(binding(1, "/syncs", &[("a", "b")])), None);
    assert_eq!(open(binding(1, "/syncs", &[("a", "bc"), ("", "d")])), None);
    assert_eq!(
        decode::<i32>(&binding(1, "/syncs", &[("a", "b"), ("c", "d")]), &given).ok(),
        None
    );
}

proptest! {
    #[test]
    fn a_key_comes_back(id in any::<u128>(), number in any::<i64>(), text in ".*") {
        let binding = binding(1, "/x", &[]);
        let id = SyncId::from_uuid(Uuid::from_u128(id));
        prop_assert_eq!(decode::<SyncId>(&binding, &encode(&binding, &id)).ok(), Some(id));
        prop_assert_eq!(decode::<i64>(&binding, &encode(&binding, &number)).ok(), Some(number));
        prop_assert_eq!(decode::<String>(&binding, &encode(&binding, &text)).ok(), Some(text));
    }

    #[test]
    fn a_place_in_a_feed_comes_back(number in any::<i64>(), more in 0..1000_i64) {
        let binding = binding(1, "/x", &[]);
        let begun_at = number.saturating_add(more);
        let place = FeedPlace { number, begun_at };
        prop_assert_eq!(decode::<FeedPlace>(&binding, &encode(&binding, &place)).ok(), Some(place));
        // Those that were given before places had a beginning.
        let old = encode(&binding, &number);
        prop_assert_eq!(decode::<FeedPlace>(&binding, &old).ok(), Some(FeedPlace::at(number)));
    }

    #[test]
    fn other_texts_are_refused(text in ".*") {
        prop_assert!(decode::<String>(&binding(1, "/x", &[]), &text).is_err());
    }

    #[test]
    fn a_changed_cursor_is_refused(number in any::<i64>(), at in 0usize..28, to in "[A-Za-z0-9_-]") {
        let binding = binding(1, "/x", &[]);
        let mut text = encode(&binding, &number);
        prop_assume!(text.get(at..=at).is_some_and(|old| old != to));
        text.replace_range(at..=at, &to);
        prop_assert!(decode::<i64>(&binding, &text).is_err());
    }
}
