//! What differs from run to run, replaced by words: paths, ports, load ids, times.

/// What is known of a run to be replaced in its texts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Normal {
    replaced: Vec<(String, &'static str)>,
}

impl Normal {
    /// Replaces `text` by `word` from now on; longer texts should come first.
    pub(crate) fn replace(mut self, text: impl Into<String>, word: &'static str) -> Self {
        self.replaced.push((text.into(), word));
        self
    }

    /// The text as it is in every run.
    pub(crate) fn apply(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (from, word) in &self.replaced {
            text = text.replace(from, word);
        }
        let text = without_load_ids(&text);
        let lines = text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
        if lines.is_empty() { lines } else { lines + "\n" }
    }
}

/// What is said on standard error but for the lines of progress, which depend on who is faster.
pub(crate) fn without_progress(text: &str) -> String {
    let progress = |line: &&str| {
        line.split_once(": ").is_some_and(|(name, rest)| {
            let counted = rest.trim_start_matches(|digit: char| digit.is_ascii_digit() || digit == ',');
            let pages = counted.len() < rest.len()
                && (counted.starts_with(" page, ") || counted.starts_with(" pages, "));
            !name.contains([' ', '/']) && (rest == "started" || pages)
        })
    };
    lines(text.lines().filter(|line| !progress(line)))
}

/// Lines as a text.
pub(crate) fn lines<T: AsRef<str>>(lines: impl IntoIterator<Item = T>) -> String {
    lines.into_iter().fold(String::new(), |text, line| text + line.as_ref() + "\n")
}

/// `20260102T030405Z-4k7x0a` becomes `<load>`.
fn without_load_ids(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(end) = rest.find("Z-") {
        let (before, after) = rest.split_at(end + 2);
        let start = end.checked_sub(15).filter(|&start| before.is_char_boundary(start));
        let chance =
            after.bytes().take_while(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()).count();
        match start {
            Some(start) if chance >= 6 && is_second(&before[start..end]) => {
                out.push_str(&before[..start]);
                out.push_str("<load>");
                rest = &after[6..];
            }
            _ => {
                out.push_str(before);
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn is_second(text: &str) -> bool {
    text.bytes().enumerate().all(|(at, byte)| if at == 8 { byte == b'T' } else { byte.is_ascii_digit() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_progress_are_left_out() {
        let text = "x: started\nerror: bad\nx: 1 page, 3 rows\nx: 12 pages, 1 row, ended after 1.0 s\n  x: started\n";
        assert_eq!(without_progress(text), "error: bad\n  x: started\n");
    }

    #[test]
    fn what_differs_is_replaced() {
        let normal = Normal::default().replace("/tmp/x", "<out>").replace("http://127.0.0.1:80", "<base>");
        assert_eq!(
            normal.apply("/tmp/x/20260102T030405Z-4k7x0a-1.parquet from http://127.0.0.1:80/ \n20260102T0304Z-4k7x0a\n\n"),
            "<out>/<load>-1.parquet from <base>/\n20260102T0304Z-4k7x0a\n\n"
        );
        assert_eq!(normal.apply(""), "");
        assert_eq!(normal.apply("éZ-abcdef"), "éZ-abcdef\n");
    }
}
