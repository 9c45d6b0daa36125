//! The word that was probably meant.

/// What is longer is compared with nothing: nobody means a key by a text much longer than any.
pub(crate) const LONGEST: usize = 40;

/// The word nearest to what was written, if it is near enough to be meant.
pub fn nearest<'w>(written: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let mut letters = ['\0'; LONGEST];
    let mut length = 0;
    for letter in written.chars().flat_map(char::to_lowercase) {
        *letters.get_mut(length)? = if letter == '-' { '_' } else { letter };
        length += 1;
    }
    let letters = &letters[..length];
    let allowed = (length / 3).max(1);
    let near = words.into_iter().filter_map(|word| {
        let most = allowed.min(word.len() / 2);
        Some((distance(letters, word, most)?, word))
    });
    near.min_by_key(|near| near.0).map(|(_, word)| word)
}

/// How many characters must be changed, left out, put in or swapped with their neighbour to make the word of what was written; nothing
/// where it is more than `most`. Thousands of words may have to be compared: most of them are told apart by a look.
fn distance(from: &[char], word: &str, most: usize) -> Option<usize> {
    let mut to = ['\0'; 2 * LONGEST];
    let mut length = 0;
    for letter in word.chars() {
        *to.get_mut(length)? = letter.to_ascii_lowercase();
        length += 1;
    }
    let to = &to[..length];
    if from.len().abs_diff(length) > most {
        return None;
    }
    // The three last rows of the table: before the last, the last, this one.
    let mut rows = [[0; 2 * LONGEST + 1]; 3];
    for (column, cell) in rows[0].iter_mut().enumerate() {
        *cell = column;
    }
    for (row, left) in from.iter().enumerate() {
        let [last, before, here] = [row % 3, (row + 2) % 3, (row + 1) % 3];
        rows[here][0] = row + 1;
        let mut least = row + 1;
        for (column, above) in to.iter().enumerate() {
            let changed = rows[last][column] + usize::from(left != above);
            let mut best = changed.min(rows[last][column + 1] + 1).min(rows[here][column] + 1);
            let swapped = row > 0 && column > 0 && from[row - 1] == *above && to[column - 1] == *left;
            if swapped {
                best = best.min(rows[before][column - 1] + 1);
            }
            rows[here][column + 1] = best;
            least = least.min(best);
        }
        // A swap may still look back one row, and adds one to it.
        if least > most + 1 {
            return None;
        }
    }
    Some(rows[from.len() % 3][length]).filter(|distance| *distance <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_counts_slips_of_the_pen() {
        let distance = |from: &str, to: &str| distance(&from.chars().collect::<Vec<_>>(), to, 3);
        assert_eq!(distance("paginaton", "paginator"), Some(1));
        assert_eq!(distance("pagiantor", "Paginator"), Some(1));
        assert_eq!(distance("", "abc"), Some(3));
        assert_eq!(distance("abc", ""), Some(3));
        assert_eq!(distance("same", "same"), Some(0));
        assert_eq!(distance("abcdef", "badcfe"), Some(3));
        assert_eq!(distance("abcdefgh", "badcfehg"), None);
        assert_eq!(distance("some", "thing"), None);
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
