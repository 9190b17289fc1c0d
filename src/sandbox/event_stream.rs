//! The events in which `InvokeWithResponseStream` answers: `application/vnd.amazon.eventstream`, of messages of four parts
//! (lengths and their checksum; headers; payload; checksum of all), numbers big-endian, checksums CRC-32.

use flate2::Crc;

/// Length of the whole, length of the headers, checksum.
const PRELUDE: usize = 12;
const CHECKSUM: usize = 4;
/// Of a header's value: a string.
const STRING: u8 = 7;

/// One event.
pub(super) fn event(kind: &str, content_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut headers = Vec::new();
    for (name, value) in [
        (":message-type", "event"),
        (":event-type", kind),
        (":content-type", content_type),
    ] {
        // Names and values are our own, and short.
        headers.push(name.len() as u8);
        headers.extend_from_slice(name.as_bytes());
        headers.push(STRING);
        headers.extend_from_slice(&(value.len() as u16).to_be_bytes());
        headers.extend_from_slice(value.as_bytes());
    }
    let length = PRELUDE + headers.len() + payload.len() + CHECKSUM;
    let mut message = Vec::with_capacity(length);
    message.extend_from_slice(&(length as u32).to_be_bytes());
    message.extend_from_slice(&(headers.len() as u32).to_be_bytes());
    message.extend_from_slice(&checksum(&message));
    message.extend_from_slice(&headers);
    message.extend_from_slice(payload);
    message.extend_from_slice(&checksum(&message));
    message
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum().to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::event;

    #[test]
    fn an_event_says_its_length_and_proves_itself() {
        let message = event("PayloadChunk", "application/octet-stream", b"hello");
        let number = |at: usize| u32::from_be_bytes(message[at..at + 4].try_into().unwrap());
        assert_eq!(number(0) as usize, message.len());
        let headers = number(4) as usize;
        assert_eq!(&message[12 + headers..message.len() - 4], b"hello");
        assert_eq!(&message[12..26], b"\x0d:message-type");
        // CRC-32 of what comes before it, followed by itself in little-endian order, leaves a constant; big-endian is
        // checked by the clients that read it.
        let mut crc = flate2::Crc::new();
        crc.update(&message[..8]);
        assert_eq!(number(8), crc.sum());
    }
}
