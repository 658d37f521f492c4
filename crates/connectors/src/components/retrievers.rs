//! How the records of a stream are got.

use super::decoders::Decoder;
use super::paginators::Paginator;
use super::requesters::HttpRequester;
use super::selectors::RecordSelector;
use super::{CompileError, Node};

/// `SimpleRetriever`: request after request.
#[derive(Debug, Clone)]
pub struct SimpleRetriever {
    /// What is sent.
    pub requester: HttpRequester,
    /// How the answer is read.
    pub decoder: Decoder,
    /// Which records count.
    pub selector: RecordSelector,
    /// How one request leads to the next; `None` for a single one.
    pub paginator: Option<Paginator>,
}

impl SimpleRetriever {
    pub(crate) fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        if node.kind() != "SimpleRetriever" {
            return Err(node.unsupported());
        }
        if let Some(router) = node.field("partition_router") {
            let first = router
                .as_array()
                .and_then(|routers| routers.first())
                .unwrap_or(router);
            let kind = first
                .get("type")
                .and_then(serde_json::Value::as_str)
                .unwrap_or("partition_router");
            return Err(node.unsupported_part(kind));
        }
        node.refuse_fields(&[
            "pagination_reset",
            "ignore_stream_slicer_parameters_on_paginated_requests",
        ])?;
        Ok(Self {
            requester: HttpRequester::compile(&node.required_child("requester")?)?,
            decoder: Decoder::compile(node)?,
            selector: RecordSelector::compile(&node.required_child("record_selector")?)?,
            paginator: Paginator::compile(node)?,
        })
    }
}
