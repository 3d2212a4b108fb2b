// %% [markdown] id="title"
// # Attention and transformers
//
// A recurrent network reads a sentence word by word, and whatever it wants to remember has to pass through one vector, step after
// step. *Attention* does away with that. Each step looks at all steps at once, decides by itself how much each of them
// matters to it, and takes a mean that is weighed accordingly. A way from any step to any other is one step long, and all steps are
// worked on at the same time.
//
// A *transformer* is a stack of layers made of attention, small networks and normalisation. It does not care whether its sequence
// is made of words, of squares of an image, or of both. Here you build one from the ground up and use it twice: to write captions
// under images, and to tell pieces of clothing apart.
//
// You write thirteen functions:
//
// 1. attention, forward;
// 2. attention, backward;
// 3. attention with several heads, forward;
// 4. attention with several heads, backward;
// 5. positional encoding;
// 6. an encoder layer, forward;
// 7. an encoder layer, backward;
// 8. a decoder layer, forward;
// 9. a decoder layer, backward;
// 10. images as sequences of patches;
// 11. the loss of a network that writes captions, and its gradients;
// 12. writing captions with it;
// 13. the loss of a vision transformer, and its gradients.
//
// Write each answer in its own cell, in place of the `todo!`. Keep names and signatures as they are: the grader calls
// them. You may add helper functions, in the same cells or in new ones. Below each answer a cell runs the public
// checks. They are few and small; the grader asks for more, on numbers that nobody has seen before. Between the
// questions there are cells with experiments. They are ready to run, but they call your functions, so they work only
// once those do. Nothing is timed.

// %% [markdown] id="conventions"
// ## Conventions
//
// A sequence is an `Array3` (batch, time, features): for each example, at each time step, a vector.
//
// | symbol | type, shape | meaning |
// | --- | --- | --- |
// | `q`, `query` | `Array3` (batch, queries, features) | what each step asks for |
// | `k`, `key` | `Array3` (batch, keys, features) | what each step can be found by |
// | `v`, `value` | `Array3` (batch, keys, value features) | what each step has to say |
// | `mask` | `Mask` (queries, keys) | which keys a query may look at |
// | `out` | `Array3` | what a layer gives |
// | `dout`, `dq`, ... | as `out`, `q`, ... | the gradient of the loss with respect to each of them |
// | `net` | a struct of arrays | parameters; a gradient with respect to all of them is a struct of the same type |
//
// - At least one of everything can be taken for granted. There may be more keys than queries, or fewer.
// - A mask is either `Mask::All` or `Mask::Allowed(array)`, an `Array2<bool>` that is **true where a query may look**;
//   `mask.allows(query, key)` answers for both. It is the same for all examples and all heads.
// - **A query that may look at no key gets a row of zeros**, and sends no gradient back. (A softmax over nothing would be 0/0.)
// - Functions only borrow their arguments and leave them as they are.
// - All numbers are `f64`.
// - There is no dropout in these layers, so that the same input always gives the same output. In large transformers it
//   stands behind each part, and you know how to write it.
//
// Each forward function returns a cache beside its output. The notebook has a first version of each cache. Keep it, or put in its
// place what you find useful; only the name must stay.
//
// In the library you have what you wrote before: `temporal_affine_forward` (an affine map at each time step),
// `layernorm_forward`, `affine_forward`, `word_embedding_forward`, all with their backward passes, `softmax_loss` and
// `temporal_softmax_loss`, and update rules such as `Adam`. GELU, `gelu_forward`, is there as well.

// %% id="imports"
use gradus_assignments::attention::{
    CaptioningTransformer, DecoderLayer, END, EncoderLayer, FeedForward, LayerNorm, Mask, MultiHeadAttention, NULL,
    START, VisionTransformer,
};
use gradus_nn::activations::{GeluCache, gelu_backward, gelu_forward};
use gradus_nn::affine::{affine_backward, affine_forward};
use gradus_nn::embedding::{word_embedding_backward, word_embedding_forward};
use gradus_nn::norms::{LayernormCache, layernorm_backward, layernorm_forward};
use gradus_nn::softmax::softmax_loss;
use gradus_nn::temporal::{
    TemporalAffineCache, temporal_affine_backward, temporal_affine_forward, temporal_softmax_loss,
};
use ndarray::{Array1, Array2, Array3, Array4, Axis, Ix3, s};

// %% id="imports-for-experiments"
use gradus_assignments::attention::Parameters;
use gradus_check::{numeric_gradient_array, relative_error};
use gradus_nn::data::fashion_mnist::load;
use gradus_nn::data::shapes;
use gradus_nn::initialise::xavier_uniform;
use gradus_nn::metrics::accuracy;
use gradus_nn::optimisers::{Adam, Optimiser};
use gradus_nn::pictures::{Picture, Tones, accuracy_curves, image_grid, line_chart, loss_curves};
use gradus_nn::random::{generator, normal};
use gradus_nn::schedules::cosine_decay;
use ndarray::{ArrayD, IxDyn, concatenate};
use rand::seq::SliceRandom;
use std::time::Instant;

// %% [markdown] id="scaled-dot-product-attention-forward-text"
// ## 1. Attention, forward
//
// A dictionary has keys and values. You come with a query, it finds the key that equals the query, and hands out its value.
// Attention is a *soft* dictionary: every key matches a little, and what it hands out is a mean of all values, weighed by how well each
// key matches. Since it is soft it has slopes, and what has slopes can be learned.
//
// How well a key matches is told by the dot product of query and key. For each example:
//
// $$ \text{scores}_{ts} = \frac{q_t \cdot k_s}{\sqrt{d}}, \qquad
//    \text{weights}_{ts} = \frac{e^{\text{scores}_{ts}}}{\sum_{s'} e^{\text{scores}_{ts'}}}, \qquad
//    \text{out}_t = \sum_s \text{weights}_{ts} \, v_s $$
//
// with the query's time step $t$, the key's $s$, and $d$ features. As matrices, for each example,
// `out = softmax(q @ k^T / sqrt(d)) @ v`, where softmax takes each **row** by itself: the weights of a query add up to 1 over the keys.
//
// | | shape |
// | --- | --- |
// | `q` | (batch, queries, features) |
// | `k` | (batch, keys, features) |
// | `v` | (batch, keys, value features) |
// | scores, weights | (batch, queries, keys) |
// | `out` | (batch, queries, value features) |
//
// **Masks.** The sums over $s'$ and $s$ run only over the keys that the query may look at: the others get the weight 0, as if they
// were not there. It is not enough to put 0 in place of their scores, because $e^0 = 1$; a score of minus infinity does it. A query
// that may look at no key at all gets the weight 0 for all of them, and a row of zeros in the output.
//
// **Large scores.** As in every softmax, take the largest score of the row off before the exponentials: $e^{1000}$ is infinite.
//
// `x.index_axis(Axis(0), n)` is the matrix of one example, and `a.dot(&b.t())` multiplies by a transposed matrix.

// %% id="attention-cache"
/// What `scaled_dot_product_attention_backward` needs of the forward pass.
pub struct AttentionCache {
    pub q: Array3<f64>,
    pub k: Array3<f64>,
    pub v: Array3<f64>,
    pub weights: Array3<f64>,
}

// %% id="scaled-dot-product-attention-forward"
/// Scaled dot-product attention.
///
/// - `q`: queries (batch, queries, features)
/// - `k`: keys (batch, keys, features)
/// - `v`: values (batch, keys, value features)
/// - `mask`: which keys a query may look at
/// - returns `out` (batch, queries, value features), and what the backward pass needs
pub fn scaled_dot_product_attention_forward(
    q: &Array3<f64>,
    k: &Array3<f64>,
    v: &Array3<f64>,
    mask: &Mask,
) -> (Array3<f64>, AttentionCache) {
    todo!("attention: question 1")
}

