//! The source of assignment `knn`: all that students and staff get is made of it. docs/authoring.md tells how.
//! GRADUS-STAFF-ONLY-7c1f4e

// %% [markdown] id="title"
// # k-nearest neighbours
//
// The classifiers so far squeeze thousands of images into one column of weights for each class. This one squeezes nothing. It
// keeps all training images, and when a new one comes it looks for those that are most like it: the *nearest neighbours*.
// Their labels vote. Nothing is trained, no loss is minimised, no gradient is needed. All the work is done when somebody asks.
//
// Hardly anybody uses it on pixels in earnest. It is worth an afternoon all the same: it is the bar that anything clever has
// to clear, it shows what "alike" means to a computer that sees only numbers, and it has one hyper-parameter that can be
// looked at from all sides. And its distances are a first lesson in thinking in whole arrays.
//
// You write five functions:
//
// 1. the distances between two sets of images, with two loops;
// 2. the same with one loop;
// 3. the same without a loop;
// 4. the vote of the nearest;
// 5. cross-validation, to choose how many may vote.
//
// Write each answer in its own cell, in place of the `todo!`. Keep names and signatures as they are: the grader calls
// them. You may add helper functions, in the same cells or in new ones. Below each answer a cell runs the public
// checks. They are few and small; the grader asks for more, on numbers that nobody has seen before. Between the
// questions there are cells with experiments. They are ready to run, but they call your functions, so they work only
// once those do.

// %% [markdown] id="conventions"
// ## Conventions
//
// | symbol | shape | meaning |
// | --- | --- | --- |
// | `x` | (test, features); in question 5 (batch, features) | one example in each row: those whose labels are wanted |
// | `x_train` | (train, features) | the examples whose labels are known |
// | `y_train`, `y` | (train), (batch) | the label of each example: the number of its class, from 0 |
// | `distances` | (test, train) | how far each test example is from each training example |
// | `k` | | how many neighbours vote |
//
// - Distances are Euclidean, square root included. They are 0 or more, and never NaN.
// - Of training examples at the same distance, the one that comes first counts as nearer.
// - Of labels with equally many votes, the smallest wins.
// - `k` is at least 1 and at most the number of examples that can vote.
// - Functions only borrow their arguments and leave them as they are.
// - All numbers are `f64`. At least one example of each kind and one feature can be taken for granted.

// %% id="imports"
use ndarray::{Array1, Array2, Axis};

// %% id="imports-for-experiments" gradus={"role": "given", "reference": false}
use gradus_nn::data::fashion_mnist::{CLASS_NAMES, load};
use gradus_nn::metrics::{accuracy, confusion_matrix};
use gradus_nn::pictures::{self, Picture, Tones, image_grid, line_chart};
use gradus_nn::split::{SplitSizes, split};
use ndarray::{Array4, s};
use std::time::{Duration, Instant};

// %% [markdown] id="images-text"
// ## The images
//
// 6,000 grey images of clothing, 28 x 28 pixels each, in ten classes, split at random: 5,000 whose labels the classifier
// may use, and 1,000 for validation. Another 1,000 are the test images, which nobody looks at before the end. Each image
// becomes a row of 784 numbers between 0 and 1. That is all that is done to them: question 2 in words, at the end, asks what
// would change if more were done.

// %% id="images"
/// Rows of pixels, and labels.
struct Part {
    x: Array2<f64>,
    y: Array1<usize>,
}

impl Part {
    fn first(&self, n: usize) -> Part {
        Part { x: self.x.slice(s![..n, ..]).to_owned(), y: self.y.slice(s![..n]).to_owned() }
    }
}

struct Clothing {
    train: Part,
    validation: Part,
    test: Part,
}

fn clothing() -> Clothing {
    let fashion = load();
    let parts = split(6000, SplitSizes { train: 5000, validation: 1000, ..Default::default() }, 231);
    let rows = fashion.train.unit_rows::<f64>();
    let part =
        |indices: &[usize]| Part { x: rows.select(Axis(0), indices), y: fashion.train.labels.select(Axis(0), indices) };
    Clothing {
        train: part(&parts.train),
        validation: part(&parts.validation),
        test: Part { x: fashion.test.unit_rows(), y: fashion.test.labels },
    }
}

