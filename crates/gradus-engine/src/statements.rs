//! Compiles the statements of a cell into a function that takes the variables it mentions and keeps those it leaves.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use crate::cell::{Parsed, Repetition, Statements};
use crate::compile::{Call, Compiler, Failed, Product};
use crate::diagnostics::Diagnostic;
use crate::header::{Scope, header};
use crate::mentions::Names;
use crate::session::{Built, Session, Variable};
use crate::source::{Edit, Source};

/// A cell's statements, compiled.
#[derive(Debug)]
pub struct Compiled {
    /// What the process loads.
    pub library: PathBuf,
    /// The function to call.
    pub symbol: String,
    /// What messages and panics are about.
    pub source: Arc<Source>,
    /// The file that they name.
    pub file: String,
    /// Warnings about what the user wrote.
    pub messages: Vec<Diagnostic>,
    /// Each new variable that is kept: the type that rustc gives it, and whether it is `mut`.
    pub new: BTreeMap<String, (String, bool)>,
    /// Variables that cannot be kept, and why.
    pub lost: BTreeMap<String, Lost>,
}

/// Why a variable is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// The cell gave it away.
    Moved,
    /// It refers to something that ends with the cell.
    Borrows,
}

/// Statements that do not compile.
pub struct Refused {
    /// What messages are about.
    pub source: Arc<Source>,
    /// The file that they name.
    pub file: String,
    /// Why.
    pub why: Failed,
}

/// What is to be compiled.
pub struct Job<'a> {
    /// The notebook, this cell's items included.
    pub session: &'a Session,
    /// The cell.
    pub parsed: &'a Parsed,
    /// Its statements.
    pub statements: &'a Statements,
    /// Its number.
    pub number: usize,
    /// How much to optimise, if the user has said so.
    pub optimise: Option<u8>,
}

/// Compiles statements; again without what cannot be kept, if need be.
pub fn compile(job: &Job<'_>, compiler: &Compiler) -> Result<Compiled, Box<Refused>> {
    let crate_name = format!("cell_{}", job.number);
    let file = format!("{crate_name}.rs");
    let optimise = job.optimise.unwrap_or_else(|| worth(job));
    let mut lost = BTreeMap::new();
    loop {
        let written = write(job, &lost);
        let source = Arc::new(written.source);
        let refused = |why| Box::new(Refused { source: source.clone(), file: file.clone(), why });
        let closure =
            Built::closure(written.units.iter().filter_map(|number| job.session.units.get(number)?.built.clone()));
        let items: Vec<_> = closure.iter().map(|built| (built.crate_name.clone(), built.metadata.clone())).collect();
        let call = Call {
            crate_name: &crate_name,
            suffix: "",
            text: &source.text,
            product: Product::Statements { optimise },
            items: &items,
        };
        match compiler.compile(&call) {
            Ok(messages) => {
                let library = compiler.directory.join(format!("lib{crate_name}.so"));
                let ready = closure.iter().try_for_each(|built| built.code.wait());
                ready.map_err(|error| refused(Failed::Fault(error)))?;
                let libraries = closure.iter().map(|built| built.library.as_path());
                compiler.link(&call, &library, libraries).map_err(refused)?;
                let (types, messages) = read_types(messages, &file, &written.keeps);
                let mutable: BTreeMap<_, _> = job.statements.variables.iter().cloned().collect();
                let new = types
                    .into_iter()
                    .map(|(name, type_name)| {
                        let mutable = mutable.get(&name).copied().unwrap_or(false);
                        (name, (type_name, mutable))
                    })
                    .collect();
                return Ok(Compiled { library, symbol: symbol(job.number), source, file, messages, new, lost });
            }
            Err(Failed::Refused(messages)) => {
                let before = lost.len();
                let mut errors = Vec::new();
                for message in &messages {
                    match cannot_be_kept(message, &file, &written.keeps) {
                        Some(names) => lost.extend(names),
                        None if message.is_error() => errors.push(message.clone()),
                        None => {}
                    }
                }
                if !errors.is_empty() || lost.len() == before {
                    let list = if errors.is_empty() { messages } else { errors };
                    return Err(refused(Failed::Refused(list)));
                }
            }
            Err(other) => return Err(refused(other)),
        }
    }
}

