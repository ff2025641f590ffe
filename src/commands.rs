//! One file per command.

pub mod check;
pub mod demo;
pub mod doctor;
pub mod explain;
pub mod export;
pub mod gate;
pub mod hook;
pub mod init;
pub mod restore;
pub mod test;
pub mod trust;
