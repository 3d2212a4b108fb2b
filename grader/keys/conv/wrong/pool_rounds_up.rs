// The size is rounded up, and windows reach over the edge.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::Array4;

pub fn max_pool_forward_naive(
    x: &Array4<f64>,
    pool_height: usize,
    pool_width: usize,
    stride: usize,
) -> (Array4<f64>, MaxPoolCache) {
    let (n, c, height, width) = x.dim();
    let oh = (height - pool_height).div_ceil(stride) + 1;
    let ow = (width - pool_width).div_ceil(stride) + 1;
    let mut out = Array4::zeros((n, c, oh, ow));
    for ((image, channel, i, j), out) in out.indexed_iter_mut() {
        let mut largest = f64::NEG_INFINITY;
        for p in 0..pool_height {
            for q in 0..pool_width {
                let number = *x.get([image, channel, i * stride + p, j * stride + q]).unwrap_or(&f64::NEG_INFINITY);
                largest = largest.max(number);
            }
        }
        *out = largest;
    }
    (out, MaxPoolCache { x: x.clone(), pool_height, pool_width, stride })
}
