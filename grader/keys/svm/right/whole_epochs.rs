//! A struct with methods, counts of missed margins kept as whole numbers; sums from the back; whole epochs in shuffled order.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2, ArrayView1, Axis};
use ndarray_rand::RandomExt;
use ndarray_rand::rand_distr::Uniform;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

/// What one example's scores cost, and which classes miss the margin.
struct Margins {
    label: usize,
    missed: Vec<(usize, f64)>,
}

impl Margins {
    fn of(scores: ArrayView1<'_, f64>, label: usize) -> Self {
        let bar = scores[label] - 1.0;
        let missed = (0..scores.len()).rev().filter(|&c| c != label && scores[c] > bar);
        Self { label, missed: missed.map(|c| (c, scores[c] - bar)).collect() }
    }

    fn loss(&self) -> f64 {
        self.missed.iter().map(|(_, margin)| margin).sum()
    }

    /// How often the example is added to each column.
    fn counts(&self, classes: usize) -> Vec<i64> {
        let mut counts = vec![0; classes];
        for &(c, _) in &self.missed {
            counts[c] = 1;
        }
        counts[self.label] = -(self.missed.len() as i64);
        counts
    }
}

pub fn svm_loss(x: &Array2<f64>, y: &Array1<usize>) -> (f64, Array2<f64>) {
    let share = 1.0 / y.len() as f64;
    let all: Vec<Margins> = x.rows().into_iter().zip(y).map(|(scores, &label)| Margins::of(scores, label)).collect();
    let counts: Vec<i64> = all.iter().flat_map(|margins| margins.counts(x.ncols())).collect();
    let dx = Array2::from_shape_vec(x.dim(), counts).unwrap().mapv(|count| count as f64 * share);
    (all.iter().rev().map(Margins::loss).sum::<f64>() * share, dx)
}

fn penalty(w: &Array2<f64>, reg: f64) -> (f64, Array2<f64>) {
    (reg * w.flatten().iter().rev().map(|weight| weight * weight).sum::<f64>(), 2.0 * reg * w)
}

pub fn svm_classifier_loss_naive(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>) {
    let (mut loss, mut dw) = penalty(w, reg);
    let share = 1.0 / y.len() as f64;
    for i in (0..y.len()).rev() {
        let mut scores = Array1::zeros(w.ncols());
        for c in 0..w.ncols() {
            for d in (0..w.nrows()).rev() {
                scores[c] += w[[d, c]] * x[[i, d]];
            }
        }
        let margins = Margins::of(scores.view(), y[i]);
        loss += share * margins.loss();
        for (c, count) in margins.counts(w.ncols()).into_iter().enumerate() {
            for d in 0..w.nrows() {
                dw[[d, c]] += share * count as f64 * x[[i, d]];
            }
        }
    }
    (loss, dw)
}

pub fn svm_classifier_loss(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>) {
    let ((data_loss, dscores), (penalty, slope)) = (svm_loss(&x.dot(w), y), penalty(w, reg));
    (data_loss + penalty, x.t().dot(&dscores) + slope)
}

/// Deals out indices, a whole shuffled epoch at a time.
struct Epochs {
    order: Vec<usize>,
    next: usize,
    random: StdRng,
}

impl Epochs {
    fn deal(&mut self, count: usize) -> Vec<usize> {
        (0..count)
            .map(|_| {
                if self.next == 0 {
                    self.order.shuffle(&mut self.random);
                    self.next = self.order.len();
                }
                self.next -= 1;
                self.order[self.next]
            })
            .collect()
    }
}

pub fn train_svm(
    x: &Array2<f64>,
    y: &Array1<usize>,
    learning_rate: f64,
    reg: f64,
    iterations: usize,
    batch_size: usize,
    seed: u64,
) -> (Array2<f64>, Vec<f64>) {
    let mut random = StdRng::seed_from_u64(seed);
    let classes = y.fold(0, |most, &label| most.max(label + 1));
    let spread = Uniform::new(-0.002, 0.002).expect("a range");
    let mut w = Array2::random_using((x.ncols(), classes), spread, &mut random);
    let mut epochs = Epochs { order: (0..x.nrows()).collect(), next: 0, random };
    let mut history = Vec::with_capacity(iterations);
    for _ in 0..iterations {
        let batch = epochs.deal(batch_size);
        let (loss, dw) = svm_classifier_loss(&w, &x.select(Axis(0), &batch), &y.select(Axis(0), &batch), reg);
        history.push(loss);
        w.scaled_add(-learning_rate, &dw);
    }
    (w, history)
}

pub fn predict(w: &Array2<f64>, x: &Array2<f64>) -> Array1<usize> {
    let best = |row: ArrayView1<'_, f64>| -> usize {
        let mut order: Vec<usize> = (0..row.len()).collect();
        order.sort_by(|&a, &b| row[b].total_cmp(&row[a]));
        order[0]
    };
    x.dot(w).axis_iter(Axis(0)).map(best).collect()
}

/// The whole search as a map from pairs to accuracies, with the training wrapped up beforehand.
pub fn search(
    x_train: &Array2<f64>,
    y_train: &Array1<usize>,
    x_val: &Array2<f64>,
    y_val: &Array1<usize>,
    learning_rates: &Array1<f64>,
    regs: &Array1<f64>,
    iterations: usize,
    batch_size: usize,
    seed: u64,
) -> (f64, f64, Array2<f64>) {
    let accuracy = |rate: f64, reg: f64| {
        let (w, _) = train_svm(x_train, y_train, rate, reg, iterations, batch_size, seed);
        let predicted = predict(&w, x_val);
        (0..y_val.len()).filter(|&i| predicted[i] == y_val[i]).count() as f64 / y_val.len() as f64
    };
    let pairs: Vec<(f64, f64)> =
        learning_rates.iter().flat_map(|&rate| regs.iter().map(move |&reg| (rate, reg))).collect();
    let accuracies: Vec<f64> = pairs.iter().map(|&(rate, reg)| accuracy(rate, reg)).collect();
    let best = (0..pairs.len()).fold(0, |best, k| if accuracies[k] > accuracies[best] { k } else { best });
    let grid = Array2::from_shape_vec((learning_rates.len(), regs.len()), accuracies).unwrap();
    (pairs[best].0, pairs[best].1, grid)
}
