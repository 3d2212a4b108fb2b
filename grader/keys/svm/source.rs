//! The source of assignment `svm`: all that students and staff get is made of it. docs/authoring.md tells how.
//! GRADUS-STAFF-ONLY-7c1f4e

// %% [markdown] id="title"
// # A linear classifier with hinge loss
//
// The softmax loss is never content: however high the score of the right class, it could be higher. The loss of this
// assignment says when enough is enough. Once the right class leads by a *margin*, an example costs nothing and pulls at
// no weight any more. With it a linear classifier is called a *multiclass support vector machine*, SVM for short.
//
// You write six functions:
//
// 1. the hinge loss of given scores, and its gradient;
// 2. the loss of a linear classifier, with loops;
// 3. the same with matrix products;
// 4. training by mini-batch gradient descent;
// 5. prediction;
// 6. a search for a good learning rate and a good strength of regularisation.
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
// | `x` | (batch, features); in question 1 (batch, classes) | one example in each row; in question 1, its scores |
// | `y` | (batch) | the label of each example: the number of its class, from 0 |
// | `w` | (features, classes) | the weights: one column for each class |
// | `dx`, `dw` | as `x`, as `w` | the gradient of the loss with respect to `x`, to `w` |
//
// - The margin is 1.
// - The loss is the **mean** over the examples, never the sum.
// - The regulariser is `reg * sum(w^2)`, without a factor 1/2, over all of `w`. It is not divided by the batch size.
// - Functions only borrow their arguments and leave them as they are.
// - All numbers are `f64`. At least one example, one feature and one class can be taken for granted.

// %% id="imports"
use ndarray::{Array1, Array2, Axis};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

// %% id="imports-for-experiments" gradus={"role": "given", "reference": false}
use gradus_nn::data::fashion_mnist::{CLASS_NAMES, load};
use gradus_nn::metrics::accuracy;
use gradus_nn::pictures::{Picture, Tones, image_grid, line_chart, loss_curves, weight_templates};
use gradus_nn::preprocess::{add_bias_column, mean_image, subtract_mean};
use gradus_nn::split::{SplitSizes, split};
use ndarray::{Array4, array, s};
use std::time::Instant;

// %% [markdown] id="images-text"
// ## The images
//
// 6,000 grey images of clothing, 28 x 28 pixels each, in ten classes. Of these, 5,000 are for training and 1,000 for
// *validation*: to choose the learning rate and the strength of regularisation with. Another 1,000 are the test images,
// which nobody looks at before the end. Each image becomes a row of 784 numbers between 0 and 1. The mean training image
// is subtracted from all of them, and a column of ones is added, so that the last row of `w` holds a bias for each class.

// %% id="images"
/// Rows of pixels with a column of ones, and labels.
struct Part {
    x: Array2<f64>,
    y: Array1<usize>,
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
    let mean = mean_image(&rows.select(Axis(0), &parts.train));
    let prepared = |x: &Array2<f64>| add_bias_column(&subtract_mean(x, &mean));
    let part = |indices: &[usize]| Part {
        x: prepared(&rows.select(Axis(0), indices)),
        y: fashion.train.labels.select(Axis(0), indices),
    };
    Clothing {
        train: part(&parts.train),
        validation: part(&parts.validation),
        test: Part { x: prepared(&fashion.test.unit_rows()), y: fashion.test.labels },
    }
}

/// One image of each class in each row.
fn examples() -> Picture {
    let fashion = load();
    let labels = &fashion.train.labels;
    let of_class = |class: usize| (0..6000).filter(move |&i| labels[i] == class).take(3).collect::<Vec<_>>();
    let chosen: Vec<Vec<usize>> = (0..10).map(of_class).collect();
    let pixels = fashion.train.unit_rows::<f64>();
    let images = Array4::from_shape_fn((30, 1, 28, 28), |(n, _, row, column)| {
        pixels[[chosen[n % 10][n / 10], 28 * row + column]]
    });
    let captions: Vec<&str> = (0..30).map(|n| if n < 20 { "" } else { CLASS_NAMES[n - 20] }).collect();
    image_grid(&images, &captions, 10, Tones::Unit)
}

