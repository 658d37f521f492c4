//! Manifests for tests, put together from parts.

/// A manifest with one stream `items`, given the parts of it that a test is about.
pub struct Items {
    pub requester: String,
    pub paginator: String,
    pub stream: String,
    pub selector: String,
}

impl Default for Items {
    fn default() -> Self {
        Self {
            requester: String::new(),
            paginator: "{type: NoPagination}".to_owned(),
            stream: "primary_key: id".to_owned(),
            selector: String::new(),
        }
    }
}

impl Items {
    pub fn yaml(&self) -> String {
        let Self {
            requester,
            paginator,
            stream,
            selector,
        } = self;
        format!(
            r#"
version: 6.0.0
type: DeclarativeSource
check: {{type: CheckStream, stream_names: [items]}}
spec:
  type: Spec
  connection_specification:
    type: object
    required: [url]
    properties:
      url: {{type: string}}
      api_token: {{type: string, airbyte_secret: true}}
streams:
  - type: DeclarativeStream
    name: items
    {stream}
    retriever:
      type: SimpleRetriever
      paginator: {paginator}
      requester:
        type: HttpRequester
        url_base: "{{{{ config['url'] }}}}"
        path: items
        {requester}
      record_selector:
        type: RecordSelector
        extractor: {{type: DpathExtractor, field_path: [data]}}
        {selector}
"#
        )
    }
}

pub const OFFSET: &str = "{type: DefaultPaginator, \
    page_size_option: {type: RequestOption, inject_into: request_parameter, field_name: limit}, \
    page_token_option: {type: RequestOption, inject_into: request_parameter, field_name: offset}, \
    pagination_strategy: {type: OffsetIncrement, page_size: 3}}";

pub const PAGE: &str = "{type: DefaultPaginator, \
    page_size_option: {type: RequestOption, inject_into: request_parameter, field_name: per_page}, \
    page_token_option: {type: RequestOption, inject_into: request_parameter, field_name: page}, \
    pagination_strategy: {type: PageIncrement, page_size: 3, start_from_page: 1}}";

pub const CURSOR: &str = "{type: DefaultPaginator, \
    page_token_option: {type: RequestOption, inject_into: request_parameter, field_name: after}, \
    pagination_strategy: {type: CursorPagination, cursor_value: \"{{ response.next }}\", page_size: 3}}";

pub const LINK: &str = "{type: DefaultPaginator, \
    page_token_option: {type: RequestPath}, \
    pagination_strategy: {type: CursorPagination, cursor_value: \"{{ response.next }}\"}}";

/// The manifest of a stream whose records a job makes: at `/jobs`, asked for at `/jobs/ID`, with
/// its files in `urls`.
pub struct Jobs {
    pub retriever: String,
    pub stream: String,
    pub creation: String,
}

impl Default for Jobs {
    fn default() -> Self {
        Self {
            retriever: String::new(),
            stream: "primary_key: id".to_owned(),
            creation: String::new(),
        }
    }
}

impl Jobs {
    pub fn yaml(&self) -> String {
        let Self {
            retriever,
            stream,
            creation,
        } = self;
        format!(
            r#"
version: 6.0.0
type: DeclarativeSource
check: {{type: CheckStream, stream_names: [items]}}
spec:
  type: Spec
  connection_specification:
    type: object
    required: [url]
    properties:
      url: {{type: string}}
      api_token: {{type: string, airbyte_secret: true}}
definitions:
  requester: &requester
    type: HttpRequester
    url_base: "{{{{ config['url'] }}}}"
streams:
  - type: DeclarativeStream
    name: items
    {stream}
    retriever:
      type: AsyncRetriever
      record_selector: {{type: RecordSelector, extractor: {{type: DpathExtractor, field_path: []}}}}
      status_mapping: {{running: [busy], completed: [done], failed: [broken], timeout: [late], skipped: [none]}}
      status_extractor: {{type: DpathExtractor, field_path: [status]}}
      download_target_extractor: {{type: DpathExtractor, field_path: [urls]}}
      creation_requester:
        <<: *requester
        path: jobs
        http_method: POST
        {creation}
      polling_requester:
        <<: *requester
        path: "jobs/{{{{ creation_response['id'] }}}}"
      download_requester:
        type: HttpRequester
        url_base: "{{{{ config['url'] }}}}/{{{{ download_target }}}}"
      {retriever}
"#
        )
    }
}
