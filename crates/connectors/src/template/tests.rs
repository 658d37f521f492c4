use serde_json::{Value, json};

use super::*;

pub(super) fn context() -> Context {
    let config = json!({
        "a": "x", "n": 5, "zero": 0, "f": 1.0, "t": true, "none": null, "list": [1, 2], "empty": "",
        "date": "2022-02-28", "digits": "007", "nested": {"k": {"v": "deep"}}, "csv": "a,b", "quote": "it's",
    });
    let Value::Object(config) = config else {
        unreachable!()
    };
    Context::new(&config, "2021-09-01T12:34:56.789Z".parse().unwrap())
        .with("record", &json!({"items": [1], "id": 7, "Name": "N"}))
        .with(
            "stream_slice",
            &json!({"start_time": "2020-01-01", "user": 3}),
        )
}

pub(super) fn compile(source: &str) -> Result<Template, TemplateError> {
    Template::compile(
        &Engine::new(),
        source,
        &json!({"p": "param"}),
        Names::Record,
    )
}

pub(super) fn value(source: &str) -> Value {
    compile(source).unwrap().value(&context()).unwrap()
}

#[test]
fn values() {
    let table = [
        // What renders is read as a Python literal.
        ("123", json!(123)),
        ("1e5", json!(100_000.0)),
        ("0x10", json!(16)),
        ("'x' 'y'", json!("xy")),
        ("007", json!("007")),
        ("{{ config.digits }}", json!("007")),
        ("true", json!("true")),
        ("True", json!(true)),
        ("{\"a\": true}", json!("{\"a\": true}")),
        (
            "{'a': True, 'b': [1, None]}",
            json!({"a": true, "b": [1, null]}),
        ),
        ("(1, 'a')", json!([1, "a"])),
        ("1, 2", json!([1, 2])),
        ("1_000", json!(1000)),
        ("-5", json!(-5)),
        ("2020-01-01", json!("2020-01-01")),
        ("a b", json!("a b")),
        (" 5", json!(5)),
        ("r'\\n'", json!("\\n")),
        ("'\\u00e9\\x41\\n'", json!("éA\n")),
        ("1j", json!("1j")),
        ("None", Value::Null),
        ("5 # a comment", json!(5)),
        // Expressions.
        ("{{ config['a'] }}", json!("x")),
        ("{{ config.n }}", json!(5)),
        ("{{ config.f }}", json!(1.0)),
        ("{{ config.t }}", json!(true)),
        ("{{ config.none }}", Value::Null),
        ("{{ config.list }}", json!([1, 2])),
        ("{{ config.nested }}", json!({"k": {"v": "deep"}})),
        ("{{ config.nested['k'].v }}", json!("deep")),
        ("{{ config.quote }}", json!("it's")),
        ("{{ [config.quote] }}", json!(["it's"])),
        ("{{ config.empty }}", Value::Null),
        ("{{ config.missing }}", Value::Null),
        ("{{ config.missing.deep }}", Value::Null),
        ("{{ config['missing'] or 'default' }}", json!("default")),
        (
            "{{ config.get('a') }}-{{ config.get('b', 'c') }}",
            json!("x-c"),
        ),
        ("{{ config.csv.split(',') }}", json!(["a", "b"])),
        ("{{ config.a.upper() ~ config.n }}", json!("X5")),
        ("v{{ config.n }}", json!("v5")),
        ("{{ config.n }}0", json!(50)),
        ("{% if config.t %}yes{% else %}no{% endif %}", json!("yes")),
        ("{% set y = config.n + 1 %}{{ y }}", json!(6)),
        ("{{ config.n / 2 }}", json!(2.5)),
        ("{{ config.n // 2 }}", json!(2)),
        ("{{ parameters['p'] }}", json!("param")),
        ("{{ record['items'] }}", json!([1])),
        ("{{ record.id if record.id > 3 else 0 }}", json!(7)),
        ("{{ stream_interval.start_time }}", json!("2020-01-01")),
        (
            "{{ stream_partition.user }}{{ stream_slice['user'] }}",
            json!(33),
        ),
        ("{{ config.list | length }}", json!(2)),
        ("{{ config.list | join('-') }}", json!("1-2")),
        ("{{ config.list | tojson }}", json!([1, 2])),
        ("{{ 'abc' | base64encode }}", json!("YWJj")),
        ("{{ 'YWJj' | base64decode }}", json!("abc")),
        ("{{ 5 | string }}", json!("5")),
        (
            "{{ config.nested | string }}",
            json!("{\"k\": {\"v\": \"deep\"}}"),
        ),
        (
            "{{ 'goodbye, cruel world' | regex_search('goodbye,\\s(.*)$') }}",
            json!("cruel world"),
        ),
        (
            "{{ 'hello-world_foo' | regex_replace('[_-]', ' ') }}",
            json!("hello world foo"),
        ),
        (
            "{{ 'a1b2' | regex_replace('([a-z])(\\d)', '\\\\2\\\\1') }}",
            json!("1a2b"),
        ),
        (
            "{{ max(2, 3) }}{{ max([1, 4]) }}{{ min(2, 3) }}",
            json!(342),
        ),
        (
            "{{ camel_case_to_snake_case('CamelCase') }}",
            json!("camel_case"),
        ),
        (
            "{{ sanitize_url('https://x.test/a b?c') }}",
            json!("https%3A%2F%2Fx.test%2Fa+b%3Fc"),
        ),
        // Dates, at the time of the context.
        ("{{ now_utc() }}", json!("2021-09-01 12:34:56.789000+00:00")),
        ("{{ today_utc() }}", json!("2021-09-01")),
        (
            "{{ now_utc().strftime('%Y-%m-%dT%H:%M:%SZ') }}",
            json!("2021-09-01T12:34:56Z"),
        ),
        (
            "{{ (now_utc() - duration('P1D')).strftime('%Y-%m-%d') }}",
            json!("2021-08-31"),
        ),
        (
            "{{ (today_utc() + duration('P1M')).strftime('%Y-%m-%d') }}",
            json!("2021-10-01"),
        ),
        (
            "{{ now_utc() - duration('PT1H') - duration('PT30M') < now_utc() }}",
            json!(true),
        ),
        ("{{ duration('P1D') }}", json!("1 day, 0:00:00")),
        ("{{ duration('P6DT23H') }}", json!("6 days, 23:00:00")),
        (
            "{{ day_delta(1) }}",
            json!("2021-09-02T12:34:56.789000+0000"),
        ),
        (
            "{{ day_delta(-1, format='%Y-%m-%d') }}",
            json!("2021-08-31"),
        ),
        (
            "{{ format_datetime(config.date, '%d.%m.%Y') }}",
            json!("28.02.2022"),
        ),
        (
            "{{ format_datetime('02/28/2022', '%s', '%m/%d/%Y') }}",
            json!(1_646_006_400),
        ),
        (
            "{{ format_datetime('2022-02-28T01:02:03.456Z', '%Y-%m-%dT%H:%M:%S.%_msZ') }}",
            json!("2022-02-28T01:02:03.456Z"),
        ),
        (
            "{{ format_datetime(1646006400, '%Y-%m-%d') }}",
            json!("2022-02-28"),
        ),
        ("{{ format_datetime(now_utc(), '%Y') }}", json!(2021)),
        (
            "{{ format_datetime(str_to_datetime('2022-01-01T00:00:00+02:00'), '%Y-%m-%dT%H:%M') }}",
            json!("2021-12-31T22:00"),
        ),
        (
            "{{ timestamp('2022-02-28T00:00:00-08:00') }}",
            json!(1_646_035_200.0),
        ),
        ("{{ timestamp(1646006400.7) }}", json!(1_646_006_400)),
        ("{{ now_utc().year }}", json!(2021)),
    ];
    for (source, wanted) in table {
        assert_eq!(value(source), wanted, "{source}");
    }
}