// %% id="images-shown" gradus={"role": "plot"}
show!(examples());

// %% [markdown] id="svm-loss-text"
// ## 1. Hinge loss
//
// An example has a score $s_c$ for each class $c$, and a right class, its label $y$. Compare the label's score with that
// of every other class in turn. The other class is welcome to any score that lies at least 1 below. If it comes closer,
// or even overtakes, it *misses the margin*, and the example costs as much as is missing:
//
// $$ L = \sum_{j \neq y} \max(0,\; s_j - s_y + 1) $$
//
// Take scores 2, 1.5 and -1 and let the first be the label's. The second class is only 0.5 below, so 0.5 is missing. The
// third is 3 below, which is plenty. The loss is 0.5, and it would not change if the third score were -1000.
//
// Where does the 1 come from? From nowhere: twice the weights give twice the scores and so twice the lead, so the margin
// only sets the scale on which weights are measured. It is the regulariser below that keeps weights from growing.
//
// Equal scores for $C$ classes miss every margin by all of it: $L = C - 1$. That is where an untrained classifier
// starts, 9 for ten classes, as the softmax loss starts from $\ln C$.
//
// **The gradient counts.** As long as class $j$ misses its margin, $L$ contains $s_j - s_y + 1$: raise $s_j$ a little
// and $L$ rises by just as much, so the slope is 1, no matter *how far* the margin is missed. A class that keeps the
// margin contributes 0, whose slope is 0. And $s_y$ stands in every term that is not 0, with a minus sign:
//
// $$ \frac{\partial L}{\partial s_j} = [\,s_j - s_y + 1 > 0\,] \quad (j \neq y), \qquad
// \frac{\partial L}{\partial s_y} = -\sum_{j \neq y} [\,s_j - s_y + 1 > 0\,] $$
//
// The label's slope is minus the *number* of classes that miss the margin. In the example above the gradient is (-1, 1,
// 0). Its sum is 0, always: why? Over a batch the loss is the mean of all $L$, so everything is divided by the batch
// size. The label's own class has no part in the sum; its "margin" would always be $s_y - s_y + 1 = 1$.

// %% id="hinge-shown" gradus={"role": "plot"}
/// What one other class costs, over how far the label's score leads.
fn hinge() -> Picture {
    let leads: Vec<f64> = (-20..=30).map(|tenth| 0.1 * f64::from(tenth)).collect();
    let line = |cost: fn(f64) -> f64| leads.iter().map(|&lead| (lead, cost(lead))).collect::<Vec<_>>();
    line_chart(
        "The price of a small lead",
        "lead of the label's score over the other",
        "loss",
        &[("hinge", line(|lead| (1.0 - lead).max(0.0))), ("softmax, two classes", line(|lead| (-lead).exp().ln_1p()))],
    )
}

show!(hinge());

// %% id="svm-loss" gradus={"role": "answer"}
/// The mean multiclass hinge loss with margin 1, and its gradient with respect to the scores.
///
/// - `x`: scores (batch, classes)
/// - `y`: labels (batch), each below the number of classes
/// - returns the loss and `dx` (batch, classes)
pub fn svm_loss(x: &Array2<f64>, y: &Array1<usize>) -> (f64, Array2<f64>) {
    // BEGIN SOLUTION
    mean_loss_and_gradient(x, y)
    // END SOLUTION
}
// BEGIN SOLUTION

fn mean_loss_and_gradient(scores: &Array2<f64>, y: &Array1<usize>) -> (f64, Array2<f64>) {
    let n = y.len() as f64;
    let margins = margins(scores, y);
    let mut dscores = margins.mapv(|margin| if margin > 0.0 { 1.0 / n } else { 0.0 });
    for (mut row, &label) in dscores.rows_mut().into_iter().zip(y) {
        row[label] = -row.sum();
    }
    (margins.iter().map(|margin| margin.max(0.0)).sum::<f64>() / n, dscores)
}

