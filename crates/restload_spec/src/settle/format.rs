//! Formats of answers, settled; and what CSV cannot have.

use restload_diag::{Diagnostic, Pointer};

use super::Settler;
use crate::plan::{CsvPlan, FetchPlan, FormatPlan, HeaderPlan, PaginatorKind, Selector};
use crate::spec::{Csv, CsvHeader, Format, Quote};
use crate::{AnswerPlace, Program, Resolved};

impl Settler<'_> {
    /// What the answers of a resource are written in.
    pub(super) fn format(&mut self, resolved: &Resolved) -> FormatPlan {
        match &resolved.resource.format {
            None => FormatPlan::ByContentType,
            Some(Format::Json) => FormatPlan::Json,
            Some(Format::Jsonl) => FormatPlan::Lines,
            Some(Format::Csv(csv)) => {
                let at = self.at(&resolved.name, &["format"]).join("csv");
                FormatPlan::Csv(self.csv(csv, &at))
            }
        }
    }

    fn csv(&mut self, csv: &Csv, at: &Pointer) -> CsvPlan {
        let delimiter = csv.delimiter.as_deref().and_then(|text| self.character(text, &at.join("delimiter")));
        let delimiter = delimiter.unwrap_or(b',');
        let quote = match &csv.quote {
            None | Some(Quote::There(true)) => Some(b'"'),
            Some(Quote::There(false)) => None,
            Some(Quote::Character(text)) => self.character(text, &at.join("quote")).or(Some(b'"')),
        };
        if quote == Some(delimiter) {
            self.fault(
                Diagnostic::error(
                    "csv-character",
                    at.clone(),
                    "the delimiter and the quote are the same character",
                )
                .help("where cells are never quoted, write `quote: false`"),
            );
        }
        let header = match &csv.header {
            None | Some(CsvHeader::There(true)) => HeaderPlan::FirstRow,
            Some(CsvHeader::There(false)) => HeaderPlan::Numbered,
            Some(CsvHeader::Names(names)) => HeaderPlan::Names(names.clone()),
        };
        let encoding = csv.encoding.as_ref().map(|name| name.trim().to_owned());
        if let Some(name) = &encoding
            && encoding_rs::Encoding::for_label_no_replacement(name.as_bytes()).is_none()
        {
            self.fault(
                Diagnostic::error(
                    "unknown-encoding",
                    at.join("encoding"),
                    format!("no encoding is called `{name}`"),
                )
                .help(
                    "`utf-8`, `utf-16`, `latin1`, `windows-1252`, or another name of the Encoding Standard",
                ),
            );
        }
        CsvPlan { delimiter, quote, header, encoding }
    }

    /// One character that stands between or around cells.
    fn character(&mut self, text: &str, at: &Pointer) -> Option<u8> {
        match text.as_bytes() {
            [byte] if byte.is_ascii() && !matches!(byte, b'\n' | b'\r' | 0) => Some(*byte),
            _ => {
                self.fault(
                    Diagnostic::error(
                        "csv-character",
                        at.clone(),
                        format!("expected one ASCII character, found {}", shown(text)),
                    )
                    .help(match text {
                        "\\t" => "a tab is `\"\\t\"`, in double quotes",
                        _ => "for example `;`, or `\"\\t\"`, a tab in double quotes",
                    }),
                );
                None
            }
        }
    }

    /// CSV has rows and nothing around them.
    pub(super) fn check_format(
        &mut self,
        name: &str,
        fetch: &FetchPlan,
        selector: &Selector,
        total: Option<&AnswerPlace>,
        transform: Option<&Program>,
    ) {
        if matches!(fetch.format, FormatPlan::Csv(_) | FormatPlan::Lines)
            && transform.is_some_and(|program| program.uses().body)
        {
            let at = self.at(name, &["transform"]);
            self.fault(
                Diagnostic::error(
                    "no-body",
                    at,
                    "`$body` is null: only JSON answers are one value as a whole",
                )
                .help("take `$body` out: each line is a row, which the program has as `.`"),
            );
        }
        if !matches!(fetch.format, FormatPlan::Csv(_)) {
            return;
        }
        if let Selector::Path(path) = selector
            && path.steps().is_none_or(|steps| !steps.is_empty())
        {
            let at = self.at(name, &["data_selector"]);
            self.fault(
                Diagnostic::error(
                    "place-in-csv",
                    at,
                    "each line of CSV is a row, and there is nothing to select",
                )
                .help("leave `data_selector` out"),
            );
        }
        let paginator = &fetch.paginator;
        let of_kind = match &paginator.kind {
            PaginatorKind::Cursor { next, .. } | PaginatorKind::JsonLink { next } => Some((next, "next")),
            PaginatorKind::PageNumber { total_pages: Some(pages), .. } => Some((pages, "total_pages")),
            _ => None,
        };
        let has_more = paginator.has_more.as_ref().map(|test| (&test.place, "has_more"));
        let places = of_kind.into_iter().chain(has_more).map(|(place, key)| (place, paginator.at.join(key)));
        let total = total.map(|place| (place, self.at(name, &["total"])));
        for (place, at) in places.chain(total).collect::<Vec<_>>() {
            if matches!(place, AnswerPlace::Body(_)) {
                self.fault(
                    Diagnostic::error("place-in-csv", at, "a path leads into a JSON body, and CSV has none")
                        .help("`{header: Name}`, or `{row: column}` for the last row"),
                );
            }
        }
    }
}

fn shown(text: &str) -> String {
    match text.chars().count() {
        0 => "none".to_owned(),
        1..=20 if text.chars().any(char::is_control) => format!("`{}`", text.escape_debug()),
        1..=20 => format!("`{text}`"),
        characters => format!("{characters}"),
    }
}
