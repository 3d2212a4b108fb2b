//! Training: batches, updates, learning rates over time, history, the best parameters so far, checkpoints.
//!
//! A [`Solver`] owns the network that it trains, the optimisers of its parameters and the generator of all random draws, so
//! that a run is repeated by its seed. [`Solver::save`] writes all of that, and a run that goes on from
//! [`Solver::load`] gives the same numbers, bit by bit, as one that never stopped.
//!
//! Source: CS231n, assignment 1, whose solver draws each batch anew; here an epoch sees every example once.

mod any_optimiser;
mod checkpoint;

use std::collections::BTreeMap;
use std::path::Path;

use ndarray::{Array, Array1, ArrayD, Axis, Dimension, RemoveAxis};
use rand::seq::{SliceRandom, index};
use rand_chacha::ChaCha8Rng;

pub use any_optimiser::AnyOptimiser;
pub use checkpoint::CheckpointError;

use crate::Scalar;
use crate::metrics::accuracy;
use crate::networks::{Network, Parameters, predict};
use crate::optimisers::{Optimiser, Sgd};
use crate::random::generator;
use crate::shape::require;
use checkpoint::Record;

/// Inputs and their labels.
///
/// Shapes: `x` (batch, ...), `y` (batch).
#[derive(Debug, Clone, PartialEq)]
pub struct Examples<F, D: Dimension> {
    /// The inputs.
    pub x: Array<F, D>,
    /// The class of each.
    pub y: Array1<usize>,
}

/// How to train.
///
/// ```
/// use gradus_nn::optimisers::Adam;
/// use gradus_nn::schedules::step_decay;
/// use gradus_nn::solver::SolverSettings;
/// let settings = SolverSettings {
///     optimiser: Adam::new(1e-3).into(),
///     schedule: |learning_rate, epoch| step_decay(learning_rate, epoch, 10, 0.5),
///     ..Default::default()
/// };
/// assert_eq!((settings.epochs, settings.batch_size, (settings.schedule)(1.0, 20)), (10, 100, 0.25));
/// ```
#[derive(Debug, Clone)]
pub struct SolverSettings<F> {
    /// Copied for each parameter. Its learning rate is that of the first epoch, before the schedule.
    pub optimiser: AnyOptimiser<F>,
    /// From the optimiser's learning rate and the epoch, counted from 0, to the epoch's learning rate.
    pub schedule: fn(F, usize) -> F,
    /// Examples for one update, from 1; the last batch of an epoch may be smaller.
    pub batch_size: usize,
    /// How often to see every example.
    pub epochs: usize,
    /// On how many training examples, drawn at random, to measure the accuracy after an epoch.
    pub accuracy_examples: usize,
    /// Of all random draws.
    pub seed: u64,
}

impl<F: Scalar> Default for SolverSettings<F> {
    /// Gradient descent with the learning rate 0.01 throughout, 10 epochs, batches of 100, accuracy on 1000 examples.
    fn default() -> Self {
        SolverSettings {
            optimiser: Sgd::new(F::cast(1e-2)).into(),
            schedule: |learning_rate, _| learning_rate,
            batch_size: 100,
            epochs: 10,
            accuracy_examples: 1000,
            seed: 231,
        }
    }
}

/// What happened so far.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History<F> {
    /// The loss of each batch, before its update.
    pub loss: Vec<F>,
    /// After each epoch, the accuracy on some training examples, from 0 to 1.
    pub train_accuracy: Vec<f64>,
    /// After each epoch, the accuracy on all validation examples, from 0 to 1.
    pub validation_accuracy: Vec<f64>,
}

/// Parameters and state of the network after the epoch with the best validation accuracy, the first of equals.
#[derive(Debug, Clone, PartialEq)]
pub struct Best<F> {
    /// The accuracy, from 0 to 1.
    pub validation_accuracy: f64,
    /// The parameters.
    pub parameters: Parameters<F>,
    /// [`Network::state`].
    pub state: Parameters<F>,
}