/// How far each class misses the margin, negative where it keeps it; minus infinity for the label's own class.
pub fn margins(scores: &Array2<f64>, y: &Array1<usize>) -> Array2<f64> {
    let mut margins = scores.to_owned();
    for (mut row, &label) in margins.rows_mut().into_iter().zip(y) {
        row += 1.0 - row[label];
        row[label] = f64::NEG_INFINITY;
    }
    margins
}
// END SOLUTION

// %% id="check-svm-loss" gradus={"role": "check"}
gradus_assignments::check!(svm, svm_loss);

// %% [markdown] id="kink-text"
// ### An edge, and what it does to a gradient check
//
// A good habit is to hold a gradient against differences: $(L(s + h) - L(s - h)) / 2h$ for a small step $h$. The hinge
// has an edge where the lead is exactly 1, and there it has no slope: 0 on one side, 1 on the other, and any number in
// between would be as good. Worse, differences *near* the edge are wrong too: if $s - h$ lies on one side and $s + h$ on
// the other, the result is a mixture of both slopes. The picture uses your function, with a large step so that it can be
// seen. The smaller the step, the narrower the ramp, but it never goes away. So if a few numbers of a gradient check of a
// hinge loss are off while all others agree, look at how far from an edge they are before you doubt your gradient.

// %% id="kink-shown" gradus={"role": "plot"}
/// The slope of the loss along the score of one class whose margin is missed from a score of 0 on.
fn slopes_near_the_edge(step: f64) -> Picture {
    let at = |score: f64| svm_loss(&array![[1.0, score]], &array![0]);
    let scores: Vec<f64> = (-20..=20).map(|i| 0.05 * f64::from(i) + 0.01).collect();
    let by_differences = scores.iter().map(|&score| (score, (at(score + step).0 - at(score - step).0) / (2.0 * step)));
    let by_formula = scores.iter().map(|&score| (score, at(score).1[[0, 1]]));
    line_chart(
        "Slopes near the edge",
        "score of the other class",
        "slope",
        &[("by differences", by_differences.collect()), ("svm_loss", by_formula.collect())],
    )
}

show!(slopes_near_the_edge(0.3));

// %% [markdown] id="svm-classifier-loss-naive-text"
// ## 2. A linear classifier, with loops
//
// As in the last assignment the scores are sums of the features, each with a weight, and the regulariser is part of
// the loss:
//
// $$ s_{ic} = \sum_d x_{id} \, w_{dc}, \qquad
// \text{loss} = \frac{1}{N} \sum_i L_i + \text{reg} \sum_{d,c} w_{dc}^2 $$
//
// The chain rule carries the counts of question 1 on to the weights, and what comes out can be said in a sentence: for
// each class that misses its margin, *add the example to that class's column of `dw` and subtract it from the label's
// column*. A step against the gradient then makes the label's column look more like the example, and the intruder's
// column less. Examples whose margins are all kept do nothing. Those that still pull, at the end of training, are the
// *support vectors* that give the method its name.
//
// Write it with loops over examples, classes and features. Do not forget the mean, in the gradient as well, and the slope of
// the regulariser.

// %% id="svm-classifier-loss-naive" gradus={"role": "answer"}
/// The loss of a linear classifier and its gradient with respect to the weights, with loops.
///
/// - `w`: weights (features, classes)
/// - `x`: data (batch, features)
/// - `y`: labels (batch)
/// - `reg`: strength of the regulariser `reg * sum(w^2)`
/// - returns the loss and `dw` (features, classes)
pub fn svm_classifier_loss_naive(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>) {
    // BEGIN SOLUTION
    let (features, classes) = w.dim();
    let n = x.nrows() as f64;
    let mut loss = 0.0;
    let mut dw = Array2::zeros((features, classes));
    for (i, &label) in y.iter().enumerate() {
        let mut scores = vec![0.0; classes];
        for d in 0..features {
            for c in 0..classes {
                scores[c] += x[[i, d]] * w[[d, c]];
            }
        }
        for c in 0..classes {
            let margin = scores[c] - scores[label] + 1.0;
            if c == label || margin <= 0.0 {
                continue;
            }
            loss += margin / n;
            for d in 0..features {
                dw[[d, c]] += x[[i, d]] / n;
                dw[[d, label]] -= x[[i, d]] / n;
            }
        }
    }
    for d in 0..features {
        for c in 0..classes {
            loss += reg * w[[d, c]] * w[[d, c]];
            dw[[d, c]] += 2.0 * reg * w[[d, c]];
        }
    }
    (loss, dw)
    // END SOLUTION
}

