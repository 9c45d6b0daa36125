//! The TLS handshake of a [`Front`](super::Front), right or spoiled.

use std::io;
use std::sync::Arc;

use rustls::{ServerConfig, ServerConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::Wire;
use super::schedule::{Fault, Kind};
use super::wire::ALERT;
use crate::network;

/// The certificates that are shown.
pub(super) struct Secured {
    right: Arc<ServerConfig>,
    /// Of another host, and of another time.
    wrong: [Arc<ServerConfig>; 2],
}

impl Wire for TlsStream<TcpStream> {
    fn socket(&self) -> &TcpStream {
        self.get_ref().0
    }
}

impl Secured {
    pub(super) fn new() -> io::Result<Self> {
        let of = |name: &str| network::server_config(name, None).map(Arc::new);
        Ok(Self { right: of("server.pem")?, wrong: [of("elsewhere.pem")?, of("expired.pem")?] })
    }

    /// A handshake as it should be.
    pub(super) async fn shake(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        TlsAcceptor::from(Arc::clone(&self.right)).accept(stream).await
    }

    /// A handshake that fails, and the connection where the client came through it all the same.
    pub(super) async fn spoil(
        &self,
        mut stream: TcpStream,
        fault: Fault,
    ) -> io::Result<Option<TlsStream<TcpStream>>> {
        match fault.kind {
            Kind::WrongCertificate => {
                let wrong = &self.wrong[usize::from(fault.draw & 1 == 1)];
                return Ok(TlsAcceptor::from(Arc::clone(wrong)).accept(stream).await.ok());
            }
            Kind::HandshakeRefused => {
                read_hello(&mut stream).await?;
                stream.write_all(&ALERT).await?;
            }
            _ => match fault.draw % 4 {
                // Before a word is said.
                0 => {}
                1 => {
                    read_hello(&mut stream).await?;
                }
                2 => {
                    let hello = read_hello(&mut stream).await?;
                    let said = self.reply_to(&hello)?;
                    stream.write_all(&said[..said.len() / 2]).await?;
                }
                _ => {
                    read_hello(&mut stream).await?;
                    stream.set_zero_linger()?;
                    return Ok(None);
                }
            },
        }
        stream.shutdown().await?;
        Ok(None)
    }

    /// What a server says to the first words of a client.
    fn reply_to(&self, hello: &[u8]) -> io::Result<Vec<u8>> {
        let mut connection = ServerConnection::new(Arc::clone(&self.right)).map_err(io::Error::other)?;
        connection.read_tls(&mut &hello[..])?;
        connection.process_new_packets().map_err(io::Error::other)?;
        let mut said = Vec::new();
        while connection.wants_write() {
            connection.write_tls(&mut said)?;
        }
        Ok(said)
    }
}

/// The first record of a connection (RFC 8446, 5.1).
async fn read_hello(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut record = vec![0; 5];
    stream.read_exact(&mut record).await?;
    let length = usize::from(u16::from_be_bytes([record[3], record[4]]));
    record.resize(5 + length, 0);
    stream.read_exact(&mut record[5..]).await?;
    Ok(record)
}
