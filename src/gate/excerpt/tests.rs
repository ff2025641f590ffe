use super::of;

/// Says where the excerpt of an output must begin, what it must hold and what it must leave out.
#[track_caller]
fn check(output: &str, first: &str, holds: &[&str], lacks: &[&str]) {
    let excerpt = of(output);
    assert_eq!(excerpt.lines().next(), Some(first), "{excerpt}");
    for text in holds {
        assert!(excerpt.contains(text), "{text:?} is missing in:\n{excerpt}");
    }
    for text in lacks {
        assert!(!excerpt.contains(text), "{text:?} is noise in:\n{excerpt}");
    }
}

#[test]
fn pytest() {
    let body = "    more = 1\n".repeat(40);
    let output = format!(
        "============ test session starts ============\nplatform linux -- Python 3.12.3, pytest-8.3.2\n\
collected 3 items\n\ntests/test_cart.py::test_empty PASSED  [ 33%]\ntests/test_cart.py::test_total FAILED [ 66%]\n\n\
================= FAILURES =================\n________________ test_total ________________\n\n\
    def test_total():\n>       assert total([1, 2]) == 4\nE       assert 3 == 4\n\ntests/test_cart.py:9: AssertionError\n{body}\
========= short test summary info =========\nFAILED tests/test_cart.py::test_total - assert 3 == 4\n\
========= 1 failed, 2 passed in 0.12s =========\n"
    );
    check(
        &output,
        "================= FAILURES =================",
        &[
            "E       assert 3 == 4",
            "tests/test_cart.py:9: AssertionError",
            "…\nFAILED tests/test_cart.py::test_total - assert 3 == 4",
        ],
        &["platform", "PASSED"],
    );
}

#[test]
fn unittest() {
    check(
        "..F.\n======================================================================\n\
FAIL: test_a (tests.test_a.A.test_a)\n----------------------------------------------------------------------\n\
Traceback (most recent call last):\n  File \"tests/test_a.py\", line 5, in test_a\n    self.assertEqual(0, 500)\n\
AssertionError: 0 != 500\n\n----------------------------------------------------------------------\nRan 4 tests in 0.001s\n\n\
FAILED (failures=1)\n",
        "FAIL: test_a (tests.test_a.A.test_a)",
        &[
            "line 5, in test_a",
            "AssertionError: 0 != 500",
            "FAILED (failures=1)",
        ],
        &["..F."],
    );
}

#[test]
fn jest_and_vitest() {
    check(
        "> shop@1.0.0 test\n> jest\n\nPASS src/b.test.js\nFAIL src/cart.test.js\n  Cart\n    ✓ is empty (2 ms)\n    ✕ adds (3 ms)\n\n\
  ● Cart › adds\n\n    expect(received).toBe(expected)\n\n    Expected: 4\n    Received: 3\n\n      at Object.toBe (src/cart.test.js:9:24)\n\n\
Tests:       1 failed, 3 passed, 4 total\n",
        "FAIL src/cart.test.js",
        &["● Cart › adds", "Expected: 4", "Received: 3", "1 failed"],
        &["PASS", "> jest"],
    );
    check(
        " RUN  v2.1.1 /shop\n\n ✓ src/b.test.ts (3 tests) 2ms\n ❯ src/cart.test.ts (2 tests | 1 failed) 5ms\n   × adds 4ms\n\n\
⎯⎯⎯⎯⎯⎯ Failed Tests 1 ⎯⎯⎯⎯⎯⎯\n\n FAIL  src/cart.test.ts > adds\nAssertionError: expected 3 to be 4\n ❯ src/cart.test.ts:9:20\n",
        " FAIL  src/cart.test.ts > adds",
        &[
            "AssertionError: expected 3 to be 4",
            "src/cart.test.ts:9:20",
        ],
        &["RUN", "3 tests"],
    );
}

#[test]
fn cargo() {
    check(
        "   Compiling shop v0.1.0\nwarning: unused variable: `error`\n --> src/lib.rs:2:9\n\nrunning 2 tests\ntest tests::empty ... ok\n\
test tests::total ... FAILED\n\nfailures:\n\n---- tests::total stdout ----\n\nthread 'tests::total' panicked at src/lib.rs:12:9:\n\
assertion `left == right` failed\n  left: 3\n right: 4\n\n\nfailures:\n    tests::total\n\n\
test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\nerror: test failed, to rerun pass `--lib`\n",
        "failures:",
        &[
            "panicked at src/lib.rs:12:9",
            "  left: 3",
            "test result: FAILED. 1 passed; 1 failed",
        ],
        &["Compiling", "unused variable"],
    );
    check(
        "   Compiling shop v0.1.0\nerror[E0308]: mismatched types\n --> src/lib.rs:4:5\n  |\n4 |     \"x\"\n  |     ^^^ expected `u32`, found `&str`\n\n\
error: could not compile `shop` (lib) due to 1 previous error\n",
        "error[E0308]: mismatched types",
        &["src/lib.rs:4:5", "expected `u32`, found `&str`"],
        &["Compiling"],
    );
}

