//! A small disk of its own, which can be filled.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A directory; where this process may mount, a small tmpfs.
#[derive(Debug)]
pub(crate) struct Disk {
    directory: TempDir,
    is_small: bool,
}

impl Disk {
    /// Of so many MiB, or a plain directory that cannot be filled.
    pub(crate) fn new(mib: usize) -> Self {
        let directory = tempfile::Builder::new()
            .prefix("sl-chaos.")
            .tempdir_in("/tmp")
            .expect("a directory");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={mib}m,mode=0777")])
            .arg("tmpfs")
            .arg(directory.path())
            .output();
        let is_small = mounted.is_ok_and(|output| output.status.success());
        if !is_small {
            eprintln!("no tmpfs can be mounted here: no disk will be full");
        }
        Self {
            directory,
            is_small,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Whether it can be filled.
    pub(crate) fn is_small(&self) -> bool {
        self.is_small
    }

    fn filler(&self) -> PathBuf {
        self.path().join("filler")
    }

    /// Leaves no free byte.
    pub(crate) fn fill(&self) {
        let mut filler = File::create(self.filler()).expect("a file");
        let block = vec![0_u8; 1 << 16];
        while filler.write_all(&block).is_ok() {}
        while filler.write_all(&[0]).is_ok() {}
    }

    /// Gives the space back.
    pub(crate) fn free(&self) {
        // Not there when even the file's entry found no room.
        let _ = std::fs::remove_file(self.filler());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.is_small {
            // Lazily: a process that was killed may take a moment to let go of its files.
            let _ = Command::new("umount").arg("-l").arg(self.path()).status();
        }
    }
}