// %% id="check-svm-classifier-loss-naive" gradus={"role": "check"}
gradus_assignments::check!(svm, svm_classifier_loss_naive);

// %% [markdown] id="svm-classifier-loss-text"
// ## 3. The same with matrix products
//
// Three steps, each on whole arrays:
//
// 1. All scores: $S = X W$, shape (batch, classes).
// 2. From scores to their loss and gradient. Pick out the label's score of each row; as a column of shape (batch, 1) it
//    can be subtracted from all columns of $S$ at once (`insert_axis(Axis(1))` makes a column of a vector). Set what
//    belongs to the labels to 0, and everything below 0 as well. The sum of what is left is the loss. Put 1 where
//    something is left, and at each label minus the sum of its row.
// 3. The gradient with respect to the weights: $X^T$ times that of the scores, (features, batch) times (batch, classes).
//
// Step 2 is question 1, so you may call `svm_loss`. A loop over the rows of scores does no harm, since they are short; a
// loop over the rows of `x`, or over features, does. Part of the points is for speed: the grader compares your time with
// that of its own answer, on the same machine at the same time, with 500 examples of 3073 features.

// %% id="svm-classifier-loss" gradus={"role": "answer"}
/// The loss of a linear classifier and its gradient with respect to the weights, vectorised.
///
/// Arguments and results as in [`svm_classifier_loss_naive`].
pub fn svm_classifier_loss(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>) {
    // BEGIN SOLUTION
    regularised_loss_and_gradient(w, x, y, reg)
    // END SOLUTION
}
// BEGIN SOLUTION

fn regularised_loss_and_gradient(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>) {
    let (loss, dscores) = mean_loss_and_gradient(&x.dot(w), y);
    let mut dw = x.t().dot(&dscores);
    dw.scaled_add(2.0 * reg, w);
    (loss + reg * w.iter().map(|weight| weight * weight).sum::<f64>(), dw)
}
// END SOLUTION

// %% id="check-svm-classifier-loss" gradus={"role": "check"}
gradus_assignments::check!(svm, svm_classifier_loss);

// %% [markdown] id="compared-text"
// Hold the two against each other: the same numbers, in much less time.

// %% id="compared"
fn loops_against_products() -> String {
    let Clothing { train, .. } = clothing();
    let (x, y) = (train.x.slice(s![..500, ..]).to_owned(), train.y.slice(s![..500]).to_owned());
    let mut random = StdRng::seed_from_u64(231);
    let w = Array2::from_shape_simple_fn((785, 10), || random.random_range(-0.01..0.01));
    let start = Instant::now();
    let (slow_loss, slow_dw) = svm_classifier_loss_naive(&w, &x, &y, 5e-6);
    let slow = start.elapsed();
    let start = Instant::now();
    let (fast_loss, fast_dw) = svm_classifier_loss(&w, &x, &y, 5e-6);
    let fast = start.elapsed();
    let difference = (slow_dw - fast_dw).fold(0.0, |most: f64, d| most.max(d.abs()));
    format!(
        "losses {slow_loss:.6} and {fast_loss:.6}, about 9 at the start\ngradients differ by at most {difference:.1e}\n\
         loops {slow:.1?}, matrix products {fast:.1?}"
    )
}

// %% id="compared-run"
println!("{}", loops_against_products());

