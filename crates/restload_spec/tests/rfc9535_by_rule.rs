//! RFC 9535 by its rules rather than by its examples: every slice, every comparison, every character and escape of a name, and
//! every place of a path at which a blank may stand or may not.
//!
//! What is expected is worked out here, from the text of the RFC.

use std::cmp::Ordering;

use restload_spec::Path;
use serde_json::{Value, json};

fn selected(path: &str, document: &Value) -> Vec<Value> {
    let parsed = Path::parse(path).unwrap_or_else(|fault| panic!("{path}: {fault}"));
    parsed.select(document).into_iter().cloned().collect()
}

/// Section 2.3.4.2.2, by its pseudo-code.
fn slice(len: i64, start: Option<i64>, end: Option<i64>, step: i64) -> Vec<i64> {
    let normal = |index: i64| if index >= 0 { index } else { len + index };
    let mut found = Vec::new();
    if step > 0 {
        let (lower, upper) =
            (normal(start.unwrap_or(0)).max(0).min(len), normal(end.unwrap_or(len)).max(0).min(len));
        let mut at = lower;
        while at < upper {
            found.push(at);
            at += step;
        }
    }
    if step < 0 {
        let upper = normal(start.unwrap_or(len - 1)).max(-1).min(len - 1);
        let lower = normal(end.unwrap_or(-len - 1)).max(-1).min(len - 1);
        let mut at = upper;
        while lower < at {
            found.push(at);
            at += step;
        }
    }
    found
}

#[test]
fn each_slice_of_a_short_list_is_that_of_the_rfc() {
    let bounds = || std::iter::once(None).chain((-5..=5).map(Some));
    let text = |bound: Option<i64>| bound.map_or_else(String::new, |bound| bound.to_string());
    for len in 0..=4_i64 {
        let list = json!((0..len).collect::<Vec<_>>());
        for (start, end) in bounds().flat_map(|start| bounds().map(move |end| (start, end))) {
            for step in std::iter::once(None).chain((-2..=3).map(Some)) {
                let path = format!("$[{}:{}:{}]", text(start), text(end), text(step));
                let expected: Vec<Value> =
                    slice(len, start, end, step.unwrap_or(1)).into_iter().map(Value::from).collect();
                assert_eq!(selected(&path, &list), expected, "{path} of {len} items");
            }
        }
    }
}

#[test]
fn slices_at_the_ends_of_what_a_number_may_be() {
    let list = json!([0, 1, 2]);
    for (path, expected) in [
        ("$[-9007199254740991:9007199254740991:1]", json!([0, 1, 2])),
        ("$[9007199254740991:-9007199254740991:-1]", json!([2, 1, 0])),
        ("$[0:3:9007199254740991]", json!([0])),
        ("$[2::-9007199254740991]", json!([2])),
        ("$[9007199254740991]", json!([])),
        ("$[-9007199254740991]", json!([])),
    ] {
        assert_eq!(json!(selected(path, &list)), expected, "{path}");
    }
    for path in
        ["$[:9007199254740992]", "$[-9007199254740992:]", "$[::9007199254740992]", "$[-9007199254740992]"]
    {
        assert!(Path::parse(path).is_err(), "{path}");
    }
}

/// Section 2.3.5.2.2: what is absent equals only what is absent; numbers and strings have an order, nothing else does.
fn holds(left: Option<&Value>, sign: &str, right: Option<&Value>) -> bool {
    let order = match (left, right) {
        (Some(Value::Number(left)), Some(Value::Number(right))) => left.as_f64().partial_cmp(&right.as_f64()),
        (Some(Value::String(left)), Some(Value::String(right))) => Some(left.cmp(right)),
        _ => None,
    };
    let equal = order.map_or(left == right, |order| order == Ordering::Equal);
    match sign {
        "==" => equal,
        "!=" => !equal,
        "<" => order == Some(Ordering::Less),
        ">" => order == Some(Ordering::Greater),
        "<=" => equal || order == Some(Ordering::Less),
        _ => equal || order == Some(Ordering::Greater),
    }
}

