//! The program: the real clock, environment and terminal around [`restload::main_with`].

use std::io::{self, IsTerminal as _, Write};
use std::panic;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use restload::{Sink, World, exit, main_with};
use restload_engine::clock::SystemClock;
use restload_engine::redact::Redactor;
use restload_engine::run::Stop;

/// Threads that wait for the network and follow the walks; decoding and encoding have threads of their own.
const WORKERS: usize = 2;

fn main() -> ExitCode {
    let redactor = Redactor::new();
    report_bugs(redactor.clone());
    // The hook has said what there is to say.
    let code = panic::catch_unwind(|| run(redactor)).unwrap_or(exit::BUG);
    ExitCode::from(code)
}

fn run(redactor: Redactor) -> u8 {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .max_blocking_threads(decoders())
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            say(&format!("error: the system gives no threads: {error}"));
            return exit::FAILED;
        }
    };
    let stop = Stop::new();
    runtime.spawn(end_on_signal(stop.clone()));
    let world = World {
        env: &environment,
        out: sink(io::stdout()),
        err: sink(io::stderr()),
        out_is_terminal: io::stdout().is_terminal(),
        err_is_terminal: io::stderr().is_terminal(),
        clock: Arc::new(SystemClock::new()),
        cwd: PathBuf::new(),
        stop,
        redactor,
    };
    let code = runtime.block_on(main_with(std::env::args_os().collect(), world));
    // What still waits for a server has nothing left to wait for.
    runtime.shutdown_background();
    code
}

/// Threads that decode and encode: a few more than there are cores bring no speed, and each keeps memory of its own.
fn decoders() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from) + 1
}

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn sink(writer: impl Write + Send + 'static) -> Sink {
    Arc::new(Mutex::new(writer))
}

/// The first Ctrl-C ends the run cleanly, the second at once.
async fn end_on_signal(stop: Stop) {
    asked_to_end().await;
    stop.stop();
    asked_to_end().await;
    #[expect(clippy::exit, reason = "the wish of the user; nothing that is committed can be harmed")]
    std::process::exit(i32::from(exit::INTERRUPTED));
}

/// Waits for Ctrl-C, or for the signal by which a system ends its services.
async fn asked_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        // No signal will ever come.
        std::future::pending::<()>().await;
    }
}

/// Makes a panic, which only a bug causes, say so, without a secret in it.
fn report_bugs(redactor: Redactor) {
    panic::set_hook(Box::new(move |info| {
        let message = info.payload_as_str().unwrap_or("no message");
        let place = info.location().map(|place| format!(" at {place}")).unwrap_or_default();
        say(&redactor.redact(&format!(
            "error: restload has a bug: {message}{place}\n  \
             nothing of this run was committed unless it said so; please report this with the spec and the command"
        )));
    }));
}

fn say(text: &str) {
    // Nobody is left to tell when standard error cannot be written.
    let _ = writeln!(io::stderr(), "{text}");
}
