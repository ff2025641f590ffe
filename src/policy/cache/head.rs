//! What a compiled policy says of itself: what it was made of, and everything but its rules.

use std::path::{Path, PathBuf};

use super::bytes::{Reader, Writer};
use super::file::Part;
use crate::call::Access;
use crate::decision::Verdict;
use crate::digests::Stamp;
use crate::policy::load::{LayerFile, ReadFile};
use crate::policy::yaml::{DEPTH_LIMIT, Kind, Node, Scalar, Span, Style};
use crate::policy::{Layer, Mode, OnUnknown, PolicySet, Source, WhenBroken};

const LAYERS: [Layer; 5] = [
    Layer::Managed,
    Layer::User,
    Layer::Repository,
    Layer::Subfolder,
    Layer::Local,
];
const MODES: [Mode; 2] = [Mode::Enforce, Mode::Observe];
const VERDICTS: [Verdict; 4] = [
    Verdict::Neutral,
    Verdict::Allow,
    Verdict::Ask,
    Verdict::Deny,
];
const STYLES: [Style; 2] = [Style::Plain, Style::Quoted];

/// Everything before the rules.
#[derive(Debug, Clone)]
pub(super) struct Head {
    /// The repository's root: names of files are shown from there.
    pub(super) root: String,
    /// The layers that it was asked for, in order.
    pub(super) layers: Vec<LayerFile>,
    pub(super) files: Vec<ReadFile>,
    /// Whether the file system that holds it has a clock to tell by when stamps prove something.
    pub(super) has_clock: bool,
    /// Settings and sources; without rules and programs.
    pub(super) set: PolicySet,
    pub(super) programs: Vec<Node>,
    /// Whether any glob names paths by where they are on the system.
    pub(super) has_system: bool,
    /// Whether any rule describes commands by names on paths.
    pub(super) has_words: bool,
    /// For each access a rule that refuses it somewhere.
    pub(super) refusing: [Option<Part>; 3],
}

impl Head {
    /// Returns a rule that refuses an access to some path.
    pub(super) fn refusing(&self, access: Access) -> Option<Part> {
        let [read, write, delete] = self.refusing;
        match access {
            Access::Read => read,
            Access::Write => write,
            Access::Delete => delete,
        }
    }

    /// Writes it; `None` when a path is no text.
    pub(super) fn write(&self) -> Option<Vec<u8>> {
        let mut writer = Writer::default();
        writer.text(&self.root);
        writer.number(self.layers.len() as u64);
        for layer in &self.layers {
            writer.text(layer.path.to_str()?);
            writer.choice(&LAYERS, &layer.layer);
            writer.text(&layer.base);
        }
        writer.number(self.files.len() as u64);
        for file in &self.files {
            write_file(&mut writer, file)?;
        }
        writer.flag(self.has_clock);
        write_settings(&mut writer, &self.set)?;
        writer.list(&self.programs, write_node);
        writer.flag(self.has_system);
        writer.flag(self.has_words);
        for part in &self.refusing {
            writer.optional(part.as_ref(), |writer, part| part.write_to(writer));
        }
        Some(writer.bytes)
    }

    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let head = Self {
            root: reader.string()?,
            layers: reader.list(|reader| {
                Some(LayerFile {
                    path: PathBuf::from(reader.text()?),
                    layer: reader.choice(&LAYERS)?,
                    base: reader.string()?,
                })
            })?,
            files: reader.list(read_file)?,
            has_clock: reader.flag()?,
            set: read_settings(&mut reader)?,
            programs: reader.list(|reader| read_node(reader, 0))?,
            has_system: reader.flag()?,
            has_words: reader.flag()?,
            refusing: [
                reader.optional(Part::read_from).ok()?,
                reader.optional(Part::read_from).ok()?,
                reader.optional(Part::read_from).ok()?,
            ],
        };
        reader.is_at_end().then_some(head)
    }
}

fn write_path(writer: &mut Writer, path: &Path) -> Option<()> {
    writer.text(path.to_str()?);
    Some(())
}