// %% [markdown] id="train-svm-text"
// ## 4. Training
//
// Mini-batch gradient descent again. It does not care which loss it goes down:
//
// 1. start from small random weights, or from zeros;
// 2. draw `batch_size` random examples, with or without repetition: rows of `x` and their labels;
// 3. work out loss and gradient on them, and note the loss;
// 4. subtract `learning_rate * dw` from `w`;
// 5. go on with 2, `iterations` times in all.
//
// What the grader relies on:
//
// - The loss history has one number for each iteration: the loss of that iteration's mini-batch, regulariser included,
//   with the weights as they are **before** that iteration's step.
// - The learning rate stays the same throughout.
// - There are `max(y) + 1` classes, even if some of them have no example.
// - `batch_size` may be larger than the number of examples. Then repeat examples or take all of them, as you like.
// - With 0 iterations, the initial weights come back with an empty history.
// - Every random number comes from one generator made from `seed`, for example `StdRng::seed_from_u64(seed)`. So the
//   same arguments always give the same result. The initial weights depend on the seed and the shapes, not on the
//   learning rate.
//
// `x.select(Axis(0), &indices)` takes rows of `x`; `random.random_range(0..n)` draws a whole number below `n`.

// %% id="train-svm" gradus={"role": "answer"}
// BEGIN SOLUTION
use ndarray_rand::RandomExt;
use ndarray_rand::rand_distr::Normal;
// END SOLUTION
/// Trains a linear classifier with hinge loss by mini-batch gradient descent.
///
/// - `x`: data (batch, features)
/// - `y`: labels (batch)
/// - `learning_rate`: the length of a step, as a factor of the gradient
/// - `reg`: strength of the regulariser `reg * sum(w^2)`
/// - `iterations`: number of steps
/// - `batch_size`: number of examples in each mini-batch, at least 1
/// - `seed`: where the random numbers start
/// - returns the weights (features, max(y) + 1), and the loss of each mini-batch before its step
pub fn train_svm(
    x: &Array2<f64>,
    y: &Array1<usize>,
    learning_rate: f64,
    reg: f64,
    iterations: usize,
    batch_size: usize,
    seed: u64,
) -> (Array2<f64>, Vec<f64>) {
    // BEGIN SOLUTION
    let classes = y.iter().max().map_or(0, |label| label + 1);
    let mut random = StdRng::seed_from_u64(seed);
    let small = Normal::new(0.0, 1e-3).expect("a positive deviation");
    let mut w = Array2::random_using((x.ncols(), classes), small, &mut random);
    let mut history = Vec::with_capacity(iterations);
    for _ in 0..iterations {
        let batch: Vec<usize> = (0..batch_size).map(|_| random.random_range(0..x.nrows())).collect();
        let (x_batch, y_batch) = (x.select(Axis(0), &batch), y.select(Axis(0), &batch));
        let (loss, dw) = regularised_loss_and_gradient(&w, &x_batch, &y_batch, reg);
        history.push(loss);
        w.scaled_add(-learning_rate, &dw);
    }
    (w, history)
    // END SOLUTION
}

// %% id="check-train-svm" gradus={"role": "check"}
gradus_assignments::check!(svm, train_svm);

// %% [markdown] id="rates-text"
// ### Three learning rates
//
// Too small a rate crawls. Too large a one jumps to and fro across the valley, and the loss stays high although every
// single step goes downhill. Each point is the mean of 20 mini-batches, since the loss of one is noisy.

// %% id="rates-shown" gradus={"role": "plot"}
fn means_of_20(history: &[f64]) -> Vec<f64> {
    history.chunks(20).map(|losses| losses.iter().sum::<f64>() / losses.len() as f64).collect()
}

fn three_rates() -> Picture {
    let Clothing { train, .. } = clothing();
    let [slow, good, wild] =
        [1e-4, 1e-2, 1.0].map(|rate| means_of_20(&train_svm(&train.x, &train.y, rate, 1e-3, 600, 100, 231).1));
    loss_curves(&[("rate 0.0001", &slow[..]), ("rate 0.01", &good[..]), ("rate 1", &wild[..])])
}

show!(three_rates());

