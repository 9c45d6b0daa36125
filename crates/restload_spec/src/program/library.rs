//! What a program can call: the library of jaq by allow list, and what jq has besides.

use std::{collections::HashSet, sync::LazyLock};

use jaq_core::{
    DataT, Native,
    load::parse::Def,
    native::{self, bome, v},
};
use jaq_json::Val;

use super::guard;
use super::guarding::Guarding;

/// The natives that see nothing but their input and arguments. What reads the environment, the clock, the zone of the
/// machine or further inputs, what writes, and what ends the process is not here and does not exist.
const ALLOWED: &[&str] = &[
    // jaq-core
    "error_empty",
    "first",
    "key_values",
    "keys_unsorted",
    "last",
    "limit",
    "path",
    "path_value",
    "range",
    "skip",
    // jaq-json
    "bsearch",
    "contains",
    "fromjson",
    "has",
    "indices",
    "length",
    "tobytes",
    "tojson",
    // jaq-std: values
    "ascii_downcase",
    "ascii_upcase",
    "ceil",
    "endswith",
    "escape_sh",
    "explode",
    "floor",
    "group_by",
    "implode",
    "ltrim",
    "ltrimstr",
    "max_by_or_empty",
    "min_by_or_empty",
    "reverse",
    "round",
    "rtrim",
    "rtrimstr",
    "sort",
    "sort_by",
    "startswith",
    "trim",
    "utf8bytelength",
    // jaq-std: formats
    "decode_base64",
    "decode_uri",
    "encode_base64",
    "encode_uri",
    "escape_html",
    "unescape_html",
    // jaq-std: regular expressions
    "matches",
    "split_",
    "split_matches",
    // jaq-std: times that are given
    "fromdateiso8601",
    "gmtime",
    "mktime",
    "strftime",
    "strptime",
    "todateiso8601",
    // jaq-std: mathematics
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "cbrt",
    "copysign",
    "cos",
    "cosh",
    "erf",
    "erfc",
    "exp",
    "exp10",
    "exp2",
    "expm1",
    "fabs",
    "fdim",
    "fma",
    "fmax",
    "fmin",
    "fmod",
    "frexp",
    "hypot",
    "ilogb",
    "j0",
    "j1",
    "jn",
    "ldexp",
    "lgamma",
    "log",
    "log10",
    "log1p",
    "log2",
    "modf",
    "nearbyint",
    "nextafter",
    "pow",
    "remainder",
    "rint",
    "scalbln",
    "sin",
    "sinh",
    "sqrt",
    "tan",
    "tanh",
    "tgamma",
    "trunc",
    "y0",
    "y1",
    "yn",
];

/// Definitions that are nothing without the natives that are left out.
const REFUSED_DEFINITIONS: &[&str] = &["debug", "halt", "halt_error", "stderr"];

/// What jq has and a program here has not, with what to write instead.
const REFUSED: &[(&str, &str)] = &[
    ("$ENV", ENVIRONMENT),
    ("$__loc__", "leave it out"),
    ("$__prog_args", "leave it out"),
    ("debug", "leave it out"),
    ("env", ENVIRONMENT),
    ("get_search_list", "leave it out"),
    ("getpath_safe", "use `getpath`"),
    ("halt", "`empty` gives no row, `error(\"why\")` ends the resource"),
    ("halt_error", "`error(\"why\")` ends the resource"),
    ("input", ROWS),
    ("input_filename", ROWS),
    ("input_line_number", ROWS),
    ("inputs", ROWS),
    (
        "localtime",
        "use `gmtime`, or `strptime` with an offset: the zone of the machine is not a part of a spec",
    ),
    ("now", "use `$run.started_at`, a text in UTC"),
    ("stderr", "leave it out"),
    ("strflocaltime", "use `strftime`: the zone of the machine is not a part of a spec"),
];

const ENVIRONMENT: &str = "declare an input and use `$inputs.name`; secrets are not among them";
const ROWS: &str = "a program sees one row at a time, its `.`";

/// What to write instead of something of jq that does not exist here on purpose.
pub(super) fn instead_of(name: &str) -> Option<&'static str> {
    REFUSED.iter().find(|(refused, _)| *refused == name).map(|(_, instead)| *instead)
}

/// A definition of the library, guarded, with the names that it calls.
struct Definition {
    def: Def<&'static str>,
    called: HashSet<&'static str>,
}

/// The definitions of the library in their order, in which each sees those before it.
static DEFINITIONS: LazyLock<Vec<Definition>> = LazyLock::new(|| {
    let library = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
    let supplied =
        jaq_core::load::parse(include_str!("supplied.jq"), |parser| parser.defs()).unwrap_or_default();
    let allowed = library.filter(|def| !REFUSED_DEFINITIONS.contains(&def.name));
    let guarded = |def: Def<&'static str>| {
        let mut guarding = Guarding::default();
        let body = guarding.nested(def.body);
        Definition { def: Def { body, ..def }, called: guarding.called }
    };
    allowed.chain(supplied).map(guarded).collect()
});

/// The definitions of the library that a program needs that calls these names: to compile all of them would cost a
/// hundred times as much as the program.
pub(super) fn definitions<'t>(called: &HashSet<&'t str>) -> Vec<Def<&'t str>> {
    let mut called = called.clone();
    let mut needed = Vec::new();
    for definition in DEFINITIONS.iter().rev() {
        if called.contains(definition.def.name) {
            called.extend(&definition.called);
            needed.push(definition.def.clone());
        }
    }
    needed.reverse();
    needed
}

/// The natives of the library, and the guard.
pub(super) fn natives<D>() -> Vec<native::Filter<Native<D>>>
where
    D: for<'a> DataT<V<'a> = Val>,
{
    let library = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
    let guards = [
        native::run::<D>((guard::NAME, v(0), |(_, value)| bome(guard::check(&value).map(Val::from)))),
        native::run::<D>((guard::MEASURE, v(0), |(_, value)| bome(guard::measured(value)))),
        native::run::<D>((guard::MEASURE_ALL, v(0), |(_, value)| bome(guard::measured_all(value)))),
        native::run::<D>((guard::NEST, v(0), |(_, value)| bome(guard::readable(value)))),
        native::run::<D>((guard::TIMES, v(2), |(mut context, _)| {
            let right = context.pop_var();
            bome(guard::times(context.pop_var(), right))
        })),
    ];
    library.filter(|(name, ..)| ALLOWED.contains(name)).chain(guards).collect()
}

/// How many arguments the functions of that name take.
pub(super) fn arities_of(name: &str) -> Vec<usize> {
    let mut arities: Vec<usize> =
        signatures().filter(|(known, _)| known == name).map(|(_, arity)| arity).collect();
    arities.sort_unstable();
    arities.dedup();
    arities
}

/// The names of all functions.
pub(super) fn names() -> Vec<String> {
    signatures().map(|(name, _)| name).filter(|name| !guard::is_own(name)).collect()
}

fn signatures() -> impl Iterator<Item = (String, usize)> {
    let defined = DEFINITIONS.iter().map(|it| (it.def.name.to_owned(), it.def.args.len()));
    let natives = natives::<super::Data>().into_iter();
    defined.chain(natives.map(|(name, arguments, _)| (name.to_owned(), arguments.len())))
}
