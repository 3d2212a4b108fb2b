//! Assignment `rnn`: what a student writes, and how it is called.

use ndarray::{Array1, Array2, Array3};

use super::CaptioningNet;

gradus_question::interface! {
    /// One step of a recurrent network: the next hidden state (batch, hidden).
    fn rnn_step_forward(
        x: &Array2<f64>,
        prev_h: &Array2<f64>,
        wx: &Array2<f64>,
        wh: &Array2<f64>,
        b: &Array1<f64>,
    ) -> Array2<f64> {
        fn rnn_step_forward<RnnStepCache>(
            x: &Array2<f64>,
            prev_h: &Array2<f64>,
            wx: &Array2<f64>,
            wh: &Array2<f64>,
            b: &Array1<f64>,
        ) -> (Array2<f64>, RnnStepCache);
    }

    /// The gradients `dx`, `dprev_h`, `dwx`, `dwh` and `db` of a step, after its forward pass.
    fn rnn_step_backward(
        x: &Array2<f64>,
        prev_h: &Array2<f64>,
        wx: &Array2<f64>,
        wh: &Array2<f64>,
        b: &Array1<f64>,
        dnext_h: &Array2<f64>,
    ) -> (Array2<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array1<f64>) {
        fn rnn_step_backward<RnnStepCache>(
            dnext_h: &Array2<f64>,
            cache: &RnnStepCache,
        ) -> (Array2<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array1<f64>);
    }

    /// A recurrent network over sequences `x` (batch, time, features), from the state `h0`: the states (batch, time, hidden).
    fn rnn_forward(
        x: &Array3<f64>,
        h0: &Array2<f64>,
        wx: &Array2<f64>,
        wh: &Array2<f64>,
        b: &Array1<f64>,
    ) -> Array3<f64> {
        fn rnn_forward<RnnCache>(
            x: &Array3<f64>,
            h0: &Array2<f64>,
            wx: &Array2<f64>,
            wh: &Array2<f64>,
            b: &Array1<f64>,
        ) -> (Array3<f64>, RnnCache);
    }

    /// The gradients `dx`, `dh0`, `dwx`, `dwh` and `db` of a recurrent network, after its forward pass, from those of all
    /// states.
    fn rnn_backward(
        x: &Array3<f64>,
        h0: &Array2<f64>,
        wx: &Array2<f64>,
        wh: &Array2<f64>,
        b: &Array1<f64>,
        dh: &Array3<f64>,
    ) -> (Array3<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array1<f64>) {
        fn rnn_backward<RnnCache>(
            dh: &Array3<f64>,
            cache: &RnnCache,
        ) -> (Array3<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array1<f64>);
    }

    /// One step of an LSTM, with gates in the order input, forget, output, candidate: the next hidden state and the next cell
    /// state.
    fn lstm_step_forward(
        x: &Array2<f64>,
        prev_h: &Array2<f64>,
        prev_c: &Array2<f64>,
        wx: &Array2<f64>,
        wh: &Array2<f64>,
        b: &Array1<f64>,
    ) -> (Array2<f64>, Array2<f64>) {
        fn lstm_step_forward<LstmStepCache>(
            x: &Array2<f64>,
            prev_h: &Array2<f64>,
            prev_c: &Array2<f64>,
            wx: &Array2<f64>,
            wh: &Array2<f64>,
            b: &Array1<f64>,
        ) -> (Array2<f64>, Array2<f64>, LstmStepCache);
    }

    /// The gradients `dx`, `dprev_h`, `dprev_c`, `dwx`, `dwh` and `db` of a step of an LSTM, after its forward pass.
    fn lstm_step_backward(
        x: &Array2<f64>,
        prev_h: &Array2<f64>,
        prev_c: &Array2<f64>,
        wx: &Array2<f64>,
        wh: &Array2<f64>,
        b: &Array1<f64>,
        dnext_h: &Array2<f64>,
        dnext_c: &Array2<f64>,
    ) -> (Array2<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array1<f64>) {
        fn lstm_step_backward<LstmStepCache>(
            dnext_h: &Array2<f64>,
            dnext_c: &Array2<f64>,
            cache: &LstmStepCache,
        ) -> (Array2<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array1<f64>);
    }

    /// An LSTM over sequences `x` (batch, time, features), from the hidden state `h0` and the cell state 0: the hidden states
    /// (batch, time, hidden).
    fn lstm_forward(
        x: &Array3<f64>,
        h0: &Array2<f64>,
        wx: &Array2<f64>,
        wh: &Array2<f64>,
        b: &Array1<f64>,
    ) -> Array3<f64> {
        fn lstm_forward<LstmCache>(
            x: &Array3<f64>,
            h0: &Array2<f64>,
            wx: &Array2<f64>,
            wh: &Array2<f64>,
            b: &Array1<f64>,
        ) -> (Array3<f64>, LstmCache);
    }

    /// The gradients `dx`, `dh0`, `dwx`, `dwh` and `db` of an LSTM, after its forward pass, from those of all hidden states.
    fn lstm_backward(
        x: &Array3<f64>,
        h0: &Array2<f64>,
        wx: &Array2<f64>,
        wh: &Array2<f64>,
        b: &Array1<f64>,
        dh: &Array3<f64>,
    ) -> (Array3<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array1<f64>) {
        fn lstm_backward<LstmCache>(
            dh: &Array3<f64>,
            cache: &LstmCache,
        ) -> (Array3<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array1<f64>);
    }

    /// The vector of each word of `x` (batch, time), a row of `w` (vocabulary, features).
    fn word_embedding_forward(x: &Array2<usize>, w: &Array2<f64>) -> Array3<f64> {
        fn word_embedding_forward<WordEmbeddingCache>(
            x: &Array2<usize>,
            w: &Array2<f64>,
        ) -> (Array3<f64>, WordEmbeddingCache);
    }

    /// The gradient `dw` of word vectors, after their forward pass.
    fn word_embedding_backward(x: &Array2<usize>, w: &Array2<f64>, dout: &Array3<f64>) -> Array2<f64> {
        fn word_embedding_backward<WordEmbeddingCache>(
            dout: &Array3<f64>,
            cache: &WordEmbeddingCache,
        ) -> Array2<f64>;
    }

    /// An affine layer at each step of `x` (batch, time, features): (batch, time, outputs).
    fn temporal_affine_forward(x: &Array3<f64>, w: &Array2<f64>, b: &Array1<f64>) -> Array3<f64> {
        fn temporal_affine_forward<TemporalAffineCache>(
            x: &Array3<f64>,
            w: &Array2<f64>,
            b: &Array1<f64>,
        ) -> (Array3<f64>, TemporalAffineCache);
    }

    /// The gradients `dx`, `dw` and `db` of an affine layer at each step, after its forward pass.
    fn temporal_affine_backward(
        x: &Array3<f64>,
        w: &Array2<f64>,
        b: &Array1<f64>,
        dout: &Array3<f64>,
    ) -> (Array3<f64>, Array2<f64>, Array1<f64>) {
        fn temporal_affine_backward<TemporalAffineCache>(
            dout: &Array3<f64>,
            cache: &TemporalAffineCache,
        ) -> (Array3<f64>, Array2<f64>, Array1<f64>);
    }

    /// The softmax loss of scores `x` (batch, time, vocabulary) with labels `y` (batch, time), summed over the places where
    /// `mask` is true and divided by the batch size, and its gradient `dx`.
    fn temporal_softmax_loss(x: &Array3<f64>, y: &Array2<usize>, mask: &Array2<bool>) -> (f64, Array3<f64>);

    /// How badly the network says `captions` (batch, time) of images with these `features` (batch, features), and the gradient
    /// with respect to each parameter.
    fn captioning_loss(
        net: &CaptioningNet,
        features: &Array2<f64>,
        captions: &Array2<usize>,
    ) -> (f64, CaptioningNet);

    /// What the network says of images with these `features` (batch, features): words (batch, max_length), each the one with the
    /// highest score.
    fn captioning_sample(net: &CaptioningNet, features: &Array2<f64>, max_length: usize) -> Array2<usize>;
}
