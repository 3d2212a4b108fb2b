// %% [markdown] id="title"
// # Image features
//
// All classifiers so far were fed with pixels. A pixel by itself says next to nothing: move a shirt by a few pixels, put it
// into the shade or dye it, and nearly all of its numbers change, though it is the same shirt. A *feature* is a number that
// is worked out from the image and says something that lasts: that there is a strong upright edge in the upper left, or
// that a quarter of the image is green. Give such numbers to a linear classifier in place of the pixels, and it has less to
// learn.
//
// For decades that was how computers saw, and finding good features was the art of it. Two famous ones are written here.
// The *histogram of oriented gradients* keeps edges and forgets colours. The *colour histogram* keeps colours and forgets
// where they are. Networks of many layers later took over the art, and what their first layers find by themselves looks
// remarkably like it.
//
// You write six functions:
//
// 1. a colour image in grey;
// 2. the histogram of oriented gradients;
// 3. the histogram of hues;
// 4. the features of many images;
// 5. features on one scale, with a column of ones;
// 6. a search for learning rate and strength of regularisation.
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
// | `image` | `Array3` (channels, height, width) | one image: three channels for red, green and blue, or a single grey one |
// | `images` | `Array4` (batch, channels, height, width) | images of the same size |
// | `x`, `x_train`, `x_val` | `Array2` (batch, features) | the features of one example in each row |
// | `y_train`, `y_val` | `Array1` (batch) | the label of each example: the number of its class, from 0 |
//
// - $g_{h,w}$ is the pixel in row $h$ and column $w$, both counted from 0, from the top and from the left.
// - Values go from 0, black, to 255, full light, and need not be whole numbers. No function depends on that scale: if all
//   values are divided by 255, grey images and edges are divided by 255, and hues stay.
// - Functions only borrow their arguments and leave them as they are.
// - All numbers are `f64`. At least one image, one pixel, one bin and one example can be taken for granted, and where there
//   are cells, at least one of them fits into the image.

// %% id="imports"
use gradus_assignments::features::FeatureFunction;
use gradus_nn::linear::{predict, train_softmax};
use gradus_nn::metrics::accuracy;
use ndarray::{Array1, Array2, Array3, Array4, Axis};
use std::f64::consts::PI;

// %% id="imports-for-experiments"
use gradus_nn::data::fashion_mnist::{CLASS_NAMES, load};
use gradus_nn::pictures::{Picture, Tones, image_grid, line_chart, loss_curves};
use gradus_nn::random::generator;
use gradus_nn::split::{SplitSizes, split};
use ndarray::s;
use rand::Rng;
use std::time::Instant;

// %% [markdown] id="images-text"
// ## The images
//
// The images of clothing are grey, so colour has to be made up. Each image gets a dye: a hue on the circle of colours, from
// red over yellow, green, cyan, blue and magenta back to red. In our made-up world each class has a favourite hue, and a
// piece of clothing is dyed with one somewhere around it. Neighbours on the circle overlap a good deal, so a hue alone does
// not give the class away, but it helps. A pixel is its brightness times the dye; what was black stays black.
// And each picture was taken a little off the centre, by up to three pixels in each direction.
//
// 3,000 images for training and 1,000 for validation, and another 1,000 for testing, which nobody looks at before the end.

// %% id="images"
/// Images (batch, 3, 28, 28) with values from 0 to 255, and labels.
struct Part {
    images: Array4<f64>,
    y: Array1<usize>,
}

struct Clothing {
    train: Part,
    validation: Part,
    test: Part,
}

/// Red, green and blue of a dye, from 0 to 1, for a hue from 0 to 1.
fn dye(hue: f64) -> [f64; 3] {
    // Each channel is full around its own hue, and falls off on both sides.
    [0.0, 1.0 / 3.0, 2.0 / 3.0].map(|own: f64| {
        let apart = (hue - own).abs();
        0.25 + 0.75 * (2.0 - 6.0 * apart.min(1.0 - apart)).clamp(0.0, 1.0)
    })
}

/// Grey images (batch, 28, 28), each dyed around the hue that `favourite` gives for its class, and moved at random.
fn dyed(grey: &Array3<u8>, y: &Array1<usize>, favourite: fn(usize) -> f64, spread: f64, seed: u64) -> Array4<f64> {
    let mut random = generator(seed);
    let mut images = Array4::zeros((y.len(), 3, 28, 28));
    for (n, mut image) in images.outer_iter_mut().enumerate() {
        // The sum of three draws is spread like a bell.
        let off: f64 = (0..3).map(|_| random.random_range(-spread..spread)).sum();
        let colour = dye((favourite(y[n]) + off).rem_euclid(1.0));
        // 3 is the middle.
        let (down, right) = (random.random_range(0..7), random.random_range(0..7));
        let pixel =
            |h: usize, w: usize| Some(grey.get([n, (h + down).checked_sub(3)?, (w + right).checked_sub(3)?])?);
        for ((c, h, w), value) in image.indexed_iter_mut() {
            *value = colour[c] * pixel(h, w).map_or(0.0, |&value| f64::from(value));
        }
    }
    images
}

