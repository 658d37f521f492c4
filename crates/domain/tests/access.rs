//! What tokens may do, and where.

use chrono::DateTime;
use syncline_domain::ConnectionId;
use syncline_domain::access::{Grant, ImpossibleGrant, Reach, TokenScope};

fn connection(number: u8) -> ConnectionId {
    ConnectionId::from_parts(DateTime::UNIX_EPOCH, [number; 10])
}

#[test]
fn each_scope_includes_the_ones_before_it() {
    let table: Vec<String> = TokenScope::ALL
        .into_iter()
        .map(|scope| {
            let included = TokenScope::ALL
                .into_iter()
                .filter(|needed| scope.includes(*needed))
                .map(TokenScope::as_str)
                .collect::<Vec<_>>();
            format!("{scope}: {}", included.join(" "))
        })
        .collect();
    assert_eq!(
        table,
        ["read: read", "write: read write", "admin: read write admin"]
    );
}

#[test]
fn a_scope_is_read_as_it_is_written() {
    for scope in TokenScope::ALL {
        assert_eq!(scope.as_str().parse(), Ok(scope));
    }
    let error = "Admin".parse::<TokenScope>().unwrap_err().to_string();
    assert_eq!(error, "`Admin` is not a scope: use read, write or admin");
}

#[test]
fn a_reach_covers_what_it_names() {
    let only = Reach::Only(vec![connection(1), connection(2)]);
    assert!(only.covers(connection(2)) && !only.covers(connection(3)));
    assert!(Reach::All.covers(connection(3)));
}

#[test]
fn an_admin_cannot_be_limited_and_a_limit_names_a_few() {
    let only = |count: u8| {
        let mut few: Vec<ConnectionId> = (0..count).map(connection).collect();
        few.sort_unstable();
        Reach::Only(few)
    };
    let grant = Grant::new(TokenScope::Write, only(100)).unwrap();
    assert_eq!(
        (grant.scope(), grant.reach()),
        (TokenScope::Write, &only(100))
    );
    assert_eq!(Grant::new(TokenScope::Admin, Reach::All), Ok(Grant::ADMIN));
    for (scope, count, error) in [
        (TokenScope::Admin, 1, ImpossibleGrant::LimitedAdmin),
        (TokenScope::Read, 0, ImpossibleGrant::WrongCount),
        (TokenScope::Read, 101, ImpossibleGrant::WrongCount),
    ] {
        assert_eq!(Grant::new(scope, only(count)), Err(error));
    }
}
