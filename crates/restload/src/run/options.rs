//! The options of `restload run` that clap takes as text: read before anything else is done.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use restload_spec::Size;
use url::{Host, Url};

use crate::arguments::InputArguments;
use crate::exit;
use crate::input_texts::{parse_env_file, parse_sets};
use crate::terminal::Terminal;
use crate::world::World;

/// The least memory that a run can work in: a few pages and the builders of a few tables.
const LEAST_MEMORY: u64 = 16 << 20;

/// The options, read.
#[derive(Debug)]
pub(crate) struct Options {
    /// The values of `--set`.
    pub(crate) set: BTreeMap<String, String>,
    /// The variables of `--env-file`.
    pub(crate) env_file: BTreeMap<String, String>,
    /// The URL of `--base-url`.
    pub(crate) base_url: Option<Url>,
}

impl Options {
    /// Reads the options, or says what is wrong with the first that cannot be read.
    pub(crate) fn read(
        inputs: &InputArguments,
        base_url: Option<&str>,
        world: &World<'_>,
        terminal: &Terminal,
    ) -> Result<Self, u8> {
        let read = || {
            Ok(Self {
                set: parse_sets(&inputs.set).map_err(|error| Fault::new(error.to_string()))?,
                env_file: match &inputs.env_file {
                    Some(path) => read_env_file(path, world)?,
                    None => BTreeMap::new(),
                },
                base_url: base_url.map(parse_base_url).transpose()?,
            })
        };
        read().map_err(|fault: Fault| fault.say(terminal))
    }
}

/// Reads the bytes of `--memory`, or says what is wrong with them.
pub(crate) fn read_memory(text: &str, terminal: &Terminal) -> Result<usize, u8> {
    parse_memory(text).map_err(|fault| fault.say(terminal))
}

/// Reads the time that an option takes; `least` is the shortest that makes sense of it.
pub(crate) fn read_time(
    option: &str,
    text: &str,
    least: Duration,
    terminal: &Terminal,
) -> Result<Duration, u8> {
    parse_time(option, text, least).map_err(|fault| fault.say(terminal))
}

fn parse_time(option: &str, text: &str, least: Duration) -> Result<Duration, Fault> {
    let parsed = restload_spec::Duration::parse(text)
        .map_err(|fault| Fault::new(format!("`{option}`: {}", fault.message)).help(fault.help))?;
    match parsed.as_std() {
        Some(time) if time >= least && !parsed.is_negative() => Ok(time),
        Some(_) => Err(Fault::new(format!("`{option} {text}`: at least {} s", least.as_secs()))),
        None => Err(Fault::new(format!("`{option} {text}` is no time in days, hours, minutes or seconds"))),
    }
}

/// What is wrong with an option, and the edit to make.
#[derive(Debug, PartialEq, Eq)]
struct Fault {
    message: String,
    help: Option<String>,
}

impl Fault {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    fn say(&self, terminal: &Terminal) -> u8 {
        terminal.error(&self.message, self.help.as_deref());
        exit::USAGE
    }
}

fn read_env_file(path: &Path, world: &World<'_>) -> Result<BTreeMap<String, String>, Fault> {
    let shown = path.display();
    let text = fs::read_to_string(world.locate(path))
        .map_err(|error| Fault::new(format!("cannot read the file of `--env-file`, `{shown}`: {error}")))?;
    parse_env_file(&shown.to_string(), &text).map_err(|error| Fault::new(error.to_string()))
}

/// Reads the URL of `--base-url`. Messages do not repeat it: it may hold a password.
fn parse_base_url(text: &str) -> Result<Url, Fault> {
    let no_url = || Fault::new("`--base-url` takes a URL with `https://` and a host");
    let url = Url::parse(text).map_err(|_| no_url())?;
    let host = url.host().ok_or_else(no_url)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Fault::new(
            "user name and password do not belong in a base URL: `auth` in the spec sends them",
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Fault::new("a base URL ends with its path: what stands after `?` or `#` is not sent"));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&host) => Ok(url),
        "http" => Err(Fault::new("`--base-url`: credentials would go over http in the clear")
            .help("write `https://`; http is for servers on this machine")),
        _ => Err(no_url()),
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

fn parse_memory(text: &str) -> Result<usize, Fault> {
    let size = Size::parse(text)
        .map_err(|fault| Fault::new(format!("`--memory`: {}", fault.message)).help(fault.help))?;
    if size.bytes() < LEAST_MEMORY {
        return Err(Fault::new(format!("`--memory {text}`: a run needs at least {}MiB", LEAST_MEMORY >> 20)));
    }
    // Where addresses are shorter than sizes, more than all is all.
    Ok(usize::try_from(size.bytes()).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_https_or_on_this_machine() {
        for url in [
            "https://staging.example.com/v1/",
            "http://localhost:8080",
            "http://127.0.0.1:1/a",
            "http://[::1]:1/",
        ] {
            assert!(parse_base_url(url).is_ok(), "{url}");
        }
        for (url, fault) in [
            ("staging", "`--base-url` takes a URL with `https://` and a host"),
            ("ftp://staging.example.com/", "`--base-url` takes a URL with `https://` and a host"),
            ("http://staging.example.com/", "`--base-url`: credentials would go over http in the clear"),
            ("http://localhost.example.com/", "`--base-url`: credentials would go over http in the clear"),
            (
                "https://me:s3cr3tkey@staging.example.com/",
                "user name and password do not belong in a base URL: `auth` in the spec sends them",
            ),
            (
                "https://staging.example.com/?key=1",
                "a base URL ends with its path: what stands after `?` or `#` is not sent",
            ),
        ] {
            assert_eq!(parse_base_url(url).unwrap_err().message, fault, "{url}");
        }
    }

    #[test]
    fn a_time_has_a_unit_and_a_least_length() {
        let parse = |text| parse_time("--checkpoint", text, Duration::ZERO);
        assert_eq!(parse("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(parse("0s"), Ok(Duration::ZERO));
        for text in ["10", "-5s", "1y", "soon"] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse_time("--max-duration", "0s", Duration::from_secs(1)).is_err());
    }

    #[test]
    fn memory_has_a_unit_and_a_least_size() {
        assert_eq!(parse_memory("256MiB"), Ok(256 << 20));
        assert_eq!(parse_memory("1KiB").unwrap_err().message, "`--memory 1KiB`: a run needs at least 16MiB");
        let fault = parse_memory("much").unwrap_err();
        assert_eq!(fault.message, "`--memory`: `much` is not a size");
        assert!(fault.help.is_some());
    }
}
