//! The parameters of a fully connected network, for students to use and to send.

use gradus_question::{Reader, Value, WireError};
use ndarray::{Array1, Array2};

/// The parameters of one layer; or, under the same names, the gradient of a loss with respect to them.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Weights (inputs, outputs).
    pub w: Array2<f64>,
    /// Biases (outputs).
    pub b: Array1<f64>,
}

/// The parameters of a fully connected network, layer by layer; or, at the same places, the gradient of a loss with
/// respect to each of them. The last layer gives the scores.
#[derive(Debug, Clone, PartialEq)]
pub struct FullyConnectedNet {
    /// First to last, at least one.
    pub layers: Vec<Layer>,
}

impl Value for FullyConnectedNet {
    fn encode(&self, out: &mut Vec<u8>) {
        self.layers.len().encode(out);
        for Layer { w, b } in &self.layers {
            w.encode(out);
            b.encode(out);
        }
    }

    fn decode(bytes: &mut Reader<'_>) -> Result<Self, WireError> {
        let count = usize::decode(bytes)?;
        // Each layer takes some bytes, so that a wrong count ends with them.
        let layers = (0..count).map(|_| Ok(Layer { w: Value::decode(bytes)?, b: Value::decode(bytes)? }));
        Ok(Self { layers: layers.collect::<Result<_, _>>()? })
    }

    /// Positions count through the weights and then the biases of each layer, first to last.
    fn number_mut(&mut self, mut index: usize) -> Option<&mut f64> {
        for Layer { w, b } in &mut self.layers {
            if index < w.len() {
                return w.number_mut(index);
            }
            index -= w.len();
            if index < b.len() {
                return b.number_mut(index);
            }
            index -= b.len();
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn net() -> FullyConnectedNet {
        FullyConnectedNet {
            layers: vec![
                Layer { w: array![[0.0, 1.0], [2.0, 3.0]], b: array![4.0, 5.0] },
                Layer { w: array![[6.0], [7.0]], b: array![8.0] },
            ],
        }
    }

    #[test]
    fn comes_back_as_it_was_sent() {
        let mut bytes = Vec::new();
        net().encode(&mut bytes);
        let mut reader = Reader::new(&bytes);
        assert_eq!(FullyConnectedNet::decode(&mut reader), Ok(net()));
        assert_eq!(reader.finish(), Ok(()));
    }

    #[test]
    fn a_count_that_cannot_be_is_refused() {
        let mut bytes = Vec::new();
        net().encode(&mut bytes);
        bytes[..8].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(FullyConnectedNet::decode(&mut Reader::new(&bytes)).is_err());
    }

    #[test]
    fn positions_count_through_the_layers() {
        let mut net = net();
        for index in 0..9 {
            assert_eq!(net.number_mut(index), Some(&mut (index as f64)));
        }
        assert_eq!(net.number_mut(9), None);
    }
}
