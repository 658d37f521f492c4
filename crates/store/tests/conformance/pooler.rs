//! Behind a transaction pooler.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl};
use syncline_store::error::StoreError;
use syncline_store::store::{Lane, Store};
use syncline_test_support::{TestDatabase, run};

use crate::harness::{options, organization};

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = diesel::sql_types::Text)]
    setting: String,
}

/// The limits of a transaction hold in it, and leave nothing behind for whoever has the connection
/// next.
#[test]
fn the_limits_of_a_transaction_hold_behind_a_pooler_of_postgres_and_end_with_it() {
    let db = TestDatabase::postgres();
    run(async {
        let store = Store::open(options(&db.pooled_url())).await.unwrap();
        store.migrate().await.unwrap();
        let acme = organization(&store, "acme").await;
        let mut holder = PgConnection::establish(db.url()).unwrap();
        holder
            .batch_execute("BEGIN; LOCK TABLE organizations")
            .unwrap();
        let refused = store
            .write(Lane::Control, |tx| tx.find_or_insert_organization("new"))
            .await;
        match refused {
            Err(StoreError::Unavailable { reason, .. }) => {
                assert_eq!(reason, "a lock was not free in time");
            }
            other => panic!("{other:?}"),
        }
        holder.batch_execute("COMMIT").unwrap();
        assert_eq!(organization(&store, "acme").await, acme);
        let mut after = PgConnection::establish(&db.pooled_url()).unwrap();
        let left: Setting = diesel::sql_query(
            "SELECT current_setting('statement_timeout') || ' ' || current_setting('lock_timeout') AS setting",
        )
        .get_result(&mut after)
        .unwrap();
        assert_eq!(left.setting, "0 0");
    });
}
