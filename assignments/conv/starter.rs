// %% [markdown] id="title"
// # Convolutional networks
//
// So far an image was a row of numbers. Shuffle the pixels of all images in the same way, and an affine layer learns just
// as well as before: it does not know which pixels are neighbours. That is a waste. What makes a sleeve a sleeve is in
// small patches, an edge here, a corner there, and it is the same sleeve two pixels further to the right.
//
// A *convolution* looks through a small window. It has a few weights, one for each pixel of the window, and slides them over
// the whole image: the same question is asked at every place, and the answers are an image again. Between convolutions,
// *pooling* makes images smaller, so that the next window sees more of the picture. At the end stand the affine layers that
// you know.
//
// You write nine functions:
//
// 1. convolution, forward;
// 2. convolution, backward;
// 3. max pooling, forward;
// 4. max pooling, backward;
// 5. the loss of a network of convolution, pooling and two affine layers, and its gradients;
// 6. batch normalisation of images, forward;
// 7. batch normalisation of images, backward;
// 8. group normalisation, forward;
// 9. group normalisation, backward.
//
// Here loops are welcome: convolution and pooling are to be written as the formula says, window by window, and nothing is
// timed. Compiled Rust is fast enough to train a small network with them.
//
// Write each answer in its own cell, in place of the `todo!`. Keep names and signatures as they are: the grader calls
// them. You may add helper functions, in the same cells or in new ones. Below each answer a cell runs the public
// checks. They are few and small; the grader asks for more, on numbers that nobody has seen before. Between the
// questions there are cells with experiments. They are ready to run, but they call your functions, so they work only
// once those do.

// %% [markdown] id="conventions"
// ## Conventions
//
// | symbol | type, shape | meaning |
// | --- | --- | --- |
// | `x` | `Array4` (batch, channels, height, width) | images, or what a layer made of them |
// | `w` | `Array4` (filters, channels, filter height, filter width) | the weights of a convolution |
// | `b` | `Array1` (filters) | a bias for each filter |
// | `out` | `Array4` (batch, filters, output height, output width) | what a layer gives |
// | `dout`, `dx`, `dw`, `db` | as `out`, `x`, `w`, `b` | the gradient of the loss with respect to each of them |
// | `gamma`, `beta` | `Array1` (channels) | scale and shift of each channel, for the norms |
//
// - A colour image has three channels. Behind a convolution there are as many channels as it has filters.
// - Images and filters need not be square. At least one of everything can be taken for granted, and that a window fits
//   into the image (with its padding) at least once.
// - Functions only borrow their arguments and leave them as they are.
// - All numbers are `f64`.
//
// As before, each forward function returns a cache beside its output. The notebook has a first version of each cache. Keep
// it, or put in its place what you find useful; only the name must stay.
//
// In the library you have what you wrote before: `affine_forward`, `affine_relu_forward` and `relu_forward` with their backward
// passes (they take arrays with any axes), `softmax_loss`, update rules such as `Adam`, and batch and layer normalisation of rows.

// %% id="imports"
use gradus_assignments::conv::{BatchnormParam, ThreeLayerConvNet};
use gradus_nn::Mode;
use gradus_nn::activations::{ReluCache, relu_backward, relu_forward};
use gradus_nn::affine::{affine_backward, affine_forward, affine_relu_backward, affine_relu_forward};
use gradus_nn::norms::{BatchnormCache, batchnorm_backward, batchnorm_forward};
use gradus_nn::softmax::softmax_loss;
use ndarray::{Array1, Array2, Array4, Axis, Ix4, s};

// %% id="imports-for-experiments"
use gradus_check::{numeric_gradient, numeric_gradient_array, relative_error};
use gradus_nn::data::fashion_mnist::{CLASS_NAMES, load};
use gradus_nn::data::shapes;
use gradus_nn::metrics::{accuracy, confusion_matrix};
use gradus_nn::optimisers::{Adam, Optimiser};
use gradus_nn::pictures::{Picture, Tones, accuracy_curves, image_grid, line_chart, loss_curves};
use gradus_nn::random::{generator, normal, with_replacement};
use ndarray::{Ix1, Ix2, array, concatenate};
use rand::seq::SliceRandom;
use std::time::Instant;

// %% [markdown] id="conv-forward-naive-text"
// ## 1. Convolution, forward
//
// A filter is a small block of weights: as many channels as the image has, and a few pixels high and wide. Lay it on the
// image, multiply each weight by the number below it, add everything up over all channels, add the filter's bias: that is one
// number of the output. Then move on by `stride` pixels. Before all that, `pad` rows and columns of zeros are put around each
// image, on all four sides.
//
// $$ \text{out}_{n f i j} = b_f + \sum_{c} \sum_{p} \sum_{q} w_{f c p q} \;\, \hat{x}_{n,\, c,\, i s + p,\, j s + q} $$
//
// where $\hat{x}$ is the image with its zeros around it and $s$ the stride. Each filter gives one channel of the output.
//
// **Sizes.** A filter of height $k$ can start at the rows $0, s, 2s, \ldots$ as long as it fits into the $H + 2 \cdot \text{pad}$ rows:
//
// $$ \text{output height} = \left\lfloor \frac{H + 2 \cdot \text{pad} - k}{s} \right\rfloor + 1 $$
//
// and the same for the width. **If the stride does not divide, the result is rounded down**: rows at the bottom and columns at the
// right that no whole window reaches are left out. Rust's division of whole numbers rounds so by itself. With stride 1, a
// filter of odd size $k$ and a padding of $(k - 1) / 2$, the output is as large as the image.
//
// What mathematicians call a convolution flips the filter first, upside down and left to right. Here, as in every library
// for deep learning, it is laid on as it is. The weights are learned anyway.
//
// **How few weights.** An affine layer from a colour image of 32 x 32 to 32 images of the same size would have
// 3072 times 32,768 weights, a hundred million. A convolution with 32 filters of 5 x 5 has 2,400. Neighbourhood and
// sharing are built in; they need not be learned.
//
// `array.slice(s![n, .., top..bottom, left..right])` shows a block of an array without copying it, and
// `array.slice_mut(s![...]).assign(&other)` writes into one.

// %% id="conv-cache"
/// What `conv_backward_naive` needs of the forward pass.
pub struct ConvCache {
    pub x: Array4<f64>,
    pub w: Array4<f64>,
    pub stride: usize,
    pub pad: usize,
}

// %% id="conv-forward-naive"
/// A convolution, window by window.
///
/// - `x`: images (batch, channels, height, width)
/// - `w`: filters (filters, channels, filter height, filter width)
/// - `b`: biases (filters)
/// - `stride`: how far apart neighbouring windows start, in both directions, from 1
/// - `pad`: zeros on each of the four sides of an image
/// - returns `out` (batch, filters, output height, output width), and what the backward pass needs
pub fn conv_forward_naive(
    x: &Array4<f64>,
    w: &Array4<f64>,
    b: &Array1<f64>,
    stride: usize,
    pad: usize,
) -> (Array4<f64>, ConvCache) {
    todo!("conv: question 1")
}

// %% id="check-conv-forward-naive"
gradus_assignments::check!(conv, conv_forward_naive);

