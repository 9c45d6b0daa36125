//! Names on disk, where two that differ only in case are one.

use std::collections::HashSet;

/// The names as they stand on disk: a name that an earlier one has in another case gets a suffix (`_2`), an empty
/// one is `_`. A name keeps what it got when others come after it.
pub(crate) fn unique_names<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut taken = HashSet::new();
    let unique = |name: &'a str| {
        let base = if name.is_empty() { "_" } else { name };
        let mut unique = base.to_owned();
        let mut n = 1;
        while !taken.insert(unique.to_lowercase()) {
            n += 1;
            unique = format!("{base}_{n}");
        }
        unique
    };
    names.map(unique).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_another_case_gets_a_suffix_that_is_free() {
        let names = ["id", "ID", "id_2", "", "Ärger", "ärger", "Id"];
        let unique = unique_names(names.into_iter());
        assert_eq!(unique, ["id", "ID_2", "id_2_2", "_", "Ärger", "ärger_2", "Id_3"]);
    }
}
