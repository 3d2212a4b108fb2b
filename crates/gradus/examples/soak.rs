//! Grades many submissions, a third of them hostile, two at a time, and holds the judge to what it promises of a long
//! run: each submission ends in exactly one outcome, the right ones get full marks, the hostile ones no more than they
//! deserve, and the judge's memory stays flat.
//!
//! `cargo run --release --example soak -- 2000 [--seed N]`
//!
//! Prints a sample of the judge's memory after each twentieth of the run, and ends with 1 when a promise is broken.

#![expect(clippy::print_stdout, reason = "an example prints what it measures")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Instant;

use anyhow::{Context, ensure};
use gradus_judge::batch::{Entry, grade_all};
use gradus_judge::{Judge, Outcome, report};
use gradus_sandbox::{Level, Requirement, Sandbox, launcher};
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, SeedableRng};

const JOBS: usize = 2;
/// How much more memory the judge may have at the end than after a tenth of the run.
const GROWTH_MIB: u64 = 48;

fn main() -> anyhow::Result<ExitCode> {
    launcher::run_if_asked();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let count: usize = arguments.first().map_or(Ok(2000), |count| count.parse()).context("how many submissions")?;
    let seed = match arguments.iter().position(|argument| argument == "--seed") {
        Some(at) => arguments.get(at + 1).context("a seed")?.parse().context("a seed")?,
        None => rand::random(),
    };
    println!("{count} submissions, {JOBS} at a time, seed {seed}");
    let folder = tempfile::tempdir()?;
    let submissions = submissions(count, seed, folder.path())?;
    let judge = judge()?;
    let watched = Watched::default();
    let start = Instant::now();
    let entries: Vec<_> = submissions.iter().map(|one| Entry::new(one.path.clone(), one.seed)).collect();
    let out = folder.path().join("out");
    let outcomes = grade_all(&entries, JOBS, &|entry| {
        let outcome = judge.grade(entry);
        watched.note(&outcome, &out, count, start);
        outcome
    });
    let faults = watched.faults(&submissions, &outcomes);
    println!("{count} submissions in {:.0} s", start.elapsed().as_secs_f64());
    println!("{}", watched.summary(&outcomes));
    faults.iter().for_each(|fault| println!("FAULT: {fault}"));
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// A submission, and what may become of it.
struct Submitted {
    path: PathBuf,
    seed: u64,
    /// Exactly these points, or at most these.
    points: Points,
}

enum Points {
    Exactly(u32),
    AtMost(u32),
}

/// Every third is a hostile one, drawn from the corpus; the others are right answers in several styles.
fn submissions(count: usize, seed: u64, folder: &Path) -> anyhow::Result<Vec<Submitted>> {
    let key = gradus_grader::key("softmax").context("softmax has a key")?;
    let right: Vec<_> = key.museum.iter().filter(|specimen| specimen.right).map(|specimen| specimen.source).collect();
    let hostile = hostile()?;
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    // All of the corpus comes before any of it comes again.
    let mut deck: Vec<usize> = Vec::new();
    let mut all = Vec::new();
    for number in 0..count {
        let path = folder.join(format!("submission{number}.rs"));
        let (source, points) = if number % 3 == 0 {
            if deck.is_empty() {
                deck = (0..hostile.len()).collect();
                deck.shuffle(&mut random);
            }
            let (source, most) = &hostile[deck.pop().context("a deck is never empty")?];
            (source.as_str(), Points::AtMost(*most))
        } else {
            (*right.choose(&mut random).context("there are right answers")?, Points::Exactly(100))
        };
        fs::write(&path, source)?;
        all.push(Submitted { path, seed: random.random(), points });
    }
    Ok(all)
}

/// The corpus: sources, and the most points that each deserves.
fn hostile() -> anyhow::Result<Vec<(String, u32)>> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../grader/hostile");
    let manifest: serde_json::Value = serde_json::from_str(&fs::read_to_string(corpus.join("manifest.json"))?)?;
    let cases = manifest["cases"].as_array().context("a list of cases")?;
    let read = |case: &serde_json::Value| {
        let file = case["file"].as_str().context("a file")?;
        let most = case["points"].as_u64().map_or(25, |points| points as u32);
        Ok((fs::read_to_string(corpus.join(file))?, most))
    };
    cases.iter().map(read).collect()
}

