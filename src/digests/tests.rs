use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::{Digest, Digests};
use crate::state::State;
use crate::state::clock::Moment;

/// A folder with state of its own, seen at a moment of the test's choice.
struct Place {
    folder: tempfile::TempDir,
}

/// What a look at a file yields: its digest, and whether it was read for that.
type Seen = (Option<Digest>, bool);

impl Place {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, content: &str) {
        crate::state::replace(&self.path(name), content.as_bytes()).unwrap();
    }

    /// Changes content without a new file taking the old one's place.
    fn overwrite(&self, name: &str, content: &str) {
        use std::io::Write;
        let mut file = fs::File::options()
            .write(true)
            .truncate(true)
            .open(self.path(name))
            .unwrap();
        file.write_all(content.as_bytes()).unwrap();
    }

    fn state(&self) -> State {
        State::of(self.folder.path())
    }

    fn cache(&self) -> PathBuf {
        self.path(".hook-state/cache/digests")
    }

    /// Looks at a file as a process would that runs so many seconds from now.
    fn look(&self, name: &str, seconds: i64) -> Seen {
        self.look_during(name, seconds, seconds)
    }

    /// The same for a process that ends at another time than it began.
    fn look_during(&self, name: &str, begin: i64, end: i64) -> Seen {
        let state = self.state();
        let moment = |seconds: i64| -> Option<Moment> {
            let now = state.moment()?;
            Some(Moment {
                nanoseconds: now.nanoseconds + seconds * 1_000_000_000,
                ..now
            })
        };
        let mut digests = Digests::open_at(&state, moment(begin));
        let digest = digests.digest(&self.path(name)).unwrap();
        let was_read = digests.files_read() > 0;
        digests.keep_at(moment(end)).unwrap();
        (digest, was_read)
    }
}

fn set_modified(path: &Path, time: SystemTime) {
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_modified(time).unwrap();
}

#[test]
fn an_unchanged_file_is_read_once() {
    let place = Place::new();
    place.write("a", "one");
    let (digest, was_read) = place.look("a", 10);
    assert!(was_read && digest.is_some());
    assert_eq!(place.look("a", 20), (digest, false));
}

#[test]
fn a_file_that_changed_just_now_is_read_each_time() {
    let place = Place::new();
    place.write("a", "one");
    for _ in 0..3 {
        assert!(place.look("a", 0).1);
    }
    assert!(!place.cache().exists());
    assert!(place.look("a", 10).1);
    // What is remembered since counts only while the file is old.
    assert!(place.look("a", 0).1);
    assert!(!place.look("a", 10).1);
}

#[test]
fn a_rewrite_of_the_same_size_with_its_time_set_back_is_seen() {
    let place = Place::new();
    place.write("a", "one");
    let (old, _) = place.look("a", 10);
    let time = fs::metadata(place.path("a")).unwrap().modified().unwrap();
    place.overwrite("a", "two");
    set_modified(&place.path("a"), time);
    let (new, was_read) = place.look("a", 20);
    assert!(was_read);
    assert_ne!(new, old);
}

#[test]
fn a_touch_changes_no_digest() {
    let place = Place::new();
    place.write("a", "one");
    let (digest, _) = place.look("a", 10);
    set_modified(&place.path("a"), SystemTime::UNIX_EPOCH);
    assert_eq!(place.look("a", 20), (digest, true));
    assert_eq!(place.look("a", 20), (digest, false));
}

#[test]
fn a_time_to_come_is_not_trusted() {
    let place = Place::new();
    place.write("a", "one");
    set_modified(
        &place.path("a"),
        SystemTime::now() + Duration::from_hours(1),
    );
    assert!(place.look("a", 10).1);
    assert!(place.look("a", 20).1);
    assert!(place.look("a", 4000).1);
    assert!(!place.look("a", 4000).1);
}

#[test]
fn nothing_is_remembered_when_the_clock_is_set_back_meanwhile() {
    let place = Place::new();
    place.write("a", "one");
    assert!(place.look_during("a", 100, 50).1);
    assert!(place.look("a", 100).1);
}

#[test]
fn nothing_is_used_after_the_clock_was_set_back() {
    let place = Place::new();
    place.write("a", "one");
    place.look("a", 10);
    assert!(place.look("a", -3600).1);
}

#[test]
fn a_cache_that_is_damaged_is_none() {
    let place = Place::new();
    place.write("a", "one");
    let seen = place.look("a", 10).0;
    let whole = fs::read(place.cache()).unwrap();
    let mut damaged: Vec<Vec<u8>> = (0..whole.len())
        .step_by(5)
        .map(|length| whole[..length].to_vec())
        .collect();
    damaged.extend((0..whole.len()).map(|at| {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        bytes
    }));
    damaged.push([whole.as_slice(), b"x"].concat());
    let version = 12..16;
    for bytes in damaged {
        crate::state::replace(&place.cache(), &bytes).unwrap();
        assert_eq!(place.look("a", 10), (seen, true));
        if bytes.get(version.clone()) == whole.get(version.clone()) {
            // It has been replaced by a good one.
            assert_eq!(place.look("a", 10), (seen, false));
        }
    }
}

