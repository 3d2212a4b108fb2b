//! The solver: a run by hand, resumed runs with every optimiser, the best parameters, faulty checkpoints.

use std::fs;

use crate::support::panics::panics_here;
use gradus_nn::networks::{
    FullyConnectedNet, FullyConnectedSettings, Network, Normalisation, Parameters, TwoLayerNet, predict,
};
use gradus_nn::optimisers::{AdaGrad, Adam, AdamW, Momentum, Nesterov, Optimiser, RmsProp, Sam, Sgd, gradient_norm};
use gradus_nn::random::{generator, normal, with_replacement};
use gradus_nn::schedules::{Plateau, step_decay};
use gradus_nn::solver::{AnyOptimiser, CheckpointError, Examples, Optimisers, Solver, SolverSettings};
use gradus_nn::{Scalar, metrics::accuracy};
use ndarray::{Array1, Array2, Axis, Ix2, array};

/// Random points of 4 features, of the class in which they point most; one of the labels in five is random.
fn examples<F: Scalar>(n: usize, seed: u64) -> Examples<F, Ix2> {
    let mut draws = generator(seed);
    let x: Array2<F> = normal((n, 4), 1.0, &mut draws);
    let noise = with_replacement(15, n, &mut draws);
    let class = |(i, row): (usize, ndarray::ArrayView1<F>)| match noise[i] {
        noise @ 0..3 => noise,
        _ => (0..3).max_by(|&a, &b| row[a].partial_cmp(&row[b]).expect("numbers")).expect("classes"),
    };
    let y = x.outer_iter().enumerate().map(class).collect();
    Examples { x, y }
}

/// With batch norm and dropout: state beside the parameters, and draws beside the batches.
fn net<F: Scalar>() -> FullyConnectedNet<F> {
    let settings = FullyConnectedSettings {
        features: 4,
        hidden: vec![8, 6],
        classes: 3,
        normalisation: Normalisation::Batch,
        dropout_keep: Some(0.8),
        weight_scale: 0.5,
        reg: 1e-3,
    };
    FullyConnectedNet::new(settings, &mut generator(5))
}

fn settings<F: Scalar>(optimiser: impl Into<AnyOptimiser<F>>) -> SolverSettings<F> {
    SolverSettings {
        optimiser: optimiser.into(),
        schedule: |rate, epoch| step_decay(rate, epoch, 2, F::cast(0.5)),
        plateau: None,
        batch_size: 7,
        epochs: 6,
        accuracy_examples: 20,
        seed: 11,
    }
}

#[test]
fn one_batch_for_each_epoch_is_plain_gradient_descent() {
    let (train, validation) = (examples::<f64>(12, 1), examples(9, 2));
    let start = TwoLayerNet::new(4, 5, 3, 0.5, 0.1, &mut generator(3));
    let settings = SolverSettings {
        schedule: |rate, epoch| rate / (1.0 + epoch as f64),
        batch_size: 12,
        epochs: 3,
        ..settings(Sgd::new(0.5))
    };
    let mut solver = Solver::new(start.clone(), settings);
    solver.train(&train, &validation);

    let mut by_hand = start;
    for (epoch, &solver_loss) in solver.history.loss.iter().enumerate() {
        let (loss, gradients) = by_hand.loss(&train.x, &train.y);
        assert!((loss - solver_loss).abs() < 1e-12, "the order of the examples does not matter here");
        for (name, gradient) in gradients {
            let w = by_hand.parameters.get_mut(&name).expect("a parameter");
            w.scaled_add(-0.5 / (1.0 + epoch as f64), &gradient);
        }
        let expected = accuracy(&predict(&by_hand, &validation.x, 4), &validation.y);
        assert_eq!(solver.history.validation_accuracy[epoch], expected);
    }
    assert_eq!((solver.history.loss.len(), solver.epoch), (3, 3));
}

