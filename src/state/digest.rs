//! The digest that chains lines: BLAKE3, of a text that is mostly short.
//!
//! The library asks the processor for what it has before it digests anything, and on a virtual machine each such question
//! costs as much as thousands of instructions. A line is too short to gain by the answer, so that one chunk, which is all
//! that most lines are, is digested here; longer texts are the library's.

/// Most bytes of one chunk.
const CHUNK: usize = 1024;
const BLOCK: usize = 64;

const CHUNK_START: u32 = 1;
const CHUNK_END: u32 = 1 << 1;
const ROOT: u32 = 1 << 3;

const IV: [u32; 8] = [
    0x6A09_E667,
    0xBB67_AE85,
    0x3C6E_F372,
    0xA54F_F53A,
    0x510E_527F,
    0x9B05_688C,
    0x1F83_D9AB,
    0x5BE0_CD19,
];

/// Returns the digest of a text, in hexadecimal digits.
pub(super) fn digest(text: &str) -> String {
    if text.len() > CHUNK {
        return blake3::hash(text.as_bytes()).to_hex().to_string();
    }
    let blocks = text.len().div_ceil(BLOCK).max(1);
    let mut value = IV;
    for number in 0..blocks {
        let start = number * BLOCK;
        let bytes = text.as_bytes().get(start..).unwrap_or_default();
        let mut flags = 0;
        if number == 0 {
            flags |= CHUNK_START;
        }
        if number + 1 == blocks {
            flags |= CHUNK_END | ROOT;
        }
        value = compress(value, bytes, flags);
    }
    hexadecimal(&value)
}

/// Adds one block, which is what the bytes begin with.
fn compress(value: [u32; 8], bytes: &[u8], flags: u32) -> [u32; 8] {
    let length = bytes.len().min(BLOCK);
    let mut words = [0; 16];
    let (fours, rest) = bytes.as_chunks::<4>();
    for (word, four) in words.iter_mut().zip(fours) {
        *word = u32::from_le_bytes(*four);
    }
    // The last block of a text ends in zeros.
    if let Some(word) = words.get_mut(fours.len()) {
        let bytes = rest.iter().rev();
        *word = bytes.fold(0, |word, byte| word << 8 | u32::from(*byte));
    }
    let length = u32::try_from(length).unwrap_or_default();
    let mut state = [0; 16];
    let (low, high) = state.split_at_mut(8);
    low.copy_from_slice(&value);
    high.copy_from_slice(&[IV[0], IV[1], IV[2], IV[3], 0, 0, length, flags]);
    for _ in 0..6 {
        mix(&mut state, &words);
        words = permuted(&words);
    }
    mix(&mut state, &words);
    let (low, high) = state.split_at(8);
    let mut out = [0; 8];
    for ((place, low), high) in out.iter_mut().zip(low).zip(high) {
        *place = low ^ high;
    }
    out
}

/// One round: the columns, then the diagonals.
fn mix(s: &mut [u32; 16], m: &[u32; 16]) {
    [s[0], s[4], s[8], s[12]] = quarter([s[0], s[4], s[8], s[12]], m[0], m[1]);
    [s[1], s[5], s[9], s[13]] = quarter([s[1], s[5], s[9], s[13]], m[2], m[3]);
    [s[2], s[6], s[10], s[14]] = quarter([s[2], s[6], s[10], s[14]], m[4], m[5]);
    [s[3], s[7], s[11], s[15]] = quarter([s[3], s[7], s[11], s[15]], m[6], m[7]);
    [s[0], s[5], s[10], s[15]] = quarter([s[0], s[5], s[10], s[15]], m[8], m[9]);
    [s[1], s[6], s[11], s[12]] = quarter([s[1], s[6], s[11], s[12]], m[10], m[11]);
    [s[2], s[7], s[8], s[13]] = quarter([s[2], s[7], s[8], s[13]], m[12], m[13]);
    [s[3], s[4], s[9], s[14]] = quarter([s[3], s[4], s[9], s[14]], m[14], m[15]);
}

fn quarter(four: [u32; 4], first: u32, second: u32) -> [u32; 4] {
    let [mut a, mut b, mut c, mut d] = four;
    a = a.wrapping_add(b).wrapping_add(first);
    d = (d ^ a).rotate_right(16);
    c = c.wrapping_add(d);
    b = (b ^ c).rotate_right(12);
    a = a.wrapping_add(b).wrapping_add(second);
    d = (d ^ a).rotate_right(8);
    c = c.wrapping_add(d);
    b = (b ^ c).rotate_right(7);
    [a, b, c, d]
}

fn permuted(m: &[u32; 16]) -> [u32; 16] {
    [
        m[2], m[6], m[3], m[10], m[7], m[0], m[4], m[13], m[1], m[11], m[12], m[5], m[9], m[14],
        m[15], m[8],
    ]
}

fn hexadecimal(words: &[u32; 8]) -> String {
    let digit = |value: u8| if value < 10 { b'0' } else { b'a' - 10 } + value;
    let mut digits = Vec::with_capacity(64);
    for byte in words.iter().flat_map(|word| word.to_le_bytes()) {
        digits.extend([digit(byte >> 4), digit(byte & 15)]);
    }
    String::from_utf8(digits).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_digest_of_the_library() {
        let text: String = ('!'..='~').cycle().take(CHUNK + 70).collect();
        for length in 0..=text.len() {
            let text = &text[..length];
            let expected = blake3::hash(text.as_bytes()).to_hex().to_string();
            assert_eq!(digest(text), expected, "{length}");
        }
    }

    #[test]
    fn digits_are_in_order() {
        assert_eq!(
            digest(""),
            "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"
        );
    }
}
