//! No template takes more than its share of time, memory or stack, or reaches a file.

use serde_json::{Map, Value, json};
use syncline_connectors::template::{Context, Engine, Names, Template};

fn evaluate(source: &str) -> Result<Value, String> {
    let mut config = Map::new();
    config.insert("list".to_owned(), json!(vec![1; 1000]));
    config.insert("text".to_owned(), json!("x".repeat(100_000)));
    let context = Context::new(&config, "2024-01-01T00:00:00Z".parse().unwrap());
    Template::compile(&Engine::new(), source, &Value::Null, Names::Config)
        .and_then(|template| template.value(&context))
        .map_err(|error| error.to_string())
}

/// On a stack as small as those of the threads that run syncs.
fn on_a_small_stack(source: &'static str) -> Result<Value, String> {
    std::thread::Builder::new()
        .stack_size(2 * 1024 * 1024)
        .spawn(move || evaluate(source))
        .unwrap()
        .join()
        .unwrap()
}

#[test]
fn a_template_without_end_is_an_error() {
    let endless = [
        // Loops in loops.
        "{% for a in config.list %}{% for b in config.list %}{% for c in config.list %}{{ a }}{% endfor %}{% endfor %}{% endfor %}",
        "{% for a in config.list * 100000 %}{{ a }}{% endfor %}",
        // Texts that grow.
        "{% for a in config.list %}{{ config.text }}{% endfor %}{{ config.text * 1000 }}",
        "{{ config.text * 100000 }}",
        "{{ 'x'.ljust(1000000000) }}",
        "{{ 'x' | center(1000000000) }}",
        "{{ '\t'.expandtabs(1000000000) }}",
        "{{ '%1000000000d' | format(1) }}",
        "{{ 'x' | indent(1000000000) }}",
        "{{ config.text.replace('x', config.text) }}",
        // Lists that grow.
        "{% set l = [1] %}{% for a in config.list %}{% set _ = l.extend(l) %}{% endfor %}",
        "{% set l = [1] %}{% for a in config.list %}{% set _ = l.append(l) %}{% endfor %}{{ l }}",
        "{% set d = {} %}{% for a in config.list * 100 %}{% set _ = d.update({loop.index: 1}) %}{% endfor %}",
    ];
    for source in endless {
        let error = on_a_small_stack(source).unwrap_err();
        assert!(error.contains("cannot be evaluated"), "{source}\n{error}");
    }
}

#[test]
fn what_is_nested_deeply_takes_no_more_stack_than_there_is() {
    let nested = [
        "{% set n = namespace(x=[]) %}{% for a in config.list * 80 %}{% set n.x = [n.x] %}{% endfor %}{{ n.x }}",
        "{% set n = namespace(x=[]) %}{% for a in config.list * 80 %}{% set n.x = {'k': n.x} %}{% endfor %}{{ n.x | string }}",
        "{% set n = namespace(x=[]) %}{% for a in config.list * 80 %}{% set n.x = n.x + [1] %}{% endfor %}{{ n.x | length }}",
        "{% set n = namespace(x='') %}{% for a in config.list * 80 %}{% set n.x = n.x ~ config.text %}{% endfor %}{{ n.x | length }}",
    ];
    for source in nested {
        // An answer or an error; not the end of the process.
        let _ = on_a_small_stack(source);
    }
    let deep: String = "[".repeat(100_000) + &"]".repeat(100_000);
    assert_eq!(evaluate(&deep), Ok(Value::from(deep.as_str())));
    for source in [
        format!("{{{{ {deep} }}}}"),
        format!("{{{{ {} 1 }}}}", "not ".repeat(100_000)),
        format!("{{{{ {}1{} }}}}", "(".repeat(100_000), ")".repeat(100_000)),
        "{% if 1 %}".repeat(100_000),
        format!("{{{{ {} 1 }}}}", "- ".repeat(100_000)),
        format!("{{{{ {}", "not ".repeat(100_000)),
        format!("{{{{ {}", "not ".repeat(480)),
        format!("{{{{ {} 1 }}}}", "1 + ".repeat(100_000)),
        format!("{{{{ 1 {} }}}}", "| abs".repeat(100_000)),
        format!("{{{{ config{} }}}}", ".list".repeat(100_000)),
        format!("{{{{ {} 1 }}}}", "1 if 1 else ".repeat(100_000)),
        format!("{{{{ {} 1 }}}}", "1 ** ".repeat(100_000)),
    ] {
        let run = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
        let run = run.spawn(move || evaluate(&source)).unwrap();
        assert!(run.join().unwrap().is_err());
    }
    // What is still taken needs no more than there is, either.
    for part in ["1 + ", "1 ** ", "1 if 1 else ", "[1] + ", "1 == "] {
        let source = format!("{{{{ {} 1 }}}}", part.repeat(800));
        let run = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
        let run = run.spawn(move || evaluate(&source)).unwrap();
        let _ = run.join().unwrap();
    }
}

#[test]
fn no_template_reads_a_file_or_another_template() {
    for source in [
        "{% include '/etc/hostname' %}",
        "{% extends '/etc/hostname' %}",
        "{% import '/etc/hostname' as x %}",
        "{% from '/etc/hostname' import x %}",
        "{{ open('/etc/hostname') }}",
        "{{ config.__class__.__mro__ }}{{ self }}",
    ] {
        match evaluate(source) {
            Err(_) => {}
            Ok(value) => assert_eq!(value, Value::Null, "{source}"),
        }
    }
}
