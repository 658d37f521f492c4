use serde_json::Value;
use syncline_demo::{Demo, DemoConfig, DemoError, Model, Pace};

use crate::reader::{id, ids, small, start};

fn everything(demo: &Demo) -> Vec<Vec<Value>> {
    Model::ALL
        .into_iter()
        .map(|model| demo.truth(model))
        .collect()
}

#[test]
fn equal_seeds_make_equal_data_now_and_later() {
    let (one, other) = (start(small()), start(small()));
    assert_eq!(everything(&one), everything(&other));
    assert_eq!(one.advance(7), other.advance(7));
    assert_eq!(everything(&one), everything(&other));
}

#[test]
fn another_seed_makes_other_data() {
    let (one, other) = (start(small()), start(DemoConfig { seed: 2, ..small() }));
    for (one, other) in everything(&one).iter().zip(&everything(&other)) {
        assert_eq!(ids(one), ids(other));
        assert!(one.iter().zip(other).all(|(one, other)| one != other));
    }
}

/// A seed must name the same data in every version: whoever changes these values breaks that promise.
#[test]
fn the_first_records_of_seed_one() {
    let demo = start(small());
    let first: Vec<Value> = Model::ALL
        .into_iter()
        .map(|model| demo.truth(model)[0].clone())
        .collect();
    let expected = [r#"{"address":{"city":"Zürich","country":"CH","postal_code":"77461","street":"Limmatquai 81"},"created_at":"2024-01-16T14:24:00Z","credit_limit":25500.0,"currency":"CHF","email":"accounts0@north-1.example","id":1,"name":"North Paper AG","payment_terms_days":14,"phone":"+00 288 831312","status":"active","tax_id":"CH885451260","updated_at":"2024-02-09T03:25:54Z","version":1}"#, r#"{"amount_due":0.0,"created_at":"2024-01-08T02:00:00Z","currency":"CHF","customer_id":30,"due_on":"2024-02-07","id":"inv_000000001","issued_on":"2024-01-08","lines":[{"description":"Freight","quantity":5,"unit_price":469.16},{"description":"Licence","quantity":13,"unit_price":107.56}],"status":"paid","total":3744.08,"updated_at":"2024-01-16T11:42:14Z","version":1}"#, r#"{"amount":6318.9,"created_at":"2024-01-10T02:40:00Z","currency":"GBP","customer_id":47,"id":"pay_000000001","invoice_id":"inv_000000038","method":"cheque","received_on":"2024-01-10","reference":"RF98-494BE85F","status":"pending","updated_at":"2024-01-10T02:40:00Z","version":1}"#,]
    .map(|text: &str| serde_json::from_str::<Value>(text).unwrap());
    assert_eq!(first, expected);
}

#[test]
fn references_never_dangle() {
    let demo = start(small());
    demo.advance(20);
    let (customers, invoices) = (demo.truth(Model::Customers), demo.truth(Model::Invoices));
    let customer_ids = ids(&customers);
    for invoice in &invoices {
        assert!(
            customer_ids.contains(&invoice["customer_id"].to_string()),
            "{invoice}"
        );
        let customer = customers
            .iter()
            .find(|customer| customer["id"] == invoice["customer_id"])
            .unwrap();
        assert_eq!(customer["currency"], invoice["currency"]);
    }
    for payment in demo.truth(Model::Payments) {
        let invoice = invoices
            .iter()
            .find(|invoice| invoice["id"] == payment["invoice_id"])
            .unwrap();
        assert_eq!(
            (&invoice["total"], &invoice["customer_id"]),
            (&payment["amount"], &payment["customer_id"])
        );
        assert!(id(&payment).starts_with("pay_"));
    }
}

#[test]
fn a_config_that_contradicts_itself_is_refused() {
    let wrong = [
        DemoConfig {
            customers: 0,
            ..small()
        },
        DemoConfig {
            invoices: 0,
            ..small()
        },
        DemoConfig {
            pace: Pace {
                updates: 0,
                inserts: 1,
                deletes: 2,
            },
            ..small()
        },
        DemoConfig {
            token: String::new(),
            ..small()
        },
        DemoConfig {
            workers: 0,
            ..small()
        },
        DemoConfig {
            max_page_size: 0,
            ..small()
        },
    ];
    for config in wrong {
        let refused = Demo::start(config, ([127, 0, 0, 1], 0).into());
        assert!(matches!(refused, Err(DemoError::Config(_))), "{refused:?}");
    }
}

#[test]
fn a_busy_port_is_named() {
    let demo = start(small());
    let refused = Demo::start(small(), demo.address()).unwrap_err();
    assert!(
        refused.to_string().contains(&demo.address().to_string()),
        "{refused}"
    );
    let address = demo.address();
    demo.stop();
    let again = Demo::start(small(), address).unwrap();
    assert_eq!(again.address(), address);
}
