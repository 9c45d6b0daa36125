//! What restload says about a spec, and where.
//!
//! A [`Diagnostic`] names its place by a [`Pointer`] (`/resources/notes/path`), never by a line: whoever knows the
//! text (see [`Locate`]) turns the pointer into bytes when the diagnostic is drawn: by [`render_full`] or
//! [`render_concise`] for people, by [`render_json`], [`render_github`] or [`render_sarif`] for programs.
//!
//! A [`Fix`] is made of bytes of the text instead: it mends this very text, and [`apply_fixes`] makes it.
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
mod fix;
mod pointer;
mod render;
mod source;

pub use diagnostic::{Diagnostic, Label, Part, Severity};
pub use fix::{Applied, Edit, Fix, apply_fixes};
pub use pointer::{Pointer, PointerFault};
pub use render::{
    Checked, RuleFacts, render_concise, render_concise_files, render_full, render_full_files, render_github,
    render_json, render_sarif,
};
pub use source::{Locate, Source};
