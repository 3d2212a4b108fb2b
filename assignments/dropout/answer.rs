//! How a call reaches what a student writes. The cache, of whatever type the student gives it, stays where it is made: the
//! backward pass is called with the inputs of the forward pass that comes before it.

/// A student's function as calls reach it, put together of the functions of these names where the macro is used.
#[doc(hidden)]
#[macro_export]
macro_rules! dropout_answer {
    (dropout_forward) => {
        |x, p, mode, seed| dropout_forward(x, p, mode, seed).0
    };
    (dropout_backward) => {
        |x, p, mode, seed, dout| {
            let (out, cache) = dropout_forward(x, p, mode, seed);
            (out, dropout_backward(dout, &cache))
        }
    };
    ($function:ident) => {
        $function
    };
}
