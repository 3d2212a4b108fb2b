//! The parameters of a three-layer convolutional network, for students to use and to send.

use gradus_question::{Reader, Value, WireError};
use ndarray::{Array1, Array2, Array4};

/// The parameters of a network of convolution, ReLU, max pooling, affine layer, ReLU and affine layer; or, under the same
/// names, the gradient of a loss with respect to each of them.
#[derive(Debug, Clone, PartialEq)]
pub struct ThreeLayerConvNet {
    /// Filters (filters, channels, filter size, filter size).
    pub w1: Array4<f64>,
    /// Biases of the filters (filters).
    pub b1: Array1<f64>,
    /// Weights of the hidden affine layer (filters * pooled height * pooled width, hidden).
    pub w2: Array2<f64>,
    /// Biases of the hidden affine layer (hidden).
    pub b2: Array1<f64>,
    /// Weights of the last layer (hidden, classes).
    pub w3: Array2<f64>,
    /// Biases of the last layer (classes).
    pub b3: Array1<f64>,
}

impl Value for ThreeLayerConvNet {
    fn encode(&self, out: &mut Vec<u8>) {
        self.w1.encode(out);
        self.b1.encode(out);
        self.w2.encode(out);
        self.b2.encode(out);
        self.w3.encode(out);
        self.b3.encode(out);
    }

    fn decode(bytes: &mut Reader<'_>) -> Result<Self, WireError> {
        let (w1, b1) = (Value::decode(bytes)?, Value::decode(bytes)?);
        let (w2, b2) = (Value::decode(bytes)?, Value::decode(bytes)?);
        Ok(Self { w1, b1, w2, b2, w3: Value::decode(bytes)?, b3: Value::decode(bytes)? })
    }

    /// Positions count through `w1`, `b1`, `w2`, `b2`, `w3` and `b3`, in this order.
    fn number_mut(&mut self, index: usize) -> Option<&mut f64> {
        let Self { w1, b1, w2, b2, w3, b3 } = self;
        let parameters: [&mut [f64]; 6] = [
            w1.as_slice_mut()?,
            b1.as_slice_mut()?,
            w2.as_slice_mut()?,
            b2.as_slice_mut()?,
            w3.as_slice_mut()?,
            b3.as_slice_mut()?,
        ];
        let mut index = index;
        for numbers in parameters {
            if index < numbers.len() {
                return Some(&mut numbers[index]);
            }
            index -= numbers.len();
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_through_all_parameters_in_order() {
        let mut net = ThreeLayerConvNet {
            w1: Array4::zeros((2, 1, 2, 2)),
            b1: Array1::zeros(2),
            w2: Array2::zeros((2, 3)),
            b2: Array1::zeros(3),
            w3: Array2::zeros((3, 2)),
            b3: Array1::zeros(2),
        };
        for index in 0..27 {
            *net.number_mut(index).expect("there are 27 numbers") = index as f64;
        }
        assert!(net.number_mut(27).is_none());
        let firsts = (net.w1[[0, 0, 0, 0]], net.b1[0], net.w2[[0, 0]], net.b2[0], net.w3[[0, 0]], net.b3[0]);
        assert_eq!(firsts, (0.0, 8.0, 10.0, 16.0, 19.0, 25.0));
        let mut bytes = Vec::new();
        net.encode(&mut bytes);
        assert_eq!(ThreeLayerConvNet::decode(&mut Reader::new(&bytes)), Ok(net));
    }
}
