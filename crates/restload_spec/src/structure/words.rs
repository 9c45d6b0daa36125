//! Words of other tools, and what they are called here.

/// What an author who writes the word of another tool wants to know.
pub(super) fn of_other_tools(key: &str) -> Option<&'static str> {
    WORDS.iter().find(|(word, _)| *word == key).map(|(_, help)| *help)
}

/// The key that the word of another tool stands for.
pub(super) fn called(key: &str) -> Option<&'static str> {
    of_other_tools(key)?.strip_prefix("it is called `")?.split('`').next()
}

/// What another tool's kind of paginator or auth is called here.
pub(super) fn called_type(word: &str) -> Option<&'static str> {
    TYPES.iter().find(|(theirs, _)| *theirs == word).map(|(_, ours)| *ours)
}

/// What an author wants to know whose kind of auth stands where it cannot: in the login of a session.
pub(super) fn type_elsewhere(word: &str) -> Option<&'static str> {
    match word {
        "oauth2" | "session" => {
            Some("a login asks for no token of its own: it says who asks by `bearer`, `api_key` or `basic`")
        }
        _ => None,
    }
}

/// What the column type of another tool, of SQL or of Python is called here.
pub(super) fn called_column(word: &str) -> Option<&'static str> {
    Some(match word.to_ascii_lowercase().as_str() {
        "text" | "str" | "varchar" | "char" | "uuid" => "string",
        "int" | "integer" | "bigint" | "int32" | "long" => "int64",
        "float" | "double" | "real" | "number" => "float64",
        "bool" => "boolean",
        "datetime" | "timestamptz" | "date-time" => "timestamp",
        "object" | "array" | "list" | "map" | "struct" | "jsonb" | "variant" => "json",
        _ => return None,
    })
}

/// What an author who writes such a value wants to know.
pub(super) fn of_value(key: &str, value: &str) -> Option<&'static str> {
    VALUES.iter().find(|(at, word, _)| *at == key && *word == value).map(|(_, _, help)| *help)
}

/// What an author wants to know who spells out the place that stands alone.
pub(super) fn of_place(title: &str, key: &str) -> Option<&'static str> {
    match (title, key) {
        ("a place in an answer", "path" | "body" | "json") => {
            Some("a path into the body is written alone: `meta.next`")
        }
        ("a place in a request", "query" | "param" | "params") => {
            Some("the name of a query parameter is written alone: `page`")
        }
        _ => None,
    }
}

/// Values that are not taken as they are.
const VALUES: [(&str, &str, &str); 7] = [
    ("format", "ndjson", "it is called `jsonl`"),
    ("format", "tsv", "write `format: {csv: {delimiter: \"\\t\"}}`"),
    ("paginator", "false", "a resource of one page has `paginator: single_page`"),
    ("table", "false", "a resource without a table has `table: null`"),
    ("write_disposition", "upsert", "write `merge`"),
    ("write_disposition", "full", "write `replace`"),
    ("method", "DELETE", "a spec only reads"),
];

/// Kinds of dlt's `rest_api`, Airbyte's manifests and Sling's API specs, and what they are called here.
const TYPES: [(&str, &str); 21] = [
    ("ApiKeyAuthenticator", "api_key"),
    ("BasicHttpAuthenticator", "basic"),
    ("BearerAuthenticator", "bearer"),
    ("CursorPagination", "cursor"),
    ("NoAuth", "none"),
    ("NoPagination", "single_page"),
    ("OAuthAuthenticator", "oauth2"),
    ("OffsetIncrement", "offset"),
    ("PageIncrement", "page_number"),
    ("SessionTokenAuthenticator", "session"),
    ("apiKey", "api_key"),
    ("http_basic", "basic"),
    ("json_response", "json_link"),
    ("link_header", "header_link"),
    ("next_url", "json_link"),
    ("oauth", "oauth2"),
    ("oauth2_client_credentials", "oauth2"),
    ("page", "page_number"),
    ("session_token", "session"),
    ("single", "single_page"),
    ("token", "bearer"),
];

