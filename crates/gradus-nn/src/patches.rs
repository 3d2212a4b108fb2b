//! Patches: an image as a sequence of its squares, so that a transformer can read it.
//!
//! Source: Dosovitskiy and others, An image is worth 16x16 words (2021); CS231n, assignment on transformers.

use ndarray::{Array1, Array2, Array3, Array4, ArrayRef1, ArrayRef2, ArrayRef3, ArrayRef4};

use crate::Scalar;
use crate::shape::{require, require_same_shape};
use crate::steps::{each_step, each_step_backward};

/// The squares of each image as rows, row of squares after row of squares; in a square first the channels, then its rows.
///
/// Shapes: images `x` (batch, channels, height, width), result (batch, patches, channels * size * size) with `patches =
/// (height / size) * (width / size)`.
///
/// # Panics
/// If `size` is 0 or does not divide height and width.
///
/// ```
/// use gradus_nn::patches::image_to_patches;
/// use ndarray::array;
/// let x = array![[[[1, 2, 3, 4], [5, 6, 7, 8]]]].mapv(f64::from);
/// assert_eq!(image_to_patches(&x, 2), array![[[1.0, 2.0, 5.0, 6.0], [3.0, 4.0, 7.0, 8.0]]]);
/// ```
#[track_caller]
pub fn image_to_patches<F: Scalar>(x: &ArrayRef4<F>, size: usize) -> Array3<F> {
    let grid = Grid::of("image_to_patches", x, size);
    let [batch, channels, rows, columns] = grid.counts;
    let squares = x.to_shape([batch, channels, rows, size, columns, size]).expect("the same number of elements");
    let squares = squares.permuted_axes([0, 2, 4, 1, 3, 5]);
    let flat = squares.to_shape([batch, rows * columns, channels * size * size]).expect("as many");
    flat.into_owned()
}

/// The way back from [`image_to_patches`]: each square to its place. As every pixel is in one square only, this is also the
/// gradient of the images from that of the patches.
///
/// Shapes: `patches` (batch, patches, channels * size * size), result (batch, channels, height, width) as given in `image`
/// without the batch.
///
/// # Panics
/// If `size` is 0 or does not divide height and width, or the patches are not those of such images.
///
/// ```
/// use gradus_nn::patches::{image_to_patches, patches_to_image};
/// use gradus_nn::random::{generator, normal};
/// let x = normal::<f64, _>((2, 3, 8, 12), 1.0, &mut generator(231));
/// assert_eq!(patches_to_image(&image_to_patches(&x, 4), [3, 8, 12], 4), x);
/// ```
#[track_caller]
pub fn patches_to_image<F: Scalar>(patches: &ArrayRef3<F>, image: [usize; 3], size: usize) -> Array4<F> {
    let batch = patches.dim().0;
    let [channels, height, width] = image;
    let grid = Grid::new("patches_to_image", [batch, channels, height, width], size);
    let [_, _, rows, columns] = grid.counts;
    let wanted = [batch, rows * columns, channels * size * size];
    require_same_shape("patches_to_image", ("the patches of the image", &wanted), ("patches", patches.shape()));
    let squares = patches.to_shape([batch, rows, columns, channels, size, size]).expect("as many");
    let squares = squares.permuted_axes([0, 3, 1, 4, 2, 5]);
    squares.to_shape([batch, channels, height, width]).expect("the same number of elements").into_owned()
}

/// What [`patch_embedding_backward`] needs of the forward pass.
#[derive(Debug, Clone)]
pub struct PatchEmbeddingCache<F> {
    patches: Array3<F>,
    w: Array2<F>,
    image: [usize; 3],
    size: usize,
}

/// The gradients of [`patch_embedding_forward`].
#[derive(Debug, Clone, PartialEq)]
pub struct PatchEmbeddingGradients<F> {
    /// (batch, channels, height, width)
    pub dx: Array4<F>,
    /// (channels * size * size, features)
    pub dw: Array2<F>,
    /// (features)
    pub db: Array1<F>,
}

