//! Turns the data that the program is built from into static tables, so that no run parses them.

mod programs;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    programs::generate()
}
