//! Numbers as the platform prints them, read without a detour over text.

/// `12.34` milliseconds at the beginning, as whole microseconds, and the bytes that it takes. `None`: no number, or one
/// that no log holds; the platform prints three decimals at most.
pub(super) fn micros(bytes: &[u8]) -> Option<(u64, usize)> {
    let (whole, mut at) = whole(bytes)?;
    let mut us = whole.checked_mul(1000)?;
    if bytes.get(at) == Some(&b'.') {
        at += 1;
        let from = at;
        let mut unit = 100;
        while let Some(digit) = bytes.get(at).filter(|b| b.is_ascii_digit()) {
            us += u64::from(digit - b'0') * unit;
            unit /= 10;
            at += 1;
        }
        if at == from || at > from + 3 {
            return None;
        }
    }
    Some((us, at))
}

/// Digits at the beginning, fifteen at most, and how many.
pub(super) fn whole(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut n = 0;
    let mut at = 0;
    while let Some(digit) = bytes.get(at).filter(|b| b.is_ascii_digit()) {
        n = n * 10 + u64::from(digit - b'0');
        at += 1;
        if at > 15 {
            return None;
        }
    }
    (at > 0).then_some((n, at))
}
