//! Configs that do not fit their provider's specification.

rows! {
    "no config": POST "connections" {r#"{"provider_name":"books","name":"a"}"#} => 422 invalid_config "/config/base_url" "/config/credentials";
    "an empty config": POST "connections" {r#"{"provider_name":"books","name":"a","config":{}}"#} => 422 invalid_config "/config/base_url" "/config/credentials";
    "a config without an address": POST "connections" {r#"{"provider_name":"books","name":"a","config":{"credentials":{"api_key":"k"}}}"#} => 422 invalid_config "/config/base_url";
    "a config without its secret": POST "connections" {r#"{"provider_name":"books","name":"a","config":{"base_url":"http://x","credentials":{}}}"#} => 422 invalid_config "/config/credentials/api_key";
    "an address of another form": POST "connections" {r#"{"provider_name":"books","name":"a","config":{"base_url":"ftp://x","credentials":{"api_key":"k"}}}"#} => 422 invalid_config "/config/base_url";
    "a number as a config's address": POST "connections" {r#"{"provider_name":"books","name":"a","config":{"base_url":1,"credentials":{"api_key":"k"}}}"#} => 422 invalid_config "/config/base_url";
    "a text as a number in a config": POST "connections" {r#"{"provider_name":"books","name":"a","config":{"base_url":"http://x","page_size":"5","credentials":{"api_key":"k"}}}"#} => 422 invalid_config "/config/page_size";
    "a number below its minimum": POST "connections" {r#"{"provider_name":"books","name":"a","config":{"base_url":"http://x","page_size":0,"credentials":{"api_key":"k"}}}"#} => 422 invalid_config "/config/page_size";
    "half a number in a config": POST "connections" {r#"{"provider_name":"books","name":"a","config":{"base_url":"http://x","page_size":5.5,"credentials":{"api_key":"k"}}}"#} => 422 invalid_config "/config/page_size";
    "a number as a secret": POST "connections" {r#"{"provider_name":"books","name":"a","config":{"base_url":"http://x","credentials":{"api_key":5}}}"#} => 422 invalid_config "/config/credentials/api_key";
    "an object as a secret": POST "connections" {r#"{"provider_name":"books","name":"a","config":{"base_url":"http://x","credentials":{"api_key":{"a":"k"}}}}"#} => 422 invalid_config "/config/credentials/api_key";
    "null as a secret": POST "connections" {r#"{"provider_name":"books","name":"a","config":{"base_url":"http://x","credentials":{"api_key":null}}}"#} => 422 invalid_config "/config/credentials/api_key";
    "a list as credentials": POST "connections" {r#"{"provider_name":"books","name":"a","config":{"base_url":"http://x","credentials":[]}}"#} => 422 invalid_config "/config/credentials";
    "a field that a config has not": POST "connections" {r#"{"provider_name":"books","name":"a","config":{"base_url":"http://x","credentials":{"api_key":"k"},"more":1}}"#} => 422 invalid_config "/config";
    "a patch that removes what is required": PATCH "connections/<connection>" {r#"{"config":{"base_url":null}}"#} => 422 invalid_config "/config/base_url";
    "a patch that removes a required secret": PATCH "connections/<connection>" {r#"{"config":{"credentials":{"api_key":null}}}"#} => 422 invalid_config "/config/credentials/api_key";
    "a patch that removes all credentials": PATCH "connections/<connection>" {r#"{"config":{"credentials":null}}"#} => 422 invalid_config "/config/credentials";
    "a patch with a wrong type": PATCH "connections/<connection>" {r#"{"config":{"page_size":"many"}}"#} => 422 invalid_config "/config/page_size";
    "a patch with an unknown field": PATCH "connections/<connection>" {r#"{"config":{"more":1}}"#} => 422 invalid_config "/config";
    "a good name beside a bad config": PATCH "connections/<connection>" {r#"{"name":"changed","config":{"page_size":-1}}"#} => 422 invalid_config "/config/page_size";
    "64 bits are not enough for a page": PATCH "connections/<connection>" {r#"{"config":{"page_size":-9223372036854775809}}"#} => 422 invalid_config "/config/page_size";
}
