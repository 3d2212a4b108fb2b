//! Everything that a notebook's cells link, as one dynamic library that is built beforehand.
//!
//! Cells and the runner share this library, and with it its statics, its allocator and its `stdout`. It brings the
//! course's crates, keeps the [variables](store), [shows](display) values and [talks](notebook) to the notebook.
//! Compiling cells is left to `gradus-engine`, loading and running them to the runner in this package.

#![deny(missing_docs)]

pub mod display;
pub mod evcxr;
pub mod frame;
pub mod macros;
pub mod notebook;
pub mod rich;
pub mod store;
pub mod wait;

mod failure;

// Cells take what it has compiled of generic code.
use gradus_instances as _;

pub use failure::Failure;
pub use store::Store;

pub use gradus_assignments;
pub use gradus_check;
pub use gradus_nn;
pub use gradus_show;
pub use ndarray;
pub use ndarray_rand;
pub use plotters;
pub use rand;
pub use rand_chacha;
pub use serde_json;

/// What the compiled statements of one cell are.
pub type Cell = fn(&mut Store) -> Result<(), Failure>;
