//! What [`winograd`](super::winograd) does to its tiles: cutting out, transforming, putting together. `LANES` tiles, or
//! channels of a filter, are transformed side by side.
//!
//! The elements at one place of neighbouring tiles lie 4 apart in the image. To have them side by side, the image's elements
//! are sorted into 16 phases, by row and column modulo 4: the element (k, l) of tile (i, j) is in phase (k mod 4, l mod 4),
//! and from the fourth on it is where the next tile's would be. So each row of tiles ends with one that is no tile.

use std::ops::Range;

use ndarray::{Array4, ArrayView2, ArrayView4, ArrayViewMut2};

use crate::Scalar;
use crate::machinery::vector::vectorised;

/// The elements of a transformed tile: 6 x 6.
pub(super) const ELEMENTS: usize = 36;

/// As many numbers in single precision as the widest vectors have.
const LANES: usize = 16;

/// About how many tiles are multiplied at a time: few enough for them to stay in a core's cache.
const TILES: usize = 96;

type Lanes<F> = [F; LANES];

/// How images are cut into tiles of 4 x 4, and the tiles into blocks: some rows of tiles.
pub(super) struct Tiling {
    /// Height and width of what is cut.
    size: [usize; 2],
    /// Rows of tiles in an image.
    rows: usize,
    /// Tiles in a row, with the one at the end.
    pitch: usize,
    /// Rows of tiles in a block.
    block: usize,
    /// Tiles in a block, with some more to fill the last lanes.
    tiles: usize,
}

impl Tiling {
    pub(super) fn new(size: [usize; 2]) -> Self {
        let (rows, pitch) = (size[0].div_ceil(4), size[1].div_ceil(4) + 1);
        let block = (TILES / pitch).clamp(1, rows.max(1));
        Tiling { size, rows, pitch, block, tiles: (block * pitch).next_multiple_of(LANES) }
    }

    /// The blocks of an image, as ranges of rows of tiles.
    pub(super) fn blocks(&self) -> impl Iterator<Item = Range<usize>> {
        (0..self.rows).step_by(self.block).map(|start| start..(start + self.block).min(self.rows))
    }

    /// How many vector instructions it takes to multiply that many pairs of images and filters, about.
    pub(super) fn operations(&self, pairs: usize) -> usize {
        pairs * self.rows * self.pitch * ELEMENTS / 8
    }

    /// The number of elements in a phase, with what the last tiles have of the next row.
    fn phase(&self) -> usize {
        self.tiles + self.pitch + 2
    }
}

/// The transformed tiles of one block of an image: for each of their elements a matrix (channels, tiles). And room for the
/// phases of one channel.
pub(super) struct Tiles<F> {
    matrices: Vec<F>,
    channels: usize,
    tiles: usize,
    phases: Vec<F>,
}

impl<F: Scalar> Tiles<F> {
    pub(super) fn new(tiling: &Tiling, channels: usize) -> Self {
        let mut tiles = Tiles { matrices: Vec::new(), channels, tiles: tiling.tiles, phases: Vec::new() };
        tiles.matrices = vec![F::zero(); ELEMENTS * tiles.step()];
        tiles.phases = vec![F::zero(); 16 * tiling.phase()];
        tiles
    }

    /// (channels, tiles)
    pub(super) fn matrix(&self, element: usize) -> ArrayView2<'_, F> {
        let elements = &self.matrices[element * self.step()..][..self.channels * self.tiles];
        ArrayView2::from_shape((self.channels, self.tiles), elements).expect("cut to that length")
    }

    /// (channels, tiles)
    pub(super) fn matrix_mut(&mut self, element: usize) -> ArrayViewMut2<'_, F> {
        let (step, shape) = (self.step(), (self.channels, self.tiles));
        let elements = &mut self.matrices[element * step..][..shape.0 * shape.1];
        ArrayViewMut2::from_shape(shape, elements).expect("cut to that length")
    }

    /// From one matrix to the next. Without what is added it would often be a multiple of 4096 bytes, and all elements of a
    /// tile would compete for the same lines of the cache.
    fn step(&self) -> usize {
        self.channels * self.tiles + LANES
    }

    /// Sorts the rows of a block into phases: those of its tiles and `more` rows after them.
    #[inline(always)]
    fn sort(&mut self, tiling: &Tiling, block: &Range<usize>, more: usize, plane: ArrayView2<F>, margin: [usize; 2]) {
        let (height, width) = plane.dim();
        let (phase, pitch) = (tiling.phase(), tiling.pitch);
        let elements = plane.to_slice().expect("row-major");
        let width_taken = width.min(4 * pitch - margin[1]);
        self.phases.fill(F::zero());
        // A row with its margins.
        let mut line = vec![F::zero(); 4 * pitch];
        for row in 0..4 * block.len() + more {
            let Some(h) = (4 * block.start + row).checked_sub(margin[0]).filter(|&h| h < height) else { continue };
            line[margin[1]..][..width_taken].copy_from_slice(&elements[h * width..][..width_taken]);
            for l in 0..4 {
                let start = (row % 4 * 4 + l) * phase + row / 4 * pitch;
                let sorted = self.phases[start..start + pitch].iter_mut();
                sorted.zip(line.as_chunks::<4>().0).for_each(|(sorted, quad)| *sorted = quad[l]);
            }
        }
    }
}

