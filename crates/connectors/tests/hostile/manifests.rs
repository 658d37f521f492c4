//! Manifests that multiply, nest or never end.

use std::fmt::Write;

/// Manifests of which nothing can be used.
pub fn manifests() -> Vec<(&'static str, String, &'static str)> {
    let too_large = "is too large, with its anchors and aliases written out";
    vec![
        (
            "10 MB of comments",
            format!("# {}\n", "x".repeat(98)).repeat(100_000),
            "more than 8388608 bytes",
        ),
        (
            "10 MB of one text",
            format!("a: {}", "x".repeat(10_000_000)),
            "more than 8388608 bytes",
        ),
        (
            "8 MB of nothing",
            " ".repeat(8_000_000),
            "it must be a mapping",
        ),
        (
            "2,000,000 items",
            format!("a: [{}]", "1,".repeat(2_000_000)),
            too_large,
        ),
        ("700,000 keys", keys(700_000), too_large),
        ("a billion laughs", laughs(9), too_large),
        (
            "a text of 1 MB, 10,000 times",
            format!(
                "a: &a {}\nb: [{}]",
                "x".repeat(1_000_000),
                "*a, ".repeat(10_000)
            ),
            too_large,
        ),
        (
            "a mapping merged 100,000 times",
            format!(
                "a: &a {{{}}}\nb:\n{}",
                "k: v, ".repeat(100),
                "  - {<<: *a}\n".repeat(100_000)
            ),
            too_large,
        ),
        (
            "anchors inside anchors",
            format!(
                "a: {}[{}]{}",
                (0..190).fold(String::new(), |mut text, n| {
                    let _ = write!(text, "&n{n} [");
                    text
                }),
                "1,".repeat(100_000),
                "]".repeat(190)
            ),
            too_large,
        ),
        (
            "an alias in its own anchor",
            "a: &a [1, *a]".to_owned(),
            "refers to a node that contains it",
        ),
        ("an alias of nothing", "a: *b".to_owned(), "line 1"),
        (
            "lists, 100,000 deep",
            format!("a: {}", "[".repeat(100_000)),
            "recursion limit exceeded",
        ),
        (
            "mappings, 100,000 deep",
            format!("a: {}", "{a: ".repeat(100_000)),
            "nested deeper than 200 levels",
        ),
        (
            "lists in lines, 100,000 deep",
            "- ".repeat(100_000),
            "nested deeper than 200 levels",
        ),
        (
            "keys that are keys",
            "? ".repeat(100_000),
            "nested deeper than 200 levels",
        ),
        (
            "a text without an end",
            format!("a: \"{}", "x".repeat(1_000_000)),
            "line ",
        ),
        (
            "a list without an end",
            format!("a: [{}", "1,".repeat(10_000)),
            "line ",
        ),
        (
            "Python's own objects",
            "a: !!python/object/apply:os.system ['true']".to_owned(),
            "`streams` is missing",
        ),
        (
            "a tag of its own",
            "a: !secret x".to_owned(),
            "the tag `secret` is not known",
        ),
        (
            "a key that is a list",
            "[1, 2]: x".to_owned(),
            "a key must be a text or a number",
        ),
        (
            "a merge of a number",
            "a: {<<: 5}".to_owned(),
            "`<<` can only merge mappings",
        ),
        ("tabs", "a:\n\t- 1\n".to_owned(), "line "),
        ("NULs", "a: \0\0".to_owned(), "line 1"),
    ]
}

/// Manifests whose streams tell what is wrong with them.
pub fn streams() -> Vec<(&'static str, String, &'static str)> {
    let too_large = "make the manifest too large";
    vec![
        (
            "a reference to itself",
            with_streams(
                "definitions: {a: {$ref: '#/definitions/a'}}",
                "{$ref: '#/definitions/a'}",
            ),
            "contains itself",
        ),
        (
            "a circle of references",
            with_streams(
                "definitions: {a: {$ref: '#/definitions/b'}, b: {x: '#/definitions/a'}}",
                "{$ref: '#/definitions/a'}",
            ),
            "contains itself",
        ),
        (
            "a reference to all",
            with_streams("", "{name: a, x: '#/streams'}"),
            "contains itself",
        ),
        (
            "references that multiply",
            with_streams(&references(8), "{name: a, x: '#/definitions/a7'}"),
            too_large,
        ),
        (
            "a text of 1 MB by 10,000 references",
            with_streams(
                &format!(
                    "definitions: {{a: {}, b: [{}]}}",
                    "x".repeat(1_000_000),
                    "'#/definitions/a', ".repeat(10_000)
                ),
                "{name: a, x: '#/definitions/b'}",
            ),
            too_large,
        ),
        (
            "10,000 streams of 1,000 nodes",
            with_streams(
                &format!("definitions: {{a: [{}]}}", "1, ".repeat(1000)),
                &vec!["{x: '#/definitions/a'}"; 10_000].join(", "),
            ),
            too_large,
        ),
        (
            "references, 300 deep",
            with_streams(&chain(300), "{name: a, x: '#/definitions/a299'}"),
            too_large,
        ),
        (
            "parameters that are components",
            with_streams(
                "",
                &format!(
                    "{{name: a, $parameters: {{{}}}}}",
                    (0..20)
                        .map(|n| format!("p{n}: {{type: X}}"))
                        .collect::<Vec<_>>()
                        .join(", ")
                ),
            ),
            too_large,
        ),
        (
            "large parameters of many components",
            with_streams(
                "",
                &format!(
                    "{{name: a, x: [{}], $parameters: {{p: {}}}}}",
                    "{type: X}, ".repeat(5000),
                    "x".repeat(100_000)
                ),
            ),
            too_large,
        ),
    ]
}

fn keys(count: usize) -> String {
    (0..count).fold(String::new(), |mut text, n| {
        let _ = writeln!(text, "k{n}: 1");
        text
    })
}

fn laughs(levels: usize) -> String {
    (1..levels).fold(
        "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned(),
        |mut text, level| {
            let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
            let _ = writeln!(text, "a{level}: &a{level} [{aliases}]");
            text
        },
    )
}

fn references(levels: usize) -> String {
    let mut text = "definitions:\n  a0: [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..levels {
        let references = vec![format!("'#/definitions/a{}'", level - 1); 10].join(", ");
        let _ = writeln!(text, "  a{level}: [{references}]");
    }
    text
}

fn chain(length: usize) -> String {
    let mut text = "definitions:\n  a0: x\n".to_owned();
    for link in 1..length {
        let _ = writeln!(text, "  a{link}: [\"#/definitions/a{}\"]", link - 1);
    }
    text
}

fn with_streams(head: &str, streams: &str) -> String {
    format!("{head}\nstreams: [{streams}]\n")
}