#[test]
fn each_comparison_of_any_two_kinds_of_value_is_that_of_the_rfc() {
    let values = json!([
        null, true, false, 0, 1, -1, 1.0, 1.5, 1e2, 100, "", "a", "b", "A", "1", "ä", "😀", "true", [], [1], [1.0], [1, 2], [2, 1], [[]],
        {}, {"a": 1}, {"a": 1.0}, {"a": 1, "b": null}, {"b": null, "a": 1}, {"a": {"b": [1]}}
    ]);
    let mut kinds: Vec<Option<&Value>> = values.as_array().unwrap().iter().map(Some).collect();
    kinds.push(None);
    // As JSON compares numbers: by what they are worth, within lists and objects too.
    let plain = |value: &Value| {
        serde_json::from_str::<Value>(&value.to_string().replace("1.0", "1").replace("100.0", "100")).unwrap()
    };
    for (left, right) in kinds.iter().flat_map(|left| kinds.iter().map(move |right| (*left, *right))) {
        let mut row = json!({});
        for (name, side) in [("l", left), ("r", right)] {
            if let Some(side) = side {
                row[name] = side.clone();
            }
        }
        let is_scalar = |side: &&Value| !side.is_array() && !side.is_object();
        for sign in ["==", "!=", "<", ">", "<=", ">="] {
            let mut paths = vec![format!("$[?@.l {sign} @.r]"), format!("$[?@['l']{sign}$[0]['r']]")];
            paths.extend(right.filter(is_scalar).map(|right| format!("$[?@.l {sign} {right}]")));
            paths.extend(left.filter(is_scalar).map(|left| format!("$[?{left} {sign} @.r]")));
            let expected = holds(left.map(plain).as_ref(), sign, right.map(plain).as_ref());
            for path in paths {
                assert_eq!(!selected(&path, &json!([row])).is_empty(), expected, "{path} of {row}");
            }
        }
    }
}

type Condition = fn(bool, bool, bool) -> bool;

#[test]
fn conditions_bind_as_in_the_rfc() {
    let rows: Vec<Value> =
        (0..8).map(|bits| json!({"a": bits & 1 != 0, "b": bits & 2 != 0, "c": bits & 4 != 0})).collect();
    let conditions: [(&str, Condition); 9] = [
        ("@.a==true || @.b==true && @.c==true", |a, b, c| a || (b && c)),
        ("@.a==true && @.b==true || @.c==true", |a, b, c| (a && b) || c),
        ("(@.a==true || @.b==true) && @.c==true", |a, b, c| (a || b) && c),
        ("@.a==true && (@.b==true || @.c==true)", |a, b, c| a && (b || c)),
        ("!(@.a==true) && @.b==true", |a, b, _| !a && b),
        ("!(@.a==true && @.b==true)", |a, b, _| !(a && b)),
        ("!(@.a==true || @.b==true) || @.c==true", |a, b, c| !(a || b) || c),
        ("!(!(@.a==true))", |a, _, _| a),
        ("((@.a==true)||((@.b==true)&&(@.c==true)))", |a, b, c| a || (b && c)),
    ];
    for (text, condition) in conditions {
        let flag = |row: &Value, name: &str| row[name] == json!(true);
        let expected: Vec<Value> = rows
            .iter()
            .filter(|row| condition(flag(row, "a"), flag(row, "b"), flag(row, "c")))
            .cloned()
            .collect();
        assert_eq!(selected(&format!("$[?{text}]"), &json!(rows)), expected, "{text}");
    }
}

