//! From fragments to a worker: rustc, in the sandbox, until what compiles compiles.
//!
//! The submission becomes one crate. When rustc refuses it, the fragments that its errors point at are left out,
//! stubs take the place of their functions, and rustc runs again; so one broken function costs only itself.

use std::collections::BTreeMap;
use std::path::PathBuf;

use gradus_notebook::{Fragment, FragmentKind, LeftOutReason, Submission, signature_of};
use gradus_question::{Function, Verdict};

use crate::assemble::{Assembled, Stub, assemble, location_of};
use crate::diagnostics::Diagnostic;
use crate::grade::{FunctionState, Location, Message};
use crate::policy::{self, SourceScan};
use crate::rustc::{Failed, Rustc};
use crate::scratch::Scratch;

/// Rounds of leaving out; each takes at least one fragment away, and honest submissions need one or two.
const ROUNDS: usize = 12;
/// Items that a submission may have, whether an answer needs them or not. No honest one comes near it.
const ITEMS: usize = 1000;
/// Messages kept for one function.
const MESSAGES: usize = 5;

/// A submission after the compiler.
pub struct Compiled {
    /// The program to call, unless no function is ready.
    pub program: Option<PathBuf>,
    /// The state of each function, in the interface's order.
    pub states: Vec<FunctionState>,
    /// The crate as it was compiled, to find places in it.
    pub assembled: Assembled,
    _directory: Scratch,
}

/// Compiles a submission's answers to `functions`.
///
/// # Errors
/// When the compiler could not be run at all: our own fault.
pub fn compile(
    submission: &Submission,
    functions: &'static [Function],
    rustc: &Rustc<'_>,
    scan: SourceScan,
) -> Result<Compiled, Failed> {
    let directory = rustc.directory()?;
    let mut draft = Draft::new(submission, rustc.interface, functions);
    draft.refuse_floods();
    if scan == SourceScan::On {
        draft.refuse_by_policy();
    }
    draft.explain_unparsed(rustc, &directory)?;
    let assembled = draft.compile_crate(rustc, &directory)?;
    let program = draft.link(rustc, &directory, &assembled)?;
    let states = functions.iter().map(|function| draft.state(function)).collect();
    Ok(Compiled { program, states, assembled, _directory: directory })
}

/// A submission on its way through the compiler.
struct Draft<'a> {
    submission: &'a Submission,
    /// The module of the assignment.
    interface: &'a str,
    functions: &'static [Function],
    /// Fragments that are left out, and why.
    broken: BTreeMap<usize, (Verdict, Vec<Message>)>,
    /// Functions that compile and cannot be called as the question asks for.
    mismatched: BTreeMap<&'static str, Vec<Message>>,
}

impl<'a> Draft<'a> {
    fn new(submission: &'a Submission, interface: &'a str, functions: &'static [Function]) -> Self {
        Self { submission, interface, functions, broken: BTreeMap::new(), mismatched: BTreeMap::new() }
    }

