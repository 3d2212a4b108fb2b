//! Which submissions are alike, and where.

use std::collections::{BTreeMap, BTreeSet, HashSet};
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

impl Pair {
    /// The question whose answers are most alike, and how much.
    pub fn most_alike(&self) -> Option<(&str, f64)> {
        let most = self.questions.iter().max_by(|left, right| left.1.total_cmp(right.1));
        most.map(|(question, similarity)| (question.as_str(), *similarity))
    }
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

    let questions: BTreeSet<&str> =
        codes.iter().flat_map(|code| code.pieces.iter().filter_map(|piece| piece.question.as_deref())).collect();
    let whole = Group::of(sets(None));
    let by_question: BTreeMap<&str, Group> =
        questions.into_iter().map(|question| (question, Group::of(sets(Some(question))))).collect();
    let alike: BTreeSet<[usize; 2]> =
        std::iter::once(&whole).chain(by_question.values()).flat_map(|group| group.alike(limits)).collect();
    let mut pairs: Vec<Pair> = alike
        .into_iter()
        .map(|places| {
            let Likeness { similarity, rare } = whole.likeness(places);
            let names = places.map(|place| codes[place].name.clone());
            Pair { names, places, similarity, rare, questions: BTreeMap::new(), passages: Vec::new() }
        })
        .collect();
    let suspicion = |pair: &Pair| pair.similarity * pair.rare as f64;
    pairs.sort_by(|left, right| suspicion(right).total_cmp(&suspicion(left)));
    let more = pairs.len().saturating_sub(limits.pairs);
    pairs.truncate(limits.pairs);
    for pair in &mut pairs {
        let of_question =
            |(question, group): (&&str, &Group)| ((*question).to_owned(), group.likeness(pair.places).similarity);
        pair.questions = by_question.iter().map(of_question).collect();
        pair.passages = passages(pair.places.map(|place| found[place].as_slice()));
    }
    Comparison { submissions: codes.len(), pairs, more }
}

/// The fingerprints of a class's submissions, or of their answers to one question, and how much each says.
struct Group {
    sets: Vec<BTreeSet<u64>>,
    /// Of each fingerprint, those who have it.
    owners: BTreeMap<u64, Vec<usize>>,
}

/// What two have in common.
#[derive(Clone, Copy, Default)]
struct Likeness {
    similarity: f64,
    rare: usize,
}

impl Group {
    fn of(sets: Vec<BTreeSet<u64>>) -> Self {
        let mut owners: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for (place, set) in sets.iter().enumerate() {
            for hash in set {
                owners.entry(*hash).or_default().push(place);
            }
        }
        Self { sets, owners }
    }

    fn weight(&self, owners: &[usize]) -> f64 {
        ((self.sets.len() + 1) as f64 / owners.len() as f64).ln()
    }

    fn is_rare(&self, owners: &[usize]) -> bool {
        owners.len() <= (self.sets.len() / 10).max(5)
    }

    /// All pairs within the limits, the smaller place first. It goes from fingerprint to fingerprint, since most pairs share few.
    fn alike(&self, limits: Limits) -> Vec<[usize; 2]> {
        let index = |one: usize, other: usize| other * (other - 1) / 2 + one;
        let count = self.sets.len();
        let mut weights = vec![0.0; count];
        let mut shared = vec![(0.0_f32, 0_u32); count * count.saturating_sub(1) / 2];
        for owners in self.owners.values() {
            let (weight, is_rare) = (self.weight(owners), self.is_rare(owners));
            for (at, other) in owners.iter().enumerate() {
                weights[*other] += weight;
                for one in &owners[..at] {
                    let (sum, rare) = &mut shared[index(*one, *other)];
                    *sum += weight as f32;
                    *rare += u32::from(is_rare);
                }
            }
        }
        let places = (0..count).flat_map(|other| (0..other).map(move |one| [one, other]));
        let is_alike = |[one, other]: &[usize; 2]| {
            let (sum, rare) = shared[index(*one, *other)];
            // A little less, for what single precision has lost.
            let needed = limits.similarity * (weights[*one] + weights[*other]) / 2.0 * 0.9999;
            sum > 0.0 && f64::from(sum) >= needed && rare as usize >= limits.rare
        };
        places.filter(is_alike).collect()
    }

    fn likeness(&self, [one, other]: [usize; 2]) -> Likeness {
        let weight_of = |set: &BTreeSet<u64>| set.iter().map(|hash| self.weight(&self.owners[hash])).sum::<f64>();
        let (one, other) = (&self.sets[one], &self.sets[other]);
        let shared: BTreeSet<u64> = one.intersection(other).copied().collect();
        let all = weight_of(one) + weight_of(other);
        Likeness {
            similarity: if all > 0.0 { 2.0 * weight_of(&shared) / all } else { 0.0 },
            rare: shared.iter().filter(|hash| self.is_rare(&self.owners[*hash])).count(),
        }
    }
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