// %% [markdown] id="predict-text"
// ## 5. Prediction
//
// The margin matters while the classifier learns. To predict, the highest score wins, whatever its lead. Mind that all
// scores of an example can be negative.

// %% id="predict" gradus={"role": "answer"}
/// The class with the highest score for each example.
///
/// - `w`: weights (features, classes)
/// - `x`: data (batch, features)
/// - returns a class (batch), each below the number of classes
pub fn predict(w: &Array2<f64>, x: &Array2<f64>) -> Array1<usize> {
    // BEGIN SOLUTION
    x.dot(w).map_axis(Axis(1), |scores| {
        scores.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(class, _)| class)
    })
    // END SOLUTION
}

// %% id="check-predict" gradus={"role": "check"}
gradus_assignments::check!(svm, predict);

// %% id="first-accuracy"
fn first_accuracy() -> (f64, f64) {
    let Clothing { train, validation, .. } = clothing();
    let (w, _) = train_svm(&train.x, &train.y, 1e-2, 1e-3, 1000, 100, 231);
    (accuracy(&predict(&w, &train.x), &train.y), accuracy(&predict(&w, &validation.x), &validation.y))
}

// %% id="first-accuracy-run"
println!("accuracy on training and validation images: {:.3?}", first_accuracy());

// %% [markdown] id="search-text"
// ## 6. A search for hyper-parameters
//
// The learning rate and the strength of the regulariser are not learned; somebody has to choose them. They are called
// *hyper-parameters*, and the plain way to choose is to try: train with each pair on the training examples, and measure
// the accuracy on the validation examples. Not on the training examples: there the weights that have learned them by
// heart look best. And not on the test examples: what was chosen *because* it does well on them says nothing any more
// about examples that nobody has seen.
//
// Both act by their factor, so candidates stand at equal ratios (0.001, 0.01, 0.1), not at equal distances.
//
// What the grader relies on:
//
// - Each pair is trained with `train_svm` on the training examples, with the same `iterations`, `batch_size` and `seed`.
//   So all see the same mini-batches, and what differs is due to the pair.
// - `accuracies[[i, j]]` belongs to `learning_rates[i]` and `regs[j]`: the share, from 0 to 1, of validation examples whose
//   prediction is right.
// - The learning rate and the strength that come back are those with the highest accuracy. Of equal ones, any will do.
//
// The grader holds this function against *your* `train_svm` and `predict`, so that a mistake there is not counted twice.

// %% id="search" gradus={"role": "answer"}
/// Tries all pairs of a learning rate and a strength of regularisation.
///
/// - `x_train`, `y_train`: examples to train on (batch, features), (batch)
/// - `x_val`, `y_val`: examples to choose by (batch, features), (batch)
/// - `learning_rates`, `regs`: what to try, at least one of each
/// - `iterations`, `batch_size`, `seed`: passed on to [`train_svm`]
/// - returns the best learning rate, the best strength, and all validation accuracies (learning rates, strengths)
pub fn search(
    x_train: &Array2<f64>,
    y_train: &Array1<usize>,
    x_val: &Array2<f64>,
    y_val: &Array1<usize>,
    learning_rates: &Array1<f64>,
    regs: &Array1<f64>,
    iterations: usize,
    batch_size: usize,
    seed: u64,
) -> (f64, f64, Array2<f64>) {
    // BEGIN SOLUTION
    let mut accuracies = Array2::zeros((learning_rates.len(), regs.len()));
    let (mut best_rate, mut best_reg, mut best_accuracy) = (learning_rates[0], regs[0], f64::NEG_INFINITY);
    for (i, &learning_rate) in learning_rates.iter().enumerate() {
        for (j, &reg) in regs.iter().enumerate() {
            let (w, _) = train_svm(x_train, y_train, learning_rate, reg, iterations, batch_size, seed);
            let right = predict(&w, x_val).iter().zip(y_val).filter(|(predicted, label)| predicted == label).count();
            let accuracy = right as f64 / y_val.len() as f64;
            accuracies[[i, j]] = accuracy;
            if accuracy > best_accuracy {
                (best_rate, best_reg, best_accuracy) = (learning_rate, reg, accuracy);
            }
        }
    }
    (best_rate, best_reg, accuracies)
    // END SOLUTION
}

