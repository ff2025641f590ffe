use super::parse;

fn shown(line: &str) -> Vec<String> {
    let commands = parse(line).unwrap();
    let one = |command: &super::Command| {
        let mut text: Vec<String> = command.words.iter().map(|word| word.text.clone()).collect();
        text.extend(
            command
                .redirects
                .iter()
                .map(|(writes, word)| format!("{}{}", if *writes { ">" } else { "<" }, word.text)),
        );
        text.join("|")
    };
    commands.iter().map(one).collect()
}

#[test]
fn lines_are_taken_apart_as_cmd_does() {
    assert_eq!(shown("del /q \"a b\" c"), ["del|/q|a b|c"]);
    assert_eq!(
        shown("echo x>>out 2>&1 & type y"),
        ["echo|x|>out", "type|y"]
    );
    assert_eq!(shown("echo a^&b ^> c && rd d"), ["echo|a&b|>|c", "rd|d"]);
    assert_eq!(shown("(del a) | more"), ["del|a", "more"]);
    assert_eq!(shown("del a,b;c"), ["del|a|b|c"]);
    assert_eq!(shown("echo \"a & b\""), ["echo|a & b"]);
    assert_eq!(parse("del \"a & b"), None);
    assert_eq!(parse("echo a >"), None);
}
