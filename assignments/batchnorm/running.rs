//! What batch normalisation keeps from batch to batch, for students to use and to send.

use gradus_question::{Reader, Value, WireError};
use ndarray::Array1;

/// The running mean and variance of each feature.
#[derive(Debug, Clone, PartialEq)]
pub struct Running {
    /// (features)
    pub mean: Array1<f64>,
    /// (features)
    pub var: Array1<f64>,
}

impl Running {
    /// Before the first batch: 0 everywhere.
    ///
    /// ```
    /// use gradus_assignments::batchnorm::Running;
    /// assert_eq!(Running::new(3).var.len(), 3);
    /// ```
    pub fn new(features: usize) -> Self {
        Running { mean: Array1::zeros(features), var: Array1::zeros(features) }
    }
}

impl Value for Running {
    fn encode(&self, out: &mut Vec<u8>) {
        self.mean.encode(out);
        self.var.encode(out);
    }

    fn decode(bytes: &mut Reader<'_>) -> Result<Self, WireError> {
        Ok(Running { mean: Value::decode(bytes)?, var: Value::decode(bytes)? })
    }
}

/// The running statistics of each hidden layer of a network.
#[derive(Debug, Clone, PartialEq)]
pub struct RunningLayers {
    /// First to last.
    pub layers: Vec<Running>,
}

impl Value for RunningLayers {
    fn encode(&self, out: &mut Vec<u8>) {
        Value::encode(&self.layers.len(), out);
        self.layers.iter().for_each(|layer| layer.encode(out));
    }

    fn decode(bytes: &mut Reader<'_>) -> Result<Self, WireError> {
        let count = usize::decode(bytes)?;
        // Each layer takes some bytes, so that a wrong count ends with them.
        Ok(RunningLayers { layers: (0..count).map(|_| Value::decode(bytes)).collect::<Result<_, _>>()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn statistics_come_back_as_they_were_sent_and_a_count_that_cannot_be_is_refused() {
        let layer = Running { mean: array![1.0, 2.0], var: array![0.5, 0.25] };
        let sent = RunningLayers { layers: vec![layer.clone(), Running::new(3), layer] };
        let mut bytes = Vec::new();
        sent.encode(&mut bytes);
        let mut reader = Reader::new(&bytes);
        assert_eq!(RunningLayers::decode(&mut reader), Ok(sent));
        assert_eq!(reader.finish(), Ok(()));
        bytes[..8].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(RunningLayers::decode(&mut Reader::new(&bytes)).is_err());
    }
}
