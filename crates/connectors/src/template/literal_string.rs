//! The inside of a Python string literal.

/// Reads one quoted string that `rest` begins with, and appends what it means to `out`.
pub(super) fn read(rest: &mut &str, is_raw: bool, out: &mut String) -> Option<()> {
    let mark = rest.chars().next()?;
    let single = if mark == '\'' { "'" } else { "\"" };
    let triple = if mark == '\'' { "'''" } else { "\"\"\"" };
    let close = if rest.starts_with(triple) {
        triple
    } else {
        single
    };
    let mut text = &rest[close.len()..];
    loop {
        if let Some(after) = text.strip_prefix(close) {
            *rest = after;
            return Some(());
        }
        let c = text.chars().next()?;
        text = &text[c.len_utf8()..];
        match c {
            '\n' if close.len() == 1 => return None,
            '\\' if is_raw => {
                out.push('\\');
                let next = text.chars().next()?;
                out.push(next);
                text = &text[next.len_utf8()..];
            }
            '\\' => text = escape(text, out)?,
            other => out.push(other),
        }
    }
}

fn escape<'t>(text: &'t str, out: &mut String) -> Option<&'t str> {
    let code = text.chars().next()?;
    let rest = &text[code.len_utf8()..];
    let simple = match code {
        '\n' => return Some(rest),
        '\\' | '\'' | '"' => code,
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        'x' => return hexadecimal(rest, 2, out),
        'u' => return hexadecimal(rest, 4, out),
        'U' => return hexadecimal(rest, 8, out),
        '0'..='7' => {
            let width = text
                .bytes()
                .take(3)
                .take_while(|byte| (b'0'..=b'7').contains(byte))
                .count();
            out.push(char::from_u32(
                u32::from_str_radix(&text[..width], 8).ok()?,
            )?);
            return Some(&text[width..]);
        }
        other => {
            // Python keeps the backslash of an escape that it does not know.
            out.push('\\');
            other
        }
    };
    out.push(simple);
    Some(rest)
}

fn hexadecimal<'t>(text: &'t str, width: usize, out: &mut String) -> Option<&'t str> {
    let digits = text
        .get(..width)
        .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
    out.push(char::from_u32(u32::from_str_radix(digits, 16).ok()?)?);
    Some(&text[width..])
}