// %% id="check-scaled-dot-product-attention-forward"
gradus_assignments::check!(attention, scaled_dot_product_attention_forward);

// %% [markdown] id="soft-dictionary-text"
// ### A soft dictionary
//
// Twelve keys stand around a circle like the hours on a clock, and the query points to three o'clock. With values that are the rows of the
// identity matrix, the output *is* the weights: what is handed out says how much was taken of each key. The longer the query, the
// surer the choice, from a mean of everything to a plain dictionary. We shall use this trick with the identity again, to look into
// trained networks.

// %% id="soft-dictionary"
/// The weights of each query for each key (batch, queries, keys): what attention hands out of one-hot values.
fn attention_weights(q: &Array3<f64>, k: &Array3<f64>, mask: &Mask) -> Array3<f64> {
    let (batch, keys, _) = k.dim();
    let one_hot = Array3::from_shape_fn((batch, keys, keys), |(_, s, place)| if s == place { 1.0 } else { 0.0 });
    scaled_dot_product_attention_forward(q, k, &one_hot, mask).0
}

fn soft_dictionary() -> Picture {
    let direction = |hour: f64| {
        let angle = hour / 12.0 * std::f64::consts::TAU;
        [angle.sin(), angle.cos()]
    };
    let keys = Array3::from_shape_fn((1, 12, 2), |(_, hour, axis)| direction(hour as f64 + 1.0)[axis]);
    let line = |length: f64| {
        let query = Array3::from_shape_fn((1, 1, 2), |(_, _, axis)| length * direction(3.0)[axis]);
        let weights = attention_weights(&query, &keys, &Mask::All);
        (0..12).map(|hour| (hour as f64 + 1.0, weights[[0, 0, hour]])).collect::<Vec<_>>()
    };
    line_chart(
        "Weights of twelve keys for a query at 3 o'clock",
        "the key's hour",
        "weight",
        &[("length 1", line(1.0)), ("length 5", line(5.0)), ("length 50", line(50.0))],
    )
}

// %% id="soft-dictionary-shown"
show!(soft_dictionary());

// %% [markdown] id="scaling-text"
// ### Why divide by the root of d
//
// Queries and keys of independent numbers with the deviation 1: their dot product is a sum of $d$ products, with the deviation $\sqrt{d}$.
// With many features scores would differ by tens, softmax would give nearly everything to one key, and where softmax is sure its slopes are
// nearly 0: nothing would be learned. Divided by $\sqrt{d}$, scores have the deviation 1 whatever $d$.
//
// The picture shows the mean entropy of the weights over 16 keys, in bits: 4 when all keys get the same, 0 when one gets all. To see attention
// without the division, the queries are multiplied by $\sqrt{d}$ beforehand.

// %% id="scaling"
/// The mean entropy of rows of weights, in bits.
fn entropy(weights: &Array3<f64>) -> f64 {
    let bits = weights.mapv(|weight| if weight > 0.0 { -weight * weight.log2() } else { 0.0 });
    bits.sum_axis(Axis(2)).mean().unwrap_or(f64::NAN)
}

fn entropy_over_features() -> Picture {
    let mut random = generator(231);
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for exponent in 0..11 {
        let d = 2_usize.pow(exponent);
        let q = normal::<f64, _>((4, 32, d), 1.0, &mut random);
        let k = normal::<f64, _>((4, 16, d), 1.0, &mut random);
        with.push((f64::from(exponent), entropy(&attention_weights(&q, &k, &Mask::All))));
        let longer = &q * (d as f64).sqrt();
        without.push((f64::from(exponent), entropy(&attention_weights(&longer, &k, &Mask::All))));
    }
    line_chart(
        "How undecided attention is between 16 keys",
        "log2 of the number of features",
        "entropy, bits",
        &[("divided by the root of d", with), ("not divided", without)],
    )
}

// %% id="scaling-shown"
show!(entropy_over_features());

// %% [markdown] id="masks-text"
// ### What a causal mask does
//
// Who writes a sentence word by word must not look at words to come. The *causal* mask lets each step look at itself and at what comes before
// it. Left the mask, white where a query (a row) may look at a key (a column); then the weights of random queries and keys without
// it, and with it. The first query can only look at itself, so it takes all from there.

// %% id="masks"
/// True where a step may look: at itself and before.
fn causal(time: usize) -> Mask {
    Mask::Allowed(Array2::from_shape_fn((time, time), |(query, key)| key <= query))
}

fn masks() -> Picture {
    let mut random = generator(3);
    let (q, k) = (normal::<f64, _>((1, 8, 4), 1.0, &mut random), normal::<f64, _>((1, 8, 4), 1.0, &mut random));
    let mask = causal(8);
    let shown = Array3::from_shape_fn((1, 8, 8), |(_, query, key)| if mask.allows(query, key) { 1.0 } else { 0.0 });
    let free = attention_weights(&q, &k, &Mask::All);
    let masked = attention_weights(&q, &k, &mask);
    let all = concatenate![Axis(0), shown, free, masked].insert_axis(Axis(1));
    image_grid(&all, &["causal mask", "weights without it", "weights with it"], 3, Tones::Unit)
}

// %% id="masks-shown"
show!(masks());

// %% [markdown] id="scaled-dot-product-attention-backward-text"
// ## 2. Attention, backward
//
// Four steps back, for each example by itself.
//
// 1. `out = weights @ v` is a product of matrices: $\; dv = \text{weights}^T \, \text{dout}$ and $d\text{weights} = \text{dout} \, v^T$.
// 2. Softmax, row by row. Each weight depends on all scores of its row: a score that rises lifts its own weight, and takes away from
//    all others of the row. With the weights $p_s$ of one row,
//
//    $$ d\text{scores}_s = p_s \Big( dp_s - \sum_{s'} p_{s'} \, dp_{s'} \Big) $$
//
//    In words: a key gains as far as it is better than what the query got on the whole. Where the mask forbids, $p_s = 0$, so nothing goes back
//    by itself; in a row of zeros neither.
// 3. The division by $\sqrt{d}$ divides on the way back too.
// 4. `scores = q @ k^T`: $\; dq = d\text{scores} \; k$ and $dk = d\text{scores}^T \, q$.

// %% id="scaled-dot-product-attention-backward"
/// The gradients of scaled dot-product attention.
///
/// - `dout`: the gradient with respect to the output (batch, queries, value features)
/// - `cache`: what `scaled_dot_product_attention_forward` returned beside it
/// - returns `dq`, `dk` and `dv`, in the shapes of `q`, `k` and `v`
pub fn scaled_dot_product_attention_backward(
    dout: &Array3<f64>,
    cache: &AttentionCache,
) -> (Array3<f64>, Array3<f64>, Array3<f64>) {
    todo!("attention: question 2")
}

// %% id="check-scaled-dot-product-attention-backward"
gradus_assignments::check!(attention, scaled_dot_product_attention_backward after scaled_dot_product_attention_forward);

