//! Which option of a program has a name, found without comparing the name with those of every option.
//!
//! The build script makes the index of each entry of the shipped table; it is sorted, and holds numbers alone, so that a static
//! needs no pointer for each.

/// A digest of a name, and the place of its option in the list.
pub type Entry = (u8, u16);

/// Returns what a name is looked up by: the letter of `-x`, and for longer names a number beyond all letters.
#[must_use]
pub fn digest(name: &str) -> u8 {
    match name.as_bytes() {
        [_, letter] if letter.is_ascii() => *letter,
        bytes => {
            let at = |place: usize| usize::from(bytes.get(place).copied().unwrap_or_default());
            let length = bytes.len() % 128;
            let mixed =
                31 * length + 7 * at(bytes.len().wrapping_sub(1)) + at(bytes.len() / 2) * 3 + at(2);
            128 | u8::try_from(mixed % 128).unwrap_or_default()
        }
    }
}

/// Returns the index of options, each given by its names. Of two options with one name the first is found first.
#[must_use]
pub fn of<'n, Names: IntoIterator<Item = &'n str>>(
    options: impl IntoIterator<Item = Names>,
) -> Vec<Entry> {
    let mut index: Vec<Entry> = options
        .into_iter()
        .zip(0..u16::MAX)
        .flat_map(|(names, place)| names.into_iter().map(move |name| (digest(name), place)))
        .collect();
    index.sort_unstable();
    index.dedup();
    index
}
