//! What a connection is made of.

use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::input::{Fields, FromFields, boolean, object, text};

/// Characters of a name.
const NAME: usize = 255;

/// Characters of an address.
const URL: usize = 2048;

/// A connection to be made.
#[derive(Debug, Clone, ToSchema)]
#[schema(as = CreateConnection)]
pub struct CreateConnectionBody {
    /// A provider, as `GET /v2/integrations/providers` lists them.
    #[schema(example = "demo", min_length = 1, max_length = 255)]
    pub provider_name: String,
    /// What you call it.
    #[schema(example = "Books of Acme", min_length = 1, max_length = 255)]
    pub name: String,
    /// Where the outside system is, for people: what is called follows `config`.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 2048,
        example = "https://books.example.com"
    )]
    pub api_url: Option<String>,
    /// Whether the outside system stands in the customer's own house.
    #[schema(nullable = false, default = false)]
    pub is_on_premise: Option<bool>,
    /// The customer, in your own words.
    #[schema(nullable = false, min_length = 1, max_length = 255, example = "Acme")]
    pub company: Option<String>,
    /// For example `production` or `sandbox`.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 255,
        example = "production"
    )]
    pub environment: Option<String>,
    /// What the provider's `connection_specification` asks for. Its secrets are encrypted and
    /// never answered.
    #[schema(nullable = false, value_type = Object, required = false, example = json!({"base_url": "http://127.0.0.1:8090", "api_token": "demo-token"}))]
    pub config: Option<Map<String, Value>>,
}

/// What to change of a connection (a merge patch, RFC 7396): what is absent stays, null clears.
#[derive(Debug, Clone, ToSchema)]
#[schema(as = UpdateConnection)]
pub struct UpdateConnectionBody {
    /// What you call it.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 255,
        example = "Books of Acme"
    )]
    pub name: Option<String>,
    /// Where the outside system is; null clears it.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 2048, example = "https://books.example.com")]
    pub api_url: Option<Option<String>>,
    /// Whether the outside system stands in the customer's own house.
    #[schema(nullable = false, example = false)]
    pub is_on_premise: Option<bool>,
    /// The customer, in your own words; null clears it.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255, example = "Acme")]
    pub company: Option<Option<String>>,
    /// For example `production` or `sandbox`; null clears it.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255, example = "production")]
    pub environment: Option<Option<String>>,
    /// A merge patch of the config: what is absent stays, secrets too; null removes.
    #[schema(nullable = false, value_type = Object, required = false, example = json!({"api_token": "new-token"}))]
    pub config: Option<Map<String, Value>>,
    /// True holds what is queued and starts nothing; false lets it go on.
    #[schema(nullable = false, example = false)]
    pub is_sync_disabled: Option<bool>,
}

impl FromFields for CreateConnectionBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let provider_name = fields.required("provider_name", text(NAME));
        let name = fields.required("name", text(NAME));
        let api_url = fields.optional("api_url", text(URL));
        let is_on_premise = fields.optional("is_on_premise", boolean);
        let company = fields.optional("company", text(NAME));
        let environment = fields.optional("environment", text(NAME));
        let config = fields.optional("config", object);
        Some(Self {
            provider_name: provider_name?,
            name: name?,
            api_url,
            is_on_premise,
            company,
            environment,
            config,
        })
    }
}

impl FromFields for UpdateConnectionBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self {
            name: fields.optional("name", text(NAME)),
            api_url: fields.nullable("api_url", text(URL)),
            is_on_premise: fields.optional("is_on_premise", boolean),
            company: fields.nullable("company", text(NAME)),
            environment: fields.nullable("environment", text(NAME)),
            config: fields.optional("config", object),
            is_sync_disabled: fields.optional("is_sync_disabled", boolean),
        })
    }
}