#[test]
fn go() {
    check(
        "ok  \tshop/api\t0.004s\n--- FAIL: TestTotal (0.00s)\n    cart_test.go:11: Total() = 3, want 4\nFAIL\nFAIL\tshop/cart\t0.003s\nFAIL\n",
        "--- FAIL: TestTotal (0.00s)",
        &["cart_test.go:11: Total() = 3, want 4"],
        &["shop/api"],
    );
    check(
        "# shop/cart\n./cart.go:7:9: undefined: sum\nFAIL\tshop/cart [build failed]\n",
        "./cart.go:7:9: undefined: sum",
        &["[build failed]"],
        &[],
    );
}

#[test]
fn compilers_and_linters_that_name_a_place() {
    check(
        "yarn run v1.22.22\nsrc/cart.ts(4,7): error TS2322: Type 'string' is not assignable to type 'number'.\n",
        "src/cart.ts(4,7): error TS2322: Type 'string' is not assignable to type 'number'.",
        &[],
        &["yarn"],
    );
    check(
        "\n/shop/src/cart.js\n   1:10  warning  'x' is defined but never used  no-unused-vars\n  14:5   error    'sum' is not defined            no-undef\n\n\
✖ 2 problems (1 error, 1 warning)\n",
        "/shop/src/cart.js",
        &["14:5   error    'sum' is not defined", "✖ 2 problems"],
        &[],
    );
    check(
        "src/cart.py:1:8: F401 [*] `os` imported but unused\nFound 1 error.\n[*] 1 fixable with the `--fix` option.\n",
        "src/cart.py:1:8: F401 [*] `os` imported but unused",
        &["Found 1 error."],
        &[],
    );
    check(
        "src/api.py:9: note: see the docs\nsrc/cart.py:4: error: Incompatible return value type (got \"str\", expected \"int\")  [return-value]\nFound 1 error in 1 file (checked 3 source files)\n",
        "src/cart.py:4: error: Incompatible return value type (got \"str\", expected \"int\")  [return-value]",
        &["Found 1 error in 1 file"],
        &["see the docs"],
    );
}

#[test]
fn builds_of_java() {
    check(
        "> Task :compileJava\n> Task :test FAILED\n\nCartTest > adds() FAILED\n    org.opentest4j.AssertionFailedError at CartTest.java:12\n\n\
3 tests completed, 1 failed\n\nFAILURE: Build failed with an exception.\n\n* What went wrong:\nExecution failed for task ':test'.\n",
        "CartTest > adds() FAILED",
        &["CartTest.java:12", "3 tests completed, 1 failed"],
        &["compileJava"],
    );
    check(
        "[INFO] Scanning for projects...\n[INFO] Running CartTest\n[ERROR] Tests run: 2, Failures: 1, Errors: 0, Skipped: 0\n[INFO] Results:\n\
[ERROR] Failures: \n[ERROR]   CartTest.adds:12 expected: <4> but was: <3>\n[INFO] BUILD FAILURE\n",
        "[ERROR] Failures:",
        &["CartTest.adds:12 expected: <4> but was: <3>"],
        &["Scanning"],
    );
}

#[test]
fn make_and_npm_only_say_that_something_failed_before() {
    check(
        "cc -c cart.c\nthe checker found a mistake in cart.c\nmake[1]: *** [Makefile:3: lint] Error 1\nmake: *** [all] Error 2\n",
        "cc -c cart.c",
        &["the checker found a mistake in cart.c"],
        &["make:"],
    );
    check(
        "cart.c:3:5: warning: unused variable 'x'\ncart.c:9:3: error: expected ';' before 'return'\nmake: *** [Makefile:2: cart.o] Error 1\n",
        "cart.c:9:3: error: expected ';' before 'return'",
        &[],
        &["unused"],
    );
}

#[test]
fn without_a_known_mark_the_end_is_shown() {
    let many: Vec<String> = (0..100).map(|n| format!("line {n}")).collect();
    let shown = of(&many.join("\n"));
    assert!(shown.starts_with("line 76\n") && shown.ends_with("line 99"));
    assert_eq!(of(""), "");
    assert_eq!(of("\n\n"), "");
}

#[test]
fn an_excerpt_is_bounded() {
    let long = format!("FAIL: {}\n", "x".repeat(10_000));
    let shown = of(&long.repeat(50));
    assert!(shown.chars().count() <= 2_010, "{}", shown.chars().count());
    assert!(shown.ends_with('…'), "{shown}");
}