// %% [markdown] id="filters-text"
// ### Filters by hand
//
// Long before anybody learned filters, people wrote them down. Four of them, of 3 x 3 pixels with a padding of 1:
//
// - *grey*: a single pixel of each channel, weighed as the eye weighs the colours: 0.3 of red, 0.6 of green, 0.1 of blue;
// - *edges across*: what is above minus what is below, of the grey image. It answers where something ends upwards or
//   downwards: grey is 0, light is a step from light to dark on the way down, dark is one from dark to light;
// - *edges along*: the same from left to right;
// - *blur*: the mean of nine pixels.
//
// A convolution of colour images has all three channels in each filter, so *grey* and *edges* come out of a single step.

// %% id="filters"
/// Grey, edges across, edges along, and blur, for images with these weights of their channels.
fn filters_by_hand(channels: &[f64]) -> Array4<f64> {
    let kernels = [
        array![[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]],
        array![[1.0, 2.0, 1.0], [0.0, 0.0, 0.0], [-1.0, -2.0, -1.0]],
        array![[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]],
        Array2::from_elem((3, 3), 1.0 / 9.0),
    ];
    Array4::from_shape_fn((4, channels.len(), 3, 3), |(f, c, i, j)| channels[c] * kernels[f][[i, j]])
}

/// Each image, and below each other what the four filters make of it: light for 1, or for 4 with the edges, whose middle is grey.
fn filtered(x: &Array4<f64>, channels: &[f64]) -> Picture {
    let (out, _) = conv_forward_naive(x, &filters_by_hand(channels), &Array1::zeros(4), 1, 1);
    let (batch, _, height, width) = x.dim();
    let mut shown = Array4::zeros((5 * batch, 3, height, width));
    for ((place, c, i, j), pixel) in shown.indexed_iter_mut() {
        let (n, filter) = (place / 5, place % 5);
        *pixel = match filter {
            0 => x[[n, c % channels.len(), i, j]],
            1 | 4 => out[[n, filter - 1, i, j]],
            _ => 0.5 + out[[n, filter - 1, i, j]] / 4.0,
        };
    }
    let captions = ["image", "grey", "edges across", "edges along", "blur"].repeat(batch);
    image_grid(&shown, &captions, 5, Tones::Unit)
}

fn coloured_shapes() -> Array4<f64> {
    shapes::draw(3, 24).images.mapv(|value| f64::from(value) / 255.0)
}

fn pieces_of_clothing() -> Array4<f64> {
    let images = load().train.images.slice(s![..3, .., ..]).mapv(|value| f64::from(value) / 255.0);
    images.insert_axis(Axis(1))
}

// %% id="filters-shown"
show!(filtered(&coloured_shapes(), &[0.3, 0.6, 0.1]));
show!(filtered(&pieces_of_clothing(), &[1.0]));

// %% [markdown] id="conv-backward-naive-text"
// ## 2. Convolution, backward
//
// Every number of the output is a sum of products `w * x`, and a bias. The chain rule, once more: follow every way from an input
// to the loss, multiply along it, add up over the ways. Take one output, of image $n$, filter $f$, at $(i, j)$, and let
// $\text{dout}_{n f i j}$ be its gradient. Its window begins at row $i s$ and column $j s$ of the padded image. Then
//
// - each number in the window gets the weight above it: $\; d\hat{x}[\text{window}] \mathrel{+}= \text{dout}_{n f i j} \cdot w_f$;
// - each weight of the filter gets the number below it: $\; dw_f \mathrel{+}= \text{dout}_{n f i j} \cdot \hat{x}[\text{window}]$;
// - the bias gets it as it is: $\; db_f \mathrel{+}= \text{dout}_{n f i j}$.
//
// That is all: the loop of the forward pass once more, with three sums in it. Mind the `+=`. A pixel lies in several windows
// and is seen by all filters; a weight was used at every place of every image.
//
// Work on the padded image, and cut the padding off `dx` at the end: what comes back to the zeros around the image goes to nobody.
// Where a rest was left out, at the right and at the bottom, the gradient is 0.

// %% id="conv-backward-naive"
/// The gradients of a convolution.
///
/// - `dout`: the gradient with respect to the output (batch, filters, output height, output width)
/// - `cache`: what `conv_forward_naive` returned beside it
/// - returns `dx`, `dw` and `db`, in the shapes of `x`, `w` and `b`
pub fn conv_backward_naive(dout: &Array4<f64>, cache: &ConvCache) -> (Array4<f64>, Array4<f64>, Array1<f64>) {
    todo!("conv: question 2")
}

// %% id="check-conv-backward-naive"
gradus_assignments::check!(conv, conv_backward_naive after conv_forward_naive);

// %% [markdown] id="conv-gradients-text"
// ### Against differences
//
// A convolution is linear in each argument, so all that separates a right gradient from differences is rounding: errors of
// about 1e-8 and less.

// %% id="conv-gradients"
fn conv_errors() -> String {
    let mut random = generator(231);
    let x = normal::<f64, _>((4, 3, 5, 5), 1.0, &mut random);
    let w = normal::<f64, _>((2, 3, 3, 3), 1.0, &mut random);
    let b = normal::<f64, _>(2, 1.0, &mut random);
    let dout = normal::<f64, _>((4, 2, 5, 5), 1.0, &mut random);
    let (_, cache) = conv_forward_naive(&x, &w, &b, 1, 1);
    let (dx, dw, db) = conv_backward_naive(&dout, &cache);
    let dx_error = relative_error(&dx, &numeric_gradient_array(|x| conv_forward_naive(x, &w, &b, 1, 1).0, &x, &dout));
    let dw_error = relative_error(&dw, &numeric_gradient_array(|w| conv_forward_naive(&x, w, &b, 1, 1).0, &w, &dout));
    let db_error = relative_error(&db, &numeric_gradient_array(|b| conv_forward_naive(&x, &w, b, 1, 1).0, &b, &dout));
    format!("relative errors: dx {dx_error:.1e}, dw {dw_error:.1e}, db {db_error:.1e}")
}

// %% id="conv-gradients-run"
println!("{}", conv_errors());

// %% [markdown] id="max-pool-forward-naive-text"
// ## 3. Max pooling, forward
//
// A feature that a filter finds is worth knowing; to the pixel where, is not. Max pooling keeps the largest number of each window,
// for every channel by itself. With windows of 2 x 2 and a stride of 2, an image of 28 x 28 becomes one of 14 x 14, and the next
// convolution sees twice as far with the same number of weights. Pooling has no weights.
//
// $$ \text{out}_{n c i j} = \max_{p,\, q}\; x_{n,\, c,\, i s + p,\, j s + q}, \qquad
// \text{output height} = \left\lfloor \frac{H - \text{pool height}}{s} \right\rfloor + 1 $$
//
// There is no padding. As with a convolution, a rest that no whole window reaches is left out, and windows overlap where the
// stride is smaller than the window. Mind that all numbers of a window can be negative.

// %% id="max-pool-cache"
/// What `max_pool_backward_naive` needs of the forward pass.
pub struct MaxPoolCache {
    pub x: Array4<f64>,
    pub pool_height: usize,
    pub pool_width: usize,
    pub stride: usize,
}

// %% id="max-pool-forward-naive"
/// Max pooling, window by window.
///
/// - `x`: images (batch, channels, height, width)
/// - `pool_height`, `pool_width`: the size of a window, from 1
/// - `stride`: how far apart neighbouring windows start, in both directions, from 1
/// - returns `out` (batch, channels, output height, output width), and what the backward pass needs
pub fn max_pool_forward_naive(
    x: &Array4<f64>,
    pool_height: usize,
    pool_width: usize,
    stride: usize,
) -> (Array4<f64>, MaxPoolCache) {
    todo!("conv: question 3")
}

