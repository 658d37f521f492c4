//! `Idempotency-Key`s that are none, and keys that were used for something else.

rows! {
    "an empty key": POST "connections/<connection>/sync" ["Idempotency-Key": ""] => 422 invalid_idempotency_key "Idempotency-Key";
    "a key of 256 characters": POST "connections/<connection>/sync" ["Idempotency-Key": "<long>"] => 422 invalid_idempotency_key "Idempotency-Key";
    "a key of 5,000 characters": POST "connections/<connection>/sync" ["Idempotency-Key": "<huge>"] => 422 invalid_idempotency_key "Idempotency-Key";
    "a key with a space": POST "connections/<connection>/sync" ["Idempotency-Key": "monday 1"] => 422 invalid_idempotency_key "Idempotency-Key";
    "a key with a tab": POST "connections/<connection>/sync" ["Idempotency-Key": "monday\t1"] => 422 invalid_idempotency_key "Idempotency-Key";
    "a key that is not ASCII": POST "connections/<connection>/sync" ["Idempotency-Key": b"m\xc3\xb6ndag"] => 422 invalid_idempotency_key "Idempotency-Key";
    "a key that is not UTF-8": POST "connections/<connection>/sync" ["Idempotency-Key": b"\xff\xfe"] => 422 invalid_idempotency_key "Idempotency-Key";
    "two keys": POST "connections/<connection>/sync" ["Idempotency-Key": "a", "Idempotency-Key": "b"] => 422 invalid_idempotency_key "Idempotency-Key";
    "the same key in two headers": POST "connections/<connection>/sync" ["Idempotency-Key": "a", "Idempotency-Key": "a"] => 422 invalid_idempotency_key "Idempotency-Key";
    "a bad key for a connection": POST "connections" ["Idempotency-Key": ""] {r#"{"provider_name":"books","name":"a"}"#} => 422 invalid_idempotency_key "Idempotency-Key";
    "a bad key for a cancel": POST "syncs/<sync>/cancel" ["Idempotency-Key": "a b"] => 422 invalid_idempotency_key "Idempotency-Key";
    "a bad key for a check": POST "connections/<connection>/check" ["Idempotency-Key": "<long>"] => 422 invalid_idempotency_key "Idempotency-Key";
    "a used key with another body": POST "connections/<connection>/sync" ["Idempotency-Key": "used"] {r#"{"models":["customers"]}"#} => 422 idempotency_mismatch;
    "a used key without a body": POST "connections/<connection>/sync" ["Idempotency-Key": "used"] => 422 idempotency_mismatch;
    "a used key with a body of other spaces": POST "connections/<connection>/sync" ["Idempotency-Key": "used"] {r#"{ "models": ["invoices"] }"#} => 422 idempotency_mismatch;
    "a used key with a body that is none": POST "connections/<connection>/sync" ["Idempotency-Key": "used"] {"{"} => 400 invalid_json;
    "a good key with a bad body": POST "connections/<connection>/sync" ["Idempotency-Key": "fresh-1"] {r#"{"models":["nope"]}"#} => 422 unknown_models "/models/0";
    "a good key for what is complete": POST "syncs/<complete>/cancel" ["Idempotency-Key": "fresh-2"] => 409 sync_finished;
    "a good key for an unknown id": POST "syncs/1/cancel" ["Idempotency-Key": "fresh-3"] => 404 not_found;
}
