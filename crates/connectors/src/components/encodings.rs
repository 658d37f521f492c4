//! How the characters of an answer are written as bytes.

use super::{CompileError, Node};

/// A character encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// The usual one, with or without a byte order mark.
    Utf8,
    /// ISO 8859-1: each byte is the character of the same number.
    Latin1,
    /// Another one of those that the Web knows.
    Other(&'static encoding_rs::Encoding),
}

impl Encoding {
    /// Compiles the field `encoding`; UTF-8 when it is not given.
    pub(crate) fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        let Some(name) = node.text("encoding")? else {
            return Ok(Self::Utf8);
        };
        Self::named(name)
            .ok_or_else(|| node.unsupported_part(format!("{} in the encoding {name}", node.kind())))
    }

    /// By one of the names that Python or the Web has for it.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let name = name.trim().to_ascii_lowercase().replace('_', "-");
        match name.as_str() {
            "" | "utf-8" | "utf8" | "utf-8-sig" | "u8" | "ascii" | "us-ascii" => Some(Self::Utf8),
            "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" | "8859" | "cp819" | "l1" => {
                Some(Self::Latin1)
            }
            "utf-16" | "utf16" | "utf-16-le" => Some(Self::Other(encoding_rs::UTF_16LE)),
            "utf-16-be" => Some(Self::Other(encoding_rs::UTF_16BE)),
            other => {
                let dos = other.replace("cp125", "windows-125");
                encoding_rs::Encoding::for_label(dos.as_bytes()).map(Self::Other)
            }
        }
    }
}
