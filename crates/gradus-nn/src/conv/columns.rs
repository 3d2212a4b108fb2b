//! Convolution as matrix products: the windows of an image become the columns of a matrix ("im2col").
//!
//! With `columns_(c,i,j),(oh,ow) = x_c,(oh s + i d),(ow s + j d)` and the filters as rows (filters, channels * kernel):
//! - output: `y = w @ columns`
//! - gradient of the filters: `dw = dy @ columns^T`
//! - gradient of the image: `dcolumns = w^T @ dy`, and each element of `dcolumns` goes back to where it was taken from
//!
//! The matrix would be as large as the kernel is times the image, so it is made for some rows of the output at a time,
//! few enough for the block to stay in the processor's cache. Images come already padded; gradients leave cropped.
//!
//! Source: Chellapilla, Puri and Simard, "High performance convolutional neural networks for document processing", 2006.

use std::ops::Range;

use ndarray::{Array4, ArrayView2, ArrayView4, ArrayViewMut2, ArrayViewMut3, s};

use super::ConvParams;
use crate::Scalar;
use crate::machinery::matmul_into;

/// The size of a block of columns in bytes: fits into a core's second-level cache, with room for the filters beside it.
const BLOCK_BYTES: usize = 256 * 1024;

/// `out += w * x`: adds the convolution of padded images with filters. All three are row-major.
///
/// Shapes: `x` (batch, channels, padded height, padded width), `w` (filters, channels / groups, kernel height, kernel
/// width), `out` (batch, filters, output height, output width).
pub(super) fn correlate<F: Scalar>(x: &Array4<F>, w: &Array4<F>, params: ConvParams, out: &mut Array4<F>) {
    let windows = Windows::new(x.dim(), w.dim(), params, [out.dim().2, out.dim().3]);
    let w = filter_rows(w);
    let mut columns = windows.buffer();
    for (x, mut y) in x.outer_iter().zip(out.outer_iter_mut()) {
        let x = x.to_slice().expect("row-major");
        for group in 0..params.groups {
            let w = group_rows(w, group, params.groups);
            let mut y = output_rows(y.view_mut(), group, params.groups);
            for rows in windows.blocks::<F>() {
                let block = windows.gather(windows.group(x, group), rows.clone(), &mut columns);
                matmul_into(w, block, y.slice_mut(s![.., windows.positions(rows)]), F::one(), F::one());
            }
        }
    }
}

/// The gradient of the filters: `dw_f,c,i,j = sum_n,oh,ow dout_n,f,oh,ow * x_n,c,(oh s + i d),(ow s + j d)`.
///
/// Shapes: as [`correlate`]; `filters` is the shape of the result.
pub(super) fn filter_gradient<F: Scalar>(
    x: &Array4<F>,
    dout: ArrayView4<F>,
    filters: (usize, usize, usize, usize),
    params: ConvParams,
) -> Array4<F> {
    let windows = Windows::new(x.dim(), filters, params, [dout.dim().2, dout.dim().3]);
    let mut dw = ndarray::Array2::zeros((filters.0, windows.elements()));
    let mut columns = windows.buffer();
    for (x, dy) in x.outer_iter().zip(dout.outer_iter()) {
        let x = x.to_slice().expect("row-major");
        let dy = dy.into_shape_with_order((filters.0, windows.output[0] * windows.output[1])).expect("row-major");
        for group in 0..params.groups {
            let dy = group_rows(dy, group, params.groups);
            let part = filters.0 / params.groups;
            let mut dw = dw.slice_mut(s![group * part..(group + 1) * part, ..]);
            for rows in windows.blocks::<F>() {
                let block = windows.gather(windows.group(x, group), rows.clone(), &mut columns);
                matmul_into(dy.slice(s![.., windows.positions(rows)]), block.t(), dw.view_mut(), F::one(), F::one());
            }
        }
    }
    dw.into_shape_with_order(filters).expect("as many elements")
}