    fn fragments(&self) -> &'a [Fragment] {
        &self.submission.fragments
    }

    /// The fragment that answers a function.
    fn answer(&self, function: &str) -> Option<usize> {
        self.fragments().iter().position(|fragment| fragment.answers(function))
    }

    /// Leaves out everything of a submission with more items than anybody writes.
    fn refuse_floods(&mut self) {
        let count = self.fragments().len() + self.submission.left_out.len();
        if count > ITEMS {
            let text = format!(
                "the submission has {count} functions, constants and other items; at most {ITEMS} are compiled"
            );
            self.break_all(Verdict::CompileError, &[plain(text, None)]);
        }
    }

    /// Leaves out answers that the scan refuses. Something refused beside the answers, in the same file or cell, costs
    /// those answers too: it may act without being called.
    fn refuse_by_policy(&mut self) {
        for (index, fragment) in self.fragments().iter().enumerate() {
            if self.broken.contains_key(&index) {
                continue;
            }
            let Some(message) = refusal(fragment) else { continue };
            if !matches!(fragment.kind, FragmentKind::Answer { .. } | FragmentKind::Unparsed { .. }) {
                self.refuse_beside(fragment, &message);
            }
            self.broken.insert(index, (Verdict::RejectedSource, vec![message]));
        }
        let left_out = self.submission.left_out.iter().filter(|left_out| left_out.reason != LeftOutReason::MainOrTest);
        for fragment in left_out.map(|left_out| &left_out.fragment) {
            if let Some(message) = refusal(fragment) {
                self.refuse_beside(fragment, &message);
            }
        }
    }

    fn refuse_beside(&mut self, refused: &Fragment, message: &Message) {
        for (index, fragment) in self.fragments().iter().enumerate() {
            let beside = fragment.origin.file == refused.origin.file && fragment.origin.cell == refused.origin.cell;
            if beside && matches!(fragment.kind, FragmentKind::Answer { .. }) {
                self.broken.entry(index).or_insert_with(|| (Verdict::RejectedSource, vec![message.clone()]));
            }
        }
    }

    /// Lets rustc say what is wrong with source that is not Rust: it says it better than the parser does.
    fn explain_unparsed(&mut self, rustc: &Rustc<'_>, directory: &Scratch) -> Result<(), Failed> {
        for (index, fragment) in self.fragments().iter().enumerate() {
            let FragmentKind::Unparsed { error, .. } = &fragment.kind else { continue };
            if self.broken.contains_key(&index) {
                continue;
            }
            let origin = location_of(&fragment.origin);
            let locate = |line: usize| Some(Location { line: origin.line + line - 1, ..origin.clone() });
            let mut messages: Vec<_> = match rustc.library(directory, &fragment.text)? {
                Err(refused) => refused.diagnostics.iter().map(|found| message(found, fragment, locate)).collect(),
                Ok(()) => Vec::new(),
            };
            messages.retain(|message| message.location.is_some());
            if messages.is_empty() {
                let location = Location { line: error.line, ..origin };
                messages.push(plain(error.message.clone(), Some(location)));
            }
            messages.truncate(MESSAGES);
            self.broken.insert(index, (Verdict::CompileError, messages));
        }
        Ok(())
    }

    /// Compiles what is not broken, and finds out what is.
    fn compile_crate(&mut self, rustc: &Rustc<'_>, directory: &Scratch) -> Result<Assembled, Failed> {
        for _ in 0..ROUNDS {
            let assembled = self.assemble(|_| true);
            if !self.functions.iter().any(|function| self.is_ready(function)) {
                return Ok(assembled);
            }
            let Err(refused) = rustc.library(directory, &assembled.source)? else { return Ok(assembled) };
            let found = match refused.verdict {
                Verdict::CompileError => self.attribute(&refused.diagnostics, &assembled),
                verdict => self.isolate(verdict, rustc, directory)?,
            };
            if !found {
                let messages: Vec<_> =
                    refused.diagnostics.iter().take(MESSAGES).map(|found| plain(found.text.clone(), None)).collect();
                self.break_all(refused.verdict, &messages);
            }
        }
        self.break_all(
            Verdict::CompileError,
            &[plain("the errors of this submission do not come to an end".to_owned(), None)],
        );
        Ok(self.assemble(|_| true))
    }

    fn assemble(&self, keep: impl Fn(usize) -> bool) -> Assembled {
        let keep = |index: usize| !self.broken.contains_key(&index) && keep(index);
        let stubs = self
            .functions
            .iter()
            .filter_map(|function| match self.answer(function.name) {
                None => Some((function.name, Stub::Missing)),
                Some(index) => (!keep(index)).then_some((function.name, Stub::Broken)),
            })
            .collect();
        assemble(self.fragments(), keep, self.interface, self.functions, &stubs)
    }

    /// Marks the fragments that the errors point at; whether there were any. Where one of them uses another, the other
    /// is to blame for now: with a stub in its place the first may well compile.
    fn attribute(&mut self, diagnostics: &[Diagnostic], assembled: &Assembled) -> bool {
        let mut found: BTreeMap<usize, Vec<Message>> = BTreeMap::new();
        for diagnostic in diagnostics {
            let Some(index) = diagnostic.lines.iter().find_map(|line| assembled.fragment_at(*line)) else { continue };
            let message = message(diagnostic, &self.fragments()[index], |line| assembled.locate(line));
            found.entry(index).or_default().push(message);
        }
        let uses_another = |index: usize| found.keys().any(|&other| other != index && self.uses(index, other));
        let to_blame: Vec<_> = found.keys().copied().filter(|index| !uses_another(*index)).collect();
        let to_blame = if to_blame.is_empty() { found.keys().copied().collect() } else { to_blame };
        for index in &to_blame {
            let mut messages = found.remove(index).unwrap_or_default();
            messages.truncate(MESSAGES);
            self.broken.insert(*index, (Verdict::CompileError, messages));
        }
        !to_blame.is_empty()
    }

    /// Whether a fragment mentions a name that another defines.
    fn uses(&self, index: usize, other: usize) -> bool {
        let mentions = &self.fragments()[index].mentions;
        self.fragments()[other].defines.iter().any(|name| mentions.contains(name))
    }

    /// After the compiler ran into a limit: compiles each answer alone, and marks those that do it again.
    fn isolate(&mut self, verdict: Verdict, rustc: &Rustc<'_>, directory: &Scratch) -> Result<bool, Failed> {
        let answers: Vec<_> = (0..self.fragments().len())
            .filter(|index| matches!(self.fragments()[*index].kind, FragmentKind::Answer { .. }))
            .filter(|index| !self.broken.contains_key(index))
            .collect();
        if let [only] = answers[..] {
            self.broken.insert(only, (verdict, Vec::new()));
            return Ok(true);
        }
        let mut found = false;
        for &index in &answers {
            let assembled = self.assemble(|other| other == index || !answers.contains(&other));
            if let Err(refused) = rustc.library(directory, &assembled.source)?
                && refused.verdict != Verdict::CompileError
            {
                self.broken.insert(index, (refused.verdict, Vec::new()));
                found = true;
            }
        }
        Ok(found)
    }

    fn break_all(&mut self, verdict: Verdict, messages: &[Message]) {
        for index in 0..self.fragments().len() {
            self.broken.entry(index).or_insert_with(|| (verdict, messages.to_vec()));
        }
    }

    /// Links the worker; a function whose type is not the one asked for is left out.
    fn link(
        &mut self,
        rustc: &Rustc<'_>,
        directory: &Scratch,
        assembled: &Assembled,
    ) -> Result<Option<PathBuf>, Failed> {
        loop {
            let ready: Vec<_> = self.functions.iter().filter(|function| self.is_ready(function)).collect();
            if ready.is_empty() {
                return Ok(None);
            }
            let Err(refused) = rustc.worker(directory, &ready)? else { return Ok(Some(rustc.program(directory))) };
            let wrong: Vec<_> = refused
                .diagnostics
                .iter()
                .flat_map(|diagnostic| &diagnostic.lines)
                .filter_map(|line| rustc.function_at(*line))
                .collect();
            for function in &wrong {
                let messages = self.signature_message(function);
                self.mismatched.insert(function.name, messages);
            }
            if wrong.is_empty() && !self.leave_out_unusable(&ready, rustc, directory, assembled)? {
                return Err(refused.into_fault("linking the worker"));
            }
        }
    }

    /// Links each function alone and leaves out those that do not: an error in generic code shows only where that is put
    /// to use. Whether any was left out; where all fail, the submission is to blame only if the compiler says so.
    fn leave_out_unusable(
        &mut self,
        ready: &[&Function],
        rustc: &Rustc<'_>,
        directory: &Scratch,
        assembled: &Assembled,
    ) -> Result<bool, Failed> {
        let mut unusable = Vec::new();
        for function in ready {
            if let Err(refused) = rustc.worker(directory, &[function])? {
                unusable.push((function.name, refused));
            }
        }
        let some_can_be_used = unusable.len() < ready.len();
        unusable.retain(|(_, refused)| some_can_be_used || !refused.of_submission.is_empty());
        for (function, refused) in &unusable {
            let messages = refused.of_submission.iter().take(MESSAGES).filter_map(|found| {
                let index = found.lines.iter().find_map(|line| assembled.fragment_at(*line))?;
                Some(message(found, &self.fragments()[index], |line| assembled.locate(line)))
            });
            let mut messages: Vec<_> = messages.collect();
            if messages.is_empty() {
                let text = format!("`{function}` compiles, but not where it is called with the question's types");
                let origin = self.answer(function).map(|index| location_of(&self.fragments()[index].origin));
                messages.push(plain(text, origin));
            }
            self.mismatched.insert(function, messages);
        }
        Ok(!unusable.is_empty())
    }

    fn signature_message(&self, function: &Function) -> Vec<Message> {
        let fragment = self.answer(function.name).map(|index| &self.fragments()[index]);
        let yours = fragment.and_then(signature_of).unwrap_or_default();
        let asked_for = function.signature();
        let (text, notes) = if function.is_composed() && is_same_signature(&yours, &asked_for) {
            let note =
                "note: it is called together with the function that fills its cache; look at that one's signature";
            (format!("`{}` cannot be called as the question asks for", function.name), vec![note.to_owned()])
        } else {
            let text = format!("`{}` has another signature than the question asks for", function.name);
            (text, vec![format!("asked for: {asked_for}"), format!("found:     {yours}")])
        };
        let location = fragment.map(|fragment| location_of(&fragment.origin));
        vec![Message { code: None, text, location, line_text: None, notes }]
    }

    fn is_ready(&self, function: &Function) -> bool {
        matches!(self.state(function), FunctionState::Ready)
    }

    fn state(&self, function: &Function) -> FunctionState {
        let Some(index) = self.answer(function.name) else { return FunctionState::Missing };
        if let Some(messages) = self.mismatched.get(function.name) {
            return FunctionState::Broken(Verdict::CompileError, messages.clone());
        }
        let Some((verdict, messages)) = self.broken.get(&index) else { return FunctionState::Ready };
        let mut messages = messages.clone();
        // What is wrong with a helper explains why the function that uses it does not compile.
        for (&helper, (_, helper_messages)) in &self.broken {
            if helper != index && self.uses(index, helper) {
                messages.extend(helper_messages.iter().take(2).cloned());
            }
        }
        messages.truncate(MESSAGES);
        FunctionState::Broken(*verdict, messages)
    }
}

