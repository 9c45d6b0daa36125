//! The transport against a server on loopback, and the connection above it.

mod connection;
mod http;
mod server;
mod tls;
mod tokens;
mod windows;
