//! Looks into a template's source for what it reads, and what it asks of the engine.

use std::collections::HashSet;

use super::tokens::{Part, Token, parts};

/// What is read of something that has a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fields {
    /// These fields alone; none when it is not read.
    Named(Vec<String>),
    /// Perhaps all of it.
    Whole,
}

/// The paths behind a name, as far as they are fixed: `response['meta'].next` gives
/// `response.meta.next`, and so does what is called on it or indexed in it.
pub(super) fn paths(source: &str, root: &str) -> HashSet<String> {
    let join = |names: Vec<&str>| {
        let mut path = root.to_owned();
        for name in names {
            path.push('.');
            path.push_str(name);
        }
        path
    };
    match chains(source, root) {
        Some(chains) => chains.into_iter().map(join).collect(),
        None => HashSet::from([root.to_owned()]),
    }
}

/// The fields of what has the name.
pub(super) fn fields(source: &str, root: &str) -> Fields {
    let firsts = chains(source, root).and_then(|chains| {
        let firsts = chains.into_iter().map(|names| names.first().copied());
        firsts.collect::<Option<HashSet<&str>>>()
    });
    match firsts {
        Some(names) => Fields::Named(names.into_iter().map(str::to_owned).collect()),
        None => Fields::Whole,
    }
}

/// The names behind the root, when the tokens are nothing but a path.
pub(super) fn path<'s>(tokens: &[Token<'s>], root: &str) -> Option<Vec<&'s str>> {
    let (first, rest) = tokens.split_first()?;
    let (names, rest) = chain(rest);
    (*first == Token::Name(root) && rest.is_empty()).then_some(names)
}

/// The names of the filters that a source uses.
pub(super) fn filters(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    each_list(source, &mut |tokens| {
        for pair in tokens.windows(2) {
            if let [Token::Mark("|"), Token::Name(name)] = pair {
                found.push((*name).to_owned());
            }
        }
    });
    found
}

/// The names behind each place where the root is read; `None` when the source is not well formed.
fn chains<'s>(source: &'s str, root: &str) -> Option<Vec<Vec<&'s str>>> {
    let mut found = Vec::new();
    let is_read = each_list(source, &mut |tokens| {
        for (at, token) in tokens.iter().enumerate() {
            let is_member = at > 0 && tokens[at - 1] == Token::Mark(".");
            if *token == Token::Name(root) && !is_member {
                found.push(chain(&tokens[at + 1..]).0);
            }
        }
    });
    is_read.then_some(found)
}

/// What follows a name: `.field` and `['field']`, up to a call or anything else, which is left.
fn chain<'s, 't>(mut rest: &'t [Token<'s>]) -> (Vec<&'s str>, &'t [Token<'s>]) {
    let mut names = Vec::new();
    loop {
        let (name, after) = match rest {
            [Token::Mark("."), Token::Name(_), Token::Group('(', _), ..] => {
                return (names, rest);
            }
            [Token::Mark("."), Token::Name(name), after @ ..] => (*name, after),
            [Token::Group('[', inner), after @ ..] => match inner[..] {
                [Token::Literal(text)] => match plain(text) {
                    Some(name) => (name, after),
                    None => return (names, rest),
                },
                _ => return (names, rest),
            },
            _ => return (names, rest),
        };
        names.push(name);
        rest = after;
    }
}

/// A quoted text that means what it says.
fn plain(literal: &str) -> Option<&str> {
    let mark = literal.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let inner = literal.strip_prefix(mark)?.strip_suffix(mark)?;
    (!inner.contains('\\')).then_some(inner)
}

/// Shows every block's tokens, and those of every bracket; `false` when there are none to show.
fn each_list<'s>(source: &'s str, show: &mut impl FnMut(&[Token<'s>])) -> bool {
    fn brackets<'s>(tokens: &[Token<'s>], show: &mut impl FnMut(&[Token<'s>])) {
        show(tokens);
        for token in tokens {
            if let Token::Group(_, inner) = token {
                brackets(inner, show);
            }
        }
    }
    let Some(parts) = parts(source) else {
        return false;
    };
    for part in &parts {
        if let Part::Block { tokens, .. } = part {
            brackets(tokens, show);
        }
    }
    true
}