/// The level of optimisation that statements are worth.
fn worth(job: &Job<'_>) -> u8 {
    match job.statements.repetition {
        Repetition::Nothing => 0,
        // Up to this level, rustc takes what the library has compiled of arrays' generic code, and of others there is none.
        Repetition::Calls if has_arrays(job) => 1,
        Repetition::Calls | Repetition::Elements => 3,
    }
}

fn has_arrays(job: &Job<'_>) -> bool {
    job.statements.mentions.iter().any(|name| {
        let variable = job.session.variables.get(name);
        name.contains("Array") || variable.is_some_and(|variable| variable.type_name.contains("Array"))
    })
}

struct Written {
    source: Source,
    units: std::collections::BTreeSet<usize>,
    /// Where each variable is kept.
    keeps: Vec<(Range<usize>, String)>,
}

fn symbol(number: usize) -> String {
    format!("gradus_cell_{number}")
}

fn write(job: &Job<'_>, lost: &BTreeMap<String, Lost>) -> Written {
    let (session, parsed, statements) = (job.session, job.parsed, job.statements);
    let mentions = session.with_macros(&statements.mentions);
    let loads: Vec<(&String, &Variable)> =
        session.variables.iter().filter(|(name, _)| mentions.contains(*name)).collect();
    let own: Names =
        parsed.imports.iter().filter(|import| !import.is_nameless()).map(|import| import.name.clone()).collect();
    let mut mentioned = statements.mentions.clone();
    mentioned.extend(parsed.imports.iter().map(|import| import.root.clone()));
    let earlier: Vec<_> = session.imports.iter().filter(|import| !parsed.imports.contains(import)).cloned().collect();
    let scope = Scope {
        session,
        mentions: &mentioned,
        own: &own,
        imports: &earlier,
        own_macros: &parsed.macros,
        unit: None,
        extra: "#![allow(unreachable_code)] #![warn(dropping_references)]",
    };
    let mut header = header(&scope);
    header.units.extend(loads.iter().flat_map(|(_, variable)| variable.units.iter().copied()));

    let mut source = Source::default();
    source.push(&header.text);
    source.push(&format!(
        "#[unsafe(no_mangle)] pub fn {}(__store: &mut __gradus::Store) -> ::std::result::Result<(), __gradus::Failure> {{ ",
        symbol(job.number)
    ));
    for (name, variable) in &loads {
        let mutable = if variable.mutable { "mut " } else { "" };
        source.push(&format!("let {mutable}{name} = __store.take::<{}>({name:?}); ", variable.type_path));
    }
    if statements.awaits {
        source.push("__gradus::wait::block_on(__gradus::wait::cell(async { ");
    }
    copy_statements(&mut source, parsed, statements);
    let mut keeps = Vec::new();
    for (name, _) in &statements.variables {
        if !lost.contains_key(name) {
            // The useless drop makes rustc say the type.
            let text = format!("__store.keep({name:?}, {{ ::std::mem::drop(&{name}); {name} }});");
            keeps.push((source.push(&text), name.clone()));
            source.push("\n");
        }
    }
    for (name, _) in loads {
        let shadowed = statements.variables.iter().any(|(new, _)| new == name);
        if !shadowed && !lost.contains_key(name) {
            keeps.push((source.push(&format!("__store.keep({name:?}, {name});")), name.clone()));
            source.push("\n");
        }
    }
    source.push("::std::result::Result::Ok(())");
    source.push(if statements.awaits { " })) }\n" } else { " }\n" });
    Written { source, units: header.units, keeps }
}

