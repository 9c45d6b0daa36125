//! Texts that are made to be slow or to take memory: each grows to the size that is asked for.

/// A kind of text: its name, and what makes one of about so many bytes.
pub(crate) struct Shape {
    /// What it is made of.
    pub(crate) name: &'static str,
    /// Makes one.
    pub(crate) make: fn(usize) -> Vec<u8>,
}

/// The sample of all resources: two rows, of which one is deep where that makes work.
pub(crate) fn sample(of: &str) -> Vec<u8> {
    let levels = if of.contains("multiplies") { 60 } else { 0 };
    let deep = format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
    format!(r#"[{{"id": 1, "name": "a", "deep": {deep}}}, {{"id": 2, "name": "b"}}]"#).into_bytes()
}

const HEAD: &str = "version: 1\nname: a\ndocs: https://acme.example/docs\nclient: {base_url: \"https://api.acme.example/\"}\n";
const ONE: &str = "resources:\n  notes:\n    path: notes\n    paginator: single_page\n";

/// The head of a spec, then a part once for each number until there is no more room, then an end.
fn parts(start: &str, end: &str, size: usize, part: impl Fn(&mut String, usize)) -> Vec<u8> {
    let mut text = start.to_owned();
    let mut n = 0;
    loop {
        let before = text.len();
        part(&mut text, n);
        if text.len() + end.len() > size {
            text.truncate(before);
            break;
        }
        n += 1;
    }
    text.push_str(end);
    text.into_bytes()
}

/// The same below one resource.
fn below(start: &str, end: &str, size: usize, part: impl Fn(&mut String, usize)) -> Vec<u8> {
    parts(&format!("{HEAD}{ONE}{start}"), end, size, part)
}

/// The same as a spec of many resources.
fn many(size: usize, part: impl Fn(&mut String, usize)) -> Vec<u8> {
    parts(&format!("{HEAD}resources:\n"), "", size, part)
}

/// Text repeated.
fn again(start: &str, piece: &str, end: &str, size: usize) -> Vec<u8> {
    parts(start, end, size, |text, _| text.push_str(piece))
}

fn again_below(start: &str, piece: &str, end: &str, size: usize) -> Vec<u8> {
    again(&format!("{HEAD}{ONE}{start}"), piece, end, size)
}

macro_rules! shapes {
    ($($name:literal => $make:expr,)*) => { &[$(Shape { name: $name, make: $make },)*] };
}

macro_rules! put {
    // Writing to a text cannot fail.
    ($text:expr, $($rest:tt)*) => { $text.push_str(&format!($($rest)*)) };
}

/// All of them.
pub(crate) static SHAPES: &[Shape] = shapes! {
    "valid: many resources" => |size| many(size, |t, n| put!(t, "  r{n}: {{path: notes/{n}, primary_key: id, paginator: {{type: page_number, size_param: per_page, size: 100}}, total: meta.total, columns: {{amount: \"decimal(18,2)\"}}}}\n")),
    "valid: a chain of parents" => |size| many(size, |t, n| match n {
        0 => t.push_str("  r0: {path: notes, paginator: single_page}\n"),
        n => put!(t, "  r{n}: {{parent: r{}, path: \"notes/{{{{parent.id}}}}\", paginator: single_page}}\n", n - 1),
    }),
    "valid: many children" => |size| many(size, |t, n| match n {
        0 => t.push_str("  r0: {path: notes, paginator: single_page}\n"),
        n => put!(t, "  r{n}: {{parent: r0, path: \"notes/{{{{parent.id}}}}\", paginator: single_page}}\n"),
    }),
    "valid: one table of many" => |size| many(size, |t, n| put!(t, "  r{n}: {{path: notes/{n}, table: notes, primary_key: id, paginator: single_page}}\n")),
    "valid: many inputs" => |size| parts(&format!("{HEAD}{ONE}inputs:\n"), "", size, |t, n| put!(t, "  i{n}: {{type: integer, default: {n}}}\n")),
    "valid: wide map of params" => |size| below("    params:\n", "", size, |t, n| put!(t, "      p{n}: v{n}\n")),
    "valid: wide flow map" => |size| below("    params: {", "}\n", size, |t, n| put!(t, "p{n}: v{n}, ")),
    "valid: wide json body" => |size| below("    method: POST\n    json:\n", "", size, |t, n| put!(t, "      p{n}: [1, 2, {{a: b}}]\n")),
    "valid: columns" => |size| below("    columns:\n", "", size, |t, n| put!(t, "      c{n}: int64\n")),
    "valid: drop" => |size| below("    drop:\n", "", size, |t, n| put!(t, "      - a{n}.b\n")),
    "valid: primary key" => |size| below("    primary_key:\n", "", size, |t, n| put!(t, "      - k{n}\n")),
    "valid: for_each of a long list" => |size| below("    for_each:\n      a:\n", "", size, |t, n| put!(t, "        - {n}\n")),
    "valid: for_each of four lists" => |size| {
        let list: Vec<String> = (0..size / 40).map(|n| n.to_string()).collect();
        let list = list.join(",");
        format!("{HEAD}{ONE}    for_each: {{a: [{list}], b: [{list}], c: [{list}], d: [{list}]}}\n").into_bytes()
    },
    "valid: tables by for_each" => |size| below("    table: \"t_{{each.a}}\"\n    for_each:\n      a:\n", "", size, |t, n| put!(t, "        - {n}\n")),
    "valid: long plain text" => |size| again_below("    description: ", "word ", "\n", size),
    "valid: long quoted text" => |size| again_below("    description: \"", "w\\u0041 ", "\"\n", size),
    "valid: long literal text" => |size| again_below("    description: |\n", "      some words in a line\n", "", size),
    "valid: long folded text" => |size| again_below("    description: >\n", "      some words in a line\n", "", size),
    "valid: multi-line plain text" => |size| again_below("    description: a\n", "      some words in a line\n", "", size),
    "valid: comments" => |size| again(&format!("{HEAD}{ONE}"), "    # what is said about it\n", "", size),
    "valid: one long comment" => |size| again(&format!("{HEAD}{ONE}    #"), " word", "\n", size),
    "valid: blank lines" => |size| again(&format!("{HEAD}{ONE}"), "\n", "", size),
    "valid: carriage returns" => |size| again(&format!("{HEAD}{ONE}").replace('\n', "\r\n"), "    # said\r\n", "", size),
    "valid: many holes in a text" => |size| again(&format!("{HEAD}inputs: {{i: {{}}}}\n{ONE}    params: {{a: \""), "{{inputs.i}}", "\"}\n", size),
    "valid: many texts with holes" => |size| parts(&format!("{HEAD}inputs: {{i: {{}}}}\n{ONE}    params:\n"), "", size, |t, n| put!(t, "      p{n}: \"{{{{inputs.i}}}}\"\n")),
    "valid: blocks in blocks" => |size| {
        let count = size / 40;
        format!("{HEAD}inputs: {{i: {{}}}}\n{ONE}    params: {{a: \"{}{}\"}}\n", "{{#if inputs.i}}".repeat(count), "{{/if}}".repeat(count)).into_bytes()
    },
    "valid: many programs" => |size| many(size, |t, n| put!(t, "  r{n}: {{path: n, paginator: single_page, transform: '{{id, a: (.b | length + {n})}}'}}\n")),
    "valid: a long program" => |size| again_below("    transform: '.", " | .a", "'\n", size),
    "valid: a long sum" => |size| again_below("    transform: '.a", " + 1", "'\n", size),
    "valid: parentheses in a program" => |size| {
        let count = size / 2 - 200;
        format!("{HEAD}{ONE}    transform: '{}.{}'\n", "(".repeat(count), ")".repeat(count)).into_bytes()
    },
    "valid: functions in a program" => |size| below("    transform: '", ".'\n", size, |t, n| put!(t, "def f{n}: .; ")),
    "valid: a long path" => |size| again_below("    data_selector: a", ".a", "\n", size),
    "valid: a long filter" => |size| again_below("    data_selector: '$.a[?@.a == 1", " && @.b == 2", "]'\n", size),
    "valid: parentheses in a filter" => |size| {
        let count = size / 2 - 200;
        format!("{HEAD}{ONE}    data_selector: '$[?{}@.a{}]'\n", "(".repeat(count), ")".repeat(count)).into_bytes()
    },
    "valid: nested filters" => |size| {
        let count = size / 6 - 100;
        format!("{HEAD}{ONE}    data_selector: '$[?@{}{}]'\n", "[?@".repeat(count), "]".repeat(count)).into_bytes()
    },
    "valid: many paths" => |size| many(size, |t, n| put!(t, "  r{n}: {{path: n, paginator: single_page, data_selector: \"$.a[?@.b == {n}].c\"}}\n")),
    "valid: a large regex" => |size| again_below("    data_selector: \"$.a[?match(@.b, '", "(a|b){50}", "')]\"\n", size.min(100_000)),
    "valid: regexes that unfold" => |size| many(size, |t, n| put!(t, "  r{n}: {{path: n, paginator: single_page, data_selector: \"$.a[?match(@.b, '((a{{30}}){{30}}){{30}}')]\"}}\n")),
    "valid: hosts" => |size| parts(&format!("version: 1\nname: a\n{ONE}client:\n  base_url: https://api.acme.example/\n  allow_hosts:\n"), "", size, |t, n| put!(t, "    - h{n}.acme.example\n")),
    "valid: statuses" => |size| again_below("    response_actions:\n      - action: fail\n        status: [", "404, ", "500]\n", size),
    "valid: actions" => |size| again_below("    response_actions:\n", "      - {status: 404, action: end_walk}\n", "", size),
    "valid: auths" => |size| parts(&format!("{HEAD}inputs: {{t: {{secret: true}}}}\n{ONE}    auth:\n"), "", size, |t, _| t.push_str("      - {type: bearer, token: \"{{inputs.t}}\"}\n")),
    "valid: a wide enum" => |size| parts(&format!("{HEAD}{ONE}inputs:\n  i:\n    enum:\n"), "", size, |t, n| put!(t, "      - v{n}\n")),
    "valid: anchors" => |size| below("    method: POST\n    json:\n", "", size, |t, n| put!(t, "      - &a{n} x\n")),
    "valid: allows" => |size| again(&format!("{HEAD}{ONE}"), "    # restload: allow(no-docs) it is so\n", "", size),
    "valid: an allow of many rules" => |size| again(&format!("{HEAD}{ONE}    # restload: allow("), "no-docs, ", ") so\n", size),
    "valid: levels" => |size| parts(&format!("{HEAD}{ONE}lint:\n"), "", size, |t, n| put!(t, "  r{n}: {{level: allow, reason: so}}\n")),
    "aliases of one value" => |size| below("    method: POST\n    json:\n      - &a [1, 2]\n", "", size, |t, _| t.push_str("      - *a\n")),
    "aliases of a long text" => |size| {
        let text = "word ".repeat(size / 10);
        again_below(&format!("    method: POST\n    json:\n      - &a \"{text}\"\n"), "      - *a\n", "", size)
    },
    "aliases of aliases" => |size| below("    method: POST\n    json:\n      - &a0 [1, 1]\n", "", size, |t, n| put!(t, "      - &a{} [*a{n}, *a{n}]\n", n + 1)),
    "an alias in each params" => |size| parts(&format!("{HEAD}defaults: &d {{paginator: single_page, params: &p {{a: b, c: d}}}}\nresources:\n"), "", size, |t, n| put!(t, "  r{n}: {{path: n, params: *p, typo: *p}}\n")),
    "anchors around anchors" => |size| {
        let open: String = (0..55).map(|n| format!("&a{n} [")).collect();
        again_below(&format!("    method: POST\n    json: {{a: {open}"), "1, ", &format!("{}}}\n", "]".repeat(55)), size)
    },
    "deep flow lists" => |size| again_below("    json: ", "[", "\n", size),
    "deep flow maps" => |size| again_below("    json: ", "{a: ", "\n", size),
    "deep flow lists, closed" => |size| {
        let count = size / 2 - 200;
        format!("{HEAD}{ONE}    json: {}{}\n", "[".repeat(count), "]".repeat(count)).into_bytes()
    },
    "deep block lists" => |size| again_below("    json:\n      ", "- ", "a\n", size),
    "deep block maps" => |size| {
        let mut text = format!("{HEAD}{ONE}    json:\n");
        let mut depth = 6;
        while text.len() + depth + 4 < size {
            text.push_str(&" ".repeat(depth));
            text.push_str("a:\n");
            depth += 1;
        }
        text.into_bytes()
    },
    "deep complex keys" => |size| again_below("    json:\n      ", "? ", "a\n", size),
    "many brackets" => |size| again("", "[]{}", "", size),
    "many colons" => |size| again(HEAD, "a: ", "\n", size),
    "many dashes" => |size| again("", "-", "", size),
    "many quotes" => |size| again(HEAD, "\"'", "\n", size),
    "many tabs" => |size| again(HEAD, "\t", "", size),
    "lines of tabs" => |size| again(HEAD, "\ta: b\n", "", size),
    "many anchors on nothing" => |size| again(HEAD, "&a ", "", size),
    "many tags" => |size| again_below("    params:\n", "      p: !!str x\n", "", size),
    "many documents" => |size| again(HEAD, "---\na: b\n", "", size),
    "many document marks" => |size| again(HEAD, "---\n", "", size),
    "many directives" => |size| again("", "%YAML 1.2\n", "", size),
    "stars" => |size| again(HEAD, "*", "", size),
    "nul bytes" => |size| vec![0; size],
    "bytes that are no text" => |size| vec![0xff; size],
    "wide characters" => |size| again_below("    typo: \"", "😀", "\"\n", size),
    "a wide line with a fault" => |size| again_below("    typo: \"", "日本", "\"\n", size),
    "one line of faults" => |size| below("    params: {", "}\n", size, |t, n| put!(t, "p{n}: {{a: 1}}, ")),
    "unknown keys" => |size| below("", "", size, |t, n| put!(t, "    typo{n}: x\n")),
    "unknown keys in a line" => |size| parts(&format!("{HEAD}resources: {{notes: {{path: notes, "), "}}\n", size, |t, n| put!(t, "typo{n}: x, ")),
    "an unknown key in each resource" => |size| many(size, |t, n| put!(t, "  r{n}: {{path: n, paginater: x}}\n")),
    "long unknown keys" => |size| below("", "", size, |t, n| put!(t, "    {}{n}: x\n", "typo".repeat(250))),
    "one long unknown key" => |size| again(&format!("{HEAD}{ONE}    "), "typo", ": x\n", size),
    "one key again and again" => |size| again(&format!("{HEAD}{ONE}"), "    params: {}\n", "", size),
    "keys twice" => |size| below("    params:\n", "", size, |t, n| put!(t, "      p{}: x\n", n / 2)),
    "merge keys" => |size| again_below("    params:\n", "      <<: {a: b}\n", "", size),
    "items twice" => |size| again_below("    primary_key:\n", "      - id\n", "", size),
    "empty texts" => |size| many(size, |t, n| put!(t, "  r{n}: {{path: ''}}\n")),
    "resources without anything" => |size| many(size, |t, n| put!(t, "  r{n}: {{}}\n")),
    "resources that are null" => |size| many(size, |t, n| put!(t, "  r{n}:\n")),
    "names that are none" => |size| many(size, |t, n| put!(t, "  R {n}: {{path: n}}\n")),
    "unknown parents" => |size| many(size, |t, n| put!(t, "  r{n}: {{parent: q{n}, path: n}}\n")),
    "parents of themselves" => |size| many(size, |t, n| put!(t, "  r{n}: {{parent: r{n}, path: n}}\n")),
    "one large circle" => |size| {
        let count = size / 40;
        let mut text = format!("{HEAD}resources:\n");
        for n in 0..count {
            put!(text, "  r{n}: {{parent: r{}, path: n}}\n", (n + 1) % count);
        }
        text.into_bytes()
    },
    "a chain backwards" => |size| many(size, |t, n| put!(t, "  r{n}: {{parent: r{}, path: n}}\n", n + 1)),
    "tables that disagree" => |size| many(size, |t, n| put!(t, "  r{n}: {{path: n, table: t, primary_key: k{n}, columns: {{a: {}}}, paginator: single_page}}\n", ["int64", "string"][n % 2])),
    "tables that clash" => |size| many(size, |t, n| put!(t, "  r{n}: {{path: n, table: {}, paginator: single_page}}\n", ["T", "t"][n % 2])),
    "unknown inputs" => |size| below("    params:\n", "", size, |t, n| put!(t, "      p{n}: \"{{{{inputs.i{n}}}}}\"\n")),
    "unknown inputs in one text" => |size| below("    params: {a: \"", "\"}\n", size, |t, n| put!(t, "{{{{inputs.i{n}}}}}")),
    "unknown inputs beside many" => |size| parts(&format!("{HEAD}{ONE}    params: {{a: \"{{{{inputs.zebra}}}}\", b: \"{{{{inputs.i1o}}}}\"}}\ninputs:\n"), "", size, |t, n| put!(t, "  i{n}: {{}}\n")),
    "unknown inputs beside as many" => |size| {
        let count = size / 40;
        let mut text = format!("{HEAD}{ONE}    params:\n");
        for n in 0..count {
            put!(text, "      p{n}: \"{{{{inputs.j{n}}}}}\"\n");
        }
        text.push_str("inputs:\n");
        for n in 0..count {
            put!(text, "  i{n}: {{}}\n");
        }
        text.into_bytes()
    },
    "unknown parents beside many" => |size| many(size, |t, n| match n % 2 {
        0 => put!(t, "  r{n}: {{path: n}}\n"),
        _ => put!(t, "  r{n}: {{parent: s{n}, path: n}}\n"),
    }),
    "unknown helpers" => |size| again_below("    params: {a: \"", "{{uper inputs.a}}", "\"}\n", size),
    "open braces" => |size| again_below("    path: '", "{{", "'\n", size),
    "open braces and names" => |size| again_below("    path: '", "{{a ", "'\n", size),
    "open blocks" => |size| again_below("    path: '", "{{#if inputs.a}}", "'\n", size),
    "closed blocks" => |size| again_below("    path: '", "{{/if}}", "'\n", size),
    "calls in calls" => |size| again_below("    path: '{{lower ", "(lower ", "}}'\n", size),
    "backslashes before braces" => |size| again_below("    path: '", "\\\\{{", "'\n", size),
    "unquoted templates" => |size| many(size, |t, n| put!(t, "  r{n}: {{path: {{{{inputs.x}}}}}}\n")),
    "programs that cannot be read" => |size| many(size, |t, n| put!(t, "  r{n}: {{path: n, transform: '.a && .b{n}'}}\n")),
    "one program that cannot be read" => |size| again_below("    transform: '.a ", "&& .b ", "'\n", size),
    "unknown functions" => |size| below("    transform: '.", "'\n", size, |t, n| put!(t, " | f{n}")),
    "brackets in a program" => |size| again_below("    transform: '", "[", "'\n", size),
    "an open text in a program" => |size| again_below("    transform: '", "\"\\(", "'\n", size),
    "a program that never ends" => |_| format!("{HEAD}{ONE}    transform: 'def f: f; f'\n").into_bytes(),
    "a program that only grows" => |_| format!("{HEAD}{ONE}    transform: '[repeat(.)]'\n").into_bytes(),
    "a program of many rows" => |_| format!("{HEAD}{ONE}    transform: 'range(1000000000) | {{id: .}}'\n").into_bytes(),
    "a program of a large text" => |_| format!("{HEAD}{ONE}    transform: '{{id: (\"x\" * 2000000000)}}'\n").into_bytes(),
    "a program of a large list" => |_| format!("{HEAD}{ONE}    transform: '{{id: [limit(1000000000; repeat(1))]}}'\n").into_bytes(),
    "a program that doubles" => |_| format!("{HEAD}{ONE}    transform: '{{id: (reduce range(60) as $i (\"x\"; . + .))}}'\n").into_bytes(),
    "a program of lists in lists" => |_| format!("{HEAD}{ONE}    transform: '{{id: (reduce range(60) as $i (1; [., .]) | tojson)}}'\n").into_bytes(),
    "a program that goes over lists" => |_| format!("{HEAD}{ONE}    transform: '[1,1,1,1,1,1,1,1,1,1] as $x | {{id: [$x[] as $a | $x[] as $b | $x[] as $c | $x[] as $d | $x[] as $e | $x[] as $f | 1]}}'\n").into_bytes(),
    "a path that multiplies" => |_| format!("{HEAD}{ONE}    data_selector: '$..*..*..*..*..*'\n").into_bytes(),
    "a path that multiplies as much as it may" => |_| format!("{HEAD}{ONE}    data_selector: '$..*..*..*'\n").into_bytes(),
    "a path that cannot be read" => |size| again_below("    data_selector: 'a", "[].b", "'\n", size),
    "brackets in a path" => |size| again_below("    data_selector: '$", "[", "'\n", size),
    "a filter that cannot be read" => |size| again_below("    data_selector: '$[?", "!(", "]'\n", size),
    "many paths that cannot be read" => |size| many(size, |t, n| put!(t, "  r{n}: {{path: n, data_selector: '.items[].a{n}'}}\n")),
    "a huge number" => |size| again_below("    params: {a: 1", "0", "}\n", size),
    "a huge exponent" => |_| format!("{HEAD}{ONE}    params: {{a: 1e999999999, b: -1e-999999999, c: 0x{}}}\n", "f".repeat(200_000)).into_bytes(),
    "a huge page size" => |size| again_below("    paginator: {type: offset, size: 9", "9", "}\n", size),
    "a huge duration" => |size| again_below("    timeout: {read: 9", "9", "s}\n", size),
    "many windows" => |_| format!("{HEAD}{ONE}    primary_key: id\n    incremental: {{cursor: at, start: \"0001-01-01\", end: \"9999-01-01\", window: 1ms, start_param: s, end_param: e}}\n").into_bytes(),
    "values of YAML 1.1" => |size| below("    params:\n", "", size, |t, n| put!(t, "      p{n}: yes\n")),
    "secrets" => |size| below("    params:\n", "", size, |t, n| put!(t, "      p{n}: Zx9Qw8Er7Ty6Ui5Op4As3Df2Gh1{n}\n")),
    "issuers' marks in comments" => |size| parts(&format!("{HEAD}{ONE}"), "", size, |t, n| put!(t, "    # ghp_{n:036}\n")),
    "one long credential" => |size| again_below("    headers: {X-Api-Key: ", "aZ9", "}\n", size),
    "params set twice" => |size| many(size, |t, n| put!(t, "  r{n}: {{path: n, params: {{page: 7}}, paginator: page_number}}\n")),
    "allows of nothing" => |size| again(&format!("{HEAD}{ONE}"), "    # restload: allow(no-total)\n", "", size),
    "allows of unknown rules" => |size| again(&format!("{HEAD}{ONE}    # restload: allow("), "zebra, ", ")\n", size),
    "hosts that are none" => |size| parts(&format!("version: 1\nname: a\n{ONE}client:\n  base_url: https://api.acme.example/\n  allow_hosts:\n"), "", size, |t, n| put!(t, "    - \"*.*.h{n}\"\n")),
    "defaults with faults" => |size| {
        let mut text = format!("{HEAD}defaults:\n  params:\n");
        for n in 0..size / 100 {
            put!(text, "    p{n}: \"{{{{inputs.i{n}}}}}\"\n");
        }
        parts(&format!("{text}resources:\n"), "", size, |t, n| put!(t, "  r{n}: {{path: n}}\n"))
    },
    "wide defaults, many resources" => |size| {
        let mut text = format!("{HEAD}defaults:\n  paginator: single_page\n  params:\n");
        for n in 0..size / 40 {
            put!(text, "    p{n}: v{n}\n");
        }
        parts(&format!("{text}resources:\n"), "", size, |t, n| put!(t, "  r{n}: {{path: n}}\n"))
    },
    "columns of defaults, many resources" => |size| {
        let mut text = format!("{HEAD}defaults:\n  paginator: single_page\n  columns:\n");
        for n in 0..size / 40 {
            put!(text, "    c{n}: int64\n");
        }
        parts(&format!("{text}resources:\n"), "", size, |t, n| put!(t, "  r{n}: {{path: n}}\n"))
    },
};