fn judge() -> anyhow::Result<Judge> {
    let sandbox = Sandbox::probe(Requirement::AtLeast(Level::Restricted))?;
    println!("{}", sandbox.describe());
    // As `gradus grade` does.
    gradus_nn::keep_freed_memory();
    let key = gradus_grader::key("softmax").context("softmax has a key")?;
    let checks = [(key.assignment.public_checks)(), (key.hidden_checks)()].concat();
    Ok(Judge::new(key.assignment, checks, sandbox)?)
}

/// What was seen while the submissions were graded.
#[derive(Default)]
struct Watched(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    finished: BTreeMap<String, usize>,
    total: usize,
    memory_mib: Vec<(usize, u64)>,
    unwritten: Vec<String>,
}

impl Watched {
    fn note(&self, outcome: &Outcome, out: &Path, count: usize, start: Instant) {
        let written = report::write(outcome, out);
        let mut seen = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *seen.finished.entry(outcome.submission().to_owned()).or_default() += 1;
        seen.total += 1;
        if let Err(error) = written {
            seen.unwritten.push(error.to_string());
        }
        if seen.total.is_multiple_of((count / 20).max(1)) {
            let (total, memory) = (seen.total, resident_mib());
            println!("{total:>6} graded, {:>5.0} s, the judge has {memory} MiB", start.elapsed().as_secs_f64());
            seen.memory_mib.push((total, memory));
        }
    }

    /// Promises that were broken.
    fn faults(&self, submissions: &[Submitted], outcomes: &[Outcome]) -> Vec<String> {
        let seen = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut faults = seen.unwritten.clone();
        if outcomes.len() != submissions.len() || seen.finished.len() != submissions.len() {
            faults.push(format!("{} submissions, {} outcomes", submissions.len(), outcomes.len()));
        }
        let more = seen.finished.iter().filter(|(_, times)| **times != 1);
        faults.extend(more.map(|(name, times)| format!("{name} ended {times} times")));
        for (submitted, outcome) in submissions.iter().zip(outcomes) {
            faults.extend(fault_of(submitted, outcome).err().map(|fault| fault.to_string()));
        }
        let early = seen.memory_mib.get(seen.memory_mib.len() / 10);
        if let (Some((_, early)), Some((_, last))) = (early, seen.memory_mib.last())
            && last.saturating_sub(*early) > GROWTH_MIB
        {
            faults.push(format!("the judge's memory grew from {early} to {last} MiB"));
        }
        faults
    }

    fn summary(&self, outcomes: &[Outcome]) -> String {
        let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
        outcomes.iter().for_each(|outcome| *ids.entry(outcome.id()).or_default() += 1);
        format!("outcomes: {ids:?}; peak memory {} MiB", status_mib("VmHWM:"))
    }
}

fn fault_of(submitted: &Submitted, outcome: &Outcome) -> anyhow::Result<()> {
    let name = outcome.submission();
    let file = submitted.path.file_stem().unwrap_or_default().to_string_lossy();
    ensure!(*name == *file, "the outcome of {file} is that of {name}");
    let attack = fs::read_to_string(&submitted.path)?.lines().next().unwrap_or_default().to_owned();
    let points = match outcome {
        Outcome::Graded(grade) => grade.points(),
        Outcome::Unreadable { .. } => 0,
        Outcome::Fault { message, .. } => anyhow::bail!("{name}: fault of ours: {message} ({attack})"),
    };
    let fair = match submitted.points {
        Points::Exactly(right) => points == right,
        Points::AtMost(most) => points <= most,
    };
    ensure!(fair, "{name} got {points} points ({attack})");
    Ok(())
}

fn resident_mib() -> u64 {
    status_mib("VmRSS:")
}

fn status_mib(field: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0) >> 10
}
