//! Secrets in rows: an API that sends its caller's key back within its data would have it written to a file.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::DataType;
use memchr::memmem::Finder;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use restload_table::Columns;

use super::forms::base64_cores;

/// What a component of a URL holds as it is (RFC 3986, 2.3).
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Looks for secrets in columns. It reads the text of a column as one piece, so that rows cost next to nothing.
#[derive(Debug, Clone)]
pub(crate) struct InRows {
    finders: Vec<Finder<'static>>,
}

/// Where a secret stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// The column, and the fields below it: `links.next`.
    pub(crate) column: String,
    /// The row in its page, from 0.
    pub(crate) row: usize,
}

impl InRows {
    pub(super) fn of<'s>(secrets: impl Iterator<Item = &'s str>) -> Option<Self> {
        let mut forms: Vec<Vec<u8>> = Vec::new();
        for secret in secrets {
            let json = serde_json::Value::from(secret).to_string();
            let percent = utf8_percent_encode(secret, COMPONENT).to_string();
            forms.extend([
                secret.as_bytes().to_vec(),
                json.trim_matches('"').as_bytes().to_vec(),
                percent.to_lowercase().into_bytes(),
                percent.replace("%20", "+").into_bytes(),
                percent.into_bytes(),
            ]);
            forms.extend(base64_cores(secret.as_bytes()).iter().map(|core| core.to_vec()));
        }
        forms.sort_unstable();
        forms.dedup();
        let finders: Vec<_> = forms.iter().map(|form| Finder::new(form).into_owned()).collect();
        (!finders.is_empty()).then_some(Self { finders })
    }

    /// The first secret in a page.
    pub(crate) fn find(&self, columns: &Columns) -> Option<Place> {
        let pairs = columns.schema().columns.iter().zip(columns.arrays());
        pairs.into_iter().find_map(|(column, array)| {
            let (column, row) = self.find_in(&column.name, array)?;
            Some(Place { column, row })
        })
    }

    fn find_in(&self, name: &str, array: &ArrayRef) -> Option<(String, usize)> {
        match array.data_type() {
            DataType::Utf8 => {
                let texts = array.as_string::<i32>();
                let (from, until) = (texts.value_offsets()[0], texts.value_offsets()[texts.len()]);
                let range = usize::try_from(from).ok()?..usize::try_from(until).ok()?;
                let all = &texts.value_data()[range];
                if !self.finders.iter().any(|finder| finder.find(all).is_some()) {
                    return None;
                }
                // It may be the end of one row and the beginning of the next.
                let holds =
                    |text: &str| self.finders.iter().any(|finder| finder.find(text.as_bytes()).is_some());
                let row = texts.iter().position(|text| text.is_some_and(holds))?;
                Some((name.to_owned(), row))
            }
            DataType::Struct(_) => {
                let fields = array.as_struct();
                let pairs = fields.column_names().into_iter().zip(fields.columns());
                pairs.into_iter().find_map(|(field, array)| self.find_in(&format!("{name}.{field}"), array))
            }
            DataType::List(_) => {
                let lists = array.as_list::<i32>();
                let (name, item) = self.find_in(name, lists.values())?;
                let row = lists
                    .value_offsets()
                    .iter()
                    .skip(1)
                    .position(|end| usize::try_from(*end).is_ok_and(|end| end > item));
                Some((name, row.unwrap_or_default()))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use restload_table::{Shape, decode};

    use super::*;

    fn found(secret: &str, body: &str) -> Option<(String, usize)> {
        let shape = Shape::builder().rows(&[]).build();
        let page = decode(body.as_bytes(), &shape).unwrap();
        let place = InRows::of([secret].into_iter()).unwrap().find(&page.columns);
        place.map(|place| (place.column, place.row))
    }

    #[test]
    fn a_secret_is_found_with_its_column_and_row() {
        let key = "s3cr/t k\u{e9}y";
        for (body, column, row) in [
            (r#"[{"a":"x"},{"a":"my s3cr/t kéy!"}]"#, "a", 1),
            (r#"[{"a":1,"b":{"c":["x","s3cr/t kéy"]}}]"#, "b.c", 0),
            (r#"[{"l":[]},{"l":["x"]},{"l":["y","s3cr/t kéy"]}]"#, "l", 2),
            (r#"[{"u":"https://a.test/?k=s3cr%2Ft%20k%C3%A9y"}]"#, "u", 0),
            (r#"[{"u":"https://a.test/?k=s3cr%2ft+k%c3%a9y"},{"u":"?k=s3cr%2Ft+k%C3%A9y"}]"#, "u", 1),
            (r#"[{"a":"x"},{"a":"dXNlcjpzM2NyL3Qga8OpeQ=="}]"#, "a", 1),
        ] {
            assert_eq!(found(key, body), Some((column.to_owned(), row)), "{body}");
        }
    }

    #[test]
    fn what_only_looks_like_one_is_none() {
        for body in [r#"[{"a":"s3cr/"},{"a":"t key012"}]"#, r#"[{"a":1}]"#, r#"[{"a":null}]"#, "[]"] {
            assert_eq!(found("s3cr/t key012", body), None, "{body}");
        }
        assert!(InRows::of(std::iter::empty()).is_none());
    }
}
