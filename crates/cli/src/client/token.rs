//! Which token a command shows.

use std::path::Path;

use super::ClientError;
use crate::error::CliError;
use crate::settings::{Layer, Loaded};

/// `--token`, else the flag's file, else the variable, else the file of the other layers.
pub fn find_token(flag: Option<String>, loaded: &Loaded) -> Result<String, CliError> {
    choose(flag, std::env::var("SYNCLINE_TOKEN").ok(), loaded)
}

fn choose(
    flag: Option<String>,
    variable: Option<String>,
    loaded: &Loaded,
) -> Result<String, CliError> {
    let file = loaded.settings.client.token_file.as_deref();
    let is_flag = matches!(loaded.layer("client.token_file"), Layer::Flag(_));
    let variable = variable.filter(|text| !text.trim().is_empty());
    let token = match (flag, file, variable) {
        (Some(token), _, _) => token,
        (None, Some(file), _) if is_flag => read(file)?,
        (None, _, Some(token)) => token,
        (None, Some(file), None) => read(file)?,
        (None, None, None) => return Err(ClientError::NoToken.into()),
    };
    let token = token.trim();
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(CliError::Usage(
            "the API token has characters that no token has".to_owned(),
        ));
    }
    Ok(token.to_owned())
}

fn read(path: &Path) -> Result<String, CliError> {
    std::fs::read_to_string(path).map_err(CliError::file("read the token in", path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Surroundings;
    use crate::settings::flags::Given;

    #[test]
    fn what_is_given_closest_wins() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "from-file\n").unwrap();
        let path = file.path().display().to_string();
        let by_flag = Given::from([(
            "client.token_file",
            ("--token-file".to_owned(), path.clone()),
        )]);
        let by_flag = Loaded::read(&by_flag, None, &Surroundings::default()).unwrap();
        let variables = [("SYNCLINE_TOKEN_FILE".to_owned(), path)].into();
        let around = Surroundings {
            variables,
            ..Surroundings::default()
        };
        let by_variable = Loaded::read(&Given::new(), None, &around).unwrap();
        let (flag, variable) = (Some("flag".to_owned()), Some("variable".to_owned()));
        assert_eq!(choose(flag, variable.clone(), &by_flag).unwrap(), "flag");
        assert_eq!(
            choose(None, variable.clone(), &by_flag).unwrap(),
            "from-file"
        );
        assert_eq!(choose(None, variable, &by_variable).unwrap(), "variable");
        assert_eq!(choose(None, None, &by_variable).unwrap(), "from-file");
        let nothing = Loaded::read(&Given::new(), None, &Surroundings::default()).unwrap();
        assert!(matches!(
            choose(None, None, &nothing),
            Err(CliError::Client(ClientError::NoToken))
        ));
        assert!(matches!(
            choose(Some("a b".into()), None, &nothing),
            Err(CliError::Usage(_))
        ));
    }
}
