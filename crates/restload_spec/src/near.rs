//! The word that was probably meant.

/// The word nearest to what was written, if it is near enough to be meant.
pub fn nearest<'w>(written: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let written = written.to_lowercase().replace('-', "_");
    let length = written.chars().count();
    // Nobody means a key by a text much longer than any.
    if length > 40 {
        return None;
    }
    let allowed = (length / 3).max(1);
    // Words of another length need not be compared letter by letter.
    let most = |word: &str| allowed.min(word.len() / 2);
    let words = words.into_iter().filter(|word| word.chars().count().abs_diff(length) <= most(word));
    let near = words.map(|word| (distance(&written, &word.to_lowercase()), word));
    let (_, word) = near.filter(|(distance, word)| *distance <= most(word)).min_by_key(|near| near.0)?;
    Some(word)
}

/// How many characters must be changed, left out, put in or swapped with their neighbour.
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (row, left) in from.iter().enumerate() {
        let mut here = vec![row + 1];
        for (column, above) in to.iter().enumerate() {
            let changed = last[column] + usize::from(left != above);
            let mut best = changed.min(last[column + 1] + 1).min(here[column] + 1);
            let swapped = row > 0 && column > 0 && from[row - 1] == *above && to[column - 1] == *left;
            if swapped && !before.is_empty() {
                best = best.min(before[column - 1] + 1);
            }
            here.push(best);
        }
        before = std::mem::replace(&mut last, here);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_counts_slips_of_the_pen() {
        assert_eq!(distance("paginaton", "paginator"), 1);
        assert_eq!(distance("pagiantor", "paginator"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
        assert_eq!(distance("same", "same"), 0);
    }

    #[test]
    fn only_a_word_that_may_be_meant_is_near() {
        assert_eq!(nearest("Paginaton", ["path", "paginator"]), Some("paginator"));
        assert_eq!(nearest("get", ["GET", "PUT"]), Some("GET"));
        assert_eq!(nearest("primary-key", ["path", "primary_key"]), Some("primary_key"));
        assert_eq!(nearest("x", ["in", "path"]), None);
        assert_eq!(nearest("incremental", ["parent", "transform"]), None);
    }
}
