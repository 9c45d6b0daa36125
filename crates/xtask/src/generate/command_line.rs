//! `docs/reference/command-line.md`: the verbs and their options, as the help says them.

use clap::{Arg, Command};

use super::markdown::{Page, uncapitalized};

/// The heading of options that stand under none in the help.
const NO_HEADING: &str = "Options";

/// The page.
pub(super) fn command_line() -> String {
    let mut command = restload::command();
    command.build();
    let mut page = Page::made("the definition of the command line");
    page.heading(1, "The command line");
    page.block("`restload VERB --help` says the same in the terminal; `restload VERB -h` says it in short.");
    let verbs: Vec<&Command> = command.get_subcommands().filter(|verb| !verb.is_hide_set()).collect();
    let titles: Vec<String> = verbs.iter().map(|verb| title(verb)).collect();
    let anchors = page.anchors_of(&titles);
    let rows: Vec<[String; 2]> = verbs
        .iter()
        .zip(&anchors)
        .map(|(verb, anchor)| {
            let about = verb.get_about().map(ToString::to_string).unwrap_or_default();
            [format!("[`{}`](#{anchor})", verb.get_name()), in_words(&about)]
        })
        .collect();
    page.table(["verb", "what it does"], &rows);
    for verb in verbs {
        write_verb(&mut page, verb);
    }
    page.block("What the codes mean with which a verb ends: [exit codes](exit-codes.md).");
    page.finish()
}

fn title(verb: &Command) -> String {
    format!("`restload {}`", verb.get_name())
}

fn write_verb(page: &mut Page, verb: &Command) {
    page.heading(2, &title(verb));
    let usage = verb.clone().render_usage().to_string();
    page.block(&format!("```\n{}\n```", usage.trim_start_matches("Usage: ")));
    let about = verb.get_long_about().or(verb.get_about()).map(ToString::to_string).unwrap_or_default();
    write_text(page, &about);
    let arguments: Vec<&Arg> = verb.get_positionals().filter(|argument| !argument.is_hide_set()).collect();
    page.table(["argument", "meaning"], &arguments.iter().map(|arg| row(arg)).collect::<Vec<_>>());
    let options: Vec<&Arg> = verb.get_arguments().filter(|option| is_own_option(option)).collect();
    for heading in headings(&options) {
        let under: Vec<[String; 2]> =
            options.iter().filter(|option| heading_of(option) == heading).map(|option| row(option)).collect();
        page.table([heading, "meaning"], &under);
    }
}

/// Whether an argument is an option that is shown, and none of those that every verb has.
fn is_own_option(arg: &Arg) -> bool {
    !arg.is_positional() && !arg.is_hide_set() && !matches!(arg.get_id().as_str(), "help" | "version")
}

fn heading_of(option: &Arg) -> &str {
    option.get_help_heading().unwrap_or(NO_HEADING)
}

/// The headings of the help, in its order.
fn headings<'a>(options: &[&'a Arg]) -> Vec<&'a str> {
    let mut headings: Vec<&str> = Vec::new();
    for heading in options.iter().map(|option| heading_of(option)) {
        if !headings.contains(&heading) {
            headings.push(heading);
        }
    }
    headings
}

/// An argument or option as it is written, and what it means with its words and its default.
fn row(arg: &Arg) -> [String; 2] {
    let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string).unwrap_or_default();
    let mut meaning = in_words(&help);
    let words = arg.get_possible_values();
    if arg.get_action().takes_values() && words.iter().any(|word| word.get_help().is_some()) {
        let told = words.iter().map(|word| {
            let help = word.get_help().map(ToString::to_string).unwrap_or_default();
            format!("`{}`: {}", word.get_name(), uncapitalized(&in_words(&help)))
        });
        meaning = format!("{meaning}. {}", told.collect::<Vec<_>>().join("; "));
    }
    let default: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if arg.get_action().takes_values() && !default.is_empty() {
        meaning = format!("{meaning} (default: `{}`)", default.join(","));
    }
    let short = arg.get_short().map(|short| format!("-{short}, ")).unwrap_or_default();
    [format!("`{short}{arg}`"), meaning]
}

/// The paragraphs of a help text; lines that are set in are commands.
fn write_text(page: &mut Page, text: &str) {
    for paragraph in text.split("\n\n") {
        if paragraph.starts_with("  ") {
            let lines: Vec<&str> =
                paragraph.lines().map(|line| line.strip_prefix("  ").unwrap_or(line)).collect();
            page.block(&format!("```\n{}\n```", lines.join("\n")));
        } else {
            page.block(&in_words(paragraph));
        }
    }
}

/// Text of the help as Markdown: options, and what stands for something (`<out>`), are code.
fn in_words(text: &str) -> String {
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

fn word(word: &str) -> String {
    let bare = word.trim_end_matches([',', '.', ';', ':', ')']);
    let is_code = (bare.starts_with("--") || bare.contains('<') || bare == "***") && !bare.contains('`');
    if is_code { format!("`{bare}`{}", &word[bare.len()..]) } else { word.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_of_every_verb_is_on_the_page() {
        let page = command_line();
        let mut command = restload::command();
        command.build();
        let mut seen = 0;
        for verb in command.get_subcommands() {
            let (_, section) = page.split_once(&format!("\n## {}\n", title(verb))).unwrap();
            let section = section.split("\n## ").next().unwrap();
            for long in verb.get_arguments().filter_map(Arg::get_long).filter(|long| *long != "help") {
                assert!(section.contains(&format!("--{long}")), "{} --{long}", verb.get_name());
                seen += 1;
            }
        }
        assert!(seen > 10);
    }

    #[test]
    fn what_is_to_be_typed_is_code_and_is_no_tag() {
        assert_eq!(
            in_words("writes to <out>/<spec>.limit, see --out."),
            "writes to `<out>/<spec>.limit`, see `--out`."
        );
    }
}
