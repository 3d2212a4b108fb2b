//! Products of a few rows with a large matrix that is used again and again, as the weights of a recurrent layer at each step.

use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis};

use super::{copy, matmul_into};
use crate::Scalar;

/// So many columns of some hundred rows stay in the cache of a core.
const COLUMNS: usize = 128;

/// A matrix as panels of neighbouring columns, each an array of its own. In one array of many columns the rows of a panel lie
/// so far apart that the product waits for memory most of the time.
#[derive(Debug, Clone)]
pub(crate) struct Panels<F> {
    panels: Vec<Array2<F>>,
}

impl<F: Scalar> Panels<F> {
    /// From an array of any strides, (k, n).
    pub(crate) fn new(b: ArrayView2<F>) -> Self {
        Panels { panels: b.axis_chunks_iter(Axis(1), COLUMNS).map(|columns| copy(&columns)).collect() }
    }

    /// `c = a @ b + beta * c`, as [`matmul_into`].
    ///
    /// Shapes: `a` (m, k), `c` (m, n).
    pub(crate) fn product_into(&self, a: ArrayView2<F>, mut c: ArrayViewMut2<F>, beta: F) {
        for (panel, c) in self.panels.iter().zip(c.axis_chunks_iter_mut(Axis(1), COLUMNS)) {
            matmul_into(a, panel.view(), c, F::one(), beta);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{generator, normal};

    #[test]
    fn agrees_with_the_whole_product() {
        for (m, k, n) in [(3, 5, 300), (2, 0, 130), (4, 7, 128), (1, 1, 1), (3, 4, 0), (0, 4, 3)] {
            let mut draws = generator(7);
            let (a, b): (Array2<f64>, Array2<f64>) = (normal((m, k), 1.0, &mut draws), normal((k, n), 1.0, &mut draws));
            let start: Array2<f64> = normal((m, n), 1.0, &mut draws);
            for (b, beta) in [(b.view(), 0.0), (b.view(), 1.0), (b.as_standard_layout().view(), -0.5)] {
                let mut c = start.clone();
                Panels::new(b).product_into(a.view(), c.view_mut(), beta);
                assert!((c - a.dot(&b) - &start * beta).iter().all(|d| d.abs() < 1e-12), "{m} x {k} x {n}");
            }
        }
    }
}