#[test]
fn parameters() {
    let table = [
        ("1e5", json!("1e5")),
        ("{{ config.n }}", json!("5")),
        ("{{ config.csv }}", json!("a,b")),
        ("{{ config.list | join(',') }}", json!("1,2")),
        ("{{ config.list }}", json!([1, 2])),
        ("'x' 'y'", json!("xy")),
        ("{{ config.none }}", json!("None")),
        ("{{ config.missing }}", Value::Null),
        (
            "{{ {'b': '<é', 'a': 1.0} | tojson }}",
            json!(r#"{"a": 1.0, "b": "\u003c\u00e9"}"#),
        ),
        ("", Value::Null),
    ];
    for (source, wanted) in table {
        let value = compile(source)
            .unwrap()
            .parameter_value(&context())
            .unwrap();
        assert_eq!(value, wanted, "{source}");
    }
}

#[test]
fn conditions() {
    for source in [
        "",
        "{{ 0 }}",
        "0.0",
        "False",
        "false",
        "{}",
        "[]",
        "()",
        "{{ config.missing.deep }}",
        "{{ none }}",
        "{{ config.empty }}",
    ] {
        assert!(
            !compile(source).unwrap().condition(&context()).unwrap(),
            "{source}"
        );
    }
    for source in [
        "{{ true }}",
        "1",
        "no",
        "{{ config.n > 3 }}",
        "{{ [0] }}",
        "{{ 'x' in config.csv or 'a' in config.csv }}",
        "text",
    ] {
        assert!(
            compile(source).unwrap().condition(&context()).unwrap(),
            "{source}"
        );
    }
}

#[test]
fn strings() {
    let string = |source: &str| compile(source).unwrap().string(&context());
    assert_eq!(string("{{ config.missing }}").unwrap(), "");
    assert_eq!(
        string("{{ config.t }}/{{ config.none }}").unwrap(),
        "True/None"
    );
    assert_eq!(string("{{ config.f }}").unwrap(), "1.0");
    let error = string("{{ config.missing.deep }}").unwrap_err();
    assert!(error.is_undefined && error.to_string().contains("{{ config.missing.deep }}"));
}

#[test]
fn what_cannot_be_compiled() {
    let table = [
        ("{{ config[ }}", "syntax error"),
        ("{{ unknown.x }}", "reads `unknown`, which is unknown here"),
        ("{{ range(5) }}", "reads `range`"),
        ("{{ stream_state.x }}", "stream_state"),
        ("{{ config.a | xmlattr }}", "uses the filter `xmlattr`"),
    ];
    for (source, wanted) in table {
        let error = compile(source).unwrap_err().to_string();
        assert!(error.contains(wanted), "{error}");
    }
    assert!(
        compile("a | nothing {{ 'a | b' ~ config.a }}").is_ok(),
        "a bar in a text is no filter"
    );
    let names =
        |names| Template::compile(&Engine::new(), "{{ record.id }}", &Value::Null, names).is_ok();
    assert!(names(Names::Record) && !names(Names::Config) && !names(Names::Request));
}

#[test]
fn loops_run_out_of_fuel() {
    let source = "{% for a in config.list * 1000 %}{% for b in config.list * 1000 %}{{ a * b }}{% endfor %}{% endfor %}";
    assert!(compile(source).unwrap().value(&context()).is_err());
}

#[test]
fn what_a_template_reads() {
    let reads = |source: &str| {
        let template =
            Template::compile(&Engine::new(), source, &Value::Null, Names::Page).unwrap();
        let mut reads: Vec<String> = template.reads("response").map(str::to_owned).collect();
        reads.sort();
        reads
    };
    assert_eq!(reads("{{ response.meta.next }}"), ["response.meta.next"]);
    assert_eq!(reads("{{ response }}"), ["response"]);
    assert!(reads("{{ headers.x }}").is_empty());
    // Whatever is read must be told, or more than that.
    assert!(
        reads("{{ response['data'][0] }}")
            .iter()
            .all(|read| "response.data".starts_with(read.as_str()))
    );
}

#[test]
fn what_is_taken_of_a_record() {
    let wide = json!({"id": 7, "a": {"b": [1, 2]}, "it's": 3, "x.y": 4, "items": [5],
        "t": true, "s": "x", "f": 1.0});
    let table = [
        ("{{ record.id }}", json!(7)),
        ("{{ record['a'].b[1] ~ record['x.y'] }}", json!(24)),
        ("{{ record['it\\'s'] }}", json!(3)),
        ("{{ record.get('id') }}", json!(7)),
        (
            "{{ record.items[0] + record.missing | default(1) }}",
            json!(6),
        ),
        ("{{ record | length }}", json!(8)),
        (
            "{{ record['id'] }}-{{ record.t }}{{ record.s }}",
            json!("7-Truex"),
        ),
        ("{{ record.f }}/{{ record.id }}", json!("1.0/7")),
        ("{{ record.missing }}{{ record.id }}", json!(7)),
        (
            "{{ {'a': {'b': record.id}}['a'].b + record.a.b[0] }}",
            json!(8),
        ),
        (
            "{% for name in record %}{{ record[name] if name == 'id' }}{% endfor %}",
            json!(7),
        ),
        ("{% set r = record %}{{ r.id }}", json!(7)),
        ("{{ config.record }}{{ 'record.id' }}", json!("record.id")),
        (
            "{% raw %}{{ record }}{% endraw %}{{ record.id }}",
            json!("{{ record }}7"),
        ),
    ];
    for (source, wanted) in table {
        let template = compile(source).unwrap();
        let seen = template.see(&context(), &wide);
        assert_eq!(template.value(&seen).unwrap(), wanted, "{source}");
        let whole = context().with("record", &wide);
        assert_eq!(template.value(&whole).unwrap(), wanted, "{source}");
    }
    let deep = compile("{{ record.missing.deep }}").unwrap();
    let error = deep.string(&deep.see(&context(), &wide)).unwrap_err();
    assert!(error.is_undefined, "{error}");
    let list = json!([1, 2]);
    let template = compile("{{ record[1] }}").unwrap();
    assert_eq!(
        template.value(&template.see(&context(), &list)).unwrap(),
        json!(2)
    );
}

#[test]
fn a_secret_is_not_printed() {
    assert_eq!(
        format!("{:?}", compile("{{ config.a }}").unwrap()),
        "`{{ config.a }}`"
    );
    assert!(!format!("{:?}", context()).contains("deep"));
}

proptest::proptest! {
    #[test]
    fn any_text_is_a_value_and_never_a_panic(text in ".*") {
        let _ = literal::evaluate(&text);
        let _ = compile(&text);
    }

    #[test]
    fn what_python_prints_reads_back(text in ".*", number in proptest::num::f64::NORMAL, flag: bool, integer: i64) {
        let value = json!({"a": [text, number, flag, null], "b": {"c": integer}});
        proptest::prop_assert_eq!(literal::evaluate(&python::repr(&value)), value);
    }
}
