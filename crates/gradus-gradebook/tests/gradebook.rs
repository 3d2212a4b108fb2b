//! The gradebook against what it promises: nothing is overwritten, one grading counts, a regrade is all or nothing.

mod place;

use std::fs;
use std::path::Path;
use std::thread;

use gradus_gradebook::course::Worth;
use gradus_gradebook::{Attempt, Content, Format, Gradebook, GradebookError, Score, Version};
use gradus_judge::Outcome;
use gradus_judge::grade::{CheckGrade, FunctionGrade, FunctionState, Grade, Timings};
use gradus_question::{Verdict, Visibility};
use jiff::tz::TimeZone;

use place::place;

fn gradebook(folder: &Path) -> Gradebook {
    Gradebook::open(place(folder)).expect("a gradebook can be made")
}

fn version(hash: &str) -> Version {
    Version { hash: hash.to_owned(), assignment: "softmax".to_owned(), title: "Softmax".to_owned(), max_points: 10 }
}

fn content(text: &str) -> Content {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("answers.rs");
    fs::write(&path, text).expect("a file");
    Content::read(&path).expect("it can be read")
}

/// An outcome in which the first check has these points and the second none.
fn graded(student: &str, points: u32, seed: u64) -> Outcome {
    let check = |name: &str, points| CheckGrade {
        name: name.to_owned(),
        expectation: "the right numbers".to_owned(),
        visibility: Visibility::Hidden,
        points,
        max_points: 5,
        verdict: if points == 5 { Verdict::Accept } else { Verdict::WrongAnswer },
        message: (points < 5).then(|| "gave a wrong answer".to_owned()),
        hint: None,
        errors: Vec::new(),
        losses: None,
        location: None,
    };
    Outcome::Graded(Box::new(Grade {
        submission: student.to_owned(),
        assignment: "softmax".to_owned(),
        title: "Softmax".to_owned(),
        sandbox: "level 3".to_owned(),
        seed,
        functions: vec![FunctionGrade {
            name: "softmax_loss".to_owned(),
            signature: "fn softmax_loss()".to_owned(),
            state: FunctionState::Ready,
            answer: None,
            checks: vec![check("loss", points), check("gradient", 0)],
        }],
        remarks: Vec::new(),
        timings: Timings::default(),
    }))
}

fn fault(student: &str) -> Outcome {
    Outcome::Fault { submission: student.to_owned(), message: "no compiler".to_owned(), hint: "mend it".to_owned() }
}

fn record(gradebook: &Gradebook, student: &str, text: &str, hash: &str, outcome: &Outcome) {
    let (content, version) = (content(text), version(hash));
    let attempt = Attempt { student, content: &content, version: &version, seed: u64::MAX };
    gradebook.record(&attempt, outcome).expect("it can be recorded");
}

#[test]
fn what_was_recorded_is_found_again_to_the_last_bit() {
    let folder = tempfile::tempdir().expect("a folder");
    let outcome = graded("ada", 5, u64::MAX);
    record(&gradebook(folder.path()), "ada", "fn f() {}", "key 1", &outcome);

    let gradebook = gradebook(folder.path());
    let found = gradebook.recorded("ada", "softmax", &content("fn f() {}")).expect("it can be read");
    let found = found.expect("it is there");
    assert_eq!((found.version_hash.as_str(), found.seed), ("key 1", u64::MAX));
    assert_eq!(format!("{:?}", found.outcome), format!("{outcome:?}"));
    for (student, assignment, text) in
        [("ada", "softmax", "fn g() {}"), ("bob", "softmax", "fn f() {}"), ("ada", "svm", "fn f() {}")]
    {
        assert!(gradebook.recorded(student, assignment, &content(text)).expect("it can be read").is_none());
    }
}

#[test]
fn every_verdict_and_state_comes_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let gradebook = gradebook(folder.path());
    for verdict in Verdict::ALL {
        let mut outcome = graded("ada", 5, 1);
        let Outcome::Graded(grade) = &mut outcome else { unreachable!() };
        grade.functions[0].checks[0].verdict = verdict;
        grade.functions[0].state = FunctionState::Broken(verdict, Vec::new());
        record(&gradebook, "ada", verdict.id(), "key 1", &outcome);
        let found = gradebook.recorded("ada", "softmax", &content(verdict.id())).expect("it can be read");
        let found = format!("{:?}", found.expect("it is there").outcome);
        // The seed that counts is the one that the attempt had.
        assert_eq!(found.replace(&u64::MAX.to_string(), "1"), format!("{outcome:?}"));
    }
}

