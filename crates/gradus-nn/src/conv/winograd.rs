//! Convolution with kernels of 3 x 3 and stride 1 in a quarter of the multiplications: Winograd's algorithm.
//!
//! The output is cut into tiles `y` of 4 x 4. Each depends on a tile `d` of 6 x 6 of the image, which overlaps with those
//! beside it. With a filter `g` and constant matrices, the same for rows and columns,
//!
//! `y = A^T ((G g G^T) * (B^T d B)) A`, where `*` multiplies element by element: 36 multiplications instead of 144
//!
//! Summed over the channels, each of the 36 elements is a matrix product (filters, channels) by (channels, tiles). What is
//! linear forwards has its transpose backwards: `dg = G^T ((A dy A^T) * (B^T d B)) G`, summed over all tiles. And the
//! gradient of the image is a convolution itself: of `dy`, with the filters turned by half a circle.
//!
//! Without rounding the result is that of the plain sum; with it, the error is some ten times as large. A NaN or an infinity
//! in the image makes NaN of its whole tile.
//!
//! Source: Lavin and Gray, "Fast algorithms for convolutional neural networks", 2015, F(4 x 4, 3 x 3).

use ndarray::{Array1, Array4, ArrayView2, ArrayView4, ArrayViewMut2, Axis};

use super::ConvParams;
use super::tiles::{ELEMENTS, Tiles, Tiling, give_output, of_filters, take_gradient, take_image, to_filters};
use crate::Scalar;
use crate::machinery::{Fresh, fold, for_each_with, matmul_into, sum_of};

/// Whether this convolution can be computed so, and gains by it.
///
/// Shapes: `filters` (filters, channels / groups, kernel height, kernel width), `output` (batch, filters, output height,
/// output width).
pub(super) fn pays(filters: (usize, usize, usize, usize), params: ConvParams, output: [usize; 4]) -> bool {
    let ConvParams { stride, padding, dilation, groups } = params;
    let kernel = (filters.2, filters.3) == (3, 3) && stride == [1, 1] && dilation == [1, 1] && groups == 1;
    // With more padding, the gradient of the image would need less than none.
    let padded = padding.iter().all(|&padding| padding <= 2);
    // With fewer, the transformations cost more than the multiplications that they save.
    let large = filters.0.min(filters.1) >= 24 && output[2].min(output[3]) >= 12;
    kernel && padded && large
}

/// The convolution of images with filters, plus `b_f` everywhere in the map of filter `f`.
///
/// Shapes: `x` (batch, channels, height, width), row-major, with `margin` rows and columns of zeros above and left of it and
/// zeros below and right of it; `w` (filters, channels, 3, 3); `b` (filters); `output` (batch, filters, output height,
/// output width).
pub(super) fn correlate<F: Scalar>(
    x: ArrayView4<F>,
    margin: [usize; 2],
    w: ArrayView4<F>,
    b: &[F],
    output: [usize; 4],
) -> Array4<F> {
    let ([batch, filters, height, width], channels) = (output, x.dim().1);
    let (tiling, w) = (Tiling::new([height, width]), of_filters(w));
    let mut out = Fresh::new(output.iter().product());
    let tasks = out.pieces((filters * height * width).max(1)).zip(x.outer_iter());
    let room = || (Tiles::new(&tiling, channels), Tiles::new(&tiling, filters));
    for_each_with(tasks, tiling.operations(batch * filters * channels), room, |(images, maps), (y, x)| {
        let y = y.zeroed();
        for block in tiling.blocks() {
            for (c, plane) in x.outer_iter().enumerate() {
                take_image(images, &tiling, &block, c, plane, margin);
            }
            for (element, w) in w.chunks_exact(filters * channels).enumerate() {
                let w = ArrayView2::from_shape((filters, channels), w).expect("cut to that length");
                matmul_into(w, images.matrix(element), maps.matrix_mut(element), F::one(), F::zero());
            }
            for (f, (y, &b)) in y.chunks_exact_mut(height * width).zip(b).enumerate() {
                give_output(maps, &tiling, &block, f, b, y);
            }
        }
    });
    out.into_array(output)
}

/// The gradient of the images: the transpose of [`correlate`], without the part of the result that is padding.
///
/// Shapes: `dout` (batch, filters, output height, output width), row-major; `w` (filters, channels, 3, 3); `x` (batch,
/// channels, height, width), the shape of the result.
pub(super) fn image_gradient<F: Scalar>(
    dout: ArrayView4<F>,
    w: &Array4<F>,
    padding: [usize; 2],
    x: [usize; 4],
) -> Array4<F> {
    let mut turned = w.view().permuted_axes([1, 0, 2, 3]);
    turned.invert_axis(Axis(2));
    turned.invert_axis(Axis(3));
    correlate(dout, padding.map(|padding| 2 - padding), turned, &vec![F::zero(); x[1]], x)
}

/// The gradients of filters and biases.
///
/// Shapes: `x` (batch, channels, height, width) with its padding, `dout` (batch, filters, output height, output width), both
/// row-major; `dw` (filters, channels, 3, 3), `db` (filters).
pub(super) fn filter_gradient<F: Scalar>(x: ArrayView4<F>, dout: ArrayView4<F>) -> (Array4<F>, Array1<F>) {
    let ((batch, filters, height, width), channels) = (dout.dim(), x.dim().1);
    let tiling = Tiling::new([height, width]);
    let nothing = || {
        let (sums, db) = (vec![F::zero(); ELEMENTS * filters * channels], Array1::<F>::zeros(filters));
        (sums, db, Tiles::new(&tiling, channels), Tiles::new(&tiling, filters))
    };
    let operations = tiling.operations(batch * filters * channels);
    let parts = fold(0..batch, operations, nothing, |(sums, db, images, maps), n| {
        let (x, dout) = (x.index_axis(Axis(0), n), dout.index_axis(Axis(0), n));
        for block in tiling.blocks() {
            for (c, plane) in x.outer_iter().enumerate() {
                take_image(images, &tiling, &block, c, plane, [0, 0]);
            }
            for (f, plane) in dout.outer_iter().enumerate() {
                take_gradient(maps, &tiling, &block, f, plane);
            }
            for (element, sum) in sums.chunks_exact_mut(filters * channels).enumerate() {
                let sum = ArrayViewMut2::from_shape((filters, channels), sum).expect("cut to that length");
                matmul_into(maps.matrix(element), images.matrix(element).reversed_axes(), sum, F::one(), F::one());
            }
        }
        for (db, plane) in db.iter_mut().zip(dout.outer_iter()) {
            *db += sum_of(plane.to_slice().expect("row-major"), |dy| dy);
        }
    });
    let mut parts = parts.into_iter();
    let (mut sums, mut db, ..) = parts.next().expect("at least one part");
    for (more, more_db, ..) in parts {
        sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        db += &more_db;
    }
    (to_filters(&sums, filters, channels), db)
}