// %% id="check-max-pool-forward-naive"
gradus_assignments::check!(conv, max_pool_forward_naive);

// %% [markdown] id="pooled-text"
// ### Smaller and smaller
//
// An ankle boot after one, two and three times of pooling, each number shown as a square of its own. A boot remains a boot for
// astonishingly long.

// %% id="pooled-shown"
/// A piece of clothing, pooled again and again, always shown in the same size.
fn pooled_again() -> Picture {
    let mut x = pieces_of_clothing().slice(s![..1, .., ..24, ..24]).to_owned();
    let mut shown = Array4::zeros((4, 1, 24, 24));
    for (step, mut image) in shown.outer_iter_mut().enumerate() {
        let large = 24 / x.dim().2;
        image.indexed_iter_mut().for_each(|((_, i, j), pixel)| *pixel = x[[0, 0, i / large, j / large]]);
        if step < 3 {
            x = max_pool_forward_naive(&x, 2, 2, 2).0;
        }
    }
    image_grid(&shown, &["24 x 24", "12 x 12", "6 x 6", "3 x 3"], 4, Tones::Unit)
}

show!(pooled_again());

// %% [markdown] id="max-pool-backward-naive-text"
// ## 4. Max pooling, backward
//
// The output of a window is one of its numbers. If that number moves a little, the output moves with it; if any other moves,
// nothing happens. So all of `dout` goes to the number that was the largest, and nothing to the others:
//
// $$ dx[\text{place of the maximum}] \mathrel{+}= \text{dout}_{n c i j} $$
//
// With `+=`, since windows may overlap, and then one number can be the maximum of several.
//
// **If several numbers of a window are equally large, the first one takes all**, row by row from the top, each row from left to
// right. Behind a ReLU that is no rare case, for there many numbers are 0; and there it does not matter, since ReLU lets nothing
// pass back to them. But somebody has to take it, and taken twice it would be too much.

// %% id="max-pool-backward-naive"
/// The gradient of max pooling.
///
/// - `dout`: the gradient with respect to the output (batch, channels, output height, output width)
/// - `cache`: what `max_pool_forward_naive` returned beside it
/// - returns `dx` in the shape of `x`
pub fn max_pool_backward_naive(dout: &Array4<f64>, cache: &MaxPoolCache) -> Array4<f64> {
    todo!("conv: question 4")
}

// %% id="check-max-pool-backward-naive"
gradus_assignments::check!(conv, max_pool_backward_naive after max_pool_forward_naive);

// %% [markdown] id="sandwich-text"
// ### Three layers in one
//
// Convolution, ReLU and pooling come together so often that a pair of functions for all three is worth while. It is given: a
// stride of 1, windows of 2 x 2. Against differences its errors should be as small as those of its layers, and those of pooling
// alone even smaller.

// %% id="sandwich"
/// The caches of the three layers.
pub struct ConvReluPoolCache {
    conv: ConvCache,
    relu: ReluCache<f64, Ix4>,
    pool: MaxPoolCache,
}

/// A convolution with stride 1, ReLU, and max pooling in windows of 2 x 2.
pub fn conv_relu_pool_forward(
    x: &Array4<f64>,
    w: &Array4<f64>,
    b: &Array1<f64>,
    pad: usize,
) -> (Array4<f64>, ConvReluPoolCache) {
    let (maps, conv) = conv_forward_naive(x, w, b, 1, pad);
    let (maps, relu) = relu_forward(&maps);
    let (out, pool) = max_pool_forward_naive(&maps, 2, 2, 2);
    (out, ConvReluPoolCache { conv, relu, pool })
}

/// The gradients `dx`, `dw` and `db` of [`conv_relu_pool_forward`].
pub fn conv_relu_pool_backward(
    dout: &Array4<f64>,
    cache: &ConvReluPoolCache,
) -> (Array4<f64>, Array4<f64>, Array1<f64>) {
    let dmaps = max_pool_backward_naive(dout, &cache.pool);
    let dmaps = relu_backward(&dmaps, &cache.relu);
    conv_backward_naive(&dmaps, &cache.conv)
}

// %% id="sandwich-gradients"
fn sandwich_errors() -> String {
    let mut random = generator(231);
    let x = normal::<f64, _>((3, 2, 8, 8), 1.0, &mut random);
    let dout = normal::<f64, _>((3, 2, 4, 4), 1.0, &mut random);
    let dx = max_pool_backward_naive(&dout, &max_pool_forward_naive(&x, 2, 2, 2).1);
    let pooling = relative_error(&dx, &numeric_gradient_array(|x| max_pool_forward_naive(x, 2, 2, 2).0, &x, &dout));

    let x = normal::<f64, _>((2, 3, 16, 16), 1.0, &mut random);
    let w = normal::<f64, _>((3, 3, 3, 3), 1.0, &mut random);
    let b = normal::<f64, _>(3, 1.0, &mut random);
    let dout = normal::<f64, _>((2, 3, 8, 8), 1.0, &mut random);
    let (dx, dw, db) = conv_relu_pool_backward(&dout, &conv_relu_pool_forward(&x, &w, &b, 1).1);
    let dx_error = relative_error(&dx, &numeric_gradient_array(|x| conv_relu_pool_forward(x, &w, &b, 1).0, &x, &dout));
    let dw_error = relative_error(&dw, &numeric_gradient_array(|w| conv_relu_pool_forward(&x, w, &b, 1).0, &w, &dout));
    let db_error = relative_error(&db, &numeric_gradient_array(|b| conv_relu_pool_forward(&x, &w, b, 1).0, &b, &dout));
    format!("relative errors: pooling {pooling:.1e}; all three dx {dx_error:.1e}, dw {dw_error:.1e}, db {db_error:.1e}")
}

// %% id="sandwich-gradients-run"
println!("{}", sandwich_errors());

// %% [markdown] id="three-layer-convnet-loss-text"
// ## 5. A network with three layers
//
// | step | parameters | gives | shape |
// | --- | --- | --- | --- |
// | convolution, ReLU, pooling | `w1`, `b1` | what the filters found | (batch, filters, ⌊height / 2⌋, ⌊width / 2⌋) |
// | affine layer, ReLU | `w2`, `b2` | what the hidden units pass on | (batch, hidden) |
// | affine layer | `w3`, `b3` | scores | (batch, classes) |
// | softmax loss | | a number | |
//
// The parameters, and their gradients under the same names, stand in
//
// ```text
// pub struct ThreeLayerConvNet {
//     pub w1: Array4<f64>, // (filters, channels, filter size, filter size)
//     pub b1: Array1<f64>, // (filters)
//     pub w2: Array2<f64>, // (filters * pooled height * pooled width, hidden)
//     pub b2: Array1<f64>, // (hidden)
//     pub w3: Array2<f64>, // (hidden, classes)
//     pub b3: Array1<f64>, // (classes)
// }
// ```
//
// - Filters are square and of an odd size. The convolution has the stride 1 and the padding `(filter size - 1) / 2`, which keeps
//   height and width. Pooling has windows of 2 x 2 and the stride 2; of an odd number of rows or columns it leaves out the last.
// - `affine_relu_forward(&pooled, &net.w2, &net.b2)` of the library takes the pooled images as they are: it makes rows of them,
//   and its backward pass gives `dx` with four axes again.
// - The loss is the mean softmax loss, plus `0.5 * reg * sum(w^2)` over all three weights, the filters among them. Biases are
//   not regularised.
//
// Everything that is needed is there: put it together forward, and then backward in reverse order.