#[test]
fn a_newer_grading_counts_and_the_older_one_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let gradebook = gradebook(folder.path());
    record(&gradebook, "ada", "fn f() {}", "key 1", &graded("ada", 0, 1));
    record(&gradebook, "ada", "fn f() {}", "key 2", &graded("ada", 5, 2));
    let history = gradebook.history("ada").expect("it can be read");
    let states: Vec<_> =
        history.gradings.iter().map(|graded| (graded.state.as_str(), graded.outcome.points())).collect();
    assert_eq!(states, [("superseded", Some(0)), ("current", Some(5))]);
    assert_eq!(gradebook.standings(None).expect("it can be read")[0].points(), Some(5.0));
}

#[test]
fn a_fault_never_takes_the_place_of_a_result() {
    let folder = tempfile::tempdir().expect("a folder");
    let gradebook = gradebook(folder.path());
    record(&gradebook, "ada", "fn f() {}", "key 1", &fault("ada"));
    let recorded = || gradebook.recorded("ada", "softmax", &content("fn f() {}")).expect("it can be read");
    assert!(recorded().is_none(), "a fault is graded again");
    assert_eq!(gradebook.standings(None).expect("it can be read")[0].points(), None);
    record(&gradebook, "ada", "fn f() {}", "key 1", &graded("ada", 5, 1));
    record(&gradebook, "ada", "fn f() {}", "key 1", &fault("ada"));
    assert_eq!(recorded().expect("the result is there").outcome.points(), Some(5));
}

#[test]
fn of_several_submissions_the_one_met_last_counts() {
    let folder = tempfile::tempdir().expect("a folder");
    let gradebook = gradebook(folder.path());
    record(&gradebook, "ada", "first", "key 1", &graded("ada", 5, 1));
    record(&gradebook, "ada", "second", "key 1", &graded("ada", 0, 1));
    let points = || {
        let standings = gradebook.standings(Some("softmax")).expect("it can be read");
        assert_eq!((standings.len(), standings[0].submissions), (1, 2));
        standings[0].points()
    };
    assert_eq!(points(), Some(0.0));
    gradebook.recorded("ada", "softmax", &content("first")).expect("it can be read");
    assert_eq!(points(), Some(5.0), "the first was handed in once more");
}

#[test]
fn a_regrade_counts_as_a_whole_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let gradebook = gradebook(folder.path());
    let new = version("key 2");
    for (student, points) in [("ada", 0), ("bob", 5), ("cyd", 5)] {
        record(&gradebook, student, student, "key 1", &graded(student, points, 1));
    }
    let names = |pending: Vec<gradus_gradebook::Pending>| -> Vec<String> {
        pending.into_iter().map(|pending| pending.student).collect()
    };
    let pending = gradebook.pending(&new).expect("it can be read");
    assert_eq!(pending[0].seed(), u64::MAX, "with the inputs that it had");
    assert_eq!(names(pending), ["ada", "bob", "cyd"]);
    let propose = |student: &str, outcome: &Outcome| {
        let content = content(student);
        let attempt = Attempt { student, content: &content, version: &new, seed: 1 };
        gradebook.propose(&attempt, outcome).expect("it can be written");
    };
    propose("ada", &graded("ada", 5, 1));
    propose("bob", &graded("bob", 5, 1));
    propose("cyd", &fault("cyd"));
    assert_eq!(names(gradebook.pending(&new).expect("it can be read")), ["cyd"], "a fault is tried again");

    let proposals = gradebook.proposals(&new).expect("it can be read");
    let changes: Vec<_> = proposals.iter().filter_map(gradus_gradebook::Proposal::change).collect();
    assert_eq!(changes.len(), 2, "bob's points are the same");
    assert_eq!((changes[0].student.as_str(), changes[0].before, changes[0].after), ("ada", Some(0), Some(5)));
    assert_eq!(changes[0].checks.len(), 1);
    assert_eq!(changes[0].checks[0].after, Some((5, "accept")));
    assert_eq!(changes[1].after, None);

    let points = || -> Vec<_> {
        gradebook.standings(None).expect("it can be read").iter().map(gradus_gradebook::Standing::points).collect()
    };
    assert_eq!(points(), [Some(0.0), Some(5.0), Some(5.0)], "nothing counts yet");
    assert_eq!(gradebook.apply(&new).expect("it can be written"), 2);
    assert_eq!(points(), [Some(5.0), Some(5.0), Some(5.0)], "cyd keeps what cyd had");
    assert_eq!(gradebook.drop_proposals("softmax").expect("it can be written"), 1);
    assert_eq!(names(gradebook.pending(&new).expect("it can be read")), ["cyd"]);
}

