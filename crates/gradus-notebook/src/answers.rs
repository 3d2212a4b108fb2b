//! Which definition of a wanted function is graded.

use crate::candidate::Candidate;
use crate::files::Source;
use crate::fragment::Note;
use crate::submission::Wanted;

/// The most places a note lists.
const MAX_PLACES: usize = 5;

/// The index of the definition to grade.
///
/// In this order: the answer cell's own, the last sound one elsewhere, the answer cell's broken one, the last
/// broken one. Within a cell the last counts, as it does for a kernel that runs the cell.
pub(crate) fn choose(
    wanted: &Wanted<'_>,
    candidates: &[Candidate],
    sources: &[Source],
    notes: &mut Vec<Note>,
) -> Option<usize> {
    let function = wanted.function;
    let all = |accept: &dyn Fn(&Candidate) -> bool| -> Vec<usize> {
        (0..candidates.len()).filter(|&index| accept(&candidates[index])).collect()
    };
    let in_answer_cell = |candidate: &Candidate| wanted.cell_id.is_some() && candidate.cell_id() == wanted.cell_id;
    let last_in_answer_cell =
        |found: &[usize]| found.iter().copied().rfind(|&index| in_answer_cell(&candidates[index]));
    let sound = all(&|candidate| candidate.is_function(function));
    let broken = all(&|candidate| candidate.is_broken_function(function));
    let chosen = last_in_answer_cell(&sound)
        .or(sound.last().copied())
        .or(last_in_answer_cell(&broken))
        .or(broken.last().copied())?;

    if !in_answer_cell(&candidates[chosen]) {
        notes.extend(elsewhere(wanted, &candidates[chosen], sources, last_in_answer_cell(&broken).is_some()));
    }
    if sound.len() > 1 {
        notes.push(several(function, candidates, &sound, chosen));
    }
    Some(chosen)
}

/// The note that the answer cell is not where the answer was found.
fn elsewhere(wanted: &Wanted<'_>, chosen: &Candidate, sources: &[Source], broken_in_answer_cell: bool) -> Option<Note> {
    let (id, function, origin) = (wanted.cell_id?, wanted.function, &chosen.fragment.origin);
    let mut cells = sources.iter().filter_map(|source| source.cell.as_ref()).peekable();
    cells.peek()?; // Without a notebook nobody expects an answer cell.
    let answer_cell = cells.find(|cell| cell.id.as_deref() == Some(id));
    let message = match answer_cell {
        None => format!("the answer cell `{id}` is missing; found `{function}` in {origin}"),
        Some(cell) if broken_in_answer_cell => format!(
            "`{function}` in the answer cell `{id}` (cell {}) is not valid Rust; took the one in {origin}",
            cell.number
        ),
        Some(cell) => {
            format!("the answer cell `{id}` (cell {}) does not define `{function}`; found it in {origin}", cell.number)
        }
    };
    let hint = Some(format!("Write `{function}` in its answer cell."));
    Some(Note { origin: Some(origin.clone()), message, hint })
}

/// The note that a function is defined more than once.
fn several(function: &str, candidates: &[Candidate], sound: &[usize], chosen: usize) -> Note {
    let mut places: Vec<String> =
        sound.iter().take(MAX_PLACES).map(|&index| candidates[index].fragment.origin.to_string()).collect();
    if sound.len() > MAX_PLACES {
        places.push(format!("{} more", sound.len() - MAX_PLACES));
    }
    let origin = &candidates[chosen].fragment.origin;
    let unfinished = |index: usize| candidates[index].fragment.mentions.contains("todo");
    let hint = if unfinished(chosen) && sound.iter().any(|&index| !unfinished(index)) {
        "The one that was taken still has `todo!()`: move your answer into it, and delete the copies."
    } else {
        "Keep one definition and delete the others."
    };
    Note {
        origin: Some(origin.clone()),
        message: format!(
            "`{function}` is defined {} times ({}); the one in {origin} was taken",
            sound.len(),
            places.join("; ")
        ),
        hint: Some(hint.to_owned()),
    }
}