/// Images side by side, in rows of `columns`.
fn gallery(rows: &Array2<f64>, captions: &[&str], columns: usize) -> Picture {
    let images = Array4::from_shape_fn((rows.nrows(), 1, 28, 28), |(n, _, row, column)| rows[[n, 28 * row + column]]);
    image_grid(&images, captions, columns, Tones::Unit)
}

/// One image of each class in each row.
fn examples() -> Picture {
    let Clothing { train, .. } = clothing();
    let of_class = |class: usize| (0..5000).filter(|&i| train.y[i] == class).take(3).collect::<Vec<_>>();
    let chosen: Vec<Vec<usize>> = (0..10).map(of_class).collect();
    let shown: Vec<usize> = (0..30).map(|n| chosen[n % 10][n / 10]).collect();
    let captions: Vec<&str> = (0..30).map(|n| if n < 20 { "" } else { CLASS_NAMES[n - 20] }).collect();
    gallery(&train.x.select(Axis(0), &shown), &captions, 10)
}

// %% id="images-shown" gradus={"role": "plot"}
show!(examples());

// %% [markdown] id="compute-distances-two-loops-text"
// ## 1. Distances, with two loops
//
// When are two images alike? The simplest answer treats an image as a point in a space with an axis for each pixel, 784 of
// them here, and measures with a ruler. For a test image $x_i$ and a training image $t_j$:
//
// $$ D_{ij} = \sqrt{\sum_d (x_{id} - t_{jd})^2} $$
//
// In words: subtract pixel from pixel, square, add up over all pixels, take the root. For two pixels that is the theorem of
// Pythagoras. Take the points (1, 2) and (4, 6): the differences are 3 and 4, the squares 9 and 16, and the distance is 5.
//
// Squaring makes one large difference count for more than many small ones. The *Manhattan* distance, which adds the
// absolute differences instead, does not: from (1, 2) to (4, 6) it is 7. Both are distances; this assignment uses the first.
//
// Write it with one loop over the test examples and one inside of it over the training examples. The result has a row for each
// test example and a column for each training example. `x.row(i)` is a row, `a.iter().zip(b)` goes through two rows in step.

