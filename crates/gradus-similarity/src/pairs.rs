//! Which submissions are alike, and where.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Range;

use serde::Serialize;

use crate::Code;
use crate::fingerprint::{Fingerprint, fingerprints};

/// What is worth a look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// The least similarity, from 0 to 1, of whole submissions or of their answers to one question.
    pub similarity: f64,
    /// The least number of rare fingerprints that the two share. A fingerprint is rare when at most a tenth of all
    /// submissions have it, or five.
    pub rare: usize,
    /// The most pairs that are told.
    pub pairs: usize,
}

/// What a class's submissions have in common.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// How many submissions were compared.
    pub submissions: usize,
    /// The pairs that are worth a look, the most suspicious first.
    pub pairs: Vec<Pair>,
    /// How many more there are.
    pub more: usize,
}

/// Two submissions that are alike.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pair {
    /// Whose they are, in the order in which they were given.
    pub names: [String; 2],
    /// Their places in what was compared.
    #[serde(skip)]
    pub places: [usize; 2],
    /// 2 Σ w(shared) / (Σ w(one) + Σ w(other)) over fingerprints: from 0 to 1. The weight w of a fingerprint that d of n
    /// submissions have is ln((n + 1) / d).
    pub similarity: f64,
    /// How many rare fingerprints they share.
    pub rare: usize,
    /// The similarity of their answers to each question.
    pub questions: BTreeMap<String, f64>,
    /// Where they are alike.
    #[serde(skip)]
    pub passages: Vec<[Passage; 2]>,
}

/// Lines of a submission that another one has too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// The lines, from 0, of pieces of code; the same lines of several pieces where a passage was taken apart.
    pub lines: Vec<(usize, Range<usize>)>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { similarity: 0.6, rare: 5, pairs: 50 }
    }
}

/// Compares all submissions with each other. `given` is what everybody has got: it counts for nobody.
pub fn compare(codes: &[Code], given: &Code, limits: Limits) -> Comparison {
    let given: HashSet<u64> = fingerprints(given).into_iter().map(|fingerprint| fingerprint.hash).collect();
    let found: Vec<Vec<Fingerprint>> = codes
        .iter()
        .map(|code| {
            let own = fingerprints(code).into_iter();
            own.filter(|fingerprint| !given.contains(&fingerprint.hash)).collect()
        })
        .collect();
    let sets = |question: Option<&str>| -> Vec<BTreeSet<u64>> {
        let counts = |code: &Code, at: usize| question.is_none() || code.pieces[at].question.as_deref() == question;
        let of = |(code, found): (&Code, &Vec<Fingerprint>)| {
            let wanted = found.iter().filter(|fingerprint| counts(code, fingerprint.piece));
            wanted.map(|fingerprint| fingerprint.hash).collect()
        };
        codes.iter().zip(&found).map(of).collect()
    };

    let whole = Likeness::of(&sets(None));
    let questions: BTreeSet<&str> =
        codes.iter().flat_map(|code| code.pieces.iter().filter_map(|piece| piece.question.as_deref())).collect();
    let by_question: BTreeMap<_, _> =
        questions.into_iter().map(|question| (question, Likeness::of(&sets(Some(question))))).collect();
    let is_alike = |likeness: &Likeness, one: usize, other: usize| {
        likeness.similarity(one, other) >= limits.similarity && likeness.rare(one, other) >= limits.rare
    };

    let places = (0..codes.len()).flat_map(|other| (0..other).map(move |one| [one, other]));
    let alike = places.filter(|[one, other]| {
        is_alike(&whole, *one, *other) || by_question.values().any(|likeness| is_alike(likeness, *one, *other))
    });
    let mut pairs: Vec<Pair> = alike
        .map(|[one, other]| Pair {
            names: [one, other].map(|place| codes[place].name.clone()),
            places: [one, other],
            similarity: whole.similarity(one, other),
            rare: whole.rare(one, other),
            questions: by_question
                .iter()
                .map(|(question, likeness)| ((*question).to_owned(), likeness.similarity(one, other)))
                .collect(),
            passages: Vec::new(),
        })
        .collect();
    let suspicion = |pair: &Pair| pair.similarity * pair.rare as f64;
    pairs.sort_by(|left, right| suspicion(right).total_cmp(&suspicion(left)));
    let more = pairs.len().saturating_sub(limits.pairs);
    pairs.truncate(limits.pairs);
    for pair in &mut pairs {
        pair.passages = passages(pair.places.map(|place| found[place].as_slice()));
    }
    Comparison { submissions: codes.len(), pairs, more }
}

