//! The record that the load server answers with: 16 fields of mixed types, about 430 bytes of JSON.
//!
//! A record follows from its number alone, so the server renders it and the check of the written files
//! knows what must have arrived, without either asking the other.

use serde::Serialize;

/// The fields of a record in the order in which they are sent.
pub(crate) const FIELDS: [&str; 16] = [
    "id",
    "first_name",
    "last_name",
    "email",
    "created_at",
    "updated_at",
    "active",
    "score",
    "visits",
    "tags",
    "organization_ids",
    "address",
    "note",
    "source",
    "currency",
    "amount",
];

const CITIES: [&str; 8] =
    ["Lisboa", "Kraków", "Wellington", "Buenos Aires", "Zürich", "大阪", "Accra", "Reykjavík"];

/// One record, as it is sent.
#[derive(Serialize)]
pub(crate) struct Person {
    id: u64,
    first_name: String,
    last_name: String,
    email: String,
    created_at: String,
    updated_at: String,
    active: bool,
    score: f64,
    visits: u64,
    tags: [String; 2],
    organization_ids: [u64; 3],
    address: Address,
    note: Option<String>,
    source: &'static str,
    currency: &'static str,
    amount: String,
}

#[derive(Serialize)]
struct Address {
    city: &'static str,
    zip: String,
    geo: Geo,
}

#[derive(Serialize)]
struct Geo {
    lat: f64,
    lng: f64,
}

impl Person {
    /// The record of this number; the first is 1.
    pub(crate) fn numbered(id: u64) -> Self {
        let (day, month) = (1 + id % 28, 1 + id % 12);
        Self {
            id,
            first_name: format!("Given{}", id % 983),
            last_name: format!("Family{}", id % 1_427),
            email: format!("person{id}@example{}.org", id % 50),
            created_at: format!(
                "20{:02}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
                10 + id % 16,
                id % 24,
                id % 60,
                id % 59
            ),
            updated_at: format!("2026-{month:02}-{day:02}T08:00:00Z"),
            active: id.is_multiple_of(2),
            score: hundredths(id % 10_000),
            visits: id % 5_000,
            tags: [format!("tag{}", id % 40), format!("tag{}", id % 41)],
            organization_ids: [id % 3_000, id * 7 % 3_000, id * 13 % 3_000],
            address: Address::numbered(id),
            note: (!id.is_multiple_of(3))
                .then(|| format!("Seen at \"Fair {}\" on day {}; write\nagain soon", id % 17, id % 31)),
            source: "import",
            currency: "EUR",
            amount: format!("{}.{:02}", id % 1_000, id % 100),
        }
    }
}

impl Address {
    fn numbered(id: u64) -> Self {
        Self {
            city: CITIES[usize::try_from(id % 8).unwrap_or_default()],
            zip: format!("{:05}", id % 99_999),
            geo: Geo { lat: hundredths(id % 90 * 100 + 50), lng: -hundredths(id % 180 * 100 + 25) },
        }
    }
}

/// A number of hundredths as the nearest float, which is the one that its decimal spelling parses to.
fn hundredths(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or_default()) / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_has_the_named_fields_in_order() {
        let json = serde_json::to_value(Person::numbered(7)).unwrap();
        let names: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, FIELDS);
    }

    #[test]
    fn a_record_is_about_430_bytes() {
        let bytes: usize =
            (1..=5_000).map(|id| serde_json::to_vec(&Person::numbered(id * 100)).unwrap().len()).sum();
        assert!((420..=440).contains(&(bytes / 5_000)), "{} bytes a record", bytes / 5_000);
    }

    #[test]
    fn hundredths_are_the_floats_that_their_spelling_parses_to() {
        for count in 0..10_000 {
            let text = format!("{}.{:02}", count / 100, count % 100);
            assert_eq!(hundredths(count).to_bits(), text.parse::<f64>().unwrap().to_bits(), "{text}");
        }
    }
}
