//! Whatever a provider sends, a decoder ends, and says what is wrong.

use std::io::Write;

use proptest::prelude::*;
use serde_json::value::RawValue;

use super::super::extract::{Extraction, Records, Stop, Walked};
use super::decode;
use crate::components::decoders::Decoder;
use crate::components::encodings::Encoding;
use crate::http::answer::Body;

/// Takes everything, and sees that it is JSON.
#[derive(Default)]
struct Taken(usize);

impl Records for Taken {
    fn take(&mut self, record: Box<RawValue>) -> Result<(), Stop> {
        assert!(serde_json::from_str::<serde_json::Value>(record.get()).is_ok());
        self.0 += 1;
        Ok(())
    }

    fn odd(&mut self, _: &'static str, _: String) {}
}

fn decoders() -> Vec<Decoder> {
    let utf8 = Encoding::Utf8;
    let csv = |encoding| Decoder::Csv {
        encoding,
        delimiter: b',',
        nulls: vec![String::new()],
    };
    let plain = vec![
        Decoder::Json { encoding: utf8 },
        Decoder::Json {
            encoding: Encoding::Latin1,
        },
        Decoder::JsonItems {
            path: vec!["a".to_owned()],
            encoding: utf8,
        },
        Decoder::JsonLines { encoding: utf8 },
        csv(utf8),
        csv(Encoding::Other(encoding_rs::UTF_16LE)),
        csv(Encoding::Other(encoding_rs::SHIFT_JIS)),
        Decoder::Lines,
        Decoder::Xml,
    ];
    let packed = plain.iter().cloned().map(Box::new).map(Decoder::Gzip);
    let zipped = plain.iter().cloned().map(Box::new).map(Decoder::Zip);
    packed.chain(zipped).chain(plain.clone()).collect()
}

fn read(decoder: &Decoder, bytes: &[u8], path: &[String], keeps_rest: bool) {
    let mut taken = Taken::default();
    let mut extraction = Extraction {
        path,
        keeps_rest,
        only_lists: false,
        records: &mut taken,
        walked: Walked::default(),
    };
    // An error is as good as an end.
    let _ = decode(
        decoder,
        &Body::Memory(bytes.to_vec()),
        1 << 20,
        &mut extraction,
    );
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap_or_default();
    encoder.finish().unwrap_or_default()
}

/// Answers that are almost in some format.
fn almost() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop_oneof![
        Just("{\"a\": [{\"b\": 1}, ["),
        Just("]}"),
        Just("<a x=\"1\">"),
        Just("</a>"),
        Just("<b/>"),
        Just("&amp;"),
        Just("&x;"),
        Just("<![CDATA["),
        Just("]]>"),
        Just("a,b\n"),
        Just("\"x\"\",\""),
        Just("\r\n"),
        Just("null"),
        Just("1e999"),
        Just("\u{feff}"),
        Just("é"),
        Just("<?xml encoding='x'?>"),
    ];
    prop::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #[test]
    fn no_answer_breaks_a_decoder(
        bytes in prop_oneof![prop::collection::vec(any::<u8>(), 0..300), almost()],
        path in prop::collection::vec("[ab*0]", 0..3),
        keeps_rest in any::<bool>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let gzip = packed(&bytes);
        let part = &gzip[..cut.index(gzip.len() + 1)];
        for decoder in decoders() {
            for bytes in [bytes.as_slice(), gzip.as_slice(), part] {
                read(&decoder, bytes, &path, keeps_rest);
            }
        }
    }
}