// %% id="three-layer-convnet-loss"
/// The loss of the network and its gradients.
///
/// - `net`: the parameters
/// - `x`: images (batch, channels, height, width)
/// - `y`: labels (batch)
/// - `reg`: strength of the regulariser `0.5 * reg * (sum(w1^2) + sum(w2^2) + sum(w3^2))`
/// - returns the loss, and its gradient with respect to each parameter
pub fn three_layer_convnet_loss(
    net: &ThreeLayerConvNet,
    x: &Array4<f64>,
    y: &Array1<usize>,
    reg: f64,
) -> (f64, ThreeLayerConvNet) {
    todo!("conv: question 5")
}

// %% id="check-three-layer-convnet-loss"
gradus_assignments::check!(conv, three_layer_convnet_loss);

// %% [markdown] id="first-losses-text"
// ### The first loss, and the gradients against differences
//
// With small weights all scores are nearly 0, and the loss of ten classes is near $\ln 10 \approx 2.3026$. With `reg` = 0.5 it is a
// little higher, by $\frac{1}{2} \cdot 0.5$ times the sum of all squared weights: at a deviation of 0.001, the 160,000 weights of this
// network make 0.04 of it.
//
// Against differences, the gradients of a network with bends are exact only where no number is near an edge: of ReLU, or where
// two numbers of a window are nearly equal. Errors of 1e-6 are normal here, and single ones may be larger.

// %% id="untrained"
/// A network that has learned nothing yet: weights from a normal distribution with this deviation, biases 0.
fn untrained(
    (channels, height, width): (usize, usize, usize),
    (filters, filter_size): (usize, usize),
    (hidden, classes): (usize, usize),
    deviation: f64,
    seed: u64,
) -> ThreeLayerConvNet {
    let mut random = generator(seed);
    ThreeLayerConvNet {
        w1: normal((filters, channels, filter_size, filter_size), deviation, &mut random),
        b1: Array1::zeros(filters),
        w2: normal((filters * (height / 2) * (width / 2), hidden), deviation, &mut random),
        b2: Array1::zeros(hidden),
        w3: normal((hidden, classes), deviation, &mut random),
        b3: Array1::zeros(classes),
    }
}

// %% id="first-losses"
fn first_losses() -> String {
    let net = untrained((3, 20, 20), (16, 5), (100, 10), 1e-3, 231);
    let x = normal::<f64, _>((10, 3, 20, 20), 1.0, &mut generator(1));
    let y: Array1<usize> = (0..10).collect();
    let [without, with] = [0.0, 0.5].map(|reg| three_layer_convnet_loss(&net, &x, &y, reg).0);
    format!("first losses: {without:.4} without a regulariser, {with:.4} with reg 0.5")
}

fn net_errors() -> String {
    let net = untrained((3, 8, 8), (3, 3), (7, 10), 0.3, 231);
    let x = normal::<f64, _>((2, 3, 8, 8), 1.0, &mut generator(3));
    let y = array![0, 5];
    let (_, gradients) = three_layer_convnet_loss(&net, &x, &y, 0.1);
    let loss = |net: ThreeLayerConvNet| three_layer_convnet_loss(&net, &x, &y, 0.1).0;
    let w1 = numeric_gradient(|w1| loss(ThreeLayerConvNet { w1: w1.clone(), ..net.clone() }), &net.w1);
    let b1 = numeric_gradient(|b1| loss(ThreeLayerConvNet { b1: b1.clone(), ..net.clone() }), &net.b1);
    let w2 = numeric_gradient(|w2| loss(ThreeLayerConvNet { w2: w2.clone(), ..net.clone() }), &net.w2);
    let b2 = numeric_gradient(|b2| loss(ThreeLayerConvNet { b2: b2.clone(), ..net.clone() }), &net.b2);
    let w3 = numeric_gradient(|w3| loss(ThreeLayerConvNet { w3: w3.clone(), ..net.clone() }), &net.w3);
    let b3 = numeric_gradient(|b3| loss(ThreeLayerConvNet { b3: b3.clone(), ..net.clone() }), &net.b3);
    format!(
        "relative errors: w1 {:.1e}, b1 {:.1e}, w2 {:.1e}, b2 {:.1e}, w3 {:.1e}, b3 {:.1e}",
        relative_error(&gradients.w1, &w1),
        relative_error(&gradients.b1, &b1),
        relative_error(&gradients.w2, &w2),
        relative_error(&gradients.b2, &b2),
        relative_error(&gradients.w3, &w3),
        relative_error(&gradients.b3, &b3)
    )
}

// %% id="first-losses-run"
println!("{}\n{}", first_losses(), net_errors());

// %% [markdown] id="learn-text"
// ### Training
//
// Mini-batches and Adam, as in an earlier assignment, are given here: an Adam for each parameter, and each epoch goes through all
// images once, in a new order.

// %% id="learn"
/// Images (batch, 1, height, width) around 0, and their labels.
struct Part {
    x: Array4<f64>,
    y: Array1<usize>,
}

/// The update rule's state for each parameter.
struct Adams {
    w1: Adam<f64, Ix4>,
    b1: Adam<f64, Ix1>,
    w2: Adam<f64, Ix2>,
    b2: Adam<f64, Ix1>,
    w3: Adam<f64, Ix2>,
    b3: Adam<f64, Ix1>,
}

impl Adams {
    fn new(rate: f64) -> Self {
        Adams {
            w1: Adam::new(rate),
            b1: Adam::new(rate),
            w2: Adam::new(rate),
            b2: Adam::new(rate),
            w3: Adam::new(rate),
            b3: Adam::new(rate),
        }
    }

    fn step(&mut self, net: &mut ThreeLayerConvNet, gradients: &ThreeLayerConvNet) {
        self.w1.update(&mut net.w1, &gradients.w1);
        self.b1.update(&mut net.b1, &gradients.b1);
        self.w2.update(&mut net.w2, &gradients.w2);
        self.b2.update(&mut net.b2, &gradients.b2);
        self.w3.update(&mut net.w3, &gradients.w3);
        self.b3.update(&mut net.b3, &gradients.b3);
    }
}

/// One epoch in mini-batches: the loss of each.
fn learn(
    net: &mut ThreeLayerConvNet,
    adams: &mut Adams,
    part: &Part,
    (batch_size, reg): (usize, f64),
    seed: u64,
) -> Vec<f64> {
    let mut order: Vec<usize> = (0..part.y.len()).collect();
    order.shuffle(&mut generator(seed));
    let mut history = Vec::new();
    for batch in order.chunks(batch_size) {
        let (x, y) = (part.x.select(Axis(0), batch), part.y.select(Axis(0), batch));
        let (loss, gradients) = three_layer_convnet_loss(net, &x, &y, reg);
        adams.step(net, &gradients);
        history.push(loss);
    }
    history
}

/// The class with the highest score for each image.
fn predict(net: &ThreeLayerConvNet, x: &Array4<f64>) -> Array1<usize> {
    let (pooled, _) = conv_relu_pool_forward(x, &net.w1, &net.b1, (net.w1.dim().2 - 1) / 2);
    let (hidden, _) = affine_relu_forward(&pooled, &net.w2, &net.b2);
    highest(&affine_forward(&hidden, &net.w3, &net.b3).0)
}

