// The first number of each window gets the gradient.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::Array4;

pub fn max_pool_backward_naive(dout: &Array4<f64>, cache: &MaxPoolCache) -> Array4<f64> {
    let MaxPoolCache { x, stride, .. } = cache;
    let mut dx = Array4::<f64>::zeros(x.raw_dim());
    for ((n, c, i, j), &slope) in dout.indexed_iter() {
        let (top, left) = (i * stride, j * stride);
        dx[[n, c, top, left]] += slope;
    }
    dx
}
