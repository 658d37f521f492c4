//! Where an answer leads: links from the lists, and from what a POST makes, to the operations
//! that take the ids in it.
//!
//! An id is found by its name: `connection_id` is a field of that name, or the `id` of an object
//! that calls itself `connection`; a header `Syncline-Batch-Id` gives `batch_id`. A list leads on
//! by its first item, and to its own next page.

use serde_json::{Map, Value, json};

use super::walk::{Place, json_schema, operations, operations_mut, reference, schemas};

/// Adds the links to every answer that leads somewhere.
pub fn complete(document: &mut Value) {
    let schemas = schemas(document);
    let mut found = Vec::new();
    for place in operations(document) {
        let responses = place.operation["responses"].as_object();
        for (status, response) in responses.into_iter().flatten() {
            if let Some(answer) = Answer::of(&schemas, &place, status, response) {
                let links = answer.links(document);
                found.push((
                    place.operation["operationId"].clone(),
                    status.clone(),
                    links,
                ));
            }
        }
    }
    for (_, _, operation) in operations_mut(document) {
        for (id, status, links) in &found {
            if operation["operationId"] == *id && !links.is_empty() {
                operation["responses"][status]["links"] = Value::Object(links.clone());
            }
        }
    }
}

/// A good answer of a list, or of a POST that makes something.
struct Answer<'a> {
    place: &'a Place<'a>,
    response: &'a Value,
    schema: &'a Value,
    /// Where in the body the object is.
    at: &'static str,
}

impl<'a> Answer<'a> {
    fn of(
        schemas: &'a Map<String, Value>,
        place: &'a Place<'a>,
        status: &str,
        response: &'a Value,
    ) -> Option<Self> {
        if !status.starts_with('2') {
            return None;
        }
        let body = json_schema(response)?;
        let (name, at) = match body.get("items") {
            Some(items) => (reference(items)?, "/0"),
            None if status == "201" => (reference(body)?, ""),
            None => return None,
        };
        Some(Self {
            place,
            response,
            schema: schemas.get(name)?,
            at,
        })
    }

    fn links(&self, document: &Value) -> Map<String, Value> {
        let mut links = Map::new();
        for to in operations(document) {
            let id = to.operation["operationId"].as_str().unwrap_or_default();
            let is_own = to.operation["operationId"] == self.place.operation["operationId"];
            let link = if is_own {
                self.next_page()
            } else {
                self.link(&to)
            };
            if let Some((description, parameters)) = link {
                links.insert(
                    id.to_owned(),
                    json!({ "operationId": id, "parameters": parameters, "description": description }),
                );
            }
        }
        links
    }

    fn link(&self, to: &Place<'_>) -> Option<(&'static str, Map<String, Value>)> {
        let mut parameters = Map::new();
        let mut is_about_this = false;
        for name in path_parameters(to.path) {
            let expression = match self.id(name, to.method) {
                Some(expression) => {
                    is_about_this = true;
                    expression
                }
                None => self.own_parameter(name)?,
            };
            parameters.insert(name.to_owned(), json!(expression));
        }
        is_about_this.then_some(("Takes an id of this answer.", parameters))
    }

    fn next_page(&self) -> Option<(&'static str, Map<String, Value>)> {
        self.response.pointer("/headers/Next-Cursor")?;
        let mut parameters = Map::new();
        for name in path_parameters(self.place.path) {
            parameters.insert(name.to_owned(), json!(self.own_parameter(name)?));
        }
        parameters.insert("cursor".to_owned(), json!("$response.header.Next-Cursor"));
        Some(("The next page.", parameters))
    }

    /// Of the object itself for every operation; of what it belongs to, only to read that.
    fn id(&self, name: &str, method: &str) -> Option<String> {
        let at = self.at;
        let properties = self.schema["properties"].as_object()?;
        if let Some((kind, field)) = name.rsplit_once('_')
            && properties
                .get("object")
                .is_some_and(|object| object["example"] == kind)
            && properties.contains_key(field)
        {
            return Some(format!("$response.body#{at}/{field}"));
        }
        if method != "get" {
            return None;
        }
        let mut headers = self.response["headers"].as_object()?.keys();
        let header = headers.find(|header| {
            let header = header.to_lowercase().replace('-', "_");
            header.strip_prefix("syncline_") == Some(name)
        });
        match header {
            Some(header) => Some(format!("$response.header.{header}")),
            None => properties
                .contains_key(name)
                .then(|| format!("$response.body#{at}/{name}")),
        }
    }

    fn own_parameter(&self, name: &str) -> Option<String> {
        path_parameters(self.place.path)
            .any(|own| own == name)
            .then(|| format!("$request.path.{name}"))
    }
}

fn path_parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split('}').next())
}