/// The types of a compiled cell's new variables again, with the whole path of each name. Empty when this compiler
/// cannot say them.
pub fn whole_paths(job: &Job<'_>, compiled: &Compiled, compiler: &Compiler) -> BTreeMap<String, String> {
    let written = write(job, &compiled.lost);
    let closure =
        Built::closure(written.units.iter().filter_map(|number| job.session.units.get(number)?.built.clone()));
    let items: Vec<_> = closure.iter().map(|built| (built.crate_name.clone(), built.metadata.clone())).collect();
    let crate_name = format!("paths_{}", job.number);
    let call = Call {
        crate_name: &crate_name,
        suffix: "",
        text: &written.source.text,
        product: Product::Paths,
        items: &items,
    };
    let file = format!("{crate_name}.rs");
    compiler.compile(&call).map(|messages| read_types(messages, &file, &written.keeps).0).unwrap_or_default()
}

/// The cell's text, blanks where items are.
fn copy_statements(source: &mut Source, parsed: &Parsed, statements: &Statements) {
    let mut edits = Vec::new();
    if let Some(value) = &statements.value {
        edits.push(Edit::insert(value.start, "match &("));
        edits.push(Edit::insert(
            value.end,
            ") { mut __value => { use __gradus::display::{ByShow as _, ByDebug as _, ByName as _}; __value.evcxr_display() } }",
        ));
    }
    if let Some(end) = statements.unfinished {
        edits.push(Edit::insert(end, ";"));
    }
    let mut at = 0;
    for item in &parsed.items {
        source.copy(&parsed.text, at..item.range.start, &edits);
        source.blank(&parsed.text, item.range.clone());
        at = item.range.end;
    }
    source.copy(&parsed.text, at..parsed.text.text.len(), &edits);
    source.push("\n");
}

/// Separates what rustc says about the types of kept variables from what is for the user.
fn read_types(
    messages: Vec<Diagnostic>,
    file: &str,
    keeps: &[(Range<usize>, String)],
) -> (BTreeMap<String, String>, Vec<Diagnostic>) {
    let mut types = BTreeMap::new();
    let mut rest = Vec::new();
    for message in messages {
        let hits: Vec<_> =
            message.places(file).filter_map(|(place, _, label)| Some((kept_at(keeps, &place)?, label))).collect();
        let found = hits.iter().find_map(|(name, label)| {
            let type_name = label.strip_prefix("argument has type `&")?.strip_suffix('`')?;
            Some(((*name).clone(), type_name.to_owned()))
        });
        types.extend(found);
        if hits.is_empty() {
            rest.push(message);
        }
    }
    (types, rest)
}

/// The variables to leave out, if the message is about keeping some.
fn cannot_be_kept(message: &Diagnostic, file: &str, keeps: &[(Range<usize>, String)]) -> Option<Vec<(String, Lost)>> {
    let lost = match message.code()? {
        "E0381" | "E0382" => Lost::Moved,
        "E0499" | "E0502" | "E0503" | "E0505" | "E0506" | "E0515" | "E0521" | "E0597" | "E0716" | "E0310" | "E0373" => {
            Lost::Borrows
        }
        _ => return None,
    };
    let hits: Vec<_> =
        message.places(file).filter_map(|(place, _, label)| Some((kept_at(keeps, &place)?, label))).collect();
    // Of a value and a reference to it, the reference is the one that cannot stay.
    let later: Vec<_> =
        hits.iter().filter(|(_, label)| label.contains("later") || label.contains("requires")).collect();
    let names: Vec<_> = if later.is_empty() || lost == Lost::Moved {
        hits.iter().map(|(name, _)| ((*name).clone(), lost)).collect()
    } else {
        later.iter().map(|(name, _)| ((*name).clone(), lost)).collect()
    };
    (!names.is_empty()).then_some(names)
}

fn kept_at<'a>(keeps: &'a [(Range<usize>, String)], place: &Range<usize>) -> Option<&'a String> {
    keeps.iter().find(|(range, _)| range.start <= place.start && place.start < range.end).map(|(_, name)| name)
}
