//! Reads any encoding as UTF-8.

use std::io::Read;

use crate::components::encodings::Encoding;

/// The same characters in UTF-8. What is UTF-8 already is not looked at, but for a byte order
/// mark, which is left out.
pub(super) fn to_utf8<'r>(reader: &'r mut dyn Read, encoding: Encoding) -> Box<dyn Read + 'r> {
    match encoding {
        Encoding::Utf8 => Box::new(reader),
        Encoding::Latin1 => Box::new(Recoded::new(reader, None)),
        Encoding::Other(encoding) => Box::new(Recoded::new(
            reader,
            Some(encoding.new_decoder_with_bom_removal()),
        )),
    }
}

struct Recoded<R> {
    reader: R,
    /// `None` for Latin-1.
    decoder: Option<encoding_rs::Decoder>,
    raw: Vec<u8>,
    /// What is decoded and not yet handed out.
    text: String,
    given: usize,
    is_over: bool,
}

impl<R: Read> Recoded<R> {
    fn new(reader: R, decoder: Option<encoding_rs::Decoder>) -> Self {
        Self {
            reader,
            decoder,
            raw: vec![0; 16 * 1024],
            text: String::new(),
            given: 0,
            is_over: false,
        }
    }

    fn refill(&mut self) -> std::io::Result<()> {
        let read = self.reader.read(&mut self.raw)?;
        let raw = &self.raw[..read];
        self.is_over = read == 0;
        self.text.clear();
        self.given = 0;
        let Some(decoder) = &mut self.decoder else {
            self.text.extend(raw.iter().copied().map(char::from));
            return Ok(());
        };
        let most = decoder.max_utf8_buffer_length(read).unwrap_or(read * 4);
        self.text.reserve(most);
        let (_, _, is_wrong) = decoder.decode_to_string(raw, &mut self.text, self.is_over);
        if is_wrong {
            return Err(std::io::Error::new(
                std::io::ErrorKind::InvalidData,
                "it is not in the encoding that the manifest says",
            ));
        }
        Ok(())
    }
}

impl<R: Read> Read for Recoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.given == self.text.len() && !self.is_over {
            self.refill()?;
        }
        let ready = &self.text.as_bytes()[self.given..];
        let count = ready.len().min(buffer.len());
        buffer[..count].copy_from_slice(&ready[..count]);
        self.given += count;
        Ok(count)
    }
}