/// Trains a network.
///
/// ```
/// use gradus_nn::networks::TwoLayerNet;
/// use gradus_nn::optimisers::Adam;
/// use gradus_nn::random::{generator, normal};
/// use gradus_nn::solver::{Examples, Solver, SolverSettings};
/// use ndarray::{Axis, Ix2};
///
/// let mut draws = generator(231);
/// let mut circle = |n| {
///     let x = normal::<f64, Ix2>((n, 2), 1.0, &mut draws);
///     let y = x.map_axis(Axis(1), |point| usize::from(point.dot(&point) < 1.4));
///     Examples { x, y }
/// };
/// let (train, validation) = (circle(500), circle(200));
/// let net = TwoLayerNet::new(2, 20, 2, 0.5, 0.0, &mut generator(1));
/// let settings = SolverSettings { optimiser: Adam::new(0.02).into(), batch_size: 50, ..Default::default() };
/// let mut solver = Solver::new(net, settings);
/// solver.train(&train, &validation);
/// assert_eq!((solver.history.loss.len(), solver.epoch), (100, 10));
/// assert!(solver.best.unwrap().validation_accuracy > 0.9);
/// ```
#[derive(Debug, Clone)]
pub struct Solver<F, N> {
    /// The network as it is now. [`best_network`](Solver::best_network) is often better.
    pub network: N,
    /// How to train. May be changed between epochs, but for the optimiser and the seed.
    pub settings: SolverSettings<F>,
    /// How many epochs are done.
    pub epoch: usize,
    /// What happened in them.
    pub history: History<F>,
    /// None before the first epoch.
    pub best: Option<Best<F>>,
    optimisers: BTreeMap<String, AnyOptimiser<F>>,
    generator: ChaCha8Rng,
    seed: u64,
}

impl<F: Scalar, N: Network<F>> Solver<F, N> {
    /// Before the first epoch.
    pub fn new(network: N, settings: SolverSettings<F>) -> Self {
        let names = network.parameters().iter().map(|(name, _)| name.to_owned());
        let optimisers = names.map(|name| (name, settings.optimiser.clone())).collect();
        let (generator, seed) = (generator(settings.seed), settings.seed);
        let history = History { loss: Vec::new(), train_accuracy: Vec::new(), validation_accuracy: Vec::new() };
        Solver { network, settings, epoch: 0, history, best: None, optimisers, generator, seed }
    }

    /// All epochs that are still to be done.
    ///
    /// # Panics
    /// As [`train_epoch`](Solver::train_epoch).
    #[track_caller]
    pub fn train(&mut self, train: &Examples<F, N::Dim>, validation: &Examples<F, N::Dim>) {
        while self.epoch < self.settings.epochs {
            self.train_epoch(train, validation);
        }
    }

    /// One epoch: every example once, in random order, in batches; then the accuracies.
    ///
    /// # Panics
    /// If there is not one label for each input, a part has no examples, the batch size is 0, or the inputs do not fit the
    /// network.
    #[track_caller]
    pub fn train_epoch(&mut self, train: &Examples<F, N::Dim>, validation: &Examples<F, N::Dim>) {
        require_examples("train", train);
        require_examples("validation", validation);
        assert!(self.settings.batch_size > 0, "Solver::train_epoch: batch_size must be at least 1, but is 0");
        let learning_rate = (self.settings.schedule)(self.settings.optimiser.learning_rate(), self.epoch);
        self.optimisers.values_mut().for_each(|optimiser| optimiser.set_learning_rate(learning_rate));

        let mut order: Vec<usize> = (0..train.y.len()).collect();
        order.shuffle(&mut self.generator);
        for batch in order.chunks(self.settings.batch_size) {
            let (x, y) = (train.x.select(Axis(0), batch), train.y.select(Axis(0), batch));
            self.update(&x, &y);
        }
        self.epoch += 1;
        self.measure(train, validation);
    }

    /// The network with the parameters and the state that had the best validation accuracy; as it is, before any epoch.
    pub fn best_network(&self) -> N
    where
        N: Clone,
    {
        let mut network = self.network.clone();
        if let Some(best) = &self.best {
            *network.parameters_mut() = best.parameters.clone();
            network.set_state(&best.state);
        }
        network
    }

    #[track_caller]
    fn update(&mut self, x: &Array<F, N::Dim>, y: &Array1<usize>) {
        let (loss, gradients) = self.network.loss(x, y, &mut self.generator);
        self.history.loss.push(loss);
        for (name, w) in self.network.parameters_mut().iter_mut() {
            let optimiser = self.optimisers.get_mut(name).expect("one for each parameter");
            let Some(dw) = gradients.get(name) else {
                panic!("Solver::train_epoch: the network's loss must give a gradient for {name}");
            };
            optimiser.update(w, dw);
        }
    }