fn highest(scores: &Array2<f64>) -> Array1<usize> {
    scores.map_axis(Axis(1), |scores| {
        scores.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(class, _)| class)
    })
}

/// Images of clothing from 0 to 1, less the mean of all their pixels, 0.286.
fn images(images: &ndarray::Array3<u8>, from: usize, count: usize) -> Array4<f64> {
    let images = images.slice(s![from..from + count, .., ..]).mapv(|value| f64::from(value) / 255.0 - 0.286);
    images.insert_axis(Axis(1))
}

/// Training images, and 500 others for validation.
fn clothing(count: usize) -> (Part, Part) {
    let train = load().train;
    let part = |from, count| Part {
        x: images(&train.images, from, count),
        y: train.labels.slice(s![from..from + count]).to_owned(),
    };
    (part(0, count), part(5500, 500))
}

// %% [markdown] id="by-heart-text"
// ### A hundred images by heart
//
// Can it learn at all? A hundred images, 30 epochs of mini-batches of 20. Before long it knows nearly every one of them, while on
// images that it has not seen it stays far behind. That is no failure but a test: a network that cannot learn a hundred images by
// heart has a fault.

// %% id="by-heart-shown"
fn by_heart() -> Picture {
    let (hundred, validation) = clothing(100);
    let mut net = untrained((1, 28, 28), (8, 5), (50, 10), 0.05, 231);
    let mut adams = Adams::new(2e-3);
    let (mut on_training, mut on_validation) = (Vec::new(), Vec::new());
    for epoch in 0..30 {
        learn(&mut net, &mut adams, &hundred, (20, 0.0), epoch);
        on_training.push(accuracy(&predict(&net, &hundred.x), &hundred.y));
        on_validation.push(accuracy(&predict(&net, &validation.x), &validation.y));
    }
    accuracy_curves(&[("training", &on_training[..]), ("validation", &on_validation[..])])
}

show!(by_heart());

// %% [markdown] id="training-text"
// ### Three thousand images
//
// Now more of them, five epochs. At least 0.75 of the validation images should get their right class at the end; with five
// thousand, the linear classifiers of the first assignments reach 0.8. The first picture has the loss (each point is the mean of ten mini-batches), the second the
// accuracies. Then, of the network after the last epoch:
//
// - its **filters**, orange where a bright pixel speaks for the feature, blue where it speaks against it. Below them is
//   what they were before training. Edges of several directions emerge, and blobs;
// - its **feature maps**: what each filter, with ReLU behind it, finds in an image. The image itself comes first;
// - which classes it takes for which, and some images that it gets wrong, with what it takes them for.
//
// The cell takes about ten seconds; with your own loops it may be more or less.

// %% id="trained"
struct Trained {
    before: ThreeLayerConvNet,
    net: ThreeLayerConvNet,
    losses: Vec<f64>,
    on_training: Vec<f64>,
    on_validation: Vec<f64>,
}

fn train_on(part: &Part, validation: &Part) -> Trained {
    let before = untrained((1, 28, 28), (8, 5), (50, 10), 0.05, 231);
    let (mut net, mut adams) = (before.clone(), Adams::new(2e-3));
    let (mut losses, mut on_training, mut on_validation) = (Vec::new(), Vec::new(), Vec::new());
    // Enough to see how well it does on them.
    let some = part.x.slice(s![..500, .., .., ..]).to_owned();
    let labels = part.y.slice(s![..500]).to_owned();
    for epoch in 0..5 {
        let history = learn(&mut net, &mut adams, part, (30, 1e-3), epoch);
        losses.extend(history.chunks(10).map(|losses| losses.iter().sum::<f64>() / losses.len() as f64));
        on_training.push(accuracy(&predict(&net, &some), &labels));
        on_validation.push(accuracy(&predict(&net, &validation.x), &validation.y));
    }
    Trained { before, net, losses, on_training, on_validation }
}

/// The filters after training, and below them what they were before.
fn filters_shown(before: &ThreeLayerConvNet, after: &ThreeLayerConvNet) -> Picture {
    let filters = concatenate(Axis(0), &[after.w1.view(), before.w1.view()]).expect("filters of one size");
    let name = |when: &str| (1..=8).map(|filter| format!("{filter} {when}")).collect::<Vec<_>>();
    let captions = [name("after"), name("before")].concat();
    let captions: Vec<&str> = captions.iter().map(String::as_str).collect();
    image_grid(&filters, &captions, 8, Tones::Signed)
}

/// An image, and what each filter finds in it, for three images.
fn maps_shown(net: &ThreeLayerConvNet, x: &Array4<f64>) -> Picture {
    let (maps, _) = conv_forward_naive(x, &net.w1, &net.b1, 1, 2);
    let (maps, _) = relu_forward(&maps);
    let images: Vec<_> = (0..3).flat_map(|n| [x.slice(s![n, .., .., ..]), maps.slice(s![n, .., .., ..])]).collect();
    let rows = concatenate(Axis(0), &images).expect("images of one size").insert_axis(Axis(1));
    let captions: Vec<String> = (0..8).map(|filter| format!("filter {}", filter + 1)).collect();
    let captions: Vec<&str> = std::iter::once("image").chain(captions.iter().map(String::as_str)).collect();
    image_grid(&rows, &captions.repeat(3), 9, Tones::OwnRange)
}

/// Images that the network gets wrong, with what it takes them for.
fn mistakes(predicted: &Array1<usize>, part: &Part) -> Picture {
    let wrong: Vec<usize> = (0..part.y.len()).filter(|&n| predicted[n] != part.y[n]).take(12).collect();
    let captions: Vec<String> = wrong.iter().map(|&n| format!("{}?", CLASS_NAMES[predicted[n]])).collect();
    let captions: Vec<&str> = captions.iter().map(String::as_str).collect();
    image_grid(&part.x.select(Axis(0), &wrong), &captions, 6, Tones::OwnRange)
}

fn train_and_show() -> String {
    let start = Instant::now();
    let (part, validation) = clothing(3000);
    let Trained { before, net, losses, on_training, on_validation } = train_on(&part, &validation);
    let time = start.elapsed();
    show!(loss_curves(&[("mean of ten mini-batches", &losses[..])]));
    show!(accuracy_curves(&[("training", &on_training[..]), ("validation", &on_validation[..])]));
    show!(filters_shown(&before, &net));
    show!(maps_shown(&net, &validation.x));
    let predicted = predict(&net, &validation.x);
    show!(gradus_nn::pictures::confusion_matrix(&confusion_matrix(&predicted, &validation.y, 10), &CLASS_NAMES));
    show!(mistakes(&predicted, &validation));
    // The test images are looked at once, and last.
    let test = load().test;
    let test_accuracy = accuracy(&predict(&net, &images(&test.images, 0, 1000)), &test.labels);
    let last = on_validation.last().copied().unwrap_or_default();
    format!("{time:.1?}; accuracy on the validation images {last:.3}, on the test images {test_accuracy:.3}")
}

// %% id="trained-run"
println!("{}", train_and_show());