// %% id="check-search" gradus={"role": "check"}
gradus_assignments::check!(svm, search);

// %% [markdown] id="grid-text"
// ### The grid
//
// Twelve trainings. Is the best pair inside of the grid, or at its rim? At the rim, move the grid and search again: the
// best may lie outside. Then measure once, and only once, on the test images.

// %% id="grid"
fn grid(rates: &[f64], regs: &[f64], iterations: usize) -> (f64, f64, Array2<f64>) {
    let Clothing { train, validation, .. } = clothing();
    let (rates, regs) = (Array1::from_iter(rates.iter().copied()), Array1::from_iter(regs.iter().copied()));
    search(&train.x, &train.y, &validation.x, &validation.y, &rates, &regs, iterations, 100, 231)
}

/// The validation accuracy over the learning rate, a line for each strength.
fn grid_shown(rates: &[f64], regs: &[f64], accuracies: &Array2<f64>) -> Picture {
    let names: Vec<String> = regs.iter().map(|reg| format!("reg {reg}")).collect();
    let lines: Vec<(&str, Vec<(f64, f64)>)> = names
        .iter()
        .zip(accuracies.columns())
        .map(|(name, column)| {
            (name.as_str(), rates.iter().map(|rate| rate.log10()).zip(column.iter().copied()).collect())
        })
        .collect();
    line_chart("Validation accuracy", "logarithm of the learning rate, to base 10", "accuracy", &lines)
}

fn search_and_show() -> String {
    let (rates, regs) = ([1e-3, 1e-2, 1e-1, 1.0], [1e-4, 1e-2, 1.0]);
    let (rate, reg, accuracies) = grid(&rates, &regs, 500);
    show!(grid_shown(&rates, &regs, &accuracies));
    format!(
        "learning rates in rows, strengths in columns:\n{accuracies:.3}\nbest: learning rate {rate}, strength {reg}"
    )
}

// %% id="grid-run"
println!("{}", search_and_show());

// %% [markdown] id="templates-text"
// ### What the weights look like
//
// Each column of `w`, without its bias, is an image of 28 x 28: orange where a bright pixel speaks for the class, blue
// where it speaks against it. A score is how well an image matches such a template. Put in the pair that your search
// found.

// %% id="templates-shown" gradus={"role": "plot"}
fn templates(rate: f64, reg: f64) -> Picture {
    let Clothing { train, .. } = clothing();
    let (w, _) = train_svm(&train.x, &train.y, rate, reg, 2000, 100, 231);
    weight_templates(&w.slice(s![..784, ..]).to_owned(), (1, 28, 28), &CLASS_NAMES)
}

show!(templates(1e-2, 1e-2));

// %% [markdown] id="test-text"
// ### At last, the test images

// %% id="test"
fn test_accuracy(rate: f64, reg: f64) -> f64 {
    let Clothing { train, test, .. } = clothing();
    let (w, _) = train_svm(&train.x, &train.y, rate, reg, 2000, 100, 231);
    accuracy(&predict(&w, &test.x), &test.y)
}

// %% id="test-run"
println!("accuracy on the test images: {:.3}", test_accuracy(1e-2, 1e-2));

// %% [markdown] id="written-text"
// ## Questions to answer in words
//
// A few sentences each, below the question in its own cell. They are read by a person, and worth 2 points each on top.

