// Caches that are tuples of what is needed and no more, a mask of truth values, `general_mat_mul`; nothing marked `pub`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::two_layer_net::TwoLayerNet;
use gradus_nn::softmax::softmax_loss;
use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayD, Axis, IxDyn, Zip};

/// Rows, the shape they came from, weights.
type AffineCache = (Array2<f64>, IxDyn, Array2<f64>);
/// Which numbers passed.
type ReluCache = ArrayD<bool>;

fn affine_forward(x: &ArrayD<f64>, w: &Array2<f64>, b: &Array1<f64>) -> (Array2<f64>, AffineCache) {
    let n = x.len_of(Axis(0));
    let rows = Array2::from_shape_vec((n, w.nrows()), x.iter().copied().collect()).unwrap();
    let mut out = b.broadcast((n, b.len())).unwrap().to_owned();
    general_mat_mul(1.0, &rows, w, 1.0, &mut out);
    (out, (rows, x.raw_dim(), w.to_owned()))
}

fn affine_backward(dout: &Array2<f64>, (rows, shape, w): &AffineCache) -> (ArrayD<f64>, Array2<f64>, Array1<f64>) {
    let mut dx = Array2::zeros(rows.raw_dim());
    general_mat_mul(1.0, dout, &w.t(), 0.0, &mut dx);
    let mut dw = Array2::zeros(w.raw_dim());
    general_mat_mul(1.0, &rows.t(), dout, 0.0, &mut dw);
    let db = Array1::<f64>::ones(dout.nrows()).dot(dout);
    (dx.into_shape_with_order(shape.clone()).unwrap(), dw, db)
}

fn relu_forward(x: &ArrayD<f64>) -> (ArrayD<f64>, ReluCache) {
    let on = x.mapv(|x| x > 0.0);
    (Zip::from(x).and(&on).map_collect(|&x, &on| if on { x } else { 0.0 }), on)
}

fn relu_backward(dout: &ArrayD<f64>, on: &ReluCache) -> ArrayD<f64> {
    Zip::from(dout).and(on).map_collect(|&slope, &on| if on { slope } else { 0.0 })
}

fn two_layer_net_loss(net: &TwoLayerNet, x: &ArrayD<f64>, y: &Array1<usize>, reg: f64) -> (f64, TwoLayerNet) {
    let (before, first) = affine_forward(x, &net.w1, &net.b1);
    let (hidden, on) = relu_forward(&before.into_dyn());
    let (scores, second) = affine_forward(&hidden, &net.w2, &net.b2);
    let (mut loss, dscores) = softmax_loss(&scores, y);
    let (dhidden, dw2, db2) = affine_backward(&dscores, &second);
    let dbefore = relu_backward(&dhidden, &on).into_dimensionality().unwrap();
    let (_, dw1, db1) = affine_backward(&dbefore, &first);
    for w in [&net.w1, &net.w2] {
        loss += reg / 2.0 * w.fold(0.0, |sum, weight| sum + weight.powi(2));
    }
    (loss, TwoLayerNet { w1: dw1 + reg * &net.w1, b1: db1, w2: dw2 + reg * &net.w2, b2: db2 })
}

/// A linear congruential generator: Knuth's MMIX.
struct Generator(u64);

impl Generator {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) as usize) % n
    }
}

fn train(
    net: &TwoLayerNet,
    x: &ArrayD<f64>,
    y: &Array1<usize>,
    learning_rate: f64,
    reg: f64,
    iterations: usize,
    batch_size: usize,
    seed: u64,
) -> (TwoLayerNet, Vec<f64>) {
    let mut generator = Generator(seed ^ 0x9E37_79B9_7F4A_7C15);
    let mut net = net.to_owned();
    let mut losses = vec![];
    while losses.len() < iterations {
        let chosen: Vec<usize> = std::iter::repeat_with(|| generator.below(y.len())).take(batch_size).collect();
        let labels = chosen.iter().map(|&i| y[i]).collect();
        let (loss, slopes) = two_layer_net_loss(&net, &x.select(Axis(0), &chosen), &labels, reg);
        losses.push(loss);
        net = TwoLayerNet {
            w1: net.w1 - learning_rate * slopes.w1,
            b1: net.b1 - learning_rate * slopes.b1,
            w2: net.w2 - learning_rate * slopes.w2,
            b2: net.b2 - learning_rate * slopes.b2,
        };
    }
    (net, losses)
}

fn predict(net: &TwoLayerNet, x: &ArrayD<f64>) -> Array1<usize> {
    let hidden = relu_forward(&affine_forward(x, &net.w1, &net.b1).0.into_dyn()).0;
    let scores = affine_forward(&hidden, &net.w2, &net.b2).0;
    scores
        .rows()
        .into_iter()
        .map(|row| (0..row.len()).fold(0, |best, c| if row[c] > row[best] { c } else { best }))
        .collect()
}