#[test]
fn each_character_of_a_name_stands_for_itself_or_has_to_be_escaped() {
    let others =
        ['\u{7f}', '\u{80}', 'ä', '☺', '\u{2028}', '\u{d7ff}', '\u{e000}', '\u{ffff}', '𝄞', '\u{10ffff}'];
    for character in (0..0x80_u8).map(char::from).chain(others) {
        for quote in ['"', '\''] {
            let path = format!("$[{quote}{character}{quote}]");
            let document = json!({character.to_string(): 1});
            if character < ' ' || character == quote || character == '\\' {
                assert!(Path::parse(&path).is_err(), "{path:?}");
            } else {
                assert_eq!(selected(&path, &document), [json!(1)], "{path:?}");
            }
            // Of what can be escaped there is one spelling for all, and short ones for a few.
            let mut utf16 = [0; 2];
            let hex = |upper: bool| {
                move |unit: &u16| if upper { format!("\\u{unit:04X}") } else { format!("\\u{unit:04x}") }
            };
            for upper in [true, false] {
                let escaped: String = character.encode_utf16(&mut utf16).iter().map(hex(upper)).collect();
                assert_eq!(
                    selected(&format!("$[{quote}{escaped}{quote}]"), &document),
                    [json!(1)],
                    "{escaped}"
                );
            }
            let short = match character {
                '\u{8}' => Some('b'),
                '\u{c}' => Some('f'),
                '\n' => Some('n'),
                '\r' => Some('r'),
                '\t' => Some('t'),
                '/' | '\\' => Some(character),
                _ if character == quote => Some(quote),
                _ => None,
            };
            if let Some(short) = short {
                let path = format!("$[{quote}\\{short}{quote}]");
                assert_eq!(selected(&path, &document), [json!(1)], "{path}");
            }
            let is_escape = "bfnrt/\\u".contains(character) || character == quote;
            let path = format!("$[{quote}\\{character}{quote}]");
            assert_eq!(Path::parse(&path).is_ok(), is_escape && character != 'u', "{path:?}");
        }
    }
}

#[test]
fn what_only_looks_like_an_escape_is_none() {
    for inner in [
        "\\u",
        "\\u1",
        "\\u12",
        "\\u123",
        "\\u123g",
        "\\U1234",
        "\\u+123",
        "\\u{1234}",
        "\\x41",
        "\\0",
        "\\uD800",
        "\\uDC00",
        "\\uD800x",
        "\\uD800\\n",
        "\\uD800\\uD800",
        "\\uDC00\\uD800",
        "\\uD800\\u0041",
        "\\uD800 \\uDC00",
        "\\u 0041",
        "\\ n",
        "\\",
    ] {
        for quote in ['"', '\''] {
            let name = format!("$[{quote}{inner}{quote}]");
            let literal = format!("$[?@ == {quote}{inner}{quote}]");
            assert!(Path::parse(&name).is_err(), "{name}");
            assert!(Path::parse(&literal).is_err(), "{literal}");
        }
    }
}

#[test]
fn names_without_quotes_are_of_letters_digits_and_all_beyond_ascii() {
    for (name, is_one) in [
        ("a", true),
        ("_", true),
        ("A1_", true),
        ("☺", true),
        ("ä9", true),
        ("𝄞", true),
        ("\u{80}", true),
        ("1a", false),
        ("a-b", false),
        ("a b", false),
        ("@a", false),
        ("a@", false),
        ("$a", false),
        ("a:b", false),
        ("'a'", false),
        ("\u{7f}", false),
        ("", false),
        ("&", false),
    ] {
        let document = json!({name: 1});
        for path in [format!("$.{name}"), format!("$..{name}")] {
            match Path::parse(&path) {
                Ok(path) => assert!(is_one && path.select(&document) == [&json!(1)], "{path:?}"),
                Err(_) => assert!(!is_one, "{path}"),
            }
        }
        let singular = Path::parse(&format!("$[?@.{name} == 1]"));
        assert_eq!(singular.is_ok(), is_one, "@.{name}");
    }
}