fn clothing() -> Clothing {
    let fashion = load();
    let parts = split(6000, SplitSizes { train: 3000, validation: 1000, ..Default::default() }, 231);
    let favourite = |class: usize| 0.1 * ((3 * class) % 10) as f64;
    let part = |indices: &[usize], seed: u64| {
        let (grey, y) = (fashion.train.images.select(Axis(0), indices), fashion.train.labels.select(Axis(0), indices));
        Part { images: dyed(&grey, &y, favourite, 0.1, seed), y }
    };
    Clothing {
        train: part(&parts.train, 1),
        validation: part(&parts.validation, 2),
        test: Part {
            images: dyed(&fashion.test.images, &fashion.test.labels, favourite, 0.1, 3),
            y: fashion.test.labels,
        },
    }
}

/// The places of the first `count` images of a class.
fn of_class(part: &Part, class: usize, count: usize) -> Vec<usize> {
    (0..part.y.len()).filter(|&i| part.y[i] == class).take(count).collect()
}

/// Images side by side, in rows of `columns`.
fn gallery(images: &Array4<f64>, captions: &[&str], columns: usize) -> Picture {
    image_grid(&(images / 255.0), captions, columns, Tones::Unit)
}

/// Three images of each class.
fn examples() -> Picture {
    let Clothing { train, .. } = clothing();
    let chosen: Vec<Vec<usize>> = (0..10).map(|class| of_class(&train, class, 3)).collect();
    let shown: Vec<usize> = (0..30).map(|n| chosen[n % 10][n / 10]).collect();
    let captions: Vec<&str> = (0..30).map(|n| if n < 20 { "" } else { CLASS_NAMES[n - 20] }).collect();
    gallery(&train.images.select(Axis(0), &shown), &captions, 10)
}

// %% id="images-shown"
show!(examples());

// %% [markdown] id="rgb2gray-text"
// ## 1. In grey
//
// Edges do not care for colour, so the first step is to get rid of it. The eye does not find all colours equally bright: pure
// green looks far brighter than pure blue of the same strength. The weights that television has used for that since its
// beginnings, for red $R$, green $G$ and blue $B$, are
//
// $$ g = 0.299 \, R + 0.587 \, G + 0.114 \, B $$
//
// They add up to 1, so white stays as bright as it was. An image with a single channel is grey already, and is returned
// as it is, without its axis of channels.
//
// `image.index_axis(Axis(0), c)` is the channel $c$.

// %% id="rgb2gray"
/// An image in grey.
///
/// - `image`: (channels, height, width), with three channels, red, green and blue, or with one
/// - returns `0.299 red + 0.587 green + 0.114 blue`, or the only channel as it is: (height, width)
pub fn rgb2gray(image: &Array3<f64>) -> Array2<f64> {
    todo!("features: question 1")
}

// %% id="check-rgb2gray"
gradus_assignments::check!(features, rgb2gray);

// %% [markdown] id="hog-text"
// ## 2. The histogram of oriented gradients
//
// A shoe is recognised by its outline, and an outline is where brightness changes. So look at changes. In the grey image $g$ of
// question 1, from each pixel take the step to its right neighbour and the step to the one below it:
//
// $$ dx_{h,w} = g_{h,w+1} - g_{h,w}, \qquad dy_{h,w} = g_{h+1,w} - g_{h,w} $$
//
// The last column has no right neighbour, so there $dx = 0$; in the last row $dy = 0$. The two numbers form an arrow, the
// *gradient*, that points to where it gets brighter. It has a length and a direction:
//
// $$ m = \sqrt{dx^2 + dy^2}, \qquad t = \operatorname{atan2}(dy, dx) \bmod \pi $$
//
// The direction is an angle, from 0 to $\pi$, that is, half a circle. "Modulo $\pi$" says that opposite directions count as the
// same: a dark sleeve on a light ground has the same edges as a light one on a dark ground. An angle of 0 is a step to the right *or*
// to the left, an upright edge; $\pi / 2$ is a step down or up, a level edge. (Rows count downwards, so angles turn clockwise.)
//
// Single pixels are noisy, and their exact places matter little. So cut the image into *cells* of `cell` by `cell` pixels, and
// the half circle into `orientations` equal *bins*. Bin $k$ takes the angles from $k \pi / K$ on, below $(k+1) \pi / K$, with $K$
// for `orientations`:
//
// $$ k = \lfloor K \, t / \pi \rfloor $$
//
// The feature of a cell and a bin is how strong the edges of that direction are in that cell, on average over its pixels:
//
// $$ f_{i,j,k} = \frac{1}{\text{cell}^2} \sum_{\text{pixels of cell } (i,j) \text{ whose angle is in bin } k} m $$
//
// All of them in a row are the result: cells from left to right, rows of cells from top to bottom, and the bins of each cell next
// to each other, so $f_{i,j,k}$ stands at $(i \cdot \text{cells across} + j) \, K + k$.
//
// **An example**, with `cell = 2` and `orientations = 4`, so bins of 45 degrees:
//
// | | | |
// | ---: | ---: | ---: |
// | 0 | 3 | 3 |
// | 4 | 3 | 3 |
// | 6 | 3 | 3 |
//
// One cell fits, of the four pixels at the upper left. The first has the steps (3, 4): length 5, and 53 degrees, in bin 1. On its
// right (0, 0), which adds nothing anywhere. Below the first (-1, 2): length 2.24, and 117 degrees, in bin 2. And (0, 0) again. So
// the result is (0, 5/4, 2.24/4, 0). The pixels outside of the cell count as neighbours, not as its own.
//
// What the grader relies on:
//
// - If the size is no multiple of `cell`, there are `height / cell` cells down and `width / cell` across, rounded down. What is left
//   over on the right and below belongs to no cell. But steps are worked out on the whole image, as in the example.
// - A step straight to the left has the angle $\pi$, and $\pi$ modulo $\pi$ is 0: bin 0.
// - Rounding can lift an angle just below 0 to a whole $\pi$ after folding. Make sure that it lands in a bin and nothing
//   panics: the last and the first are both fine.
// - Nothing is normalised: twice as bright an image has features twice as large.
//
// `dy.atan2(dx)` gives angles from $-\pi$ to $\pi$, `angle.rem_euclid(PI)` is the modulo that is never negative, and
// `array.flatten()` or `array.into_iter().collect()` makes a row of an array, last axis fastest. Plain loops are fast here.

