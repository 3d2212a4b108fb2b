//! Generic helpers, a struct and a trait; sums from the back; whole epochs in shuffled order.
// GRADUS-STAFF-ONLY-7c1f4e

use std::borrow::Borrow;
use std::ops::{AddAssign, Mul};

use ndarray::{Array1, Array2, ArrayBase, Axis, Data, Ix2};
use ndarray_rand::RandomExt;
use ndarray_rand::rand_distr::Uniform;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

/// A sum from the last element to the first.
fn sum_backwards<T, I>(values: I) -> T
where
    T: Default + AddAssign + Copy,
    I: IntoIterator<Item: Borrow<T>, IntoIter: DoubleEndedIterator>,
{
    let mut sum = T::default();
    for value in values.into_iter().rev() {
        sum += *value.borrow();
    }
    sum
}

fn square<T: Mul<Output = T> + Copy>(value: &T) -> T {
    *value * *value
}

struct Softmax {
    loss: f64,
    gradient: Array2<f64>,
}

impl Softmax {
    fn of<S: Data<Elem = f64>>(scores: &ArrayBase<S, Ix2>, labels: impl AsRef<[usize]>) -> Self {
        let labels = labels.as_ref();
        let share = 1.0 / labels.len() as f64;
        let mut losses = Vec::with_capacity(labels.len());
        let mut gradient = Array2::zeros(scores.raw_dim());
        for (i, label) in labels.iter().enumerate() {
            let row = scores.row(i).to_vec();
            // Sorted, so that the largest comes last and small terms are added first.
            let mut sorted = row.clone();
            sorted.sort_by(f64::total_cmp);
            let max = sorted[sorted.len() - 1];
            let total = sorted.iter().map(|score| f64::exp(score - max)).sum::<f64>();
            losses.push(max - row[*label] + f64::ln(total));
            for (c, score) in row.iter().enumerate().rev() {
                gradient[[i, c]] = share * (f64::exp(score - max) / total - f64::from(u8::from(c == *label)));
            }
        }
        Self { loss: sum_backwards::<f64, _>(&losses) * share, gradient }
    }
}

trait Penalty {
    fn penalty(&self, reg: f64) -> f64;
    fn slope(&self, reg: f64) -> Self;
}

impl Penalty for Array2<f64> {
    fn penalty(&self, reg: f64) -> f64 {
        let squares: Vec<f64> = self.iter().map(square).collect();
        reg * sum_backwards::<f64, _>(squares)
    }
    fn slope(&self, reg: f64) -> Self {
        self.map(|weight| 2.0 * reg * weight)
    }
}

pub fn softmax_loss(x: &Array2<f64>, y: &Array1<usize>) -> (f64, Array2<f64>) {
    let Softmax { loss, gradient } = Softmax::of(x, y.to_vec());
    (loss, gradient)
}

pub fn softmax_classifier_loss_naive(
    w: &Array2<f64>,
    x: &Array2<f64>,
    y: &Array1<usize>,
    reg: f64,
) -> (f64, Array2<f64>) {
    let mut dw = w.slope(reg);
    let mut loss = w.penalty(reg);
    let share = (y.len() as f64).recip();
    for i in (0..y.len()).rev() {
        let mut scores = Array2::zeros((1, w.ncols()));
        for c in 0..w.ncols() {
            let products: Vec<f64> = (0..w.nrows()).map(|d| w[[d, c]] * x[[i, d]]).collect();
            scores[[0, c]] = sum_backwards::<f64, _>(products);
        }
        let one = Softmax::of(&scores, [y[i]]);
        loss += share * one.loss;
        for d in 0..w.nrows() {
            for c in 0..w.ncols() {
                dw[[d, c]] += share * x[[i, d]] * one.gradient[[0, c]];
            }
        }
    }
    (loss, dw)
}

pub fn softmax_classifier_loss(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>) {
    let Softmax { loss, gradient } = Softmax::of(&x.dot(w), y.to_vec());
    (w.penalty(reg) + loss, w.slope(reg) + x.t().dot(&gradient))
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

pub fn train_softmax(
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
        let (loss, dw) = softmax_classifier_loss(&w, &x.select(Axis(0), &batch), &y.select(Axis(0), &batch), reg);
        history.push(loss);
        w.scaled_add(-learning_rate, &dw);
    }
    (w, history)
}

pub fn predict(w: &Array2<f64>, x: &Array2<f64>) -> Array1<usize> {
    let best = |row: ndarray::ArrayView1<'_, f64>| -> usize {
        let mut order: Vec<usize> = (0..row.len()).collect();
        order.sort_by(|&a, &b| row[b].total_cmp(&row[a]));
        order[0]
    };
    x.dot(w).axis_iter(Axis(0)).map(best).collect()
}
