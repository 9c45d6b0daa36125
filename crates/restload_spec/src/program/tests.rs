use std::time::Duration;

use super::{run::Limits, *};

fn outputs(program: &str, row: &str) -> Result<String, ProgramError> {
    let program = Program::parse(program).unwrap_or_else(|faults| panic!("{program}: {faults:?}"));
    let rows = program.run(&[row.as_bytes()], &Variables::default())?;
    let texts: Vec<_> = rows[0].iter().map(|row| String::from_utf8(row.clone()).unwrap()).collect();
    Ok(texts.join(" "))
}

fn value(program: &str, row: &str) -> String {
    let text =
        outputs(&format!("{{v: ({program})}}"), row).unwrap_or_else(|error| panic!("{program}: {error}"));
    text.strip_prefix("{\"v\":").and_then(|text| text.strip_suffix('}')).unwrap().to_owned()
}

#[test]
fn a_row_becomes_no_one_or_more_rows() {
    for (program, row, rows) in [
        (".", r#"{"b":1,"a":2}"#, r#"{"b":1,"a":2}"#),
        (
            "to_entries[] | {currency: .key, amount: .value}",
            r#"{"USD":5,"EUR":35}"#,
            r#"{"currency":"USD","amount":5} {"currency":"EUR","amount":35}"#,
        ),
        ("select(.a > 1)", r#"{"a":1}"#, ""),
        (
            "{id} + (.fields | with_entries(.value |= .v))",
            r#"{"id":7,"fields":{"x":{"v":null},"y":{"v":[1]}}}"#,
            r#"{"id":7,"x":null,"y":[1]}"#,
        ),
        ("def twice(f): f | f; .a |= twice(. * 2)", r#"{"a":3}"#, r#"{"a":12}"#),
    ] {
        assert_eq!(outputs(program, row).unwrap(), rows, "{program}");
    }
}

#[test]
fn rows_keep_their_order_and_their_place() {
    let program = Program::parse("if .skip then empty else ., . end").unwrap();
    let rows: Vec<String> = (0..200).map(|n| format!(r#"{{"n":{n},"skip":{}}}"#, n % 3 == 0)).collect();
    let texts: Vec<&[u8]> = rows.iter().map(String::as_bytes).collect();
    let all = program.run(&texts, &Variables::default()).unwrap();
    assert_eq!(all.len(), 200);
    for (n, outputs) in all.iter().enumerate() {
        let expected = if n % 3 == 0 { vec![] } else { vec![rows[n].as_bytes().to_vec(); 2] };
        assert_eq!(*outputs, expected);
    }
    assert_eq!(program.run(&[], &Variables::default()), Ok(Vec::new()));
}

#[test]
fn digits_are_kept_as_they_came() {
    let row =
        r#"{"a":1.10,"b":123456789012345678901234567890,"c":1e400,"d":-0.00,"e":9007199254740993,"f":1E5}"#;
    assert_eq!(outputs(".", row).unwrap(), row);
    assert_eq!(
        outputs("{c, a, list: [.b, .f]}", row).unwrap(),
        r#"{"c":1e400,"a":1.10,"list":[123456789012345678901234567890,1E5]}"#
    );
    assert_eq!(value(".a | tostring", row), r#""1.10""#);
    assert_eq!(value("tojson | fromjson | .b", row), "123456789012345678901234567890");
    assert_eq!(value(".b + 1", row), "123456789012345678901234567891");
    assert_eq!(value("[.e, 1] | max", row), "9007199254740993");
}

#[test]
fn keys_keep_their_order() {
    let row = r#"{"z":1,"a":2,"m":{"y":1,"b":2,"c":3}}"#;
    assert_eq!(outputs("del(.z)", row).unwrap(), r#"{"a":2,"m":{"y":1,"b":2,"c":3}}"#);
    assert_eq!(outputs("del(.m.y)", row).unwrap(), r#"{"z":1,"a":2,"m":{"b":2,"c":3}}"#);
    assert_eq!(
        outputs(".z = 9 | . + {n: 1}", row).unwrap(),
        r#"{"z":9,"a":2,"m":{"y":1,"b":2,"c":3},"n":1}"#
    );
    assert_eq!(outputs("map_values(select(. != 1))", row).unwrap(), r#"{"a":2,"m":{"y":1,"b":2,"c":3}}"#);
}

#[test]
fn text_is_kept_whatever_is_in_it() {
    let row = r#"{"a":"\u0000\u001f\"\\\n","b":"é😀\u2028","c":"\ud83d\ude00"}"#;
    let kept = outputs(".", row).unwrap();
    let parsed = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(parsed(&kept), parsed(row));
}

#[test]
fn what_jq_has_and_jaq_lacks_is_supplied() {
    for (program, row, result) in [
        ("[IN(1, 2)]", "2", "[true]"),
        ("IN(.[]; 2, 3)", "[1,2]", "true"),
        ("INDEX(.id)", r#"[{"id":1,"x":"a"},{"id":"b"}]"#, r#"{"1":{"id":1,"x":"a"},"b":{"id":"b"}}"#),
        ("INDEX(.a[]; .k)", r#"{"a":[{"k":"x"},{"k":"x","n":2}]}"#, r#"{"x":{"k":"x","n":2}}"#),
        ("65 | ascii", "null", r#""A""#),
        ("[1, [2]] | map(toarray)", "null", "[[1],[2]]"),
        ("del(.[0, 2])", "[1,2,3]", "[2]"),
        ("del(.[])", "[1,2,3]", "[]"),
        ("del(.x, .y.z)", r#"{"x":1,"y":{"z":1,"w":2}}"#, r#"{"y":{"w":2}}"#),
        ("del(.a[1:])", r#"{"a":[1,2,3]}"#, r#"{"a":[1]}"#),
        ("del(.nope, .a.b)", r#"{"c":1}"#, r#"{"c":1}"#),
        ("del(.. | select(. == null)?)", r#"{"a":null,"b":[1,null]}"#, r#"{"b":[1]}"#),
        ("delpaths([[\"a\"], [\"b\", 0]])", r#"{"a":1,"b":[1,2]}"#, r#"{"b":[2]}"#),
    ] {
        assert_eq!(value(program, row), result, "{program}");
    }
}

#[test]
fn the_library_that_programs_need_is_there() {
    for (program, row, result) in [
        ("getpath([\"a\", 0])", r#"{"a":[7]}"#, "7"),
        ("[paths]", r#"{"a":[7]}"#, r#"[["a"],["a",0]]"#),
        ("[paths(type == \"number\")]", r#"{"a":[7]}"#, r#"[["a",0]]"#),
        ("to_entries", r#"{"a":1}"#, r#"[{"key":"a","value":1}]"#),
        ("with_entries(.key |= ascii_upcase)", r#"{"a":1}"#, r#"{"A":1}"#),
        ("setpath([\"a\"]; 1)", "{}", r#"{"a":1}"#),
        ("pick(.a)", r#"{"a":1,"b":2}"#, r#"{"a":1}"#),
        ("group_by(.a) | map(length)", r#"[{"a":1},{"a":2},{"a":1}]"#, "[2,1]"),
        ("unique_by(.a) | length", r#"[{"a":1},{"a":1}]"#, "1"),
        ("[.[] | test(\"^a\")]", r#"["ab","ba"]"#, "[true,false]"),
        ("capture(\"(?<y>[0-9]+)\")", r#""in 2024""#, r#"{"y":"2024"}"#),
        ("[splits(\", *\")]", r#""a, b,c""#, r#"["a","b","c"]"#),
        ("gsub(\"a\"; \"b\")", r#""aa""#, r#""bb""#),
        ("fromdate", r#""2015-03-05T23:51:47Z""#, "1425599507"),
        ("strftime(\"%Y-%m-%d\")", "1425599507", r#""2015-03-05""#),
        ("strptime(\"%d.%m.%Y\") | mktime | todate", r#""05.03.2015""#, r#""2015-03-05T00:00:00Z""#),
        ("@base64, @uri | ascii_downcase", r#""a b""#, r#""ysbi""#),
        ("[limit(3; repeat(1))]", "null", "[1,1,1]"),
        ("[.[] as [$a, $b] | $a + $b]", "[[1,2],[3,4]]", "[3,7]"),
        ("reduce .[] as $n (0; . + $n)", "[1,2,3]", "6"),
        ("[foreach .[] as $n (0; . + $n)]", "[1,2,3]", "[1,3,6]"),
        ("try error(\"x\") catch .", "null", r#""x""#),
        ("first(range(10; 20)), last(range(3))", "null", "10"),
        ("walk(if type == \"number\" then . + 1 else . end)", r#"{"a":[1]}"#, r#"{"a":[2]}"#),
        ("flatten", "[1,[2,[3]]]", "[1,2,3]"),
        ("tostring, ascii_downcase?", r#""A""#, r#""A""#),
        ("any(. > 2), all", "[1,3]", "true"),
        ("[range(0; 10; 5)]", "null", "[0,5]"),
        ("[while(. < 4; . + 1)]", "1", "[1,2,3]"),
        ("[recurse(if . < 3 then . + 1 else empty end)]", "1", "[1,2,3]"),
        ("until(. > 100; . * 2)", "1", "128"),
        ("ltrimstr(\"a\") | rtrimstr(\"c\")", r#""abc""#, r#""b""#),
    ] {
        let program = format!("first({program})");
        assert_eq!(value(&program, row), result, "{program}");
    }
}

#[test]
fn programs_see_their_variables() {
    let program = Program::parse(
        "{id, parent: $parent.id, total: $body.total, each: $each, i: $inputs.a, run: $run.id}",
    )
    .unwrap();
    let all = VariablesUsed { body: true, parent: true, each: true, inputs: true, run: true };
    assert_eq!(program.uses(), all);
    let variables = Variables {
        body: Some(br#"{"total": 1.50}"#),
        parent: Some(br#"{"id": "p"}"#),
        inputs: Some(br#"{"a": [1]}"#),
        run: Some(br#"{"id": "r"}"#),
        ..Variables::default()
    };
    let rows = program.run(&[br#"{"id": 1}"#], &variables).unwrap();
    let expected = r#"{"id":1,"parent":"p","total":1.50,"each":null,"i":[1],"run":"r"}"#;
    assert_eq!(String::from_utf8(rows[0][0].clone()).unwrap(), expected);
}

#[test]
fn a_variable_is_used_only_if_it_is_mentioned_as_that() {
    let uses = |text: &str| Program::parse(text).unwrap().uses();
    assert_eq!(uses("{}"), VariablesUsed::default());
    assert_eq!(uses("# $body\n{a: \"$body\"}"), VariablesUsed::default());
    assert_eq!(uses("1 as $body | {a: $body}"), VariablesUsed::default());
    assert_eq!(uses("{a: \"\\($body)\"}"), VariablesUsed { body: true, ..VariablesUsed::default() });
    assert_eq!(uses("def f: $parent; f"), VariablesUsed { parent: true, ..VariablesUsed::default() });
    assert_eq!(uses("{$each}"), VariablesUsed { each: true, ..VariablesUsed::default() });
}

#[test]
fn what_reaches_beyond_the_row_does_not_exist() {
    for (program, name) in [
        ("env", "env"),
        ("env.HOME", "env"),
        ("$ENV", "$ENV"),
        ("$ENV.PATH", "$ENV"),
        ("input", "input"),
        ("[inputs]", "inputs"),
        ("now", "now"),
        ("debug", "debug"),
        ("debug(\"x\")", "debug"),
        ("stderr", "stderr"),
        ("halt", "halt"),
        ("halt(1)", "halt"),
        ("halt_error", "halt_error"),
        ("halt_error(2)", "halt_error"),
        ("input_line_number", "input_line_number"),
        ("input_filename", "input_filename"),
        ("get_search_list", "get_search_list"),
        ("localtime", "localtime"),
        ("strflocaltime(\"%H\")", "strflocaltime"),
        ("$__loc__", "$__loc__"),
        ("$__prog_args", "$__prog_args"),
    ] {
        let faults = Program::parse(program).unwrap_err();
        assert_eq!(faults.len(), 1, "{program}");
        assert_eq!(faults[0].message, format!("`{name}` is not available in a program"));
        assert_eq!(&program[faults[0].range.clone()], name);
        assert!(faults[0].help.is_some(), "{program}");
        assert_eq!(faults[0].rule, "program-feature", "{program}");
    }
    for program in
        ["debug_empty", "stderr_empty", "modulemeta", "ltrimstr(env)", "input as $x | 1", "@sh \"\\(env)\""]
    {
        assert!(Program::parse(program).is_err(), "{program}");
    }
}

#[test]
fn faults_say_what_and_where() {
    for (program, message, found, help) in [
        ("", "expected a value or a filter at the end", "", Some("`.` is the row as it is")),
        (".a |", "expected a value or a filter at the end", "", None),
        ("{a: .b", "`{` is never closed", "{", Some("write `}` where it ends")),
        ("[.a", "`[` is never closed", "[", Some("write `]` where it ends")),
        ("{a: \"b}", "`\"` is never closed", "\"", Some("write `\"` where it ends")),
        (".a)", "`)` closes nothing", ")", None),
        ("{a: 'x'}", "text is not quoted with `'`", "'", Some("quote it with `\"`")),
        (".a && .b", "unexpected `&`", "&", Some("jq writes `and`, `or` and `not`")),
        ("[.a}", "`[` is closed by `}`", "}", Some("write `]` where it ends")),
        ("{a: §}", "unexpected `§`", "§", None),
        ("if .a then .b", "expected else or end at the end", "", None),
        ("{a: 1; b: 2}", "expected comma or right brace, found `;`", ";", None),
        ("foo", "there is no function `foo`", "foo", Some("the functions are those of jq 1.7 that jaq has")),
        (
            "with_entires(.)",
            "there is no function `with_entires` with 1 argument",
            "with_entires",
            Some("did you mean `with_entries`?"),
        ),
        ("limit(.a)", "`limit` takes 2 arguments, not 1", "limit", Some("arguments are separated by `;`")),
        (
            "range(1, 2, 3, 4; 5; 6; 7)",
            "`range` takes 1 or 2 or 3 arguments, not 4",
            "range",
            Some("arguments are separated by `;`"),
        ),
        (
            "$row.id",
            "there is no variable `$row`",
            "$row",
            Some("there are `$body`, `$parent`, `$each`, `$inputs`, `$run`, and what `as` names"),
        ),
        ("$parnet.id", "there is no variable `$parnet`", "$parnet", Some("did you mean `$parent`?")),
        (
            "import \"a\" as a; a::f",
            "a program has no modules",
            "import",
            Some("write what it needs as `def name: …;` before it"),
        ),
        (
            "  include \"a\"; .",
            "a program has no modules",
            "include",
            Some("write what it needs as `def name: …;` before it"),
        ),
        ("\"\\x\"", "expected string escape sequence, found `x`", "x", None),
    ] {
        let faults = Program::parse(program).unwrap_err();
        let fault = &faults[0];
        assert_eq!(fault.message, message, "{program}");
        assert_eq!(&program[fault.range.clone()], found, "{program}");
        assert!(fault.help.is_some(), "{program}");
        let is_feature = message == "a program has no modules";
        assert_eq!(fault.rule, if is_feature { "program-feature" } else { "program-syntax" }, "{program}");
        if help.is_some() {
            assert_eq!(fault.help.as_deref(), help, "{program}");
        }
    }
}

#[test]
fn nothing_is_told_that_only_follows_from_a_bracket() {
    for (program, message) in
        [("{a: [.b}, c: (.d}", "`[` is closed by `}`"), ("[{a: 1]]}", "`{` is closed by `]`")]
    {
        let faults = Program::parse(program).unwrap_err();
        assert_eq!((faults.len(), faults[0].message.as_str()), (1, message), "{program}");
    }
}

#[test]
fn all_faults_of_a_program_are_told() {
    let faults = Program::parse("{a: foo, b: $bar, c: env}").unwrap_err();
    let messages: Vec<_> = faults.iter().map(|fault| fault.message.as_str()).collect();
    assert_eq!(
        messages,
        ["there is no function `foo`", "there is no variable `$bar`", "`env` is not available in a program"]
    );
}

#[test]
fn what_is_no_row_is_an_error_that_names_the_row() {
    for (program, found) in [
        (".a", "null"),
        ("1", "a number"),
        ("[.]", "a list"),
        ("\"x\"", "text"),
        ("true", "true or false"),
        ("\"x\" | tobytes", "bytes"),
    ] {
        let program = Program::parse(&format!("if .n == 1 then {program} else . end")).unwrap();
        let error = program.run(&[br#"{"n": 0}"#, br#"{"n": 1}"#], &Variables::default()).unwrap_err();
        assert_eq!(error.to_string(), format!("row 2: the program gave {found}, and a row is an object"));
    }
    for (program, found) in [
        ("{a: nan}", "NaN"),
        ("{a: [infinite]}", "an infinite number"),
        ("{a: (1 / 0)}", "an infinite number"),
        ("{a: (\"x\" | tobytes)}", "bytes"),
        ("{(1 | tojson | fromjson): 1} | with_entries(.key = 1)", "a key that is not text"),
    ] {
        let error = outputs(program, "{}").unwrap_err();
        assert_eq!(error.to_string(), format!("row 1: the program gave {found}, which JSON has not"));
    }
}

#[test]
fn a_program_that_fails_says_why() {
    let error = outputs(".a.b", r#"{"a": 1}"#).unwrap_err();
    assert_eq!(error.to_string(), "row 1: the program failed: cannot index 1 with \"b\"");
    let error = outputs("error(\"no id\")", "{}").unwrap_err();
    assert_eq!(error.to_string(), "row 1: the program failed: \"no id\"");
    let error = outputs(".", "{").unwrap_err();
    assert!(matches!(error, ProgramError::Input { .. }), "{error}");
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(outputs(".", &deep).unwrap_err().to_string(), "row 1: it is nested deeper than 1000");
}

#[test]
fn one_row_becomes_no_more_rows_than_it_may() {
    let error = outputs("{n: range(10001)}", "{}").unwrap_err();
    assert_eq!(error.to_string(), "row 1: the program gave more than 10000 rows");
    let program = Program::parse("{n: range(10000)}").unwrap();
    assert_eq!(program.run(&[b"{}"], &Variables::default()).unwrap()[0].len(), 10_000);
    assert!(matches!(outputs("repeat({})", "{}"), Err(ProgramError::TooManyRows { row: 0, limit: 10_000 })));
}

#[test]
fn a_row_takes_no_longer_than_it_may() {
    let limits = Limits { time: Duration::from_millis(300), turns: u32::MAX, ..Limits::DEFAULT };
    let variables = Variables::default();
    for text in [
        "if .n == 1 then last(repeat(.)) else . end",
        "if .n == 1 then def f: f; f else . end",
        "until(.n == 0; .)",
    ] {
        let program = Program::parse(text).unwrap();
        let error =
            run::run(&program.compiled, &[br#"{"n":0}"#, br#"{"n":1}"#], &variables, limits).unwrap_err();
        assert_eq!(error.to_string(), "row 2: the program did not end within 0.3 s", "{text}");
    }
}

/// What a program makes of rows within the bounds of a sample, however slow the machine is.
fn tried(program: &str, rows: &[&[u8]]) -> Result<Vec<Vec<Vec<u8>>>, String> {
    let program = Program::parse(program).unwrap_or_else(|faults| panic!("{program}: {faults:?}"));
    let limits = Limits { time: Duration::from_mins(10), ..Limits::OF_SAMPLE };
    run::run(&program.compiled, rows, &Variables::default(), limits).map_err(|error| error.to_string())
}

#[test]
fn a_program_takes_no_more_turns_than_it_may() {
    for text in [
        "def f: f; f",
        "[repeat(.)]",
        "[range(1000000000)]",
        "{n: last(range(1000000000))}",
        "{n: last(skip(1000000000; range(2000000000)))}",
        "reduce range(1000000000) as $n (.; .)",
        "last(foreach range(1000000000) as $n (.; .))",
        "[.a[] as $a | .a[] as $b | .a[] as $c | .a[] as $d | .a[] as $e | .a[] as $f | 1]",
        // What a program catches counts all the same.
        "{n: (try [repeat(.)] catch 0)}",
        "def f: try ([repeat(.)]) catch 1; {n: (f, f)}",
        "{n: ([repeat(.)] // 0)?}",
    ] {
        let error = tried(text, &[br#"{"a":[1,2,3,4,5,6,7,8,9,10]}"#]).unwrap_err();
        let expected = "row 1: the program did not end after 200000 turns of its loops and functions";
        assert_eq!(error, expected, "{text}");
    }
    // Each row has turns of its own.
    let rows = tried("{n: ([range(100000)] | length)}", &[b"{}", b"{}", b"{}", b"{}"]).unwrap();
    assert_eq!(rows.concat(), vec![br#"{"n":100000}"#.to_vec(); 4]);
}

#[test]
fn a_value_becomes_no_larger_than_it_may() {
    let pipes = vec![". + ."; 40].join(" | ");
    for text in [
        r#"{n: ("x" * 2000000000)}"#,
        r#"{n: (1000000000000000000 * "x")}"#,
        r#"{n: ("x" * 100000000000000000000000)}"#,
        r#"{n: ("xxxxxxxx" * 1000000 * 1000000)}"#,
        r#"{n: (reduce range(60) as $i ("x"; . + .))}"#,
        r#"{n: (reduce range(60) as $i ("x"; "\(.)\(.)"))}"#,
        "{n: (reduce range(60) as $i ([1]; . + .) | length)}",
        r#"{n: ({a: "x"} | reduce range(60) as $i (.; .a += .a))}"#,
        r#"{n: ({a: "x"} | reduce range(60) as $i (.; .a *= 2))}"#,
        &format!(r#"{{n: ("x" | {pipes})}}"#),
        &format!("{{n: ([1] | {pipes} | length)}}"),
        // Small in memory, and large as text.
        "{n: (reduce range(60) as $i (1; [., .]))}",
        "{n: (reduce range(60) as $i (1; {a: ., b: .}) | tojson | length)}",
        r#"{n: (reduce range(60) as $i (1; [., .]) | "\(.)" | length)}"#,
        "{n: (reduce range(60) as $i (1; [., .]) | tostring | length)}",
        "{n: (reduce range(60) as $i (1; [., .]) | @json | length)}",
        r#"{n: (try ("x" * 2000000000) catch "")}"#,
    ] {
        let error = tried(text, &[b"{}"]).unwrap_err();
        assert_eq!(error, "row 1: the program made a value of more than 16 MB", "{text}");
    }
    assert_eq!(value(r#""ab" * 3000000 | length"#, "{}"), "6000000");
}

#[test]
fn a_value_becomes_no_deeper_than_it_may() {
    for text in [
        "{n: (reduce range(1000000) as $i (1; [.]))}",
        "{n: (reduce range(1000000) as $i (1; {a: ., b: [1, 2]}) | length)}",
        "{n: (reduce range(1000000) as $i (1; [[range(3)], .]) | length)}",
        "def f: [.] | f; f",
        "{n: (reduce range(1100) as $i (1; [.]))}",
        "{n: (try (reduce range(1000000) as $i (1; [.])) catch 1)}",
        r#"{n: ("[" * 1000000 | fromjson)}"#,
        r#"{n: ("[" * 1000000 | try tonumber catch 1)}"#,
    ] {
        let program = Program::parse(text).unwrap();
        let limits = Limits { time: Duration::from_mins(10), ..Limits::DEFAULT };
        let error = run::run(&program.compiled, &[b"{}"], &Variables::default(), limits).unwrap_err();
        let expected = "row 1: the program made a value that is nested deeper than 1000";
        assert_eq!(error.to_string(), expected, "{text}");
    }
    assert_eq!(value("reduce range(5000) as $i (1; [.]) | length", "{}"), "1");
    assert_eq!(value(r#"("[" * 1000) + ("]" * 1000) | fromjson | length"#, "{}"), "1");
    assert_eq!(value(r#""[" * 2000 | tojson | fromjson | length"#, "{}"), "2000");
    assert!(outputs("{n: (reduce range(900) as $i (1; [.]))}", "{}").is_ok());
}

#[test]
fn what_is_measured_is_what_it_is_without() {
    for (program, row, expected) in [
        ("[(1, 2) * (10, 20)]", "{}", "[10,20,20,40]"),
        ("[(1, 2) + (10, 20)]", "{}", "[11,21,12,22]"),
        (r#"["ab" * (0, 1, 2, -1)], (2 * "ab")"#, "{}", r#"[null,"ab","abab",null]"#),
        (r#""x" * -100000000000000000000000"#, "{}", "null"),
        ("{a: {b: 1}} * {a: {c: 2}}", "{}", r#"{"a":{"b":1,"c":2}}"#),
        ("[.a += (1, 2)]", r#"{"a":1}"#, r#"[{"a":2},{"a":3}]"#),
        ("[.a *= (.a, 3)]", r#"{"a":2}"#, r#"[{"a":4},{"a":6}]"#),
        (".a[] += .b", r#"{"a":[1,2],"b":3}"#, r#"{"a":[4,5],"b":3}"#),
        ("5 as $restload_right | .a += $restload_right", r#"{"a":1}"#, r#"{"a":6}"#),
        ("null + 1 + null", "{}", "1"),
        (r#""\(1, 2)-\(3, 4)""#, "{}", r#""1-3""#),
        (r#"getpath(["a", 0]) |= . + 1"#, r#"{"a":[1]}"#, r#"{"a":[2]}"#),
        ("[path(skip(1; .a[]))]", r#"{"a":[1,2]}"#, r#"[["a",1]]"#),
        ("[path(last(.a[]))]", r#"{"a":[1,2]}"#, r#"[["a",1]]"#),
    ] {
        assert_eq!(value(&format!("first({program})"), row), expected, "{program}");
    }
}

#[test]
fn a_function_that_calls_itself_without_end_is_an_error() {
    for program in [
        "def f: f + 1; f",
        "def f: 1 + f; f",
        "def f: [f]; f",
        "def f(x): {a: f(x)}; f(1)",
        "def a: def b: a | .; [b]; a",
    ] {
        let error = outputs(program, "{}").unwrap_err();
        assert_eq!(
            error.to_string(),
            "row 1: the program failed: \"a function calls itself without end\"",
            "{program}"
        );
    }
    let count = "def count($n): if $n == 0 then 0 else 1 + count($n - 1) end; {n: count(2000)}";
    assert_eq!(outputs(count, "{}").unwrap(), r#"{"n":2000}"#);
}

#[test]
fn definitions_stay_paths_and_tail_calls() {
    assert_eq!(
        outputs("def first_of: .a[0]; first_of |= . + 1", r#"{"a":[1,2]}"#).unwrap(),
        r#"{"a":[2,2]}"#
    );
    assert_eq!(value("def down: if . > 0 then . - 1 | down else . end; 300000 | down", "{}"), "0");
    assert_eq!(value("[path(def p: .a; p)]", "{}"), r#"[["a"]]"#);
}

#[test]
fn programs_end_somewhere() {
    let long = format!("{{a: \"{}\"}}", "x".repeat(20_000));
    assert_eq!(
        Program::parse(&long).unwrap_err()[0].message,
        "a program of 20007 bytes is too long: 16384 at most"
    );
    for deep in ["(".repeat(16_000), format!("{{a: {}1{}}}", "[".repeat(200), "]".repeat(200))] {
        assert_eq!(Program::parse(&deep).unwrap_err()[0].message, "brackets nest deeper than 100");
    }
    assert!(Program::parse(&format!("{{a: {}1{}}}", "[".repeat(99), "]".repeat(99))).is_ok());
    assert!(Program::parse(r#"{a: "[[[[\"(((("} # {{{{"#).is_ok());
    let piped = format!("{}{{}}", ".|".repeat(8_000));
    assert_eq!(outputs(&piped, "{}").unwrap(), "{}");
    assert!(Program::parse(&format!("{}1", "-".repeat(16_000))).is_ok());
}

#[test]
fn a_program_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Program>();
}

proptest::proptest! {
    #[test]
    fn parsing_never_panics(text in r#"[\.a-c0-9\[\]\{\}\(\)\|\$@?'":;, =<+&!é]{0,20}"#) {
        let _ = Program::parse(&text);
    }
}
