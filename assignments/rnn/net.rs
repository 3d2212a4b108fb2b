//! The parameters of a network that says captions, for students to use and to send.

use gradus_question::{Reader, Value, WireError};
use ndarray::{Array1, Array2, ArrayViewD, ArrayViewMutD};

/// What remembers from one word to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// The plain recurrent network.
    Rnn,
    /// The long short-term memory, with four gates.
    Lstm,
}

/// The parameters of a network that says what is in an image; or, under the same names, the gradient of a loss with respect to
/// each of them.
#[derive(Debug, Clone, PartialEq)]
pub struct CaptioningNet {
    /// Weights from an image's features to the first hidden state (features, hidden).
    pub w_proj: Array2<f64>,
    /// Their biases (hidden).
    pub b_proj: Array1<f64>,
    /// A vector for each word (vocabulary, embedding).
    pub w_embed: Array2<f64>,
    /// Weights of the input (embedding, hidden), or (embedding, 4 * hidden) with gates.
    pub wx: Array2<f64>,
    /// Weights of the hidden state (hidden, hidden), or (hidden, 4 * hidden) with gates.
    pub wh: Array2<f64>,
    /// Biases (hidden), or (4 * hidden) with gates.
    pub b: Array1<f64>,
    /// Weights from the hidden state to the scores of all words (hidden, vocabulary).
    pub w_vocab: Array2<f64>,
    /// Their biases (vocabulary).
    pub b_vocab: Array1<f64>,
}

impl CaptioningNet {
    /// What remembers, which the width of `wh` tells.
    pub fn cell(&self) -> Cell {
        let (hidden, columns) = self.wh.dim();
        if columns == hidden { Cell::Rnn } else { Cell::Lstm }
    }

    /// All parameters: `w_proj`, `b_proj`, `w_embed`, `wx`, `wh`, `b`, `w_vocab`, `b_vocab`.
    pub fn arrays(&self) -> [ArrayViewD<'_, f64>; 8] {
        let Self { w_proj, b_proj, w_embed, wx, wh, b, w_vocab, b_vocab } = self;
        [
            w_proj.view().into_dyn(),
            b_proj.view().into_dyn(),
            w_embed.view().into_dyn(),
            wx.view().into_dyn(),
            wh.view().into_dyn(),
            b.view().into_dyn(),
            w_vocab.view().into_dyn(),
            b_vocab.view().into_dyn(),
        ]
    }

    /// All parameters in the order of [`arrays`](Self::arrays), to be changed: what an update rule wants.
    pub fn arrays_mut(&mut self) -> [ArrayViewMutD<'_, f64>; 8] {
        let Self { w_proj, b_proj, w_embed, wx, wh, b, w_vocab, b_vocab } = self;
        [
            w_proj.view_mut().into_dyn(),
            b_proj.view_mut().into_dyn(),
            w_embed.view_mut().into_dyn(),
            wx.view_mut().into_dyn(),
            wh.view_mut().into_dyn(),
            b.view_mut().into_dyn(),
            w_vocab.view_mut().into_dyn(),
            b_vocab.view_mut().into_dyn(),
        ]
    }
}

impl Value for CaptioningNet {
    fn encode(&self, out: &mut Vec<u8>) {
        self.w_proj.encode(out);
        self.b_proj.encode(out);
        self.w_embed.encode(out);
        self.wx.encode(out);
        self.wh.encode(out);
        self.b.encode(out);
        self.w_vocab.encode(out);
        self.b_vocab.encode(out);
    }

    fn decode(bytes: &mut Reader<'_>) -> Result<Self, WireError> {
        Ok(Self {
            w_proj: Value::decode(bytes)?,
            b_proj: Value::decode(bytes)?,
            w_embed: Value::decode(bytes)?,
            wx: Value::decode(bytes)?,
            wh: Value::decode(bytes)?,
            b: Value::decode(bytes)?,
            w_vocab: Value::decode(bytes)?,
            b_vocab: Value::decode(bytes)?,
        })
    }

    /// Positions count through all parameters, in the order of [`arrays`](Self::arrays).
    fn number_mut(&mut self, index: usize) -> Option<&mut f64> {
        let mut index = index;
        for array in self.arrays_mut() {
            if index < array.len() {
                return array.into_slice()?.get_mut(index);
            }
            index -= array.len();
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn net(gates: usize) -> CaptioningNet {
        CaptioningNet {
            w_proj: Array2::from_elem((3, 2), 1.0),
            b_proj: Array1::from_elem(2, 2.0),
            w_embed: Array2::from_elem((5, 4), 3.0),
            wx: Array2::from_elem((4, 2 * gates), 4.0),
            wh: Array2::from_elem((2, 2 * gates), 5.0),
            b: Array1::from_elem(2 * gates, 6.0),
            w_vocab: Array2::from_elem((2, 5), 7.0),
            b_vocab: Array1::from_elem(5, 8.0),
        }
    }

    #[test]
    fn positions_count_through_all_parameters_in_order() {
        let mut net = net(1);
        for (index, expected) in [(0, 1.0), (5, 1.0), (6, 2.0), (8, 3.0), (28, 4.0), (36, 5.0), (40, 6.0), (42, 7.0)] {
            assert_eq!(net.number_mut(index).copied(), Some(expected), "{index}");
        }
        assert_eq!((net.number_mut(56).copied(), net.number_mut(57)), (Some(8.0), None));
    }

    #[test]
    fn it_comes_back_as_it_was_sent_and_tells_its_cell() {
        for (gates, cell) in [(1, Cell::Rnn), (4, Cell::Lstm)] {
            let net = net(gates);
            let mut bytes = Vec::new();
            net.encode(&mut bytes);
            assert_eq!(CaptioningNet::decode(&mut Reader::new(&bytes)).as_ref(), Ok(&net));
            assert_eq!(net.cell(), cell);
        }
    }
}