vectorised! {
    /// `B^T d B` of the overlapping tiles `d` of 6 x 6 of one channel, into `tiles`. `plane` is the channel's plane of an image
    /// (height, width), with `margin` rows and columns of zeros above and left of it, and zeros below and right of it.
    pub(super) fn take_image<F: Scalar>(
        tiles: &mut Tiles<F>, tiling: &Tiling, block: &Range<usize>, channel: usize, plane: ArrayView2<'_, F>,
        margin: [usize; 2],
    ) {
        tiles.sort(tiling, block, 2, plane, margin);
        let (step, phase) = (tiles.step(), tiling.phase());
        let mut columns = [[[F::zero(); LANES]; 6]; 6];
        let mut row = [[F::zero(); LANES]; 6];
        for first in (0..tiles.tiles).step_by(LANES) {
            for (l, column) in columns.iter_mut().enumerate() {
                let at = |k: usize| {
                    let start = (k % 4 * 4 + l % 4) * phase + k / 4 * tiling.pitch + l / 4 + first;
                    lanes(&tiles.phases, start)
                };
                of_image([at(0), at(1), at(2), at(3), at(4), at(5)], column);
            }
            let results = &mut tiles.matrices[channel * tiles.tiles + first..];
            for k in 0..6 {
                of_image(std::array::from_fn(|l| &columns[l][k]), &mut row);
                for (l, lanes) in row.iter().enumerate() {
                    store(results, (k * 6 + l) * step, lanes);
                }
            }
        }
    }
}

vectorised! {
    /// `A dy A^T` of the tiles `dy` of 4 x 4 of one channel, into `tiles`.
    pub(super) fn take_gradient<F: Scalar>(
        tiles: &mut Tiles<F>, tiling: &Tiling, block: &Range<usize>, channel: usize, plane: ArrayView2<'_, F>,
    ) {
        tiles.sort(tiling, block, 0, plane, [0, 0]);
        let (step, phase) = (tiles.step(), tiling.phase());
        let mut columns = [[[F::zero(); LANES]; 6]; 4];
        let mut row = [[F::zero(); LANES]; 6];
        for first in (0..tiles.tiles).step_by(LANES) {
            for (l, column) in columns.iter_mut().enumerate() {
                of_gradient(std::array::from_fn(|k| lanes(&tiles.phases, (k * 4 + l) * phase + first)), column);
            }
            let results = &mut tiles.matrices[channel * tiles.tiles + first..];
            for k in 0..6 {
                of_gradient(std::array::from_fn(|l| &columns[l][k]), &mut row);
                for (l, lanes) in row.iter().enumerate() {
                    store(results, (k * 6 + l) * step, lanes);
                }
            }
        }
    }
}

