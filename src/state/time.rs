//! Times as records hold them. Each denied call writes one, and what formats any time in any form lies on pages of the program
//! that nothing else of the call needs.

use std::time::{SystemTime, UNIX_EPOCH};

const DAY: u64 = 24 * 60 * 60;
/// Days from the first of March of the year 0 to the beginning of 1970.
const TO_EPOCH: u64 = 719_468;
/// Days of 400 years.
const ERA: u64 = 146_097;

/// Returns a time as RFC 3339 has it, in whole seconds; before 1970 it is 1970.
pub(crate) fn rfc3339(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (days, seconds) = (since.as_secs() / DAY, since.as_secs() % DAY);
    let (year, month, day) = date(days);
    let mut text = String::with_capacity(20);
    push(year / 100, '\0', &mut text);
    push(year % 100, '-', &mut text);
    push(month, '-', &mut text);
    push(day, 'T', &mut text);
    push(seconds / 3600, ':', &mut text);
    push(seconds / 60 % 60, ':', &mut text);
    push(seconds % 60, 'Z', &mut text);
    text
}

/// Returns year, month and day. Years are counted from March, so that the day that some years have more is their last.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + TO_EPOCH;
    let (era, day) = (days / ERA, days % ERA);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let is_next_year = month >= 10;
    let month = if is_next_year { month - 9 } else { month + 3 };
    (era * 400 + year + u64::from(is_next_year), month, day)
}

/// Adds a number of two digits and what stands behind it.
fn push(number: u64, end: char, text: &mut String) {
    for digit in [number / 10 % 10, number % 10] {
        text.push(char::from(b'0' + u8::try_from(digit).unwrap_or_default()));
    }
    if end != '\0' {
        text.push(end);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn every_day_is_written_as_the_library_writes_it() {
        // All of four hundred years, and some to the end of the year 9999, each day with another second.
        for day in (0..146_097)
            .chain((0..2_932_897).step_by(97))
            .chain([2_932_896])
        {
            let time = UNIX_EPOCH + Duration::from_secs(day * DAY + day * 7 % DAY);
            let expected = humantime::format_rfc3339_seconds(time).to_string();
            assert_eq!(rfc3339(time), expected);
        }
        let before = UNIX_EPOCH - Duration::from_secs(1);
        assert_eq!(rfc3339(before), "1970-01-01T00:00:00Z");
    }
}