#[test]
fn a_step_with_sam_has_the_gradient_of_the_worst_place_nearby() {
    let (train, validation) = (examples::<f64>(12, 1), examples(9, 2));
    let start = TwoLayerNet::new(4, 5, 3, 0.5, 0.1, &mut generator(3));
    let optimiser = Sam::new(0.2, Momentum::new(0.3, 0.9));
    let settings = SolverSettings {
        schedule: |rate, epoch| rate / (1.0 + epoch as f64),
        batch_size: 12,
        epochs: 4,
        ..settings(optimiser)
    };
    let mut solver = Solver::new(start.clone(), settings);
    solver.train(&train, &validation);

    let mut by_hand = start;
    let mut velocities: Vec<Momentum<f64, ndarray::IxDyn>> = vec![Momentum::new(0.3, 0.9); 4];
    for (epoch, &solver_loss) in solver.history.loss.iter().enumerate() {
        let (loss, gradients) = by_hand.loss(&train.x, &train.y);
        assert!((loss - solver_loss).abs() < 1e-12, "epoch {epoch}: {loss} and {solver_loss}");
        let norm = gradient_norm(gradients.iter().map(|(_, gradient)| gradient.view()));
        let mut worst = by_hand.clone();
        for (name, w) in worst.parameters.iter_mut() {
            w.scaled_add(0.2 / norm, gradients.get(name).expect("a gradient"));
        }
        let (_, gradients) = worst.loss(&train.x, &train.y);
        for ((name, w), velocity) in by_hand.parameters.iter_mut().zip(&mut velocities) {
            velocity.learning_rate = 0.3 / (1.0 + epoch as f64);
            velocity.update(w, gradients.get(name).expect("a gradient"));
        }
    }
    for (name, w) in by_hand.parameters.iter() {
        let solver_w = solver.network.parameters.get(name).expect("a parameter");
        assert!(w.iter().zip(solver_w).all(|(a, b)| (a - b).abs() < 1e-12), "{name}");
    }
}

/// A learning rate of 0 leaves the weights alone, so that all else must be as without SAM.
#[test]
fn the_second_gradient_of_sam_moves_no_running_statistics_and_no_draws() {
    let (train, validation) = (examples::<f64>(40, 1), examples(30, 2));
    let run = |optimiser: AnyOptimiser<f64>| {
        let mut solver = Solver::new(net::<f64>(), settings(optimiser));
        solver.train(&train, &validation);
        solver
    };
    let (plain, sam) = (run(Sgd::new(0.0).into()), run(Sam::new(0.5, Sgd::new(0.0)).into()));
    assert_eq!(plain.history, sam.history);
    assert_eq!(plain.network, sam.network);
}

#[test]
fn a_plateau_in_validation_lowers_the_learning_rate() {
    let (train, validation) = (examples::<f64>(12, 1), examples(9, 2));
    let start = TwoLayerNet::new(4, 5, 3, 0.5, 0.1, &mut generator(3));
    let mut plateau = Plateau::new(1.0, 0.5, 2);
    let settings =
        SolverSettings { plateau: Some(plateau.clone()), batch_size: 12, epochs: 12, ..settings(Sgd::new(0.5)) };
    let mut solver = Solver::new(start.clone(), settings);
    solver.train(&train, &validation);

    let mut by_hand = start;
    for epoch in 0..12 {
        let (_, gradients) = by_hand.loss(&train.x, &train.y);
        for (name, gradient) in gradients {
            let w = by_hand.parameters.get_mut(&name).expect("a parameter");
            w.scaled_add(-step_decay(0.5, epoch, 2, 0.5) * plateau.learning_rate, &gradient);
        }
        plateau.observe(1.0 - accuracy(&predict(&by_hand, &validation.x, 4), &validation.y));
    }
    assert!(plateau.learning_rate < 0.5, "it must have fallen, or this test says nothing");
    for (name, w) in by_hand.parameters.iter() {
        let solver_w = solver.network.parameters.get(name).expect("a parameter");
        assert!(w.iter().zip(solver_w).all(|(a, b)| (a - b).abs() < 1e-12), "{name}");
    }
}

#[test]
fn an_epoch_sees_every_example_once() {
    // At a learning rate of 0, a batch of one example has the loss by which to know the example.
    let train = Examples { x: Array2::<f64>::from_shape_fn((10, 1), |(i, _)| i as f64), y: Array1::zeros(10) };
    let net = TwoLayerNet::new(1, 4, 2, 1.0, 0.0, &mut generator(1));
    let mut expected: Vec<f64> = (0..10).map(|i| net.loss(&train.x.select(Axis(0), &[i]), &array![0]).0).collect();
    let settings = SolverSettings { batch_size: 1, epochs: 2, ..settings(Sgd::new(0.0)) };
    let mut solver = Solver::new(net, settings);
    solver.train(&train, &train);
    let (first, second) = solver.history.loss.split_at(10);
    assert_ne!(first, second, "each epoch has its own order");
    expected.sort_by(f64::total_cmp);
    for epoch in [first, second] {
        let mut losses = epoch.to_vec();
        losses.sort_by(f64::total_cmp);
        assert_eq!(losses, expected);
    }
}

/// Saved after each number of epochs, loaded into a net with other parameters: the same history and parameters.
fn resumes<F: Scalar>(optimiser: impl Into<AnyOptimiser<F>>) {
    resumes_with(settings(optimiser));
}

