//! The parameters of a two-layer network, for students to use and to send.

use gradus_question::{Reader, Value, WireError};
use ndarray::{Array1, Array2};

/// The parameters of a two-layer network, `scores = max(0, x w1 + b1) w2 + b2`; or, under the same names, the gradient of
/// a loss with respect to each of them.
#[derive(Debug, Clone, PartialEq)]
pub struct TwoLayerNet {
    /// Weights of the first layer (features, hidden).
    pub w1: Array2<f64>,
    /// Biases of the first layer (hidden).
    pub b1: Array1<f64>,
    /// Weights of the second layer (hidden, classes).
    pub w2: Array2<f64>,
    /// Biases of the second layer (classes).
    pub b2: Array1<f64>,
}

impl Value for TwoLayerNet {
    fn encode(&self, out: &mut Vec<u8>) {
        self.w1.encode(out);
        self.b1.encode(out);
        self.w2.encode(out);
        self.b2.encode(out);
    }

    fn decode(bytes: &mut Reader<'_>) -> Result<Self, WireError> {
        let (w1, b1) = (Value::decode(bytes)?, Value::decode(bytes)?);
        Ok(Self { w1, b1, w2: Value::decode(bytes)?, b2: Value::decode(bytes)? })
    }

    /// Positions count through `w1`, `b1`, `w2` and `b2`, in this order.
    fn number_mut(&mut self, index: usize) -> Option<&mut f64> {
        let (w1, b1, w2) = (self.w1.len(), self.b1.len(), self.w2.len());
        if index < w1 {
            self.w1.number_mut(index)
        } else if index < w1 + b1 {
            self.b1.number_mut(index - w1)
        } else if index < w1 + b1 + w2 {
            self.w2.number_mut(index - w1 - b1)
        } else {
            self.b2.number_mut(index - w1 - b1 - w2)
        }
    }
}
