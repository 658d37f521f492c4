//! `syncline manifest`, asked by the author of a manifest: the demo provider's, over loopback.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

struct Demo {
    child: Child,
    directory: TempDir,
}

impl Demo {
    /// The demo provider, with its manifest and a configuration in a directory.
    fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let words = ["demo", "--listen", "127.0.0.1:0", "--advance-every", "0"];
        let mut child = syncline(directory.path(), &words)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let url = line.trim().strip_prefix("listening on ").unwrap();
        let demo = Self { child, directory };
        demo.write("demo.yaml", syncline_demo::MANIFEST);
        demo.write(
            "config.json",
            &json!({"base_url": url, "api_token": "demo-token"}).to_string(),
        );
        demo
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.directory.path().join(name), text).unwrap();
    }

    /// Exit code, messages, standard error.
    fn read(&self, stream: &str, more: &[&str]) -> (i32, Vec<Value>, String) {
        let words =
            "manifest read demo.yaml --allow-private-networks --config config.json --stream";
        let words: Vec<_> = words.split(' ').chain([stream]).collect();
        let (code, stdout, stderr) = self.run(&[&words, more].concat());
        let messages = stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        (code, messages, stderr)
    }

    fn run(&self, words: &[&str]) -> (i32, String, String) {
        let output = syncline(self.directory.path(), words).output().unwrap();
        (
            output.status.code().unwrap(),
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// A program that knows nothing of the caller's own variables.
fn syncline(directory: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_syncline"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("SYNCLINE_") {
            command.env_remove(name);
        }
    }
    command.current_dir(directory).args(words);
    command
}

fn of_type<'m>(messages: &'m [Value], kind: &str) -> Vec<&'m Value> {
    messages
        .iter()
        .filter(|message| message["type"] == kind)
        .collect()
}

