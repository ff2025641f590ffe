//! The stable names of problems. They are public: `check --format json` prints them and `docs/problems.md` explains each.

use super::Severity::{self, Error, Warning};

macro_rules! codes {
    ($($variant:ident = $name:literal $severity:ident,)*) => {
        /// Names a kind of problem.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $($variant,)*
        }

        impl Code {
            /// Every code, in the order of `docs/problems.md`.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Returns the public name.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// Returns how bad problems of this kind are.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self {
                    $(Self::$variant => $severity,)*
                }
            }
        }
    };
}

codes! {
    // The file as text and as YAML.
    UnreadableFile = "unreadable-file" Error,
    TooLarge = "too-large" Error,
    NotUtf8 = "not-utf8" Error,
    ControlCharacter = "control-character" Error,
    Syntax = "syntax" Error,
    UnsupportedTag = "unsupported-tag" Error,
    AliasInsideItself = "alias-inside-itself" Error,
    TooDeep = "too-deep" Error,
    TooManyValues = "too-many-values" Error,
    SeveralDocuments = "several-documents" Error,
    DuplicateKey = "duplicate-key" Error,
    // Keys and types.
    EmptyFile = "empty-file" Error,
    BadKey = "bad-key" Error,
    UnknownKey = "unknown-key" Error,
    UnknownKind = "unknown-kind" Error,
    MisplacedKey = "misplaced-key" Error,
    MissingKey = "missing-key" Error,
    WrongType = "wrong-type" Error,
    EmptyList = "empty-list" Error,
    EmptyText = "empty-text" Error,
    EmptyAdvice = "empty-advice" Warning,
    UnsupportedVersion = "unsupported-version" Error,
    NoKind = "no-kind" Error,
    TwoKinds = "two-kinds" Error,
    IdleKey = "idle-key" Warning,
    BadExample = "bad-example" Error,
    // Values.
    UnknownEvent = "unknown-event" Error,
    UnknownAction = "unknown-action" Error,
    UnknownAccess = "unknown-access" Error,
    UnknownScope = "unknown-scope" Error,
    UnknownMode = "unknown-mode" Error,
    UnknownAnswer = "unknown-answer" Error,
    UnknownRuntime = "unknown-runtime" Error,
    BadId = "bad-id" Error,
    BadRegex = "bad-regex" Error,
    BadGlob = "bad-glob" Error,
    BadCommand = "bad-command" Error,
    DoubtfulCommand = "doubtful-command" Warning,
    UnknownRole = "unknown-role" Error,
    UnlistedOption = "unlisted-option" Error,
    UnknownWord = "unknown-word" Error,
    BadProgram = "bad-program" Error,
    BadDuration = "bad-duration" Error,
    ZeroTimeout = "zero-timeout" Error,
    BadVariable = "bad-variable" Error,
    OutsideRepository = "outside-repository" Warning,
    DeadGlob = "dead-glob" Warning,
    NeverMatches = "never-matches" Warning,
    RelativeException = "relative-exception" Error,
    LeavesRepository = "leaves-repository" Error,
    // Several files.
    DuplicateId = "duplicate-id" Error,
    UnknownPack = "unknown-pack" Error,
    UnreadableExtends = "unreadable-extends" Error,
    ExtendsOutside = "extends-outside" Error,
    ExtendsCycle = "extends-cycle" Error,
    LooserLayer = "looser-layer" Warning,
}
