//! How the records of a stream are got.

use super::decoders::Decoder;
use super::pagination_resets::PaginationReset;
use super::paginators::Paginator;
use super::partition_routers::PartitionRouter;
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
    /// When paging begins anew.
    pub pagination_reset: Option<PaginationReset>,
    /// What it is read by, if it is.
    pub router: Option<PartitionRouter>,
    /// Only the first request of a slice carries what its router and its cursor inject.
    pub ignores_slice_options_when_paging: bool,
}

impl SimpleRetriever {
    pub(crate) fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        if node.kind() != "SimpleRetriever" {
            return Err(node.unsupported());
        }
        Ok(Self {
            requester: HttpRequester::compile(&node.required_child("requester")?)?,
            decoder: Decoder::compile(node)?,
            selector: RecordSelector::compile(&node.required_child("record_selector")?)?,
            paginator: Paginator::compile(node)?,
            pagination_reset: PaginationReset::compile(node)?,
            router: PartitionRouter::compile(node)?,
            ignores_slice_options_when_paging: node
                .flag("ignore_stream_slicer_parameters_on_paginated_requests"),
        })
    }
}