#[test]
fn dropped_proposals_change_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let gradebook = gradebook(folder.path());
    record(&gradebook, "ada", "ada", "key 1", &graded("ada", 5, 1));
    let (content, new) = (content("ada"), version("key 2"));
    let attempt = Attempt { student: "ada", content: &content, version: &new, seed: 1 };
    gradebook.propose(&attempt, &graded("ada", 0, 1)).expect("it can be written");
    assert_eq!(gradebook.drop_proposals("svm").expect("it can be written"), 0, "those of another assignment");
    assert_eq!(gradebook.drop_proposals("softmax").expect("it can be written"), 1);
    assert!(gradebook.proposals(&new).expect("it can be read").is_empty());
    assert_eq!(gradebook.standings(None).expect("it can be read")[0].points(), Some(5.0));
}

#[test]
fn what_is_scored_by_hand_is_added_and_stays_in_the_history() {
    let folder = tempfile::tempdir().expect("a folder");
    let gradebook = gradebook(folder.path());
    record(&gradebook, "ada", "ada", "key 1", &graded("ada", 5, 1));
    for points in [0.5, 1.5] {
        gradebook.score_by_hand("ada", "softmax", "written-1", (points, 2.0), "good").expect("it can be written");
    }
    gradebook.score_by_hand("ada", "svm", "written-1", (2.0, 2.0), "").expect("it can be written");
    assert_eq!(gradebook.standings(None).expect("it can be read")[0].points(), Some(6.5));
    assert_eq!(gradebook.history("ada").expect("it can be read").manual.len(), 3);
    let error = gradebook.score_by_hand("eve", "softmax", "written-1", (1.0, 2.0), "").expect_err("nobody");
    assert!(matches!(error, GradebookError::NoStudent { .. }));
}

#[test]
fn a_score_by_hand_for_a_function_takes_the_place_of_its_checks_points() {
    let folder = tempfile::tempdir().expect("a folder");
    let gradebook = gradebook(folder.path());
    record(&gradebook, "ada", "fn f() {}", "key 1", &graded("ada", 5, 1));
    let points = || gradebook.standings(None).expect("it can be read")[0].points();
    gradebook
        .score_by_hand("ada", "softmax", "softmax_loss", (7.5, 10.0), "a typing error")
        .expect("it can be written");
    assert_eq!(points(), Some(7.5));
    gradebook.score_by_hand("ada", "softmax", "written-1", (1.0, 2.0), "").expect("it can be written");
    assert_eq!(points(), Some(8.5));
    record(&gradebook, "ada", "fn f() {}", "key 2", &graded("ada", 0, 1));
    assert_eq!(points(), Some(8.5), "it outlives another grading");
}

#[test]
fn remarks_are_kept_with_the_student_and_the_assignment() {
    let folder = tempfile::tempdir().expect("a folder");
    let gradebook = gradebook(folder.path());
    record(&gradebook, "ada", "fn f() {}", "key 1", &graded("ada", 5, 1));
    gradebook.comment("ada", "softmax", "See me.").expect("it can be written");
    gradebook.comment("ada", "svm", "Well done.").expect("it can be written");
    let texts: Vec<_> = gradebook.history("ada").expect("she is there").comments;
    assert_eq!(texts.iter().map(|comment| comment.text.as_str()).collect::<Vec<_>>(), ["See me.", "Well done."]);
    let standing = &gradebook.standings(None).expect("it can be read")[0];
    assert_eq!(standing.comments.len(), 1, "each assignment has its own");
    let nobody = gradebook.comment("bob", "softmax", "Who?").expect_err("there is no bob");
    assert!(matches!(nobody, GradebookError::NoStudent { .. }), "{nobody}");
}

#[test]
fn programs_that_make_a_gradebook_at_once_find_it_made() {
    for _ in 0..10 {
        let folder = tempfile::tempdir().expect("a folder");
        let place = place(folder.path());
        thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| Gradebook::open(&place).map(drop))).collect();
            for thread in threads {
                thread.join().expect("no panic").expect("it is made once");
            }
        });
    }
}

#[test]
fn several_programs_in_one_gradebook_lose_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    gradebook(path);
    thread::scope(|scope| {
        for worker in 0..4 {
            scope.spawn(move || {
                let gradebook = gradebook(path);
                for number in 0..10 {
                    let student = format!("student {worker}-{number}");
                    record(&gradebook, &student, &student, "key 1", &graded(&student, 5, 1));
                }
            });
        }
    });
    assert_eq!(gradebook(path).standings(None).expect("it can be read").len(), 40);
}

