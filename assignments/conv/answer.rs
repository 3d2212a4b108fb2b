//! How a call reaches what a student writes. The caches, of whatever types the student gives them, stay where they are
//! made: a backward pass is called with the inputs of the forward pass that comes before it.

/// A student's function as calls reach it, put together of the functions of these names where the macro is used.
#[doc(hidden)]
#[macro_export]
macro_rules! conv_answer {
    (conv_forward_naive) => {
        |x, w, b, stride, pad| conv_forward_naive(x, w, b, stride, pad).0
    };
    (conv_backward_naive) => {
        |x, w, b, stride, pad, dout| {
            let (_, cache) = conv_forward_naive(x, w, b, stride, pad);
            conv_backward_naive(dout, &cache)
        }
    };
    (max_pool_forward_naive) => {
        |x, pool_height, pool_width, stride| max_pool_forward_naive(x, pool_height, pool_width, stride).0
    };
    (max_pool_backward_naive) => {
        |x, pool_height, pool_width, stride, dout| {
            let (_, cache) = max_pool_forward_naive(x, pool_height, pool_width, stride);
            max_pool_backward_naive(dout, &cache)
        }
    };
    (spatial_batchnorm_forward) => {
        |x, gamma, beta, bn_param| {
            let (out, next, _) = spatial_batchnorm_forward(x, gamma, beta, bn_param);
            (out, next)
        }
    };
    (spatial_batchnorm_backward) => {
        |x, gamma, beta, bn_param, dout| {
            let (_, _, cache) = spatial_batchnorm_forward(x, gamma, beta, bn_param);
            spatial_batchnorm_backward(dout, &cache)
        }
    };
    (spatial_groupnorm_forward) => {
        |x, gamma, beta, groups, eps| spatial_groupnorm_forward(x, gamma, beta, groups, eps).0
    };
    (spatial_groupnorm_backward) => {
        |x, gamma, beta, groups, eps, dout| {
            let (_, cache) = spatial_groupnorm_forward(x, gamma, beta, groups, eps);
            spatial_groupnorm_backward(dout, &cache)
        }
    };
    ($function:ident) => {
        $function
    };
}