vectorised! {
    /// `A^T m A + b` of the tiles `m` of one channel, into its plane of the output.
    pub(super) fn give_output<F: Scalar>(
        tiles: &mut Tiles<F>, tiling: &Tiling, block: &Range<usize>, channel: usize, b: F, plane: &mut [F],
    ) {
        let (step, phase) = (tiles.step(), tiling.phase());
        let mut columns = [[[F::zero(); LANES]; 4]; 6];
        let mut row = [[F::zero(); LANES]; 4];
        for first in (0..tiles.tiles).step_by(LANES) {
            let elements = &tiles.matrices[channel * tiles.tiles + first..];
            for (l, column) in columns.iter_mut().enumerate() {
                to_output(std::array::from_fn(|k| lanes(elements, (k * 6 + l) * step)), column);
            }
            for k in 0..4 {
                to_output(std::array::from_fn(|l| &columns[l][k]), &mut row);
                for (l, lanes) in row.iter().enumerate() {
                    store(&mut tiles.phases, (k * 4 + l) * phase + first, lanes);
                }
            }
        }
        let [height, width] = tiling.size;
        let rows = plane.chunks_exact_mut(width).take(height).skip(4 * block.start);
        for (h, row) in rows.take(4 * block.len()).enumerate() {
            let start = h % 4 * 4 * phase + h / 4 * tiling.pitch;
            let (quads, rest) = row.as_chunks_mut::<4>();
            for l in 0..4 {
                let sorted = &tiles.phases[start + l * phase..][..quads.len()];
                quads.iter_mut().zip(sorted).for_each(|(quad, &value)| quad[l] = value + b);
            }
            for (l, value) in rest.iter_mut().enumerate() {
                *value = tiles.phases[start + l * phase + quads.len()] + b;
            }
        }
    }
}

/// `G g G^T` of all filters `g`: for each of the 36 elements a matrix (filters, channels), one after another.
///
/// Shapes: `w` (filters, channels, 3, 3).
pub(super) fn of_filters<F: Scalar>(w: ArrayView4<F>) -> Vec<F> {
    let mut result = vec![F::zero(); ELEMENTS * w.dim().0 * w.dim().1];
    transform_filters(w, &mut result);
    result
}

vectorised! {
    fn transform_filters<F: Scalar>(w: ArrayView4<'_, F>, result: &mut [F]) {
        let (filters, channels, ..) = w.dim();
        let mut taps = [[[F::zero(); LANES]; 3]; 3];
        let mut columns = [[[F::zero(); LANES]; 6]; 3];
        let mut row = [[F::zero(); LANES]; 6];
        for f in 0..filters {
            for first in (0..channels).step_by(LANES) {
                let count = LANES.min(channels - first);
                for lane in 0..count {
                    for (i, row) in taps.iter_mut().enumerate() {
                        for (j, tap) in row.iter_mut().enumerate() {
                            tap[lane] = w[[f, first + lane, i, j]];
                        }
                    }
                }
                for (j, column) in columns.iter_mut().enumerate() {
                    of_filter(std::array::from_fn(|i| &taps[i][j]), column);
                }
                for k in 0..6 {
                    of_filter(std::array::from_fn(|j| &columns[j][k]), &mut row);
                    for (l, lanes) in row.iter().enumerate() {
                        let start = ((k * 6 + l) * filters + f) * channels + first;
                        result[start..start + count].copy_from_slice(&lanes[..count]);
                    }
                }
            }
        }
    }
}

/// `G^T z G` of the sums `z` over all tiles: for each of the 36 elements a matrix (filters, channels), one after another.
///
/// Shapes: result (filters, channels, 3, 3).
pub(super) fn to_filters<F: Scalar>(sums: &[F], filters: usize, channels: usize) -> Array4<F> {
    let mut dw = Array4::zeros((filters, channels, 3, 3));
    let results = dw.as_slice_mut().expect("row-major").as_chunks_mut::<9>().0;
    transform_sums(sums, results);
    dw
}

vectorised! {
    fn transform_sums<F: Scalar>(sums: &[F], results: &mut [[F; 9]]) {
        let (step, mut elements) = (results.len(), [[F::zero(); LANES]; ELEMENTS]);
        let mut columns = [[[F::zero(); LANES]; 3]; 6];
        let mut row = [[F::zero(); LANES]; 3];
        for (number, results) in results.chunks_mut(LANES).enumerate() {
            for (element, lanes) in elements.iter_mut().enumerate() {
                lanes[..results.len()].copy_from_slice(&sums[element * step + number * LANES..][..results.len()]);
            }
            for (l, column) in columns.iter_mut().enumerate() {
                to_filter(std::array::from_fn(|k| &elements[k * 6 + l]), column);
            }
            for i in 0..3 {
                to_filter(std::array::from_fn(|l| &columns[l][i]), &mut row);
                for (j, lanes) in row.iter().enumerate() {
                    results.iter_mut().zip(lanes).for_each(|(taps, &tap)| taps[i * 3 + j] = tap);
                }
            }
        }
    }
}