#[test]
fn a_stream_is_read_and_gone_on_with() {
    let demo = Demo::start();
    let (code, messages, stderr) = demo.read("customers", &[]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let records = of_type(&messages, "RECORD");
    assert!(records.len() > 10, "{}", records.len());
    assert!(records.iter().all(|message| {
        message["record"]["stream"] == "customers" && message["record"]["data"]["id"].is_u64()
    }));
    let state = messages.last().unwrap();
    assert_eq!(state["type"], "STATE");
    assert_eq!(
        state["state"]["stream"]["stream_descriptor"]["name"],
        "customers"
    );
    assert!(state["state"]["stream"]["stream_state"]["updated_at"].is_string());

    // What is at the state's own moment is read again, and nothing before it.
    demo.write("state.json", &state.to_string());
    let (code, again, stderr) = demo.read("customers", &["--state", "state.json"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let again = of_type(&again, "RECORD").len();
    assert!((1..records.len()).contains(&again), "{again}");

    let (code, few, _) = demo.read("customers", &["--limit", "3"]);
    assert_eq!((code, few.len()), (0, 3));
    assert_eq!(of_type(&few, "RECORD").len(), 3);

    let (code, early, _) = demo.read("customers", &["--now", "1999-01-01T00:00:00Z"]);
    assert_eq!(code, 0);
    assert_eq!(of_type(&early, "RECORD").len(), 0);
}

#[test]
fn what_cannot_be_read_says_why() {
    let demo = Demo::start();
    let (code, messages, stderr) = demo.read("nothing", &[]);
    assert_eq!((code, messages.len()), (1, 0));
    assert!(stderr.contains("no stream `nothing`"), "{stderr}");

    demo.write("state.json", r#"[{"type": "STREAM", "stream": {"stream_descriptor": {"name": "other"}, "stream_state": {}}}]"#);
    let (code, _, stderr) = demo.read("customers", &["--state", "state.json"]);
    assert_eq!(code, 1);
    assert!(
        stderr.contains("has no state of the stream `customers`"),
        "{stderr}"
    );

    let url = "http://127.0.0.1:1";
    demo.write("config.json", &json!({"base_url": url}).to_string());
    let (code, _, stderr) = demo.read("customers", &[]);
    assert_eq!(code, 1);
    assert!(stderr.contains("/api_token` is required"), "{stderr}");

    demo.write("config.json", "nonsense");
    let (code, _, stderr) = demo.read("customers", &[]);
    assert_eq!(code, 1);
    assert!(stderr.contains("it is not JSON"), "{stderr}");
}

#[test]
fn a_refused_credential_fails() {
    let demo = Demo::start();
    let config = std::fs::read_to_string(demo.directory.path().join("config.json")).unwrap();
    demo.write("config.json", &config.replace("demo-token", "wrong"));
    let (code, messages, stderr) = demo.read("customers", &[]);
    assert_eq!((code, messages.len()), (1, 0));
    assert!(stderr.contains("answered 401"), "{stderr}");
    assert!(!stderr.contains("wrong"), "{stderr}");
}

#[test]
fn a_manifest_is_checked() {
    let demo = Demo::start();
    let (code, stdout, stderr) = demo.run(&["manifest", "check", "demo.yaml"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(stdout.ends_with("3 of 3 streams can be read\n"), "{stdout}");

    demo.write(
        "broken.yaml",
        "streams:\n- name: a\n- name: b\n  retriever:\n    type: ManualRetriever\n",
    );
    let (code, stdout, _) = demo.run(&["manifest", "check", "broken.yaml", "--json"]);
    assert_eq!(code, 1);
    let told: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(
        told,
        json!([
            {"stream": "a", "supported": false, "line": 2,
             "reason": "DeclarativeStream needs `retriever` (at a)"},
            {"stream": "b", "supported": false, "line": 5,
             "reason": "ManualRetriever is not supported (at b.retriever)"},
        ])
    );

    demo.write("no.yaml", "streams: [");
    let (code, stdout, stderr) = demo.run(&["manifest", "check", "no.yaml"]);
    assert_eq!((code, stdout.as_str()), (1, ""));
    assert!(stderr.contains("not valid YAML: line"), "{stderr}");
    assert_eq!(demo.run(&["manifest", "check", "nowhere.yaml"]).0, 1);
    assert_eq!(demo.run(&["manifest", "check"]).0, 2);
}

#[test]
fn streams_of_a_template_are_told_with_a_configuration() {
    let demo = Demo::start();
    let manifest = r#"
version: 6.0.0
dynamic_streams:
  - type: DynamicDeclarativeStream
    name: tables
    stream_template:
      type: DeclarativeStream
      name: ""
      retriever:
        type: SimpleRetriever
        requester: {type: HttpRequester, url_base: "http://127.0.0.1:1", path: /}
        record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: []}}
    components_resolver:
      type: ConfigComponentsResolver
      stream_config: {type: StreamConfig, configs_pointer: [tables]}
      components_mapping:
        - {type: ComponentMappingDefinition, field_path: [name], value: "{{ components_values.name }}"}
"#;
    demo.write("tables.yaml", manifest);
    let (code, stdout, _) = demo.run(&["manifest", "check", "tables.yaml"]);
    assert_eq!(code, 0);
    assert_eq!(
        stdout,
        "tables.yaml:4: tables: can be read\n\
         tables.yaml:4: tables: warning: a template, whose streams a configuration names\n\
         1 of 1 streams can be read\n"
    );
    demo.write(
        "tables.json",
        r#"{"tables": [{"name": "a"}, {"name": "b"}]}"#,
    );
    let words = [
        "manifest",
        "check",
        "tables.yaml",
        "--config",
        "tables.json",
    ];
    let (code, stdout, stderr) = demo.run(&words);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert_eq!(
        stdout,
        "tables.yaml:4: a: can be read\ntables.yaml:4: b: can be read\n\
         2 of 2 streams can be read\n"
    );
}
