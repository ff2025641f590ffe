//! What holds for any words.

use proptest::prelude::*;

use super::super::reading::Reading;
use super::super::{all, read};
use crate::processor;

/// Words that options and operands are made of, and any text.
fn word() -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        8 => "(-{0,3}|\\+)[a-zA-Z0-9=:@./;{}+]{0,6}".prop_map(Some),
        2 => "\\PC{0,8}".prop_map(Some),
        1 => Just(None),
        1 => Just(Some("--".to_owned())),
    ]
}

fn is_sound(reading: &Reading<'_>, words: &[Option<&str>]) -> bool {
    let parts = reading.parts.iter().all(|part| {
        let text = words.get(part.at.word).map(|word| word.unwrap_or_default());
        text.is_some_and(|text| {
            text.get(part.at.from..part.at.to.unwrap_or(text.len()))
                .is_some()
        })
    });
    let commands = reading.commands.iter().all(|command| {
        command.words.start <= command.words.end && command.words.end <= words.len()
    });
    parts && commands
}

proptest! {
    #[test]
    fn any_words_have_one_to_four_sound_readings(
        number in any::<prop::sample::Index>(),
        words in prop::collection::vec(word(), 0..9),
    ) {
        let programs: Vec<_> = all().collect();
        let words: Vec<Option<&str>> = words.iter().map(Option::as_deref).collect();
        let program = programs.get(number.index(programs.len() + 1)).copied();
        let readings = read(program, &words);
        prop_assert!((1..=4).contains(&readings.len()));
        for reading in &readings {
            prop_assert!(is_sound(reading, &words), "{reading:?}");
        }
    }

    /// Whatever a program's options are, no word is lost: each is an option, a part, or in a command.
    #[test]
    fn words_after_the_end_of_options_are_operands(words in prop::collection::vec("-[a-z]{1,4}", 1..5)) {
        let mut given = vec!["--"];
        given.extend(words.iter().map(String::as_str));
        let readings = read(super::find("rm"), &given);
        prop_assert_eq!(readings.len(), 1);
        prop_assert!(readings.iter().all(|reading| reading.options.is_empty() && reading.parts.len() == words.len()));
    }
}

/// Commands of a megabyte must not take longer than their length says.
#[test]
fn long_commands_are_read_in_one_pass() {
    for (program, word) in [
        ("rm", "a"),
        ("rm", "-f"),
        ("rm", "-q"),
        ("env", "A=1"),
        ("env", "-v"),
        ("git", "-p"),
        ("find", "-exec"),
        ("find", "-zz"),
        ("parallel", ":::"),
        ("tar", "xf"),
        ("unlisted", "-x"),
    ] {
        let words = vec![word; 200_000];
        let begun = processor::time();
        let readings = read(super::find(program), &words);
        assert!(!readings.is_empty());
        let spent = processor::since(begun);
        assert!(spent.as_secs() < 20, "{program} {word}: {spent:?}");
    }
}