// %% [markdown] id="written-1" gradus={"role": "written", "points": 2}
// **Written 1.** A classmate checks `svm_loss` by differences with a step of 1e-5 on 500 scores. 499 of them agree to eight
// digits, one is off by 0.37. Is that a reason to worry? What causes it? Can the same happen with the softmax loss? How does
// the chance of it change with the margin, with the step, and with the number of classes?
//
// BEGIN SOLUTION
// No. Somewhere among the 500 a margin is missed or kept by less than the step, so the two points of the difference lie on
// different sides of the edge of the hinge, and what comes out is a mixture of two slopes; the gradient itself is fine. The
// softmax loss has a slope everywhere, so it cannot happen there. The chance grows in proportion to the step, and with the number
// of classes, because every margin has an edge of its own. Another margin only moves the edges.
// END SOLUTION
// BEGIN RUBRIC
// 2 for all of this, 1 for a part of it, 0 otherwise; what counts as wrong takes 1 off. Read for ideas, not for words.
//
// - No reason to worry: the hinge has an edge where a margin is exactly 0, and the loss has no slope there.
// - The two points of the difference lie on both sides of the edge, so it is a mixture of two slopes. Here the score lies
//   nearer to an edge than the step of 1e-5.
// - The softmax loss has a slope everywhere, so this cannot happen to it.
// - The chance grows in proportion to the step, and with the number of classes, since each margin has an edge of its own. The
//   size of the margin moves the edges, but there are as many: the chance depends on how many scores lie near them, not on
//   the margin as such.
//
// Wrong: "differences are inexact anyway" as the only reason (rounding gives 1e-8 here, not 0.37); "the gradient is wrong".
// END RUBRIC

// %% [markdown] id="written-2" gradus={"role": "written", "points": 2}
// **Written 2.** Describe two of the templates that your classifier learned. Why do they look like that, and why does a
// template often show the outlines of more than one thing?
//
// BEGIN SOLUTION
// The template of trousers has two bright legs with a dark gap between them, and dark places to the left and right of the legs, where
// shirts and coats have their sides. That of sneakers is bright low down and dark above, where boots have their shafts. A column
// is a sum of images: those of the class that missed a margin were added, those of other classes that came too close were
// subtracted. All kinds of one class share one template, so it shows the outlines of several: bags with and without handles.
// END SOLUTION
// BEGIN RUBRIC
// 2 for all of this, 1 for a part of it, 0 otherwise; what counts as wrong takes 1 off. Read for ideas, not for words.
//
// - What is seen, for two classes, with reference to pixels: bright where most images of the class are bright, the other
//   sign where other classes are bright, for example the legs of trousers against the body of a dress.
// - Why: the column of a class is a sum of examples, its own added and those of others that came too close subtracted.
// - A class has one template only. Kinds of things in one class, such as shoes to the left and to the right, bags with and
//   without handles, short and long sleeves, have to share it, so it shows several outlines at once.
//
// Wrong: "it is the mean image of the class" without the part of the other classes.
// END RUBRIC

// %% [markdown] id="written-3" gradus={"role": "written", "points": 2}
// **Written 3.** All weights are multiplied by 10. What happens to the predictions, to the hinge loss of an example whose
// margins are all kept, to that of an example with a wrong prediction, and to the regulariser? What would happen to the
// weights of data that a line can tell apart if `reg` were 0, and does it differ from the softmax loss?
//
// BEGIN SOLUTION
// The predictions stay as they are, since the order of the scores does. An example whose margins are all kept keeps them, with a
// loss of 0. Where a wrong class leads, its lead becomes ten times as large, and the loss nearly so. The regulariser becomes a
// hundred times as large. Without it, on data that a line can tell apart, the hinge loss is exactly 0 once the weights are large
// enough, and training stops there; the softmax loss is never 0, so its weights grow without end, ever more slowly.
// END SOLUTION
// BEGIN RUBRIC
// 2 for all of this, 1 for a part of it, 0 otherwise; what counts as wrong takes 1 off. Read for ideas, not for words.
//
// - Predictions stay: the order of the scores does.
// - Kept margins stay kept, so the loss of such an example stays 0.
// - The example with a wrong prediction: its negative lead is ten times as large, so its loss grows nearly tenfold.
// - The regulariser is a hundred times as large.
// - With `reg = 0` on data that a line can tell apart, the hinge loss reaches exactly 0 at some finite size of the weights,
//   and training stops there, with the gradient 0. The softmax loss never is 0, so its weights grow without bound, ever more
//   slowly.
//
// Wrong: "the loss is ten times as large" for all examples.
// END RUBRIC
