//! Who goes first, what shares a commit, and what a failure takes with it.

use std::sync::{Arc, Mutex, mpsc};

use syncline_store::error::StoreError;
use syncline_store::store::{Lane, Store};
use syncline_store::tokens::NewToken;
use syncline_test_support::{TestDatabase, both_databases, run};
use tokio::task::JoinHandle;

use crate::harness::{open, organization, read};

type Order = Arc<Mutex<Vec<&'static str>>>;

/// Work of a lane that notes when it runs, and fails if asked.
fn job(
    store: &Store,
    lane: Lane,
    name: &'static str,
    order: &Order,
    fails: bool,
) -> JoinHandle<Result<(), StoreError>> {
    let (store, order) = (store.clone(), Arc::clone(order));
    tokio::spawn(async move {
        store
            .write(lane, move |tx| {
                order.lock().unwrap().push(name);
                tx.find_or_insert_organization(name)?;
                if fails {
                    Err(StoreError::Conflict(name.into()))
                } else {
                    Ok(())
                }
            })
            .await
    })
}

/// Holds the writer until it is let go.
async fn hold(store: &Store) -> (mpsc::Sender<()>, JoinHandle<()>) {
    let (go_on, may_go_on) = mpsc::channel();
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let held = store.clone();
    let holder = tokio::spawn(async move {
        held.write(Lane::Bulk, move |_| {
            begun.send(()).unwrap();
            may_go_on.recv().unwrap();
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    });
    has_begun.await.unwrap();
    (go_on, holder)
}

/// On one thread, so that jobs queue in the order in which they are spawned and yielded to.
fn alone<F: Future>(body: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(body)
}

#[test]
fn control_overtakes_bulk_on_sqlite() {
    let db = TestDatabase::sqlite();
    alone(async {
        let store = open(&db).await;
        let (go_on, holder) = hold(&store).await;
        let order = Order::default();
        let mut jobs = Vec::new();
        for (lane, name) in [
            (Lane::Bulk, "page 1"),
            (Lane::Bulk, "page 2"),
            (Lane::Control, "cancel"),
            (Lane::Control, "heartbeat"),
        ] {
            jobs.push(job(&store, lane, name, &order, false));
            tokio::task::yield_now().await;
        }
        go_on.send(()).unwrap();
        holder.await.unwrap();
        for job in jobs {
            job.await.unwrap().unwrap();
        }
        assert_eq!(
            *order.lock().unwrap(),
            ["cancel", "heartbeat", "page 1", "page 2"]
        );
    });
}

#[test]
fn a_failing_job_of_a_shared_commit_undoes_itself_alone_on_sqlite() {
    let db = TestDatabase::sqlite();
    alone(async {
        let store = open(&db).await;
        let (go_on, holder) = hold(&store).await;
        let order = Order::default();
        let jobs = [("a", false), ("b", true), ("c", false)]
            .map(|(name, fails)| job(&store, Lane::Control, name, &order, fails));
        tokio::task::yield_now().await;
        go_on.send(()).unwrap();
        holder.await.unwrap();
        let [a, b, c] = jobs;
        a.await.unwrap().unwrap();
        assert!(matches!(b.await.unwrap(), Err(StoreError::Conflict(_))));
        c.await.unwrap().unwrap();
        let names = names(&db);
        assert_eq!(names, ["a", "c"]);
    });
}

/// As another process sees them.
fn names(db: &TestDatabase) -> Vec<String> {
    use diesel::{Connection, QueryableByName, RunQueryDsl};
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Text)]
        name: String,
    }
    let mut conn =
        diesel::SqliteConnection::establish(db.file().unwrap().to_str().unwrap()).unwrap();
    let rows: Vec<Row> = diesel::sql_query("SELECT name FROM organizations ORDER BY name")
        .load(&mut conn)
        .unwrap();
    rows.into_iter().map(|row| row.name).collect()
}

/// Both at once would wait for each other for ever if control had no connection of its own.
#[test]
fn control_does_not_wait_for_pages_on_postgres() {
    let db = TestDatabase::postgres();
    run(async {
        let store = open(&db).await;
        let mut held = Vec::new();
        for _ in 0..4 {
            held.push(hold(&store).await);
        }
        organization(&store, "acme").await;
        for (go_on, holder) in held {
            go_on.send(()).unwrap();
            holder.await.unwrap();
        }
    });
}

both_databases! {
    async fn a_panic_undoes_its_work_and_nothing_else(db: TestDatabase) {
        let store = open(&db).await;
        let error = store
            .write(Lane::Control, |tx| -> Result<(), StoreError> {
                tx.find_or_insert_organization("acme")?;
                panic!("on purpose")
            })
            .await
            .unwrap_err();
        assert!(matches!(&error, StoreError::Database(source) if source.to_string().contains("on purpose")));
        let error = store.read(|_| -> Result<(), StoreError> { panic!("on purpose") }).await;
        assert!(error.is_err());
        let acme = organization(&store, "acme").await;
        let since = acme.created_at;
        assert!(read(&store, move |tx| Ok(tx.now() >= since)).await);
    }

    async fn ids_of_one_transaction_ascend_and_its_time_stands_still(db: TestDatabase) {
        let store = open(&db).await;
        let acme = organization(&store, "acme").await;
        let (tokens, times) = store
            .write(Lane::Control, move |tx| {
                let mut tokens = Vec::new();
                let mut times = vec![tx.now()];
                for byte in 0..100 {
                    tokens.push(tx.insert_token(NewToken::admin(acme.id, [byte; 32]))?);
                    times.push(tx.now());
                }
                Ok::<_, StoreError>((tokens, times))
            })
            .await
            .unwrap();
        assert!(tokens.is_sorted_by(|a, b| a.id < b.id));
        assert!(tokens.iter().all(|token| token.created_at == times[0]));
        times.iter().for_each(|time| assert_eq!(*time, times[0]));
    }
}
