//! What is known of the shape of records. Reading does not need it.

use serde_json::Value;

/// The schema that an `InlineSchemaLoader` of a resolved stream holds; of several, the first.
pub(crate) fn inline_schema(stream: &Value) -> Option<Value> {
    let loaders = stream.get("schema_loader")?;
    let mut all = loaders
        .as_array()
        .into_iter()
        .flatten()
        .chain(std::iter::once(loaders));
    all.find_map(|loader| {
        let is_inline = loader.get("type")?.as_str()? == "InlineSchemaLoader";
        loader
            .get("schema")
            .filter(|schema| is_inline && schema.is_object())
            .cloned()
    })
}