/// A vector for each square of an image: `out_np = patch_np @ w + b`, with the squares of [`image_to_patches`].
///
/// It is a convolution whose stride is the size of its filters, written as one product.
///
/// Shapes: images `x` (batch, channels, height, width), `w` (channels * size * size, features), `b` (features), result
/// (batch, patches, features).
///
/// # Panics
/// If `size` is 0 or does not divide height and width, or the shapes do not fit together.
///
/// ```
/// use gradus_nn::patches::patch_embedding_forward;
/// use ndarray::{Array4, array};
/// let (x, w) = (Array4::ones((1, 1, 2, 4)), array![[1.0], [10.0], [100.0], [1000.0]]);
/// let (out, _) = patch_embedding_forward(&x, &w, &array![0.5], 2);
/// assert_eq!(out, array![[[1111.5], [1111.5]]]);
/// ```
#[track_caller]
pub fn patch_embedding_forward<F: Scalar>(
    x: &ArrayRef4<F>,
    w: &ArrayRef2<F>,
    b: &ArrayRef1<F>,
    size: usize,
) -> (Array3<F>, PatchEmbeddingCache<F>) {
    let operation = "patch_embedding_forward";
    Grid::of(operation, x, size);
    let (_, channels, height, width) = x.dim();
    let rule = format!("w needs one row for each element of a patch, {channels} * {size} * {size}");
    require(w.nrows() == channels * size * size, operation, &rule, ("x", x.shape()), ("w", w.shape()));
    let rule = "b needs one value for each column of w";
    require(b.len() == w.ncols(), operation, rule, ("w", w.shape()), ("b", b.shape()));

    let patches = image_to_patches(x, size);
    let out = each_step(&patches, w, b);
    (out, PatchEmbeddingCache { patches, w: w.to_owned(), image: [channels, height, width], size })
}

/// Back through [`patch_embedding_forward`]; with all patches of all images as rows,
///
/// `dpatches = dout @ w^T`, `dw = patches^T @ dout`, `db = sum_np dout_np`, and `dx` is `dpatches` put back in place
///
/// Shapes: `dout` (batch, patches, features).
///
/// # Panics
/// If `dout` has not the shape of the output.
///
/// ```
/// use gradus_nn::patches::{patch_embedding_backward, patch_embedding_forward};
/// use ndarray::{Array3, Array4, array};
/// let w = array![[1.0], [10.0], [100.0], [1000.0]];
/// let (_, cache) = patch_embedding_forward(&Array4::ones((1, 1, 2, 4)), &w, &array![0.5], 2);
/// let gradients = patch_embedding_backward(&Array3::ones((1, 2, 1)), &cache);
/// assert_eq!(gradients.dx, array![[[[1.0, 10.0, 1.0, 10.0], [100.0, 1000.0, 100.0, 1000.0]]]]);
/// assert_eq!((gradients.dw, gradients.db), (array![[2.0], [2.0], [2.0], [2.0]], array![2.0]));
/// ```
#[track_caller]
pub fn patch_embedding_backward<F: Scalar>(
    dout: &ArrayRef3<F>,
    cache: &PatchEmbeddingCache<F>,
) -> PatchEmbeddingGradients<F> {
    let PatchEmbeddingCache { patches, w, image, size } = cache;
    let output = [patches.dim().0, patches.dim().1, w.ncols()];
    require_same_shape("patch_embedding_backward", ("the output", &output), ("dout", dout.shape()));
    let (dpatches, dw, db) = each_step_backward(dout, patches, w);
    PatchEmbeddingGradients { dx: patches_to_image(&dpatches, *image, *size), dw, db }
}

/// How an image is cut.
struct Grid {
    /// Images, channels, rows of squares, columns of squares.
    counts: [usize; 4],
}

impl Grid {
    #[track_caller]
    fn of<F>(operation: &str, x: &ArrayRef4<F>, size: usize) -> Self {
        Grid::new(operation, x.dim().into(), size)
    }

    #[track_caller]
    fn new(operation: &str, [batch, channels, height, width]: [usize; 4], size: usize) -> Self {
        assert!(
            size > 0 && height % size == 0 && width % size == 0,
            "{operation}: the size of a patch must divide height and width, but it is {size} and the image is \
             [{channels}, {height}, {width}]"
        );
        Grid { counts: [batch, channels, height / size, width / size] }
    }
}
