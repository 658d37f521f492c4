//! Applies a merge patch to a connection.

use serde_json::{Map, Value};
use syncline_connectors::Registry;
use syncline_domain::connection::Connection;
use syncline_domain::{ConnectionId, OrganizationId};
use syncline_store::connections::ConnectionChange;
use syncline_store::secrets::Secrets;
use syncline_store::tx::Tx;

use super::input::UpdateConnectionBody;
use super::provider::{Offer, find_manifest, fit_config, refresh, with_found};
use super::view::ConnectionView;
use crate::problem::Problem;

/// Reads, patches and checks in one transaction.
///
/// # Errors
/// When there is no such connection, or its config would not fit its provider.
pub fn change_connection(
    tx: &mut Tx<'_>,
    registry: &Registry,
    organization_id: OrganizationId,
    id: ConnectionId,
    body: UpdateConnectionBody,
) -> Result<ConnectionView, Problem> {
    let UpdateConnectionBody {
        name,
        api_url,
        is_on_premise,
        company,
        environment,
        config,
        is_sync_disabled,
    } = body;
    let found = tx.find_connection(organization_id, id)?;
    let connection = found.ok_or_else(|| Problem::not_found("connection", &id.to_string()))?;
    let patched = config
        .map(|patch| patch_config(tx, registry, &connection, patch))
        .transpose()?;
    let (config, offered) = match patched {
        None => (None, None),
        Some(Patched { config, offered }) => (Some(config), offered),
    };
    let change = ConnectionChange {
        name,
        api_url,
        is_on_premise,
        company,
        environment,
        is_sync_disabled,
        config,
    };
    let connection = tx.update_connection(organization_id, id, change)?;
    if let Some(offered) = offered {
        refresh(tx, organization_id, id, offered)?;
    }
    Ok(ConnectionView::with_models(tx, connection)?)
}

struct Patched {
    config: (Map<String, Value>, Secrets),
    /// The models that it names, where a configuration does.
    offered: Option<Offer>,
}

fn patch_config(
    tx: &mut Tx<'_>,
    registry: &Registry,
    connection: &Connection,
    patch: Map<String, Value>,
) -> Result<Patched, Problem> {
    let manifest = find_manifest(registry, &connection.provider_name)?;
    let Secrets(secrets) = tx.read_connection_secrets(connection.organization_id, connection.id)?;
    let mut config = manifest.join_secrets(connection.config.clone(), secrets);
    merge(&mut config, patch);
    let fitted = fit_config(&manifest, config.clone())?;
    let offered = match manifest.is_of_a_connection() {
        false => None,
        true => {
            let (organization_id, id) = (connection.organization_id, connection.id);
            let manifest = with_found(tx, manifest, organization_id, id)?;
            Some(Offer::of(&manifest.of_connection(&config)))
        }
    };
    Ok(Patched {
        config: fitted,
        offered,
    })
}

/// RFC 7396.
fn merge(target: &mut Map<String, Value>, patch: Map<String, Value>) {
    for (name, value) in patch {
        match value {
            Value::Null => {
                target.remove(&name);
            }
            Value::Object(patch) => {
                let entry = target.entry(name).or_insert(Value::Null);
                if !entry.is_object() {
                    *entry = Value::Object(Map::new());
                }
                if let Value::Object(inner) = entry {
                    merge(inner, patch);
                }
            }
            value => {
                target.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::merge;

    /// The test cases of RFC 7396, appendix A, whose target and patch are objects.
    #[test]
    fn merges_as_the_rfc_says() {
        for (target, patch, expected) in [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (
                json!({"a": "b"}),
                json!({"b": "c"}),
                json!({"a": "b", "b": "c"}),
            ),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (
                json!({"a": "b", "b": "c"}),
                json!({"a": null}),
                json!({"b": "c"}),
            ),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
            (
                json!({"a": {"b": "c"}}),
                json!({"a": {"b": "d", "c": null}}),
                json!({"a": {"b": "d"}}),
            ),
            (
                json!({"a": [{"b": "c"}]}),
                json!({"a": [1]}),
                json!({"a": [1]}),
            ),
            (
                json!({"e": null}),
                json!({"a": 1}),
                json!({"e": null, "a": 1}),
            ),
            (
                json!({}),
                json!({"a": {"bb": {"ccc": null}}}),
                json!({"a": {"bb": {}}}),
            ),
        ] {
            let (Value::Object(mut target), Value::Object(patch)) = (target, patch) else {
                continue;
            };
            merge(&mut target, patch);
            assert_eq!(Value::Object(target), expected);
        }
    }
}
