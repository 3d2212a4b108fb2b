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

use ndarray::{Array1, Array2, Array4, ArrayView2, ArrayView4, ArrayViewMut2, Axis, s};

use super::ConvParams;
use crate::Scalar;
use crate::machinery::{Fresh, fold, for_each_with, matmul_into, sum_of};

/// The size of a block of columns in bytes: fits into a core's second-level cache, with room for the filters beside it.
const BLOCK_BYTES: usize = 256 * 1024;

/// The convolution of padded images with filters, plus `b_f` everywhere in the map of filter `f`. `x` and `w` are
/// row-major.
///
/// Shapes: `x` (batch, channels, padded height, padded width), `w` (filters, channels / groups, kernel height, kernel
/// width), `b` (filters), `output` (batch, filters, output height, output width).
pub(super) fn correlate<F: Scalar>(
    x: &Array4<F>,
    w: &Array4<F>,
    b: &[F],
    params: ConvParams,
    output: [usize; 4],
) -> Array4<F> {
    let windows = Windows::new(x.dim(), w.dim(), params, [output[2], output[3]]);
    let (w, filters, places) = (filter_rows(w), output[1], output[2] * output[3]);
    let mut out = Fresh::new(output.iter().product());
    let tasks = out.pieces((filters * places).max(1)).zip(x.outer_iter());
    let operations = windows.operations(output[0] * filters);
    for_each_with(
        tasks,
        operations,
        || windows.buffer(),
        |columns, (y, x)| {
            let x = x.to_slice().expect("row-major");
            let mut y = ArrayViewMut2::from_shape((filters, places), y.filled(b)).expect("as many elements");
            for group in 0..params.groups {
                let (w, maps) = (group_rows(w, group, params.groups), group_range(filters, group, params.groups));
                for rows in windows.blocks::<F>() {
                    let block = windows.gather(windows.group(x, group), rows.clone(), columns);
                    let y = y.slice_mut(s![maps.clone(), windows.positions(rows)]);
                    matmul_into(w, block, y, F::one(), F::one());
                }
            }
        },
    );
    out.into_array(output)
}

/// The gradients of the filters and of the biases:
///
/// `dw_f,c,i,j = sum_n,oh,ow dout_n,f,oh,ow * x_n,c,(oh s + i d),(ow s + j d)` and `db_f = sum_n,oh,ow dout_n,f,oh,ow`
///
/// Shapes: as [`correlate`]; `filters` is the shape of `dw`.
pub(super) fn filter_gradient<F: Scalar>(
    x: &Array4<F>,
    dout: ArrayView4<F>,
    filters: (usize, usize, usize, usize),
    params: ConvParams,
) -> (Array4<F>, Array1<F>) {
    let (batch, maps, height, width) = dout.dim();
    let windows = Windows::new(x.dim(), filters, params, [height, width]);
    // Transposed, because then the product rearranges `dout` for its purposes, and not the columns, which are more.
    let nothing = || {
        let (dw, db) = (Array2::<F>::zeros((windows.elements(), filters.0)), Array1::<F>::zeros(maps));
        (dw, db, windows.buffer::<F>())
    };
    let parts = fold(0..batch, windows.operations(batch * maps), nothing, |(dw, db, columns), n| {
        let x = x.index_axis(Axis(0), n).to_slice().expect("row-major");
        let dy = dout.index_axis(Axis(0), n);
        let dy = dy.into_shape_with_order((maps, height * width)).expect("row-major");
        for (db, dy) in db.iter_mut().zip(dy.outer_iter()) {
            *db += sum_of(dy.as_slice().expect("row-major"), |dy| dy);
        }
        for group in 0..params.groups {
            let dy = group_rows(dy, group, params.groups);
            let mut dw = dw.slice_mut(s![.., group_range(filters.0, group, params.groups)]);
            for rows in windows.blocks::<F>() {
                let block = windows.gather(windows.group(x, group), rows.clone(), columns);
                let dy = dy.slice(s![.., windows.positions(rows)]);
                matmul_into(block, dy.reversed_axes(), dw.view_mut(), F::one(), F::one());
            }
        }
    });
    let sum = parts.into_iter().map(|(dw, db, _)| (dw, db)).reduce(|(dw, db), other| (dw + other.0, db + other.1));
    let (dw, db) = sum.expect("at least one part");
    (dw.t().to_shape(filters).expect("as many elements").into_owned(), db)
}

