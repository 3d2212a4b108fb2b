// %% [markdown] id="title"
// # A linear classifier with softmax loss
//
// Five functions turn a matrix of weights into something that recognises clothing on images. You write all five:
//
// 1. the softmax loss of given scores, and its gradient;
// 2. the loss of a linear classifier, with loops;
// 3. the same without loops over the data, and many times as fast;
// 4. training by mini-batch gradient descent;
// 5. prediction.
//
// Most of what comes later in this course has this shape: scores, a loss, a gradient, small steps downhill. Larger
// networks only put more layers before the scores.
//
// Write each answer in its own cell, in place of the `todo!`. Keep names and signatures as they are: the grader calls
// them. You may add helper functions, in the same cells or in new ones. Below each answer a cell runs the public
// checks. They are few and small; the grader asks for more, on numbers that nobody has seen before.

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
// - The loss is the **mean** over the examples, never the sum. So a learning rate means the same for any batch size.
// - The regulariser is `reg * sum(w^2)`, without a factor 1/2, over all of `w`. It is not divided by the batch size.
// - Functions only borrow their arguments and leave them as they are.
// - All numbers are `f64`. At least one example, one feature and one class can be taken for granted.

// %% id="imports"
use ndarray::{Array1, Array2, Axis};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

// %% [markdown] id="softmax-loss-text"
// ## 1. Softmax loss
//
// A classifier gives each class a *score*: any number, higher for what it thinks more likely. Softmax makes
// probabilities of the scores $s_1, \dots, s_C$ of one example:
//
// $$ p_c = \frac{e^{s_c}}{\sum_k e^{s_k}} $$
//
// All are positive and their sum is 1. The loss asks one thing only: how probable was the right class $y$?
//
// $$ L = -\ln p_y = \ln \sum_k e^{s_k} - s_y $$
//
// A right and certain answer costs nearly 0; a wrong and certain one costs a lot. Equal scores for $C$ classes cost
// $\ln C$: what an untrained classifier should start from, and the first thing to look at when training goes wrong.
//
// The gradient is as simple as one could wish: raise the scores that got too little probability, lower the others.
//
// $$ \frac{\partial L}{\partial s_c} = p_c - [c = y] $$
//
// Here $[c = y]$ is 1 for the right class and 0 for the others. Try to derive it from the right side of the formula
// for $L$; it takes two lines. Over a batch the loss is the mean of all $L$, so each row of the gradient is divided by
// the batch size as well.
//
// **Mind the size of the numbers.** $e^{1000}$ is infinite for a computer and $e^{-1000}$ is 0, whose logarithm is
// infinite again. Scores of 1000 do occur, and your function must give the right finite loss for them. Subtracting one
// number from all scores of an example changes no probability, so subtract the largest: then no power overflows. The
// second form of the loss, with the logarithm of the *sum*, is the safer one: the first takes the logarithm of a
// probability, which is rounded to 0 where a score lies more than 745 below the largest.

// %% id="softmax-loss"
/// The mean softmax loss, and its gradient with respect to the scores.
///
/// - `x`: scores (batch, classes), of any size, up to 1000 and beyond
/// - `y`: labels (batch), each below the number of classes
/// - returns the loss and `dx` (batch, classes)
pub fn softmax_loss(x: &Array2<f64>, y: &Array1<usize>) -> (f64, Array2<f64>) {
    todo!("softmax: question 1")
}

// %% id="check-softmax-loss"
gradus_assignments::check!(softmax, softmax_loss);

// %% [markdown] id="softmax-classifier-loss-naive-text"
// ## 2. A linear classifier, with loops
//
// The simplest classifier that there is takes the scores as sums of the features, each with a weight:
//
// $$ s_{ic} = \sum_d x_{id} \, w_{dc} $$
//
// Each column of `w` is a template of one class, and the score is how well the example matches it. The chain rule
// carries the gradient from the scores on to the weights: an example changes the weights of class $c$ along its own
// features, by as much as its score was wrong.
//
// $$ \frac{\partial L}{\partial w_{dc}} = \frac{1}{N} \sum_i x_{id} \, (p_{ic} - [c = y_i]) $$
//
// Many weights give the same predictions. The *regulariser* prefers small ones, and with them templates that lean on
// many features a little, not on a few features a lot:
//
// $$ \text{loss} = \frac{1}{N} \sum_i L_i + \text{reg} \sum_{d,c} w_{dc}^2 $$
//
// It belongs to the loss, so its slope belongs to the gradient. What is the slope of $\text{reg} \cdot w^2$?
//
// Write this one with loops over examples, classes and features. It is slow, but easy to get right, and later you can
// hold the fast one against it.

