//! What an answer is written in: as the spec says, else as its Content-Type does.

use std::borrow::Cow;

use restload_diag::Diagnostic;
use restload_spec::plan::{CsvPlan, FormatPlan, HeaderPlan, OnMissing, ResourcePlan, Selector};
use restload_table::{CsvError, CsvLayout, CsvNames, EncodingError, Kind, outline, text_of};

use crate::run::fault::Fault;
use crate::run::places::Places;

/// What an answer is written in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Form {
    /// One JSON value.
    Json,
    /// A JSON value on each line.
    Lines,
    /// Rows of cells: their layout, and the encoding of the text.
    Csv(CsvLayout, Option<String>),
}

impl Form {
    /// The form of an answer with this Content-Type.
    pub(crate) fn of(format: &FormatPlan, content_type: Option<&str>) -> Self {
        match format {
            FormatPlan::ByContentType => Self::by_content_type(content_type),
            FormatPlan::Json => Self::Json,
            FormatPlan::Lines => Self::Lines,
            FormatPlan::Csv(csv) => Self::csv(csv, content_type),
        }
    }

    fn by_content_type(content_type: Option<&str>) -> Self {
        let kind = content_type.and_then(|text| text.split(';').next()).unwrap_or_default();
        match kind.trim().to_ascii_lowercase().as_str() {
            "application/x-ndjson"
            | "application/ndjson"
            | "application/jsonl"
            | "application/x-jsonl"
            | "application/jsonlines"
            | "application/x-jsonlines"
            | "application/x-json-lines"
            | "application/stream+json" => Self::Lines,
            "text/csv" | "application/csv" | "text/x-csv" | "application/x-csv" => {
                Self::csv(&CsvPlan::between(b','), content_type)
            }
            "text/tab-separated-values" => Self::csv(&CsvPlan::between(b'\t'), content_type),
            _ => Self::Json,
        }
    }

    fn csv(csv: &CsvPlan, content_type: Option<&str>) -> Self {
        let header = match &csv.header {
            HeaderPlan::FirstRow => CsvNames::FirstRow,
            HeaderPlan::Numbered => CsvNames::Numbered,
            HeaderPlan::Names(names) => CsvNames::Given(names.clone()),
        };
        let layout = CsvLayout { delimiter: csv.delimiter, quote: csv.quote, header };
        Self::Csv(layout, csv.encoding.clone().or_else(|| charset(content_type?)))
    }

    /// The documents of a body, each with its line: its lines that are not blank, or the body.
    pub(super) fn documents<'b>(&self, body: &'b [u8]) -> Vec<(usize, &'b [u8])> {
        match self {
            Self::Lines => {
                let lines = (1..).zip(body.split(|byte| *byte == b'\n'));
                lines.filter(|(_, line)| !line.trim_ascii().is_empty()).collect()
            }
            Self::Json | Self::Csv(..) => vec![(1, body)],
        }
    }

    /// Its place among what is kept of each form.
    pub(super) fn index(&self) -> usize {
        match self {
            Self::Json => 0,
            Self::Lines => 1,
            Self::Csv(..) => 2,
        }
    }
}

/// The parameter `charset` of a Content-Type.
fn charset(content_type: &str) -> Option<String> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"');
        (name.trim().eq_ignore_ascii_case("charset") && !value.is_empty()).then(|| value.to_owned())
    })
}

/// The text of an answer that should be CSV.
pub(super) fn csv_text<'b>(
    resource: &ResourcePlan,
    body: &'b [u8],
    encoding: Option<&str>,
) -> Result<Cow<'b, str>, Fault> {
    if let Some(what) = what_instead(body) {
        let fault =
            Diagnostic::error("not-csv", at_format(resource), format!("the answer is {what}, not CSV"));
        return Err(fault.into());
    }
    let fault = |error: &EncodingError| {
        let message = match error {
            EncodingError::Broken { .. } => format!("the answer cannot be read as text: {error}"),
            EncodingError::NoMark | EncodingError::Unknown { .. } => {
                format!("the encoding of the answer is not known: {error}")
            }
        };
        let help = match error {
            EncodingError::NoMark => "say which it is: `encoding: utf-16le` or `encoding: utf-16be`",
            _ => "say which it is: `format: {csv: {encoding: latin1}}`",
        };
        Diagnostic::error("csv-encoding", at_format(resource), message).help(help)
    };
    text_of(body, encoding).map_err(|error| fault(&error).into())
}

/// What an answer is that is certainly no CSV.
fn what_instead(body: &[u8]) -> Option<&'static str> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii();
    let begins =
        |start: &str| body.get(..start.len()).is_some_and(|b| b.eq_ignore_ascii_case(start.as_bytes()));
    match body.first()? {
        b'<' if begins("<!doctype html") || begins("<html") => Some("an HTML page"),
        b'<' if begins("<?xml") => Some("an XML document"),
        b'{' | b'[' => match outline(body).ok()?.kind {
            Kind::Object { .. } => Some("a JSON object"),
            Kind::Array { .. } => Some("a JSON list"),
            _ => None,
        },
        _ => None,
    }
}

/// Whether CSV without a row of names is taken as no rows.
pub(super) fn is_nothing(resource: &ResourcePlan, error: &CsvError) -> bool {
    *error == CsvError::NoHeader && resource.on_missing_data == OnMissing::Accept
}

