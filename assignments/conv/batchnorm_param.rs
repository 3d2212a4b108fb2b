//! The settings and statistics of batch normalisation, for students to use and to send.

use gradus_question::{Reader, Value, WireError};
use ndarray::Array1;

/// The settings and running statistics of a layer of batch normalisation.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchnormParam {
    /// Whether the network is being trained: then a batch's own statistics count, otherwise the running ones.
    pub training: bool,
    /// Added to the variance.
    pub eps: f64,
    /// The share of the running statistics that a training batch leaves.
    pub momentum: f64,
    /// Running means (channels).
    pub running_mean: Array1<f64>,
    /// Running variances (channels).
    pub running_var: Array1<f64>,
}

impl BatchnormParam {
    /// For training, with `eps` 1e-5 and `momentum` 0.9; all running statistics are 0.
    pub fn new(channels: usize) -> Self {
        let zeros = Array1::zeros(channels);
        Self { training: true, eps: 1e-5, momentum: 0.9, running_mean: zeros.clone(), running_var: zeros }
    }
}

impl Value for BatchnormParam {
    fn encode(&self, out: &mut Vec<u8>) {
        usize::from(self.training).encode(out);
        self.eps.encode(out);
        self.momentum.encode(out);
        self.running_mean.encode(out);
        self.running_var.encode(out);
    }

    fn decode(bytes: &mut Reader<'_>) -> Result<Self, WireError> {
        let training = match usize::decode(bytes)? {
            0 => false,
            1 => true,
            _ => return Err(WireError::Size),
        };
        let (eps, momentum) = (f64::decode(bytes)?, f64::decode(bytes)?);
        Ok(Self { training, eps, momentum, running_mean: Value::decode(bytes)?, running_var: Value::decode(bytes)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_comes_back_as_it_was_sent_and_nothing_else_is_one() {
        for training in [true, false] {
            let param =
                BatchnormParam { training, running_mean: Array1::linspace(1.0, 3.0, 4), ..BatchnormParam::new(4) };
            let mut bytes = Vec::new();
            param.encode(&mut bytes);
            assert_eq!(BatchnormParam::decode(&mut Reader::new(&bytes)), Ok(param));
            bytes[0] = 2;
            assert!(BatchnormParam::decode(&mut Reader::new(&bytes)).is_err());
        }
    }
}
