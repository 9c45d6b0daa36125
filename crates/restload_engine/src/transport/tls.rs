//! Certificates from files: whom servers are trusted by, and who we are.

use std::path::Path;

use reqwest::{Certificate, ClientBuilder, Identity};
use restload_spec::plan::TlsPlan;
use zeroize::Zeroizing;

use super::failure::explain;

/// Gives a client its certificates; the error is a sentence that names the key of the spec.
pub(super) fn apply(builder: ClientBuilder, plan: &TlsPlan) -> Result<ClientBuilder, String> {
    let builder = match &plan.ca_file {
        None => builder,
        Some(path) => builder.tls_certs_only(authorities(path)?),
    };
    match &plan.identity {
        None => Ok(builder),
        Some((certificate, key)) => Ok(builder.identity(identity(certificate, key)?)),
    }
}

fn authorities(path: &Path) -> Result<Vec<Certificate>, String> {
    let pem = read(path, "ca_file")?;
    match Certificate::from_pem_bundle(&pem) {
        Ok(all) if !all.is_empty() => Ok(all),
        Ok(_) => Err(wrong("ca_file", path, "it holds no certificate in PEM")),
        Err(error) => Err(wrong("ca_file", path, &explain(&error))),
    }
}

fn identity(certificate: &Path, key: &Path) -> Result<Identity, String> {
    let (mut both, key_pem) = (read(certificate, "client_cert")?, read(key, "client_key")?);
    both.push(b'\n');
    both.extend_from_slice(&key_pem);
    Identity::from_pem(&both).map_err(|error| {
        let files = format!("`{}` and `{}`", certificate.display(), key.display());
        format!("`client.tls.client_cert` and `client_key`, {files}: {}", explain(&error))
    })
}

fn read(path: &Path, key: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    std::fs::read(path)
        .map(Zeroizing::new)
        .map_err(|error| wrong(key, path, &format!("cannot be read: {error}")))
}

fn wrong(key: &str, path: &Path, reason: &str) -> String {
    format!("`client.tls.{key}`, `{}`: {reason}", path.display())
}
