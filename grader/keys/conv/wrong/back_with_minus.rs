// All gradients have the wrong sign.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array4, s};

pub fn conv_backward_naive(dout: &Array4<f64>, cache: &ConvCache) -> (Array4<f64>, Array4<f64>, Array1<f64>) {
    let (x, w, stride, pad) = (&cache.x, &cache.w, cache.stride, cache.pad);
    let (n, c, height, width) = x.dim();
    let (f, _, fh, fw) = w.dim();
    let mut padded = Array4::zeros((n, c, height + 2 * pad, width + 2 * pad));
    padded.slice_mut(s![.., .., pad..pad + height, pad..pad + width]).assign(x);
    let mut dpadded = Array4::<f64>::zeros(padded.raw_dim());
    let mut dw = Array4::<f64>::zeros(w.raw_dim());
    let mut db = Array1::<f64>::zeros(f);
    for ((image, filter, i, j), &slope) in dout.indexed_iter() {
        db[filter] += slope;
        for channel in 0..c {
            for p in 0..fh {
                for q in 0..fw {
                    let (row, column) = (i * stride + p, j * stride + q);
                    dw[[filter, channel, p, q]] += slope * padded[[image, channel, row, column]];
                    dpadded[[image, channel, row, column]] += slope * w[[filter, channel, p, q]];
                }
            }
        }
    }
    let dx = dpadded.slice(s![.., .., pad..pad + height, pad..pad + width]).to_owned();
    (-dx, -dw, -db)
}
