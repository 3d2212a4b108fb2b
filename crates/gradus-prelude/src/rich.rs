//! How the course's own types show themselves, and training that shows itself while it runs.

use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};

use gradus_assignments::Trial;
#[cfg(feature = "topics")]
use gradus_nn::{
    Scalar,
    networks::Network,
    solver::{Examples, Solver},
};
use gradus_show::{Element, Figure, Formats, Training};
use ndarray::{ArrayBase, Data, Dimension};
use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, SVGBackend};
use serde_json::{Value, json};

use crate::display::Show;
use crate::frame;

impl<A: Element, S: Data<Elem = A>, D: Dimension> Show for ArrayBase<S, D> {
    fn formats(&self) -> Value {
        json!(gradus_show::array(self))
    }

    fn picture(&self) -> Value {
        let images = gradus_show::looks_like_images::<A>(self.shape()).then(|| gradus_show::images(self));
        images.and_then(Result::ok).map_or_else(|| self.formats(), |formats| json!(formats))
    }
}

impl Show for Figure {
    fn formats(&self) -> Value {
        json!(self.formats())
    }
}

impl Show for Trial {
    fn formats(&self) -> Value {
        json!(gradus_show::checks(self))
    }
}

/// Shows images as a grid, with a caption below each.
///
/// Shapes: `x` (batch, channels, height, width) with 1 or 3 channels, or without the channels; `captions` (batch).
///
/// # Panics
/// When the shape of `x` is another.
#[track_caller]
pub fn show_images<A: Element, S: Data<Elem = A>, D: Dimension>(x: &ArrayBase<S, D>, captions: &[&str]) {
    match gradus_show::images_with_captions(x, captions) {
        Ok(formats) => frame::write(&json!({ "display": formats })),
        Err(error) => panic!("show_images: {error}"),
    }
}

/// A figure of a size in pixels, drawn with `plotters`; as the last expression of a cell it is shown.
///
/// # Panics
/// When `draw` fails.
#[track_caller]
pub fn figure(
    width: u32,
    height: u32,
    draw: impl FnOnce(&DrawingArea<SVGBackend<'_>, Shift>) -> Result<(), Box<dyn Error>>,
) -> Figure {
    gradus_show::figure((width, height), draw).unwrap_or_else(|error| panic!("figure: {error}"))
}

/// A training that shows how far it is.
#[derive(Debug)]
pub struct LiveTraining {
    training: Training,
    name: String,
    shown: bool,
}

/// A training of your own loop: call [`LiveTraining::step`] after each step.
pub fn training(name: &str, steps: usize) -> LiveTraining {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    // The process's number keeps names apart after a restart or from a restored checkpoint.
    let unique = format!("training-{}-{number}", std::process::id());
    LiveTraining { training: Training::new(name, steps), name: unique, shown: false }
}

impl LiveTraining {
    /// One step is done, with its loss and perhaps an accuracy from 0 to 1.
    pub fn step<F: Into<f64>>(&mut self, loss: F, accuracy: impl Into<Option<f64>>) {
        self.training.step(loss.into(), accuracy.into());
        if self.training.is_due() {
            self.show();
        }
    }

    fn show(&mut self) {
        let formats: Formats = self.training.formats();
        frame::write(&json!({ "display": formats, "id": self.name, "update": self.shown }));
        self.shown = true;
    }
}

/// Trains a network for the epochs that are still to be done, and shows a bar, the loss and the accuracy meanwhile.
///
/// # Panics
/// As [`Solver::train_epoch`].
#[cfg(feature = "topics")]
#[track_caller]
pub fn train<F: Scalar + Into<f64>, N: Network<F>>(
    solver: &mut Solver<F, N>,
    train: &Examples<F, N::Dim>,
    validation: &Examples<F, N::Dim>,
) {
    let mut live = training("training", solver.settings.epochs.saturating_sub(solver.epoch));
    while solver.epoch < solver.settings.epochs {
        solver.train_epoch(train, validation);
        let loss = solver.history.loss.last().map_or(f64::NAN, |&loss| loss.into());
        live.step(loss, solver.history.validation_accuracy.last().copied());
    }
}

/// Lets what shows itself on standard output elsewhere show itself in the notebook, and `plotters` write text.
pub fn install() {
    gradus_nn::pictures::register_fonts();
    gradus_assignments::show_trials_with(|trial| frame::write(&json!({ "display": trial.formats() })));
}