/// The transpose of [`correlate`], cropped: each element of `dout` spreads a copy of the kernel over the padded image.
///
/// `out_n,c,h,w = initial_c + sum of dout_n,f,oh,ow * w_f,c,i,j over all oh s + i d = h + p and ow s + j d = w + p`
///
/// Shapes: as [`correlate`], but `out` (batch, channels, height, width) is without padding; `initial` (channels).
pub(super) fn spread<F: Scalar>(
    dout: ArrayView4<F>,
    w: &Array4<F>,
    params: ConvParams,
    initial: &[F],
    out: &mut Array4<F>,
) {
    let [top, left] = params.padding;
    let (batch, channels, height, width) = out.dim();
    let padded = (batch, channels, height + 2 * top, width + 2 * left);
    let windows = Windows::new(padded, w.dim(), params, [dout.dim().2, dout.dim().3]);
    let w = filter_rows(w);
    let mut columns = windows.buffer();
    let mut image = ndarray::Array3::zeros((channels, padded.2, padded.3));
    for (dy, mut result) in dout.outer_iter().zip(out.outer_iter_mut()) {
        for (mut plane, &value) in image.outer_iter_mut().zip(initial) {
            plane.fill(value);
        }
        let dy = dy.into_shape_with_order((w.nrows(), windows.output[0] * windows.output[1])).expect("row-major");
        let all = image.as_slice_mut().expect("row-major");
        for group in 0..params.groups {
            let (w, dy) = (group_rows(w, group, params.groups), group_rows(dy, group, params.groups));
            for rows in windows.blocks::<F>() {
                let mut block = windows.block_mut(&rows, &mut columns);
                let dy = dy.slice(s![.., windows.positions(rows.clone())]);
                matmul_into(w.t(), dy, block.view_mut(), F::one(), F::zero());
                windows.scatter(block.as_slice().expect("row-major"), rows, windows.group_mut(all, group));
            }
        }
        result.assign(&image.slice(s![.., top..top + height, left..left + width]));
    }
}

/// Which elements of a padded image the windows cover. Pairs are `[height, width]`.
struct Windows {
    /// The channels of one group.
    channels: usize,
    image: [usize; 2],
    kernel: [usize; 2],
    stride: [usize; 2],
    dilation: [usize; 2],
    output: [usize; 2],
}

type Shape4 = (usize, usize, usize, usize);

impl Windows {
    fn new(padded: Shape4, filters: Shape4, params: ConvParams, output: [usize; 2]) -> Self {
        Windows {
            channels: filters.1,
            image: [padded.2, padded.3],
            kernel: [filters.2, filters.3],
            stride: params.stride,
            dilation: params.dilation,
            output,
        }
    }

    /// The number of elements in a window.
    fn elements(&self) -> usize {
        self.channels * self.kernel[0] * self.kernel[1]
    }

    /// How many rows of the output make a block, at least 1.
    fn block_rows<F>(&self) -> usize {
        let bytes_in_a_row = (self.elements() * self.output[1] * size_of::<F>()).max(1);
        (BLOCK_BYTES / bytes_in_a_row).clamp(1, self.output[0].max(1))
    }

    /// Room for the largest block.
    fn buffer<F: Scalar>(&self) -> Vec<F> {
        vec![F::zero(); self.elements() * self.block_rows::<F>() * self.output[1]]
    }

    /// The output's rows, block by block.
    fn blocks<F>(&self) -> impl Iterator<Item = Range<usize>> {
        let (height, rows) = (self.output[0], self.block_rows::<F>());
        (0..height).step_by(rows).map(move |start| start..(start + rows).min(height))
    }

    /// Where the elements of some of the output's rows lie among all its elements.
    fn positions(&self, rows: Range<usize>) -> Range<usize> {
        rows.start * self.output[1]..rows.end * self.output[1]
    }

