# Lists what can be done here.
default:
    @just --list

# The same as CI.
check:
    .ci/run

# Plays the guided tour.
demo:
    cargo run --release -- demo

# Runs the tests.
test:
    cargo test

# Rewrites expected files after a wanted change; review the difference.
update:
    UPDATE=1 cargo test
    git diff --stat

# Licences, advisories, sources.
deny:
    cargo deny check
