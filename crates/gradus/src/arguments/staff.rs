//! The arguments of what only the staff's program can do.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use gradus_gradebook::Place;

use super::{Format, Protection};

/// Arguments of `gradus generate`.
#[derive(Args)]
pub struct Generate {
    /// Write nothing; tell what is out of date, and end with 1 if anything is.
    #[arg(long)]
    pub check: bool,
}

/// Arguments of `gradus release`.
#[derive(Args)]
pub struct Release {
    /// The assignment's id, for example `softmax`.
    pub assignment: String,
    /// The folder to write to; a folder with the assignment's id is made in it.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Leave the outputs of the solution notebook empty.
    #[arg(long)]
    pub no_execute: bool,
    /// Give students this program instead of building it.
    #[arg(long, value_name = "FILE")]
    pub students_program: Option<PathBuf>,
    /// Give students no program and no libraries: they have them already.
    #[arg(long, conflicts_with = "students_program")]
    pub without_program: bool,
}

/// Arguments of `gradus convert`.
#[derive(Args)]
pub struct Convert {
    /// What to convert from.
    #[arg(long, value_enum, value_name = "SYSTEM")]
    pub from: System,
    /// An assignment's source: its folder, all of whose notebooks are taken, or one notebook.
    pub path: PathBuf,
    /// The new assignment's id [default: the folder's or the notebook's name].
    #[arg(long, value_name = "ID")]
    pub assignment: Option<String>,
    /// The file to write, which must not be there yet [default: stdout].
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Systems that assignments can be converted from.
#[derive(Clone, Copy, ValueEnum)]
pub enum System {
    /// nbgrader's source notebooks, with metadata of version 1, 2 or 3.
    Nbgrader,
}

/// Arguments of `gradus lint`.
#[derive(Args)]
pub struct Lint {
    /// The assignments' ids [default: all].
    pub assignments: Vec<String>,
    /// Look at this rule only; may be given several times.
    #[arg(long, value_enum, value_name = "RULE")]
    pub rule: Vec<crate::commands::lint::Rule>,
    /// How many answers to grade at a time [default: the number of cores].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// The protection to run under.
    #[command(flatten)]
    pub protection: Protection,
}

/// Arguments of `gradus grade`.
#[derive(Args)]
pub struct Grade {
    /// The assignment's id, for example `softmax`.
    pub assignment: String,
    /// Notebooks (.ipynb), Rust files (.rs), or folders or zip archives of them, one submission each; or a folder with
    /// <STUDENT>/<ASSIGNMENT>/ in it, as nbgrader's `submitted` has; or the archive of all submissions that Canvas, Moodle
    /// or Gradescope makes.
    #[arg(required = true)]
    pub submissions: Vec<PathBuf>,
    /// The folder to write to: scores.csv, and for each submission results.json and report.html.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Where every result is kept, a file or a PostgreSQL database; a file is made if it is not there [default:
    /// gradebook.sqlite in the folder of --out].
    #[arg(long, value_name = "FILE|ADDRESS")]
    pub gradebook: Option<Place>,
    /// Have `gradus worker` grade, on this machine or others: the PostgreSQL database of queue and gradebook, such as
    /// postgres://user@host/database. The password can be in PGPASSWORD or ~/.pgpass.
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["gradebook", "jobs", "results_after_each_check", "no_source_scan", "sandbox", "require_sandbox"])]
    pub queue: Option<Place>,
    /// Do not wait for the workers; the same command without it does, later.
    #[arg(long, requires = "queue")]
    pub no_wait: bool,
    /// Grade also what is in the gradebook: the same submission, graded under the same key.
    #[arg(long)]
    pub force: bool,
    /// How many submissions to grade at a time [default: the number of cores].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
    /// What all random inputs come from; a grading is repeated exactly with the seed in scores.csv [default: random].
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Print how long each phase took.
    #[arg(long)]
    pub timings: bool,
    /// Write a submission's results.json after each check, so that a grading that is cut off leaves what it has.
    #[arg(long)]
    pub results_after_each_check: bool,
    /// Call everything that compiles, also with `unsafe` and the like; the sandbox contains it either way.
    #[arg(long)]
    pub no_source_scan: bool,
    /// The protection to run under.
    #[command(flatten)]
    pub protection: Protection,
}

/// Arguments of `gradus worker`.
#[derive(Args)]
pub struct Worker {
    /// The PostgreSQL database of queue and gradebook, such as postgres://user@host/database. The password can be in
    /// PGPASSWORD or ~/.pgpass.
    #[arg(long, value_name = "ADDRESS")]
    pub queue: Place,
    /// How many submissions to grade at a time [default: the number of cores].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
    /// Stop when no job is left, here or at other workers.
    #[arg(long)]
    pub until_empty: bool,
    /// After how many seconds without a sign of life the jobs of a worker are given to others. The same at all workers.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u16).range(6..=3600))]
    pub lease: u16,
    /// The protection to run under.
    #[command(flatten)]
    pub protection: Protection,
}

/// Arguments of `gradus regrade`.
#[derive(Args)]
pub struct Regrade {
    /// The assignment's id, for example `softmax`.
    pub assignment: String,
    /// The gradebook: a file, or the address of a PostgreSQL database.
    #[arg(long, value_name = "FILE|ADDRESS")]
    pub gradebook: Place,
    /// Make the new results count, all of them in one step.
    #[arg(long)]
    pub apply: bool,
    /// Forget the new results, and grade nothing.
    #[arg(long, conflicts_with = "apply")]
    pub drop: bool,
    /// How many submissions to grade at a time [default: the number of cores].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// The protection to run under.
    #[command(flatten)]
    pub protection: Protection,
}