/// How much each two of a class have in common.
struct Likeness {
    /// Of each, the weight of all its fingerprints.
    weights: Vec<f64>,
    /// Of each two, the weight of what they share, and how many of it are rare.
    shared: Vec<(f32, u32)>,
}

impl Likeness {
    fn of(sets: &[BTreeSet<u64>]) -> Self {
        let mut owners: HashMap<u64, Vec<usize>> = HashMap::new();
        for (place, set) in sets.iter().enumerate() {
            for hash in set {
                owners.entry(*hash).or_default().push(place);
            }
        }
        let rare = (sets.len() / 10).max(5);
        let mut likeness = Self {
            weights: vec![0.0; sets.len()],
            shared: vec![(0.0, 0); sets.len() * sets.len().saturating_sub(1) / 2],
        };
        // In a fixed order, so that the same submissions give the same sums.
        let mut owners: Vec<_> = owners.into_iter().collect();
        owners.sort_unstable();
        for (_, owners) in owners {
            let weight = ((sets.len() + 1) as f64 / owners.len() as f64).ln();
            for (at, other) in owners.iter().enumerate() {
                likeness.weights[*other] += weight;
                for one in &owners[..at] {
                    let (shared, count) = &mut likeness.shared[index(*one, *other)];
                    *shared += weight as f32;
                    *count += u32::from(owners.len() <= rare);
                }
            }
        }
        likeness
    }

    fn similarity(&self, one: usize, other: usize) -> f64 {
        let all = self.weights[one] + self.weights[other];
        let shared = f64::from(self.shared[index(one, other)].0);
        if all > 0.0 { (2.0 * shared / all).min(1.0) } else { 0.0 }
    }

    fn rare(&self, one: usize, other: usize) -> usize {
        self.shared[index(one, other)].1 as usize
    }
}

/// The place of a pair, of which `one` is the smaller, in a row of all pairs.
fn index(one: usize, other: usize) -> usize {
    other * (other - 1) / 2 + one
}

/// Where two share fingerprints: runs of lines of the first, and the lines of the second that have the same fingerprints.
fn passages([one, other]: [&[Fingerprint]; 2]) -> Vec<[Passage; 2]> {
    let of_other: HashSet<u64> = other.iter().map(|fingerprint| fingerprint.hash).collect();
    let mut found: Vec<(Vec<u64>, usize, Range<usize>)> = Vec::new();
    for fingerprint in one.iter().filter(|fingerprint| of_other.contains(&fingerprint.hash)) {
        match found.last_mut() {
            Some((hashes, piece, lines)) if *piece == fingerprint.piece && fingerprint.lines.start <= lines.end => {
                lines.end = lines.end.max(fingerprint.lines.end);
                hashes.push(fingerprint.hash);
            }
            _ => found.push((vec![fingerprint.hash], fingerprint.piece, fingerprint.lines.clone())),
        }
    }
    let mut told = HashSet::new();
    let mut both = Vec::new();
    for (hashes, piece, lines) in found {
        let fresh: HashSet<u64> = hashes.into_iter().filter(|hash| told.insert(*hash)).collect();
        let theirs = merged(other.iter().filter(|fingerprint| fresh.contains(&fingerprint.hash)));
        if !theirs.is_empty() {
            both.push([Passage { lines: vec![(piece, lines)] }, Passage { lines: theirs }]);
        }
    }
    both
}

fn merged<'a>(fingerprints: impl Iterator<Item = &'a Fingerprint>) -> Vec<(usize, Range<usize>)> {
    let mut found: Vec<(usize, Range<usize>)> = Vec::new();
    for Fingerprint { piece, lines, .. } in fingerprints {
        match found.last_mut() {
            Some((last, before)) if last == piece && lines.start <= before.end => {
                before.end = before.end.max(lines.end)
            }
            _ => found.push((*piece, lines.clone())),
        }
    }
    found
}
