//! The bytes of a baseline: what is asked for alone at the beginning, then everything else.

use super::super::codec::{Reader, Writer};
use super::super::compare::Told;
use super::super::listing::Folder;
use super::super::note::{self, Entry};
use super::super::watch::Watch;
use super::{Baseline, Unread};
use crate::policy::cache::bytes::sum;
use crate::policy::cache::maker;

/// First bytes of the file.
pub(super) const MAGIC: &[u8; 8] = b"hg-base\n";
/// The same where a rule puts files back: calls that are yet to run ask for that alone, and read no more.
pub(super) const MAGIC_AUTO: &[u8; 8] = b"hg-auto\n";
const VERSION: u64 = 2;
/// Bytes of the check sum, which tells damage and no intent.
const SUM: usize = 8;

impl Baseline {
    pub(super) fn encode(&self) -> Vec<u8> {
        /// What most entries take.
        const ENTRY: usize = 160;
        let is_auto = self.watch.rules.iter().any(|rule| rule.auto);
        let mut body = Writer::default();
        body.bytes.reserve(self.entries.len() * ENTRY);
        body.bytes
            .extend_from_slice(if is_auto { MAGIC_AUTO } else { MAGIC });
        body.number(VERSION);
        let sum = body.bytes.len();
        body.bytes.extend_from_slice(&[0; SUM]);
        let head = Head {
            maker: maker(),
            ended: self.ended,
            source: self.source,
        };
        head.write_to(&mut body);
        self.watch.write_to(&mut body);
        body.list(&self.entries, |writer, entry| entry.write_to(writer));
        body.list(&self.folders, |writer, folder| {
            writer.text(&folder.path);
            note::write_stat(writer, &folder.stat);
            writer.signed(folder.noted);
            writer.optional(folder.link.as_deref());
            writer.flag(folder.by_link);
        });
        body.list(&self.told, |writer, told| told.write_to(writer));
        let mut bytes = body.bytes;
        if let Some((head, rest)) = bytes.split_at_mut_checked(sum + SUM)
            && let Some(place) = head.get_mut(sum..)
        {
            place.copy_from_slice(&sum_of(rest).to_le_bytes());
        }
        bytes
    }
}

/// Whether the bytes are whole and say that the session goes on.
pub(super) fn goes_on(bytes: &[u8]) -> bool {
    let head = |body| Head::read_from(&mut Reader::new(body));
    whole_body(bytes).is_ok_and(|body| head(body).is_some_and(|head| !head.ended))
}

pub(super) fn decode(bytes: &[u8]) -> Result<Baseline, Unread> {
    let body = whole_body(bytes)?;
    read_body(&mut Reader::new(body)).ok_or(Unread::Damaged)
}

/// Returns what stands behind the check sum.
fn whole_body(bytes: &[u8]) -> Result<&[u8], Unread> {
    let mut reader = Reader::new(bytes);
    let magic: [u8; 8] = reader.take().ok_or(Unread::Damaged)?;
    if magic != *MAGIC && magic != *MAGIC_AUTO {
        return Err(Unread::Damaged);
    }
    match reader.number() {
        Some(VERSION) => {}
        Some(newer) if newer > VERSION => return Err(Unread::Newer),
        Some(_) => return Err(Unread::Older),
        None => return Err(Unread::Damaged),
    }
    let sum: [u8; SUM] = reader.take().ok_or(Unread::Damaged)?;
    let body = bytes.get(bytes.len() - reader.left()..).unwrap_or_default();
    if sum_of(body).to_le_bytes() != sum {
        return Err(Unread::Damaged);
    }
    Ok(body)
}

fn sum_of(body: &[u8]) -> u64 {
    sum(VERSION, body)
}

/// What is asked for alone.
struct Head {
    /// The program that wrote it: what it understood, it understands again.
    maker: u64,
    ended: bool,
    source: Option<u64>,
}

impl Head {
    fn write_to(&self, writer: &mut Writer) {
        writer.number(self.maker);
        writer.flag(self.ended);
        writer.flag(self.source.is_some());
        writer.number(self.source.unwrap_or_default());
    }

    fn read_from(reader: &mut Reader<'_>) -> Option<Self> {
        let (maker, ended, has_source) = (reader.number()?, reader.flag()?, reader.flag()?);
        let source = reader.number()?;
        Some(Self {
            maker,
            ended,
            source: has_source.then_some(source),
        })
    }
}

fn read_body(reader: &mut Reader<'_>) -> Option<Baseline> {
    let head = Head::read_from(reader)?;
    let is_ours = head.maker == maker();
    let baseline = Baseline {
        watch: Watch::read_from(reader, is_ours)?,
        // Another program may make another watch of the same.
        source: head.source.filter(|_| is_ours),
        entries: reader.list(Entry::read_from)?,
        folders: reader.list(|reader| {
            Some(Folder {
                path: reader.text()?,
                stat: note::read_stat(reader)?,
                noted: reader.signed()?,
                link: reader.optional(Reader::text).ok()?,
                by_link: reader.flag()?,
            })
        })?,
        told: reader.list(Told::read_from)?,
        ended: head.ended,
    };
    reader.is_at_end().then_some(baseline)
}
