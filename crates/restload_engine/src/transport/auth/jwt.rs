//! Signed assertions (RFC 7515, RFC 7519), by which a token is asked for (RFC 7523).

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use restload_spec::plan::MadeClaim;
use ring::error::KeyRejected;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Map, Value, json};

use super::TokenError;
use crate::clock::Clock;

/// A key that signs.
enum Key {
    /// RS256.
    Rsa(Box<RsaKeyPair>),
    /// ES256.
    Ec(Box<EcdsaKeyPair>),
}

/// What an assertion claims, with what is known only when it is signed.
pub(super) fn claims(
    written: &Map<String, Value>,
    lifetime: Option<std::time::Duration>,
    made: &[MadeClaim],
    clock: &dyn Clock,
) -> Map<String, Value> {
    let now = clock.now();
    let mut claims = written.clone();
    if made.contains(&MadeClaim::IssuedAt) {
        claims.insert("iat".to_owned(), now.as_second().into());
    }
    if let Some(lifetime) = lifetime {
        let end = now.saturating_add(lifetime).unwrap_or(now);
        claims.insert("exp".to_owned(), end.as_second().into());
    }
    if made.contains(&MadeClaim::Id) {
        let id = format!("{:x}-{:016x}", now.as_nanosecond(), clock.jitter().to_bits());
        claims.insert("jti".to_owned(), id.into());
    }
    claims
}

/// An assertion in its compact form.
pub(super) fn sign(pem: &str, claims: &Map<String, Value>) -> Result<String, TokenError> {
    let key = read_key(pem)?;
    let algorithm = match key {
        Key::Rsa(_) => "RS256",
        Key::Ec(_) => "ES256",
    };
    let header = json!({"alg": algorithm, "typ": "JWT"}).to_string();
    let claims = serde_json::to_string(claims).map_err(|error| refused(error.to_string()))?;
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let unable = |_| refused("it is of a kind that cannot sign here");
    let random = SystemRandom::new();
    let signature = match key {
        Key::Rsa(key) => {
            let mut signature = vec![0; key.public().modulus_len()];
            key.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature).map_err(unable)?;
            signature
        }
        Key::Ec(key) => key.sign(&random, signed.as_bytes()).map_err(unable)?.as_ref().to_vec(),
    };
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

fn read_key(pem: &str) -> Result<Key, TokenError> {
    let (label, bytes) = decode_pem(pem)?;
    if label == "RSA PRIVATE KEY" {
        return RsaKeyPair::from_der(&bytes).map(|key| Key::Rsa(Box::new(key))).map_err(rejected);
    }
    // What kind of key it is, is written in it.
    let rsa = match RsaKeyPair::from_pkcs8(&bytes) {
        Ok(key) => return Ok(Key::Rsa(Box::new(key))),
        Err(error) => error,
    };
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &bytes, &SystemRandom::new())
        .map(|key| Key::Ec(Box::new(key)))
        .map_err(|ec| rejected(if rsa.to_string() == "WrongAlgorithm" { ec } else { rsa }))
}

fn rejected(error: KeyRejected) -> TokenError {
    refused(match error.to_string().as_str() {
        "InvalidEncoding" => "its content cannot be read".to_owned(),
        "TooSmall" => "it has too few bits".to_owned(),
        "WrongAlgorithm" => "it is neither an RSA key nor one of the curve P-256".to_owned(),
        other => format!("it is of a kind that cannot sign here ({other})"),
    })
}

/// The label and the content of the first private key in a PEM text (RFC 7468).
fn decode_pem(pem: &str) -> Result<(String, Vec<u8>), TokenError> {
    let mut rest = pem;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        let Some((label, body)) = after.split_once("-----") else { break };
        let end = format!("-----END {label}-----");
        let Some((body, further)) = body.split_once(end.as_str()) else { break };
        if label.ends_with("PRIVATE KEY") {
            let text: String = body.chars().filter(|char| !char.is_whitespace()).collect();
            let bytes = STANDARD.decode(text).map_err(|_| refused("its content is not base64"))?;
            return Ok((label.to_owned(), bytes));
        }
        rest = further;
    }
    Err(refused("there is no `-----BEGIN PRIVATE KEY-----` with its end"))
}

fn refused(reason: impl Into<String>) -> TokenError {
    TokenError::Key { reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use ring::signature::{ECDSA_P256_SHA256_FIXED, KeyPair as _, UnparsedPublicKey};

    use super::*;
    use crate::clock::TestClock;

    fn pem(label: &str, bytes: &[u8]) -> String {
        let text = STANDARD.encode(bytes);
        let lines: Vec<&str> =
            text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        format!("some words\n-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
    }

    fn decoded(part: &str) -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    }

    #[test]
    fn a_key_of_p256_signs_by_es256_and_its_public_half_agrees() {
        let random = SystemRandom::new();
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let claims = json!({"iss": "me", "n": 1}).as_object().cloned().unwrap();
        let assertion = sign(&pem("PRIVATE KEY", made.as_ref()), &claims).unwrap();
        let parts: Vec<&str> = assertion.split('.').collect();
        assert_eq!(decoded(parts[0]), json!({"alg": "ES256", "typ": "JWT"}));
        assert_eq!(decoded(parts[1]), Value::Object(claims));
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, made.as_ref(), &random).unwrap();
        let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.public_key().as_ref());
        let signed = format!("{}.{}", parts[0], parts[1]);
        let signature = URL_SAFE_NO_PAD.decode(parts[2]).unwrap();
        assert!(public.verify(signed.as_bytes(), &signature).is_ok());
        assert!(public.verify(b"another text", &signature).is_err());
    }

    #[test]
    fn what_is_no_key_is_refused_without_being_shown() {
        for (text, reason) in [
            ("s3cr3t", "there is no `-----BEGIN PRIVATE KEY-----` with its end"),
            ("-----BEGIN PRIVATE KEY-----\ns3cr3t", "there is no `-----BEGIN PRIVATE KEY-----` with its end"),
            ("-----BEGIN PRIVATE KEY-----\ns3cr3t*\n-----END PRIVATE KEY-----", "its content is not base64"),
            (
                "-----BEGIN PRIVATE KEY-----\nczNjcjN0\n-----END PRIVATE KEY-----",
                "its content cannot be read",
            ),
            (
                "-----BEGIN RSA PRIVATE KEY-----\nczNjcjN0\n-----END RSA PRIVATE KEY-----",
                "its content cannot be read",
            ),
        ] {
            let error = sign(text, &Map::new()).unwrap_err();
            assert_eq!(error, TokenError::Key { reason: reason.to_owned() }, "{text}");
        }
    }

    #[test]
    fn claims_that_are_made_come_from_the_clock() {
        let clock = TestClock::new("2026-03-01T12:00:00Z".parse().unwrap());
        let written = json!({"iss": "me", "exp": 7}).as_object().cloned().unwrap();
        let two_minutes = Some(std::time::Duration::from_mins(2));
        let all = claims(&written, two_minutes, &[MadeClaim::IssuedAt, MadeClaim::Id], &clock);
        assert_eq!((&all["iat"], &all["exp"]), (&json!(1_772_366_400), &json!(1_772_366_520)));
        assert!(all["jti"].as_str().is_some_and(|id| id.len() >= 16));
        assert_eq!(claims(&written, None, &[], &clock), written);
    }
}