    fn measure(&mut self, train: &Examples<F, N::Dim>, validation: &Examples<F, N::Dim>) {
        let n = train.y.len();
        let sample = index::sample(&mut self.generator, n, self.settings.accuracy_examples.clamp(1, n)).into_vec();
        let (x, y) = (train.x.select(Axis(0), &sample), train.y.select(Axis(0), &sample));
        let batch_size = self.settings.batch_size;
        self.history.train_accuracy.push(accuracy(&predict(&self.network, &x, batch_size), &y));
        let validation_accuracy = accuracy(&predict(&self.network, &validation.x, batch_size), &validation.y);
        self.history.validation_accuracy.push(validation_accuracy);
        if self.best.as_ref().is_none_or(|best| validation_accuracy > best.validation_accuracy) {
            let (parameters, state) = (self.network.parameters().clone(), self.network.state());
            self.best = Some(Best { validation_accuracy, parameters, state });
        }
    }

    /// Writes all that the run needs to go on: parameters and state of the network, now and at its best, the optimisers'
    /// state, the place in the random draws, the history. The settings are not in it, but for the seed.
    ///
    /// ```
    /// use gradus_nn::networks::TwoLayerNet;
    /// use gradus_nn::random::generator;
    /// use gradus_nn::solver::{Examples, Solver, SolverSettings};
    /// use ndarray::{Array2, array};
    /// let net = TwoLayerNet::<f64>::new(3, 5, 2, 0.5, 0.0, &mut generator(1));
    /// let examples = Examples { x: Array2::ones((2, 3)), y: array![0, 1] };
    /// let mut solver = Solver::new(net.clone(), SolverSettings { epochs: 4, ..Default::default() });
    /// solver.train_epoch(&examples, &examples);
    ///
    /// let file = std::env::temp_dir().join(format!("checkpoint-{}", std::process::id()));
    /// solver.save(&file).unwrap();
    /// let mut resumed = Solver::load(&file, net, solver.settings.clone()).unwrap();
    /// std::fs::remove_file(&file).unwrap();
    /// solver.train(&examples, &examples);
    /// resumed.train(&examples, &examples);
    /// assert_eq!(resumed.history, solver.history);
    /// ```
    ///
    /// # Errors
    /// If the file cannot be written; one that was there before stays.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), CheckpointError> {
        let mut record = Record::default();
        let numbers = &mut record.numbers;
        let position = self.generator.get_word_pos();
        numbers.insert("bits".into(), bits::<F>());
        numbers.insert("epoch".into(), self.epoch as u64);
        numbers.insert("seed".into(), self.seed);
        numbers.insert("position/low".into(), position as u64);
        numbers.insert("position/high".into(), (position >> 64) as u64);
        numbers.insert(format!("optimiser/{}", self.settings.optimiser.name()), 1);

        let history = &self.history;
        let loss = history.loss.iter().map(|&loss| double(loss)).collect::<Array1<f64>>();
        record.arrays.insert("history/loss".into(), loss.into_dyn());
        let accuracies = [("train", &history.train_accuracy), ("validation", &history.validation_accuracy)];
        for (name, accuracies) in accuracies {
            record.arrays.insert(format!("history/{name}"), Array1::from(accuracies.clone()).into_dyn());
        }

