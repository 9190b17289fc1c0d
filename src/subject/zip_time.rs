//! When a file in a zip was last modified, as it is once the zip is unpacked.

use std::io::Read;

use zip::ExtraField;
use zip::read::ZipFile;

/// A file's time, and how exact it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ZipTime {
    /// Seconds since 1970.
    pub seconds: i64,
    /// From the extended timestamp; the DOS time has steps of two seconds.
    pub to_the_second: bool,
}

/// To the second where the extended timestamp is there, else the DOS time, read as UTC.
pub fn modified<R: Read>(entry: &ZipFile<'_, R>) -> Option<ZipTime> {
    let extended = entry.extra_data_fields().find_map(|field| match field {
        ExtraField::ExtendedTimestamp(times) => times.mod_time(),
        _ => None,
    });
    if let Some(seconds) = extended {
        return Some(ZipTime {
            seconds: seconds.into(),
            to_the_second: true,
        });
    }
    let dos = entry.last_modified()?;
    let date = jiff::civil::DateTime::new(
        i16::try_from(dos.year()).ok()?,
        i8::try_from(dos.month()).ok()?,
        i8::try_from(dos.day()).ok()?,
        i8::try_from(dos.hour()).ok()?,
        i8::try_from(dos.minute()).ok()?,
        i8::try_from(dos.second()).ok()?,
        0,
    )
    .ok()?;
    let time = jiff::tz::Offset::UTC.to_timestamp(date).ok()?;
    Some(ZipTime {
        seconds: time.as_second(),
        to_the_second: false,
    })
}
