// Rows and columns of the filter are exchanged.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array4, s};

pub fn conv_forward_naive(
    x: &Array4<f64>,
    w: &Array4<f64>,
    b: &Array1<f64>,
    stride: usize,
    pad: usize,
) -> (Array4<f64>, ConvCache) {
    let (n, c, height, width) = x.dim();
    let (f, _, fh, fw) = w.dim();
    let oh = (height + 2 * pad - fh) / stride + 1;
    let ow = (width + 2 * pad - fw) / stride + 1;
    let mut padded = Array4::zeros((n, c, height + 2 * pad, width + 2 * pad));
    padded.slice_mut(s![.., .., pad..pad + height, pad..pad + width]).assign(x);
    let mut out = Array4::zeros((n, f, oh, ow));
    for image in 0..n {
        for filter in 0..f {
            for i in 0..oh {
                for j in 0..ow {
                    let mut sum = b[filter];
                    for channel in 0..c {
                        for p in 0..fh {
                            for q in 0..fw {
                                sum += w[[filter, channel, q, p]]
                                    * padded[[image, channel, i * stride + p, j * stride + q]];
                            }
                        }
                    }
                    out[[image, filter, i, j]] = sum;
                }
            }
        }
    }
    (out, ConvCache { x: x.clone(), w: w.clone(), stride, pad })
}