// %% [markdown] id="spatial-batchnorm-forward-text"
// ## 6. Batch normalisation of images, forward
//
// Batch normalisation gives each feature the mean 0 and the deviation 1 over the examples of a batch, and then scales and shifts
// it by learned numbers. What is a feature of an image? Not each pixel by itself: a filter asks the same question at every place, so
// all its answers, in all images and at all places, belong together. *Spatial* batch normalisation takes the statistics of
// each **channel** over batch, height and width:
//
// $$ \text{out}_{n c h w} = \gamma_c \, \frac{x_{n c h w} - \mu_c}{\sqrt{\sigma_c^2 + \epsilon}} + \beta_c $$
//
// where $\mu_c$ and $\sigma_c^2$ are the mean and the (biased) variance of the $N H W$ numbers of channel $c$.
//
// If you think of each pixel as an example, with a feature for each channel, this is the batch normalisation that you know: for
// a matrix with $N H W$ rows and $C$ columns. So the answer is short: bring the channels to the end, make a matrix of it,
// normalise, and go back the same way. `x.view().permuted_axes([0, 2, 3, 1])` brings the axes into another order without moving a
// number in memory, and `to_shape` then reads the numbers in the new order. A mere `to_shape` on `x` itself would mix channels and
// places. On the way back take `to_shape` too: with a single image, what comes out may lie in memory column by column, which
// `into_shape_with_order` refuses.
//
// Settings and running statistics stand in
//
// ```text
// pub struct BatchnormParam {
//     pub training: bool,            // or else the running statistics take the place of the batch's
//     pub eps: f64,
//     pub momentum: f64,             // running = momentum * running + (1 - momentum) * of the batch
//     pub running_mean: Array1<f64>, // (channels)
//     pub running_var: Array1<f64>,  // (channels), of biased variances
// }
// ```
//
// It comes in and stays as it is; the one for the next batch is returned. Outside of training nothing in it changes.
//
// `batchnorm` below wraps the library's function for rows so that it does the same.

// %% id="batchnorm"
/// Batch normalisation of rows (batch, features), by the library: the output, what comes in with the next batch, and the
/// library's cache, which `batchnorm_backward(&dout, &cache)` takes.
pub fn batchnorm(
    x: &Array2<f64>,
    gamma: &Array1<f64>,
    beta: &Array1<f64>,
    bn_param: &BatchnormParam,
) -> (Array2<f64>, BatchnormParam, BatchnormCache<f64>) {
    let mut own = gradus_nn::norms::BatchnormParam {
        mode: if bn_param.training { Mode::Train } else { Mode::Evaluate },
        eps: bn_param.eps,
        momentum: bn_param.momentum,
        correction: 0,
        running_mean: bn_param.running_mean.clone(),
        running_var: bn_param.running_var.clone(),
    };
    let (out, cache) = batchnorm_forward(x, gamma, beta, &mut own);
    let next = BatchnormParam { running_mean: own.running_mean, running_var: own.running_var, ..bn_param.clone() };
    (out, next, cache)
}

/// What `spatial_batchnorm_backward` needs of the forward pass.
pub struct SpatialBatchnormCache {
    pub of_rows: BatchnormCache<f64>,
}

// %% id="spatial-batchnorm-forward"
/// Batch normalisation of each channel.
///
/// - `x`: images (batch, channels, height, width)
/// - `gamma`, `beta`: scale and shift of each channel (channels)
/// - `bn_param`: settings, and running statistics (channels)
/// - returns `out` in the shape of `x`, what takes the place of `bn_param` at the next batch, and what the backward
///   pass needs
pub fn spatial_batchnorm_forward(
    x: &Array4<f64>,
    gamma: &Array1<f64>,
    beta: &Array1<f64>,
    bn_param: &BatchnormParam,
) -> (Array4<f64>, BatchnormParam, SpatialBatchnormCache) {
    todo!("conv: question 6")
}

// %% id="check-spatial-batchnorm-forward"
gradus_assignments::check!(conv, spatial_batchnorm_forward);

// %% [markdown] id="batchnorm-statistics-text"
// ### Statistics before and after
//
// Two images of three channels around 10. After normalisation each channel has the mean 0 and the deviation 1; with
// `gamma` 3, 4, 5 and `beta` 6, 7, 8, just these as deviations and means. After fifty batches the running statistics are so near
// to the truth that a new batch, normalised by them, has nearly the mean 0 and the deviation 1. Nearly, since its own statistics are
// not asked any more.

// %% id="batchnorm-statistics"
/// Means and deviations of the channels.
fn channel_statistics(x: &Array4<f64>) -> String {
    let means = x.axis_iter(Axis(1)).map(|channel| format!("{:6.3}", channel.mean().unwrap_or(f64::NAN)));
    let deviations = x.axis_iter(Axis(1)).map(|channel| format!("{:6.3}", channel.std(0.0)));
    format!("means {}   deviations {}", means.collect::<Vec<_>>().join(" "), deviations.collect::<Vec<_>>().join(" "))
}

fn batchnorm_statistics() -> String {
    let x = normal::<f64, _>((2, 3, 4, 5), 4.0, &mut generator(231)) + 10.0;
    let after = |gamma, beta| spatial_batchnorm_forward(&x, &gamma, &beta, &BatchnormParam::new(3)).0;
    let plain = after(Array1::ones(3), Array1::zeros(3));
    let scaled = after(array![3.0, 4.0, 5.0], array![6.0, 7.0, 8.0]);

    let (gamma, beta) = (Array1::ones(4), Array1::zeros(4));
    let batch = |seed| normal::<f64, _>((10, 4, 11, 12), 2.3, &mut generator(seed)) + 13.0;
    let mut param = BatchnormParam::new(4);
    for seed in 0..50 {
        param = spatial_batchnorm_forward(&batch(seed), &gamma, &beta, &param).1;
    }
    param.training = false;
    let in_use = spatial_batchnorm_forward(&batch(50), &gamma, &beta, &param).0;
    format!(
        "before         {}\nnormalised     {}\nwith gamma ... {}\nin use         {}",
        channel_statistics(&x),
        channel_statistics(&plain),
        channel_statistics(&scaled),
        channel_statistics(&in_use)
    )
}

// %% id="batchnorm-statistics-run"
println!("{}", batchnorm_statistics());

// %% [markdown] id="spatial-batchnorm-backward-text"
// ## 7. Batch normalisation of images, backward
//
// Changing the shape of an array moves numbers about and does nothing else to them, so its backward pass moves them back. What
// remains is the backward pass of rows. Bring `dout` into the same shape as `x` on the way in, call it, and bring `dx` back.
//
// `dgamma` and `dbeta` have one number for each channel, summed over everything else. The grader asks for this pass only after
// a forward pass in training.

// %% id="spatial-batchnorm-backward"
/// The gradients of batch normalisation of each channel, in training.
///
/// - `dout`: the gradient with respect to the output (batch, channels, height, width)
/// - `cache`: what `spatial_batchnorm_forward` returned last
/// - returns `dx` in the shape of `dout`, `dgamma` and `dbeta` (channels)
pub fn spatial_batchnorm_backward(
    dout: &Array4<f64>,
    cache: &SpatialBatchnormCache,
) -> (Array4<f64>, Array1<f64>, Array1<f64>) {
    todo!("conv: question 7")
}

// %% id="check-spatial-batchnorm-backward"
gradus_assignments::check!(conv, spatial_batchnorm_backward after spatial_batchnorm_forward);

