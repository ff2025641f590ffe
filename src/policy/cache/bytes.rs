//! The bytes of a compiled policy: numbers in as few bytes as they need, texts with their length.
//!
//! Reading never fails but by `None`, and no length that is read costs memory before the bytes are known to be there.

/// The bytes are not what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Damaged;

/// Writes values one after the other.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    pub(crate) bytes: Vec<u8>,
}

/// Reads them back.
#[derive(Debug, Clone)]
pub(crate) struct Reader<'b> {
    rest: &'b [u8],
}

impl Writer {
    pub(crate) fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    pub(crate) fn flag(&mut self, flag: bool) {
        self.byte(u8::from(flag));
    }

    pub(crate) fn fixed(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(crate) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.byte(number.to_le_bytes()[0] | 0x80);
            number >>= 7;
        }
        self.byte(number.to_le_bytes()[0]);
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.fixed(bytes);
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    pub(crate) fn list<T>(&mut self, list: &[T], write: impl Fn(&mut Self, &T)) {
        self.number(list.len() as u64);
        for item in list {
            write(self, item);
        }
    }

    pub(crate) fn texts(&mut self, texts: &[String]) {
        self.list(texts, |writer, text| writer.text(text));
    }

    pub(crate) fn optional<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.flag(value.is_some());
        if let Some(value) = value {
            write(self, value);
        }
    }

    /// Writes which of several values it is.
    pub(crate) fn choice<T: PartialEq>(&mut self, all: &[T], value: &T) {
        let at = all.iter().position(|one| one == value);
        // One that is not listed is read back as damage.
        self.byte(at.and_then(|at| u8::try_from(at).ok()).unwrap_or(u8::MAX));
    }
}

impl<'b> Reader<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    pub(crate) fn flag(&mut self) -> Option<bool> {
        match self.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    pub(crate) fn fixed<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.rest.split_first_chunk::<N>()?;
        self.rest = rest;
        Some(*head)
    }

    /// Hands the rest to a reader of another kind.
    pub(crate) fn with<T>(&mut self, read: impl FnOnce(&mut &'b [u8]) -> Option<T>) -> Option<T> {
        read(&mut self.rest)
    }

    pub(crate) fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    pub(crate) fn size(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    pub(crate) fn bytes(&mut self) -> Option<&'b [u8]> {
        let length = self.size()?;
        let (head, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(head)
    }

    pub(crate) fn text(&mut self) -> Option<&'b str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    pub(crate) fn string(&mut self) -> Option<String> {
        self.text().map(str::to_owned)
    }

    /// Reads a list. Each item takes a byte at least, so that no made-up length costs memory.
    pub(crate) fn list<T>(&mut self, read: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let length = self.size()?;
        if length > self.rest.len() {
            return None;
        }
        (0..length).map(|_| read(self)).collect()
    }

    pub(crate) fn strings(&mut self) -> Option<Vec<String>> {
        self.list(Self::string)
    }

    /// Reads what may be missing.
    ///
    /// # Errors
    /// Damage: that there is nothing is an answer, too.
    pub(crate) fn optional<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Result<Option<T>, Damaged> {
        match self.flag() {
            Some(true) => read(self).map(Some).ok_or(Damaged),
            Some(false) => Ok(None),
            None => Err(Damaged),
        }
    }

    pub(crate) fn choice<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        let at = usize::from(self.byte()?);
        all.get(at).copied()
    }
}

/// A sum that tells damaged bytes: a change within eight bytes in a row always shows, any other nearly always. It proves nothing
/// against somebody who means harm.
pub(crate) fn sum(seed: u64, bytes: &[u8]) -> u64 {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    // Each step can be undone, so that what differs once differs to the end.
    let step = |state: u64, word: u64| {
        let mixed = (state ^ word).wrapping_mul(ODD);
        mixed ^ (mixed >> 32)
    };
    let (words, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    for (to, from) in last.iter_mut().zip(rest) {
        *to = *from;
    }
    let state = step(seed, bytes.len() as u64);
    let words = words.iter().map(|word| u64::from_le_bytes(*word));
    let state = words.fold(state, step);
    step(step(state, u64::from_le_bytes(last)), 0)
}

#[cfg(test)]
mod tests {
    use super::{Reader, Writer, sum};

    #[test]
    fn numbers_come_back() {
        for number in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX] {
            let mut writer = Writer::default();
            writer.number(number);
            let mut reader = Reader::new(&writer.bytes);
            assert_eq!(reader.number(), Some(number));
            assert!(reader.is_at_end());
        }
        assert_eq!(Reader::new(&[0x80; 11]).number(), None);
    }

    #[test]
    fn lengths_that_are_made_up_are_damage() {
        let mut writer = Writer::default();
        writer.number(u64::MAX / 2);
        assert_eq!(Reader::new(&writer.bytes).text(), None);
        assert_eq!(Reader::new(&writer.bytes).strings(), None);
    }

    #[test]
    fn every_bit_counts_in_a_sum() {
        let bytes = b"eleven byte";
        let whole = sum(1, bytes);
        for bit in 0..bytes.len() * 8 {
            let mut other = *bytes;
            other[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(sum(1, &other), whole, "{bit}");
        }
        assert_ne!(sum(1, b"eleven byt"), whole);
        assert_ne!(sum(2, bytes), whole);
        assert_ne!(sum(1, b"a"), sum(1, b"a\0"));
    }
}