fn write_file(writer: &mut Writer, file: &ReadFile) -> Option<()> {
    write_path(writer, &file.path)?;
    writer.flag(file.real.is_some());
    if let Some(real) = &file.real {
        write_path(writer, real)?;
    }
    writer.optional(file.stamp, |writer, (device, stamp)| {
        writer.fixed(&device.to_le_bytes());
        stamp.write_to(&mut writer.bytes);
    });
    writer.fixed(&file.digest);
    Some(())
}

fn read_file(reader: &mut Reader<'_>) -> Option<ReadFile> {
    Some(ReadFile {
        path: PathBuf::from(reader.text()?),
        real: reader.optional(Reader::text).ok()?.map(PathBuf::from),
        stamp: reader
            .optional(|reader| {
                let device = u64::from_le_bytes(reader.fixed()?);
                Some((device, reader.with(Stamp::take_from)?))
            })
            .ok()?,
        digest: reader.fixed()?,
    })
}

fn write_settings(writer: &mut Writer, set: &PolicySet) -> Option<()> {
    writer.choice(&MODES, &set.mode);
    let broken = set.when_broken;
    let unknown = set.on_unknown;
    for verdict in [
        broken.before_tool,
        broken.stop,
        broken.otherwise,
        unknown.opaque_code,
        unknown.script,
        unknown.path,
        unknown.unparsable,
    ] {
        writer.choice(&VERDICTS, &verdict);
    }
    writer.texts(&set.runtimes);
    writer.texts(&set.records);
    writer.number(set.sources.len() as u64);
    for source in &set.sources {
        writer.text(&source.name);
        writer.choice(&LAYERS, &source.layer);
        writer.flag(source.path.is_some());
        if let Some(path) = &source.path {
            write_path(writer, path)?;
        }
    }
    Some(())
}

fn read_settings(reader: &mut Reader<'_>) -> Option<PolicySet> {
    let mode = reader.choice(&MODES)?;
    let mut verdict = || reader.choice(&VERDICTS);
    Some(PolicySet {
        mode,
        when_broken: WhenBroken {
            before_tool: verdict()?,
            stop: verdict()?,
            otherwise: verdict()?,
        },
        on_unknown: OnUnknown {
            opaque_code: verdict()?,
            script: verdict()?,
            path: verdict()?,
            unparsable: verdict()?,
        },
        runtimes: reader.strings()?,
        records: reader.strings()?,
        sources: reader.list(|reader| {
            Some(Source {
                name: reader.string()?,
                layer: reader.choice(&LAYERS)?,
                path: reader.optional(Reader::text).ok()?.map(PathBuf::from),
            })
        })?,
        ..PolicySet::default()
    })
}

/// Writes a value without its place: only problems point there.
fn write_node(writer: &mut Writer, node: &Node) {
    match &node.kind {
        Kind::Null => writer.byte(0),
        Kind::Scalar(scalar) => {
            writer.byte(1);
            writer.text(&scalar.text);
            writer.choice(&STYLES, &scalar.style);
        }
        Kind::List(items) => {
            writer.byte(2);
            writer.list(items, write_node);
        }
        Kind::Map(entries) => {
            writer.byte(3);
            writer.list(entries, |writer, (key, value)| {
                write_node(writer, key);
                write_node(writer, value);
            });
        }
    }
}

fn read_node(reader: &mut Reader<'_>, depth: usize) -> Option<Node> {
    if depth > DEPTH_LIMIT {
        return None;
    }
    let below = |reader: &mut Reader<'_>| read_node(reader, depth + 1);
    let kind = match reader.byte()? {
        0 => Kind::Null,
        1 => Kind::Scalar(Scalar {
            text: reader.string()?,
            style: reader.choice(&STYLES)?,
        }),
        2 => Kind::List(reader.list(below)?),
        3 => Kind::Map(reader.list(|reader| Some((below(reader)?, below(reader)?)))?),
        _ => return None,
    };
    Some(Node {
        span: Span::default(),
        kind,
    })
}