// %% [markdown] id="spatial-groupnorm-forward-text"
// ## 8. Group normalisation, forward
//
// Large images leave room for few of them in a batch, and the statistics of two images are a poor guess at those of all. Layer
// normalisation does without the batch: it normalises each example over all its features. For images, that throws all channels
// into one pot, although an edge detector and a colour detector have little in common. *Group* normalisation stands in between:
// the channels are cut into `groups` of neighbours, and each group **of each image** gets the mean 0 and the deviation 1 over its
// own channels and places. Features that were made by hand, such as histograms of oriented gradients, have long been normalised in
// groups.
//
// $$ \text{out}_{n c h w} = \gamma_c \, \frac{x_{n c h w} - \mu_{n g}}{\sqrt{\sigma_{n g}^2 + \epsilon}} + \beta_c,
// \qquad g \text{ the group of channel } c $$
//
// With $G$ groups, each set has $C / G \cdot H \cdot W$ numbers. The number of groups divides that of the channels. One group
// is layer normalisation of images; as many groups as channels is called instance normalisation. `gamma` and `beta`
// still have a number for each channel, not for each group.
//
// In memory, the numbers of a group of one image lie next to each other, since the last axis runs fastest. So a row for each
// group of each image, $N G$ rows in all, is a mere `to_shape` away here. There are no running statistics: nothing depends on the
// batch, so training and use are the same.

// %% id="groupnorm-cache"
/// What `spatial_groupnorm_backward` needs of the forward pass.
pub struct SpatialGroupnormCache {
    /// The normalised numbers, before scale and shift.
    pub normalised: Array4<f64>,
    /// One divided by the deviation, for each group of each image (batch * groups).
    pub inverse_deviations: Array1<f64>,
    pub gamma: Array1<f64>,
}

// %% id="spatial-groupnorm-forward"
/// Group normalisation.
///
/// - `x`: images (batch, channels, height, width)
/// - `gamma`, `beta`: scale and shift of each channel (channels)
/// - `groups`: into how many groups of neighbours the channels are cut; it divides their number
/// - `eps`: added to the variance
/// - returns `out` in the shape of `x`, and what the backward pass needs
pub fn spatial_groupnorm_forward(
    x: &Array4<f64>,
    gamma: &Array1<f64>,
    beta: &Array1<f64>,
    groups: usize,
    eps: f64,
) -> (Array4<f64>, SpatialGroupnormCache) {
    todo!("conv: question 8")
}

// %% id="check-spatial-groupnorm-forward"
gradus_assignments::check!(conv, spatial_groupnorm_forward);

// %% [markdown] id="groupnorm-statistics-text"
// ### Statistics before and after
//
// Two images with six channels, in two groups. There are four sets: two groups of two images.

// %% id="groupnorm-statistics"
fn groupnorm_statistics() -> String {
    let x = normal::<f64, _>((2, 6, 4, 5), 4.0, &mut generator(231)) + 10.0;
    let (out, _) = spatial_groupnorm_forward(&x, &Array1::ones(6), &Array1::zeros(6), 2, 1e-5);
    let sets = |x: &Array4<f64>| x.to_shape((1, 4, 3, 20)).expect("as many numbers").into_owned();
    format!("before     {}\nnormalised {}", channel_statistics(&sets(&x)), channel_statistics(&sets(&out)))
}

// %% id="groupnorm-statistics-run"
println!("{}", groupnorm_statistics());

// %% [markdown] id="spatial-groupnorm-backward-text"
// ## 9. Group normalisation, backward
//
// Scale and shift first, channel by channel: with $\hat{x}$ for the normalised numbers,
//
// $$ d\beta_c = \sum_{n h w} \text{dout}_{n c h w}, \qquad d\gamma_c = \sum_{n h w} \text{dout}_{n c h w} \, \hat{x}_{n c h w},
// \qquad d\hat{x}_{n c h w} = \gamma_c \, \text{dout}_{n c h w} $$
//
// Then each set, a group of an image, by itself. It is the same step as in every normalisation: $x$ acts on the output directly, and
// through the mean and the deviation of its set. With means over the $m$ numbers of the set,
//
// $$ dx = \frac{1}{\sqrt{\sigma^2 + \epsilon}} \left( d\hat{x} - \text{mean}(d\hat{x}) - \hat{x} \cdot \text{mean}(d\hat{x} \, \hat{x}) \right) $$
//
// In words: what a common shift of the whole set would change is taken off, and what a common stretch would change, because the
// layer undoes both. `gamma` differs from channel to channel of a group, so $d\hat{x}$ has to be made before the means are taken.

// %% id="spatial-groupnorm-backward"
/// The gradients of group normalisation.
///
/// - `dout`: the gradient with respect to the output (batch, channels, height, width)
/// - `cache`: what `spatial_groupnorm_forward` returned beside it
/// - returns `dx` in the shape of `dout`, `dgamma` and `dbeta` (channels)
pub fn spatial_groupnorm_backward(
    dout: &Array4<f64>,
    cache: &SpatialGroupnormCache,
) -> (Array4<f64>, Array1<f64>, Array1<f64>) {
    todo!("conv: question 9")
}

// %% id="check-spatial-groupnorm-backward"
gradus_assignments::check!(conv, spatial_groupnorm_backward after spatial_groupnorm_forward);

// %% [markdown] id="norm-gradients-text"
// ### Both norms against differences
//
// Errors of about 1e-6 and less. They are larger than those of a convolution, because the norms bend.

// %% id="norm-gradients"
fn norm_errors() -> String {
    let mut random = generator(231);
    let x = normal::<f64, _>((2, 6, 4, 5), 5.0, &mut random) + 12.0;
    let (gamma, beta) = (normal::<f64, _>(6, 1.0, &mut random), normal::<f64, _>(6, 1.0, &mut random));
    let dout = normal::<f64, _>((2, 6, 4, 5), 1.0, &mut random);
    let batch = |x: &Array4<f64>, gamma: &Array1<f64>, beta: &Array1<f64>| {
        spatial_batchnorm_forward(x, gamma, beta, &BatchnormParam::new(6))
    };
    let group =
        |x: &Array4<f64>, gamma: &Array1<f64>, beta: &Array1<f64>| spatial_groupnorm_forward(x, gamma, beta, 2, 1e-5);
    let (dx, dgamma, dbeta) = spatial_batchnorm_backward(&dout, &batch(&x, &gamma, &beta).2);
    let of_batch = [
        relative_error(&dx, &numeric_gradient_array(|x| batch(x, &gamma, &beta).0, &x, &dout)),
        relative_error(&dgamma, &numeric_gradient_array(|gamma| batch(&x, gamma, &beta).0, &gamma, &dout)),
        relative_error(&dbeta, &numeric_gradient_array(|beta| batch(&x, &gamma, beta).0, &beta, &dout)),
    ];
    let (dx, dgamma, dbeta) = spatial_groupnorm_backward(&dout, &group(&x, &gamma, &beta).1);
    let of_group = [
        relative_error(&dx, &numeric_gradient_array(|x| group(x, &gamma, &beta).0, &x, &dout)),
        relative_error(&dgamma, &numeric_gradient_array(|gamma| group(&x, gamma, &beta).0, &gamma, &dout)),
        relative_error(&dbeta, &numeric_gradient_array(|beta| group(&x, &gamma, beta).0, &beta, &dout)),
    ];
    let line = |name: &str, [dx, dgamma, dbeta]: [f64; 3]| {
        format!("{name}: relative errors dx {dx:.1e}, dgamma {dgamma:.1e}, dbeta {dbeta:.1e}")
    };
    format!("{}\n{}", line("batch", of_batch), line("group", of_group))
}

// %% id="norm-gradients-run"
println!("{}", norm_errors());