// %% id="compute-distances-two-loops" gradus={"role": "answer"}
/// The Euclidean distances between test and training examples, with two loops.
///
/// - `x`: test examples (test, features)
/// - `x_train`: training examples (train, features)
/// - returns the distances (test, train)
pub fn compute_distances_two_loops(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64> {
    // BEGIN SOLUTION
    let mut distances = Array2::zeros((x.nrows(), x_train.nrows()));
    for (i, example) in x.outer_iter().enumerate() {
        for (j, other) in x_train.outer_iter().enumerate() {
            let square: f64 = example.iter().zip(other).map(|(a, b)| (a - b) * (a - b)).sum();
            distances[[i, j]] = square.sqrt();
        }
    }
    distances
    // END SOLUTION
}

// %% id="check-compute-distances-two-loops" gradus={"role": "check"}
gradus_assignments::check!(knn, compute_distances_two_loops);

// %% [markdown] id="matrix-text"
// ### The distances as an image
//
// 100 test images against 400 training images: each dot of the picture is a distance, and the brighter it is, the further the
// two are apart. A row is what one test image sees of all training images. A column is how one training image looks to all
// test images.
//
// It is no even grey. Some rows are bright from end to end, and so are some columns; others are dark. A bright row says: this
// test image is far from *everything*. A dark column says: this training image is near to everybody, whatever they are.
// The second picture shows the images behind the brightest and the darkest row and column. Written question 1 asks you
// what they have in common.

// %% id="matrix-shown" gradus={"role": "plot"}
/// The distances of 100 validation images from 400 training images.
fn some_distances() -> Array2<f64> {
    let Clothing { train, validation, .. } = clothing();
    compute_distances_two_loops(&validation.first(100).x, &train.first(400).x)
}

/// Each distance as a square of two by two dots.
fn distances_shown() -> Picture {
    let distances = some_distances();
    let (test, train) = distances.dim();
    let dots =
        Array4::from_shape_fn((1, 1, 2 * test, 2 * train), |(_, _, row, column)| distances[[row / 2, column / 2]]);
    image_grid(&dots, &["training images from left to right, test images from top to bottom"], 1, Tones::SharedRange)
}

show!(distances_shown());

// %% id="extremes-shown" gradus={"role": "plot"}
/// The places of the smallest and the largest number.
fn extremes(numbers: &Array1<f64>) -> [usize; 2] {
    let place = |wanted: fn(f64, f64) -> bool| {
        (0..numbers.len()).fold(0, |best, i| if wanted(numbers[i], numbers[best]) { i } else { best })
    };
    [place(|a, b| a < b), place(|a, b| a > b)]
}

fn brightest_and_darkest() -> Picture {
    let Clothing { train, validation, .. } = clothing();
    let distances = some_distances();
    let [dark_row, bright_row] = extremes(&distances.sum_axis(Axis(1)));
    let [dark_column, bright_column] = extremes(&distances.sum_axis(Axis(0)));
    let mut images = validation.x.select(Axis(0), &[bright_row, dark_row]);
    images.append(Axis(0), train.x.select(Axis(0), &[bright_column, dark_column]).view()).expect("rows of 784");
    gallery(&images, &["brightest row", "darkest row", "brightest column", "darkest column"], 4)
}

show!(brightest_and_darkest());

// %% [markdown] id="compute-distances-one-loop-text"
// ## 2. With one loop
//
// The inner loop does the same to every training example, so it can be left to ndarray. Subtract a row from a matrix, and
// *broadcasting* subtracts it from each of its rows:
//
// $$ \underbrace{T}_{\text{(train, features)}} - \underbrace{x_i}_{\text{(features)}}
// \quad \text{has shape} \quad \text{(train, features)} $$
//
// Square each element, and add up along an axis. Which one? The features have to disappear and the training examples have to
// stay, so it is the axis of the features, `Axis(1)`. `sum_axis(Axis(1))` leaves one number for each training example, whose
// root is row $i$ of the result. To write `t - r` for a matrix and a row, borrow both: `x_train - &x.row(i)`.

// %% id="compute-distances-one-loop" gradus={"role": "answer"}
/// The Euclidean distances between test and training examples, with a loop over the test examples only.
///
/// Arguments and result as in [`compute_distances_two_loops`].
pub fn compute_distances_one_loop(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64> {
    // BEGIN SOLUTION
    let mut distances = Array2::zeros((x.nrows(), x_train.nrows()));
    for (mut row, example) in distances.outer_iter_mut().zip(x.outer_iter()) {
        let squares = (x_train - &example).mapv_into(|difference| difference * difference).sum_axis(Axis(1));
        row.assign(&squares.mapv_into(f64::sqrt));
    }
    distances
    // END SOLUTION
}

// %% id="check-compute-distances-one-loop" gradus={"role": "check"}
gradus_assignments::check!(knn, compute_distances_one_loop);

// %% [markdown] id="compute-distances-no-loops-text"
// ## 3. Without a loop
//
// It is tempting to broadcast once more, to a block of shape (test, train, features) that holds all differences at once. For
// 1,000 test and 5,000 training images that is 31 gigabytes. There is a better way, and all of it is school algebra:
//
// $$ \sum_d (x_{id} - t_{jd})^2 = \sum_d x_{id}^2 + \sum_d t_{jd}^2 - 2 \sum_d x_{id} \, t_{jd} $$
//
// - The first sum is one number for each test example. As a column, of shape (test, 1), it is broadcast along the training
//   examples; `insert_axis(Axis(1))` makes a column of a vector.
// - The second is one number for each training example: a row, of shape (train), broadcast along the test examples.
// - The third is a product of matrices, $X T^T$, of shape (test, train): `x.dot(&x_train.t())`.
//
// No array here is larger than the result or the inputs, and processors are very good at matrix products: numbers that are
// fetched once are used many times.
//
// **What it costs.** Where two points are close to each other and far from the origin, two large numbers that are almost equal
// are subtracted, and what is left is mostly their rounding. Relative to the *lengths* of the points the error stays tiny, but
// the square of a distance of 0 may come out as $10^{-15}$, or as $-10^{-15}$. The root of a negative number is NaN, and one
// NaN is enough to upset any sorting. So put 0 wherever the square is negative: `max(0.0)` before `sqrt`.
//
// The grader knows this: it lets the square of a distance be off by some rounding of the points' lengths, but it does not
// accept NaN. Part of the points is for speed: your time is compared with that of the grader's own answer, on the same
// machine at the same time, for 100 images against 500. An answer with loops loses those points only.

// %% id="compute-distances-no-loops" gradus={"role": "answer"}
/// The Euclidean distances between test and training examples, without a loop.
///
/// Arguments and result as in [`compute_distances_two_loops`].
pub fn compute_distances_no_loops(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64> {
    // BEGIN SOLUTION
    let squared_lengths = |points: &Array2<f64>| points.map_axis(Axis(1), |point| point.dot(&point));
    let mut distances = x.dot(&x_train.t());
    distances *= -2.0;
    distances += &squared_lengths(x).insert_axis(Axis(1));
    distances += &squared_lengths(x_train);
    // Rounding can take a square of 0 below 0.
    distances.mapv_into(|square| square.max(0.0).sqrt())
    // END SOLUTION
}

// %% id="check-compute-distances-no-loops" gradus={"role": "check"}
gradus_assignments::check!(knn, compute_distances_no_loops);

// %% [markdown] id="compared-text"
// ### The same numbers, in less time
//
// Each bar is the time of one call for 100 images against 2,000, the fastest of three.
//
// Do not be surprised if one loop takes *longer* than two. In a language whose own loops are slow, each loop less is a gain. In
// Rust a loop costs next to nothing; what costs is memory. Each turn of the single loop writes a matrix of differences as
// large as the training set, and reads it again to square and to add it up, whereas two loops keep one sum in a register.
// It is the matrix product that wins, and not for want of loops: inside there are three of them, in an order in which each
// number that was fetched is used many times.

// %% id="compared"
type Distances = fn(&Array2<f64>, &Array2<f64>) -> Array2<f64>;

fn fastest(distances: Distances, x: &Array2<f64>, x_train: &Array2<f64>) -> Duration {
    let once = || {
        let start = Instant::now();
        distances(x, x_train);
        start.elapsed()
    };
    (0..3).map(|_| once()).min().expect("three times")
}

fn three_ways() -> String {
    let Clothing { train, validation, .. } = clothing();
    let (x, x_train) = (validation.first(100).x, train.first(2000).x);
    let ways: [(&str, Distances); 3] = [
        ("two loops", compute_distances_two_loops),
        ("one loop", compute_distances_one_loop),
        ("no loops", compute_distances_no_loops),
    ];
    let times = ways.map(|(_, distances)| fastest(distances, &x, &x_train));
    let longest = times.iter().max().expect("three times").as_secs_f64();
    let mut lines: Vec<String> = ways
        .iter()
        .zip(times)
        .map(|((name, _), time)| {
            let bar = "█".repeat((40.0 * time.as_secs_f64() / longest).ceil() as usize);
            format!("{name:<10} {:>8.1} ms  {bar}", 1000.0 * time.as_secs_f64())
        })
        .collect();
    let right = compute_distances_two_loops(&x, &x_train);
    for (name, distances) in &ways[1..] {
        let furthest_off = (distances(&x, &x_train) - &right).fold(0.0, |most: f64, d| most.max(d.abs()));
        lines.push(format!("{name}: off by at most {furthest_off:.0e}"));
    }
    lines.join("\n")
}

// %% id="compared-run"
println!("{}", three_ways());

// %% [markdown] id="predict-labels-text"
// ## 4. The vote
//
// For each test example, the labels of its `k` nearest training examples have a vote each, and the label with most votes is
// the prediction. With `k = 1` the nearest decides alone, and one mislabelled or odd training image is enough to spoil the
// neighbourhood around it. More voters outvote it. With too many, though, the vote is no longer among neighbours: when all
// training examples vote, the prediction is the most frequent class, whatever the image.
//
// Two rules make the result a function of its arguments, so that it can be checked:
//
// - **Equal distances.** The example that comes first is nearer. A *stable* sort keeps equal elements in their order, and
//   `sort_by` is stable; `sort_unstable_by` is not.
// - **Equal votes.** The smallest label wins, even if another one is nearer.
//
// Sort *places*, not distances: what is wanted is which examples are near. `f64` has no total order because of NaN, so `sort`
// does not work on distances; `a.total_cmp(&b)` compares two of them.

// %% id="predict-labels" gradus={"role": "answer"}
/// The label that most of the `k` nearest training examples have.
///
/// - `distances`: from each test to each training example (test, train)
/// - `y_train`: labels of the training examples (train)
/// - `k`: the number of neighbours that vote, from 1 to the number of training examples
/// - returns a label for each test example (test)
pub fn predict_labels(distances: &Array2<f64>, y_train: &Array1<usize>, k: usize) -> Array1<usize> {
    // BEGIN SOLUTION
    let classes = y_train.iter().max().map_or(0, |label| label + 1);
    distances.map_axis(Axis(1), |distances| {
        let mut order: Vec<usize> = (0..distances.len()).collect();
        // Stable, so that of equal distances the first comes first.
        order.sort_by(|&a, &b| distances[a].total_cmp(&distances[b]));
        let mut votes = vec![0; classes];
        for &neighbour in &order[..k] {
            votes[y_train[neighbour]] += 1;
        }
        (0..classes).fold(0, |best, label| if votes[label] > votes[best] { label } else { best })
    })
    // END SOLUTION
}

// %% id="check-predict-labels" gradus={"role": "check"}
gradus_assignments::check!(knn, predict_labels);

// %% [markdown] id="first-accuracy-text"
// ### First results
//
// 500 validation images, with 2,000 training images to vote. Guessing would be right once in ten.

// %% id="first-accuracy"
/// The distances of 500 validation images from 2,000 training images, and both sets of images.
fn first_try() -> (Array2<f64>, Part, Part) {
    let Clothing { train, validation, .. } = clothing();
    let (train, validation) = (train.first(2000), validation.first(500));
    (compute_distances_no_loops(&validation.x, &train.x), train, validation)
}

fn first_accuracies() -> String {
    let (distances, train, validation) = first_try();
    let of = |k: usize| {
        let right = accuracy(&predict_labels(&distances, &train.y, k), &validation.y);
        format!("k = {k:<4} accuracy {right:.3}")
    };
    [1, 5, 100, 2000].map(of).join("\n")
}

// %% id="first-accuracy-run"
println!("{}", first_accuracies());

// %% [markdown] id="neighbours-text"
// ### Who votes
//
// In each row the first image is a validation image, and the others are its six nearest training images, the nearest first.
// In the first picture the vote of five is right, in the second it is wrong. Look at what the neighbours have in common with
// the image: outline, size, brightness. A print on a shirt makes it a stranger among shirts.
//
// (How does the cell find the neighbours with nothing but your function? It gives each training image a label of its own:
// its place. The vote of one neighbour then *is* the place of the nearest. For the next one, the nearest is moved out of the
// way.)

// %% id="neighbours"
/// The places of the `count` nearest training images, for each row of the distances: (test, count).
fn nearest(mut distances: Array2<f64>, count: usize) -> Array2<usize> {
    let places = Array1::from_iter(0..distances.ncols());
    let mut nearest = Array2::zeros((distances.nrows(), count));
    for mut column in nearest.columns_mut() {
        let found = predict_labels(&distances, &places, 1);
        for (i, &place) in found.iter().enumerate() {
            distances[[i, place]] = f64::INFINITY;
        }
        column.assign(&found);
    }
    nearest
}

/// Six images whose prediction is right, or wrong, each with its nearest neighbours.
fn neighbourhoods(right: bool) -> Picture {
    let (distances, train, validation) = first_try();
    let predicted = predict_labels(&distances, &train.y, 5);
    let chosen: Vec<usize> =
        (0..500).filter(|&i| (predicted[i] == validation.y[i]) == right).step_by(8).take(6).collect();
    let neighbours = nearest(distances.select(Axis(0), &chosen), 6);
    let mut images = Array2::zeros((0, 784));
    let mut captions = Vec::new();
    for (&i, places) in chosen.iter().zip(neighbours.rows()) {
        images.push_row(validation.x.row(i)).expect("a row of 784");
        captions.push(CLASS_NAMES[validation.y[i]].to_uppercase());
        for &place in places {
            images.push_row(train.x.row(place)).expect("a row of 784");
            captions.push(CLASS_NAMES[train.y[place]].to_owned());
        }
    }
    let captions: Vec<&str> = captions.iter().map(String::as_str).collect();
    gallery(&images, &captions, 7)
}

// %% id="right-neighbours-shown" gradus={"role": "plot"}
show!(neighbourhoods(true));

// %% id="wrong-neighbours-shown" gradus={"role": "plot"}
show!(neighbourhoods(false));

// %% [markdown] id="confusion-text"
// ### Which class is taken for which
//
// Rows are true classes, columns predictions. What is off the diagonal is no accident: some classes share an outline.

// %% id="confusion-shown" gradus={"role": "plot"}
fn confusion() -> Picture {
    let (distances, train, validation) = first_try();
    let predicted = predict_labels(&distances, &train.y, 5);
    pictures::confusion_matrix(&confusion_matrix(&predicted, &validation.y, 10), &CLASS_NAMES)
}

show!(confusion());

// %% [markdown] id="cross-validate-text"
// ## 5. Cross-validation
//
// Which `k` is best? Not the one that does best on the training examples: there each example is its own nearest neighbour, so
// `k = 1` looks perfect. A validation set gives an honest answer, but it takes examples away from the vote, and with a few
// hundred of them a difference of one or two in a hundred may be luck.
//
// *Cross-validation* lets every example serve both ends. Cut the examples into folds of about equal length. Hold out one
// fold, let all the others vote, and measure. Then hold out the next, until each fold has been held out once:
//
// | | fold 0 | fold 1 | fold 2 |
// | --- | --- | --- | --- |
// | first turn | **measured** | votes | votes |
// | second turn | votes | **measured** | votes |
// | third turn | votes | votes | **measured** |
//
// Each turn gives an accuracy. Their mean is a better estimate than any one of them, and how far they are apart tells how much
// of a difference to believe.
//
// What the grader relies on:
//
// - Folds are runs of neighbouring rows, in their order; nothing is shuffled. So examples that are sorted by class have to
//   be shuffled *before*: else a fold may hold all examples of a class, and nobody is left to vote for it.
// - If the number of examples $n$ does not divide evenly, each of the first `n % folds` folds has one example more: 11
//   examples in 4 folds are 3 + 3 + 3 + 2.
// - The examples of the other folds keep their order.
// - `accuracies[[i, f]]` belongs to `ks[i]` and fold `f`: the share, from 0 to 1, of the fold's examples whose label is
//   predicted rightly.
// - There are at least two folds and at most one for each example, and no `k` is larger than the number that can vote.
//
// Call your `predict_labels` and one of your functions for distances. The grader accepts what follows from *your* functions,
// so that a mistake there is not counted twice. Distances do not depend on `k`: work them out once for each fold.
// `x.select(Axis(0), &places)` takes rows of a matrix, and `(0..start).chain(end..n)` leaves out a run.

// %% id="cross-validate" gradus={"role": "answer"}
/// The accuracy of each number of neighbours on each fold, predicted from the other folds.
///
/// - `x`: examples (batch, features)
/// - `y`: their labels (batch)
/// - `ks`: numbers of neighbours to try, at least one
/// - `folds`: the number of folds, from 2 to the number of examples
/// - returns the accuracies (choices of k, folds)
pub fn cross_validate(x: &Array2<f64>, y: &Array1<usize>, ks: &Array1<usize>, folds: usize) -> Array2<f64> {
    // BEGIN SOLUTION
    let n = x.nrows();
    let mut accuracies = Array2::zeros((ks.len(), folds));
    let mut start = 0;
    for fold in 0..folds {
        let end = start + n / folds + usize::from(fold < n % folds);
        let held_out: Vec<usize> = (start..end).collect();
        let others: Vec<usize> = (0..start).chain(end..n).collect();
        let distances = compute_distances_no_loops(&x.select(Axis(0), &held_out), &x.select(Axis(0), &others));
        let y_train = y.select(Axis(0), &others);
        for (i, &k) in ks.iter().enumerate() {
            let predicted = predict_labels(&distances, &y_train, k);
            let right = predicted.iter().zip(&held_out).filter(|(label, example)| **label == y[**example]).count();
            accuracies[[i, fold]] = right as f64 / held_out.len() as f64;
        }
        start = end;
    }
    accuracies
    // END SOLUTION
}

// %% id="check-cross-validate" gradus={"role": "check"}
gradus_assignments::check!(knn, cross_validate);

// %% [markdown] id="folds-text"
// ### How many neighbours?
//
// Five folds of 2,000 images. Each dot is one fold, and the line joins the means. How far apart are the dots of one `k`,
// compared with the ups and downs of the line? Would you bet on the best `k` against its neighbours? The table below the
// picture tells which fold is the lowest and which the highest: is it always the same one, and what does that mean?

// %% id="folds-shown" gradus={"role": "plot"}
const KS: [usize; 10] = [1, 2, 3, 5, 7, 10, 15, 20, 35, 50];

/// The accuracies of five folds of 2,000 images: (choices of k, folds).
fn five_folds() -> Array2<f64> {
    let Part { x, y } = clothing().train.first(2000);
    cross_validate(&x, &y, &Array1::from_iter(KS), 5)
}

fn folds_shown() -> Picture {
    let accuracies = five_folds();
    let means = accuracies.mean_axis(Axis(1)).expect("five folds");
    let line = KS.iter().map(|&k| k as f64).zip(means).collect();
    // A gap behind each dot, so that nothing joins them.
    let gap = (f64::NAN, f64::NAN);
    let dots = accuracies.indexed_iter().flat_map(|((i, _), &share)| [(KS[i] as f64, share), gap]).collect();
    line_chart("Five folds", "neighbours that vote, k", "accuracy", &[("mean", line), ("one fold", dots)])
}

show!(folds_shown());

// %% id="best"
fn best_number_of_neighbours() -> String {
    let accuracies = five_folds();
    let mut lines = vec!["   k    mean   lowest fold   highest fold".to_owned()];
    let mut best = (0, 0.0);
    for (&k, row) in KS.iter().zip(accuracies.rows()) {
        let mean = row.sum() / row.len() as f64;
        let [low, high] = extremes(&row.to_owned());
        lines.push(format!("{k:>4}   {mean:.3}   {low}: {:.3}      {high}: {:.3}", row[low], row[high]));
        if mean > best.1 {
            best = (k, mean);
        }
    }
    lines.push(format!("highest mean: k = {}", best.0));
    lines.join("\n")
}

// %% id="best-run"
println!("{}", best_number_of_neighbours());

// %% [markdown] id="sizes-text"
// ### More images to vote
//
// The only way in which this classifier learns is to remember more. Each doubling of the training images helps, a little less
// every time, and each doubles the time of a prediction. The horizontal axis is logarithmic: a step of 1 is ten times as many.

// %% id="sizes-shown" gradus={"role": "plot"}
fn more_images() -> Picture {
    let Clothing { train, validation, .. } = clothing();
    let distances = compute_distances_no_loops(&validation.x, &train.x);
    let with = |n: usize, k: usize| {
        let (nearer, labels) = (distances.slice(s![.., ..n]).to_owned(), train.y.slice(s![..n]).to_owned());
        ((n as f64).log10(), accuracy(&predict_labels(&nearer, &labels, k), &validation.y))
    };
    let line = |k: usize| [40, 80, 160, 320, 640, 1280, 2560, 5000].map(|n| with(n, k)).to_vec();
    line_chart(
        "More images to vote",
        "logarithm of the number of training images, to base 10",
        "accuracy on validation images",
        &[("k = 1", line(1)), ("k = 5", line(5)), ("k = 20", line(20))],
    )
}

show!(more_images());

// %% [markdown] id="test-text"
// ### At last, the test images
//
// Put in the `k` that you have chosen, and run the cell once. The linear classifiers before had 7,850 numbers to remember
// where this one has 3,920,000. Which does better?

// %% id="test"
fn test_accuracy(k: usize) -> f64 {
    let Clothing { train, test, .. } = clothing();
    accuracy(&predict_labels(&compute_distances_no_loops(&test.x, &train.x), &train.y, k), &test.y)
}

// %% id="test-run"
println!("accuracy on the test images: {:.3}", test_accuracy(5));

// %% [markdown] id="written-text"
// ## Questions to answer in words
//
// A few sentences each, below the question in its own cell. They are read by a person, and worth 2 points each on top.

// %% [markdown] id="written-1" gradus={"role": "written", "points": 2}
// **Written 1.** Go back to the picture of the distances. What do the images behind the brightest row and the brightest column
// have in common, and why does that make the whole row or column bright? Why are other columns dark throughout, and why can
// such a training image be a nuisance to the vote? What would the picture look like if both sets of images were sorted by
// class?
//
// BEGIN SOLUTION
// Both are almost white, and fill much of the frame: here a pullover and a boot. Most images are dark or grey in most of those
// pixels, so the differences are large there, whatever is on the other image. A dark column belongs to a training image of middling
// grey, here a faint shirt: it lies near the mean of all images, so nobody is very far from it, and it gets to vote for images of
// any class. Sorted by class, the picture would be made of rectangles, one for each pair of classes, with dark ones on the
// diagonal and for classes that look alike, such as shirts and coats.
// END SOLUTION
// BEGIN RUBRIC
// 2 for all of this, 1 for a part of it, 0 otherwise; what counts as wrong takes 1 off. Read for ideas, not for words.
//
// - A bright row is a test image that is far from all training images, a bright column a training image that is far from all test
//   images.
// - Cause: unusual images. Here they are those with very many bright pixels (or a strange pattern), which differ in many
//   pixels from nearly everything.
// - Dark columns: images of middling grey or with few bright pixels, near to the mean of all images. They are near to many,
//   whatever their class, so they vote where they should not.
// - Sorted by class: blocks, dark along the diagonal, and dark as well for pairs of classes that look alike.
//
// Wrong: "the bright ones were predicted wrongly"; "bright means alike".
// END RUBRIC

// %% [markdown] id="written-2" gradus={"role": "written", "points": 2}
// **Written 2.** The same is done to all images, training and test, before the distances are worked out. For which of these do
// the predictions of a nearest-neighbour classifier surely stay as they are, with the Euclidean distance, and with the
// Manhattan distance (the sum of absolute differences)? Give a reason for each.
//
// (a) the mean training image is subtracted; (b) all pixels are multiplied by 3; (c) each pixel is divided by its standard
// deviation over the training images; (d) all images are mirrored left to right; (e) each image is divided by its own largest
// pixel; (f) the images, as points in 784 dimensions, are rotated around the origin by the same rotation.
//
// BEGIN SOLUTION
// (a) Both stay: the same is subtracted from both points, so every difference is what it was. (b) Both stay: all distances become
// three times as long, and their order is kept. (c) Neither has to: pixels get different weights, so the order can change. (d) Both
// stay: mirroring puts the pixels in another order, which is the same for all images, and a sum does not depend on the order. (e)
// Neither has to: images are stretched by different factors, so dark and light ones of the same shape come closer. (f) The
// Euclidean distance stays, since a rotation keeps lengths; the Manhattan distance depends on the directions of the axes.
// END SOLUTION
// BEGIN RUBRIC
// 2 for five or six of the letters right for both distances, with reasons; 1 for three or four, or for all without reasons; 0
// otherwise.
//
// - (a) both stay: differences are unchanged.
// - (b) both stay: all distances are multiplied by the same positive number, so their order stays.
// - (c) neither has to stay: features are weighted differently.
// - (d) both stay: a permutation of the pixels, the same for all.
// - (e) neither has to stay: each image has a factor of its own.
// - (f) Euclidean stays, Manhattan need not.
// END RUBRIC

// %% [markdown] id="written-3" gradus={"role": "written", "points": 2}
// **Written 3.** True or false, and why?
//
// (a) If no two training images are equal, 1-nearest neighbour makes no mistake on the training images themselves. (b) Of two
// values of `k`, the larger one has at least as high an accuracy on the training images. (c) Of two values of `k`, the smaller
// one has at least as high an accuracy on new images. (d) A prediction takes longer, the more training images there are.
// (e) Between two classes, 1-nearest neighbour draws a boundary that is made of straight pieces.
//
// BEGIN SOLUTION
// (a) True: each training image is at distance 0 from itself and further from all others, so it gets its own label. (b) False: by (a)
// k = 1 is perfect there, and more neighbours can outvote the image's own label. (c) False: with k = 1 a single odd image
// decides; my folds were better with a few neighbours than with one. Nor is the opposite true, since with all examples the
// prediction is always the same. (d) True: every distance has to be worked out and compared. (e) True: points with equal distances
// from two training images lie on a straight line (a plane in space), half-way between them, and the boundary consists of pieces
// of those.
// END SOLUTION
// BEGIN RUBRIC
// 2 for four or five right with reasons; 1 for three, or for all without reasons; 0 otherwise.
//
// - (a) true: each is its own nearest neighbour, at distance 0.
// - (b) false: 1 is perfect on the training images, larger k need not be.
// - (c) false: small k follows noise, and the folds show it; any k between can be best.
// - (d) true, without an index: one distance for each training image, and the order of all of them. An answer that names search
//   trees as a way around it is right too.
// - (e) true: pieces of the lines (planes, hyperplanes) half-way between two training examples of different classes.
// END RUBRIC