// %% id="hog-feature"
/// The histogram of oriented gradients of an image.
///
/// - `image`: (channels, height, width), with three channels or one
/// - `cell`: height and width of a cell in pixels
/// - `orientations`: number of bins of the half circle
/// - returns the features (cells down * cells across * orientations)
pub fn hog_feature(image: &Array3<f64>, cell: usize, orientations: usize) -> Array1<f64> {
    todo!("features: question 2")
}

// %% id="check-hog-feature"
gradus_assignments::check!(features, hog_feature);

// %% [markdown] id="directions-text"
// ### Every pixel's direction
//
// With cells of a single pixel the histogram hides nothing: of all bins of a pixel only one is not 0, and that tells the direction
// and the length. On the left are images, in the middle how strong their gradients are, on the right their directions as colours:
// red for steps to the left or right, then yellow, green, and cyan for steps down or up, and through blue and magenta
// back to red. The stronger, the brighter.
//
// Follow an outline with your eyes. The colour changes as the edge turns, and both sides of a trouser leg have the same.

// %% id="directions-shown"
/// An image, the strength of its gradients, and their directions as hues.
fn directions(image: &Array3<f64>) -> [Array3<f64>; 3] {
    const BINS: usize = 36;
    let (_, height, width) = image.dim();
    let field = hog_feature(image, 1, BINS).into_shape_with_order((height, width, BINS)).expect("a bin a place");
    let strength = field.sum_axis(Axis(2));
    let strongest = strength.iter().copied().fold(1.0, f64::max);
    let (mut strengths, mut hues) = (Array3::zeros((3, height, width)), Array3::zeros((3, height, width)));
    for ((h, w), &strength) in strength.indexed_iter() {
        let light = 255.0 * (strength / strongest).sqrt();
        let bin = (0..BINS).find(|&bin| field[[h, w, bin]] > 0.0).unwrap_or(0);
        let colour = dye((bin as f64 + 0.5) / BINS as f64).map(|part| (part - 0.25) / 0.75);
        for (channel, part) in colour.into_iter().enumerate() {
            strengths[[channel, h, w]] = light;
            hues[[channel, h, w]] = light * part;
        }
    }
    [image.clone(), strengths, hues]
}

fn directions_shown() -> Picture {
    let Clothing { train, .. } = clothing();
    let shown = [9, 1, 8].map(|class| of_class(&train, class, 1)[0]);
    let mut images = Array4::zeros((0, 3, 28, 28));
    for n in shown {
        for picture in directions(&train.images.index_axis(Axis(0), n).to_owned()) {
            images.push(Axis(0), picture.view()).expect("the same size");
        }
    }
    let captions = ["image", "strength", "direction"].repeat(3);
    gallery(&images, &captions, 3)
}

show!(directions_shown());

// %% [markdown] id="strokes-text"
// ### What is left of an image
//
// Cells of 4 by 4 pixels, nine bins. In each cell a stroke stands for each bin, drawn *along* the edge, that is, at a right angle
// to the gradient, and the stronger, the darker. This is all that the classifier will see of the image. Would you
// recognise the class? Colour is gone, and so is the exact place of anything within its cell.

// %% id="strokes-shown"
/// Shows strokes for the histograms of oriented gradients of images, side by side.
fn show_strokes(images: &[Array3<f64>], cell: usize, names: &[&str]) {
    use plotters::prelude::*;
    const SIDE: f64 = 190.0;
    show!(figure(images.len() as u32 * 200, 215, |area| {
        for ((n, image), name) in images.iter().enumerate().zip(names) {
            let (across, down) = (image.dim().2 / cell, image.dim().1 / cell);
            let features = hog_feature(image, cell, 9).into_shape_with_order((down, across, 9)).expect("nine a cell");
            let strongest = features.iter().copied().fold(1e-9, f64::max);
            let (left, side) = (5.0 + 200.0 * n as f64, SIDE / across as f64);
            for ((i, j, k), &feature) in features.indexed_iter() {
                // The edge is at a right angle to the gradient in the middle of the bin.
                let angle = (k as f64 + 0.5) * PI / 9.0 + PI / 2.0;
                let (x, y) = (left + (j as f64 + 0.5) * side, 5.0 + (i as f64 + 0.5) * side);
                let reach = 0.48 * side;
                let end = |sign: f64| {
                    ((x + sign * reach * angle.cos()).round() as i32, (y + sign * reach * angle.sin()).round() as i32)
                };
                let ink = (feature / strongest).sqrt();
                if ink > 0.05 {
                    area.draw(&PathElement::new(vec![end(-1.0), end(1.0)], BLACK.mix(ink).stroke_width(2)))?;
                }
            }
            let place = ((left + 0.5 * SIDE) as i32 - 3 * name.len() as i32, 200);
            area.draw(&Text::new(*name, place, ("sans-serif", 13)))?;
        }
        Ok(())
    }));
}

