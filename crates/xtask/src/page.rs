//! A page of figures: each part stands between two marks and is written anew by its own command.

use std::path::Path;

use jiff::Timestamp;

/// Writes the part `name` of a page, with the command that made it and the date.
pub(crate) fn write(path: &Path, name: &str, command: &str, figures: &str) -> Result<(), String> {
    let page = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let date = Timestamp::now().strftime("%Y-%m-%d");
    let part = format!("`{command}`, {date}:\n\n{}", figures.trim_end());
    let page = replaced(&page, name, &part).ok_or_else(|| format!("{}: no part `{name}`", path.display()))?;
    std::fs::write(path, page).map_err(|error| format!("{}: {error}", path.display()))
}

fn replaced(page: &str, name: &str, part: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- {name} -->"), format!("<!-- end of {name} -->"));
    let from = page.find(&begin)? + begin.len();
    let until = from + page[from..].find(&end)?;
    Some(format!("{}\n\n{part}\n\n{}", &page[..from], &page[until..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_replaced_and_the_rest_stays() {
        let page = "# A\n<!-- a -->\nold\n<!-- end of a -->\n<!-- b -->\n<!-- end of b -->\n";
        let new = replaced(page, "a", "new").unwrap();
        assert_eq!(new, "# A\n<!-- a -->\n\nnew\n\n<!-- end of a -->\n<!-- b -->\n<!-- end of b -->\n");
        assert_eq!(replaced(&new, "a", "new").as_deref(), Some(new.as_str()));
        assert_eq!(replaced(page, "c", "new"), None);
    }
}
