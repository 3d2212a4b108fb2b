// Gamma is missing in the gradient of x.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array4, s};

pub fn spatial_groupnorm_backward(
    dout: &Array4<f64>,
    cache: &SpatialGroupnormCache,
) -> (Array4<f64>, Array1<f64>, Array1<f64>) {
    let SpatialGroupnormCache { normalised, inverse_deviations, .. } = cache;
    let (n, c, _, _) = dout.dim();
    let size = c / (inverse_deviations.len() / n);
    let mut dgamma = Array1::<f64>::zeros(c);
    let mut dbeta = Array1::<f64>::zeros(c);
    for (place, &slope) in dout.indexed_iter() {
        dbeta[place.1] += slope;
        dgamma[place.1] += slope * normalised[place];
    }
    let mut dx = Array4::<f64>::zeros(dout.raw_dim());
    for image in 0..n {
        for first in (0..c).step_by(size) {
            let set = s![image, first..first + size, .., ..];
            let (slopes, hats) = (dout.slice(set), normalised.slice(set));
            let m = slopes.len() as f64;
            let shift = slopes.sum() / m;
            let stretch = (&slopes * &hats).sum() / m;
            let inverse = inverse_deviations[image * (c / size) + first / size];
            dx.slice_mut(set).assign(&((&slopes - shift - &hats * stretch) * inverse));
        }
    }
    (dx, dgamma, dbeta)
}
