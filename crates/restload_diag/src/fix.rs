//! Edits that mend a document, and how they are made.

use std::collections::BTreeMap;
use std::ops::Range;

/// An edit of the document's text that mends a fault, made as a whole or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What the edit does, as an order to the reader: "write `paginator`".
    pub title: String,
    /// Replacements, in any order. They do not overlap, and no two of them put something in at one place.
    pub edits: Vec<Edit>,
}

/// A replacement of a stretch of the document's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The bytes of the text that are replaced; an empty range where something is put in.
    pub span: Range<usize>,
    /// What stands there afterwards.
    pub replacement: String,
}

impl Fix {
    /// A fix without edits yet.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), edits: Vec::new() }
    }

    /// Puts other text in the place of these bytes.
    #[must_use]
    pub fn replace(mut self, span: Range<usize>, replacement: impl Into<String>) -> Self {
        self.edits.push(Edit { span, replacement: replacement.into() });
        self
    }

    /// Puts text in before this byte.
    #[must_use]
    pub fn insert(self, at: usize, text: impl Into<String>) -> Self {
        self.replace(at..at, text)
    }

    /// Takes these bytes away.
    #[must_use]
    pub fn delete(self, span: Range<usize>) -> Self {
        self.replace(span, "")
    }

    /// Whether this can be made in a text: there is something to do, each place is in the text and cuts no character,
    /// and no two edits touch the same place.
    pub fn fits(&self, text: &str) -> bool {
        let edits = self.in_order();
        let is_in_text = |edit: &&Edit| text.get(edit.span.clone()).is_some();
        let is_apart = |pair: &[&Edit]| {
            let (first, second) = (&pair[0].span, &pair[1].span);
            first.end <= second.start && first != second
        };
        !edits.is_empty() && edits.iter().all(is_in_text) && edits.windows(2).all(is_apart)
    }

    /// The edits as they follow each other in the text.
    pub(crate) fn in_order(&self) -> Vec<&Edit> {
        let mut edits: Vec<_> = self.edits.iter().collect();
        edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
        edits
    }
}

/// What came of applying fixes to a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The text after the edits.
    pub text: String,
    /// How many fixes are in it.
    pub applied: usize,
    /// How many were left out, because they touch the same place as one that was taken, or do not fit the text.
    pub skipped: usize,
}

/// Applies fixes to a text, in the order in which they are given.
///
/// A fix is taken whole or not at all. One that touches a place of an earlier one is left for the next round: look
/// at the new text again, and what is still at fault brings its fix along. Places touch when their bytes overlap, or
/// when text is put in at the same place as, or at an edge of, another edit. An edit that an earlier fix has made in the very
/// same way is made once; a fix all of whose edits have been made counts neither as applied nor as skipped.
pub fn apply_fixes<'f>(text: &str, fixes: impl IntoIterator<Item = &'f Fix>) -> Applied {
    let mut taken = Taken::default();
    let (mut applied, mut skipped) = (0, 0);
    for fix in fixes {
        let new: Vec<_> = fix.edits.iter().filter(|edit| !taken.holds(edit)).collect();
        if !fix.fits(text) || new.iter().any(|edit| taken.touches(&edit.span)) {
            skipped += 1;
        } else if !new.is_empty() {
            applied += 1;
            taken.extend(new);
        }
    }
    Applied { text: taken.made_in(text), applied, skipped }
}

/// Edits that do not touch each other, by place.
#[derive(Default)]
struct Taken<'f>(BTreeMap<(usize, usize), &'f str>);

impl<'f> Taken<'f> {
    fn holds(&self, edit: &Edit) -> bool {
        self.0.get(&(edit.span.start, edit.span.end)) == Some(&edit.replacement.as_str())
    }

    fn touches(&self, span: &Range<usize>) -> bool {
        // Those that begin behind the span cannot touch it; those before it end in the order in which they begin.
        let before = self.0.range(..=(span.end, usize::MAX)).rev();
        before
            .take_while(|((_, end), _)| *end >= span.start)
            .any(|((start, end), _)| touch(span, &(*start..*end)))
    }

    fn extend(&mut self, edits: Vec<&'f Edit>) {
        self.0.extend(
            edits.into_iter().map(|edit| ((edit.span.start, edit.span.end), edit.replacement.as_str())),
        );
    }

    fn made_in(&self, text: &str) -> String {
        let mut made = String::with_capacity(text.len());
        let mut done = 0;
        for ((start, end), replacement) in &self.0 {
            made.push_str(&text[done..*start]);
            made.push_str(replacement);
            done = *end;
        }
        made + &text[done..]
    }
}

fn touch(one: &Range<usize>, other: &Range<usize>) -> bool {
    if one.is_empty() || other.is_empty() {
        one.start <= other.end && other.start <= one.end
    } else {
        one.start < other.end && other.start < one.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(text: &str, fixes: &[Fix]) -> (String, usize, usize) {
        let Applied { text, applied, skipped } = apply_fixes(text, fixes);
        (text, applied, skipped)
    }

    fn fix() -> Fix {
        Fix::new("mend it")
    }

    #[test]
    fn fixes_at_different_places_are_applied_in_one_round() {
        let fixes = [fix().replace(5..6, "y"), fix().insert(0, "é: "), fix().delete(2..4)];
        assert_eq!(applied("abcdefg", &fixes), ("é: abeyg".to_owned(), 3, 0));
    }

    #[test]
    fn a_fix_is_applied_as_a_whole_or_not_at_all() {
        let fixes =
            [fix().replace(2..4, "X"), fix().replace(0..1, "Y").replace(3..5, "Z"), fix().delete(0..1)];
        assert_eq!(applied("abcdef", &fixes), ("bXef".to_owned(), 2, 1));
    }

    #[test]
    fn of_two_insertions_at_one_place_the_first_wins() {
        let fixes =
            [fix().insert(1, "x"), fix().insert(1, "y"), fix().replace(1..2, "z"), fix().replace(0..1, "w")];
        assert_eq!(applied("ab", &fixes), ("axb".to_owned(), 1, 3));
    }

    #[test]
    fn edits_that_only_meet_are_both_made() {
        assert_eq!(
            applied("a\nb\n", &[fix().delete(0..2), fix().replace(2..4, "c\n")]),
            ("c\n".to_owned(), 2, 0)
        );
    }

    #[test]
    fn what_several_fixes_ask_for_in_the_same_way_is_made_once() {
        let add = || fix().insert(0, "x: 1\n");
        let fixes = [add(), add(), add().replace(1..2, "c")];
        assert_eq!(applied("ab", &fixes), ("x: 1\nac".to_owned(), 2, 0));
    }

    #[test]
    fn a_fix_that_does_not_fit_the_text_is_left_out() {
        let unfit = [
            fix(),
            fix().replace(1..2, "cuts a character"),
            fix().delete(2..9),
            fix().insert(9, "past the end"),
            fix().delete(0..3).insert(2, "overlaps itself"),
            fix().insert(2, "twice").insert(2, "at one place"),
            #[expect(clippy::reversed_empty_ranges, reason = "the fault")]
            fix().delete(2..0),
        ];
        assert_eq!(applied("éa", &unfit), ("éa".to_owned(), 0, unfit.len()));
    }

    #[test]
    fn a_quote_on_both_sides_of_a_text_is_one_fix() {
        let quote = fix().insert(12, "\"").insert(6, "\"");
        assert_eq!(applied("path: {{id}}", &[quote]), ("path: \"{{id}}\"".to_owned(), 1, 0));
    }
}
