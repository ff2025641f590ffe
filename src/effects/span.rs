//! Which part of a shell command something comes from.

/// A part of a shell command: the bytes that say it, and those of the command that holds them.
///
/// They are the same but for what is said inside another command: in a text that a shell is given (`bash -c 'rm x'`), or by
/// the words behind a wrapper (`sudo rm x`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Span {
    // Texts that are walked are short, and every word of a line has one of these.
    start: u32,
    end: u32,
    holder: (u32, u32),
}

impl Span {
    /// Returns the part between two bytes: the first, and one past the last.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        let (start, end) = (short(start), short(end));
        Self {
            start,
            end,
            holder: (start, end),
        }
    }

    /// Returns another part, of the same command.
    #[must_use]
    pub fn narrowed(self, start: usize, end: usize) -> Self {
        Self {
            start: short(start),
            end: short(end),
            ..self
        }
    }

    /// First byte.
    #[must_use]
    pub fn start(self) -> usize {
        self.start as usize
    }

    /// One past the last byte.
    #[must_use]
    pub fn end(self) -> usize {
        self.end as usize
    }

    /// First byte, and one past the last.
    #[must_use]
    pub fn bytes(self) -> (usize, usize) {
        (self.start(), self.end())
    }

    /// Returns all of the command that holds it.
    #[must_use]
    pub fn holder(self) -> Self {
        let (start, end) = self.holder;
        Self { start, end, ..self }
    }

    /// Whether it lies in another part.
    #[must_use]
    pub fn is_within(self, outer: Self) -> bool {
        outer.start <= self.start && self.end <= outer.end
    }

    /// Returns where it lies in another text.
    pub(super) fn moved(self, to: impl Fn(usize) -> usize) -> Self {
        let moved = |at: u32| short(to(at as usize));
        Self {
            start: moved(self.start),
            end: moved(self.end),
            holder: (moved(self.holder.0), moved(self.holder.1)),
        }
    }
}

fn short(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