#[test]
fn other_files_are_refused_and_left_as_they_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("notes.txt");
    let text = "not a database, but long enough to have a whole header of one in it, which is 100 bytes. ".repeat(20);
    fs::write(&path, &text).expect("a file");
    let error = Gradebook::open(&path).err().expect("it is no gradebook");
    assert!(error.to_string().contains("notes.txt"), "{error}");
    assert_eq!(fs::read_to_string(&path).expect("it is there"), text);
    let missing = Gradebook::open_existing(&folder.path().join("missing.sqlite")).err().expect("it is not there");
    assert!(matches!(missing, GradebookError::NotThere { .. }));
}

#[test]
fn a_roster_names_students_and_says_what_is_wrong_with_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let gradebook = gradebook(folder.path());
    let path = folder.path().join("roster.csv");
    let read = |text: &str| {
        fs::write(&path, text).expect("a file");
        gradebook
            .read_roster(&path)
            .map_err(|error| error.to_string().replace(&path.display().to_string(), "roster.csv"))
    };
    assert_eq!(read("name,full_name,email\nada,\"Lovelace, Ada\",ada@example.org\nbob,,\n"), Ok(2));
    assert_eq!(read("name,section\nada,B\n"), Ok(1));
    let ada = &gradebook.students().expect("it can be read")[0];
    assert_eq!((ada.full_name.as_deref(), ada.section.as_deref()), (Some("Lovelace, Ada"), Some("B")));
    for (text, error) in [
        ("name\nada\nada\n", "roster.csv, line 3: `ada` is there twice"),
        ("name,nickname\nada,a\n", "roster.csv, line 2: unknown field `nickname`"),
        ("email\nada@example.org\n", "roster.csv, line 2: missing field `name`"),
        ("name,email\nada\n", "roster.csv, line 2: it has 1 cells, the line of headings has 2"),
        ("name,email\n,ada@example.org\n", "roster.csv, line 2: it has no name"),
    ] {
        let found = read(text).expect_err(text);
        assert!(found.starts_with(error), "{found:?} is not {error:?}");
    }
}

#[test]
fn exports_have_the_platforms_columns() {
    let folder = tempfile::tempdir().expect("a folder");
    let gradebook = gradebook(folder.path());
    record(&gradebook, "ada", "ada", "key 1", &graded("ada", 5, 1));
    record(&gradebook, "eve", "eve", "key 1", &fault("eve"));
    let roster = folder.path().join("roster.csv");
    fs::write(
        &roster,
        "name,full_name,email,canvas_id,moodle_id\nada,\"Lovelace, Ada\",ada@example.org,41,Participant 7\neve,=cmd(),,,\n",
    )
    .expect("a file");
    gradebook.read_roster(&roster).expect("it is one");
    gradebook.score_by_hand("ada", "softmax", "written-1", (1.25, 2.0), "").expect("it can be written");
    let scores: Vec<_> = gradebook
        .standings(Some("softmax"))
        .expect("it can be read")
        .into_iter()
        .map(|standing| Score {
            worth: Worth::in_time(&standing),
            due: None,
            title: "Softmax".to_owned(),
            max_points: 12.0,
        })
        .collect();
    let export = |format| gradus_gradebook::export(&scores, format).expect("it can be written");

    assert_eq!(
        export(Format::Canvas { id: Some(99) }),
        "Student,ID,SIS User ID,SIS Login ID,Section,Softmax (99)\n    Points Possible,,,,,12\n\
         \"Lovelace, Ada\",41,,,,6.25\n'=cmd(),,,,,\n"
    );
    let utc = TimeZone::UTC;
    let moodle = export(Format::Moodle(&utc));
    let lines: Vec<_> = moodle.lines().collect();
    assert_eq!(lines[0], "Identifier,Full name,Email address,Status,Grade,Last modified (grade)");
    assert!(
        lines[1].starts_with("Participant 7,\"Lovelace, Ada\",ada@example.org,Submitted for grading - Graded,6.25,\"")
    );
    assert!(lines[2].starts_with(",'=cmd(),,Submitted for grading,,"), "{}", lines[2]);
    let nbgrader = export(Format::Nbgrader);
    assert!(nbgrader.starts_with(
        "assignment,duedate,timestamp,student_id,last_name,first_name,email,raw_score,late_submission_penalty,score,max_score\n\
         softmax,,"
    ));
    assert!(nbgrader.contains(",ada,Lovelace,Ada,ada@example.org,6.25,0,6.25,12\n"), "{nbgrader}");
    let lines = export(Format::JsonLines);
    let objects: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect();
    assert_eq!(objects[0]["points"], 6.25);
    assert_eq!(objects[0]["result"]["functions"][0]["checks"][0]["verdict"], "accept");
    assert!(objects[1]["points"].is_null(), "a fault has no score");
}
