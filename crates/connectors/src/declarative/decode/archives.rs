//! Unpacks.

use std::fs::File;
use std::io::{Cursor, Read, Seek};

use super::Broken;
use crate::http::answer::Body;

/// Unpacks what is compressed with gzip; anything else passes as it is.
pub(super) fn gunzip(
    reader: &mut dyn Read,
    read: impl FnOnce(&mut dyn Read) -> Result<(), Broken>,
) -> Result<(), Broken> {
    let mut beginning = Vec::with_capacity(2);
    (&mut *reader).take(2).read_to_end(&mut beginning)?;
    let is_compressed = beginning == [0x1f, 0x8b];
    let mut whole = Cursor::new(beginning).chain(reader);
    if is_compressed {
        read(&mut flate2::read::MultiGzDecoder::new(whole))
    } else {
        read(&mut whole)
    }
}

/// Unpacks every file of an archive, in its order.
pub(super) fn unzip(
    body: &Body,
    read: impl FnMut(&mut dyn Read) -> Result<(), Broken>,
) -> Result<(), Broken> {
    match body {
        Body::Memory(bytes) => each(Cursor::new(bytes.as_slice()), read),
        Body::File(file) => each(file as &File, read),
    }
}

fn each(
    archive: impl Read + Seek,
    mut read: impl FnMut(&mut dyn Read) -> Result<(), Broken>,
) -> Result<(), Broken> {
    let mut archive = zip::ZipArchive::new(std::io::BufReader::new(archive)).map_err(not_a_zip)?;
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).map_err(not_a_zip)?;
        if !file.is_dir() {
            read(&mut file)?;
        }
    }
    Ok(())
}

fn not_a_zip(error: zip::result::ZipError) -> Broken {
    match error {
        zip::result::ZipError::Io(error) => Broken::Read(error),
        other => Broken::Other(format!("is not a zip file that can be read: {other}")),
    }
}