fn strokes_shown() -> String {
    let Clothing { train, .. } = clothing();
    let classes = [9, 1, 8, 0];
    let images = classes.map(|class| train.images.index_axis(Axis(0), of_class(&train, class, 1)[0]).to_owned());
    show_strokes(&images, 4, &classes.map(|class| CLASS_NAMES[class]));
    format!("{} numbers for each image", hog_feature(&images[0], 4, 9).len())
}

println!("{}", strokes_shown());

// %% [markdown] id="color-histogram-text"
// ## 3. The histogram of hues
//
// Red, green and blue are how screens make colours, not how people speak of them. "A pale, dark green" names a *hue*, how little
// it is *saturated*, and its brightness or *value*: HSV. Of the three only the hue hardly changes when light and shade
// do, so this feature keeps the hue alone.
//
// Let $v$ be the largest of red $R$, green $G$ and blue $B$, and $d$ the largest less the smallest. The hue lies on a circle, from
// 0 to below 1:
//
// $$ H = \frac{1}{6} \cdot \begin{cases}
// \left(\dfrac{G - B}{d}\right) \bmod 6 & \text{if } v = R \\[1em]
// 2 + \dfrac{B - R}{d} & \text{if } v = G \\[1em]
// 4 + \dfrac{R - G}{d} & \text{if } v = B
// \end{cases}
// \qquad H = 0 \text{ if } d = 0 $$
//
// So red is 0, yellow 1/6, green 1/3, cyan 1/2, blue 2/3 and magenta 5/6. Where two of the three are largest, both of their lines
// give the same. Grey, black and white have no hue at all; by agreement they count as red.
//
// The circle is cut into `bins` equal parts. Bin $k$ takes the hues from $k / \text{bins}$ on, below $(k + 1) / \text{bins}$, that
// is, $k = \lfloor \text{bins} \cdot H \rfloor$. The feature is the *share* of the pixels in each bin, so all of them add up to
// 1, whatever the size of the image.
//
// Try (200, 100, 150): $v = R = 200$, $d = 100$, $(100 - 150) / 100 = -0.5$, modulo 6 that is 5.5, and $H = 0.917$: between magenta
// and red. With 3 bins it is in the last one.
//
// A hue just below 0 may be lifted to a whole turn by rounding. Again it has to land in a bin, in the last or in the first.
//
// `image.lanes(Axis(0))` goes through the pixels, each as a view of its three values.

// %% id="color-histogram-hsv"
/// The histogram of an image's hues, as shares of its pixels.
///
/// - `image`: (3, height, width), red, green and blue
/// - `bins`: number of parts of the circle of colours
/// - returns the shares (bins), which add up to 1
pub fn color_histogram_hsv(image: &Array3<f64>, bins: usize) -> Array1<f64> {
    todo!("features: question 3")
}

// %% id="check-color-histogram-hsv"
gradus_assignments::check!(features, color_histogram_hsv);

// %% [markdown] id="hues-text"
// ### The hues of two classes
//
// On average over 100 images each: the favourite hue of a class is a hump, and the humps of neighbours on the circle overlap. What
// is the tall peak at 0 that both have, though one of them is hardly ever red? Written question 2 comes back to it.

// %% id="hues-shown"
/// The mean histogram of some classes' hues.
fn hues_of(classes: &[usize]) -> Picture {
    let Clothing { train, .. } = clothing();
    let lines: Vec<_> = classes
        .iter()
        .map(|&class| {
            let chosen = of_class(&train, class, 100);
            let mut mean = Array1::<f64>::zeros(25);
            for &n in &chosen {
                mean += &color_histogram_hsv(&train.images.index_axis(Axis(0), n).to_owned(), 25);
            }
            mean /= chosen.len() as f64;
            let points = mean.iter().enumerate().map(|(bin, &share)| ((bin as f64 + 0.5) / 25.0, share));
            (CLASS_NAMES[class], points.collect::<Vec<_>>())
        })
        .collect();
    line_chart("Hues of two classes", "hue", "share of the pixels", &lines)
}

show!(hues_of(&[8, 5]));

// %% [markdown] id="extract-features-text"
// ## 4. The features of many images
//
// A *feature function* takes one image and gives a row of numbers. This question applies a list of them to each of many images,
// and puts the results side by side: row $n$ holds what the first function gives for image $n$, then what the second gives,
// and so on. Write it for any functions, not only for the two above. All images have the same size, so all rows have the
// same length; there is at least one function.
//
// ```text
// pub type FeatureFunction = fn(&Array3<f64>) -> Array1<f64>;
// ```
//
// A closure that uses none of the variables around it is one too: `|image| hog_feature(image, 7, 9)`.
//
// `images.outer_iter()` goes through the images as views, and `to_owned()` makes an array of a view.

// %% id="extract-features"
/// The results of feature functions, side by side, for each image.
///
/// - `images`: (batch, channels, height, width)
/// - `functions`: at least one
/// - returns the features (batch, features), with the functions' results in the order of the functions
pub fn extract_features(images: &Array4<f64>, functions: &[FeatureFunction]) -> Array2<f64> {
    todo!("features: question 4")
}

// %% id="check-extract-features"
gradus_assignments::check!(features, extract_features);

