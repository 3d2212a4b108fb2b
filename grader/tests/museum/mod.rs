//! The recorded answers of every assignment as functions of this process, and what each should fail.
// GRADUS-STAFF-ONLY-7c1f4e

pub mod attention;
pub mod batchnorm;
pub mod conv;
pub mod dropout;
pub mod features;
pub mod fully_connected;
pub mod knn;
#[expect(clippy::type_complexity, reason = "a backward pass gives five or six gradients, in the signatures' words")]
pub mod rnn;
pub mod softmax;
pub mod svm;
pub mod two_layer_net;

use gradus_question::Answer;

/// All recorded answers of one assignment.
pub struct Museum {
    /// The assignment.
    pub id: &'static str,
    /// Those with one wrong function.
    pub wrong: Vec<Wrong>,
    /// Right ones in other styles.
    pub right: Vec<(&'static str, Box<dyn Answer>)>,
    /// Those that are wrong all over.
    pub wholly_wrong: Vec<(&'static str, Box<dyn Answer>)>,
    /// The starter as it is.
    pub untouched: Box<dyn Answer>,
}

/// A recorded answer with one wrong function.
pub struct Wrong {
    pub name: &'static str,
    /// The function that is wrong.
    pub function: &'static str,
    pub answer: Box<dyn Answer>,
    pub fails: Fails,
}

/// Which of a function's hidden checks a wrong answer fails.
pub enum Fails {
    All,
    AllBut(&'static [&'static str]),
    Only(&'static [&'static str]),
}

/// Those of every assignment.
pub fn all() -> Vec<Museum> {
    vec![
        softmax::museum(),
        svm::museum(),
        knn::museum(),
        two_layer_net::museum(),
        features::museum(),
        fully_connected::museum(),
        batchnorm::museum(),
        dropout::museum(),
        conv::museum(),
        rnn::museum(),
        attention::museum(),
    ]
}

/// Modules for wrong answers, and `wrong()` for the functions that each of them has, with others beside it. Those that do
/// not compile with the signature asked for are left out.
macro_rules! wrong_answers {
    ($functions:ident beside $others:expr; $($name:ident: $function:ident, $path:literal, $fails:expr;)*) => {
        $(#[path = $path] mod $name;)*

        fn wrong() -> Vec<Wrong> {
            vec![$(Wrong {
                name: stringify!($name),
                function: stringify!($function),
                answer: Box::new($functions { $function: Some($name::$function), ..$others }),
                fails: $fails,
            },)*]
        }
    };
}
use wrong_answers;

/// As [`wrong_answers`], of answers to one function that call those of a module beside them.
macro_rules! wrong_callers {
    ($functions:ident beside $others:expr; $wrong:ident: $function:ident calls $called:tt of $module:ident;
     $($name:ident: $path:literal, $fails:expr;)*) => {
        $(mod $name {
            use super::$module::$called;
            include!($path);
        })*

        fn $wrong() -> Vec<Wrong> {
            vec![$(Wrong {
                name: stringify!($name),
                function: stringify!($function),
                answer: Box::new($functions { $function: Some($name::$function), ..$others }),
                fails: $fails,
            },)*]
        }
    };
}
use wrong_callers;
