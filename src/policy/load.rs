//! Finds, reads, layers and checks policy files.
