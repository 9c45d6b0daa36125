//! What restload says about a spec, and where.
//!
//! A [`Diagnostic`] names its place by a [`Pointer`] (`/resources/notes/path`), never by a line: whoever knows the
//! text (see [`Locate`]) turns the pointer into bytes when the diagnostic is drawn, by [`render_full`] or
//! [`render_concise`].
//!
//! ```
//! use restload_diag::{Diagnostic, Part, Pointer};
//!
//! let at: Pointer = "/resources/notes/paginaton".parse()?;
//! let diagnostic = Diagnostic::error("unknown-key", at, "`paginaton` is not a key of a resource")
//!     .on(Part::Key)
//!     .help("did you mean `paginator`?");
//! assert_eq!(diagnostic.at.to_string(), "/resources/notes/paginaton");
//! # Ok::<(), restload_diag::PointerFault>(())
//! ```

mod diagnostic;
mod pointer;
mod render;
mod source;

pub use diagnostic::{Diagnostic, Edit, Fix, Label, Part, Severity};
pub use pointer::{Pointer, PointerFault};
pub use render::{render_concise, render_full};
pub use source::{Locate, Source};