// %% [markdown] id="multi-head-attention-forward-text"
// ## 3. Attention with several heads, forward
//
// One softmax makes one choice. A word may want to look at its verb for one reason and at its adjective for another; a single row of weights would have
// to mix both. So the features are shared out among several *heads*, each of which does attention by itself on its own part.
//
// First, three affine maps make queries, keys and values of what comes in; so the network learns what to ask for and what to be found by. The
// columns are then cut into `heads` equal parts of width `features / heads`: head 0 takes the first ones, head 1 the next, and so on.
// Each head does attention on its part, with the same mask, dividing by the root of **its own width**. The heads' outputs are put side by side again, and a
// last affine map mixes them:
//
// $$ \text{head}_h = \text{attention}\big( (\text{query} \, W_q + b_q)_h, \; (\text{key} \, W_k + b_k)_h, \; (\text{value} \, W_v + b_v)_h \big) $$
//
// $$ \text{out} = [\text{head}_0, \text{head}_1, \ldots] \, W_o + b_o $$
//
// | `net` | shape |
// | --- | --- |
// | `wq`, `wk`, `wv`, `wo` | (features, features) |
// | `bq`, `bk`, `bv`, `bo` | (features) |
//
// With `query`, `key` and `value` all the same sequence this is *self-attention*; with `key` and `value` from another sequence it is *cross attention*.
//
// **Shapes.** Heads do not see each other, just as examples do not. So the heads can be made more examples: from (batch, time, features) to
// (batch, time, heads, width), bring the heads before the time, then to (batch * heads, time, width), and call your attention once.
// `x.to_shape((...))` reads the numbers in a new shape, `permuted_axes([0, 2, 1, 3])` exchanges axes. A mere `to_shape` from (batch, time, features) to
// (batch * heads, time, width) compiles, and mixes up time steps and heads. A query that sees no key gets `bo`.

// %% id="multi-head-attention-cache"
/// What `multi_head_attention_backward` needs of the forward pass.
pub struct MultiHeadAttentionCache {
    pub heads: usize,
    pub of_query: TemporalAffineCache<f64>,
    pub of_key: TemporalAffineCache<f64>,
    pub of_value: TemporalAffineCache<f64>,
    pub attention: AttentionCache,
    pub of_output: TemporalAffineCache<f64>,
}

// %% id="multi-head-attention-forward"
/// Attention with several heads.
///
/// - `net`: weights and biases; the heads stand side by side in the columns of `wq`, `wk` and `wv`
/// - `heads`: how many heads there are; it divides the number of features
/// - `query`: (batch, queries, features)
/// - `key`, `value`: (batch, keys, features)
/// - `mask`: which keys a query may look at, for all heads
/// - returns `out` (batch, queries, features), and what the backward pass needs
pub fn multi_head_attention_forward(
    net: &MultiHeadAttention,
    heads: usize,
    query: &Array3<f64>,
    key: &Array3<f64>,
    value: &Array3<f64>,
    mask: &Mask,
) -> (Array3<f64>, MultiHeadAttentionCache) {
    todo!("attention: question 3")
}

// %% id="check-multi-head-attention-forward"
gradus_assignments::check!(attention, multi_head_attention_forward);

// %% [markdown] id="order-text"
// ### Attention knows no order
//
// Bring the steps of a sequence into another order, and self-attention gives the same outputs, in that other order: it is a mean over a set. No step can tell
// whether it comes first or last. The differences below are rounding.

// %% id="order"
/// Weights as `xavier_uniform` has them, biases 0.
fn random_attention(features: usize, random: &mut impl rand::Rng) -> MultiHeadAttention {
    let mut square = || xavier_uniform((features, features), random);
    let zeros = || Array1::zeros(features);
    let (wq, wk, wv, wo) = (square(), square(), square(), square());
    MultiHeadAttention { wq, bq: zeros(), wk, bk: zeros(), wv, bv: zeros(), wo, bo: zeros() }
}

fn order_does_not_matter() -> String {
    let mut random = generator(231);
    let net = random_attention(8, &mut random);
    let x = normal::<f64, _>((2, 6, 8), 1.0, &mut random);
    let order = [3, 0, 5, 1, 4, 2];
    let attend = |x: &Array3<f64>| multi_head_attention_forward(&net, 2, x, x, x, &Mask::All).0;
    let then_moved = attend(&x).select(Axis(1), &order);
    let moved_first = attend(&x.select(Axis(1), &order));
    let difference = (&then_moved - &moved_first).fold(0.0, |largest: f64, d| largest.max(d.abs()));
    let moved = (&attend(&x) - &moved_first).fold(0.0, |largest: f64, d| largest.max(d.abs()));
    format!("outputs moved along: largest difference {difference:.1e}; left where they were: {moved:.2}")
}

// %% id="order-run"
println!("{}", order_does_not_matter());

// %% [markdown] id="multi-head-attention-backward-text"
// ## 4. Attention with several heads, backward
//
// The same way back: the last affine map, heads apart, your attention's backward pass, heads together, and the three affine maps. `temporal_affine_backward`
// returns a struct with `dx`, `dw` and `db`.
//
// Query, key and value get a gradient each, even where they are one and the same sequence: who calls this for self-attention adds the three up.
// The gradient of `bk` is 0 (up to rounding): it adds the same to all scores of a query, and softmax does not care.

// %% id="multi-head-attention-backward"
/// The gradients of attention with several heads.
///
/// - `dout`: the gradient with respect to the output (batch, queries, features)
/// - `cache`: what `multi_head_attention_forward` returned beside it
/// - returns `dquery`, `dkey` and `dvalue` in the shapes of `query`, `key` and `value`, and the gradient with respect to each
///   parameter
pub fn multi_head_attention_backward(
    dout: &Array3<f64>,
    cache: &MultiHeadAttentionCache,
) -> (Array3<f64>, Array3<f64>, Array3<f64>, MultiHeadAttention) {
    todo!("attention: question 4")
}

// %% id="check-multi-head-attention-backward"
gradus_assignments::check!(attention, multi_head_attention_backward after multi_head_attention_forward);

// %% [markdown] id="positional-encoding-text"
// ## 5. Positional encoding
//
// Since attention knows no order, a sequence has to carry it: to each step's vector one adds a vector that says where it stands. The paper
// "Attention is all you need" takes waves of ever greater length, a sine and a cosine of each:
//
// $$ p_{t, 2i} = \sin\left( \frac{t}{10000^{2i/d}} \right), \qquad p_{t, 2i+1} = \cos\left( \frac{t}{10000^{2i/d}} \right) $$
//
// with the time step $t$ from 0, and $d$ features. The two of a pair share one wave: feature $2i + 1$ has $2i$ in its exponent, not $2i + 1$.
// With an odd number of features the last wave has its sine only.
//
// It is a clock with many hands. The first turns by one radian at each step and tells neighbours apart, the last hardly moves and tells far from near.
// And a step of fixed length turns each hand by a fixed angle, so that "three steps before" is the same linear map everywhere, which attention can
// learn.

// %% id="positional-encoding"
/// A vector for each time step: sines at even features, cosines at odd ones.
///
/// - `time`: how many steps there are
/// - `features`: how long each vector is, even or odd
/// - returns (time, features)
pub fn positional_encoding(time: usize, features: usize) -> Array2<f64> {
    todo!("attention: question 5")
}

// %% id="check-positional-encoding"
gradus_assignments::check!(attention, positional_encoding);

// %% [markdown] id="positions-text"
// ### The clock
//
// The first picture has a row for each of 64 steps and a column for each of 64 features: fast waves on the left, slow ones on the right (orange for positive,
// blue for negative). The second has the dot products of the vectors of all pairs of steps. They are largest on the diagonal, and depend
// only on how far two steps are apart, not on where they are.

// %% id="positions"
fn positions() -> Array4<f64> {
    positional_encoding(64, 64).insert_axis(Axis(0)).insert_axis(Axis(0))
}

fn position_products() -> Array4<f64> {
    let p = positional_encoding(64, 64);
    p.dot(&p.t()).insert_axis(Axis(0)).insert_axis(Axis(0))
}

// %% id="positions-shown"
show!(image_grid(&positions(), &["step (down) and feature (across)"], 1, Tones::Signed));
show!(image_grid(&position_products(), &["dot products of pairs of steps"], 1, Tones::OwnRange));

