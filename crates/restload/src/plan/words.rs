//! Kinds and reasons in the words of a spec's author; both forms of the output use them.

use restload_engine::paginate::{Pace, place_text};
use restload_engine::run::RowPath;
use restload_spec::plan::{
    AuthPlan, ClientPlan, Disposition, FetchPlan, KeyPlace, PaginatorKind, ResourcePlan, Selector, TokenBase,
};

use super::overview::Sight;

/// Where a credential goes.
pub(super) struct Place {
    /// `header`, `query` or `cookie`.
    pub(super) kind: &'static str,
    /// The name there.
    pub(super) name: String,
}

/// The kind of an auth, and where its credential goes.
pub(super) fn auth(auth: &AuthPlan) -> (&'static str, Option<Place>) {
    let header = || Place { kind: "header", name: "Authorization".to_owned() };
    match auth {
        AuthPlan::None => ("none", None),
        AuthPlan::Bearer { .. } => ("bearer", Some(header())),
        AuthPlan::Basic { .. } => ("basic", Some(header())),
        AuthPlan::ApiKey { name, place, .. } => {
            ("api_key", Some(Place { kind: place_word(*place), name: name.clone() }))
        }
        AuthPlan::OAuth2(_) => ("oauth2", Some(header())),
        AuthPlan::Session(session) => {
            let names: Vec<&str> = session.texts.iter().map(|(name, _)| name.as_str()).collect();
            ("session", Some(Place { kind: place_word(session.place), name: names.join(", ") }))
        }
    }
}

fn place_word(place: KeyPlace) -> &'static str {
    match place {
        KeyPlace::Header => "header",
        KeyPlace::Query => "query",
        KeyPlace::Cookie => "cookie",
    }
}

/// Where the token of an auth is asked for, without a query.
pub(super) fn token_url(plan: &AuthPlan) -> Option<String> {
    let mut url = plan.token_url()?.clone();
    url.set_query(None);
    Some(url.into())
}

/// Where the API is; what a token names is written as one would say it.
pub(super) fn base_url(client: &ClientPlan) -> String {
    client.token_base.as_ref().map_or_else(|| client.base_url.to_string(), TokenBase::shown)
}

/// An auth in a sentence.
pub(super) fn auth_sentence(plan: &AuthPlan) -> String {
    match (auth(plan), token_url(plan)) {
        ((_, None), _) => "no auth".to_owned(),
        ((kind, Some(place)), None) => format!("{kind} in the {} {}", place.kind, place.name),
        ((kind, Some(place)), Some(url)) => {
            format!("{kind} in the {} {} with a token from {url}", place.kind, place.name)
        }
    }
}

/// The kind of a paginator as a spec names it.
pub(super) fn paginator(fetch: &FetchPlan) -> &'static str {
    match &fetch.paginator.kind {
        PaginatorKind::Auto { .. } => "auto",
        PaginatorKind::SinglePage => "single_page",
        PaginatorKind::PageNumber { .. } => "page_number",
        PaginatorKind::Offset { .. } => "offset",
        PaginatorKind::Cursor { .. } => "cursor",
        PaginatorKind::HeaderLink { .. } => "header_link",
        PaginatorKind::JsonLink { .. } => "json_link",
    }
}

/// Why the pages of a resource follow each other as they do.
pub(super) fn why_pace(pace: Pace, resource: &ResourcePlan) -> String {
    let place = |place| format!("{} says how many", place_text(place));
    match pace {
        Pace::OnePage => "there is one page".to_owned(),
        Pace::AheadByPages => match resource.fetch.as_ref().map(|fetch| &fetch.paginator.kind) {
            Some(PaginatorKind::PageNumber { total_pages: Some(pages), .. }) => {
                format!("{} pages there are", place(pages))
            }
            _ => String::new(),
        },
        Pace::AheadByRows => resource
            .total
            .as_ref()
            .map(|total| format!("{} rows there are", place(total)))
            .unwrap_or_default(),
        Pace::CountUnknown => "no `total`: the number of pages is not known".to_owned(),
        Pace::ByCursor => "a cursor names only the next page".to_owned(),
        Pace::FoundOut => "how it pages is found out on the first answer".to_owned(),
        Pace::ByLink => "a link names only the next page".to_owned(),
    }
}

/// The way of rows as a program reads it.
pub(super) fn row_path(path: RowPath) -> &'static str {
    match path {
        RowPath::OnePass => "one-pass",
        RowPath::RowByRow => "row-by-row",
        RowPath::Values => "dom",
    }
}

/// Why a whole body is parsed for a paginator.
pub(super) const WHOLE_BODY: &str = "a place of the paginator or `total` is more than keys and indices";

/// Why rows take their way.
pub(super) fn why_row_path(sight: &Sight<'_>) -> String {
    match sight.preview.row_path {
        RowPath::OnePass => "its selector is keys, indices and `[*]`, and there is no `transform`".to_owned(),
        RowPath::RowByRow if sight.plan.fetch.is_none() => {
            "each row is cut out of a row of the parent".to_owned()
        }
        RowPath::RowByRow => "rows of resources without a path are cut out of each row".to_owned(),
        RowPath::Values => {
            let plain = match &sight.plan.selector {
                Selector::Auto => true,
                Selector::Path(path) => path.steps().is_some(),
            };
            let selector = (!plain).then(|| "its selector is more than keys, indices and `[*]`".to_owned());
            let transform = sight.plan.transform.as_ref().map(|_| "`transform`".to_owned());
            [selector, transform].into_iter().flatten().collect::<Vec<_>>().join(", and ")
        }
    }
}

/// Where the value of an input came from.
pub(super) fn origin(from: &str) -> &str {
    from.strip_prefix("its ").unwrap_or(from)
}

/// Where the rows are, as a spec says it.
pub(super) fn selector(resource: &ResourcePlan) -> &str {
    match &resource.selector {
        Selector::Auto => "auto",
        Selector::Path(path) => path.text(),
    }
}

/// How a load meets the one before, as a spec says it.
pub(super) fn disposition(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Replace => "replace",
        Disposition::Merge => "merge",
        Disposition::MergeWalks => "merge by parent",
        Disposition::Append => "append",
        Disposition::AppendSnapshots => "append snapshots",
    }
}

/// `a`, `a and b`, `a, b and c`, `a, b and 3 more`; none of nothing.
pub(super) fn listed(names: impl Iterator<Item = String>) -> Option<String> {
    let mut names: Vec<String> = names.collect();
    if names.len() > 3 {
        let more = names.len() - 2;
        names.truncate(2);
        names.push(format!("{more} more"));
    }
    let last = names.pop()?;
    Some(if names.is_empty() { last } else { format!("{} and {last}", names.join(", ")) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_and_many_are_counted() {
        for (names, wanted) in [
            (&["a"][..], "a"),
            (&["a", "b"], "a and b"),
            (&["a", "b", "c"], "a, b and c"),
            (&["a", "b", "c", "d", "e"], "a, b and 3 more"),
        ] {
            assert_eq!(listed(names.iter().map(ToString::to_string)).as_deref(), Some(wanted));
        }
        assert_eq!(listed(std::iter::empty()), None);
    }
}