fn resumes_with<F: Scalar>(settings: SolverSettings<F>) {
    let (train, validation) = (examples::<F>(40, 1), examples::<F>(30, 2));
    let mut whole = Solver::new(net::<F>(), settings.clone());
    whole.train(&train, &validation);

    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("checkpoint");
    for stop in 0..=settings.epochs {
        let mut stopped = Solver::new(net::<F>(), SolverSettings { epochs: stop, ..settings.clone() });
        stopped.train(&train, &validation);
        stopped.save(&file).expect("a file");

        let mut other = net::<F>();
        other.parameters.iter_mut().for_each(|(_, parameter)| parameter.fill(F::cast(9.0)));
        let mut resumed = Solver::load(&file, other, SolverSettings { seed: 999, ..settings.clone() }).expect("a run");
        assert_eq!(
            (resumed.epoch, &resumed.history, &resumed.network, &resumed.best),
            (stop, &stopped.history, &stopped.network, &stopped.best)
        );
        resumed.train(&train, &validation);
        let name = settings.optimiser.name();
        assert_eq!((&resumed.history, &resumed.best), (&whole.history, &whole.best), "{name}, stopped after {stop}");
        assert_eq!(resumed.network.parameters, whole.network.parameters, "{name}, stopped after {stop}");
        assert_eq!(resumed.network.state(), whole.network.state(), "{name}, stopped after {stop}");
    }
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing is left beside the file");
}

#[test]
fn a_resumed_run_is_the_same_run() {
    resumes::<f64>(Sgd { weight_decay: 0.01, ..Sgd::new(0.1) });
    resumes::<f64>(Momentum::new(0.05, 0.9));
    resumes::<f64>(Nesterov::new(0.05, 0.9));
    resumes::<f64>(AdaGrad::new(0.1));
    resumes::<f64>(RmsProp::new(0.01));
    resumes::<f64>(Adam::new(0.01));
    resumes::<f64>(AdamW::new(0.01, 0.1));
    resumes::<f64>(Sam::new(0.05, Sgd::new(0.1)));
    resumes::<f64>(Sam::new(0.05, Adam::new(0.01)));
    resumes_with::<f64>(SolverSettings {
        plateau: Some(Plateau::new(1.0, 0.5, 1)),
        ..settings(Momentum::new(0.3, 0.9))
    });
    resumes::<f32>(Momentum::new(0.05, 0.9));
    resumes::<f32>(Adam::new(0.01));
}

#[test]
fn the_best_network_is_that_of_the_best_epoch() {
    let (train, validation) = (examples::<f64>(40, 1), examples(30, 2));
    // Steps far too large: the accuracy goes up and down.
    let mut solver = Solver::new(net(), SolverSettings { epochs: 12, ..settings(Momentum::new(0.7, 0.9)) });
    assert_eq!(solver.best_network(), net());
    solver.train(&train, &validation);
    let history = &solver.history.validation_accuracy;
    let best = history.iter().copied().fold(0.0, f64::max);
    assert!(history[11] < best, "{history:?}: the last epoch must not be the best, or this test says nothing");
    let network = solver.best_network();
    assert_eq!(accuracy(&predict(&network, &validation.x, 7), &validation.y), best);
    assert_eq!(solver.best.as_ref().expect("an epoch").validation_accuracy, best);
    assert_ne!(network.parameters(), solver.network.parameters());
}