// %% [markdown] id="encoder-forward-text"
// ## 6. An encoder layer, forward
//
// An encoder layer lets a sequence look at itself, and then works on each step by itself:
//
// $$ a = \text{layernorm}\big( x + \text{attention}(x, x, x) \big), \qquad \text{out} = \text{layernorm}\big( a + \text{feedforward}(a) \big) $$
//
// Each part is *added* to what it got, and the sum is normalised ("add and norm", the norm behind the part as in the first paper). The sum is a way past
// the part: at first the part may be useless and the layer passes on what it got, and on the way back the gradient has a road without
// obstacles.
//
// | `net` | of |
// | --- | --- |
// | `attention` | attention of `x` to itself, with the mask |
// | `norm_attention` | the first layer norm, `gamma` and `beta` (features) |
// | `feed_forward` | `w1` (features, hidden), `b1`, `w2` (hidden, features), `b2` |
// | `norm_feed_forward` | the second layer norm |
//
// The feed-forward network and layer norm are given below, in the form in which you need them. Between the two affine maps stands GELU, a smooth
// relative of ReLU: $x \, \Phi(x)$, with the distribution function of the normal distribution. Layer norm adds 1e-5 to the variance.

// %% id="parts"
/// What `feed_forward_backward` needs.
pub struct FeedForwardCache {
    pub first: TemporalAffineCache<f64>,
    pub gelu: GeluCache<f64, Ix3>,
    pub second: TemporalAffineCache<f64>,
}

/// The feed-forward network: affine, GELU, affine, at each time step alike.
pub fn feed_forward_forward(net: &FeedForward, x: &Array3<f64>) -> (Array3<f64>, FeedForwardCache) {
    let (hidden, first) = temporal_affine_forward(x, &net.w1, &net.b1);
    let (hidden, gelu) = gelu_forward(&hidden);
    let (out, second) = temporal_affine_forward(&hidden, &net.w2, &net.b2);
    (out, FeedForwardCache { first, gelu, second })
}

/// Its gradients: that of `x`, and those of the parameters.
pub fn feed_forward_backward(dout: &Array3<f64>, cache: &FeedForwardCache) -> (Array3<f64>, FeedForward) {
    let second = temporal_affine_backward(dout, &cache.second);
    let first = temporal_affine_backward(&gelu_backward(&second.dx, &cache.gelu), &cache.first);
    (first.dx, FeedForward { w1: first.dw, b1: first.db, w2: second.dw, b2: second.db })
}

/// Layer normalisation of each time step.
pub fn norm_forward(net: &LayerNorm, x: &Array3<f64>) -> (Array3<f64>, LayernormCache<f64, Ix3>) {
    layernorm_forward(x, &net.gamma, &net.beta, 1e-5)
}

/// Its gradients: that of `x`, and those of the parameters.
pub fn norm_backward(dout: &Array3<f64>, cache: &LayernormCache<f64, Ix3>) -> (Array3<f64>, LayerNorm) {
    let (dx, gamma, beta) = layernorm_backward(dout, cache);
    (dx, LayerNorm { gamma, beta })
}

/// What `transformer_encoder_layer_backward` needs of the forward pass.
pub struct EncoderLayerCache {
    pub attention: MultiHeadAttentionCache,
    pub norm_attention: LayernormCache<f64, Ix3>,
    pub feed_forward: FeedForwardCache,
    pub norm_feed_forward: LayernormCache<f64, Ix3>,
}

// %% id="transformer-encoder-layer-forward"
/// An encoder layer.
///
/// - `net`: the parameters of its four parts
/// - `heads`: how many heads attention has
/// - `x`: a sequence (batch, time, features)
/// - `mask`: which time steps a time step may look at
/// - returns `out` in the shape of `x`, and what the backward pass needs
pub fn transformer_encoder_layer_forward(
    net: &EncoderLayer,
    heads: usize,
    x: &Array3<f64>,
    mask: &Mask,
) -> (Array3<f64>, EncoderLayerCache) {
    todo!("attention: question 6")
}

// %% id="check-transformer-encoder-layer-forward"
gradus_assignments::check!(attention, transformer_encoder_layer_forward);

// %% [markdown] id="encoder-backward-text"
// ## 7. An encoder layer, backward
//
// From the end to the beginning. A sum hands its gradient to both of its terms: what comes back to `a + feedforward(a)` goes to `a` directly, and
// through the feed-forward network to `a` again; the two are added. The same at the first sum: `x` gets the gradient of the sum, and what comes
// back through attention as query, as key **and** as value.

// %% id="transformer-encoder-layer-backward"
/// The gradients of an encoder layer.
///
/// - `dout`: the gradient with respect to the output (batch, time, features)
/// - `cache`: what `transformer_encoder_layer_forward` returned beside it
/// - returns `dx` in the shape of `x`, and the gradient with respect to each parameter
pub fn transformer_encoder_layer_backward(
    dout: &Array3<f64>,
    cache: &EncoderLayerCache,
) -> (Array3<f64>, EncoderLayer) {
    todo!("attention: question 7")
}

// %% id="check-transformer-encoder-layer-backward"
gradus_assignments::check!(attention, transformer_encoder_layer_backward after transformer_encoder_layer_forward);

// %% [markdown] id="decoder-forward-text"
// ## 8. A decoder layer, forward
//
// A decoder writes one sequence while it reads another, the *memory*: the parts of an image, or a sentence in another language. Its layer has one part
// more in the middle, cross attention: the queries come from what is being written, keys and values from the memory.
//
// $$ a = \text{layernorm}\big( x + \text{attention}(x, x, x) \big) \quad \text{with the mask} $$
//
// $$ c = \text{layernorm}\big( a + \text{attention}(a, \text{memory}, \text{memory}) \big) \quad \text{without a mask} $$
//
// $$ \text{out} = \text{layernorm}\big( c + \text{feedforward}(c) \big) $$
//
// In `net` there are `cross_attention` and `norm_cross_attention` beside the four parts of an encoder layer. The memory (batch, memory time, features) has
// as many features as `x`, but a length of its own.

// %% id="decoder-layer-cache"
/// What `transformer_decoder_layer_backward` needs of the forward pass.
pub struct DecoderLayerCache {
    pub attention: MultiHeadAttentionCache,
    pub norm_attention: LayernormCache<f64, Ix3>,
    pub cross_attention: MultiHeadAttentionCache,
    pub norm_cross_attention: LayernormCache<f64, Ix3>,
    pub feed_forward: FeedForwardCache,
    pub norm_feed_forward: LayernormCache<f64, Ix3>,
}

// %% id="transformer-decoder-layer-forward"
/// A decoder layer.
///
/// - `net`: the parameters of its six parts
/// - `heads`: how many heads both attentions have
/// - `x`: a sequence (batch, time, features)
/// - `memory`: the sequence it looks at (batch, memory time, features)
/// - `mask`: which time steps of `x` a time step of `x` may look at
/// - returns `out` in the shape of `x`, and what the backward pass needs
pub fn transformer_decoder_layer_forward(
    net: &DecoderLayer,
    heads: usize,
    x: &Array3<f64>,
    memory: &Array3<f64>,
    mask: &Mask,
) -> (Array3<f64>, DecoderLayerCache) {
    todo!("attention: question 8")
}

// %% id="check-transformer-decoder-layer-forward"
gradus_assignments::check!(attention, transformer_decoder_layer_forward);

// %% [markdown] id="decoder-backward-text"
// ## 9. A decoder layer, backward
//
// As for the encoder, with one part more. Ask of each sequence where it was used. `a` went into the second sum and was the query of cross attention; the
// memory was its key and its value, so it gets both gradients; `x` was all three in the first attention, and a term of the first sum.

// %% id="transformer-decoder-layer-backward"
/// The gradients of a decoder layer.
///
/// - `dout`: the gradient with respect to the output (batch, time, features)
/// - `cache`: what `transformer_decoder_layer_forward` returned beside it
/// - returns `dx` and `dmemory` in the shapes of `x` and `memory`, and the gradient with respect to each parameter
pub fn transformer_decoder_layer_backward(
    dout: &Array3<f64>,
    cache: &DecoderLayerCache,
) -> (Array3<f64>, Array3<f64>, DecoderLayer) {
    todo!("attention: question 9")
}