/// The transpose of [`correlate`], cropped: each element of `dout` spreads a copy of the kernel over the padded image.
///
/// `out_n,c,h,w = initial_c + sum of dout_n,f,oh,ow * w_f,c,i,j over all oh s + i d = h + p and ow s + j d = w + p`
///
/// Shapes: as [`correlate`], but `output` (batch, channels, height, width) is without padding; `initial` (channels).
pub(super) fn spread<F: Scalar>(
    dout: ArrayView4<F>,
    w: &Array4<F>,
    params: ConvParams,
    initial: &[F],
    output: [usize; 4],
) -> Array4<F> {
    let ([top, left], [batch, channels, height, width]) = (params.padding, output);
    let (padded_height, padded_width) = (height + 2 * top, width + 2 * left);
    let padded = (batch, channels, padded_height, padded_width);
    let windows = Windows::new(padded, w.dim(), params, [dout.dim().2, dout.dim().3]);
    let w = filter_rows(w);
    let mut out = Fresh::new(output.iter().product());
    let tasks = out.pieces((channels * height * width).max(1)).zip(dout.outer_iter());
    let room = || (windows.buffer::<F>(), vec![F::zero(); channels * padded_height * padded_width]);
    for_each_with(tasks, windows.operations(batch * w.nrows()), room, |(columns, image), (result, dy)| {
        let plane = padded_height * padded_width;
        for (plane, &value) in image.chunks_exact_mut(plane.max(1)).zip(initial) {
            plane.fill(value);
        }
        let dy = dy.into_shape_with_order((w.nrows(), windows.output[0] * windows.output[1])).expect("row-major");
        for group in 0..params.groups {
            let (w, dy) = (group_rows(w, group, params.groups), group_rows(dy, group, params.groups));
            for rows in windows.blocks::<F>() {
                let mut block = windows.block_mut(&rows, columns);
                let dy = dy.slice(s![.., windows.positions(rows.clone())]);
                matmul_into(w.t(), dy, block.view_mut(), F::one(), F::zero());
                windows.scatter(block.as_slice().expect("row-major"), rows, windows.group_mut(image, group));
            }
        }
        for (result, plane) in
            result.zeroed().chunks_exact_mut((height * width).max(1)).zip(image.chunks_exact(plane.max(1)))
        {
            let rows = plane.chunks_exact(padded_width.max(1)).skip(top);
            for (result, row) in result.chunks_exact_mut(width.max(1)).zip(rows) {
                result.copy_from_slice(&row[left..left + width]);
            }
        }
    });
    out.into_array(output)
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

    /// How many vector instructions it takes to apply that many filters to one image each, about.
    fn operations(&self, filters: usize) -> usize {
        filters * self.elements() * self.output[0] * self.output[1] / 8
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
                copy_short(&image[from..from + width], target);
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

/// Copies a row. It is short, and a call of the C library's copy would take longer than the copying.
fn copy_short<F: Copy>(source: &[F], target: &mut [F]) {
    const AT_ONCE: usize = 8;
    let ((source, source_rest), (target, target_rest)) = (source.as_chunks::<AT_ONCE>(), target.as_chunks_mut());
    target.iter_mut().zip(source).for_each(|(target, source)| *target = *source);
    target_rest.iter_mut().zip(source_rest).for_each(|(target, &source)| *target = source);
}

/// Filters as rows: (filters, channels * kernel height * kernel width).
fn filter_rows<F: Scalar>(w: &Array4<F>) -> ArrayView2<'_, F> {
    let (filters, channels, height, width) = w.dim();
    w.view().into_shape_with_order((filters, channels * height * width)).expect("row-major")
}

/// The rows that belong to a group.
fn group_rows<'a, F>(matrix: ArrayView2<'a, F>, group: usize, groups: usize) -> ArrayView2<'a, F> {
    let range = group_range(matrix.nrows(), group, groups);
    matrix.slice_move(s![range, ..])
}

/// Which of all filters or maps belong to a group.
fn group_range(count: usize, group: usize, groups: usize) -> Range<usize> {
    let part = count / groups;
    group * part..(group + 1) * part
}
