//! Every route, as the OpenAPI document has them: which methods a path takes, and which operation
//! a request is.

use actix_web::HttpRequest;
use actix_web::dev::ResourceDef;
use actix_web::http::Method;
use syncline_domain::access::TokenScope;
use utoipa::openapi::{OpenApi, PathItem};

use crate::auth::needed_scope;

/// Every path with its methods.
pub struct Routes(Vec<Route>);

struct Route {
    resource: ResourceDef,
    allow: String,
    operations: Vec<(Method, Operation)>,
}

/// What a request asks for.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its `operationId`.
    pub id: String,
    /// The scope that it needs.
    pub needs: TokenScope,
}

impl Routes {
    /// Of a document, and of paths beside it that take GET.
    pub fn new(openapi: &OpenApi, others: &[&str]) -> Self {
        let documented = openapi.paths.paths.iter().map(|(path, item)| {
            let operations = operations(path, item);
            let methods: Vec<Method> = operations.iter().map(|(m, _)| m.clone()).collect();
            Route {
                resource: ResourceDef::new(path.as_str()),
                allow: allow(&methods),
                operations,
            }
        });
        let others = others.iter().map(|path| Route {
            resource: ResourceDef::new(*path),
            allow: allow(&[Method::GET]),
            operations: Vec::new(),
        });
        Self(documented.chain(others).collect())
    }

    /// What a path takes, for `Allow`.
    pub fn find_allowed(&self, path: &str) -> Option<&str> {
        Some(&self.find(path)?.allow)
    }

    /// The operation of a request. Its path is looked at as the router does, decoded: a path that
    /// is written in another way leads to the same operation.
    pub fn find_operation(&self, request: &HttpRequest) -> Option<&Operation> {
        let route = self.find(request.match_info().as_str())?;
        let mut operations = route.operations.iter();
        let (_, operation) = operations.find(|(method, _)| method == request.method())?;
        Some(operation)
    }

    fn find(&self, path: &str) -> Option<&Route> {
        self.0.iter().find(|route| route.resource.is_match(path))
    }
}

fn operations(path: &str, item: &PathItem) -> Vec<(Method, Operation)> {
    [
        (&item.get, Method::GET),
        (&item.put, Method::PUT),
        (&item.post, Method::POST),
        (&item.delete, Method::DELETE),
        (&item.patch, Method::PATCH),
    ]
    .into_iter()
    .filter_map(|(operation, method)| {
        let id = operation.as_ref()?.operation_id.clone().unwrap_or_default();
        let needs = needed_scope(&method, path);
        Some((method, Operation { id, needs }))
    })
    .collect()
}

/// A GET answers HEAD too, and every path answers OPTIONS.
fn allow(methods: &[Method]) -> String {
    let mut names: Vec<&str> = methods.iter().map(Method::as_str).collect();
    if methods.contains(&Method::GET) {
        names.insert(1, "HEAD");
    }
    names.push("OPTIONS");
    names.join(", ")
}