#[test]
fn a_seed_repeats_a_run() {
    let (train, validation) = (examples::<f64>(40, 1), examples(30, 2));
    let run = |seed| {
        let mut solver = Solver::new(net(), SolverSettings { seed, ..settings(Adam::new(0.01)) });
        solver.train(&train, &validation);
        solver.history
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn a_checkpoint_that_does_not_fit_says_why() {
    let (train, validation) = (examples::<f64>(40, 1), examples(30, 2));
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("checkpoint");
    let settings = settings(Adam::new(0.01));
    let mut solver = Solver::new(net(), settings.clone());
    solver.train_epoch(&train, &validation);
    solver.save(&file).expect("a file");
    let name = file.display().to_string();
    let hint = "Hint: make network and settings as they were when it was saved.";

    let error = Solver::load(&file, net::<f32>(), self::settings(Adam::new(0.01))).map(drop).expect_err("f32");
    assert_eq!(
        error.to_string(),
        format!("{name} does not fit: its numbers have 64 bits, the solver's have 32. {hint}")
    );
    let error = Solver::load(&file, net(), self::settings(AdamW::new(0.01, 0.1))).map(drop).expect_err("AdamW");
    assert_eq!(error.to_string(), format!("{name} does not fit: its optimiser is not AdamW. {hint}"));
    let sam = self::settings(Sam::new(0.1, Adam::new(0.01)));
    let error = Solver::load(&file, net(), sam).map(drop).expect_err("SAM");
    assert_eq!(error.to_string(), format!("{name} does not fit: its optimiser is not Sam/Adam. {hint}"));
    let plateau = SolverSettings { plateau: Some(Plateau::new(1.0, 0.5, 1)), ..settings.clone() };
    let error = Solver::load(&file, net(), plateau).map(drop).expect_err("a plateau");
    assert_eq!(error.to_string(), format!("{name} does not fit: it has no number plateau/waited. {hint}"));
    let other = TwoLayerNet::new(4, 8, 3, 0.1, 0.0, &mut generator(1));
    let error = Solver::load(&file, other, settings.clone()).map(drop).expect_err("another network");
    let text = error.to_string();
    assert!(text.starts_with(&format!("{name} does not fit: its parameters are b1 [8], b2 [6]")), "{text}");
    assert!(text.ends_with(&format!("the network's b1 [8], b2 [3], w1 [4, 8], w2 [8, 3]. {hint}")), "{text}");

    let mut bytes = fs::read(&file).expect("bytes");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, &bytes).expect("a file");
    let error = Solver::load(&file, net(), settings.clone()).map(drop).expect_err("a changed bit");
    assert!(matches!(error, CheckpointError::Damaged { .. }), "{error}");
    fs::write(&file, "{}").expect("a file");
    let error = Solver::load(&file, net(), settings.clone()).map(drop).expect_err("another file");
    assert!(matches!(error, CheckpointError::NotACheckpoint { .. }), "{error}");
    fs::remove_file(&file).expect("a file");
    let error = Solver::load(&file, net(), settings).map(drop).expect_err("no file");
    assert!(matches!(error, CheckpointError::Read { .. }), "{error}");
    let error = solver.save(folder.path().join("none").join("checkpoint")).expect_err("no folder");
    assert!(matches!(error, CheckpointError::Write { .. }), "{error}");
}

#[test]
fn any_optimiser_does_what_the_one_in_it_does() {
    let dw = array![1.0, -2.0].into_dyn();
    let (mut w, mut same) = (array![3.0, 4.0].into_dyn(), array![3.0, 4.0].into_dyn());
    let (mut any, mut one) = (AnyOptimiser::from(RmsProp::new(0.1)), RmsProp::new(0.1));
    any.set_learning_rate(0.3);
    one.learning_rate = 0.3;
    for _ in 0..3 {
        any.update(&mut w, &dw);
        one.update(&mut same, &dw);
    }
    assert_eq!((w, any), (same, AnyOptimiser::RmsProp(one)));
}

#[rustfmt::skip] // a call and its closure on one line, so that their lines are the same
#[test]
fn faults_point_at_the_caller() {
    let (good, short) = (examples::<f64>(5, 1), Examples { x: Array2::<f64>::zeros((5, 4)), y: Array1::zeros(4) });
    let (none, wide) = (Examples { x: Array2::<f64>::zeros((0, 4)), y: Array1::zeros(0) }, Examples { x: Array2::<f64>::zeros((5, 6)), y: Array1::zeros(5) });
    let solver = |batch_size| Solver::new(TwoLayerNet::<f64>::new(4, 3, 3, 0.1, 0.0, &mut generator(1)), SolverSettings { batch_size, ..Default::default() });
    panics_here("Solver::train_epoch: train needs one label for each input, and at least one, but x is [5, 4] and y is [4]", || { solver(5).train_epoch(&short, &good); });
    panics_here("Solver::train_epoch: validation needs one label for each input, and at least one, but x is [0, 4] and y is [0]", || { solver(5).train(&good, &none); });
    panics_here("Solver::train_epoch: batch_size must be at least 1, but is 0", || { solver(0).train_epoch(&good, &good); });
    panics_here("TwoLayerNet::loss: w needs one row for each feature of x, but x is [5, 6] and w is [4, 3]", || { solver(5).train_epoch(&wide, &good); });
    let (mut net, mut none) = (TwoLayerNet::<f64>::new(4, 3, 3, 0.1, 0.0, &mut generator(1)), Parameters::new());
    let mut optimisers = Optimisers::new(&net.parameters, Sgd::new(0.1));
    none.insert("b1", Array1::<f64>::zeros(3));
    panics_here("Optimisers::update: gradients needs one for each parameter, but has none for b2", || { optimisers.clone().update(&mut net.parameters.clone(), &none); });
    net.parameters.insert("b9", Array1::<f64>::zeros(3));
    let gradients = net.parameters.clone();
    panics_here("Optimisers::perturb: b9 was no parameter when the optimisers were made", || { optimisers.clone().perturb(&mut net.parameters.clone(), &gradients); });
    none = gradients; none.insert("b1", Array1::<f64>::zeros(4)); net.parameters.insert("b9", Array1::<f64>::zeros(3));
    panics_here("Sgd::update: dw needs the shape of w, but w is [3] and dw is [4]", || { optimisers.clone().update(&mut net.parameters.clone(), &none); });
    optimisers.set_learning_rate(0.0);
}
