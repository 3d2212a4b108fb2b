//! How a call reaches what a student writes. The caches, of whatever types the student gives them, stay where they are
//! made: a backward pass is called with the inputs of the forward pass that comes before it.

/// A student's function as calls reach it, put together of the functions of these names where the macro is used.
#[doc(hidden)]
#[macro_export]
macro_rules! rnn_answer {
    (rnn_step_forward) => {
        |x, prev_h, wx, wh, b| rnn_step_forward(x, prev_h, wx, wh, b).0
    };
    (rnn_step_backward) => {
        |x, prev_h, wx, wh, b, dnext_h| {
            let (_, cache) = rnn_step_forward(x, prev_h, wx, wh, b);
            rnn_step_backward(dnext_h, &cache)
        }
    };
    (rnn_forward) => {
        |x, h0, wx, wh, b| rnn_forward(x, h0, wx, wh, b).0
    };
    (rnn_backward) => {
        |x, h0, wx, wh, b, dh| {
            let (_, cache) = rnn_forward(x, h0, wx, wh, b);
            rnn_backward(dh, &cache)
        }
    };
    (lstm_step_forward) => {
        |x, prev_h, prev_c, wx, wh, b| {
            let (next_h, next_c, _) = lstm_step_forward(x, prev_h, prev_c, wx, wh, b);
            (next_h, next_c)
        }
    };
    (lstm_step_backward) => {
        |x, prev_h, prev_c, wx, wh, b, dnext_h, dnext_c| {
            let (_, _, cache) = lstm_step_forward(x, prev_h, prev_c, wx, wh, b);
            lstm_step_backward(dnext_h, dnext_c, &cache)
        }
    };
    (lstm_forward) => {
        |x, h0, wx, wh, b| lstm_forward(x, h0, wx, wh, b).0
    };
    (lstm_backward) => {
        |x, h0, wx, wh, b, dh| {
            let (_, cache) = lstm_forward(x, h0, wx, wh, b);
            lstm_backward(dh, &cache)
        }
    };
    (word_embedding_forward) => {
        |x, w| word_embedding_forward(x, w).0
    };
    (word_embedding_backward) => {
        |x, w, dout| {
            let (_, cache) = word_embedding_forward(x, w);
            word_embedding_backward(dout, &cache)
        }
    };
    (temporal_affine_forward) => {
        |x, w, b| temporal_affine_forward(x, w, b).0
    };
    (temporal_affine_backward) => {
        |x, w, b, dout| {
            let (_, cache) = temporal_affine_forward(x, w, b);
            temporal_affine_backward(dout, &cache)
        }
    };
    ($function:ident) => {
        $function
    };
}