#[test]
fn a_newer_cache_is_left_alone() {
    let place = Place::new();
    place.write("a", "one");
    place.look("a", 10);
    let mut newer = fs::read(place.cache()).unwrap();
    newer[12] = 2;
    crate::state::replace(&place.cache(), &newer).unwrap();
    assert!(place.look("a", 10).1);
    assert_eq!(fs::read(place.cache()).unwrap(), newer);
}

#[test]
fn what_nobody_wants_is_dropped_after_a_month() {
    const DAY: i64 = 24 * 60 * 60;
    let place = Place::new();
    place.write("a", "one");
    place.write("b", "two");
    place.look("a", 10);
    place.look("b", 10);
    let both = fs::metadata(place.cache()).unwrap().len();
    // Asked for now and then, `a` stays; `b` goes when the file is next written.
    assert!(!place.look("a", 20 * DAY).1);
    assert_eq!(fs::metadata(place.cache()).unwrap().len(), both);
    assert!(!place.look("a", 40 * DAY).1);
    assert!(fs::metadata(place.cache()).unwrap().len() < both);
    assert!(place.look("b", 40 * DAY).1);
}

#[test]
fn folders_and_missing_files_have_no_digest() {
    let place = Place::new();
    place.write("a", "one");
    fs::create_dir(place.path("folder")).unwrap();
    for name in ["folder", "missing", "a/below"] {
        assert_eq!(place.look(name, 0), (None, false), "{name}");
    }
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::{Place, fs};

    #[test]
    fn the_executable_bit_counts_and_other_bits_do_not() {
        let place = Place::new();
        place.write("a", "one");
        let set = |mode| {
            fs::set_permissions(place.path("a"), fs::Permissions::from_mode(mode)).unwrap();
            place.look("a", 10).0
        };
        let plain = set(0o644);
        assert_eq!(set(0o600), plain);
        assert_ne!(set(0o755), plain);
        assert_eq!(set(0o644), plain);
    }

    #[test]
    fn a_link_is_its_text_and_what_is_behind_it() {
        let place = Place::new();
        place.write("a", "one");
        place.write("b", "one");
        symlink("a", place.path("link")).unwrap();
        let (to_a, _) = place.look("link", 10);
        assert_ne!(to_a, place.look("a", 10).0);
        assert_eq!(place.look("link", 20), (to_a, false));
        place.write("a", "two");
        let (changed, _) = place.look("link", 20);
        assert_ne!(changed, to_a);
        fs::remove_file(place.path("link")).unwrap();
        symlink("b", place.path("link")).unwrap();
        let (to_b, _) = place.look("link", 20);
        assert_ne!(to_b, to_a);
        fs::remove_file(place.path("b")).unwrap();
        let (to_nothing, _) = place.look("link", 20);
        assert_ne!(to_nothing, to_b);
        fs::create_dir(place.path("b")).unwrap();
        assert_ne!(place.look("link", 20).0, to_nothing);
    }

    #[test]
    fn links_in_a_circle_end() {
        let place = Place::new();
        symlink("a", place.path("b")).unwrap();
        symlink("b", place.path("a")).unwrap();
        assert!(place.look("a", 0).0.is_some());
    }

    /// Opening any of these could wait for ever.
    #[test]
    fn pipes_sockets_and_devices_are_never_opened() {
        let place = Place::new();
        let pipe = place.path("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        let _socket = std::os::unix::net::UnixListener::bind(place.path("socket")).unwrap();
        symlink("/dev/tty", place.path("device")).unwrap();
        symlink("pipe", place.path("link")).unwrap();
        assert_eq!(place.look("pipe", 0), (None, false));
        assert_eq!(place.look("socket", 0), (None, false));
        assert!(!place.look("device", 0).1);
        assert!(!place.look("link", 0).1);
    }

    #[test]
    fn the_clock_writes_to_no_file_but_its_own() {
        let place = Place::new();
        place.write("a", "one");
        let clock = place.path(".hook-state/cache/clock");
        assert!(place.state().moment().is_some());
        fs::remove_file(&clock).unwrap();
        fs::hard_link(place.path("a"), &clock).unwrap();
        assert_eq!(place.state().moment(), None);
        fs::remove_file(&clock).unwrap();
        symlink(place.path("a"), &clock).unwrap();
        assert_eq!(place.state().moment(), None);
        fs::remove_file(&clock).unwrap();
        let made = std::process::Command::new("mkfifo").arg(&clock).status();
        assert!(made.unwrap().success());
        assert_eq!(place.state().moment(), None);
        assert_eq!(fs::read_to_string(place.path("a")).unwrap(), "one");
        // Without a clock there are digests, but no memory.
        assert!(place.look("a", 0).0.is_some());
    }
}