#[test]
fn blanks_stand_where_the_grammar_has_them_and_mean_nothing() {
    let document = json!({"a": [{"b": 1, "c": "x"}, {"b": -2, "c": [1, 2]}, {"d": {"b": 1}}], "b": 1, "n": [[1, 2, 3], [4]]});
    // `_` is where a blank may stand.
    for shape in [
        "$_.a_[0]_.b",
        "$_['a']_[_1_]_[_'b'_,_'c'_]",
        "$_..b",
        "$_.._[_0_]".replace(".._[", "..[").as_str(),
        "$.n[0]_[_0_:_2_:_1_]",
        "$.n[0][_:_:_]",
        "$.n[_*_,_0_]",
        "$.a[_?_@_.b_]",
        "$.a[?_!_@.b_]",
        "$.a[?_!_(_@.b_)_]",
        "$.a[?_(_@.b_==_1_)_]",
        "$.a[?@.b_!=_1_]",
        "$.a[?@.b_<_1_&&_@.c_||_@.d_]",
        "$.a[?@_.b_>=_$_.b_]",
        "$.a[?@_['d']_['b']_<=_1_]",
        "$.a[?length(_@.c_)_==_2_]",
        "$.a[?count(_@.*_)_>_1_]",
        "$.a[?match(_@.c_,_'x'_)_]",
        "$.a[?search(_@.c_,_'x'_)]",
        "$.a[?value(_@..b_)_==_-2_]",
        "$.a[_?@.b_,_?@.d_,_-1_]",
    ] {
        let bare = shape.replace('_', "");
        let expected = selected(&bare, &document);
        assert!(!expected.is_empty(), "{bare} finds nothing");
        for blank in [" ", "\t", "\n", "\r", " \t\r\n  "] {
            let path = shape.replace('_', blank);
            assert_eq!(selected(&path, &document), expected, "{path:?}");
        }
    }
}

#[test]
fn a_blank_anywhere_else_is_an_error() {
    // `_` is where none may stand.
    for shape in [
        "_$.a",
        "$.a_",
        "$._a",
        "$._*",
        "$.._a",
        "$.._*",
        "$.._[0]",
        "$._.a",
        "$.a_b",
        "$.a_1",
        "$[-_1]",
        "$[1_2]",
        "$[1:-_1]",
        "$[?@._b]",
        "$[?@._b == 1]",
        "$[?@.b_c == 1]",
        "$[?@.b == 1_2]",
        "$[?@.b == -_1]",
        "$[?@.b == 1_.5]",
        "$[?@.b == 1._5]",
        "$[?@.b == 1_e5]",
        "$[?@.b == 1e_5]",
        "$[?@.b == 1e-_5]",
        "$[?@.b == 1e_-5]",
        "$[?@.b =_= 1]",
        "$[?@.b <_= 1]",
        "$[?@.b !_= 1]",
        "$[?@.a &_& @.b]",
        "$[?@.a |_| @.b]",
        "$[?length_(@.a) == 1]",
        "$[?match_(@.a, 'x')]",
        "$[?le_ngth(@.a) == 1]",
        "$[?@.a == tr_ue]",
        "$[?@.a == nu_ll]",
    ] {
        assert!(shape.contains('_'));
        for blank in [" ", "\t", "\n", "\r"] {
            let path = shape.replace('_', blank);
            assert!(Path::parse(&path).is_err(), "{path:?} is read as a path");
        }
    }
}

