use insta::assert_snapshot;
use tempfile::TempDir;

use super::*;
use crate::settings::DEFAULT_FILE;

/// A working directory with a settings file in it.
fn around(file: &str, variables: &[(&str, &str)]) -> (TempDir, Surroundings) {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join(USUAL_FILE), file).unwrap();
    let variables = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let around = Surroundings {
        variables: variables.collect(),
        directory: directory.path().to_owned(),
    };
    (directory, around)
}

fn flags(values: &[(&'static str, &str, &str)]) -> Given {
    values
        .iter()
        .map(|(key, flag, text)| (*key, ((*flag).to_owned(), (*text).to_owned())))
        .collect()
}

fn refusal(given: &Given, file: &str, variables: &[(&str, &str)]) -> String {
    let (directory, around) = around(file, variables);
    let error = Loaded::read(given, None, &around).unwrap_err();
    error
        .to_string()
        .replace(&directory.path().display().to_string(), "DIR")
}

#[test]
fn a_flag_wins_over_a_variable_over_the_file_over_the_default() {
    let file = "[engine]\nworkers = 11\n[server]\nthreads = 3\n[database]\nurl = 'sqlite://file.db'\npool_size = 9\n";
    let variables = [
        ("SYNCLINE_WORKERS", "12"),
        ("SYNCLINE_DATABASE_URL", "sqlite://variable.db"),
        ("SYNCLINE_DATABASE_POOL_SIZE", "5"),
    ];
    let (_directory, around) = around(file, &variables);
    let given = flags(&[
        ("engine.workers", "--workers", "13"),
        ("database.pool_size", "--database-pool-size", "6"),
    ]);
    let loaded = Loaded::read(&given, None, &around).unwrap();
    assert_eq!(loaded.settings.engine.workers, 13);
    assert_eq!(loaded.settings.database.pool_size, 6);
    assert_eq!(loaded.settings.database.url, "sqlite://variable.db");
    assert_eq!(loaded.settings.server.threads, 3);
    assert_eq!(
        loaded.settings.server.listen,
        Settings::default().server.listen
    );
    assert_eq!(
        loaded.layer("engine.workers"),
        Layer::Flag("--workers".to_owned())
    );
    assert_eq!(
        loaded.layer("database.url"),
        Layer::Variable("SYNCLINE_DATABASE_URL")
    );
    assert_eq!(
        loaded.layer("server.threads"),
        Layer::File(around.directory.join(USUAL_FILE))
    );
    assert_eq!(loaded.layer("server.listen"), Layer::Default);
}

#[test]
fn each_setting_can_be_set_by_each_layer() {
    for setting in catalog::all() {
        let (text, in_file) = match (setting.kind, setting.key) {
            (Kind::Number, _) => ("7", "7"),
            (Kind::TurnsOff, _) => ("false", "false"),
            (Kind::TurnsOn, _) => ("true", "true"),
            (Kind::Text, "log.format") => ("json", "'json'"),
            (Kind::Text, key) if key.ends_with("listen") => ("[::1]:7", "'[::1]:7'"),
            (Kind::Text, _) => ("7s", "'7s'"),
        };
        let (section, name) = setting.key.split_once('.').unwrap();
        let file = format!("[{section}]\n{name} = {in_file}\n");
        let from_flag = flags(&[(setting.key, "--flag", text)]);
        let results = [around(&file, &[]), around("", &[(setting.variable, text)])].map(
            |(_directory, around)| Loaded::read(&Given::new(), None, &around).unwrap().settings,
        );
        let by_flag = Loaded::read(&from_flag, None, &Surroundings::default())
            .unwrap()
            .settings;
        assert_ne!(by_flag, Settings::default(), "{}", setting.key);
        assert_eq!(results, [by_flag.clone(), by_flag], "{}", setting.key);
    }
}

#[test]
fn the_default_file_restates_the_structs() {
    let (_directory, around) = around(DEFAULT_FILE, &[]);
    assert_eq!(
        Loaded::read(&Given::new(), None, &around).unwrap().settings,
        Settings::default()
    );
    let uncommented: String = DEFAULT_FILE
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(rest) if rest.contains(" = ") => format!("{rest}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("all.toml");
    std::fs::write(&path, uncommented).unwrap();
    let mut in_file: Vec<_> = known_keys(&path)
        .unwrap()
        .iter()
        .map(|setting| setting.key)
        .collect();
    let mut in_catalog: Vec<_> = catalog::all().map(|setting| setting.key).collect();
    in_file.sort_unstable();
    in_catalog.sort_unstable();
    assert_eq!(in_file, in_catalog);
}

#[test]
fn a_named_file_replaces_the_usual_one() {
    let (directory, mut around) = around("[engine]\nworkers = 11\n", &[]);
    let other = directory.path().join("other.toml");
    std::fs::write(&other, "[engine]\nworkers = 2\n").unwrap();
    around
        .variables
        .insert(FILE_VARIABLE.to_owned(), other.display().to_string());
    let by_variable = Loaded::read(&Given::new(), None, &around).unwrap();
    assert_eq!(by_variable.settings.engine.workers, 2);
    let usual = around.directory.join(USUAL_FILE);
    let by_flag = Loaded::read(&Given::new(), Some(&usual), &around).unwrap();
    assert_eq!(by_flag.settings.engine.workers, 11);
}

#[test]
fn what_is_wrong_names_where_it_stands() {
    let none = Given::new();
    let workers = flags(&[("engine.workers", "--workers", "many")]);
    let refusals = [
        refusal(&workers, "", &[]),
        refusal(&none, "", &[("SYNCLINE_WORKERS", "-1")]),
        refusal(&none, "", &[("SYNCLINE_LISTEN", "8080")]),
        refusal(&none, "", &[("SYNCLINE_LOG_FORMAT", "xml")]),
        refusal(&none, "", &[("SYNCLINE_MIGRATE", "perhaps")]),
        refusal(&none, "[server]\nthreads = 0\n", &[]),
        refusal(&none, "[server]\nthreads = \"two\"\n", &[]),
        refusal(&none, "[server]\nlisten = \"nowhere\"\n", &[]),
        refusal(&none, "[server]\nlisten_on = \"nowhere\"\n", &[]),
        refusal(&none, "[engine]\nworker = 2\n", &[]),
        refusal(&none, "workers = 2\n", &[]),
        refusal(&none, "server = 2\n", &[]),
        refusal(&none, "[server\n", &[]),
        Loaded::read(
            &none,
            Some(Path::new("/nowhere/s.toml")),
            &Surroundings::default(),
        )
        .unwrap_err()
        .to_string(),
    ];
    assert_snapshot!(refusals.join("\n"));
}

#[test]
fn a_variable_that_is_no_setting_is_noticed() {
    let names = [
        "SYNCLINE_WORKRES",
        "SYNCLINE_WORKERS",
        "SYNCLINE_TOKEN",
        "SYNCLINE_TEST_POSTGRES_URL",
    ];
    let variables = names.map(|name| (name.to_owned(), "1".to_owned()));
    let around = Surroundings {
        variables: variables.into(),
        ..Surroundings::default()
    };
    assert_eq!(
        around.unknown_variables().collect::<Vec<_>>(),
        ["SYNCLINE_WORKRES"]
    );
}
