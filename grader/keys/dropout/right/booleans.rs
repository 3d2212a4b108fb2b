// A cache of truth values beside p, draws by a generator of its own, dropout before ReLU, running means over the passes by
// Welford; the smoothed loss as a mixture of two losses; nothing marked `pub`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::dropout::{FullyConnectedNet, Layer, Mode};
use gradus_nn::activations::{relu_backward, relu_forward};
use gradus_nn::affine::{affine_backward, affine_forward};
use gradus_nn::softmax::{log_sum_exp, softmax, softmax_loss};
use ndarray::{Array1, Array2, ArrayD, Axis, Ix2, Zip};

/// What was kept, and p; nothing in evaluation.
type DropoutCache = Option<(ArrayD<bool>, f64)>;

/// SplitMix64.
struct Generator(u64);

impl Generator {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn keeps(&mut self, p: f64) -> bool {
        ((self.next() >> 11) as f64) < p * (1u64 << 53) as f64
    }
}

fn dropout_forward(x: &ArrayD<f64>, p: f64, mode: Mode, seed: u64) -> (ArrayD<f64>, DropoutCache) {
    match mode {
        Mode::Evaluate => (x.to_owned(), None),
        Mode::Train => {
            let mut generator = Generator(seed);
            let mut kept = ArrayD::from_elem(x.raw_dim(), false);
            for kept in kept.iter_mut() {
                *kept = generator.keeps(p);
            }
            let out = Zip::from(x).and(&kept).map_collect(|&x, &kept| if kept { x / p } else { 0.0 });
            (out, Some((kept, p)))
        }
    }
}

fn dropout_backward(dout: &ArrayD<f64>, cache: &DropoutCache) -> ArrayD<f64> {
    let Some((kept, p)) = cache else { return dout.to_owned() };
    let mut dx = dout.to_owned();
    Zip::from(&mut dx).and(kept).for_each(|slope, &kept| *slope = if kept { *slope / p } else { 0.0 });
    dx
}

fn scores(net: &FullyConnectedNet, x: &ArrayD<f64>, p: f64, mode: Mode, seed: u64) -> Array2<f64> {
    let mut generator = Generator(seed);
    let mut out = x.to_owned();
    for (i, layer) in net.layers.iter().enumerate() {
        out = affine_forward(&out, &layer.w, &layer.b).0.into_dyn();
        if i + 1 < net.layers.len() {
            // ReLU of what was dropped is what was dropped of ReLU.
            out = relu_forward(&dropout_forward(&out, p, mode, generator.next()).0).0;
        }
    }
    out.into_dimensionality().unwrap()
}

fn fully_connected_loss(
    net: &FullyConnectedNet,
    x: &ArrayD<f64>,
    y: &Array1<usize>,
    p: f64,
    reg: f64,
    seed: u64,
) -> (f64, FullyConnectedNet) {
    let mut generator = Generator(seed);
    let mut out = x.to_owned();
    let (mut affines, mut bends) = (Vec::new(), Vec::new());
    for (i, layer) in net.layers.iter().enumerate() {
        let (next, cache) = affine_forward(&out, &layer.w, &layer.b);
        affines.push(cache);
        out = next.into_dyn();
        if i + 1 < net.layers.len() {
            let (dropped, dropout) = dropout_forward(&out, p, Mode::Train, generator.next());
            let (bent, relu) = relu_forward(&dropped);
            bends.push((dropout, relu));
            out = bent;
        }
    }
    let (loss, mut dout) = softmax_loss(&out.into_dimensionality::<Ix2>().unwrap(), y);
    let mut gradients = net.clone();
    for i in (0..net.layers.len()).rev() {
        let (dx, dw, db) = affine_backward(&dout, &affines[i]);
        gradients.layers[i] = Layer { w: dw + reg * &net.layers[i].w, b: db };
        if i > 0 {
            let (dropout, relu) = &bends[i - 1];
            dout = dropout_backward(&relu_backward(&dx, relu), dropout).into_dimensionality().unwrap();
        }
    }
    let squares: f64 = net.layers.iter().map(|layer| layer.w.fold(0.0, |sum, weight| sum + weight.powi(2))).sum();
    (loss + reg / 2.0 * squares, gradients)
}

fn mc_dropout_predict(
    net: &FullyConnectedNet,
    x: &ArrayD<f64>,
    p: f64,
    passes: usize,
    seed: u64,
) -> (Array2<f64>, Array2<f64>) {
    let mut generator = Generator(!seed);
    let mut mean = softmax(&scores(net, x, p, Mode::Train, generator.next()));
    let mut squares = Array2::<f64>::zeros(mean.raw_dim());
    for pass in 1..passes {
        let shares = softmax(&scores(net, x, p, Mode::Train, generator.next()));
        let before = &shares - &mean;
        mean = mean + &before / (pass + 1) as f64;
        squares = squares + before * (shares - &mean);
    }
    (mean, squares.mapv(|sum| (sum.max(0.0) / passes as f64).sqrt()))
}

fn max_norm(w: &Array2<f64>, limit: f64) -> Array2<f64> {
    let mut w = w.to_owned();
    for mut column in w.axis_iter_mut(Axis(1)) {
        let length = column.dot(&column).sqrt();
        if length > limit {
            column.mapv_inplace(|weight| weight / length * limit);
        }
    }
    w
}

fn label_smoothing_loss(x: &Array2<f64>, y: &Array1<usize>, smoothing: f64) -> (f64, Array2<f64>) {
    let (hard, dhard) = softmax_loss(x, y);
    // Against evenly spread labels: ln sum exp less the mean score.
    let even = (log_sum_exp(x) - x.mean_axis(Axis(1)).unwrap()).mean().unwrap();
    let deven = (softmax(x) - 1.0 / x.ncols() as f64) / x.nrows() as f64;
    ((1.0 - smoothing) * hard + smoothing * even, dhard * (1.0 - smoothing) + deven * smoothing)
}
