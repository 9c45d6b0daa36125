//! Pages as they are put together: headings that can be linked to, tables, blocks.

use std::collections::HashMap;

/// A Markdown page that grows downwards.
#[derive(Default)]
pub(super) struct Page {
    text: String,
    anchors: Anchors,
}

impl Page {
    /// A page that says in its first line that it is made.
    pub(super) fn made(from: &str) -> Self {
        let text = format!("<!-- made by `{}` from {from}; do not edit -->\n", super::COMMAND);
        Self { text, anchors: Anchors::default() }
    }

    /// A heading.
    pub(super) fn heading(&mut self, level: usize, title: &str) {
        self.anchors.take(title);
        self.block(&format!("{} {title}", "#".repeat(level)));
    }

    /// A paragraph, list, table or fence, with a blank line above.
    pub(super) fn block(&mut self, text: &str) {
        if !text.trim().is_empty() {
            self.text.push('\n');
            self.text.push_str(text.trim_end());
            self.text.push('\n');
        }
    }

    /// A table; nothing where it has no rows.
    pub(super) fn table<const N: usize>(&mut self, head: [&str; N], rows: &[[String; N]]) {
        if rows.is_empty() {
            return;
        }
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let mut text = line(&head.map(str::to_owned)) + &format!("|{}\n", "---|".repeat(N));
        text.extend(rows.iter().map(|cells| line(&cells.clone().map(|cell| in_cell(&cell)))));
        self.block(&text);
    }

    /// The anchors that headings of these titles will get when they come next, in this order.
    pub(super) fn anchors_of(&self, titles: &[String]) -> Vec<String> {
        let mut ahead = self.anchors.clone();
        titles.iter().map(|title| ahead.take(title)).collect()
    }

    /// The page as text.
    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// Text as it stands in a cell of a table.
fn in_cell(text: &str) -> String {
    text.trim().replace('|', "\\|").replace('\n', " ")
}

/// A sentence as it goes on behind a colon.
pub(super) fn uncapitalized(sentence: &str) -> String {
    let mut letters = sentence.trim_end_matches('.').chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

/// The anchors that are taken on a page. One that comes again gets a number, as on GitHub and in the book.
#[derive(Clone, Default)]
pub(crate) struct Anchors(HashMap<String, usize>);

impl Anchors {
    /// The anchor of the next heading with this title.
    pub(crate) fn take(&mut self, title: &str) -> String {
        let anchor: String = title
            .to_lowercase()
            .chars()
            .filter_map(|letter| match letter {
                ' ' => Some('-'),
                '-' | '_' => Some(letter),
                _ => letter.is_alphanumeric().then_some(letter),
            })
            .collect();
        let times = self.0.entry(anchor.clone()).or_insert(0);
        *times += 1;
        if *times == 1 { anchor } else { format!("{anchor}-{}", *times - 1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_that_comes_again_has_an_anchor_of_its_own() {
        let mut anchors = Anchors::default();
        let titles = ["`data_selector`", "A place in an answer", "`data_selector`"];
        let taken = titles.map(|title| anchors.take(title));
        assert_eq!(taken, ["data_selector", "a-place-in-an-answer", "data_selector-1"]);
    }

    #[test]
    fn a_cell_does_not_end_its_row() {
        let mut page = Page::default();
        page.table(["a", "b"], &[["x | y".to_owned(), "two\nlines".to_owned()]]);
        assert_eq!(page.finish(), "\n| a | b |\n|---|---|\n| x \\| y | two lines |\n");
    }
}
