//! Texts with regions: runs of lines between a line that begins them and one that ends them.
//!
//! What such lines look like and what regions hold is for others to say.

/// What a marker does to the region that it names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edge {
    Begin,
    End,
}

/// A run of lines, and the region that they are in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run<'a, K> {
    /// What the region holds; `None` for what is in no region.
    pub kind: Option<K>,
    /// What stands in front of the marker that begins it.
    pub indentation: &'a str,
    /// The lines, without the markers.
    pub lines: Vec<&'a str>,
}

/// Markers that are not in order, and their lines, from 1.
pub(crate) enum Fault<K> {
    /// A region begins inside the one that began at `first`.
    Nested { line: usize, first: usize, kind: K },
    /// The region that begins here has no end.
    NoEnd { line: usize, kind: K },
    /// The region that ends here has no beginning.
    NoBeginning { line: usize, kind: K },
    /// A region begins that is not allowed.
    Misplaced { line: usize, kind: K },
}

/// Takes a text apart at its markers. Runs in no region stand before, between and behind the regions, empty ones too.
pub(crate) fn runs<'a, K: Copy + PartialEq>(
    text: &'a str,
    allowed: &[K],
    marker: impl Fn(&str) -> Option<(K, Edge)>,
) -> Result<Vec<Run<'a, K>>, Fault<K>> {
    let plain = || Run { kind: None, indentation: "", lines: Vec::new() };
    let (mut done, mut run) = (Vec::new(), plain());
    let mut open: Option<(usize, K)> = None;
    for (index, text) in text.lines().enumerate() {
        let line = index + 1;
        match (marker(text), open) {
            (None, _) => run.lines.push(text),
            (Some((kind, Edge::Begin)), Some((first, _))) => return Err(Fault::Nested { line, first, kind }),
            (Some((kind, Edge::Begin)), None) if !allowed.contains(&kind) => {
                return Err(Fault::Misplaced { line, kind });
            }
            (Some((kind, Edge::Begin)), None) => {
                open = Some((line, kind));
                let indentation = &text[..text.len() - text.trim_start().len()];
                done.push(std::mem::replace(&mut run, Run { kind: Some(kind), indentation, lines: Vec::new() }));
            }
            (Some((kind, Edge::End)), Some((_, opened))) if opened == kind => {
                open = None;
                done.push(std::mem::replace(&mut run, plain()));
            }
            (Some((_, Edge::End)), Some((line, kind))) => return Err(Fault::NoEnd { line, kind }),
            (Some((kind, Edge::End)), None) => return Err(Fault::NoBeginning { line, kind }),
        }
    }
    if let Some((line, kind)) = open {
        return Err(Fault::NoEnd { line, kind });
    }
    done.push(run);
    Ok(done)
}
