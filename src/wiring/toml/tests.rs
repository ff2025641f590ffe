//! In and out again leaves every byte as it was.

use super::*;
use crate::wiring::json;

fn template() -> Node {
    let text = r#"{"hooks": {
        "Before": [{"matcher": "*", "hooks": [{"type": "command", "command": "exec 'C:\\a \"b\"\\hookgate.exe' hook --runtime a", "timeout": 30}]}],
        "Stop": [{"hooks": [{"command": "hookgate hook --runtime a --event stop"}]}]
    }}"#;
    json::parse(text).unwrap().root.unwrap()
}

#[test]
fn what_was_there_stays_byte_for_byte() {
    let cases = [
        "",
        "\n",
        "model = \"x\"",
        "model = \"x\"\n",
        "model = \"x\"\r\n\r\n[a]\r\nb = 1\r\n",
        "# why\n[[hooks.Before]]\nmatcher = \"x\"\n[[hooks.Before.hooks]]\ncommand = \"./a.sh\"\n\n[z]\n",
        "[hooks]\n[hooks.state]\n\"/x:stop:0:0\" = {trusted_hash = \"y\"}\n",
        "[features]\nhooks = true # on\n[tools]\nlist = [\n  {a = 1}, # one\n]\n",
        "a = 'x' \n\n\n",
        "text = \"\"\"\n# hookgate: end\n\"\"\"\n",
        "d = 2026-11-21T10:00:00Z\nf = 1.5\ni = {a = [1, 2], b.c = true}\n",
    ];
    let template = template();
    for case in cases {
        let merged = merge(Some(case), &template).unwrap();
        let root = parse(&merged).unwrap();
        for event in ["Before", "Stop"] {
            let wanted = template
                .get("hooks")
                .unwrap()
                .get(event)
                .unwrap()
                .elements()[0]
                .value();
            let there = root.get("hooks").unwrap().get(event).unwrap();
            assert_eq!(there.elements().last().unwrap().value(), wanted, "{merged}");
        }
        assert_eq!(merge(Some(&merged), &template).unwrap(), merged);
        assert_eq!(
            unmerge(&merged).unwrap(),
            Left::Text(case.to_owned()),
            "{merged}"
        );
    }
}

#[test]
fn lists_in_one_piece_and_mistakes_are_left_alone() {
    let cases = [
        ("a = \n", "line 1, column 5: not valid TOML: "),
        (
            "hooks = {}\n",
            "line 1, column 9: `hooks` is written in one piece",
        ),
        (
            "[hooks]\nBefore = []\n",
            "line 2, column 10: `hooks.Before` is written in one piece",
        ),
        (
            "[hooks]\nStop = [{a = 1}]\n",
            "line 2, column 8: `hooks.Stop` is written in one piece",
        ),
        (
            "hooks = 1\n",
            "line 1, column 9: `hooks` is written in one piece",
        ),
    ];
    for (text, expected) in cases {
        let problem = merge(Some(text), &template()).unwrap_err().to_string();
        assert!(problem.starts_with(expected), "{text:?}: {problem}");
    }
}

#[test]
fn what_others_put_among_ours_is_not_thrown_away() {
    let merged = merge(Some(""), &template()).unwrap();
    let edited = merged.replace(END, "[mine]\na = 1\n# hookgate: end");
    let problem = unmerge(&edited).unwrap_err();
    assert_eq!(
        problem.to_string(),
        "line 1, column 1: between hookgate's comments stands more than hookgate wrote"
    );
    let after = format!("{merged}\n[mine]\na = 1\n");
    assert_eq!(
        unmerge(&after).unwrap(),
        Left::Text("\n[mine]\na = 1\n".replacen('\n', "", 1))
    );
}
