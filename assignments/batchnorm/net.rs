//! A fully connected network with normalisation, for students to use and to send.

use gradus_question::{Reader, Value, WireError};
use ndarray::{Array1, Array2, ArrayViewD, ArrayViewMutD};

use super::RunningLayers;

/// What stands between a hidden affine layer and its ReLU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Normalisation {
    /// Nothing.
    None,
    /// Batch normalisation.
    Batch,
    /// Layer normalisation.
    Layer,
}

impl Normalisation {
    /// All of them.
    pub const ALL: [Normalisation; 3] = [Normalisation::None, Normalisation::Batch, Normalisation::Layer];
}

/// Its place in [`Normalisation::ALL`].
impl Value for Normalisation {
    fn encode(&self, out: &mut Vec<u8>) {
        (*self as usize).encode(out);
    }

    fn decode(bytes: &mut Reader<'_>) -> Result<Self, WireError> {
        Self::ALL.get(usize::decode(bytes)?).copied().ok_or(WireError::Size)
    }
}

/// The parameters of a hidden layer; or, under the same names, the gradient of a loss with respect to them.
#[derive(Debug, Clone, PartialEq)]
pub struct HiddenLayer {
    /// Weights (inputs, outputs).
    pub w: Array2<f64>,
    /// Biases (outputs).
    pub b: Array1<f64>,
    /// Scales of the normalisation (outputs). Without normalisation nothing uses them.
    pub gamma: Array1<f64>,
    /// Shifts of the normalisation (outputs). Without normalisation nothing uses them.
    pub beta: Array1<f64>,
}

/// The parameters of the last layer, which gives the scores; or the gradient with respect to them.
#[derive(Debug, Clone, PartialEq)]
pub struct LastLayer {
    /// Weights (inputs, classes).
    pub w: Array2<f64>,
    /// Biases (classes).
    pub b: Array1<f64>,
}

/// The parameters of a network; or, at the same places, the gradient of a loss with respect to each of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters {
    /// The hidden layers, first to last; may be empty.
    pub hidden: Vec<HiddenLayer>,
    /// The layer behind them.
    pub last: LastLayer,
}

/// A fully connected network: what stands before each ReLU, its parameters, and its running statistics.
#[derive(Debug, Clone, PartialEq)]
pub struct NormalisedNet {
    /// The same for all hidden layers.
    pub normalisation: Normalisation,
    /// What is learned by gradient descent.
    pub parameters: Parameters,
    /// One for each hidden layer. Batch normalisation alone uses and moves them.
    pub running: RunningLayers,
}

impl Parameters {
    /// Each array: `w`, `b`, `gamma` and `beta` of each hidden layer, then `w` and `b` of the last layer.
    pub fn arrays(&self) -> Vec<ArrayViewD<'_, f64>> {
        let mut all = Vec::new();
        for HiddenLayer { w, b, gamma, beta } in &self.hidden {
            all.push(w.view().into_dyn());
            all.extend([b, gamma, beta].map(|array| array.view().into_dyn()));
        }
        all.extend([self.last.w.view().into_dyn(), self.last.b.view().into_dyn()]);
        all
    }

    /// The same arrays, to be changed.
    pub fn arrays_mut(&mut self) -> Vec<ArrayViewMutD<'_, f64>> {
        let mut all = Vec::new();
        for HiddenLayer { w, b, gamma, beta } in &mut self.hidden {
            all.push(w.view_mut().into_dyn());
            all.extend([b, gamma, beta].map(|array| array.view_mut().into_dyn()));
        }
        all.extend([self.last.w.view_mut().into_dyn(), self.last.b.view_mut().into_dyn()]);
        all
    }
}

impl Value for Parameters {
    fn encode(&self, out: &mut Vec<u8>) {
        self.hidden.len().encode(out);
        for HiddenLayer { w, b, gamma, beta } in &self.hidden {
            w.encode(out);
            [b, gamma, beta].into_iter().for_each(|array| array.encode(out));
        }
        self.last.w.encode(out);
        self.last.b.encode(out);
    }

    fn decode(bytes: &mut Reader<'_>) -> Result<Self, WireError> {
        let count = usize::decode(bytes)?;
        // Each layer takes some bytes, so that a wrong count ends with them.
        let hidden = (0..count).map(|_| {
            let (w, b) = (Value::decode(bytes)?, Value::decode(bytes)?);
            Ok(HiddenLayer { w, b, gamma: Value::decode(bytes)?, beta: Value::decode(bytes)? })
        });
        let hidden = hidden.collect::<Result<_, _>>()?;
        Ok(Parameters { hidden, last: LastLayer { w: Value::decode(bytes)?, b: Value::decode(bytes)? } })
    }

    /// Positions count through [`Parameters::arrays`].
    fn number_mut(&mut self, mut index: usize) -> Option<&mut f64> {
        for array in self.arrays_mut() {
            if index < array.len() {
                return array.into_iter().nth(index);
            }
            index -= array.len();
        }
        None
    }
}

impl Value for NormalisedNet {
    fn encode(&self, out: &mut Vec<u8>) {
        self.normalisation.encode(out);
        self.parameters.encode(out);
        self.running.encode(out);
    }

    fn decode(bytes: &mut Reader<'_>) -> Result<Self, WireError> {
        let (normalisation, parameters) = (Value::decode(bytes)?, Value::decode(bytes)?);
        Ok(NormalisedNet { normalisation, parameters, running: Value::decode(bytes)? })
    }

    /// Positions count through the parameters.
    fn number_mut(&mut self, index: usize) -> Option<&mut f64> {
        self.parameters.number_mut(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batchnorm::Running;
    use ndarray::array;

    fn net() -> NormalisedNet {
        let hidden = HiddenLayer {
            w: array![[0.0, 1.0], [2.0, 3.0]],
            b: array![4.0, 5.0],
            gamma: array![6.0, 7.0],
            beta: array![8.0, 9.0],
        };
        let last = LastLayer { w: array![[10.0], [11.0]], b: array![12.0] };
        NormalisedNet {
            normalisation: Normalisation::Layer,
            parameters: Parameters { hidden: vec![hidden], last },
            running: RunningLayers { layers: vec![Running::new(2)] },
        }
    }

    #[test]
    fn comes_back_as_it_was_sent() {
        for normalisation in Normalisation::ALL {
            let sent = NormalisedNet { normalisation, ..net() };
            let mut bytes = Vec::new();
            sent.encode(&mut bytes);
            let mut reader = Reader::new(&bytes);
            assert_eq!(NormalisedNet::decode(&mut reader), Ok(sent));
            assert_eq!(reader.finish(), Ok(()));
        }
    }

    #[test]
    fn numbers_that_cannot_be_are_refused() {
        let mut bytes = Vec::new();
        net().encode(&mut bytes);
        for place in [0, 8] {
            let mut bytes = bytes.clone();
            bytes[place..place + 8].copy_from_slice(&u64::MAX.to_le_bytes());
            assert!(NormalisedNet::decode(&mut Reader::new(&bytes)).is_err());
        }
    }

    #[test]
    fn positions_count_through_the_parameters() {
        let mut net = net();
        for index in 0..13 {
            assert_eq!(net.number_mut(index), Some(&mut (index as f64)));
        }
        assert_eq!(net.number_mut(13), None);
    }
}
