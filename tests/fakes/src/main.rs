//! A fake by hand: `fakes tapfiliate --port 8080`, until it is interrupted.

use std::fmt;
use std::process::ExitCode;
use std::str::FromStr;
use std::time::Duration;

use restload_fakes::{Api, Fake, Options};

const USAGE: &str = "\
usage: fakes API [--port N] [--key KEY] [--seed N] [--latency MILLISECONDS]
             [--records COLLECTION=N]... [--samples-only]
APIs: affinity, tapfiliate, taplytics";

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]
fn main() -> ExitCode {
    let started = read(std::env::args().skip(1))
        .and_then(|(api, options)| Fake::start(api, &options).map_err(|error| Fault(error.to_string())));
    let fake = match started {
        Ok(fake) => fake,
        Err(fault) => {
            eprintln!("error: {fault}\n{USAGE}");
            return ExitCode::from(1);
        }
    };
    println!("{}\nkey: {}", fake.base_url(), fake.key());
    loop {
        std::thread::park();
    }
}

/// What is wrong with the arguments.
#[derive(Debug)]
struct Fault(String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn read(mut arguments: impl Iterator<Item = String>) -> Result<(Api, Options), Fault> {
    let api = match arguments.next().as_deref() {
        Some("affinity") => Api::Affinity,
        Some("tapfiliate") => Api::Tapfiliate,
        Some("taplytics") => Api::Taplytics,
        Some(other) => return Err(Fault(format!("no API `{other}`"))),
        None => return Err(Fault("an API is missing".to_owned())),
    };
    let mut options = Options::new();
    while let Some(name) = arguments.next() {
        if name == "--samples-only" {
            options = options.samples_only();
            continue;
        }
        let value = arguments.next().ok_or_else(|| Fault(format!("`{name}` needs a value")))?;
        options = match name.as_str() {
            "--port" => options.port(number(&name, &value)?),
            "--key" => options.key(&value),
            "--seed" => options.seed(number(&name, &value)?),
            "--latency" => options.latency(Duration::from_millis(number(&name, &value)?)),
            "--records" => {
                let (collection, rows) = value.split_once('=').unwrap_or((&value, ""));
                options.records(collection, number(&name, rows)?)
            }
            _ => return Err(Fault(format!("no option `{name}`"))),
        };
    }
    Ok((api, options))
}

fn number<T: FromStr>(name: &str, value: &str) -> Result<T, Fault> {
    value.parse().map_err(|_| Fault(format!("`{name}` needs a number, not `{value}`")))
}