// %% id="check-transformer-decoder-layer-backward"
gradus_assignments::check!(attention, transformer_decoder_layer_backward after transformer_decoder_layer_forward);

// %% [markdown] id="layer-gradients-text"
// ### The decoder against differences
//
// Every part of a decoder layer, by centred differences, each parameter with a random value. Everything in it is smooth, so errors of about 1e-6 and less are to be expected.
// `bk` is left out, because its gradient is 0 and a relative error of nothing means nothing.

// %% id="layer-gradients"
fn random_norm(features: usize) -> LayerNorm {
    LayerNorm { gamma: Array1::ones(features), beta: Array1::zeros(features) }
}

fn random_feed_forward(features: usize, hidden: usize, random: &mut impl rand::Rng) -> FeedForward {
    let (w1, w2) = (xavier_uniform((features, hidden), random), xavier_uniform((hidden, features), random));
    FeedForward { w1, b1: Array1::zeros(hidden), w2, b2: Array1::zeros(features) }
}

fn random_decoder_layer(features: usize, hidden: usize, random: &mut impl rand::Rng) -> DecoderLayer {
    DecoderLayer {
        attention: random_attention(features, random),
        norm_attention: random_norm(features),
        cross_attention: random_attention(features, random),
        norm_cross_attention: random_norm(features),
        feed_forward: random_feed_forward(features, hidden, random),
        norm_feed_forward: random_norm(features),
    }
}

fn decoder_errors() -> String {
    let mut random = generator(231);
    let mut net = random_decoder_layer(6, 8, &mut random);
    for (_, mut array) in net.named_mut() {
        array += &normal::<f64, _>(array.raw_dim(), 0.3, &mut random);
    }
    let (x, memory) = (normal((2, 4, 6), 1.0, &mut random), normal((2, 3, 6), 1.0, &mut random));
    let dout = normal::<f64, _>((2, 4, 6), 1.0, &mut random);
    let mask = causal(4);
    let forward = |net: &DecoderLayer, x: &Array3<f64>, memory: &Array3<f64>| {
        transformer_decoder_layer_forward(net, 2, x, memory, &mask)
    };
    let (dx, dmemory, gradients) = transformer_decoder_layer_backward(&dout, &forward(&net, &x, &memory).1);
    let of_x = relative_error(&dx, &numeric_gradient_array(|x| forward(&net, x, &memory).0, &x, &dout));
    let of_memory = relative_error(&dmemory, &numeric_gradient_array(|m| forward(&net, &x, m).0, &memory, &dout));
    let mut worst = (0.0, String::new());
    for (place, ((name, array), (_, gradient))) in net.named().into_iter().zip(gradients.named()).enumerate() {
        if name.ends_with("bk") {
            continue;
        }
        let changed = |array: &ArrayD<f64>| {
            let mut net = net.clone();
            net.named_mut()[place].1.assign(array);
            forward(&net, &x, &memory).0
        };
        let error = relative_error(&gradient, &numeric_gradient_array(changed, &array, &dout));
        if error > worst.0 {
            worst = (error, name);
        }
    }
    format!(
        "relative errors: dx {of_x:.1e}, dmemory {of_memory:.1e}, at most {:.1e} in a parameter, {}",
        worst.0, worst.1
    )
}

// %% id="layer-gradients-run"
println!("{}", decoder_errors());

// %% [markdown] id="patch-embedding-forward-text"
// ## 10. Images as sequences
//
// To read an image, a transformer needs it as a sequence. Cut it into squares of `size` by `size` pixels, the *patches*; write the pixels of each square in a
// row; and send each row through the same affine map. That is all.
//
// $$ \text{out}_{n p} = \text{patch}_{n p} \, w + b $$
//
// - Patches are counted row of patches after row of patches, each from left to right, as one reads: patch 0 is top left, patch 1 is to its right.
// - In a patch come first all pixels of channel 0, row by row, then all of channel 1, and so on: channels * size * size numbers.
// - `size` divides height and width, which need not be equal.
//
// `x.slice(s![.., .., top..bottom, left..right])` is one square of all images. Its `to_shape((batch, channels * size * size))` has the right
// order already.

// %% id="patch-embedding-cache"
/// What the backward pass needs; you write it yourself, as a part of the vision transformer's loss.
pub struct PatchEmbeddingCache {
    pub affine: TemporalAffineCache<f64>,
}

// %% id="patch-embedding-forward"
/// Images as sequences of their squares.
///
/// - `x`: images (batch, channels, height, width)
/// - `w`: weights (channels * size * size, features)
/// - `b`: biases (features)
/// - `size`: height and width of a square
/// - returns `out` (batch, patches, features), and what the backward pass needs
pub fn patch_embedding_forward(
    x: &Array4<f64>,
    w: &Array2<f64>,
    b: &Array1<f64>,
    size: usize,
) -> (Array3<f64>, PatchEmbeddingCache) {
    todo!("attention: question 10")
}

// %% id="check-patch-embedding-forward"
gradus_assignments::check!(attention, patch_embedding_forward);

// %% [markdown] id="patches-text"
// ### Patches to look at
//
// With the identity matrix as `w` the embedding is the patches themselves. A piece of clothing, and its 16 patches of 7 x 7 pixels in their order.

// %% id="patches"
/// Images of clothing from -1 to 1 (batch, 1, height, width).
fn clothes(images: &ndarray::Array3<u8>, from: usize, count: usize) -> Array4<f64> {
    let images = images.slice(s![from..from + count, .., ..]).mapv(|value| f64::from(value) / 127.5 - 1.0);
    images.insert_axis(Axis(1))
}

