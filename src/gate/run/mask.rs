//! Takes secrets out of a stream, also where a secret comes in several pieces.

const MASK: &[u8] = b"[masked]";

/// Replaces some texts in a stream. What may be the beginning of one is held back until it is known.
#[derive(Debug)]
pub(super) struct Masker {
    /// Longest first, so that no rest of a longer secret stays behind a shorter one.
    secrets: Vec<Vec<u8>>,
    /// Whether a secret begins with this byte.
    first: [bool; 256],
    held: Vec<u8>,
}

impl Masker {
    pub(super) fn new(secrets: &[String]) -> Self {
        let mut secrets: Vec<Vec<u8>> = secrets
            .iter()
            .filter(|secret| !secret.is_empty())
            .map(|secret| secret.clone().into_bytes())
            .collect();
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        let mut first = [false; 256];
        for byte in secrets.iter().filter_map(|secret| secret.first()) {
            if let Some(entry) = first.get_mut(usize::from(*byte)) {
                *entry = true;
            }
        }
        Self {
            secrets,
            first,
            held: Vec::new(),
        }
    }

    /// Adds a piece, and hands on what is sure.
    pub(super) fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        if self.secrets.is_empty() {
            out.extend_from_slice(piece);
            return;
        }
        let mut text = std::mem::take(&mut self.held);
        text.extend_from_slice(piece);
        let held = self.mask(&text, out);
        self.held = text.split_off(text.len() - held);
    }

    /// Hands on what was held back: nothing comes after it.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        let text = std::mem::take(&mut self.held);
        let mut rest = text.as_slice();
        while !rest.is_empty() {
            let secret = self.secrets.iter().find(|secret| rest.starts_with(secret));
            let length = secret.map_or(1, Vec::len);
            let (here, after) = rest.split_at(length);
            out.extend_from_slice(if secret.is_some() { MASK } else { here });
            rest = after;
        }
    }

    /// Masks a text and returns how many bytes of its end may be the beginning of a secret.
    fn mask(&self, text: &[u8], out: &mut Vec<u8>) -> usize {
        let mut rest = text;
        loop {
            let begins = |byte: &u8| self.first.get(usize::from(*byte)) == Some(&true);
            let Some(at) = rest.iter().position(begins) else {
                out.extend_from_slice(rest);
                return 0;
            };
            let (before, from) = rest.split_at(at);
            out.extend_from_slice(before);
            let mut secret = None;
            for known in &self.secrets {
                if from.starts_with(known) {
                    secret = Some(known.len());
                    break;
                }
                if known.starts_with(from) {
                    return from.len();
                }
            }
            let (here, behind) = from.split_at(secret.unwrap_or(1));
            out.extend_from_slice(if secret.is_some() { MASK } else { here });
            rest = behind;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Masker;

    fn masked(secrets: &[&str], pieces: &[&str]) -> String {
        let secrets: Vec<String> = secrets.iter().map(|&secret| secret.to_owned()).collect();
        let mut masker = Masker::new(&secrets);
        let mut out = Vec::new();
        for piece in pieces {
            masker.push(piece.as_bytes(), &mut out);
        }
        masker.finish(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_secret_is_masked_wherever_it_is_cut() {
        let text = "a hunter2-hunter2 b hunter2-hunterhunter2-hunter2";
        let whole = "a [masked] b hunter2-hunter[masked]";
        for one in 0..=text.len() {
            for other in one..=text.len() {
                let pieces = [&text[..one], &text[one..other], &text[other..]];
                assert_eq!(masked(&["hunter2-hunter2"], &pieces), whole);
            }
        }
    }

    #[test]
    fn the_longer_of_two_secrets_leaves_no_rest() {
        let secrets = ["abcdefgh", "abcdefghijkl"];
        for cut in 0..12 {
            let text = "abcdefghijkl";
            assert_eq!(masked(&secrets, &[&text[..cut], &text[cut..]]), "[masked]");
        }
        assert_eq!(masked(&secrets, &["abcdefghij", ""]), "[masked]ij");
    }

    #[test]
    fn what_only_looks_like_the_beginning_is_handed_on() {
        assert_eq!(
            masked(&["abcdefgh"], &["xabc", "dex", "abcd"]),
            "xabcdexabcd"
        );
        assert_eq!(masked(&[], &["abc"]), "abc");
    }
}
