//! How one request leads to the next.

use serde_json::Value;

use super::request_option::RequestOption;
use super::{CompileError, Node};
use crate::template::{Context, Names, Template, TemplateError, python};

/// `DefaultPaginator`; `NoPagination` is its absence.
#[derive(Debug, Clone)]
pub struct Paginator {
    /// What the next token is.
    pub strategy: Strategy,
    /// Where the page size goes.
    pub page_size_option: Option<RequestOption>,
    /// Where the token goes.
    pub page_token_option: Option<TokenOption>,
}

/// `RequestPath`, or a place in the request.
#[derive(Debug, Clone)]
pub enum TokenOption {
    /// The token is the next URL, or its path.
    RequestPath,
    /// The token is a value.
    Option(RequestOption),
}

/// What the next token is made of.
#[derive(Debug, Clone)]
pub enum Strategy {
    /// `OffsetIncrement`: the records so far.
    Offset {
        /// Fewer records than this are the end.
        page_size: Option<Template>,
        /// Send the offset 0, too.
        inject_on_first_request: bool,
    },
    /// `PageIncrement`: the pages so far.
    Page {
        /// Fewer records than this are the end.
        page_size: Option<Template>,
        /// The first page's number.
        start_from_page: i64,
        /// Send the first number, too.
        inject_on_first_request: bool,
    },
    /// `CursorPagination`: what the answer says.
    Cursor {
        /// The token; none is the end.
        cursor_value: Template,
        /// The end, if true.
        stop_condition: Option<Template>,
        /// Only sent.
        page_size: Option<Template>,
    },
}

/// What the rule for the next page looks at.
pub(crate) struct Answer<'a> {
    /// Records in the answer, before any filter.
    pub(crate) extracted: u64,
    /// How many records the request asked for.
    pub(crate) page_size: Option<u64>,
    /// The token that the request carried.
    pub(crate) last_token: Option<&'a Value>,
    /// The answer and the last record, for templates.
    pub(crate) context: &'a Context,
}

impl Paginator {
    /// Compiles the paginator of a retriever.
    pub(crate) fn compile(retriever: &Node<'_>) -> Result<Option<Self>, CompileError> {
        Self::compile_field(retriever, "paginator")
    }

    /// The one in a field of a retriever.
    pub(crate) fn compile_field(
        retriever: &Node<'_>,
        field: &str,
    ) -> Result<Option<Self>, CompileError> {
        let node = match retriever.child(field)? {
            None => return Ok(None),
            Some(node) if node.kind() == "NoPagination" => return Ok(None),
            Some(node) if node.kind() == "DefaultPaginator" => node,
            Some(node) => return Err(node.unsupported()),
        };
        super::decoders::Decoder::compile(&node)?;
        let page_token_option = match node.child("page_token_option")? {
            None => None,
            Some(option) if option.kind() == "RequestPath" => Some(TokenOption::RequestPath),
            Some(option) => Some(TokenOption::Option(RequestOption::compile(&option)?)),
        };
        Ok(Some(Self {
            strategy: Strategy::compile(&node.required_child("pagination_strategy")?)?,
            page_size_option: node
                .child("page_size_option")?
                .map(|option| RequestOption::compile(&option))
                .transpose()?,
            page_token_option,
        }))
    }

    /// Whether a page's place depends on what stands before it, so that a change in between can
    /// hide a record.
    pub(crate) fn counts(&self) -> bool {
        match self.strategy {
            Strategy::Offset { .. } | Strategy::Page { .. } => true,
            Strategy::Cursor { .. } => false,
        }
    }
}

impl Strategy {
    fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        let page_size = node.template("page_size", Names::Config)?;
        let inject_on_first_request = node.flag("inject_on_first_request");
        match node.kind() {
            "OffsetIncrement" => Ok(Self::Offset {
                page_size,
                inject_on_first_request,
            }),
            "PageIncrement" => {
                let start = match node.field("start_from_page") {
                    None => 0,
                    Some(value) => value
                        .as_i64()
                        .or_else(|| value.as_str()?.parse().ok())
                        .ok_or_else(|| {
                            node.invalid("`start_from_page` must be a number".to_owned())
                        })?,
                };
                Ok(Self::Page {
                    page_size,
                    start_from_page: start,
                    inject_on_first_request,
                })
            }
            "CursorPagination" => {
                super::decoders::Decoder::compile(node)?;
                Ok(Self::Cursor {
                    cursor_value: node.required_template("cursor_value", Names::Page)?,
                    stop_condition: node
                        .template("stop_condition", Names::Page)?
                        .filter(|condition| !condition.source().is_empty()),
                    page_size,
                })
            }
            _ => Err(node.unsupported()),
        }
    }

    /// Every template that reads the answer.
    pub(crate) fn templates(&self) -> impl Iterator<Item = &Template> {
        let (value, stop) = match self {
            Self::Offset { .. } | Self::Page { .. } => (None, None),
            Self::Cursor {
                cursor_value,
                stop_condition,
                ..
            } => (Some(cursor_value), stop_condition.as_ref()),
        };
        value.into_iter().chain(stop)
    }

    /// The page size, if the manifest gives one.
    pub(crate) fn page_size(&self, context: &Context) -> Result<Option<u64>, TemplateError> {
        let (Self::Offset { page_size, .. }
        | Self::Page { page_size, .. }
        | Self::Cursor { page_size, .. }) = self;
        let Some(template) = page_size else {
            return Ok(None);
        };
        let value = template.value(context)?;
        match value
            .as_u64()
            .or_else(|| value.as_str()?.trim().parse().ok())
        {
            Some(size) => Ok(Some(size).filter(|size| *size > 0)),
            None if value.is_null() => Ok(None),
            None => Err(TemplateError {
                template: template.source().to_owned(),
                problem: "is not a page size".to_owned(),
                is_undefined: false,
            }),
        }
    }

    /// The token of the first request, if it carries one.
    pub(crate) fn first_token(&self) -> Option<Value> {
        match self {
            Self::Offset {
                inject_on_first_request: true,
                ..
            } => Some(Value::from(0)),
            Self::Page {
                inject_on_first_request: true,
                start_from_page,
                ..
            } => Some(Value::from(*start_from_page)),
            Self::Offset { .. } | Self::Page { .. } | Self::Cursor { .. } => None,
        }
    }

    /// **The stop rule**: the token of the next request, or `None` at the proven end.
    pub(crate) fn next_token(&self, answer: &Answer<'_>) -> Result<Option<Value>, TemplateError> {
        match self {
            Self::Offset { .. } => {
                if answer.is_last() {
                    return Ok(None);
                }
                let before = answer.last_token.and_then(Value::as_u64).unwrap_or(0);
                Ok(Some(Value::from(before + answer.extracted)))
            }
            Self::Page {
                start_from_page, ..
            } => {
                if answer.is_last() {
                    return Ok(None);
                }
                let last = answer
                    .last_token
                    .and_then(Value::as_i64)
                    .unwrap_or(*start_from_page);
                Ok(Some(Value::from(last + 1)))
            }
            Self::Cursor {
                cursor_value,
                stop_condition,
                ..
            } => {
                if let Some(condition) = stop_condition
                    && condition.condition(answer.context)?
                {
                    return Ok(None);
                }
                let token = cursor_value.string_value(answer.context)?;
                // A token that Python would take for false ends the paging.
                Ok(Some(token).filter(python::is_truthy))
            }
        }
    }
}

impl Answer<'_> {
    fn is_last(&self) -> bool {
        self.extracted == 0 || self.page_size.is_some_and(|size| self.extracted < size)
    }
}
