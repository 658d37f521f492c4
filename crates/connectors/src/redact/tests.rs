use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use serde_json::json;

use super::*;

const AWKWARD: &str = "p/l+4\"n t=&\\ü%";

fn knows(secret: &str) -> Redactor {
    Redactor::new([&json!(secret)])
}

#[test]
fn encoded_and_escaped_forms_are_found() {
    let redactor = knows(AWKWARD);
    let percent = "p%2Fl%2B4%22n%20t%3D%26%5C%C3%BC%25";
    let json = json!(AWKWARD).to_string();
    let forms = [
        AWKWARD.to_owned(),
        percent.to_owned(),
        percent.to_lowercase(),
        percent.replace("%20", "+"),
        json.clone(),
        json.replace('ü', "\\u00fc"),
        json.replace('/', "\\/"),
        json!(json.trim_matches('"')).to_string(),
        "p/l+4&quot;n t=&amp;\\ü%".to_owned(),
        STANDARD.encode(AWKWARD),
        URL_SAFE_NO_PAD.encode(AWKWARD),
        format!("Basic {}", STANDARD.encode(format!("name:{AWKWARD}"))),
        format!("Basic {}", STANDARD.encode(format!("me:{AWKWARD}"))),
        format!("Basic {}", STANDARD.encode(format!("name1:{AWKWARD}:x"))),
    ];
    for form in forms {
        let text = format!("the token «{form}» is wrong");
        let clean = redactor.clean(&text);
        if form.ends_with('=') || form.starts_with("Basic") {
            // Of base64 the ends may be left, which hold what stands around.
            assert!(clean.contains("***"), "{form}: {clean}");
            assert!(clean.len() < text.len() - 14, "{form}: {clean}");
        } else {
            // Quotes around it, or characters of base64 that hold what stands around, may be left.
            assert!(clean.contains("***"), "{form}: {clean}");
            assert!(
                clean.len() <= "the token «\"***\"xxx» is wrong".len(),
                "{form}: {clean}"
            );
        }
        assert!(redactor.is_in(&json!({ "a": [text] })), "{form}");
        assert!(redactor.is_in(&json!({ format!("a{form}"): 1 })), "{form}");
    }
    assert_eq!(redactor.clean("nothing of it"), "nothing of it");
    assert!(!redactor.is_in(&json!([1, true, null, "p/l"])));
}

#[test]
fn the_longer_of_two_secrets_goes_whole() {
    let redactor = Redactor::new([&json!("abcd"), &json!("abcdefgh"), &json!("xabc")]);
    assert_eq!(redactor.clean("-abcdefgh-abcd-abc-"), "-***-***-abc-");
}

#[test]
fn parts_of_keys_and_documents_are_secrets_too() {
    let key =
        "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG\n9w0BAQEFAASCBKcwggSj\n-----END KEY-----\n";
    let document = json!({ "private_key": key, "client": { "id": "1234567890123456" }, "n": 1 });
    let redactor = knows(&document.to_string());
    for text in [
        key,
        "MIIEvQIBADANBgkqhkiG",
        "9w0BAQEFAASCBKcwggSj",
        "1234567890123456",
    ] {
        assert!(
            !redactor.clean(&format!("bad {text}")).contains(text),
            "{text}"
        );
    }
    // A form in which line breaks became blanks.
    let flat = key.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(!redactor.clean(&flat).contains("MIIE"));
    assert_eq!(redactor.clean("n is 1, of a client"), "n is 1, of a client");
}

#[test]
fn numbers_count_and_short_values_do_not() {
    let redactor = Redactor::new([&json!({ "pin": 48213, "short": "abc", "no": 12, "on": true })]);
    assert_eq!(redactor.clean("48213 abc 12 true"), "*** abc 12 true");
    assert!(redactor.is_in(&json!(48213)));
}

#[test]
fn what_is_cut_leaves_no_part_of_a_secret() {
    let redactor = knows("sesame-0123456789");
    assert_eq!(redactor.excerpt("say  sesame-01234", 100), "say");
    assert_eq!(
        redactor.excerpt("say sesame-0123456789 to it", 9),
        "say *** t…"
    );
    assert_eq!(redactor.excerpt("say ses", 100), "say ses");
}

#[test]
fn a_token_of_run_time_is_learned_and_known_to_the_log_while_it_is_in_use() {
    let redactor = knows("first-secret-of-this-test");
    let clone = redactor.clone();
    assert_eq!(
        clone.clean("run-time-secret-of-this-test"),
        "run-time-secret-of-this-test"
    );
    redactor.learn("run-time-secret-of-this-test");
    let line = "first-secret-of-this-test and run-time-secret-of-this-test";
    assert_eq!(clone.clean(line), "*** and ***");
    assert_eq!(clean_all(line), "*** and ***");
    drop((redactor, clone));
    assert_eq!(clean_all(line), line);
}

#[test]
fn logs_are_cleaned_of_the_secrets_of_many_sources() {
    let secret = |number: usize| format!("secret-of-many-{number:05}-z");
    let all: Vec<Redactor> = (0..1000).map(|number| knows(&secret(number))).collect();
    let gone: Vec<Redactor> = (1000..3000).map(|number| knows(&secret(number))).collect();
    drop(gone);
    for number in [0, 500, 999] {
        let line = format!("{0} {1} {0}é", secret(number), secret(2000));
        assert_eq!(clean_all(&line), format!("*** {} ***é", secret(2000)));
    }
    // Two in one line, the one inside the other.
    let longer = knows(&format!("longer {}", secret(1)));
    let clean = clean_all(&format!("longer {}", secret(1))).into_owned();
    assert!(!clean.contains(&secret(1)), "{clean}");
    drop((all, longer));
}

#[test]
fn links_lose_their_credentials_and_nothing_else() {
    let redactor = knows(AWKWARD);
    let strip = |link: &str| redactor.strip_token(&json!(link), Some("key"));
    assert_eq!(
        strip("https://h/a?page=2&t=p%2Fl%2B4%22n+t%3D%26%5C%C3%BC%25&key=zzz#f"),
        json!("https://h/a?page=2#f")
    );
    assert_eq!(strip("https://h/a?key=zzz"), json!("https://h/a"));
    assert_eq!(strip("plain"), json!("plain"));
    assert_eq!(redactor.strip_token(&json!(7), None), json!(7));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever stands around it.
    #[test]
    fn no_text_keeps_a_secret(
        secret in "[!-~é✓]{4,40}", before in "[ -~]{0,20}", behind in "[ -~]{0,20}",
    ) {
        prop_assume!(!"***".contains(&secret));
        let redactor = knows(&secret);
        let clean = redactor.clean(&format!("{before}{secret}{behind}"));
        // What is left may hold it only where the parts around it made it up anew.
        let first = secret.chars().next().unwrap();
        if !before.contains(first) && !behind.contains(first) && !secret.contains('*') {
            prop_assert!(!clean.contains(&secret), "{}", clean);
        }
        let basic = STANDARD.encode(format!("{before}:{secret}"));
        if secret.len() >= 9 {
            prop_assert!(redactor.is_in(&json!(basic)));
        }
    }

    #[test]
    fn any_secret_and_any_text_are_taken(secret in ".{0,60}", text in ".{0,200}", max in 0_usize..100) {
        let redactor = knows(&secret);
        let _ = redactor.clean(&text);
        prop_assert!(redactor.excerpt(&text, max).chars().count() <= max + 1);
    }
}