/// CSV that is no table.
pub(super) fn csv_fault(resource: &ResourcePlan, error: &CsvError) -> Fault {
    let fault = |rule, message| Diagnostic::error(rule, at_format(resource), message);
    let message = format!("the answer is not the CSV that was expected: {error}");
    let fault = match error {
        CsvError::NoHeader => fault(
            "empty-answer",
            "the answer is empty, where CSV with a row of names was expected".to_owned(),
        )
        .help("where that means that there are no rows: `on_missing_data: empty`"),
        CsvError::OpenQuote { .. } => {
            fault("body-cut-off", message).help("where quotes mean nothing: `format: {csv: {quote: false}}`")
        }
        CsvError::EmptyName { .. } | CsvError::RepeatedName { .. } => fault("csv-header", message)
            .help("if the first row is data, name the columns: `format: {csv: {header: [day, clicks]}}`"),
        CsvError::Uneven { found: 1, .. } | CsvError::Uneven { expected: 1, .. } => fault("csv-row", message)
            .help("if cells are parted by something else: `format: {csv: {delimiter: \";\"}}`"),
        CsvError::Uneven { .. } => fault("csv-row", message),
    };
    fault.into()
}

/// What CSV cannot serve: places in a body, and a selector.
pub(super) fn check_places(resource: &ResourcePlan, places: &Places) -> Result<(), Fault> {
    if let Some(place) = places.of_body.first() {
        let message = format!("`{}` leads into a JSON body, and the answer is CSV", place.text());
        let at = resource.fetch.as_ref().map_or_else(|| resource.at(""), |fetch| fetch.paginator.at.clone());
        let increment = resource.incremental.as_ref();
        let fault = match increment.filter(|increment| increment.token() == Some(place)) {
            Some(increment) => Diagnostic::error("place-in-csv", increment.at.join("cursor"), message)
                .help("name a column, whose values are compared"),
            None => Diagnostic::error("place-in-csv", at, message)
                .help("`{header: Name}`, or `{row: column}` for the last row"),
        };
        return Err(fault.into());
    }
    match &resource.selector {
        Selector::Path(path) if path.steps().is_none_or(|steps| !steps.is_empty()) => {
            let message = format!("`{}` leads into a JSON body, and the answer is CSV", path.text());
            Err(Diagnostic::error("place-in-csv", resource.at("data_selector"), message)
                .help("leave `data_selector` out: each line of CSV is a row")
                .into())
        }
        _ => Ok(()),
    }
}

fn at_format(resource: &ResourcePlan) -> restload_diag::Pointer {
    let by_content_type =
        resource.fetch.as_ref().is_none_or(|fetch| fetch.format == FormatPlan::ByContentType);
    resource.at(if by_content_type { "path" } else { "format" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_type_chooses_where_the_spec_does_not() {
        let form = |kind: &str| Form::of(&FormatPlan::ByContentType, Some(kind));
        for kind in ["application/x-ndjson", "Application/JSONL; charset=utf-8", "application/x-json-lines"] {
            assert_eq!(form(kind), Form::Lines, "{kind}");
        }
        for kind in ["application/json", "text/html", "text/plain", "", "application/vnd.api+json", "csv"] {
            assert_eq!(form(kind), Form::Json, "{kind}");
        }
        let csv = |kind: &str| match form(kind) {
            Form::Csv(layout, encoding) => (layout.delimiter, encoding),
            other => panic!("{kind}: {other:?}"),
        };
        assert_eq!(csv("text/csv"), (b',', None));
        assert_eq!(csv(" Text/CSV ; header=present; Charset=\"latin1\""), (b',', Some("latin1".into())));
        assert_eq!(csv("application/csv;charset="), (b',', None));
        assert_eq!(csv("text/tab-separated-values"), (b'\t', None));
        assert_eq!(Form::of(&FormatPlan::ByContentType, None), Form::Json);
    }

    #[test]
    fn what_the_spec_says_wins() {
        let of = |format| Form::of(&format, Some("text/csv; charset=latin1"));
        assert_eq!(of(FormatPlan::Json), Form::Json);
        assert_eq!(of(FormatPlan::Lines), Form::Lines);
        let csv = CsvPlan { encoding: Some("utf-16".into()), ..CsvPlan::between(b';') };
        assert!(
            matches!(of(FormatPlan::Csv(csv)), Form::Csv(layout, Some(encoding)) if layout.delimiter == b';' && encoding == "utf-16")
        );
    }

    #[test]
    fn html_and_json_are_no_csv() {
        assert_eq!(what_instead(b"\n<!DOCTYPE html><p>"), Some("an HTML page"));
        assert_eq!(what_instead(b"<HTML>"), Some("an HTML page"));
        assert_eq!(what_instead(b"<?xml version='1'?>"), Some("an XML document"));
        assert_eq!(what_instead(b" {\"error\": 1}\n"), Some("a JSON object"));
        assert_eq!(what_instead(b"[]"), Some("a JSON list"));
        for csv in ["", "<a>,b\n1,2", "{a},b\n1,2", "[a]", "\"a\"", "1", "null"] {
            assert_eq!(what_instead(csv.as_bytes()), None, "{csv}");
        }
    }
}
