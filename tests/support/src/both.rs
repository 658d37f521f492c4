//! The macro that runs one function on both databases.

/// Makes two tests of each function: `name::sqlite` and `name::postgres`.
///
/// A function takes one [`TestDatabase`](crate::TestDatabase), is `async` or not, and returns
/// nothing or a `Result`. An async one runs on a runtime of its own with two threads. The
/// database is gone when the test ends.
///
/// Snapshots in files need an explicit name (`assert_snapshot!("name", …)`), because both halves
/// run the same function and so must agree on one; inline snapshots need nothing.
#[macro_export]
macro_rules! both_databases {
    () => {};
    ($(#[$meta:meta])* async fn $name:ident($db:ident: $kind:ty) $(-> $answer:ty)? $body:block $($rest:tt)*) => {
        $(#[$meta])*
        async fn $name($db: $kind) $(-> $answer)? $body

        mod $name {
            #[test]
            fn sqlite() -> impl ::std::process::Termination {
                let database = $crate::TestDatabase::sqlite();
                $crate::run(super::$name(database))
            }

            #[test]
            fn postgres() -> impl ::std::process::Termination {
                let database = $crate::TestDatabase::postgres();
                $crate::run(super::$name(database))
            }
        }

        $crate::both_databases! { $($rest)* }
    };
    ($(#[$meta:meta])* fn $name:ident($db:ident: $kind:ty) $(-> $answer:ty)? $body:block $($rest:tt)*) => {
        $(#[$meta])*
        fn $name($db: $kind) $(-> $answer)? $body

        mod $name {
            #[test]
            fn sqlite() -> impl ::std::process::Termination {
                super::$name($crate::TestDatabase::sqlite())
            }

            #[test]
            fn postgres() -> impl ::std::process::Termination {
                super::$name($crate::TestDatabase::postgres())
            }
        }

        $crate::both_databases! { $($rest)* }
    };
}

/// Runs an async test body on a runtime of its own. [`both_databases!`] calls it.
pub fn run<F: Future>(body: F) -> F::Output {
    match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime.block_on(body),
        Err(error) => panic!("no runtime for this test: {error}"),
    }
}