// %% id="softmax-classifier-loss-naive"
/// The loss of a linear classifier and its gradient with respect to the weights, with loops.
///
/// - `w`: weights (features, classes)
/// - `x`: data (batch, features)
/// - `y`: labels (batch)
/// - `reg`: strength of the regulariser `reg * sum(w^2)`
/// - returns the loss and `dw` (features, classes)
pub fn softmax_classifier_loss_naive(
    w: &Array2<f64>,
    x: &Array2<f64>,
    y: &Array1<usize>,
    reg: f64,
) -> (f64, Array2<f64>) {
    todo!("softmax: question 2")
}

// %% id="check-softmax-classifier-loss-naive"
gradus_assignments::check!(softmax, softmax_classifier_loss_naive);

// %% [markdown] id="softmax-classifier-loss-text"
// ## 3. The same with matrix products
//
// All scores at once are one product, $S = X W$: shapes (batch, features) times (features, classes). The sum over
// examples in the gradient is another: $X^T$ times the gradient of the scores, (features, batch) times (batch,
// classes). The shapes leave hardly any other way to write it, which is a good habit for finding a gradient: put
// together what has the right shape, then check it.
//
// A library's matrix product uses the processor's vector units and keeps numbers in its caches, so it does in
// milliseconds what loops do in a tenth of a second. `x.dot(w)` is the product, `x.t()` the transpose. A loop over the
// rows of scores does no harm, since they are short; a loop over the rows of `x`, or over features, does.
//
// Part of the points is for speed: the grader compares your time with that of its own answer, on the same machine at
// the same time, with 500 examples of 3073 features.

// %% id="softmax-classifier-loss"
/// The loss of a linear classifier and its gradient with respect to the weights, vectorised.
///
/// Arguments and results as in [`softmax_classifier_loss_naive`].
pub fn softmax_classifier_loss(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>) {
    todo!("softmax: question 3")
}

// %% id="check-softmax-classifier-loss"
gradus_assignments::check!(softmax, softmax_classifier_loss);

// %% [markdown] id="train-softmax-text"
// ## 4. Training
//
// The gradient points uphill, so a small step against it lowers the loss. The gradient over all data would be exact and
// slow; that over a few random examples is rough and quick, and many rough steps get further than few exact ones.
// That is *mini-batch stochastic gradient descent*:
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

// %% id="train-softmax"
/// Trains a linear classifier with softmax loss by mini-batch gradient descent.
///
/// - `x`: data (batch, features)
/// - `y`: labels (batch)
/// - `learning_rate`: the length of a step, as a factor of the gradient
/// - `reg`: strength of the regulariser `reg * sum(w^2)`
/// - `iterations`: number of steps
/// - `batch_size`: number of examples in each mini-batch, at least 1
/// - `seed`: where the random numbers start
/// - returns the weights (features, max(y) + 1), and the loss of each mini-batch before its step
pub fn train_softmax(
    x: &Array2<f64>,
    y: &Array1<usize>,
    learning_rate: f64,
    reg: f64,
    iterations: usize,
    batch_size: usize,
    seed: u64,
) -> (Array2<f64>, Vec<f64>) {
    todo!("softmax: question 4")
}

// %% id="check-train-softmax"
gradus_assignments::check!(softmax, train_softmax);

// %% [markdown] id="predict-text"
// ## 5. Prediction
//
// To predict, no probability is needed: the class with the highest score is also the most probable one. Mind that all
// scores of an example can be negative.