fn first_patches() -> Picture {
    let x = clothes(&load().train.images, 0, 1);
    let (patches, _) = patch_embedding_forward(&x, &Array2::eye(49), &Array1::zeros(49), 7);
    let patches = patches.to_shape((16, 1, 7, 7)).expect("as many numbers").into_owned();
    let names: Vec<String> = (0..16).map(|patch| patch.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    image_grid(&((patches + 1.0) / 2.0), &names, 4, Tones::Unit)
}

// %% id="patches-shown"
show!(image_grid(&((clothes(&load().train.images, 0, 1) + 1.0) / 2.0), &["image"], 1, Tones::Unit));
show!(first_patches());

// %% [markdown] id="captioning-transformer-loss-text"
// ## 11. A network that writes captions
//
// Now put it together. Images come as a sequence of parts, each with some features that describe it; a caption comes as a row of word numbers. The network reads the words
// so far, looks at the parts of the image, and says at each step which word comes next.
//
// $$ \text{memory} = \text{features} \, W_{\text{projection}} + b_{\text{projection}} $$
//
// $$ x_0 = W_{\text{embedding}}[\text{words}] + \text{positional encoding}, \qquad x_{i+1} = \text{decoder layer}_i(x_i, \text{memory}) \text{ with a causal mask} $$
//
// $$ \text{scores} = x_{\text{last}} \, W_{\text{vocabulary}} + b_{\text{vocabulary}} $$
//
// | | shape |
// | --- | --- |
// | `features` | (batch, parts, features of a part) |
// | `captions` | (batch, time), numbers of words: `START`, the words, `END`, and then `NULL` up to the end |
// | `net.w_projection`, `net.b_projection` | (features of a part, features), (features) |
// | `net.w_embedding` | (vocabulary, features) |
// | `net.layers` | decoder layers, first to last, at least one |
// | `net.w_vocabulary`, `net.b_vocabulary` | (features, vocabulary), (vocabulary) |
// | scores | (batch, time - 1, vocabulary) |
//
// **Read and say.** The network reads all words but the last, and is to say all words but the first: behind `START` the first word, behind that the second. The causal
// mask sees to it that a step cannot peep at the word it is to say, so one pass teaches all steps at once.
//
// **Loss.** `temporal_softmax_loss`, as for recurrent networks: the sum over all steps whose word to say is not `NULL`, divided by the number of captions. (CS231n's notebook on transformers
// divides by the number of all steps, `NULL` with them.)
//
// **Backward.** From the scores back through the layers, last to first. All of them look at the one memory, so its gradient is the sum of what they send. The positions are
// constants; the gradient passes them by.

// %% id="captioning-transformer-loss"
/// The loss of captions, and its gradient with respect to each parameter.
///
/// - `net`: the parameters
/// - `heads`: how many heads each attention has
/// - `features`: what describes the parts of each image (batch, parts, features of a part)
/// - `captions`: word numbers (batch, time), at least two for each image
/// - returns the loss, and the gradients in the shapes of the parameters
pub fn captioning_transformer_loss(
    net: &CaptioningTransformer,
    heads: usize,
    features: &Array3<f64>,
    captions: &Array2<usize>,
) -> (f64, CaptioningTransformer) {
    todo!("attention: question 11")
}

// %% id="check-captioning-transformer-loss"
gradus_assignments::check!(attention, captioning_transformer_loss);

// %% [markdown] id="captioning-transformer-sample-text"
// ## 12. Writing captions
//
// In use there is no caption to read. The network begins with `START`, says the word with the highest score, reads it at the next step, and so on. Here it always takes the
// best word ("greedily"); of equal scores the one with the lowest number.
//
// - The result has `max_length` words for each image, without `START`.
// - Behind `END` there is only `NULL`. Should the network say `NULL` itself, it has ended too. The other images of the batch go on.
// - At each step the whole sequence so far runs through the network, and only the scores of its last step count. (Real systems keep keys and values of earlier steps.)

// %% id="captioning-transformer-sample"
/// Captions, word by word, always the word with the highest score.
///
/// - `net`: the parameters
/// - `heads`: how many heads each attention has
/// - `features`: what describes the parts of each image (batch, parts, features of a part)
/// - `max_length`: how many words are said at most
/// - returns word numbers (batch, max_length), `NULL` behind the end
pub fn captioning_transformer_sample(
    net: &CaptioningTransformer,
    heads: usize,
    features: &Array3<f64>,
    max_length: usize,
) -> Array2<usize> {
    todo!("attention: question 12")
}

// %% id="check-captioning-transformer-sample"
gradus_assignments::check!(attention, captioning_transformer_sample);

// %% [markdown] id="captions-text"
// ### Captions of coloured shapes
//
// Made-up pictures, each with one coloured shape, and captions such as "a small red circle at the top left". What describes a part? Here each picture is cut
// into 6 x 6 parts of 4 x 4 pixels, and each part gets 23 numbers by hand: its mean red, green and blue; how strong edges in eight directions are in it; and a 1 for its row and a 1 for its
// column, since cross attention does not know where parts lie unless they say so. Large systems take the features of a trained vision network instead.
//
// The network has two decoder layers with four heads and 32 features. It learns from 1,500 pictures, with Adam and a learning rate that falls along a cosine. Nothing but the words is told:
// that "red" goes with reddish parts, or which parts matter for "circle", it has to find out.

// %% id="captions"
/// What describes the 36 parts of each picture (batch, 36, 23).
fn parts_of(images: &Array4<u8>) -> Array3<f64> {
    let images = images.mapv(|value| f64::from(value) / 255.0);
    let (batch, _, height, width) = images.dim();
    let grey = images.mean_axis(Axis(1)).expect("three channels");
    let mut parts = Array3::zeros((batch, 36, 23));
    for ((n, c, i, j), &value) in images.indexed_iter() {
        parts[[n, i / 4 * 6 + j / 4, c]] += value / 16.0;
    }
    for n in 0..batch {
        for i in 1..height - 1 {
            for j in 1..width - 1 {
                let down = grey[[n, i + 1, j]] - grey[[n, i - 1, j]];
                let right = grey[[n, i, j + 1]] - grey[[n, i, j - 1]];
                let turn = down.atan2(right) / std::f64::consts::TAU + 1.0;
                let direction = (turn * 8.0).round() as usize % 8;
                parts[[n, i / 4 * 6 + j / 4, 3 + direction]] += down.hypot(right) / 4.0;
            }
        }
    }
    for part in 0..36 {
        parts.slice_mut(s![.., part, 11 + part / 6]).fill(1.0);
        parts.slice_mut(s![.., part, 17 + part % 6]).fill(1.0);
    }
    parts
}

fn random_captioner(features: usize, random: &mut impl rand::Rng) -> CaptioningTransformer {
    let words = shapes::VOCABULARY.len();
    CaptioningTransformer {
        w_projection: xavier_uniform((23, features), random),
        b_projection: Array1::zeros(features),
        w_embedding: normal((words, features), 0.5, random),
        layers: (0..2).map(|_| random_decoder_layer(features, 2 * features, random)).collect(),
        w_vocabulary: xavier_uniform((features, words), random),
        b_vocabulary: Array1::zeros(words),
    }
}

/// The update rule's state for each array of a network.
struct Adams(Vec<Adam<f64, IxDyn>>);

impl Adams {
    fn new(net: &impl Parameters) -> Self {
        Adams(net.named().iter().map(|_| Adam::new(1e-3)).collect())
    }

    fn step<P: Parameters>(&mut self, net: &mut P, gradients: &P, learning_rate: f64) {
        let arrays = net.named_mut().into_iter().zip(gradients.named());
        for (adam, ((_, mut array), (_, gradient))) in self.0.iter_mut().zip(arrays) {
            adam.set_learning_rate(learning_rate);
            adam.update(&mut array, &gradient);
        }
    }
}

/// Batches of places in random order.
fn batches(count: usize, size: usize, seed: u64) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..count).collect();
    order.shuffle(&mut generator(seed));
    order.chunks(size).map(<[usize]>::to_vec).collect()
}

/// How many captions are right word for word, of all.
fn share_right(net: &CaptioningTransformer, parts: &Array3<f64>, captions: &Array2<usize>) -> f64 {
    let said = captioning_transformer_sample(net, 4, parts, shapes::LENGTH - 1);
    let wanted = captions.slice(s![.., 1..]);
    let right = said.outer_iter().zip(wanted.outer_iter()).filter(|(said, wanted)| said == wanted).count();
    right as f64 / captions.nrows() as f64
}

/// Pictures, what describes their parts, and captions.
struct Captioned {
    data: shapes::CaptionedShapes,
    parts: Array3<f64>,
}

impl Captioned {
    fn new(count: usize, seed: u64) -> Self {
        let data = shapes::draw(count, seed);
        Captioned { parts: parts_of(&data.images), data }
    }
}

/// Trains for so many epochs: the network, and the loss of each batch.
fn train_captioner(train: &Captioned, epochs: usize, seed: u64) -> (CaptioningTransformer, Vec<f64>) {
    let mut net = random_captioner(32, &mut generator(seed));
    let (mut adams, mut losses) = (Adams::new(&net), Vec::new());
    for epoch in 0..epochs {
        for batch in batches(train.data.labels.len(), 50, seed + epoch as u64) {
            let parts = train.parts.select(Axis(0), &batch);
            let captions = train.data.captions.select(Axis(0), &batch);
            let (loss, gradients) = captioning_transformer_loss(&net, 4, &parts, &captions);
            adams.step(&mut net, &gradients, cosine_decay(4e-3, epoch, epochs));
            losses.push(loss);
        }
    }
    (net, losses)
}

