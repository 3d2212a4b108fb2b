//! Outcomes made by hand, one for each way that grading can end.

use std::time::Duration;

use gradus_question::{Verdict, Visibility};

use crate::grade::*;

const SOFTMAX_LOSS: &str = "\
pub fn softmax_loss(x: &Array2<f64>, y: &Array1<usize>) -> (f64, Array2<f64>) {
    let shifted = x - &x.map_axis(Axis(1), |row| row.fold(f64::MIN, |a, b| a.max(*b))).insert_axis(Axis(1));
    let exp = shifted.mapv(f64::exp);
    let probabilities = &exp / &exp.sum_axis(Axis(1)).insert_axis(Axis(1));
    let loss = -y.iter().enumerate().map(|(i, c)| probabilities[[i, *c]].ln()).sum::<f64>();
    (loss / x.nrows() as f64, probabilities)
}
";

const PREDICT: &str = "\
pub fn predict(w: &Array2<f64>, x: &Array2<f64>) -> Array1<usize> {
\tlet scores = x.dot(w);
\tscores.map_axis(Axis(1), |row| row.iter().position(|v| *v == row.max()).unwrap())
}
";

pub fn location(cell: usize, line: usize) -> Location {
    Location { file: "alice.ipynb".into(), cell: Some(cell), line }
}

fn check(name: &str, visibility: Visibility, max_points: u32, verdict: Verdict) -> CheckGrade {
    CheckGrade {
        name: name.into(),
        expectation: format!("what a reader expects of {name}, in a sentence"),
        visibility,
        points: if verdict == Verdict::Accept { max_points } else { 0 },
        max_points,
        verdict,
        message: None,
        hint: None,
        errors: Vec::new(),
        losses: None,
        location: None,
    }
}

fn answer(cell: usize, line: usize, text: &str) -> Option<Answer> {
    Some(Answer { location: location(cell, line), text: text.into() })
}

fn function(name: &str, checks: Vec<CheckGrade>) -> FunctionGrade {
    FunctionGrade {
        name: name.into(),
        signature: format!("pub fn {name}(w: &Array2<f64>, x: &Array2<f64>) -> Array1<usize>"),
        state: FunctionState::Ready,
        answer: None,
        checks,
    }
}

fn grade(submission: &str, functions: Vec<FunctionGrade>) -> Grade {
    Grade {
        submission: submission.into(),
        assignment: "softmax".into(),
        title: "Softmax classifier".into(),
        sandbox: "full: no network, landlock, seccomp, limits on time, memory, processes, output and disk".into(),
        seed: 18_364_758_544_493_064_720,
        functions,
        remarks: Vec::new(),
        timings: Timings {
            extract: Duration::from_micros(1_250),
            compile: Duration::from_millis(812),
            judge: Duration::from_millis(240),
            report: Duration::from_micros(700),
        },
    }
}

pub fn graded(grade: Grade) -> Outcome {
    Outcome::Graded(Box::new(grade))
}

/// Everything right.
pub fn right() -> Outcome {
    use Verdict::Accept;
    use Visibility::{Hidden, Public};
    let functions = vec![
        function(
            "softmax_loss",
            vec![
                check("loss of a small example", Public, 0, Accept),
                check("gradient on fresh inputs", Hidden, 15, Accept),
                check("large scores", Hidden, 10, Accept),
            ],
        ),
        function("softmax_classifier_loss_naive", vec![check("loss and gradient", Hidden, 20, Accept)]),
        function("softmax_classifier_loss", vec![check("loss and gradient", Hidden, 25, Accept)]),
        function("train_softmax", vec![check("loss falls", Hidden, 20, Accept)]),
        function("predict", vec![check("accuracy on held-out images", Hidden, 10, Accept)]),
    ];
    graded(grade("right", functions))
}

