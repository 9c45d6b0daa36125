//! Why there is no token.

use restload_diag::{Diagnostic, Pointer};
use thiserror::Error;

use crate::transport::SendFailure;

/// Why there is no token. No text of it holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TokenError {
    /// The answer says that there is none.
    #[error("the API gives out no token: {status}")]
    Refused {
        /// The status, in words.
        status: String,
        /// Where the request is written, below the auth.
        at: &'static [&'static str],
        /// The answer, in words.
        answer: String,
        /// What to look at.
        help: &'static str,
    },
    /// The answer does not hold one.
    #[error("{message}")]
    Missing {
        /// What was looked for and what was found.
        message: String,
        /// Where that is written, below the auth.
        at: &'static [&'static str],
        /// What the answer says is wrong.
        notes: Vec<String>,
        /// What to look at.
        help: &'static str,
    },
    /// No answer came.
    #[error("the request for a token: {failure}")]
    NoAnswer {
        /// What ended it.
        failure: Box<SendFailure>,
        /// Where the request is written, below the auth.
        at: &'static [&'static str],
        /// The last answer, in words.
        answer: Option<String>,
    },
    /// It is not known whether a refresh token that serves once was spent.
    #[error("whether the refresh token was spent is not known: {reason}")]
    Unsure {
        /// What came in place of a token.
        reason: String,
    },
    /// The file of a refresh token cannot be used.
    #[error("{message}")]
    File {
        /// What was tried and what the system says.
        message: String,
    },
    /// The key cannot sign.
    #[error("this private key cannot sign: {reason}")]
    Key {
        /// What is wrong with it.
        reason: String,
    },
    /// The token leads to a base URL that is none, or none that is allowed.
    #[error("{message}")]
    Base {
        /// What is wrong with it.
        message: String,
        /// The origin is not among those that credentials may go to.
        would_leave: bool,
    },
    /// The run is being ended.
    #[error("the run was ended before a token was asked for")]
    Stopped,
}

impl TokenError {
    /// The error at its place in the spec. `auth` is where the auth is written.
    pub fn diagnostic(&self, auth: &Pointer) -> Diagnostic {
        let below = |keys: &[&str]| keys.iter().fold(auth.clone(), |at, key| at.join(key));
        let fault = |rule, at| Diagnostic::error(rule, at, self.to_string());
        match self {
            Self::Refused { at, answer, help, .. } => {
                fault("token-refused", below(at)).note(format!("answer: {answer}")).help(*help)
            }
            Self::Missing { at, notes, help, .. } => {
                notes.iter().fold(fault("token-missing", below(at)), Diagnostic::note).help(*help)
            }
            Self::NoAnswer { failure, at, answer } => {
                let fault = fault(failure.name(), below(at));
                let fault = match &**failure {
                    SendFailure::CredentialsWouldLeave(_) => {
                        fault.help("what a token is asked for with goes to the origin of its own URL alone")
                    }
                    SendFailure::LimitReached { .. } => {
                        fault.help("run it again then, or raise the limit's `max_wait`")
                    }
                    _ => fault,
                };
                match answer {
                    Some(answer) => fault.note(format!("answer: {answer}")),
                    None => fault,
                }
            }
            Self::Unsure { .. } => fault("token-unsure", below(&["refresh_token"])).help(
                "it was not asked again: if the next run is refused, put a new refresh token into the file",
            ),
            Self::File { .. } => fault("token-file", below(&["refresh_token"])),
            Self::Key { .. } => fault("private-key", below(&["private_key"])).help(
                "RS256 takes an RSA key of 2048 bits or more, ES256 a key of the curve P-256, as PKCS#8",
            ),
            Self::Base { would_leave, .. } => {
                let at: Pointer = ["client", "base_url"].into_iter().collect();
                if *would_leave {
                    fault("credentials-would-leave", at)
                        .help("if the origin belongs to the API, name it in `client.allow_hosts`")
                } else {
                    fault("base-url", at)
                }
            }
            Self::Stopped => fault("stopped", auth.clone()),
        }
    }
}
