// Loops over examples, units and inputs: right, but slow.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::fully_connected::FullyConnectedNet;
use gradus_nn::softmax::softmax_loss;
use ndarray::{Array1, Array2, ArrayD};

pub fn fully_connected_loss(
    net: &FullyConnectedNet,
    x: &ArrayD<f64>,
    y: &Array1<usize>,
    reg: f64,
) -> (f64, FullyConnectedNet) {
    let n = y.len();
    let mut inputs = vec![x.to_shape((n, x.len() / n)).unwrap().to_owned()];
    let count = net.layers.len();
    for (number, layer) in net.layers.iter().enumerate() {
        let input = inputs.last().unwrap();
        let mut out = Array2::zeros((n, layer.b.len()));
        for i in 0..n {
            for j in 0..layer.b.len() {
                let mut sum = layer.b[j];
                for d in 0..layer.w.nrows() {
                    sum += input[[i, d]] * layer.w[[d, j]];
                }
                out[[i, j]] = if number + 1 < count { sum.max(0.0) } else { sum };
            }
        }
        inputs.push(out);
    }
    let (mut loss, mut dout) = softmax_loss(&inputs[count], y);
    let mut gradients = net.clone();
    for number in (0..count).rev() {
        let (w, input) = (&net.layers[number].w, &inputs[number]);
        let mut dx = Array2::zeros(input.raw_dim());
        let gradient = &mut gradients.layers[number];
        gradient.w *= reg;
        gradient.b.fill(0.0);
        for i in 0..n {
            for j in 0..w.ncols() {
                gradient.b[j] += dout[[i, j]];
                for d in 0..w.nrows() {
                    gradient.w[[d, j]] += input[[i, d]] * dout[[i, j]];
                    if input[[i, d]] > 0.0 {
                        dx[[i, d]] += w[[d, j]] * dout[[i, j]];
                    }
                }
            }
        }
        for weight in w {
            loss += 0.5 * reg * weight * weight;
        }
        dout = dx;
    }
    (loss, gradients)
}
