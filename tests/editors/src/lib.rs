//! Editors, played by tests: a [`Client`] speaks the Language Server Protocol with a server that it starts, as an editor
//! would, and a [`Marked`] text says where the caret stands.
//!
//! `tests/schema.rs` holds the schema for editors against the structure pass, document by document.
//! `tests/yaml_language_server.rs` tries it in yaml-language-server, whose version `package.json` names. Where that is
//! comes from `RESTLOAD_YAML_LANGUAGE_SERVER`: the path of its program, or of its JavaScript. Without it those tests say
//! that they are left out, and pass; with `RESTLOAD_REQUIRE_YAML_LANGUAGE_SERVER=1` they fail.

mod client;
mod marked;
mod wire;

pub use client::{Client, ClientError};
pub use marked::Marked;
