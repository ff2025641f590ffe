//! The home folder that the list of accounts names.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

const LIST: &str = "/etc/passwd";

/// Returns the home folder of the user that this process runs as.
pub(super) fn home() -> Option<PathBuf> {
    let list = std::fs::read(LIST).ok()?;
    home_in(&list, rustix::process::getuid().as_raw())
}

/// Returns the home folder that a list of accounts has for a user. Lines are `name:password:user:group:comment:home:shell`.
fn home_in(list: &[u8], user: u32) -> Option<PathBuf> {
    let user = user.to_string();
    let lines = list.split(|byte| *byte == b'\n');
    let mut accounts = lines.filter(|line| !line.trim_ascii_start().starts_with(b"#"));
    accounts.find_map(|line| {
        let mut fields = line.split(|byte| *byte == b':').skip(2);
        let is_theirs = fields.next()? == user.as_bytes();
        let home = fields.nth(2).filter(|home| is_theirs && !home.is_empty())?;
        Some(PathBuf::from(OsStr::from_bytes(home)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNTS: &[u8] = b"root:x:0:0:root:/root:/bin/bash\n\
        # sam:x:1000:1000::/old:/bin/sh\n\
        +::::::\n\
        half:x:1001\n\
        none:x:1001:1001:::/bin/sh\n\
        sam:x:1000:1000:Sam, 1:/home/sam:/bin/sh\n\
        pat:x:1000:1000::/home/pat:\n\
        odd:x:10:10::/home/\xff:";

    #[test]
    fn a_home_is_that_of_the_number() {
        let home = |user| home_in(ACCOUNTS, user);
        assert_eq!(home(0), Some("/root".into()));
        assert_eq!(home(10), Some(OsStr::from_bytes(b"/home/\xff").into()));
        assert_eq!(home(100), None);
        // The first line counts that has one.
        assert_eq!(home(1000), Some("/home/sam".into()));
        assert_eq!(home(1001), None);
    }
}
