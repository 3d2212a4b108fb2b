//! What of a solver goes into a checkpoint, and back.

use std::path::Path;

use ndarray::{Array1, ArrayD};

use super::checkpoint::Record;
use super::{Best, CheckpointError, Solver, SolverSettings};
use crate::Scalar;
use crate::networks::{Network, Parameters};
use crate::random::generator;
use crate::schedules::Plateau;

impl<F: Scalar, N: Network<F>> Solver<F, N> {
    /// Writes all that the run needs to go on: parameters and state of the network, now and at its best, the optimisers'
    /// state, that of the plateau, the place in the random draws, the history. The settings are not in it, but for the seed.
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
        numbers.insert(format!("optimiser/{}", self.settings.optimiser.kind()), 1);

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
        if let Some(Plateau { learning_rate, best, waited, .. }) = &self.plateau {
            record.numbers.insert("plateau/waited".into(), *waited as u64);
            record.arrays.insert("plateau".into(), ndarray::arr1(&[double(*learning_rate), double(*best)]).into_dyn());
        }
        for (name, optimiser) in self.optimisers.clone().iter_mut() {
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
        let kind = self.settings.optimiser.kind();
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
        if let Some(plateau) = &mut self.plateau {
            plateau.waited = number("plateau/waited")? as usize;
            let [learning_rate, best] = list("plateau")?[..] else {
                return Err("its plateau is not two numbers".into());
            };
            (plateau.learning_rate, plateau.best) = (F::cast(learning_rate), F::cast(best));
        }
        for (name, optimiser) in self.optimisers.iter_mut() {
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