    fn group<'a, F>(&self, image: &'a [F], group: usize) -> &'a [F] {
        let elements = self.channels * self.image[0] * self.image[1];
        &image[group * elements..(group + 1) * elements]
    }

    fn group_mut<'a, F>(&self, image: &'a mut [F], group: usize) -> &'a mut [F] {
        let elements = self.channels * self.image[0] * self.image[1];
        &mut image[group * elements..(group + 1) * elements]
    }

    /// A matrix (elements of a window, positions in these rows of the output) at the start of the buffer.
    fn block_mut<'a, F>(&self, rows: &Range<usize>, buffer: &'a mut [F]) -> ArrayViewMut2<'a, F> {
        let shape = (self.elements(), rows.len() * self.output[1]);
        ArrayViewMut2::from_shape(shape, &mut buffer[..shape.0 * shape.1]).expect("cut to that length")
    }

    /// The columns of these rows of the output.
    fn gather<'a, F: Scalar>(&self, image: &[F], rows: Range<usize>, buffer: &'a mut [F]) -> ArrayView2<'a, F> {
        let (width, stride) = (self.output[1], self.stride[1]);
        self.for_each_run(rows.clone(), |from, to| {
            let target = &mut buffer[to..to + width];
            if stride == 1 {
                target.copy_from_slice(&image[from..from + width]);
            } else {
                let source = image[from..].iter().step_by(stride);
                target.iter_mut().zip(source).for_each(|(target, &value)| *target = value);
            }
        });
        let shape = (self.elements(), rows.len() * width);
        ArrayView2::from_shape(shape, &buffer[..shape.0 * shape.1]).expect("cut to that length")
    }

    /// Adds the columns of these rows of the output to where [`gather`](Self::gather) takes them from.
    fn scatter<F: Scalar>(&self, columns: &[F], rows: Range<usize>, image: &mut [F]) {
        let (width, stride) = (self.output[1], self.stride[1]);
        self.for_each_run(rows, |to, from| {
            let source = &columns[from..from + width];
            if stride == 1 {
                image[to..to + width].iter_mut().zip(source).for_each(|(target, &value)| *target += value);
            } else {
                let target = image[to..].iter_mut().step_by(stride);
                target.zip(source).for_each(|(target, &value)| *target += value);
            }
        });
    }

    /// Calls `run(in_image, in_columns)` with where each row of a window element's values starts: `output[1]` values,
    /// side by side among the columns, `stride[1]` apart in the image.
    fn for_each_run(&self, rows: Range<usize>, mut run: impl FnMut(usize, usize)) {
        let [height, width] = self.image;
        let mut in_columns = 0;
        for c in 0..self.channels {
            for i in 0..self.kernel[0] {
                for j in 0..self.kernel[1] {
                    for oh in rows.clone() {
                        let row = c * height + oh * self.stride[0] + i * self.dilation[0];
                        run(row * width + j * self.dilation[1], in_columns);
                        in_columns += self.output[1];
                    }
                }
            }
        }
    }
}

/// Filters as rows: (filters, channels * kernel height * kernel width).
fn filter_rows<F: Scalar>(w: &Array4<F>) -> ArrayView2<'_, F> {
    let (filters, channels, height, width) = w.dim();
    w.view().into_shape_with_order((filters, channels * height * width)).expect("row-major")
}

/// The rows that belong to a group.
fn group_rows<'a, F>(matrix: ArrayView2<'a, F>, group: usize, groups: usize) -> ArrayView2<'a, F> {
    let part = matrix.nrows() / groups;
    matrix.slice_move(s![group * part..(group + 1) * part, ..])
}

/// A group's part of one output (filters, height, width), as (filters / groups, height * width).
fn output_rows<F>(y: ArrayViewMut3<'_, F>, group: usize, groups: usize) -> ArrayViewMut2<'_, F> {
    let (filters, height, width) = y.dim();
    let part = filters / groups;
    let y = y.slice_move(s![group * part..(group + 1) * part, .., ..]);
    y.into_shape_with_order((part, height * width)).expect("row-major")
}