#[test]
fn functions_take_what_their_types_take() {
    let (value, nodes) = (
        [
            "@.a",
            "@['a'][0]",
            "$.a",
            "@",
            "1",
            "'a'",
            "true",
            "null",
            "length(@.a)",
            "count(@.*)",
            "value(@..a)",
        ],
        ["@.*", "@..a", "@[0,1]", "@[0:1]", "@[?@.a]", "$..a"],
    );
    let not_values = ["match(@.a, 'a')", "search(@.a, 'a')", "@.a == 1", "!@.a", "@.a && @.b", ""];
    let is_query = |text: &str| text.starts_with(['@', '$']);
    for argument in value.into_iter().chain(nodes).chain(not_values) {
        let is_value = value.contains(&argument);
        let is_nodes = nodes.contains(&argument) || (is_value && is_query(argument));
        for (path, is_right) in [
            (format!("$[?length({argument}) == 1]"), is_value),
            (format!("$[?value({argument}) == 1]"), is_nodes),
            (format!("$[?count({argument}) == 1]"), is_nodes),
            (format!("$[?match({argument}, 'a')]"), is_value),
            (format!("$[?search('a', {argument})]"), is_value),
        ] {
            let came = Path::parse(&path);
            assert_eq!(came.is_ok(), is_right, "{path}: {came:?}");
        }
    }
    for path in [
        "$[?length() == 1]",
        "$[?length(@.a, @.b) == 1]",
        "$[?match(@.a)]",
        "$[?match(@.a, 'b', 'c')]",
        "$[?count(@.a)]",
        "$[?value(@.a)]",
        "$[?length(@.a)]",
        "$[?!length(@.a)]",
        "$[?length(@.a) && @.b]",
        "$[?match(@.a, 'b') == true]",
        "$[?search(@.a, 'b') != false]",
        "$[?Length(@.a) == 1]",
        "$[?length(@.a == 1]",
    ] {
        assert!(Path::parse(path).is_err(), "{path} is read as a path");
    }
}

#[test]
fn expressions_are_those_of_rfc_9485() {
    let texts = [
        "",
        "a",
        "ab",
        "abc",
        "xabx",
        "a.c",
        "a\\c",
        "a\nc",
        "a\rc",
        "a\u{2028}c",
        "ж",
        "Ж",
        "a😀c",
        "1",
        "-",
        "aaa",
    ];
    let others = [json!(1), Value::Null, json!(["a"])];
    let items: Value = texts.iter().map(|text| json!(text)).chain(others).collect();
    for (expression, whole, within) in [
        (
            "a",
            json!(["a"]),
            json!(["a", "ab", "abc", "xabx", "a.c", "a\\c", "a\nc", "a\rc", "a\u{2028}c", "a😀c", "aaa"]),
        ),
        ("", json!([""]), json!(texts)),
        (
            "a.c",
            json!(["abc", "a.c", "a\\c", "a\u{2028}c", "a😀c"]),
            json!(["abc", "a.c", "a\\c", "a\u{2028}c", "a😀c"]),
        ),
        ("a[.]c", json!(["a.c"]), json!(["a.c"])),
        (r"a\\.c", json!(["a.c"]), json!(["a.c"])),
        (r"a\\\\c", json!(["a\\c"]), json!(["a\\c"])),
        (
            "ab|c",
            json!(["ab"]),
            json!(["ab", "abc", "xabx", "a.c", "a\\c", "a\nc", "a\rc", "a\u{2028}c", "a😀c"]),
        ),
        ("a{2,3}", json!(["aaa"]), json!(["aaa"])),
        (r"\\p{Lu}", json!(["Ж"]), json!(["Ж"])),
        (
            r"\\P{L}",
            json!(["1", "-"]),
            json!(["a.c", "a\\c", "a\nc", "a\rc", "a\u{2028}c", "a😀c", "1", "-"]),
        ),
        (
            "[^a-c]",
            json!(["ж", "Ж", "1", "-"]),
            json!(["xabx", "a.c", "a\\c", "a\nc", "a\rc", "a\u{2028}c", "ж", "Ж", "a😀c", "1", "-"]),
        ),
        ("(", json!([]), json!([])),
        ("*", json!([]), json!([])),
    ] {
        assert_eq!(
            json!(selected(&format!("$[?match(@, '{expression}')]"), &items)),
            whole,
            "match {expression}"
        );
        assert_eq!(
            json!(selected(&format!("$[?search(@, '{expression}')]"), &items)),
            within,
            "search {expression}"
        );
    }
}
