//! A token on one line.

use chrono::{DateTime, SecondsFormat, Utc};
use syncline_domain::access::Reach;
use syncline_store::tokens::Token;

/// Fields with tabs between them; what there is none of is `-`.
pub fn line(token: &Token) -> String {
    let Token {
        id,
        organization_id: _,
        organization_name,
        name,
        grant,
        created_at,
        expires_at,
        revoked_at,
        last_used_at,
        previous_expires_at,
    } = token;
    let state = match (revoked_at, expires_at) {
        (Some(at), _) => format!("revoked {}", time(*at)),
        (None, Some(at)) => format!("expires {}", time(*at)),
        (None, None) => "in use".to_owned(),
    };
    let mut fields = vec![
        id.to_string(),
        organization_name.clone(),
        format!("made {}", time(*created_at)),
        state,
        grant.scope().to_string(),
        reach(grant.reach()),
        name.clone().unwrap_or_else(|| "-".to_owned()),
        last_used_at.map_or_else(
            || "never used".to_owned(),
            |at| format!("used {}", time(at)),
        ),
    ];
    if let Some(at) = previous_expires_at {
        fields.push(format!("previous secret until {}", time(*at)));
    }
    fields.join("\t")
}

fn reach(reach: &Reach) -> String {
    match reach {
        Reach::All => "all connections".to_owned(),
        Reach::Only(ids) => {
            let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
            ids.join(",")
        }
    }
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use syncline_domain::access::{Grant, TokenScope};
    use syncline_domain::{ConnectionId, OrganizationId, TokenId};

    use super::*;

    #[test]
    fn a_token_is_shown_on_one_line() {
        let at = DateTime::UNIX_EPOCH;
        let mut token = Token {
            id: TokenId::from_parts(at, [0; 10]),
            organization_id: OrganizationId::from_parts(at, [0; 10]),
            organization_name: "acme".to_owned(),
            name: None,
            grant: Grant::ADMIN,
            created_at: at,
            expires_at: None,
            revoked_at: None,
            last_used_at: None,
            previous_expires_at: None,
        };
        let start = format!("{}\tacme\tmade 1970-01-01T00:00:00Z\t", token.id);
        assert_eq!(
            line(&token),
            format!("{start}in use\tadmin\tall connections\t-\tnever used")
        );
        token.revoked_at = Some(at);
        token.last_used_at = Some(at);
        token.previous_expires_at = Some(at);
        token.name = Some("loader".to_owned());
        let connection = ConnectionId::from_parts(at, [0; 10]);
        token.grant = Grant::new(TokenScope::Read, Reach::Only(vec![connection])).unwrap();
        assert_eq!(
            line(&token),
            format!(
                "{start}revoked 1970-01-01T00:00:00Z\tread\t{connection}\tloader\t\
                 used 1970-01-01T00:00:00Z\tprevious secret until 1970-01-01T00:00:00Z"
            )
        );
    }
}
