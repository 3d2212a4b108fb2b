//! The parameters of two networks made of transformer layers, for students to use and to send.

use ndarray::{Array1, Array2};

use super::parameters::parameters;
use super::{DecoderLayer, EncoderLayer};

/// The word that fills up a caption that is shorter than others. Not to say it costs nothing.
pub const NULL: usize = 0;
/// The word that comes first in each caption.
pub const START: usize = 1;
/// The word that comes last.
pub const END: usize = 2;

/// The parameters of a network that writes captions; or, under the same names, the gradient of a loss with respect to each.
#[derive(Debug, Clone, PartialEq)]
pub struct CaptioningTransformer {
    /// From what describes a part of an image to the layers (features of a part, features).
    pub w_projection: Array2<f64>,
    /// (features)
    pub b_projection: Array1<f64>,
    /// A vector for each word (vocabulary, features).
    pub w_embedding: Array2<f64>,
    /// First to last.
    pub layers: Vec<DecoderLayer>,
    /// From the last layer to the scores (features, vocabulary).
    pub w_vocabulary: Array2<f64>,
    /// (vocabulary)
    pub b_vocabulary: Array1<f64>,
}
parameters!(CaptioningTransformer { w_projection, b_projection, w_embedding, layers, w_vocabulary, b_vocabulary });

/// The parameters of a vision transformer; or, under the same names, the gradient of a loss with respect to each.
#[derive(Debug, Clone, PartialEq)]
pub struct VisionTransformer {
    /// From a patch to the layers (channels * size * size, features).
    pub w_patch: Array2<f64>,
    /// (features)
    pub b_patch: Array1<f64>,
    /// First to last.
    pub layers: Vec<EncoderLayer>,
    /// From the mean over all patches to the scores (features, classes).
    pub w_class: Array2<f64>,
    /// (classes)
    pub b_class: Array1<f64>,
}
parameters!(VisionTransformer { w_patch, b_patch, layers, w_class, b_class });

#[cfg(test)]
mod tests {
    use gradus_question::{Reader, Value};

    use super::*;

    fn net() -> VisionTransformer {
        let w_patch = Array2::zeros((4, 2));
        VisionTransformer {
            w_patch,
            b_patch: Array1::zeros(2),
            layers: vec![],
            w_class: Array2::zeros((2, 3)),
            b_class: Array1::zeros(3),
        }
    }

    #[test]
    fn comes_back_as_it_was_sent() {
        let mut bytes = Vec::new();
        net().encode(&mut bytes);
        let mut reader = Reader::new(&bytes);
        assert_eq!(VisionTransformer::decode(&mut reader), Ok(net()));
        assert_eq!(reader.finish(), Ok(()));
    }

    #[test]
    fn a_number_of_layers_that_cannot_be_is_refused() {
        let (mut bytes, mut whole) = (Vec::new(), Vec::new());
        net().w_patch.encode(&mut bytes);
        net().b_patch.encode(&mut bytes);
        net().encode(&mut whole);
        whole[bytes.len()..bytes.len() + 8].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(VisionTransformer::decode(&mut Reader::new(&whole)).is_err());
    }
}