/// Pictures with what the network says of them.
fn with_captions(net: &CaptioningTransformer, captioned: &Captioned, count: usize) -> Picture {
    let said = captioning_transformer_sample(net, 4, &captioned.parts.slice(s![..count, .., ..]).to_owned(), 9);
    let texts: Vec<String> = said.outer_iter().map(|caption| shapes::text(&caption)).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let images = captioned.data.images.slice(s![..count, .., .., ..]).mapv(|value| f64::from(value) / 255.0);
    image_grid(&images, &texts, 2, Tones::Unit)
}

// %% [markdown] id="looking-text"
// ### Where it looks while it writes
//
// Cross attention can be looked at: at each step, how much did the network take of each part of the picture? `where_it_looks` makes a row of
// small pictures: the picture itself in grey, and then a map for each word that is said, light where the network looks (each map in its own range; the mean over the four heads of the last
// layer). The weights come out by the same trick as before, with one-hot values.

// %% id="looking"
/// How much each step takes of each part in the cross attention of the last layer, (batch, steps, 36): mean over the heads.
fn looks(net: &CaptioningTransformer, heads: usize, parts: &Array3<f64>, read: &Array2<usize>) -> Array3<f64> {
    let (memory, _) = temporal_affine_forward(parts, &net.w_projection, &net.b_projection);
    let (x, _) = word_embedding_forward(read, &net.w_embedding);
    let (_, time, features) = x.dim();
    let mut x = x + positional_encoding(time, features);
    let (last, before) = net.layers.split_last().expect("a layer");
    for layer in before {
        x = transformer_decoder_layer_forward(layer, heads, &x, &memory, &causal(time)).0;
    }
    let (part, _) = multi_head_attention_forward(&last.attention, heads, &x, &x, &x, &causal(time));
    let (a, _) = norm_forward(&last.norm_attention, &(&x + &part));
    let maps = head_weights(&last.cross_attention, heads, &a, &memory);
    maps.iter().fold(Array3::zeros(maps[0].raw_dim()), |sum, map| sum + map) / heads as f64
}

/// The weights of each head (batch, queries, keys).
fn head_weights(net: &MultiHeadAttention, heads: usize, query: &Array3<f64>, key: &Array3<f64>) -> Vec<Array3<f64>> {
    let (q, _) = temporal_affine_forward(query, &net.wq, &net.bq);
    let (k, _) = temporal_affine_forward(key, &net.wk, &net.bk);
    let width = q.dim().2 / heads;
    let of = |x: &Array3<f64>, head: usize| x.slice(s![.., .., head * width..(head + 1) * width]).to_owned();
    (0..heads).map(|head| attention_weights(&of(&q, head), &of(&k, head), &Mask::All)).collect()
}

fn where_it_looks(net: &CaptioningTransformer, captioned: &Captioned, n: usize) -> Picture {
    let parts = captioned.parts.slice(s![n..=n, .., ..]).to_owned();
    let said = captioning_transformer_sample(net, 4, &parts, 9);
    let count = said.iter().take_while(|word| **word != END).count();
    let read = Array2::from_shape_fn((1, count), |(_, t)| if t == 0 { START } else { said[[0, t - 1]] });
    let maps = looks(net, 4, &parts, &read);
    // The picture in grey, and maps as large as it.
    let grey = captioned.data.images.slice(s![n, .., .., ..]).mapv(|value| f64::from(value) / 255.0);
    let grey = grey.mean_axis(Axis(0)).expect("three channels");
    let shown = Array4::from_shape_fn((count + 1, 1, 24, 24), |(step, _, i, j)| match step {
        0 => grey[[i, j]],
        _ => maps[[0, step - 1, i / 4 * 6 + j / 4]],
    });
    let words = said.iter().take(count).map(|&word| shapes::VOCABULARY[word]);
    let names: Vec<&str> = std::iter::once("picture").chain(words).collect();
    image_grid(&shown, &names, 5, Tones::OwnRange)
}

// %% [markdown] id="captioner-trained-text"
// ### Training, and what it says
//
// First a test: 50 captions by heart. A network that cannot learn fifty captions by heart has a fault; after 150 steps the loss of a whole caption should have fallen from about 29 to less than 1.
//
// Then the training. The cell shows the loss of each batch; four pictures of the training with the captions that the network writes, and four that it has never seen; and, for two new pictures, where it
// looks at each word. It prints how many new captions are right word for word. While it says colour and kind, it looks at the shape. Place and size have to be found out too, and
// what is empty says something about both, so do not expect a spotlight at every word.

// %% id="captioner-trained"
fn by_heart() -> String {
    let few = Captioned::new(50, 7);
    let (_, losses) = train_captioner(&few, 150, 231);
    format!("50 captions by heart: loss {:.2} at first, {:.4} at the end", losses[0], losses[losses.len() - 1])
}

fn train_and_write() -> String {
    let start = Instant::now();
    let (train, new) = (Captioned::new(1500, 231), Captioned::new(300, 232));
    let (net, losses) = train_captioner(&train, 20, 231);
    let time = start.elapsed();
    show!(loss_curves(&[("each batch", &losses[..])]));
    show!(with_captions(&net, &train, 4));
    show!(with_captions(&net, &new, 4));
    let some = train.parts.slice(s![..300, .., ..]).to_owned();
    let on_training = share_right(&net, &some, &train.data.captions.slice(s![..300, ..]).to_owned());
    let on_new = share_right(&net, &new.parts, &new.data.captions);
    show!(where_it_looks(&net, &new, 0));
    show!(where_it_looks(&net, &new, 1));
    format!("{time:.1?}; right word for word: {on_training:.3} of the training pictures, {on_new:.3} of new ones")
}

// %% id="captioner-trained-run"
println!("{}", by_heart());
println!("{}", train_and_write());

// %% [markdown] id="vision-transformer-loss-text"
// ## 13. A vision transformer
//
// To name an image, no decoder is needed. Patches are embedded, get their positions, and run through encoder layers in which every patch looks at every other one. At the end the vectors of all patches become one, their mean, and an
// affine map gives the scores.
//
// $$ x_0 = \text{patch embedding}(\text{images}) + \text{positional encoding}, \qquad x_{i+1} = \text{encoder layer}_i(x_i) \text{ without a mask} $$
//
// $$ \text{scores} = \Big( \frac{1}{P} \sum_p x_{\text{last}, p} \Big) W_{\text{class}} + b_{\text{class}}, \qquad \text{loss} = \text{softmax loss of the scores} $$
//
// | `net` | shape |
// | --- | --- |
// | `w_patch`, `b_patch` | (channels * size * size, features), (features) |
// | `layers` | encoder layers, first to last, at least one |
// | `w_class`, `b_class` | (features, classes), (classes) |
//
// On the way back, the mean shares its gradient out evenly among the patches. Of the patch embedding you need `dw` and `db`; nobody asks for the gradient of the pixels.

// %% id="vision-transformer-loss"
/// The softmax loss of images, and its gradient with respect to each parameter.
///
/// - `net`: the parameters
/// - `heads`: how many heads each attention has
/// - `size`: height and width of a patch
/// - `x`: images (batch, channels, height, width)
/// - `y`: labels (batch)
/// - returns the loss, and the gradients in the shapes of the parameters
pub fn vision_transformer_loss(
    net: &VisionTransformer,
    heads: usize,
    size: usize,
    x: &Array4<f64>,
    y: &Array1<usize>,
) -> (f64, VisionTransformer) {
    todo!("attention: question 13")
}

// %% id="check-vision-transformer-loss"
gradus_assignments::check!(attention, vision_transformer_loss);

// %% [markdown] id="clothing-text"
// ### Pieces of clothing
//
// Fashion-MNIST with patches of 7 x 7 pixels: 16 of them. Two encoder layers, 32 features, four heads.
//
// First one batch of 64 images, over and over: after 60 steps of Adam it should know every one of them. Then 3,000 images, six epochs, with a learning rate that falls along a cosine. With this seed, 0.76 of the validation
// images get their right class at the end, with ten others 0.74 to 0.79; less than 0.7 would point to a fault. A convolutional network does better with so few images, since it knows beforehand what a neighbour is; a vision transformer has to find that out, and
// comes into its own with millions of images.

