use serde_json::json;

use crate::template::tests::{compile, context, value};

#[test]
fn what_doubles_runs_out_of_fuel() {
    let doubled = "{% set a = config.list %}".to_owned() + &"{% set a = [a, a] %}".repeat(40);
    let halves = |level: &str| {
        let mut source = String::new();
        for at in 1..=40 {
            source += &level
                .replace("NEW", &format!("a{at}"))
                .replace("OLD", &format!("a{}", at - 1));
        }
        source.replace("a0", "config.list")
    };
    let table = [
        (doubled.clone() + "{{ a }}", "fuel"),
        (doubled.clone() + "{{ a | tojson }}", "fuel"),
        (doubled + "{% if a == 1 %}1{% endif %}", "fuel"),
        (
            "{% set a = {'b': config.list} %}".to_owned()
                + &"{% set a = {'b': a, 'c': a} %}".repeat(40),
            "fuel",
        ),
        (halves("{% set NEW, b = [OLD, OLD], 1 %}"), "fuel"),
        (
            halves("{% with NEW = [OLD, OLD] %}") + &"{% endwith %}".repeat(40),
            "fuel",
        ),
        (
            halves("{% for NEW in [[OLD, OLD]] %}") + "{{ a40 }}" + &"{% endfor %}".repeat(40),
            "fuel",
        ),
        (
            "{% set s = 'ab' %}".to_owned() + &"{% set s = s ~ s %}".repeat(60) + "{{ s }}",
            "fuel",
        ),
        (
            "{% set s = 'ab' %}".to_owned() + &"{% set s = s | replace('a', s) %}".repeat(60),
            "fuel",
        ),
        ("{{ config.list * 5000000 }}".to_owned(), "fuel"),
        ("{{ config.list * 5000000 ~ '' }}".to_owned(), "fuel"),
        ("{{ (config.list * 5000000) | tojson }}".to_owned(), "fuel"),
        (
            "{{ (config.list * 5000000) == (config.list * 5000001) }}".to_owned(),
            "fuel",
        ),
        ("{{ max(config.list * 5000000) }}".to_owned(), "fuel"),
        (
            "{% set a = config.list %}".to_owned() + &"{% set a = [a] %}".repeat(20_000),
            "nested too deeply",
        ),
        (
            "{% set a = config.list %}".to_owned() + &"{% set a = [a] | list %}".repeat(20_000),
            "nested too deeply",
        ),
    ];
    for (source, wanted) in table {
        let result = compile(&source).unwrap().value(&context());
        let told = result.map_err(|error| error.problem);
        assert!(
            told.as_ref().is_err_and(|told| told.contains(wanted)),
            "{source:.80}: {told:.200?}"
        );
    }
    let error =
        compile("{% for a in config.list recursive %}{{ loop([a, a]) }}{% endfor %}").unwrap_err();
    assert!(error.problem.contains("recursive"), "{error}");
}

#[test]
fn what_is_weighed_stays_what_it_is() {
    let table = [
        (
            "{% set a = [config.list, config.list] %}{{ a[1] == a[0] }}",
            json!(true),
        ),
        ("{% set a, b = ['x', 'y'] %}{{ b ~ a }}", json!("yx")),
        (
            "{% with a = ['x'], b = {'c': 1} %}{{ a[0] ~ b.c ~ -1 }}{% endwith %}",
            json!("x1-1"),
        ),
        (
            "{% for a, b in [[1, 2], [3, 4]] if a in [3] and not b == a %}{{ a + b }}{% endfor %}",
            json!(7),
        ),
        (
            "{% for a in (config.list + [9]) | sort | reverse if a is number %}{{ loop.index }}{% else %}none{% endfor %}",
            json!(123),
        ),
        ("{{ 'a' + 2 ~ 3 * 2 }}", json!("a26")),
        ("{{ config.missing | default('d') ~ '!' }}", json!("d!")),
        (
            "{% set a %}x{{ 1 }}{% endset %}{{ a | upper }}",
            json!("X1"),
        ),
        (
            "{{ 'b' if config.list[0] == config.list[0] and config.list != [] else 'c' }}",
            json!("b"),
        ),
        (
            "{{ [config.list[0] in config.list, config.list[0] not in config.list] | tojson }}",
            json!("[true, false]"),
        ),
    ];
    for (source, wanted) in table {
        assert_eq!(value(source), wanted, "{source}");
    }
}
