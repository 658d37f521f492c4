//! How the records of a stream are got.

use super::async_jobs::AsyncJobs;
use super::decoders::Decoder;
use super::extractors::DpathExtractor;
use super::pagination_resets::PaginationReset;
use super::paginators::Paginator;
use super::partition_routers::PartitionRouter;
use super::query_properties::QueryProperties;
use super::requesters::HttpRequester;
use super::selectors::RecordSelector;
use super::smaller_requests::{PageSizeReduction, RequestWindowSplitting};
use super::{CompileError, Node};

/// `SimpleRetriever`: request after request. `AsyncRetriever` is the same behind a job: what it
/// requests are downloads.
#[derive(Debug, Clone)]
pub struct SimpleRetriever {
    /// What is sent.
    pub requester: HttpRequester,
    /// What is asked for by name.
    pub properties: Option<QueryProperties>,
    /// How the answer is read.
    pub decoder: Decoder,
    /// Which records count.
    pub selector: RecordSelector,
    /// How one request leads to the next; `None` for a single one.
    pub paginator: Option<Paginator>,
    /// When paging begins anew.
    pub pagination_reset: Option<PaginationReset>,
    /// What is done where a page is too large for the provider.
    pub page_size_reduction: Option<PageSizeReduction>,
    /// What is done where a window is too large for the provider.
    pub window_splitting: Option<RequestWindowSplitting>,
    /// What it is read by, if it is.
    pub router: Option<PartitionRouter>,
    /// Only the first request of a slice carries what its router and its cursor inject.
    pub ignores_slice_options_when_paging: bool,
    /// Each slice is a job, which must be done before anything is requested.
    pub jobs: Option<Box<AsyncJobs>>,
}

impl SimpleRetriever {
    pub(crate) fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        match node.kind() {
            "SimpleRetriever" => Self::compile_simple(node),
            "AsyncRetriever" => Self::compile_downloads(node),
            _ => Err(node.unsupported()),
        }
    }

    fn compile_simple(node: &Node<'_>) -> Result<Self, CompileError> {
        let requester = node.required_child("requester")?;
        let (requester, properties) = HttpRequester::compile_with_properties(&requester)?;
        if properties.is_some() {
            for field in ["page_size_reduction", "request_window_splitting"] {
                if node.field(field).is_some() {
                    // Nor does the reference: parts of the page may be behind.
                    return Err(
                        node.invalid(format!("`{field}` cannot be used with QueryProperties"))
                    );
                }
            }
        }
        let paginator = Paginator::compile(node)?;
        Ok(Self {
            page_size_reduction: PageSizeReduction::compile(node, &requester, paginator.as_ref())?,
            window_splitting: RequestWindowSplitting::compile(node, &requester)?,
            requester,
            properties,
            decoder: Decoder::compile(node)?,
            selector: RecordSelector::compile(&node.required_child("record_selector")?)?,
            paginator,
            pagination_reset: PaginationReset::compile(node)?,
            router: PartitionRouter::compile(node)?,
            ignores_slice_options_when_paging: node
                .flag("ignore_stream_slicer_parameters_on_paginated_requests"),
            jobs: None,
        })
    }

    fn compile_downloads(node: &Node<'_>) -> Result<Self, CompileError> {
        let requester = node.required_child("download_requester")?.in_job();
        let selector = node.required_child("record_selector")?;
        let (decoder, extractor) = match node.child("download_extractor")? {
            None => (None, DpathExtractor::whole()),
            Some(file) if file.kind() == "ResponseToFileExtractor" => {
                let keeps_words = file.flag("preserve_na_values");
                (Some(Decoder::File { keeps_words }), DpathExtractor::whole())
            }
            Some(extractor) => (None, DpathExtractor::compile(&extractor)?),
        };
        let decoder = match decoder {
            Some(decoder) => decoder,
            None => Decoder::compile_field(node, "download_decoder")?,
        };
        Ok(Self {
            requester: HttpRequester::compile(&requester)?,
            properties: None,
            decoder,
            // The records come out of the downloads.
            selector: RecordSelector::compile_around(&selector, extractor)?,
            paginator: Paginator::compile_field(node, "download_paginator")?,
            page_size_reduction: None,
            window_splitting: None,
            pagination_reset: None,
            router: PartitionRouter::compile(node)?,
            ignores_slice_options_when_paging: false,
            jobs: Some(Box::new(AsyncJobs::compile(node)?)),
        })
    }
}
