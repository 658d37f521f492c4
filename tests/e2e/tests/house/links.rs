//! A relative link in a document leads to a file that is there.

use std::path::Path;

use crate::repository::{SourceFile, assert_none, files, root};

#[test]
fn every_relative_link_leads_somewhere() {
    let root = root();
    assert_none(
        &dead_links(&files(&[".md"]), |path| root.join(path).exists()),
        "These links lead nowhere:",
    );
}

#[test]
fn a_dead_link_is_found_and_others_are_let_be() {
    let text = "See [a](there.md#part), [b](gone.md), ![c](../gone.svg) and [d](https://x.example/y).\n\
                [e](#here) [f](mailto:a@b.example) `[g](code.md)`\n\
                ```\n[h](fenced.md)\n```\n\
                [i](deep/)\n";
    let page = SourceFile::new("docs/page.md", text);
    let dead = dead_links(&[page], |path| {
        path == Path::new("docs/there.md") || path == Path::new("docs/deep/")
    });
    assert_eq!(dead, ["docs/page.md: gone.md", "docs/page.md: ../gone.svg"]);
}

fn dead_links(pages: &[SourceFile], exists: impl Fn(&Path) -> bool) -> Vec<String> {
    let mut dead = Vec::new();
    for page in pages {
        let directory = Path::new(&page.path).parent().unwrap();
        for target in targets(&page.text) {
            let file = target.split('#').next().unwrap_or_default();
            if !file.is_empty() && !file.contains(':') && !exists(&directory.join(file)) {
                dead.push(format!("{}: {target}", page.path));
            }
        }
    }
    dead
}

/// What stands in `](…)`, outside of code.
fn targets(text: &str) -> Vec<&str> {
    let mut fenced = false;
    let mut targets = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if !fenced {
            // Every second piece between backticks is code.
            for prose in line.split('`').step_by(2) {
                let found = prose.split("](").skip(1);
                targets.extend(found.filter_map(|rest| rest.split(')').next()));
            }
        }
    }
    targets
}
