use super::*;

fn iso(text: &str) -> String {
    parse_iso(text).map_or_else(|| "-".to_owned(), |moment| moment.to_rfc3339())
}

#[test]
fn iso_8601() {
    let table = [
        ("2022", "2022-01-01T00:00:00+00:00"),
        ("2022-03", "2022-03-01T00:00:00+00:00"),
        ("2022-03-04", "2022-03-04T00:00:00+00:00"),
        ("20220304", "2022-03-04T00:00:00+00:00"),
        ("2022-03-04T05", "2022-03-04T05:00:00+00:00"),
        ("2022-03-04 05:06", "2022-03-04T05:06:00+00:00"),
        ("2022-03-04T05:06:07.8Z", "2022-03-04T05:06:07.800+00:00"),
        ("20220304T050607+0130", "2022-03-04T05:06:07+01:30"),
        ("2022-03-04T05:06:07-08:00", "2022-03-04T05:06:07-08:00"),
        ("2022-12-31T24:00", "2023-01-01T00:00:00+00:00"),
        ("2022-13-01", "-"),
        ("2022-3-4", "-"),
        ("soon", "-"),
        ("", "-"),
        ("2022-03-04T", "-"),
        ("2022-03-04T25:00", "-"),
        ("２０２２", "-"),
    ];
    for (text, wanted) in table {
        assert_eq!(iso(text), wanted, "{text}");
    }
}

#[test]
fn formats_in_both_directions() {
    let table = [
        ("2022-03-04T05:06:07Z", "%Y-%m-%dT%H:%M:%SZ"),
        ("2022-03-04T05:06:07.000008+0000", "%Y-%m-%dT%H:%M:%S.%f%z"),
        ("2022-03-04 05:06:07.008", "%Y-%m-%d %H:%M:%S.%_ms"),
        ("04/03/22 05:06 AM", "%d/%m/%y %I:%M %p"),
        ("Friday, March 04 2022", "%A, %B %d %Y"),
        (
            "Fri, 04 Mar 2022 05:06:07 +0130",
            "%a, %d %b %Y %H:%M:%S %z",
        ),
        ("2022 063", "%Y %j"),
        ("1646370367", "%s"),
        ("1646370367123", "%ms"),
        ("1646370367123456", "%epoch_microseconds"),
        ("1646370367.5", "%s_as_float"),
        ("100%", "100%%"),
    ];
    for (text, code) in table {
        let moment = parse(text, code).unwrap_or_else(|| panic!("{text} {code}"));
        assert_eq!(format(&moment, code), text, "{code}");
    }
    for (text, code) in [
        ("2022-02-30", "%Y-%m-%d"),
        ("x", "%s"),
        ("2022-03-04x", "%Y-%m-%d"),
        ("22", "%Y"),
        ("", "%H"),
        ("13 PM", "%I %p"),
        ("1e300", "%s_as_float"),
        ("é", "%b"),
    ] {
        assert!(parse(text, code).is_none(), "{text} {code}");
    }
}

#[test]
fn single_codes() {
    let moment = parse_iso("2024-01-07T23:05:09.012345-05:00").unwrap();
    let table = [
        ("%y %e %u %w %U %W %V %G", "24  7 7 0 01 01 01 2024"),
        ("%c", "Sun Jan  7 23:05:09 2024"),
        (
            "%x %X %D %T %F %R",
            "01/07/24 23:05:09 01/07/24 23:05:09 2024-01-07 23:05",
        ),
        ("%Z %z %p %I", "UTC-05:00 -0500 PM 11"),
        ("%-d %-m %-H %-S", "7 1 23 9"),
        ("%f %_ms %s", "012345 012 1704686709"),
        ("%Q %", "%Q %"),
    ];
    for (code, wanted) in table {
        assert_eq!(strftime(&moment, code), wanted, "{code}");
    }
}

#[test]
fn durations_follow_the_calendar() {
    let table = [
        ("P1M", "2024-01-31", "2024-02-29"),
        ("P1Y2M3W4D", "2023-01-01", "2024-03-26"),
        ("PT36H", "2024-01-01", "2024-01-02T12:00"),
        ("P1DT1H1M1.5S", "2024-01-01", "2024-01-02T01:01:01.5"),
        ("-P1M", "2024-03-31", "2024-02-29"),
        ("PT0.001S", "2024-01-01", "2024-01-01T00:00:00.001"),
    ];
    for (duration, from, to) in table {
        let moment = IsoDuration::parse(duration)
            .unwrap()
            .after(parse_iso(from).unwrap())
            .unwrap();
        assert_eq!(moment, parse_iso(to).unwrap(), "{duration}");
    }
    for text in [
        "",
        "P",
        "PT",
        "1D",
        "P1H",
        "PT1D",
        "P1.5M",
        "PD",
        "P-1D",
        "P99999999999999D",
    ] {
        assert!(IsoDuration::parse(text).is_none(), "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in ".*", code in "(%[a-zA-Z]|[ -~]){0,6}") {
        let _ = (parse_iso(&text), parse(&text, &code), IsoDuration::parse(&text));
    }

    #[test]
    fn what_was_written_reads_back(micros in -2_000_000_000_000_000_i64..4_000_000_000_000_000) {
        let moment = chrono::DateTime::from_timestamp_micros(micros).unwrap().fixed_offset();
        for code in ["%Y-%m-%dT%H:%M:%S.%f%z", "%epoch_microseconds", "%c %f"] {
            proptest::prop_assert_eq!(parse(&format(&moment, code), code), Some(moment));
        }
    }
}