// %% [markdown] id="sizes-text"
// ### How many numbers
//
// Cells of 7 by 7 pixels cut a piece of clothing into 4 by 4. With nine bins each that is 144 numbers, and 25 hues make it 169, where the
// pixels are 2,352. The last line is the time for 3,000 images.

// %% id="sizes"
/// The kinds of features that are compared from here on, by name.
const KINDS: [(&str, &[FeatureFunction]); 5] = [
    ("grey pixels", &[gray_pixels]),
    ("colour pixels", &[all_pixels]),
    ("edges", &[edges]),
    ("hues", &[hues]),
    ("edges and hues", &[edges, hues]),
];

fn gray_pixels(image: &Array3<f64>) -> Array1<f64> {
    rgb2gray(image).into_iter().collect()
}

fn all_pixels(image: &Array3<f64>) -> Array1<f64> {
    image.iter().copied().collect()
}

fn edges(image: &Array3<f64>) -> Array1<f64> {
    hog_feature(image, 7, 9)
}

fn hues(image: &Array3<f64>) -> Array1<f64> {
    color_histogram_hsv(image, 25)
}

fn numbers_of_features() -> String {
    let Clothing { train, .. } = clothing();
    let mut lines = Vec::new();
    for (name, functions) in KINDS {
        let some = train.images.slice(s![..2, .., .., ..]).to_owned();
        lines.push(format!("{name:>14}: {:>4}", extract_features(&some, functions).ncols()));
    }
    let start = Instant::now();
    let x = extract_features(&train.images, &[edges, hues]);
    lines.push(format!("{} images in {:.1?}", x.nrows(), start.elapsed()));
    lines.join("\n")
}

// %% id="sizes-run"
println!("{}", numbers_of_features());

// %% [markdown] id="standardize-text"
// ## 5. On one scale
//
// The features above have nothing in common but their row. An edge is a number up to a few hundred, a share is below 1. A gradient
// step moves each weight in proportion to its feature, so small features would learn at a crawl, while large ones already
// leap across the valley; and a regulariser takes the same from all weights, though small features need large ones. So each
// feature is brought to mean 0 and deviation 1. With the mean $\mu_j$ and the deviation $\sigma_j$ of feature $j$ **over the
// training examples**:
//
// $$ \mu_j = \frac{1}{n} \sum_i t_{ij}, \qquad \sigma_j = \sqrt{\frac{1}{n} \sum_i (t_{ij} - \mu_j)^2}, \qquad
// z_{ij} = \frac{x_{ij} - \mu_j}{\sigma_j} $$
//
// $t$ is `x_train`; $x$ may be the same, or validation or test examples. They are moved and stretched by what the *training*
// examples say, never by their own mean. What arrives later may be a single image, which has no deviation; and whatever is
// learned from validation examples makes them a little less of a test.
//
// What the grader relies on:
//
// - The deviation divides by $n$, not by $n - 1$.
// - A feature that has the same value in all training examples has no deviation to divide by: the mean is subtracted, and that
//   is all. Ask whether all values are **equal**, not whether your $\sigma_j$ is 0: rounding may make it $10^{-17}$, and
//   dividing by that makes a feature of pure noise.
// - Nothing is added to $\sigma_j$.
// - Behind the features comes a column of ones, whose weights are the biases: (batch, features + 1).

// %% id="standardize"
/// Features with the training examples' mean and deviation taken out, and a column of ones behind.
///
/// - `x`: features (batch, features)
/// - `x_train`: the training examples' features (train, features)
/// - returns (batch, features + 1)
pub fn standardize(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64> {
    todo!("features: question 5")
}

// %% id="check-standardize"
gradus_assignments::check!(features, standardize);

// %% [markdown] id="scales-text"
// ### With and without
//
// The same classifier on the same features: once as they are, with a column of ones, and once on one scale. Each has the best of
// several learning rates. Each point is the mean of 20 mini-batches.

// %% id="scales-shown"
fn with_and_without() -> Picture {
    let Clothing { train, .. } = clothing();
    let x = extract_features(&train.images, &[edges, hues]);
    let standardized = standardize(&x, &x);
    let mut plain = Array2::ones((x.nrows(), x.ncols() + 1));
    plain.slice_mut(s![.., ..-1]).assign(&x);
    let best = |x: &Array2<f64>| {
        let histories = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1].map(|rate| {
            let (_, history) = train_softmax(x, &train.y, rate, 0.0, 1000, 100, 231);
            history.chunks(20).map(|losses| losses.iter().sum::<f64>() / losses.len() as f64).collect::<Vec<_>>()
        });
        let last = |history: &Vec<f64>| history[40..].iter().sum::<f64>();
        histories.into_iter().min_by(|a, b| last(a).total_cmp(&last(b))).expect("some rates")
    };
    let (plain, standardized) = (best(&plain), best(&standardized));
    loss_curves(&[("as they are", &plain[..]), ("on one scale", &standardized[..])])
}

show!(with_and_without());

