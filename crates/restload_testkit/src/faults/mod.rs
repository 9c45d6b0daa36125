//! A server with a schedule of faults: in front of another server, or of a function that answers.
//!
//! What goes wrong is on the wire, where it goes wrong with real servers: statuses, resets, bodies that are cut off,
//! wrong lengths, broken encodings. The program under test knows nothing of it. What was done is counted.

pub(crate) mod schedule;
mod secure;
mod upstream;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

pub use crate::matching::Asked;
pub use schedule::{Chance, Fault, Kind, Schedule};
pub use wire::Reply;

use crate::server::read_request;
use secure::Secured;
use wire::{Act, acts};

/// What answers behind the faults.
#[derive(Clone)]
pub enum Behind {
    /// A server on this machine. It is told the address that the client asked, by `Host`.
    Server(SocketAddr),
    /// A function.
    Function(Arc<dyn Fn(&Asked) -> Reply + Send + Sync>),
}

/// What a [`Front`] has seen and done.
#[derive(Debug, Clone, Default)]
pub struct Done {
    /// Every request, as method and target, with the moment at which it was read.
    pub requests: Vec<(Instant, String)>,
    /// How many faults of each kind there were.
    pub faults: BTreeMap<Kind, u64>,
    /// What could not be answered though no fault was due.
    pub troubles: Vec<String>,
}

/// A server on loopback, until it is dropped.
pub struct Front {
    port: u16,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    /// Where TLS is spoken.
    secured: Option<Secured>,
    behind: Mutex<Behind>,
    schedule: Mutex<Arc<Schedule>>,
    done: Mutex<Done>,
    answered: Mutex<BTreeSet<String>>,
}

impl Front {
    /// Starts on a free port.
    pub fn start(behind: Behind, schedule: Schedule) -> io::Result<Self> {
        Self::start_as(behind, schedule, None)
    }

    /// Starts on a free port, and speaks TLS there: with a certificate that the authority of the tests has signed
    /// ([`certificate`](crate::network::certificate)`("authority.pem")`). What is behind is told by `x-forwarded-proto`.
    pub fn start_secure(behind: Behind, schedule: Schedule) -> io::Result<Self> {
        Self::start_as(behind, schedule, Some(Secured::new()?))
    }

    fn start_as(behind: Behind, schedule: Schedule, secured: Option<Secured>) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            secured,
            behind: Mutex::new(behind),
            schedule: Mutex::new(Arc::new(schedule)),
            done: Mutex::default(),
            answered: Mutex::default(),
        });
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let served = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("front".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = accept(listener, served) => {}
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Self { port, shared, stop: Some(stop), thread: Some(thread) })
    }

    /// `http://127.0.0.1:PORT`, or `https://`.
    pub fn origin(&self) -> String {
        let scheme = if self.shared.secured.is_some() { "https" } else { "http" };
        format!("{scheme}://127.0.0.1:{}", self.port)
    }

    /// Takes another schedule from now on.
    pub fn set_schedule(&self, schedule: Schedule) {
        *lock(&self.shared.schedule) = Arc::new(schedule);
    }

    /// Stands in front of something else from now on.
    pub fn set_behind(&self, behind: Behind) {
        *lock(&self.shared.behind) = behind;
    }

    /// The questions that were answered rightly since this was asked last.
    pub fn take_asked(&self) -> BTreeSet<String> {
        std::mem::take(&mut lock(&self.shared.answered))
    }

    /// What was done since the start, or since this was asked last.
    pub fn take_done(&self) -> Done {
        std::mem::take(&mut lock(&self.shared.done))
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: std::net::TcpListener, shared: Arc<Shared>) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    loop {
        // Out of descriptors, say: the clients ask again.
        let Ok((stream, _)) = listener.accept().await else { continue };
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            // A client that was killed is gone: nobody is left to tell.
            let _ = serve(stream, &shared).await;
        });
    }
}

/// A connection, plain or secure.
trait Wire: AsyncRead + AsyncWrite + Unpin {
    /// What is below it.
    fn socket(&self) -> &TcpStream;
}

impl Wire for TcpStream {
    fn socket(&self) -> &TcpStream {
        self
    }
}

async fn serve(stream: TcpStream, shared: &Shared) -> io::Result<()> {
    let Some(secured) = &shared.secured else { return answer(stream, shared).await };
    let fault = Arc::clone(&lock(&shared.schedule)).next_handshake();
    let Some(fault) = fault else { return answer(secured.shake(stream).await?, shared).await };
    *lock(&shared.done).faults.entry(fault.kind).or_default() += 1;
    // Told before the client sees an end.
    if let Some(_stream) = secured.spoil(stream, fault).await? {
        lock(&shared.done).troubles.push(format!("a client took a {:?}", fault.kind));
    }
    Ok(())
}

async fn answer(mut stream: impl Wire, shared: &Shared) -> io::Result<()> {
    let Some(mut asked) = read_request(&mut stream).await? else { return Ok(()) };
    if shared.secured.is_some() {
        asked.headers.push(("x-forwarded-proto".to_owned(), "https".to_owned()));
    }
    let question = format!("{} {}", asked.method, asked.target);
    let schedule = Arc::clone(&lock(&shared.schedule));
    let fault = schedule.next(&question);
    {
        let mut done = lock(&shared.done);
        done.requests.push((Instant::now(), question.clone()));
        if let Some(fault) = fault {
            *done.faults.entry(fault.kind).or_default() += 1;
        } else {
            lock(&shared.answered).insert(question.clone());
        }
    }
    let behind = lock(&shared.behind).clone();
    let reply = match behind {
        Behind::Function(answer) => answer(&asked),
        Behind::Server(address) => match upstream::ask(address, &asked).await {
            Ok(reply) => reply,
            Err(error) => {
                lock(&shared.done).troubles.push(format!("{question}: {error}"));
                return Err(error);
            }
        },
    };
    for act in acts(&reply, fault) {
        match act {
            Act::Send(bytes) => stream.write_all(&bytes).await?,
            Act::Wait(time) => tokio::time::sleep(time).await,
            Act::Reset => return stream.socket().set_zero_linger(),
        }
    }
    stream.shutdown().await
}

#[cfg(test)]
mod tests;