/// `B^T d`, for one column.
#[inline(always)]
fn of_image<F: Scalar>(d: [&Lanes<F>; 6], out: &mut [Lanes<F>; 6]) {
    let [two, four, five] = [2.0, 4.0, 5.0].map(F::cast);
    for i in 0..LANES {
        let [d0, d1, d2, d3, d4, d5] = [d[0][i], d[1][i], d[2][i], d[3][i], d[4][i], d[5][i]];
        let (even, odd) = (d4 - four * d2, d3 - four * d1);
        let (even_at_2, odd_at_2) = (d4 - d2, two * (d3 - d1));
        out[0][i] = four * d0 - five * d2 + d4;
        out[1][i] = even + odd;
        out[2][i] = even - odd;
        out[3][i] = even_at_2 + odd_at_2;
        out[4][i] = even_at_2 - odd_at_2;
        out[5][i] = four * d1 - five * d3 + d5;
    }
}

/// `G g`, for one column.
#[inline(always)]
fn of_filter<F: Scalar>(g: [&Lanes<F>; 3], out: &mut [Lanes<F>; 6]) {
    let [fourth, sixth, twelfth, twenty_fourth] = [4.0, 6.0, 12.0, 24.0].map(|n| F::cast(1.0 / n));
    for i in 0..LANES {
        let [g0, g1, g2] = [g[0][i], g[1][i], g[2][i]];
        let (even, odd) = (sixth * (g0 + g2), sixth * g1);
        let (even_at_2, odd_at_2) = (twenty_fourth * g0 + sixth * g2, twelfth * g1);
        out[0][i] = fourth * g0;
        out[1][i] = -even - odd;
        out[2][i] = odd - even;
        out[3][i] = even_at_2 + odd_at_2;
        out[4][i] = even_at_2 - odd_at_2;
        out[5][i] = g2;
    }
}

/// `A^T m`, for one column.
#[inline(always)]
fn to_output<F: Scalar>(m: [&Lanes<F>; 6], out: &mut [Lanes<F>; 4]) {
    let [two, four, eight] = [2.0, 4.0, 8.0].map(F::cast);
    for i in 0..LANES {
        let [m0, m1, m2, m3, m4, m5] = [m[0][i], m[1][i], m[2][i], m[3][i], m[4][i], m[5][i]];
        let (even, odd, even_at_2, odd_at_2) = (m1 + m2, m1 - m2, m3 + m4, m3 - m4);
        out[0][i] = m0 + even + even_at_2;
        out[1][i] = odd + two * odd_at_2;
        out[2][i] = even + four * even_at_2;
        out[3][i] = odd + eight * odd_at_2 + m5;
    }
}

/// `A dy`, for one column.
#[inline(always)]
fn of_gradient<F: Scalar>(dy: [&Lanes<F>; 4], out: &mut [Lanes<F>; 6]) {
    let [two, four, eight] = [2.0, 4.0, 8.0].map(F::cast);
    for i in 0..LANES {
        let [y0, y1, y2, y3] = [dy[0][i], dy[1][i], dy[2][i], dy[3][i]];
        let (even, odd) = (y0 + y2, y1 + y3);
        let (even_at_2, odd_at_2) = (y0 + four * y2, two * y1 + eight * y3);
        out[0][i] = y0;
        out[1][i] = even + odd;
        out[2][i] = even - odd;
        out[3][i] = even_at_2 + odd_at_2;
        out[4][i] = even_at_2 - odd_at_2;
        out[5][i] = y3;
    }
}

/// `G^T z`, for one column.
#[inline(always)]
fn to_filter<F: Scalar>(z: [&Lanes<F>; 6], out: &mut [Lanes<F>; 3]) {
    let [fourth, sixth, twelfth, twenty_fourth] = [4.0, 6.0, 12.0, 24.0].map(|n| F::cast(1.0 / n));
    for i in 0..LANES {
        let [z0, z1, z2, z3, z4, z5] = [z[0][i], z[1][i], z[2][i], z[3][i], z[4][i], z[5][i]];
        let (even, odd, even_at_2, odd_at_2) = (sixth * (z1 + z2), z2 - z1, z3 + z4, z3 - z4);
        out[0][i] = fourth * z0 - even + twenty_fourth * even_at_2;
        out[1][i] = sixth * odd + twelfth * odd_at_2;
        out[2][i] = sixth * even_at_2 - even + z5;
    }
}

#[inline(always)]
fn lanes<F>(elements: &[F], start: usize) -> &Lanes<F> {
    elements[start..].first_chunk().expect("room for all lanes")
}

#[inline(always)]
fn store<F: Copy>(elements: &mut [F], start: usize, lanes: &Lanes<F>) {
    *elements[start..].first_chunk_mut().expect("room for all lanes") = *lanes;
}