// %% [markdown] id="tune-classifier-text"
// ## 6. Learning rate and strength of regularisation
//
// Two numbers are still to be chosen, and none of them can be learned by gradient descent. So try some of each, in all combinations:
// train on the training examples, and measure on the validation examples. The pair with the highest accuracy is chosen.
//
// The classifier is the softmax classifier that you wrote in the first assignment; here the library's is used, so that all results can be
// compared:
//
// ```text
// let (w, history) = train_softmax(x_train, y_train, learning_rate, reg, iterations, batch_size, seed);
// let classes = predict(&w, x_val);
// ```
//
// - Every training gets the same `iterations` and the same `seed`, and mini-batches of **100**.
// - `accuracies[[i, j]]` belongs to `learning_rates[i]` and `regs[j]`: the share, from 0 to 1, of the validation examples whose label is
//   predicted rightly. `accuracy(&predicted, &labels)` gives it.
// - The learning rate and the strength that are returned belong to the highest of them. If several are equally high, the first
//   counts: with the earlier learning rate in the list, and for the same rate with the earlier strength.
// - `x_train` and `x_val` come ready to use: they have been standardised, and have their column of ones.

// %% id="tune-classifier"
/// Tries all pairs of learning rates and strengths of regularisation.
///
/// - `x_train`, `y_train`: what is trained on (train, features), (train)
/// - `x_val`, `y_val`: what the accuracy is measured on (validation, features), (validation)
/// - `learning_rates`, `regs`: what to try, at least one of each
/// - `iterations`, `seed`: for each training, with mini-batches of 100
/// - returns the accuracies (rates, strengths), and the learning rate and the strength of the best
pub fn tune_classifier(
    x_train: &Array2<f64>,
    y_train: &Array1<usize>,
    x_val: &Array2<f64>,
    y_val: &Array1<usize>,
    learning_rates: &Array1<f64>,
    regs: &Array1<f64>,
    iterations: usize,
    seed: u64,
) -> (Array2<f64>, f64, f64) {
    todo!("features: question 6")
}

// %% id="check-tune-classifier"
gradus_assignments::check!(features, tune_classifier);

// %% [markdown] id="map-text"
// ### The map of a search
//
// Edges and hues, five learning rates, five strengths. Both go in steps of equal *factors*, because it is factors that matter. The
// best place should not lie at the rim of the map: there, something better may be just beyond it. If it does for you,
// extend the list. (Beyond a strength of 0 there is nothing, of course.) How much do neighbours differ, compared with the 0.01 that
// ten images of 1,000 make?

// %% id="map-shown"
/// Features ready for a classifier.
struct Prepared {
    x_train: Array2<f64>,
    x_val: Array2<f64>,
    x_test: Array2<f64>,
}

fn prepared(clothing: &Clothing, functions: &[FeatureFunction]) -> Prepared {
    let train = extract_features(&clothing.train.images, functions);
    let ready = |part: &Part| standardize(&extract_features(&part.images, functions), &train);
    Prepared { x_val: ready(&clothing.validation), x_test: ready(&clothing.test), x_train: standardize(&train, &train) }
}

/// Shows accuracies as a table of coloured fields, the best one framed.
fn show_heat_map(accuracies: &Array2<f64>, learning_rates: &Array1<f64>, regs: &Array1<f64>) {
    use plotters::prelude::*;
    let (rows, columns) = accuracies.dim();
    let (low, high) = accuracies.iter().fold((1.0_f64, 0.0_f64), |(low, high), &a| (low.min(a), high.max(a)));
    let (left, top, wide, tall) = (110, 30, 84, 40);
    let (width, height) = (left + wide * columns as i32 + 20, top + tall * rows as i32 + 50);
    show!(figure(width as u32, height as u32, |area| {
        let small = ("sans-serif", 14).into_font();
        for ((i, j), &share) in accuracies.indexed_iter() {
            let (x, y) = (left + wide * j as i32, top + tall * i as i32);
            // From white to dark blue; what is far below the best is white.
            let depth = ((share - low) / (high - low).max(1e-9)).powi(3);
            let mixed = |full: f64| (255.0 - depth * (255.0 - full)) as u8;
            let colour = RGBColor(mixed(0.0), mixed(90.0), mixed(160.0));
            area.draw(&Rectangle::new([(x, y), (x + wide, y + tall)], colour.filled()))?;
            let ink = if depth > 0.5 { &WHITE } else { &BLACK };
            area.draw(&Text::new(format!("{share:.3}"), (x + 24, y + 14), small.clone().color(ink)))?;
        }
        if let Some((i, j)) = accuracies.indexed_iter().find(|(_, share)| **share == high).map(|(place, _)| place) {
            let (x, y) = (left + wide * j as i32, top + tall * i as i32);
            area.draw(&Rectangle::new([(x + 1, y + 1), (x + wide - 1, y + tall - 1)], RED.stroke_width(3)))?;
        }
        for (i, rate) in learning_rates.iter().enumerate() {
            area.draw(&Text::new(format!("{rate}"), (left - 50, top + tall * i as i32 + 14), small.clone()))?;
        }
        for (j, reg) in regs.iter().enumerate() {
            area.draw(&Text::new(format!("{reg}"), (left + wide * j as i32 + 24, height - 45), small.clone()))?;
        }
        area.draw(&Text::new("learning rate", (4, 8), small.clone()))?;
        area.draw(&Text::new(
            "strength of regularisation",
            (left + wide * columns as i32 / 2 - 80, height - 22),
            small,
        ))?;
        Ok(())
    }));
}