/// Arguments of `gradus similar`.
#[derive(Args)]
pub struct Similar {
    /// The assignment's id, for example `softmax`.
    pub assignment: String,
    /// The submissions, as `gradus grade` takes them; those of earlier years too, if you like.
    #[arg(required_unless_present = "gradebook")]
    pub submissions: Vec<PathBuf>,
    /// Everybody's last submission in this gradebook instead.
    #[arg(long, value_name = "FILE|ADDRESS", conflicts_with = "submissions")]
    pub gradebook: Option<Place>,
    /// Write a page with each pair's sources side by side.
    #[arg(long, value_name = "FILE.html")]
    pub out: Option<PathBuf>,
    /// How alike two submissions, or their answers to one question, have to be, in percent.
    #[arg(long, value_name = "PERCENT", default_value_t = 60, value_parser = clap::value_parser!(u8).range(1..=100))]
    pub at_least: u8,
    /// How many pairs to tell at most.
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub pairs: usize,
    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// Arguments of `gradus gradebook`.
#[derive(Args)]
pub struct Gradebook {
    /// The gradebook: a file, or the address of a PostgreSQL database.
    #[arg(long, value_name = "FILE|ADDRESS", default_value = "gradebook.sqlite", global = true)]
    pub gradebook: Place,
    /// What to do with it.
    #[command(subcommand)]
    pub action: GradebookAction,
}

/// What can be done with a gradebook.
#[derive(Subcommand)]
pub enum GradebookAction {
    /// Where everybody stands; or of one student, each grading there was, and why they have their score.
    Show {
        /// The student, as their submissions are called.
        student: Option<String>,
        /// Of this assignment only.
        #[arg(long, value_name = "ID")]
        assignment: Option<String>,
        /// What to print.
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Read who is in the course from a CSV file.
    ///
    /// Its first line names the columns: `name`, which is what the student's submissions are called, and any of full_name,
    /// email, section, canvas_id, sis_user_id, sis_login_id and moodle_id.
    Roster {
        /// The file.
        file: PathBuf,
    },
    /// Read when submissions were handed in, for those that are in the gradebook by now, from a CSV file.
    ///
    /// Its first line names the columns, `name` and `handed_in`: a time such as 2026-01-15T23:40:00+01:00. Without it, a
    /// submission counts as handed in when it was graded first.
    Times {
        /// The assignment's id.
        assignment: String,
        /// The file.
        file: PathBuf,
    },
    /// Read submissions beside their results in a browser, score written answers, change points, leave remarks.
    ///
    /// Only this machine is served, and only whoever has the whole address that is printed.
    Serve {
        /// The port; 0 takes any that is free.
        #[arg(long, value_name = "PORT", default_value_t = 0)]
        port: u16,
    },
    /// Give points for a written question by hand, or for a function in place of what its checks gave (with a comment that
    /// says why), or percent for a part of the course that is scored by hand.
    Score {
        /// The student, as their submissions are called.
        student: String,
        /// The assignment's id; `course` for a part of the course.
        assignment: String,
        /// The question's cell, for example `written-1`; or the function's or the part's name.
        question: String,
        /// The points, or the percent.
        points: f64,
        /// What the student should know.
        #[arg(long, value_name = "TEXT", default_value = "")]
        comment: String,
    },
    /// Everybody's grade in the course, by its rules: deadlines, late days, extensions, weights.
    Grades {
        /// The course's rules.
        #[arg(long, value_name = "course.toml")]
        course: PathBuf,
        /// What to print.
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Write an assignment's scores for a learning platform.
    Export {
        /// The assignment's id.
        assignment: String,
        /// For whom.
        #[arg(long, value_enum)]
        format: ExportFormat,
        /// The file, or for Gradescope the folder, to write to [default: print it].
        #[arg(long, value_name = "PATH", required_if_eq("format", "gradescope"))]
        out: Option<PathBuf>,
        /// The course's rules: take off what being late costs.
        #[arg(long, value_name = "course.toml")]
        course: Option<PathBuf>,
        /// The assignment's number in Canvas, from the address of its page.
        #[arg(long, value_name = "NUMBER")]
        canvas_id: Option<u64>,
        /// The time zone of dates, for example Europe/Zurich [default: the system's].
        #[arg(long, value_name = "NAME")]
        time_zone: Option<String>,
    },
}

/// Who can read an export.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// A results.json for each student.
    Gradescope,
    /// The CSV of Canvas's gradebook.
    Canvas,
    /// The CSV of a Moodle assignment's grading worksheet.
    Moodle,
    /// nbgrader's columns as CSV.
    Nbgrader,
    /// A JSON object a line, with everything.
    Jsonl,
}

/// Arguments of `gradus demo`.
#[derive(Args)]
pub struct Demo {
    /// The folder to write the reports to.
    #[arg(long, value_name = "DIR", default_value = "gradus-demo")]
    pub out: PathBuf,
    /// Print how long each phase took.
    #[arg(long)]
    pub timings: bool,
    /// The protection to run under.
    #[command(flatten)]
    pub protection: Protection,
}
