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
    let first: Vec<String> = Model::ALL
        .into_iter()
        .map(|model| demo.truth(model)[0].to_string())
        .collect();
    assert_eq!(first, ["CUSTOMER", "INVOICE", "PAYMENT",]);
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