fn map() -> String {
    let clothing = clothing();
    let Prepared { x_train, x_val, .. } = prepared(&clothing, &[edges, hues]);
    let learning_rates = Array1::from_vec(vec![0.01, 0.03, 0.1, 0.3, 1.0]);
    let regs = Array1::from_vec(vec![0.0, 0.0003, 0.001, 0.003, 0.01, 0.03]);
    let (accuracies, learning_rate, reg) =
        tune_classifier(&x_train, &clothing.train.y, &x_val, &clothing.validation.y, &learning_rates, &regs, 1000, 231);
    show_heat_map(&accuracies, &learning_rates, &regs);
    format!("highest: learning rate {learning_rate}, strength {reg}")
}

println!("{}", map());

// %% [markdown] id="kinds-text"
// ### Pixels against features
//
// The same search for each kind of features, and for the best pair of each its accuracy on the validation images. With right answers
// the last bar is above 0.82. A bar that is longer than another by less than 0.02 may be so by luck: of 1,000 images that is 20.
//
// Edges are a fifth as many numbers as grey pixels, and do better. Edges and hues together keep up with the colour pixels, which are 14
// times as many. The pixels hold all that the features hold, and more; a linear classifier just cannot get at all of it.

// %% id="kinds"
/// The best classifier on one kind of features.
struct Best {
    name: &'static str,
    functions: &'static [FeatureFunction],
    learning_rate: f64,
    reg: f64,
    validation_accuracy: f64,
    w: Array2<f64>,
    prepared: Prepared,
}

fn best_of_each(clothing: &Clothing) -> Vec<Best> {
    let learning_rates = Array1::from_vec(vec![0.003, 0.01, 0.03, 0.1, 0.3]);
    let regs = Array1::from_vec(vec![0.0003, 0.003, 0.03]);
    KINDS
        .iter()
        .map(|&(name, functions)| {
            let prepared = prepared(clothing, functions);
            let (train, validation) = (&clothing.train.y, &clothing.validation.y);
            let (accuracies, learning_rate, reg) = tune_classifier(
                &prepared.x_train,
                train,
                &prepared.x_val,
                validation,
                &learning_rates,
                &regs,
                1000,
                231,
            );
            let (w, _) = train_softmax(&prepared.x_train, train, learning_rate, reg, 1000, 100, 231);
            let validation_accuracy = accuracies.iter().copied().fold(0.0, f64::max);
            Best { name, functions, learning_rate, reg, validation_accuracy, w, prepared }
        })
        .collect()
}

/// Shows a bar for each name.
fn show_bars(title: &str, bars: &[(&str, f64)]) {
    use plotters::prelude::*;
    show!(figure(560, 40 + 34 * bars.len() as u32, |area| {
        let font = ("sans-serif", 14).into_font();
        area.draw(&Text::new(title.to_owned(), (130, 8), font.clone()))?;
        for (i, (name, share)) in bars.iter().enumerate() {
            let (top, end) = (32 + 34 * i as i32, 130 + (360.0 * share) as i32);
            area.draw(&Text::new((*name).to_owned(), (8, top + 6), font.clone()))?;
            area.draw(&Rectangle::new([(130, top), (end, top + 24)], RGBColor(0, 114, 178).filled()))?;
            area.draw(&Text::new(format!("{share:.3}"), (end + 8, top + 6), font.clone()))?;
        }
        Ok(())
    }));
}

