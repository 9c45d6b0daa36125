//! The forms in which a secret comes back, matched byte by byte.

use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

/// The most bytes that one byte of a secret takes when it is encoded: `\\\\u0041`.
pub(super) const WIDEST_BYTE: usize = 9;

/// Where the secret ends if it stands at `start`, plain, percent-encoded or escaped.
pub(super) fn match_at(text: &[u8], start: usize, secret: &str) -> Option<usize> {
    let first = *secret.as_bytes().first()?;
    // Most positions end here, before anything is allocated.
    let may_begin =
        |byte: u8| byte == first || matches!(byte, b'%' | b'\\' | b'&') || (byte == b'+' && first == b' ');
    if !may_begin(text[start]) {
        return None;
    }
    // Only a `%`, `\` or `&` in the secret can be read in several ways; all of them are followed.
    let mut ends = vec![start];
    for char in secret.chars() {
        let mut next = Vec::with_capacity(1);
        for end in ends {
            follow(text, end, char, &mut next);
        }
        if next.is_empty() {
            return None;
        }
        ends = next;
    }
    ends.into_iter().max()
}

/// Adds all places at which `char`, in whatever form, that stands at `start` ends.
fn follow(text: &[u8], start: usize, char: char, ends: &mut Vec<usize>) {
    let mut add = |end: usize| {
        if !ends.contains(&end) {
            ends.push(end);
        }
    };
    let rest = text.get(start..).unwrap_or_default();
    let mut bytes = [0; 4];
    let mut reached = vec![0];
    for &byte in char.encode_utf8(&mut bytes).as_bytes() {
        let longer =
            |at: usize| forms_of(byte, &rest[at..]).into_iter().filter(|n| *n > 0).map(move |n| at + n);
        reached = reached.into_iter().flat_map(longer).collect();
    }
    for length in reached {
        add(start + length);
    }
    match rest.first() {
        Some(b'\\') => escaped(rest, char)
            .into_iter()
            .filter(|length| *length > 0)
            .for_each(|length| add(start + length)),
        Some(b'&') => entity(rest, char).into_iter().for_each(|length| add(start + length)),
        _ => {}
    }
}

/// The lengths of the forms of `byte` that `rest` begins with: plain, `%XX`, `%25XX`; 0 where it does not.
fn forms_of(byte: u8, rest: &[u8]) -> [usize; 3] {
    let plain = match rest.first() {
        Some(&first) if first == byte || (byte == b' ' && first == b'+') => 1,
        Some(b'%') => 0,
        _ => return [0; 3],
    };
    let once = if is_hex(rest.get(1..3), byte) { 3 } else { 0 };
    let twice = if rest.get(1..3) == Some(b"25") && is_hex(rest.get(3..5), byte) { 5 } else { 0 };
    if rest.first() == Some(&b'%') { [plain, once, twice] } else { [plain, 0, 0] }
}

fn is_hex(digits: Option<&[u8]>, byte: u8) -> bool {
    hex(digits).is_some_and(|number| number == u32::from(byte))
}

fn hex(digits: Option<&[u8]>) -> Option<u32> {
    digits?.iter().try_fold(0, |number, digit| Some(number * 16 + char::from(*digit).to_digit(16)?))
}

/// The lengths of the escapes of JSON that `rest` begins with, each escaped up to three times (JSON within a text of JSON is): as a
/// letter, and as `\u`; 0 where it does not.
fn escaped(rest: &[u8], char: char) -> [usize; 4] {
    let [once, twice, thrice] = by_letter(rest, char);
    [once, twice, thrice, by_number(rest, char).unwrap_or(0)]
}

fn by_letter(rest: &[u8], char: char) -> [usize; 3] {
    let slashes = rest.iter().take_while(|byte| **byte == b'\\').count();
    let letter = match char {
        '\n' => b'n',
        '\r' => b'r',
        '\t' => b't',
        '"' => b'"',
        '/' => b'/',
        // Once escaped it is two, twice four.
        '\\' => return [2, 4, 8].map(|of| if slashes >= of { of } else { 0 }),
        _ => return [0; 3],
    };
    let is_there = (1..=7).contains(&slashes) && rest.get(slashes) == Some(&letter);
    [if is_there { slashes + 1 } else { 0 }, 0, 0]
}

fn by_number(rest: &[u8], char: char) -> Option<usize> {
    let mut units = [0; 2];
    let mut at = 0;
    for unit in char.encode_utf16(&mut units) {
        let slashes = rest[at..].iter().take_while(|byte| **byte == b'\\').count();
        let number = rest.get(at + slashes..)?.strip_prefix(b"u").and_then(|rest| hex(rest.get(..4)))?;
        if !matches!(slashes, 1 | 2 | 4) || number != u32::from(*unit) {
            return None;
        }
        at += slashes + 5;
    }
    Some(at)
}

/// The length of the HTML entity of `char` that `rest` begins with.
fn entity(rest: &[u8], char: char) -> Option<usize> {
    let end = rest.iter().take(12).position(|byte| *byte == b';')?;
    let name = std::str::from_utf8(&rest[1..end]).ok()?;
    let code = match name.strip_prefix('#') {
        None => {
            let names = [("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\'')];
            return names.contains(&(name, char)).then_some(end + 1);
        }
        Some(number) => match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok(),
            None => number.parse().ok(),
        },
    };
    (code == Some(u32::from(char))).then_some(end + 1)
}

/// What Base64 of a longer text that holds the secret holds for certain, for each of the three places at which it may begin.
pub(super) fn base64_cores(secret: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    let mut cores: Vec<Zeroizing<Vec<u8>>> = Vec::new();
    for before in 0..3 {
        let text = Zeroizing::new([&[0; 2][..before], secret].concat());
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            let encoded = Zeroizing::new(engine.encode(text.as_slice()).into_bytes());
            // Letters that hold bits of what stands before or after say nothing of the secret alone.
            let from = (before * 8).div_ceil(6);
            let until = text.len() * 8 / 6;
            let core = Zeroizing::new(encoded[from..until].to_vec());
            if !cores.contains(&core) {
                cores.push(core);
            }
        }
    }
    cores
}

/// A found core with the letters around it that hold its other bits, and the padding.
pub(super) fn widen_base64(text: &[u8], core: Range<usize>) -> Range<usize> {
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    let start = match core.start.checked_sub(1) {
        Some(before) if is_letter(&text[before]) => before,
        _ => core.start,
    };
    let mut end = core.end + usize::from(text.get(core.end).is_some_and(is_letter));
    while end - core.end < 3 && text.get(end) == Some(&b'=') {
        end += 1;
    }
    start..end
}