        store(&mut record, "parameters", self.network.parameters());
        store(&mut record, "state", &self.network.state());
        if let Some(best) = &self.best {
            record.arrays.insert("best".into(), ndarray::arr0(best.validation_accuracy).into_dyn());
            store(&mut record, "best/parameters", &best.parameters);
            store(&mut record, "best/state", &best.state);
        }
        for (name, optimiser) in &self.optimisers {
            let mut optimiser = optimiser.clone();
            if let Some(&mut count) = optimiser.count_mut() {
                record.numbers.insert(format!("updates/{name}"), count);
            }
            for (part, array) in optimiser.arrays_mut() {
                if let Some(array) = array {
                    record.arrays.insert(format!("optimiser/{part}/{name}"), array.mapv(double));
                }
            }
        }
        record.write(path.as_ref())
    }

    /// The run that [`save`](Solver::save) wrote, to go on with. `network` is one of the same shape, with any parameters;
    /// `settings` have the same optimiser, and may have more epochs. The seed is that of the file.
    ///
    /// # Errors
    /// If the file cannot be read, is damaged, or belongs to another network, optimiser or number type.
    pub fn load(path: impl AsRef<Path>, network: N, settings: SolverSettings<F>) -> Result<Self, CheckpointError> {
        let path = path.as_ref();
        let record = Record::read(path)?;
        let mismatch = |what: String| CheckpointError::Mismatch { file: path.display().to_string(), what };
        let mut solver = Solver::new(network, settings);
        solver.restore(&record).map_err(mismatch)?;
        Ok(solver)
    }

    /// Takes over what the record holds; the error says what does not fit.
    fn restore(&mut self, record: &Record) -> Result<(), String> {
        let number = |name: &str| record.numbers.get(name).copied().ok_or(format!("it has no number {name}"));
        let list = |name: &str| match record.arrays.get(name) {
            Some(array) => Ok(array.iter().copied().collect::<Vec<f64>>()),
            None => Err(format!("it has no array {name}")),
        };
        let (saved, wanted) = (number("bits")?, bits::<F>());
        if saved != wanted {
            return Err(format!("its numbers have {saved} bits, the solver's have {wanted}"));
        }
        let kind = self.settings.optimiser.name();
        if !record.numbers.contains_key(&format!("optimiser/{kind}")) {
            return Err(format!("its optimiser is not {kind}"));
        }
        self.epoch = number("epoch")? as usize;
        self.seed = number("seed")?;
        self.generator = generator(self.seed);
        let (low, high) = (u128::from(number("position/low")?), u128::from(number("position/high")?));
        self.generator.set_word_pos(low | high << 64);
        self.history.loss = list("history/loss")?.into_iter().map(F::cast).collect();
        self.history.train_accuracy = list("history/train")?;
        self.history.validation_accuracy = list("history/validation")?;

        let parameters = fetch(record, "parameters", self.network.parameters())?;
        let state = fetch(record, "state", &self.network.state())?;
        if record.arrays.contains_key("best") {
            let validation_accuracy = list("best")?[0];
            let parameters = fetch(record, "best/parameters", self.network.parameters())?;
            let state = fetch(record, "best/state", &self.network.state())?;
            self.best = Some(Best { validation_accuracy, parameters, state });
        }
        for (name, optimiser) in &mut self.optimisers {
            if let Some(count) = optimiser.count_mut() {
                *count = number(&format!("updates/{name}"))?;
            }
            for (part, array) in optimiser.arrays_mut() {
                let saved: Option<&ArrayD<f64>> = record.arrays.get(&format!("optimiser/{part}/{name}"));
                *array = saved.map(|saved| saved.mapv(F::cast));
            }
        }
        *self.network.parameters_mut() = parameters;
        self.network.set_state(&state);
        Ok(())
    }
}

#[track_caller]
fn require_examples<F, D: RemoveAxis>(part: &str, examples: &Examples<F, D>) {
    let Examples { x, y } = examples;
    let rule = format!("{part} needs one label for each input, and at least one");
    let holds = x.shape()[0] == y.len() && !y.is_empty();
    require(holds, "Solver::train_epoch", &rule, ("x", x.shape()), ("y", y.shape()));
}

/// Exact: every `f32` is an `f64` too.
fn double<F: Scalar>(value: F) -> f64 {
    value.to_f64().expect("f32 and f64 are real numbers")
}

fn bits<F>() -> u64 {
    8 * size_of::<F>() as u64
}

fn store<F: Scalar>(record: &mut Record, group: &str, parameters: &Parameters<F>) {
    let arrays = parameters.iter().map(|(name, array)| (format!("{group}/{name}"), array.mapv(double)));
    record.arrays.extend(arrays);
}

/// The arrays of a group; they must have the names and shapes of those in `wanted`.
fn fetch<F: Scalar>(record: &Record, group: &str, wanted: &Parameters<F>) -> Result<Parameters<F>, String> {
    let prefix = format!("{group}/");
    let mut found = Parameters::new();
    for (name, array) in &record.arrays {
        if let Some(name) = name.strip_prefix(&prefix) {
            found.insert(name, array.mapv(F::cast));
        }
    }
    let shapes = |parameters: &Parameters<F>| -> Vec<String> {
        parameters.iter().map(|(name, array)| format!("{name} {:?}", array.shape())).collect()
    };
    let (has, needs) = (shapes(&found), shapes(wanted));
    if has == needs {
        Ok(found)
    } else {
        Err(format!("its {group} are {}, the network's {}", has.join(", "), needs.join(", ")))
    }
}