// %% id="predict"
/// The class with the highest score for each example.
///
/// - `w`: weights (features, classes)
/// - `x`: data (batch, features)
/// - returns a class (batch), each below the number of classes
pub fn predict(w: &Array2<f64>, x: &Array2<f64>) -> Array1<usize> {
    todo!("softmax: question 5")
}

// %% id="check-predict"
gradus_assignments::check!(softmax, predict);

// %% [markdown] id="clothing-text"
// ## Clothing
//
// Now all five together, on real images: 6,000 grey images of 28 x 28 pixels to train on, 1,000 to test, in ten classes
// from T-shirt to ankle boot. Each image becomes a row of 784 numbers. Two things are done to them first:
//
// - The mean *training* image is subtracted from all images. The test images must have no part in it: they stand for
//   what is not known yet.
// - A column of ones is added, so that one row of `w` becomes a bias for each class and needs no code of its own.
//
// Expect about 0.8 of the test images to get their right class; ten classes at random would be 0.1. Then change the
// learning rate, the regulariser and the batch size, one at a time, and watch what the history does.

// %% id="clothing"
/// Images in rows, prepared, and their labels: to train on, and to test.
fn clothing() -> [(Array2<f64>, Array1<usize>); 2] {
    let fashion = gradus_nn::data::fashion_mnist::load();
    let mean = gradus_nn::preprocess::mean_image(&fashion.train.unit_rows::<f64>());
    [fashion.train, fashion.test].map(|images| {
        let x = gradus_nn::preprocess::subtract_mean(&images.unit_rows::<f64>(), &mean);
        (gradus_nn::preprocess::add_bias_column(&x), images.labels)
    })
}

fn accuracy_on_clothing(learning_rate: f64, reg: f64, iterations: usize, batch_size: usize) -> f64 {
    let [(x, y), (x_test, y_test)] = clothing();
    let (w, history) = train_softmax(&x, &y, learning_rate, reg, iterations, batch_size, 231);
    println!("first losses {:.3?}", &history[..5]);
    println!("last losses  {:.3?}", &history[iterations - 5..]);
    gradus_nn::metrics::accuracy(&predict(&w, &x_test), &y_test)
}

// %% id="clothing-run"
println!("accuracy on the test images: {:.3}", accuracy_on_clothing(0.1, 1e-4, 1000, 100));

// %% [markdown] id="templates-text"
// ## What was learned
//
// A column of `w`, without its bias, has a weight for each pixel, so it can be drawn as an image: the classifier's
// *template* of that class. Orange pixels speak for the class where the image is bright, blue ones against it.

// %% id="templates"
fn templates() -> gradus_nn::pictures::Picture {
    let [(x, y), _] = clothing();
    let (w, _) = train_softmax(&x, &y, 0.1, 1e-4, 1000, 100, 231);
    let without_bias = w.slice(ndarray::s![..784, ..]).to_owned();
    let names = gradus_nn::data::fashion_mnist::CLASS_NAMES;
    gradus_nn::pictures::weight_templates(&without_bias, (1, 28, 28), &names)
}

// %% id="templates-shown"
show!(templates());

// %% [markdown] id="written-text"
// ## Questions to answer in words
//
// A few sentences each, below the question in its own cell. They are read by a person, and worth 2 points each on top.

// %% [markdown] id="written-1"
// **Written 1.** Before the first step the weights are tiny. Near which number should the loss of ten classes be then, and
// why? Somebody's first loss is 5; somebody else's is 0.1. What does each number tell about the program or its data?
//
// *Write your answer here.*

// %% [markdown] id="written-2"
// **Written 2.** A classifier is right on 0.95 of the training images and on 0.75 of the test images. Which of the learning
// rate, the number of iterations and `reg` do you change first, in which direction, and what do you expect of both numbers? Why
// must the test images not be what you choose by?
//
// *Write your answer here.*

// %% [markdown] id="written-3"
// **Written 3.** The same number is added to all scores of one example. What happens to its probabilities, to its loss and to its
// gradient? Why does `softmax_loss` subtract the largest score of each example, and not, say, their mean?
//
// *Write your answer here.*
