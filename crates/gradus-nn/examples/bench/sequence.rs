//! Recurrent layers and attention, forward and backward, with the gradients of inputs and parameters.

use std::hint::black_box;

use gradus_nn::Scalar;
use gradus_nn::attention::{AttentionParameters, Mask, multi_head_attention_backward, multi_head_attention_forward};
use gradus_nn::lstm::{lstm_backward, lstm_forward};
use gradus_nn::random::{generator, normal};
use gradus_nn::rnn::{rnn_backward, rnn_forward};
use ndarray::{Array1, Array2, Array3};

use crate::Call;

const BATCH: usize = 128;
const TIME: usize = 17;
const FEATURES: usize = 256;
const UNITS: usize = 512;

/// The vanilla recurrent network.
pub fn rnn<F: Scalar>() -> Call {
    let Recurrent { x, h0, wx, wh, b, dout } = Recurrent::<F>::new(1);
    Box::new(move || {
        let (h, cache) = rnn_forward(&x, &h0, &wx, &wh, &b);
        black_box((h, rnn_backward(&dout, &cache)));
    })
}

/// The long short-term memory.
pub fn lstm<F: Scalar>() -> Call {
    let Recurrent { x, h0, wx, wh, b, dout } = Recurrent::<F>::new(4);
    Box::new(move || {
        let (h, cache) = lstm_forward(&x, &h0, &wx, &wh, &b);
        black_box((h, lstm_backward(&dout, &cache)));
    })
}

/// Self-attention with eight heads.
pub fn attention<F: Scalar>() -> Call {
    let mut draws = generator(231);
    let parameters = AttentionParameters::<F>::random(256, &mut draws);
    let (x, dout) = (normal((32, 64, 256), 1.0, &mut draws), normal((32, 64, 256), 1.0, &mut draws));
    Box::new(move || {
        let (out, cache) = multi_head_attention_forward(&x, &x, &x, &parameters, 8, Mask::None);
        let gradients = multi_head_attention_backward(&dout, &cache);
        let dx = gradients.dquery + &gradients.dkey + &gradients.dvalue;
        black_box((out, dx, gradients.dparameters));
    })
}

struct Recurrent<F> {
    x: Array3<F>,
    h0: Array2<F>,
    wx: Array2<F>,
    wh: Array2<F>,
    b: Array1<F>,
    dout: Array3<F>,
}

impl<F: Scalar> Recurrent<F> {
    fn new(gates: usize) -> Self {
        let mut draws = generator(231);
        Recurrent {
            x: normal((BATCH, TIME, FEATURES), 1.0, &mut draws),
            h0: normal((BATCH, UNITS), 1.0, &mut draws),
            wx: normal((FEATURES, gates * UNITS), 0.04, &mut draws),
            wh: normal((UNITS, gates * UNITS), 0.04, &mut draws),
            b: normal(gates * UNITS, 0.04, &mut draws),
            dout: normal((BATCH, TIME, UNITS), 1.0, &mut draws),
        }
    }
}