// %% [markdown] id="norms-compared-text"
// ### What the norms are good for
//
// A small network on images of 14 x 14: convolution with 8 filters, a norm or none, ReLU, pooling, and an affine layer to the
// scores. It is trained by plain gradient descent for 150 steps, from weights of a deviation between 0.001 and 1, with mini-batches of 32 and
// of 2 images, and then tried on 500 others. Batch and group norm make the network indifferent to
// the size of its first filters: whatever the filters give is brought to the deviation 1. With two images in a batch all do worse.
// Batch norm holds its own here, since two images of 14 x 14 still have 392 numbers in each channel. Its trouble begins where a batch
// has few: deep in a network, where images have become small. Group norm does not care how many images there are.

// %% id="norms-compared"
#[derive(Clone, Copy, PartialEq)]
enum Norm {
    None,
    Batch,
    Group,
}

/// Filters with a norm behind them, and an affine layer to the scores.
struct NormNet {
    norm: Norm,
    param: BatchnormParam,
    filters: Array4<f64>,
    gamma: Array1<f64>,
    beta: Array1<f64>,
    w: Array2<f64>,
    b: Array1<f64>,
}

impl NormNet {
    fn new(norm: Norm, deviation: f64) -> Self {
        let mut random = generator(231);
        NormNet {
            norm,
            param: BatchnormParam::new(8),
            filters: normal((8, 1, 3, 3), deviation, &mut random),
            gamma: Array1::ones(8),
            beta: Array1::zeros(8),
            w: normal((8 * 49, 10), 0.01, &mut random),
            b: Array1::zeros(10),
        }
    }

    /// The scores outside of training.
    fn scores(&self, x: &Array4<f64>) -> Array2<f64> {
        let (maps, _) = conv_forward_naive(x, &self.filters, &Array1::zeros(8), 1, 1);
        let param = BatchnormParam { training: false, ..self.param.clone() };
        let maps = match self.norm {
            Norm::None => maps,
            Norm::Batch => spatial_batchnorm_forward(&maps, &self.gamma, &self.beta, &param).0,
            Norm::Group => spatial_groupnorm_forward(&maps, &self.gamma, &self.beta, 4, 1e-5).0,
        };
        let (pooled, _) = max_pool_forward_naive(&relu_forward(&maps).0, 2, 2, 2);
        affine_forward(&pooled, &self.w, &self.b).0
    }

    /// One step of gradient descent.
    fn step(&mut self, x: &Array4<f64>, y: &Array1<usize>, rate: f64) {
        let (maps, conv) = conv_forward_naive(x, &self.filters, &Array1::zeros(8), 1, 1);
        let (mut of_batch, mut of_group) = (None, None);
        let maps = match self.norm {
            Norm::None => maps,
            Norm::Batch => {
                let (out, next, cache) = spatial_batchnorm_forward(&maps, &self.gamma, &self.beta, &self.param);
                (self.param, of_batch) = (next, Some(cache));
                out
            }
            Norm::Group => {
                let (out, cache) = spatial_groupnorm_forward(&maps, &self.gamma, &self.beta, 4, 1e-5);
                of_group = Some(cache);
                out
            }
        };
        let (maps, relu) = relu_forward(&maps);
        let (pooled, pool) = max_pool_forward_naive(&maps, 2, 2, 2);
        let (scores, affine) = affine_forward(&pooled, &self.w, &self.b);
        let (_, dscores) = softmax_loss(&scores, y);

        let (dpooled, dw, db) = affine_backward(&dscores, &affine);
        let mut dmaps = relu_backward(&max_pool_backward_naive(&dpooled, &pool), &relu);
        let of_norm = match (of_batch, of_group) {
            (Some(cache), _) => Some(spatial_batchnorm_backward(&dmaps, &cache)),
            (_, Some(cache)) => Some(spatial_groupnorm_backward(&dmaps, &cache)),
            _ => None,
        };
        if let Some((dx, dgamma, dbeta)) = of_norm {
            dmaps = dx;
            self.gamma.scaled_add(-rate, &dgamma);
            self.beta.scaled_add(-rate, &dbeta);
        }
        let (_, dfilters, _) = conv_backward_naive(&dmaps, &conv);
        self.filters.scaled_add(-rate, &dfilters);
        self.w.scaled_add(-rate, &dw);
        self.b.scaled_add(-rate, &db);
    }
}

/// Images of half the height and width, each pixel the mean of four.
fn halved(part: &Part) -> Part {
    let quarter = |i: usize, j: usize| part.x.slice(s![.., .., i..;2, j..;2]).to_owned();
    Part { x: (quarter(0, 0) + quarter(0, 1) + quarter(1, 0) + quarter(1, 1)) / 4.0, y: part.y.clone() }
}

/// The accuracy on the validation images after 150 steps, over the logarithm of the first filters' deviation.
fn over_deviations(norm: Norm, batch_size: usize, parts: &(Part, Part)) -> Vec<(f64, f64)> {
    let (part, validation) = parts;
    let point = |exponent: f64| {
        let mut net = NormNet::new(norm, 10f64.powf(exponent));
        let mut random = generator(7);
        for _ in 0..150 {
            let batch = with_replacement(part.y.len(), batch_size, &mut random);
            net.step(&part.x.select(Axis(0), &batch), &part.y.select(Axis(0), &batch), 0.05);
        }
        (exponent, accuracy(&highest(&net.scores(&validation.x)), &validation.y))
    };
    [-3.0, -2.0, -1.0, 0.0].map(point).to_vec()
}

fn norms_compared(batch_size: usize) -> Picture {
    let (part, validation) = clothing(1000);
    let parts = (halved(&part), halved(&validation));
    let line = |norm| over_deviations(norm, batch_size, &parts);
    line_chart(
        &format!("Accuracy after 150 steps, batches of {batch_size}"),
        "log10 of the first filters' deviation",
        "accuracy",
        &[("no norm", line(Norm::None)), ("batch norm", line(Norm::Batch)), ("group norm", line(Norm::Group))],
    )
}

// %% id="norms-compared-shown"
show!(norms_compared(32));
show!(norms_compared(2));

// %% [markdown] id="written-text"
// ## Questions to answer in words
//
// A few sentences each, below the question in its own cell. They are read by a person, and worth 2 points each on top.

// %% [markdown] id="written-1"
// **Written 1.** Two convolutions with filters of 3 x 3 stand one behind the other, with stride 1. How many pixels of the image
// does one number at the end depend on, across and along? Compare this with one convolution of 5 x 5: how many weights does either
// have, with $C$ channels everywhere, and what else may speak for two small ones? What does a pooling of 2 x 2 between the two change?
//
// *Write your answer here.*

// %% [markdown] id="written-2"
// **Written 2.** A network of convolutions and pooling is trained on pieces of clothing that all stand in the middle of their image.
// Then it is shown images in which they are moved by three pixels. What happens to the output of a convolution, of a max pooling, of the
// affine layer behind them? Would an affine network on the pixels do better or worse? What about images turned by 90 degrees?
//
// *Write your answer here.*

// %% [markdown] id="written-3"
// **Written 3.** An image of a batch of two is replaced by another one. Which outputs for the *other* image change, in training, with
// batch norm, with group norm, with layer norm of images, with instance norm? How many numbers does each of them take a mean over, for
// $N$ images with $C$ channels of $H \times W$ and $G$ groups? What would you take for a network that colours photographs, where the
// batch has one image, and why not just batch norm?
//
// *Write your answer here.*