/// Whether two signatures are the same but for spaces, a comma at the end, and `pub`.
fn is_same_signature(one: &str, other: &str) -> bool {
    let plain = |signature: &str| {
        let without_spaces = signature.trim_start_matches("pub ").replace(char::is_whitespace, "");
        without_spaces.replace(",)", ")")
    };
    plain(one) == plain(other)
}

/// What the scan says about a fragment.
fn refusal(fragment: &Fragment) -> Option<Message> {
    let refusal = policy::scan(&fragment.text)?;
    let origin = location_of(&fragment.origin);
    Some(Message {
        code: None,
        text: format!("{} is not allowed in an answer", refusal.what),
        line_text: fragment.text.lines().nth(refusal.line - 1).map(str::to_owned),
        location: Some(Location { line: origin.line + refusal.line - 1, ..origin }),
        notes: vec![refusal.why.reason().to_owned(), format!("help: {}", refusal.why.hint())],
    })
}

fn message(diagnostic: &Diagnostic, fragment: &Fragment, locate: impl Fn(usize) -> Option<Location>) -> Message {
    let location = diagnostic.lines.iter().find_map(|line| locate(*line));
    let line_text = location.as_ref().and_then(|at| {
        let offset = at.line.checked_sub(fragment.origin.line)?;
        fragment.text.lines().nth(offset).map(str::to_owned)
    });
    Message {
        code: diagnostic.code.clone(),
        text: diagnostic.text.clone(),
        location,
        line_text,
        notes: diagnostic.notes.clone(),
    }
}

fn plain(text: String, location: Option<Location>) -> Message {
    Message { code: None, text, location, line_text: None, notes: Vec::new() }
}
