// The gradient has the wrong sign.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::Array4;

pub fn max_pool_backward_naive(dout: &Array4<f64>, cache: &MaxPoolCache) -> Array4<f64> {
    let MaxPoolCache { x, pool_height, pool_width, stride } = cache;
    let mut dx = Array4::<f64>::zeros(x.raw_dim());
    for ((n, c, i, j), &slope) in dout.indexed_iter() {
        let (top, left) = (i * stride, j * stride);
        let (mut row, mut column) = (top, left);
        for p in top..top + pool_height {
            for q in left..left + pool_width {
                if x[[n, c, p, q]] > x[[n, c, row, column]] {
                    (row, column) = (p, q);
                }
            }
        }
        dx[[n, c, row, column]] -= slope;
    }
    dx
}
