//! The public part of every assignment: what is asked, in which interface, with which public checks and which starter.
//!
//! All of it is given to students. Hidden checks, reference answers and recorded answers are in `gradus-grader`, which
//! students never get.

#[path = "../attention/mod.rs"]
pub mod attention;
#[path = "../batchnorm/mod.rs"]
pub mod batchnorm;
#[path = "../conv/mod.rs"]
pub mod conv;
#[path = "../dropout/mod.rs"]
pub mod dropout;
#[path = "../features/mod.rs"]
pub mod features;
#[path = "../fully_connected/mod.rs"]
pub mod fully_connected;
#[path = "../knn/mod.rs"]
pub mod knn;
mod linear;
#[cfg(feature = "manifest")]
mod manifest;
mod mode;
#[path = "../rnn/mod.rs"]
pub mod rnn;
#[path = "../softmax/mod.rs"]
pub mod softmax;
#[path = "../svm/mod.rs"]
pub mod svm;
mod trial;
#[path = "../two_layer_net/mod.rs"]
pub mod two_layer_net;

#[cfg(feature = "manifest")]
pub use manifest::{FunctionEntry, Manifest, ManifestError};
pub use trial::{Outcome, Trial, show_trial, show_trials_with};

use gradus_question::{Check, Function};

/// One assignment's public part.
pub struct Assignment {
    /// The text of its manifest, `assignment.toml`.
    pub manifest_text: &'static str,
    /// The functions that a student writes, in order.
    pub functions: &'static [Function],
    /// The checks that a student may run, in order.
    pub public_checks: fn() -> Vec<Check>,
    /// What a student starts from, in jupytext's percent format.
    pub starter: &'static str,
    /// Its id: its folder's name, and the name of its module here.
    pub id: &'static str,
}

/// All assignments, in the order of the course.
pub const ASSIGNMENTS: &[Assignment] = &[
    Assignment {
        manifest_text: include_str!("../softmax/assignment.toml"),
        functions: softmax::FUNCTIONS,
        public_checks: softmax::checks::public,
        starter: include_str!("../softmax/starter.rs"),
        id: "softmax",
    },
    Assignment {
        manifest_text: include_str!("../svm/assignment.toml"),
        functions: svm::FUNCTIONS,
        public_checks: svm::checks::public,
        starter: include_str!("../svm/starter.rs"),
        id: "svm",
    },
    Assignment {
        manifest_text: include_str!("../knn/assignment.toml"),
        functions: knn::FUNCTIONS,
        public_checks: knn::checks::public,
        starter: include_str!("../knn/starter.rs"),
        id: "knn",
    },
    Assignment {
        manifest_text: include_str!("../two_layer_net/assignment.toml"),
        functions: two_layer_net::FUNCTIONS,
        public_checks: two_layer_net::checks::public,
        starter: include_str!("../two_layer_net/starter.rs"),
        id: "two_layer_net",
    },
    Assignment {
        manifest_text: include_str!("../features/assignment.toml"),
        functions: features::FUNCTIONS,
        public_checks: features::checks::public,
        starter: include_str!("../features/starter.rs"),
        id: "features",
    },
    Assignment {
        manifest_text: include_str!("../fully_connected/assignment.toml"),
        functions: fully_connected::FUNCTIONS,
        public_checks: fully_connected::checks::public,
        starter: include_str!("../fully_connected/starter.rs"),
        id: "fully_connected",
    },
    Assignment {
        manifest_text: include_str!("../batchnorm/assignment.toml"),
        functions: batchnorm::FUNCTIONS,
        public_checks: batchnorm::checks::public,
        starter: include_str!("../batchnorm/starter.rs"),
        id: "batchnorm",
    },
    Assignment {
        manifest_text: include_str!("../dropout/assignment.toml"),
        functions: dropout::FUNCTIONS,
        public_checks: dropout::checks::public,
        starter: include_str!("../dropout/starter.rs"),
        id: "dropout",
    },
    Assignment {
        manifest_text: include_str!("../conv/assignment.toml"),
        functions: conv::FUNCTIONS,
        public_checks: conv::checks::public,
        starter: include_str!("../conv/starter.rs"),
        id: "conv",
    },
    Assignment {
        manifest_text: include_str!("../rnn/assignment.toml"),
        functions: rnn::FUNCTIONS,
        public_checks: rnn::checks::public,
        starter: include_str!("../rnn/starter.rs"),
        id: "rnn",
    },
    Assignment {
        manifest_text: include_str!("../attention/assignment.toml"),
        functions: attention::FUNCTIONS,
        public_checks: attention::checks::public,
        starter: include_str!("../attention/starter.rs"),
        id: "attention",
    },
];

impl Assignment {
    /// The assignment with this id.
    pub fn find(id: &str) -> Option<&'static Assignment> {
        ASSIGNMENTS.iter().find(|assignment| assignment.id == id)
    }

    /// The assignment with this id, looked up when the program is compiled.
    ///
    /// # Panics
    /// There is none: an error of the compiler.
    pub const fn known(id: &str) -> &'static Assignment {
        let mut i = 0;
        while i < ASSIGNMENTS.len() {
            if same(ASSIGNMENTS[i].id, id) {
                return &ASSIGNMENTS[i];
            }
            i += 1;
        }
        panic!("there is no assignment with this id")
    }

    /// Its manifest, `assignment.toml`.
    ///
    /// # Errors
    /// When the embedded text is not one, or names other functions than the interface.
    #[cfg(feature = "manifest")]
    pub fn manifest(&self) -> Result<Manifest, ManifestError> {
        Manifest::parse(self.manifest_text, self.functions)
    }
}

/// Whether two texts are the same; `==` cannot be used by what runs in the compiler.
const fn same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    let mut i = 0;
    while i < left.len() && i < right.len() && left[i] == right[i] {
        i += 1;
    }
    i == left.len() && i == right.len()
}
