//! How a call reaches what a student writes. The caches, of whatever types the student gives them, stay where they are
//! made: a backward pass is called with the inputs of the forward pass that comes before it.

/// A student's function as calls reach it, put together of the functions of these names where the macro is used.
#[doc(hidden)]
#[macro_export]
macro_rules! batchnorm_answer {
    (batchnorm_forward) => {
        |x, gamma, beta, running, mode, momentum, eps| {
            let (out, running, _) = batchnorm_forward(x, gamma, beta, running, mode, momentum, eps);
            (out, running)
        }
    };
    (batchnorm_backward) => {
        |x, gamma, beta, eps, dout| {
            let running = $crate::batchnorm::Running::new(gamma.len());
            let (_, _, cache) = batchnorm_forward(x, gamma, beta, &running, $crate::batchnorm::Mode::Train, 0.9, eps);
            batchnorm_backward(dout, &cache)
        }
    };
    (batchnorm_backward_alt) => {
        |x, gamma, beta, eps, dout| {
            let running = $crate::batchnorm::Running::new(gamma.len());
            let (_, _, cache) = batchnorm_forward(x, gamma, beta, &running, $crate::batchnorm::Mode::Train, 0.9, eps);
            batchnorm_backward_alt(dout, &cache)
        }
    };
    (layernorm_forward) => {
        |x, gamma, beta, eps| layernorm_forward(x, gamma, beta, eps).0
    };
    (layernorm_backward) => {
        |x, gamma, beta, eps, dout| {
            let (_, cache) = layernorm_forward(x, gamma, beta, eps);
            layernorm_backward(dout, &cache)
        }
    };
    ($function:ident) => {
        $function
    };
}