/// One function of each kind: a wrong answer and a panic, missing, not compiling, an endless loop; and remarks.
pub fn mixed() -> Outcome {
    use Visibility::{Hidden, Public};
    let wrong = CheckGrade {
        message: Some(
            "dx: 20 of 20 elements are wrong, worst at row 3, column 1: 0.2181 instead of 0.04362 \
             (relative error 6.7e-1)"
                .into(),
        ),
        hint: Some("Your result is 5 times what it should be: is a division by the batch size missing?".into()),
        losses: Some(LossCurves {
            training: "two groups of points".into(),
            own: vec![Some(0.7), Some(0.71), Some(900.0), None],
            reference: vec![Some(0.7), Some(0.4), Some(0.2), Some(0.1)],
        }),
        errors: ["44444", "44434", "44544", "41424"].map(str::to_owned).to_vec(),
        ..check("gradient of a small example", Public, 0, Verdict::WrongAnswer)
    };
    let hidden = CheckGrade {
        message: Some("dx: 20 of 20 elements are wrong, worst at row 0, column 2 (relative error 9.1e-1)".into()),
        ..check("gradient on fresh inputs", Hidden, 15, Verdict::WrongAnswer)
    };
    let panicked = |name, points| CheckGrade {
        message: Some("panicked".into()),
        location: Some(location(4, 12)),
        ..check(name, Hidden, points, Verdict::RuntimePanic)
    };
    let late = CheckGrade {
        message: Some("no result within 10 s".into()),
        hint: Some("does a loop never end?".into()),
        location: Some(Location { file: "helpers.rs".into(), cell: None, line: 3 }),
        ..check("loss falls", Hidden, 20, Verdict::TimeLimit)
    };
    let of_row_max = Message {
        code: Some("E0599".into()),
        text: "no method named `max` found for reference `&ArrayBase<ViewRepr<&f64>, Dim<[usize; 1]>>`".into(),
        location: Some(location(9, 3)),
        line_text: Some("    scores.map_axis(Axis(1), |row| row.iter().position(|v| *v == row.max()).unwrap())".into()),
        notes: vec!["method not found in `ArrayBase<ViewRepr<&f64>, Dim<[usize; 1]>>`".into()],
    };
    let of_helper = Message {
        code: None,
        text: "expected one of `!` or `::`, found `best`".into(),
        location: Some(location(8, 2)),
        line_text: Some("    let best best = 0;".into()),
        notes: Vec::new(),
    };
    let functions = vec![
        FunctionGrade {
            answer: answer(4, 7, SOFTMAX_LOSS),
            ..function(
                "softmax_loss",
                vec![
                    check("loss of a small example", Public, 0, Verdict::Accept),
                    wrong,
                    hidden,
                    panicked("large scores", 5),
                    panicked("a single row", 5),
                ],
            )
        },
        FunctionGrade {
            state: FunctionState::Missing,
            ..function("softmax_classifier_loss_naive", vec![check("loss and gradient", Hidden, 20, Verdict::Missing)])
        },
        function("softmax_classifier_loss", vec![check("loss and gradient", Hidden, 25, Verdict::Accept)]),
        function("train_softmax", vec![late]),
        FunctionGrade {
            state: FunctionState::Broken(Verdict::CompileError, vec![of_row_max, of_helper]),
            answer: answer(9, 1, PREDICT),
            ..function(
                "predict",
                vec![
                    check("classes of a small example", Public, 0, Verdict::CompileError),
                    check("accuracy on held-out images", Hidden, 10, Verdict::CompileError),
                ],
            )
        },
    ];
    graded(Grade {
        remarks: vec![
            Remark {
                location: Some(location(6, 1)),
                text: "there are two answer cells for `softmax_loss`; the first counts".into(),
                hint: Some("delete the copy in cell 6".into()),
            },
            Remark {
                location: None,
                text: "the kernel's name was missing and was taken to be gradus".into(),
                hint: None,
            },
        ],
        ..grade("mixed", functions)
    })
}

/// Tries to look like something else, and to break out of every format.
pub fn hostile() -> Outcome {
    hostile_with(
        "</code></style><script>alert('x')</script><img src=x onerror=alert(1)>\0\x1b[2J\u{202e}drow\u{2066}\"&amp;",
    )
}

/// The same with any text.
pub fn hostile_with(text: &str) -> Outcome {
    let here = || Location { file: text.into(), cell: None, line: 2 };
    let message = Message {
        code: Some(text.into()),
        text: text.into(),
        location: Some(here()),
        line_text: Some(text.into()),
        notes: vec![text.into(), text.into()],
    };
    let failed = CheckGrade {
        message: Some(text.into()),
        hint: Some(text.into()),
        location: Some(here()),
        ..check("loss", Visibility::Hidden, 10, Verdict::Crash)
    };
    let code = Some(Answer {
        location: Location { file: text.into(), cell: None, line: 1 },
        text: format!("pub fn cheat() {{\n    // {text}\n}}\n"),
    });
    let elsewhere = Message { location: None, ..message.clone() };
    let functions = vec![
        FunctionGrade { answer: code.clone(), ..function("softmax_loss", vec![failed]) },
        FunctionGrade {
            state: FunctionState::Broken(Verdict::RejectedSource, vec![message, elsewhere]),
            answer: code,
            ..function("predict", vec![check("accuracy", Visibility::Public, 0, Verdict::RejectedSource)])
        },
    ];
    let remark = Remark { location: Some(here()), text: text.into(), hint: Some(text.into()) };
    graded(Grade { remarks: vec![remark], ..grade(text, functions) })
}

pub fn unreadable() -> Outcome {
    Outcome::Unreadable {
        submission: "essay".into(),
        message: "essay.ipynb is not a notebook: expected value at line 1, column 1".into(),
        hint: "hand in the notebook itself (File, Download), not a copy of its text".into(),
        max_points: 100,
    }
}

pub fn fault() -> Outcome {
    Outcome::Fault {
        submission: "unlucky".into(),
        message: "the worker could not be started: fork: Cannot allocate memory".into(),
        hint: "free some memory, or use fewer --jobs, and grade this submission again".into(),
    }
}

pub fn all() -> Vec<Outcome> {
    vec![right(), mixed(), hostile(), unreadable(), fault()]
}

/// An assignment with more functions than a table has room for.
pub fn many_functions(count: usize) -> Outcome {
    let name = |at| format!("temporal_affine_backward_{at}");
    let checks = || vec![check("gradient", Visibility::Hidden, 10, Verdict::Accept)];
    let functions = (0..count).map(|at| function(&name(at), checks())).collect();
    graded(grade("assignment3_konstantinopolitanski_123456", functions))
}
