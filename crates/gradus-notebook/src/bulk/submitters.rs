//! Who handed in what, as Gradescope writes it beside the submissions, in `submission_metadata.yml`.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The file's name.
pub(super) const FILE: &str = "submission_metadata.yml";
/// The most bytes of it that are read: there is all of everybody's results in it.
pub(super) const MAX_BYTES: u64 = 256 << 20;

/// Somebody who handed in, alone or in a group.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Submitter {
    #[serde(rename = ":name", default)]
    pub(super) name: Option<String>,
    #[serde(rename = ":sid", default)]
    pub(super) number: Option<String>,
    #[serde(rename = ":email", default)]
    pub(super) email: Option<String>,
}

#[derive(Deserialize)]
struct Submission {
    #[serde(rename = ":submitters", default)]
    submitters: Vec<Submitter>,
}

/// The submitters of each submission, by its folder.
///
/// # Errors
/// When the text is no such file: why, in one line.
pub(super) fn read(text: &str) -> Result<BTreeMap<String, Vec<Submitter>>, String> {
    // A class has many results; the file's size is limited already.
    let budget = serde_saphyr::budget! { max_nodes: 100_000_000, max_events: 200_000_000 };
    let options = serde_saphyr::options! { budget: budget, with_snippet: false };
    let submissions: BTreeMap<String, Submission> =
        serde_saphyr::from_str_with_options(text, options).map_err(|error| error.to_string())?;
    Ok(submissions.into_iter().map(|(folder, submission)| (folder, submission.submitters)).collect())
}

impl Submitter {
    /// What no other student is called, and what can be a folder's name: name and number.
    pub(super) fn id(&self) -> Option<String> {
        let number = [&self.number, &self.email].into_iter().flatten().find(|text| !text.trim().is_empty())?;
        let name = self.name.as_deref().unwrap_or_default().trim();
        let id = format!("{name}_{}", number.trim());
        // Neither a path nor a hidden file, whatever they call themselves.
        let plain = |sign: char| if sign.is_control() || "/\\".contains(sign) { '-' } else { sign };
        Some(id.chars().map(plain).collect::<String>().trim_start_matches('.').to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = "---
submission_31:
  :submitters:
  - :name: Ada Lovelace
    :sid: '0512'
    :email: ada@example.org
  :created_at: 2026-01-15 12:00:00.000000000 Z
  :score: 86.0
  :status: processed
  :results:
    tests:
    - name: \"loss: recorded\"
      score: 5.0
      output: |
        wrong
submission_32:
  :submitters:
  - :name: Kurt Gödel
    :sid: 17
    :email: kurt@example.org
  - :name: Emmy
    :sid:
    :email: emmy@example.org
";

    #[test]
    fn each_submission_has_its_submitters() {
        let read = read(TWO).expect("it can be read");
        let ids = |folder: &str| read[folder].iter().map(|submitter| submitter.id().expect("one")).collect::<Vec<_>>();
        assert_eq!(ids("submission_31"), ["Ada Lovelace_0512"]);
        assert_eq!(ids("submission_32"), ["Kurt Gödel_17", "Emmy_emmy@example.org"]);
        assert_eq!(read["submission_31"][0].email.as_deref(), Some("ada@example.org"));
    }

    #[test]
    fn a_name_is_never_a_path() {
        let submitter = |name: &str, number: &str| Submitter {
            name: Some(name.to_owned()),
            number: Some(number.to_owned()),
            email: None,
        };
        assert_eq!(submitter("../../etc", "1/2").id().as_deref(), Some("-..-etc_1-2"));
        assert_eq!(submitter("a\n\0", "").id(), None);
        assert_eq!(Submitter { name: Some("Ada".to_owned()), number: None, email: None }.id(), None);
    }

    #[test]
    fn another_text_is_told_in_one_line() {
        for text in ["- a\n- b\n", "submission_1: [", "a: &a [*a, *a]\n", "\u{0}"] {
            let error = read(text).expect_err(text);
            assert!(!error.is_empty(), "{text:?}");
        }
        assert!(read("").is_ok_and(|read| read.is_empty()));
    }
}
