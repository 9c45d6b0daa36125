//! Why there is no sandbox.

use restload_diag::Diagnostic;
use thiserror::Error;

/// Why a sandbox cannot be started.
#[derive(Debug, Error)]
pub enum SandboxError {
    /// The spec cannot be settled.
    #[error("the spec has errors")]
    Spec(Vec<Diagnostic>),
    /// Samples are missing, or do not fit the spec; each names its resource.
    #[error("the samples do not allow a sandbox")]
    Samples(Vec<Diagnostic>),
    /// The port cannot be listened on.
    #[error("cannot listen on port {port} of this machine: {source}")]
    Listen {
        /// The port that was asked for; 0 for any.
        port: u16,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
}