// %% id="kinds-run"
fn compare() -> String {
    let all = best_of_each(&clothing());
    let shares: Vec<_> = all.iter().map(|best| (best.name, best.validation_accuracy)).collect();
    show_bars("accuracy on the validation images", &shares);
    let lines = all.iter().map(|best| {
        format!(
            "{:>14}: {:.3} with learning rate {}, reg {}",
            best.name, best.validation_accuracy, best.learning_rate, best.reg
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

println!("{}", compare());

// %% [markdown] id="changes-text"
// ### What changes do to it
//
// Features are chosen for what they do *not* see. The classifiers of before, unchanged, on the validation images after four changes:
// at half the brightness; moved to the right by three pixels; dyed with any hue; and turned into negatives, light for dark. Which
// kind of features withstands which change, and could you have told beforehand?

// %% id="changes"
/// Images moved to the right, with black coming in from the left.
fn moved(images: &Array4<f64>, by: usize) -> Array4<f64> {
    let mut result = Array4::zeros(images.raw_dim());
    let width = images.dim().3;
    result.slice_mut(s![.., .., .., by..]).assign(&images.slice(s![.., .., .., ..width - by]));
    result
}

fn after_changes() -> String {
    let clothing = clothing();
    let all = best_of_each(&clothing);
    let Part { images, y } = &clothing.validation;
    let fashion = load();
    let parts = split(6000, SplitSizes { train: 3000, validation: 1000, ..Default::default() }, 231);
    let grey = fashion.train.images.select(Axis(0), &parts.validation);
    let changed = [
        ("as they are", images.clone()),
        ("half as bright", images * 0.5),
        ("moved", moved(images, 3)),
        ("dyed anew", dyed(&grey, y, |_| 0.0, 0.5, 4)),
        ("negative", 255.0 - images),
    ];
    let mut table = vec![format!("{:>16}", "")];
    all.iter().for_each(|best| table[0] += &format!("{:>16}", best.name));
    for (name, images) in &changed {
        let mut line = format!("{name:>16}");
        for Best { functions, w, .. } in &all {
            let train = extract_features(&clothing.train.images, functions);
            let x = standardize(&extract_features(images, functions), &train);
            line += &format!("{:>16.3}", accuracy(&predict(w, &x), y));
        }
        table.push(line);
    }
    table.join("\n")
}

// %% id="changes-run"
println!("{}", after_changes());

// %% [markdown] id="errors-text"
// ### What goes wrong
//
// Validation images that edges and hues together get wrong: the true class in capitals, below it what was predicted. Look for a
// reason in each: is it the outline, the colour, or would you have been wrong too?

// %% id="errors-shown"
fn mistakes() -> Picture {
    let clothing = clothing();
    let Prepared { x_train, x_val, .. } = prepared(&clothing, &[edges, hues]);
    let (w, _) = train_softmax(&x_train, &clothing.train.y, 0.1, 0.003, 1000, 100, 231);
    let Part { images, y } = &clothing.validation;
    let predicted = predict(&w, &x_val);
    let wrong: Vec<usize> = (0..y.len()).filter(|&i| predicted[i] != y[i]).step_by(4).take(18).collect();
    let mut shown = Array4::zeros((0, 3, 28, 28));
    let mut captions = Vec::new();
    // Rows of images and, below each, an example of the class it was taken for.
    for row in wrong.chunks(9) {
        for &i in row {
            shown.push(Axis(0), images.index_axis(Axis(0), i)).expect("the same size");
            captions.push(CLASS_NAMES[y[i]].to_uppercase());
        }
        for &i in row {
            let example = of_class(&clothing.train, predicted[i], 20)[i % 20];
            shown.push(Axis(0), clothing.train.images.index_axis(Axis(0), example)).expect("the same size");
            captions.push(format!("taken for {}", CLASS_NAMES[predicted[i]]));
        }
    }
    let captions: Vec<&str> = captions.iter().map(String::as_str).collect();
    gallery(&shown, &captions, 9)
}

show!(mistakes());

// %% [markdown] id="cells-text"
// ### How large a cell?
//
// Edges alone, with cells of 2 to 28 pixels. Small cells know where each edge is, and notice every shift; a single cell of the size of the
// image knows only which directions there are. Somewhere between lies the best, and it depends on how many images there are to
// learn from.

// %% id="cells-shown"
fn cell_sizes() -> Picture {
    const EDGES: [(usize, FeatureFunction); 6] = [
        (2, |image| hog_feature(image, 2, 9)),
        (4, |image| hog_feature(image, 4, 9)),
        (7, |image| hog_feature(image, 7, 9)),
        (9, |image| hog_feature(image, 9, 9)),
        (14, |image| hog_feature(image, 14, 9)),
        (28, |image| hog_feature(image, 28, 9)),
    ];
    let clothing = clothing();
    let mut lines = Vec::new();
    for (name, shift) in [("images as they are", 0), ("moved by three pixels", 3)] {
        let images = moved(&clothing.validation.images, shift);
        let points = EDGES.map(|(cell, function)| {
            let train = extract_features(&clothing.train.images, &[function]);
            let x_val = standardize(&extract_features(&images, &[function]), &train);
            let rate = if cell < 4 { 0.03 } else { 0.1 };
            let (w, _) = train_softmax(&standardize(&train, &train), &clothing.train.y, rate, 0.003, 1000, 100, 231);
            (cell as f64, accuracy(&predict(&w, &x_val), &clothing.validation.y))
        });
        lines.push((name, points.to_vec()));
    }
    line_chart("Edges in cells of different sizes", "side of a cell in pixels", "accuracy on validation images", &lines)
}

show!(cell_sizes());

// %% [markdown] id="test-text"
// ### At last, the test images
//
// Put in the learning rate and the strength that you have chosen, and run the cell once.

// %% id="test"
fn test_accuracy(learning_rate: f64, reg: f64) -> f64 {
    let clothing = clothing();
    let Prepared { x_train, x_test, .. } = prepared(&clothing, &[edges, hues]);
    let (w, _) = train_softmax(&x_train, &clothing.train.y, learning_rate, reg, 1000, 100, 231);
    accuracy(&predict(&w, &x_test), &clothing.test.y)
}

// %% id="test-run"
println!("accuracy on the test images: {:.3}", test_accuracy(0.1, 0.003));

// %% [markdown] id="written-text"
// ## Questions to answer in words
//
// A few sentences each, below the question in its own cell. They are read by a person, and worth 2 points each on top.

// %% [markdown] id="written-1"
// **Written 1.** For each of these changes say whether the histogram of oriented gradients stays as it is, and whether the histogram of hues
// does, and why: (a) all pixels are made half as bright; (b) 40 is added to red, green and blue of all pixels (nothing goes
// above 255); (c) the image is turned into its negative, 255 less each value; (d) the image is mirrored left to right. Then describe
// two different images that *both* features cannot tell apart.
//
// *Write your answer here.*

// %% [markdown] id="written-2"
// **Written 2.** In the picture of hues, both classes have a tall peak at 0. Where does it come from? Is it of any use to the
// classifier? Change the definition of the feature so that the peak goes away without losing what is of use in it, and say what your
// change would do to a completely grey image.
//
// *Write your answer here.*

// %% [markdown] id="written-3"
// **Written 3.** A friend standardises all 5,000 images together, before they are split into training, validation and test images, and
// reports that the accuracy on the test images went up by 0.001. What is wrong with it, and does it matter that no *labels* were used?
// And another friend chose the learning rate by the accuracy on the test images. Which of the two has the more serious trouble,
// and how would you find out how good each classifier really is?
//
// *Write your answer here.*