/// Keys of dlt's `rest_api`, Airbyte's manifests and Sling's API specs.
const WORDS: [(&str, &str); 69] = [
    ("access_token_request_data", "it is called `extra`, of `auth: {type: oauth2}`"),
    ("access_token_url", "it is called `token_url`, of `auth: {type: oauth2}`"),
    ("authentication", "it is called `auth`"),
    ("authenticator", "it is called `auth`"),
    ("base_page", "it is called `start`, with `type: page_number`"),
    ("body_json", "it is called `json`"),
    ("cursor_body_path", "it is called `param`, as a place in the body: `param: {json: path}`"),
    ("cursor_param", "it is called `param`"),
    ("cursor_path", "it is called `next`"),
    ("data_path", "it is called `data_selector`"),
    ("definitions", "what resources share goes under `defaults`; an anchor (`&name`) names any value"),
    ("dynamic_endpoints", "one walk per value is `for_each` of a resource"),
    ("endpoint", "its keys (`path`, `params`, `paginator`, `data_selector`, …) stand in the resource itself"),
    ("endpoints", "it is called `resources`"),
    ("field_path", "it is called `data_selector`"),
    ("grant_type", "it is called `grant`, of `auth: {type: oauth2}`"),
    ("has_more_path", "it is called `has_more`"),
    ("http_method", "it is called `method`"),
    (
        "include_from_parent",
        "fields of the parent's row are added by name: `add: {user_id: \"{{parent.id}}\"}`",
    ),
    ("incremental_sync", "it is called `incremental`"),
    ("iterate", "one walk per value is `for_each` of a resource"),
    ("jmespath", "where the rows are is `data_selector`, a path (`data.items` or a JSONPath)"),
    ("limit", "the size of a page is `size`, sent in `size_param`"),
    ("limit_param", "it is called `size_param`"),
    ("links_next_key", "it is called `rel`"),
    ("login_requester", "it is called `login`, of `auth: {type: session}`"),
    ("max_table_nesting", "rows keep their structs and lists; `nested: json` makes text of them"),
    ("maximum_offset", "the guard of all paginators is `max_pages`"),
    ("maximum_page", "the guard of all paginators is `max_pages`"),
    ("next_url_path", "it is called `next`"),
    ("offset_param", "it is called `param`"),
    ("page_param", "it is called `param`"),
    ("page_size", "it is called `size`"),
    ("page_size_option", "it is called `size_param`"),
    ("page_token_option", "it is called `param`"),
    ("pagination", "it is called `paginator`"),
    ("pagination_strategy", "it is called `paginator`"),
    ("parameters", "it is called `params`"),
    (
        "partition_router",
        "the resource whose rows ask for another's is its `parent`; a list of values is `for_each`",
    ),
    ("payload", "the body of a request is one of `json`, `form` and `body`"),
    ("primary_keys", "it is called `primary_key`"),
    ("processing_steps", "rows are changed by a jq program: `transform`"),
    ("processors", "rows are changed by a jq program: `transform`"),
    ("query", "it is called `params`"),
    ("query_params", "it is called `params`"),
    ("record_selector", "it is called `data_selector`"),
    ("records", "where the rows are is `data_selector`"),
    ("refresh_request_body", "it is called `extra`, of `auth: {type: oauth2}`"),
    ("request", "its keys (`path`, `method`, `params`, `headers`, …) stand in the resource itself"),
    ("request_body_data", "the body of a request is one of `json`, `form` and `body`"),
    ("request_body_json", "it is called `json`"),
    ("request_headers", "it is called `headers`"),
    ("request_parameters", "it is called `params`"),
    (
        "requester",
        "its keys stand in `client` (`base_url`, `auth`) and in the resource (`path`, `params`, …)",
    ),
    ("resource_defaults", "it is called `defaults`"),
    ("response", "its keys (`data_selector`, `total`, …) stand in the resource itself"),
    ("retriever", "its keys (`path`, `data_selector`, `paginator`, `parent`) stand in the resource itself"),
    ("scopes", "it is called `scope`, one text with spaces between"),
    ("secrets", "what the person who runs it supplies goes under `inputs`, with `secret: true`"),
    ("selected", "a resource without a table has `table: null`"),
    ("separator", "it is called `delimiter`"),
    ("streams", "it is called `resources`"),
    ("table_name", "it is called `table`"),
    ("token_refresh_endpoint", "it is called `token_url`, of `auth: {type: oauth2}`"),
    ("total_path", "it is called `total`, a key of the resource (of pages: `total_pages`, of the paginator)"),
    ("transformations", "rows are changed by a jq program: `transform`"),
    ("url", "the path of a request is `path`, the URL before it `base_url` of `client`"),
    ("url_base", "it is called `base_url`"),
    ("variables", "what the person who runs it supplies goes under `inputs`"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structure::shape::Shape;

    #[test]
    fn the_table_is_sorted_and_no_word_in_it_is_ours_everywhere() {
        assert!(WORDS.is_sorted_by_key(|(word, _)| *word));
        let ours: Vec<&str> =
            Shape::closed_maps().flat_map(|map| map.properties.keys()).map(String::as_str).collect();
        for (word, _) in WORDS {
            assert!(!ours.contains(&word), "{word}");
        }
    }

    #[test]
    fn the_kinds_of_other_tools_are_called_what_exists() {
        let ours: Vec<&str> = Shape::closed_maps().filter_map(Shape::tag).collect();
        for (theirs, kind) in TYPES {
            assert!(ours.contains(&kind) && !ours.contains(&theirs), "{theirs}: {kind}");
        }
    }

    #[test]
    fn what_the_table_calls_a_word_exists() {
        let ours: Vec<&str> =
            Shape::closed_maps().flat_map(|map| map.properties.keys()).map(String::as_str).collect();
        for (word, help) in WORDS {
            let called = called(word);
            assert!(called.is_none_or(|called| ours.contains(&called)), "{word}: {help}");
        }
    }
}
