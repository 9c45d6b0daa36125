//! The examples of keys, as blocks that are sound.

use super::Part;

/// Examples that are sound only with something around them: the definition, the key, the part of a spec that the whole is,
/// and the whole, with `{}` where the example stands.
const AROUND: [(&str, &str, &str, &str); 10] = [
    ("", "inputs", "spec", "name: tapfiliate\n{}"),
    ("", "resources", "spec", "defaults: {paginator: header_link}\n{}"),
    ("", "lint", "spec", "{}\nresources:\n  affiliates: {path: affiliates/, paginator: page_number}"),
    ("Input", "env", "spec", "name: tapfiliate\ninputs:\n  {}"),
    ("Resource", "path", "resource", "parent: affiliates\n{}"),
    ("Resource", "add", "resource", "parent: affiliates\n{}"),
    ("Resource", "deleted", "resource", "primary_key: id\n{}"),
    ("Incremental", "lag", "resource", "primary_key: id\n{}"),
    ("Parent", "batch", "resource", "{}\npath: companies\nparams: {ids: \"{{batch.id}}\"}"),
    (
        "Resource",
        "for_each",
        "spec",
        "inputs: {list_ids: {type: list}}\nresources:\n  entries:\n    {}\n    \
         path: lists/{{each.list_id}}/{{each.kind}}\n    paginator: single_page",
    ),
];

/// The block for the example of a key.
pub(super) fn block(part: &Part, key: &str, example: &str) -> String {
    let around = AROUND.iter().find(|(definition, of, ..)| *definition == part.definition && *of == key);
    let (fragment, text) = match around {
        Some((.., fragment, around)) => (*fragment, around.replacen("{}", example, 1)),
        None => (part.fragment, example.to_owned()),
    };
    format!("```yaml fragment={fragment}\n{text}\n```")
}

#[cfg(test)]
mod tests {
    use super::super::{PARTS, definition};
    use super::*;

    #[test]
    fn what_stands_around_an_example_belongs_to_a_key_that_is_there() {
        let schema = restload_spec::json_schema();
        for (of, key, _, around) in AROUND {
            assert!(definition(&schema, of)["properties"].get(key).is_some(), "{of} {key}");
            assert!(around.contains("{}"), "{of} {key}");
        }
    }

    #[test]
    fn an_example_that_stands_for_itself_is_left_as_it_is() {
        let part = PARTS.iter().find(|part| part.definition == "Client").unwrap();
        assert_eq!(
            block(part, "concurrency", "concurrency: 4"),
            "```yaml fragment=client\nconcurrency: 4\n```"
        );
    }
}
