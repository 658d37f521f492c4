//! How an answer's bytes become values.

use serde_json::Value;

use super::encodings::Encoding;
use super::{CompileError, Node};

/// What the bytes of an answer are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decoder {
    /// `JsonDecoder`: one JSON value; a list at the top is a list of bodies.
    Json {
        /// Of the text.
        encoding: Encoding,
    },
    /// `JsonItemsDecoder`: the items of one list inside a JSON value.
    JsonItems {
        /// The names of the fields that lead to the list.
        path: Vec<String>,
        /// Of the text.
        encoding: Encoding,
    },
    /// `JsonlDecoder`: a JSON value in each line.
    JsonLines {
        /// Of the text.
        encoding: Encoding,
    },
    /// `CsvDecoder`: a table with a header.
    Csv {
        /// Of the text.
        encoding: Encoding,
        /// Between two fields.
        delimiter: u8,
        /// Values that stand for null.
        nulls: Vec<String>,
    },
    /// What a `ResponseToFileExtractor` reads: a table with a header, compressed or not.
    File {
        /// Only an empty field is null, and no word stands for it.
        keeps_words: bool,
    },
    /// `IterableDecoder`: a text in each line, in the field `record`.
    Lines,
    /// `XmlDecoder`: an XML document.
    Xml,
    /// `GzipDecoder`: compressed, or not, whichever it turns out to be.
    Gzip(Box<Decoder>),
    /// `ZipfileDecoder`: an archive of files that are all alike.
    Zip(Box<Decoder>),
}

impl Default for Decoder {
    fn default() -> Self {
        Self::Json {
            encoding: Encoding::Utf8,
        }
    }
}

impl Decoder {
    /// Compiles the decoder of a component; JSON when it has none.
    pub(crate) fn compile(owner: &Node<'_>) -> Result<Self, CompileError> {
        Self::compile_field(owner, "decoder")
    }

    /// The decoder in a field of a component; JSON when there is none.
    pub(crate) fn compile_field(owner: &Node<'_>, field: &str) -> Result<Self, CompileError> {
        match owner.child(field)? {
            None => Ok(Self::default()),
            Some(node) => Self::read(&node),
        }
    }

    fn read(node: &Node<'_>) -> Result<Self, CompileError> {
        match node.kind() {
            "IterableDecoder" => Ok(Self::Lines),
            "XmlDecoder" => Ok(Self::Xml),
            "ZipfileDecoder" => {
                let inner = inner(node, "decoder")?.ok_or_else(|| node.missing("decoder"))?;
                Ok(Self::Zip(Box::new(inner)))
            }
            "CompositeRawDecoder" => inner(node, "parser")?.ok_or_else(|| node.missing("parser")),
            _ => Self::parser(node),
        }
    }

    /// The decoders that may stand inside others, also by their older names.
    fn parser(node: &Node<'_>) -> Result<Self, CompileError> {
        match node.kind() {
            "JsonDecoder" | "JsonParser" => Ok(Self::Json {
                encoding: Encoding::compile(node)?,
            }),
            "JsonItemsDecoder" | "JsonItemsParser" => {
                let path = node.text("items_path")?.filter(|path| !path.is_empty());
                let path = path.ok_or_else(|| node.missing("items_path"))?;
                Ok(Self::JsonItems {
                    path: path.split('.').map(str::to_owned).collect(),
                    encoding: Encoding::compile(node)?,
                })
            }
            "JsonlDecoder" | "JsonLineParser" => Ok(Self::JsonLines {
                encoding: Encoding::compile(node)?,
            }),
            "CsvDecoder" | "CsvParser" => Ok(Self::Csv {
                encoding: Encoding::compile(node)?,
                delimiter: delimiter(node)?,
                nulls: node
                    .field("set_values_to_none")
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect(),
            }),
            "GzipDecoder" => {
                let inner = inner(node, "decoder")?.ok_or_else(|| node.missing("decoder"))?;
                Ok(Self::Gzip(Box::new(inner)))
            }
            "GzipParser" => {
                let inner = inner(node, "inner_parser")?;
                let inner = inner.ok_or_else(|| node.missing("inner_parser"))?;
                Ok(Self::Gzip(Box::new(inner)))
            }
            "GzipJsonDecoder" => Ok(Self::Gzip(Box::new(Self::Json {
                encoding: Encoding::compile(node)?,
            }))),
            _ => Err(node.unsupported()),
        }
    }

    /// The answer stands at the paginator's disposal as a whole; otherwise only its headers do.
    pub(crate) fn tells_response(&self) -> bool {
        match self {
            Self::Json { .. } | Self::Xml => true,
            Self::JsonItems { .. }
            | Self::JsonLines { .. }
            | Self::Csv { .. }
            | Self::File { .. }
            | Self::Lines
            | Self::Gzip(_)
            | Self::Zip(_) => false,
        }
    }
}

fn inner(node: &Node<'_>, field: &str) -> Result<Option<Decoder>, CompileError> {
    node.child(field)?
        .map(|inner| Decoder::parser(&inner))
        .transpose()
}

/// One character, perhaps written as an escape: `\t`.
fn delimiter(node: &Node<'_>) -> Result<u8, CompileError> {
    let wrong = || node.invalid("`delimiter` must be one ASCII character".to_owned());
    let text = match node.text("delimiter")? {
        None | Some("") => return Ok(b','),
        Some(r"\t") => "\t",
        Some(r"\n") => "\n",
        Some(r"\\") => "\\",
        Some(text) => text,
    };
    if let Some(code) = text.strip_prefix(r"\x") {
        return u8::from_str_radix(code, 16)
            .ok()
            .filter(u8::is_ascii)
            .ok_or_else(wrong);
    }
    match text.as_bytes() {
        [byte] if byte.is_ascii() => Ok(*byte),
        _ => Err(wrong()),
    }
}
