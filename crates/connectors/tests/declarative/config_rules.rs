//! What a manifest does to configurations before they are used.

use serde_json::{Value, json};
use syncline_connectors::Manifest;

use crate::run::{Ask, object, run, source};
use crate::server::{Reply, Server};

fn manifest(rules: &str) -> String {
    format!(
        r#"
version: 6.0.0
spec:
  type: Spec
  connection_specification:
    type: object
    required: [credentials]
    properties:
      url: {{type: string}}
      region: {{type: string}}
      credentials:
        type: object
        properties: {{token: {{type: string, airbyte_secret: true}}}}
  config_normalization_rules:
    type: ConfigNormalizationRules
    {rules}
streams:
  - type: DeclarativeStream
    name: items
    retriever:
      type: SimpleRetriever
      requester:
        type: HttpRequester
        url_base: "{{{{ config['url'] }}}}"
        path: "{{{{ config['region'] }}}}/{{{{ config.get('shop', {{}}).get('name') }}}}"
        authenticator: {{type: BearerAuthenticator, api_token: "{{{{ config['credentials']['token'] }}}}"}}
      record_selector: {{type: RecordSelector, extractor: {{type: DpathExtractor, field_path: []}}}}
"#
    )
}

const MIGRATION: &str = "config_migrations: [{type: ConfigMigration, transformations: [\
    {type: ConfigAddFields, fields: [{path: [credentials, token], value: \"{{ config['api_key'] }}\"}], condition: \"{{ 'api_key' in config }}\"}, \
    {type: ConfigRemoveFields, field_pointers: [[api_key]]}]}]";

const TRANSFORMATIONS: &str = "transformations: [\
    {type: ConfigRemapField, field_path: [region], map: {eu: europe, us: \"{{ 'america' }}\"}}, \
    {type: ConfigAddFields, fields: [{path: [shop, name], value: \"{{ config['region'] }}-shop\"}]}]";

async fn asked(rules: &str, config: Value) -> (String, String) {
    let server = Server::start(|_| Reply::json("[]")).await;
    let mut config = object(config);
    config.insert("url".to_owned(), server.url.clone().into());
    let ran = run(&source(&manifest(rules), config.into()), Ask::of("items")).await;
    assert!(ran.error.is_none(), "{:?}", ran.error);
    let asked = server.asked().remove(0);
    let token = asked.header("authorization").unwrap().to_owned();
    (asked.target, token)
}

#[tokio::test]
async fn streams_see_the_changed_configuration() {
    let config = json!({"region": "eu", "credentials": {"token": "tok"}});
    assert_eq!(
        asked(TRANSFORMATIONS, config).await,
        ("/europe/europe-shop".to_owned(), "Bearer tok".to_owned())
    );
    // A value without a counterpart stays.
    let config = json!({"region": "mars", "credentials": {"token": "tok"}});
    assert_eq!(asked(TRANSFORMATIONS, config).await.0, "/mars/mars-shop");
    let old = json!({"region": "r", "api_key": "old-key"});
    assert_eq!(asked(MIGRATION, old).await.1, "Bearer old-key");
}

#[tokio::test]
async fn an_old_configuration_is_migrated_before_its_secrets_are_taken_out() {
    let manifest = Manifest::parse(&manifest(MIGRATION)).unwrap();
    let old = object(json!({"region": "r", "api_key": "old-key"}));
    assert_eq!(manifest.validate_config(&old), Ok(()));
    let (public, secrets) = manifest.split_secrets(old);
    assert_eq!(
        Value::Object(public),
        json!({"region": "r", "credentials": {}})
    );
    assert_eq!(secrets["/credentials/token"], "old-key");
    // A configuration of today is left as it is.
    let new = object(json!({"region": "r", "credentials": {"token": "t"}}));
    let (public, secrets) = manifest.split_secrets(new);
    assert_eq!(
        Value::Object(public),
        json!({"region": "r", "credentials": {}})
    );
    assert_eq!(secrets["/credentials/token"], "t");
}

#[test]
fn validations_are_problems_of_their_field() {
    let rules = "validations: [\
        {type: DpathValidator, field_path: [shops, '*', size], validation_strategy: {type: ValidateAdheresToSchema, base_schema: {type: integer, minimum: 3}}}, \
        {type: DpathValidator, field_path: [filter], validation_strategy: {type: ValidateAdheresToSchema, base_schema: '{\"type\": \"array\"}'}}, \
        {type: PredicateValidator, value: \"{{ config['credentials'] | length }}\", validation_strategy: {type: ValidateAdheresToSchema, base_schema: {minimum: 1}}}]";
    let manifest = Manifest::parse(&manifest(rules)).unwrap();
    let problems = |config: Value| match manifest.validate_config(&object(config)) {
        Ok(()) => Vec::new(),
        Err(problems) => problems
            .into_iter()
            .map(|problem| format!("{} {}", problem.pointer, problem.message))
            .collect::<Vec<_>>(),
    };
    let good = json!({"credentials": {"token": "t"}, "shops": [{"size": 3}, {}], "filter": "[1]"});
    assert_eq!(problems(good), Vec::<String>::new());
    let wrong = json!({"credentials": {}, "shops": [{"size": 3}, {"size": 2}], "filter": "secret"});
    assert_eq!(
        problems(wrong),
        [
            "/shops/1/size the value is less than the minimum of 3",
            "/filter is not JSON",
            " the value is less than the minimum of 1",
        ]
    );
}

#[test]
fn rules_that_need_python_make_every_stream_unsupported() {
    let rules = "transformations: [{type: CustomConfigTransformation, class_name: x.Y}]";
    let manifest = Manifest::parse(&manifest(rules)).unwrap();
    let reason = manifest.streams()[0].unsupported_reason.as_deref().unwrap();
    assert!(
        reason.contains("CustomConfigTransformation (x.Y, which needs Python)"),
        "{reason}"
    );
}