// %% id="clothing"
fn random_encoder_layer(features: usize, hidden: usize, random: &mut impl rand::Rng) -> EncoderLayer {
    EncoderLayer {
        attention: random_attention(features, random),
        norm_attention: random_norm(features),
        feed_forward: random_feed_forward(features, hidden, random),
        norm_feed_forward: random_norm(features),
    }
}

fn random_vision_transformer(features: usize, seed: u64) -> VisionTransformer {
    let mut random = generator(seed);
    VisionTransformer {
        w_patch: xavier_uniform((49, features), &mut random),
        b_patch: Array1::zeros(features),
        layers: (0..2).map(|_| random_encoder_layer(features, 2 * features, &mut random)).collect(),
        w_class: xavier_uniform((features, 10), &mut random),
        b_class: Array1::zeros(10),
    }
}

/// What stands before each layer and behind the last one, (batch, patches, features) each.
fn stages(net: &VisionTransformer, heads: usize, x: &Array4<f64>) -> Vec<Array3<f64>> {
    let (embedded, _) = patch_embedding_forward(x, &net.w_patch, &net.b_patch, 7);
    let (_, time, features) = embedded.dim();
    let mut stages = vec![embedded + positional_encoding(time, features)];
    for (place, layer) in net.layers.iter().enumerate() {
        let (out, _) = transformer_encoder_layer_forward(layer, heads, &stages[place], &Mask::All);
        stages.push(out);
    }
    stages
}

/// The class with the highest score for each image.
fn predict(net: &VisionTransformer, heads: usize, x: &Array4<f64>) -> Array1<usize> {
    let last = stages(net, heads, x).pop().expect("what comes out");
    let mean = last.sum_axis(Axis(1)) / last.dim().1 as f64;
    let (scores, _) = affine_forward(&mean, &net.w_class, &net.b_class);
    scores.map_axis(Axis(1), |scores| {
        scores.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(class, _)| class)
    })
}

/// One batch by heart: the losses, and how many images it knows at the end.
fn one_batch() -> String {
    let train = load().train;
    let (x, y) = (clothes(&train.images, 0, 64), train.labels.slice(s![..64]).to_owned());
    let mut net = random_vision_transformer(32, 231);
    let (mut adams, mut losses) = (Adams::new(&net), Vec::new());
    for _ in 0..60 {
        let (loss, gradients) = vision_transformer_loss(&net, 4, 7, &x, &y);
        adams.step(&mut net, &gradients, 3e-3);
        losses.push(loss);
    }
    show!(loss_curves(&[("one batch of 64 images", &losses[..])]));
    format!("after 60 steps: loss {:.3}, accuracy {:.2}", losses[59], accuracy(&predict(&net, 4, &x), &y))
}

/// The network after training, the losses, and the accuracies on training and validation images after each epoch.
struct Trained {
    net: VisionTransformer,
    losses: Vec<f64>,
    on_training: Vec<f64>,
    on_validation: Vec<f64>,
}

fn train_on_clothing(heads: usize, epochs: usize, seed: u64) -> Trained {
    let train = load().train;
    let (x, y) = (clothes(&train.images, 0, 3000), train.labels.slice(s![..3000]).to_owned());
    let (others, labels) = (clothes(&train.images, 5500, 500), train.labels.slice(s![5500..6000]).to_owned());
    let mut net = random_vision_transformer(32, seed);
    let (mut adams, mut losses) = (Adams::new(&net), Vec::new());
    let (mut on_training, mut on_validation) = (Vec::new(), Vec::new());
    for epoch in 0..epochs {
        for batch in batches(3000, 50, seed + epoch as u64) {
            let (x, y) = (x.select(Axis(0), &batch), y.select(Axis(0), &batch));
            let (loss, gradients) = vision_transformer_loss(&net, heads, 7, &x, &y);
            adams.step(&mut net, &gradients, cosine_decay(3e-3, epoch, epochs));
            losses.push(loss);
        }
        let some = x.slice(s![..500, .., .., ..]).to_owned();
        on_training.push(accuracy(&predict(&net, heads, &some), &y.slice(s![..500]).to_owned()));
        on_validation.push(accuracy(&predict(&net, heads, &others), &labels));
    }
    Trained { net, losses, on_training, on_validation }
}

// %% [markdown] id="heads-text"
// ### What the heads look at
//
// For three images, `heads_shown` shows what patch 5 (in the second row and second column) takes of all sixteen patches in the first layer, head by head: light is much.

// %% id="heads"
fn heads_shown(net: &VisionTransformer) -> Picture {
    let x = clothes(&load().train.images, 5500, 3);
    let before = &stages(net, 4, &x)[0];
    let maps = head_weights(&net.layers[0].attention, 4, before, before);
    let shown = Array4::from_shape_fn((15, 1, 28, 28), |(place, _, i, j)| match (place / 5, place % 5) {
        (n, 0) => (x[[n, 0, i, j]] + 1.0) / 2.0,
        (n, head) => maps[head - 1][[n, 5, i / 7 * 4 + j / 7]],
    });
    image_grid(&shown, &["image", "head 0", "head 1", "head 2", "head 3"].repeat(3), 5, Tones::OwnRange)
}

fn train_and_show() -> String {
    let start = Instant::now();
    let Trained { net, losses, on_training, on_validation } = train_on_clothing(4, 6, 231);
    let time = start.elapsed();
    let means: Vec<f64> = losses.chunks(10).map(|losses| losses.iter().sum::<f64>() / losses.len() as f64).collect();
    show!(loss_curves(&[("mean of ten batches", &means[..])]));
    show!(accuracy_curves(&[("training", &on_training[..]), ("validation", &on_validation[..])]));
    // The test images are looked at once, and last.
    let test = load().test;
    let test_accuracy = accuracy(&predict(&net, 4, &clothes(&test.images, 0, 1000)), &test.labels);
    let last = on_validation.last().copied().unwrap_or_default();
    show!(heads_shown(&net));
    format!("{time:.1?}; accuracy on the validation images {last:.3}, on the test images {test_accuracy:.3}")
}

// %% [markdown] id="clothing-run-text"
// The cell shows the loss of the one batch, the losses and accuracies of the training, and what the four heads look at. The heads have learned to differ: none was told where to look, and yet each has its own taste.

// %% id="clothing-run"
println!("{}", one_batch());
println!("{}", train_and_show());

// %% [markdown] id="written-text"
// ## Questions to answer in words
//
// A few sentences each, below the question in its own cell. They are read by a person, and worth 2 points each on top.

// %% [markdown] id="written-1"
// **Written 1.** Take an encoder layer without positional encoding and without a mask, and exchange two words of a sentence. What happens to the outputs, and why? What happens with a causal mask? Could a network of such layers
// tell "dog bites man" from "man bites dog" by the mean of its outputs? What changes when positions are added, and why are they added to the inputs only once and not in each layer?
//
// *Write your answer here.*

// %% [markdown] id="written-2"
// **Written 2.** How do time and memory of self-attention grow with the number of time steps $T$ and of features $d$? And of a recurrent network, whose hidden state has $d$ numbers? When is which of the two cheaper, and what does attention have for it? An image of 224 x 224 is cut into patches of
// 16 x 16; how many times as many numbers are in the weights of one head if the patches are 8 x 8?
//
// *Write your answer here.*

// %% [markdown] id="written-3"
// **Written 3.** (a) Why is the dot product divided by $\sqrt{d}$? What would happen to the gradients of `q` and `k` without it, with many features? Why not divide by $d$? (b) Why several heads of width $d / h$ and not one of width $d$? How
// many parameters does either have? What can one head not do that two can?
//
// *Write your answer here.*
