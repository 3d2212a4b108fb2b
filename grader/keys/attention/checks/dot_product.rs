//! Checks of `scaled_dot_product_attention_forward` and `scaled_dot_product_attention_backward`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::attention::{Mask, call};
use gradus_question::{Call, Check, Context, Failure, Projection, Session};
use ndarray::{Array1, Array2, Array3, Axis};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

use super::case::{ALL, Case, Named, Slips, fresh, hold_slopes, one, ordinary, recorded, special, unchanged};
use super::random_net::{blind, causal, inverted, mask};
use super::recorded::{Numbers, RecordedMask, of_pytorch};
use super::reference;
use crate::common::{check, inputs};

const MASK_HINT: &str = "true in the mask is where a query may look; other keys count as if they were not there";
const BLIND_HINT: &str =
    "a query that may look at no key has only weights of 0: its row of the output is 0, and it sends nothing back";
const LENGTHS_HINT: &str =
    "there may be more keys than queries, or fewer, and values may have a number of features of their own";

/// The checks of the forward pass, 8 points.
pub fn forward() -> Vec<Check> {
    let check =
        |name, points, expectation, run| check("scaled_dot_product_attention_forward", name, points, expectation, run);
    vec![
        check("output of fresh inputs", 2, "for each query the weighed mean of the values", |session, context| {
            fresh::<Forward>(session, context, ALL)
        }),
        check("output with masks", 1, "weights for the keys that the mask allows alone", |session, context| {
            special::<Forward>(session, context, |random| masked(random).map(Forward).to_vec(), MASK_HINT)
        }),
        check(
            "output where a query sees nothing",
            1,
            "zeros for a query that may look at no key",
            |session, context| {
                special::<Forward>(session, context, |random| blinded(random).map(Forward).to_vec(), BLIND_HINT)
            },
        ),
        check("output of large scores", 1, "the right output where scores reach thousands", |session, context| {
            special::<Forward>(session, context, large, "take the largest score of a row off before exp")
        }),
        check(
            "output of other lengths",
            1,
            "the right output for one example, one query, one key, one feature, and where lengths differ",
            |session, context| {
                special::<Forward>(
                    session,
                    context,
                    |random| lengths(random).into_iter().map(Forward).collect(),
                    LENGTHS_HINT,
                )
            },
        ),
        check("output of recorded inputs", 1, "what PyTorch gives for recorded inputs", |session, context| {
            recorded(session, context, recorded_cases().map(|(inputs, out, _)| (Forward(inputs), out)), None)
        }),
        check(
            "inputs left alone",
            1,
            "all arrays as they were before the call, and the right output",
            unchanged::<Forward>,
        ),
    ]
}

/// The checks of the backward pass, 12 points.
pub fn backward() -> Vec<Check> {
    let check =
        |name, points, expectation, run| check("scaled_dot_product_attention_backward", name, points, expectation, run);
    vec![
        check("dq of fresh inputs", 2, "the gradient of the scores times the keys", |session, context| {
            fresh::<Backward>(session, context, |name| name == "dq")
        }),
        check("dk of fresh inputs", 2, "the gradient of the scores times the queries", |session, context| {
            fresh::<Backward>(session, context, |name| name == "dk")
        }),
        check("dv of fresh inputs", 2, "the weights times dout", |session, context| {
            fresh::<Backward>(session, context, |name| name == "dv")
        }),
        check("gradients with masks", 1, "nothing for keys that a query may not look at", |session, context| {
            special::<Backward>(session, context, |random| masked(random).map(Backward).to_vec(), MASK_HINT)
        }),
        check(
            "gradients where a query sees nothing",
            1,
            "nothing from a query that may look at no key",
            |session, context| {
                special::<Backward>(session, context, |random| blinded(random).map(Backward).to_vec(), BLIND_HINT)
            },
        ),
        check(
            "gradients of other lengths",
            1,
            "the right gradients for one example, one query, one key, one feature, and where lengths differ",
            |session, context| {
                special::<Backward>(
                    session,
                    context,
                    |random| lengths(random).into_iter().map(Backward).collect(),
                    LENGTHS_HINT,
                )
            },
        ),
        check("gradients of recorded inputs", 1, "what PyTorch gives for recorded inputs", |session, context| {
            recorded(
                session,
                context,
                recorded_cases().map(|(inputs, _, gradients)| (Backward(inputs), gradients)),
                None,
            )
        }),
        check(
            "gradients against the slope of the output",
            1,
            "gradients that are the slopes of what scaled_dot_product_attention_forward returns",
            numeric,
        ),
        check(
            "gradients, inputs left alone",
            1,
            "all arrays as they were, and the right gradients",
            unchanged::<Backward>,
        ),
    ]
}

/// Arguments of both passes.
#[derive(Clone)]
pub struct Inputs {
    q: Array3<f64>,
    k: Array3<f64>,
    v: Array3<f64>,
    mask: Mask,
    dout: Array3<f64>,
}

/// Examples, queries, keys, features, value features.
type Sizes = [usize; 5];

type Gradients = (Array3<f64>, Array3<f64>, Array3<f64>);

#[derive(Clone)]
struct Forward(Inputs);

#[derive(Clone)]
struct Backward(Inputs);

impl Inputs {
    fn random(random: &mut ChaCha8Rng, [batch, queries, keys, features, value_features]: Sizes) -> Self {
        let (scale, dout_scale) = (inputs::scale(random), inputs::scale(random));
        Self {
            q: inputs::normal(random, (batch, queries, features), 1.2),
            k: inputs::normal(random, (batch, keys, features), 1.2),
            v: inputs::normal(random, (batch, keys, value_features), scale),
            mask: Mask::All,
            dout: inputs::normal(random, (batch, queries, value_features), dout_scale),
        }
    }

    fn ordinary(random: &mut ChaCha8Rng) -> Self {
        let keys = random.random_range(3..6);
        let sizes = [
            random.random_range(2..4),
            random.random_range(3..6),
            keys,
            random.random_range(2..6),
            random.random_range(2..5),
        ];
        Self::random(random, sizes)
    }

    fn look_alikes(&self, random: &mut ChaCha8Rng) -> Vec<Self> {
        let mut all = Vec::new();
        all.extend(inputs::look_alikes(random, &self.q).map(|q| Self { q, ..self.clone() }));
        all.extend(inputs::look_alikes(random, &self.k).map(|k| Self { k, ..self.clone() }));
        all.extend(inputs::look_alikes(random, &self.v).map(|v| Self { v, ..self.clone() }));
        all.extend(inputs::look_alikes(random, &self.dout).map(|dout| Self { dout, ..self.clone() }));
        all
    }

    /// The output, and the gradients, with other weights than softmax over the keys gives.
    fn with(&self, weigh: impl Fn(Array2<f64>, f64) -> Array2<f64>) -> Array3<f64> {
        let root = (self.q.dim().2 as f64).sqrt();
        let mut out = Array3::zeros((self.q.dim().0, self.q.dim().1, self.v.dim().2));
        for (n, mut out) in out.outer_iter_mut().enumerate() {
            let scores = self.q.index_axis(Axis(0), n).dot(&self.k.index_axis(Axis(0), n).t());
            out.assign(&weigh(scores, root).dot(&self.v.index_axis(Axis(0), n)));
        }
        out
    }

    /// Each number, and whether it may count, to what goes through exp in each row.
    fn softmax_of(&self, f: impl Fn(f64, bool, f64) -> f64) -> Array3<f64> {
        self.with(|mut scores, root| {
            for ((query, key), score) in scores.indexed_iter_mut() {
                *score = f(*score, self.mask.allows(query, key), root);
            }
            softmax(scores)
        })
    }

    fn output(&self) -> Array3<f64> {
        reference::scaled_dot_product_attention_forward(&self.q, &self.k, &self.v, &self.mask).0
    }

    fn gradients(&self) -> Gradients {
        let (_, cache) = reference::scaled_dot_product_attention_forward(&self.q, &self.k, &self.v, &self.mask);
        reference::scaled_dot_product_attention_backward(&self.dout, &cache)
    }

    /// `dq` and `dk` with the gradient of the scores made of the weights and of their gradient.
    fn gradients_with(&self, dscores: impl Fn(&Array2<f64>, &Array2<f64>, f64) -> Array2<f64>) -> Gradients {
        let (mut dq, mut dk, dv) = self.gradients();
        let (_, cache) = reference::scaled_dot_product_attention_forward(&self.q, &self.k, &self.v, &self.mask);
        let root = (self.q.dim().2 as f64).sqrt();
        for n in 0..self.q.dim().0 {
            let weights = cache.weights.index_axis(Axis(0), n).to_owned();
            let dweights = self.dout.index_axis(Axis(0), n).dot(&self.v.index_axis(Axis(0), n).t());
            let dscores = dscores(&weights, &dweights, root);
            dq.index_axis_mut(Axis(0), n).assign(&dscores.dot(&self.k.index_axis(Axis(0), n)));
            dk.index_axis_mut(Axis(0), n).assign(&dscores.t().dot(&self.q.index_axis(Axis(0), n)));
        }
        (dq, dk, dv)
    }
}

/// Softmax of each row; a row of minus infinities gives zeros.
fn softmax(mut scores: Array2<f64>) -> Array2<f64> {
    for mut row in scores.rows_mut() {
        let largest = row.fold(f64::NEG_INFINITY, |a: f64, &b| a.max(b));
        if largest == f64::NEG_INFINITY {
            row.fill(0.0);
            continue;
        }
        row.mapv_inplace(|score| (score - largest).exp());
        let sum = row.sum();
        row /= sum;
    }
    scores
}

impl Case for Forward {
    type Found = Array3<f64>;

    fn ordinary(random: &mut ChaCha8Rng) -> Self {
        Forward(Inputs::ordinary(random))
    }

    fn look_alikes(&self, random: &mut ChaCha8Rng) -> Vec<Self> {
        self.0.look_alikes(random).into_iter().map(Forward).collect()
    }

    fn call(&self) -> Call<Array3<f64>> {
        let Inputs { q, k, v, mask, .. } = &self.0;
        call::scaled_dot_product_attention_forward(q, k, v, mask)
    }

    fn named(found: Array3<f64>) -> Named {
        one("the output", found)
    }

    fn expected(&self) -> Array3<f64> {
        self.0.output()
    }

    fn slips(&self, _: &Named) -> Slips {
        let inputs = &self.0;
        let hidden = |score: f64, allowed: bool| if allowed { score } else { f64::NEG_INFINITY };
        let keys = inputs.k.dim().1 as f64;
        let slips = [
            (
                "without the division by the root of the number of features",
                inputs.softmax_of(|s, allowed, _| hidden(s, allowed)),
            ),
            (
                "with scores divided by the number of features; divide by its root",
                inputs.softmax_of(|s, allowed, root| hidden(s / (root * root), allowed)),
            ),
            (
                "with scores divided by the root of the number of keys; it is that of the features",
                inputs.softmax_of(|s, allowed, _| hidden(s / keys.sqrt(), allowed)),
            ),
            (
                "with scores multiplied by the root of the number of features; divide by it",
                inputs.softmax_of(|s, allowed, root| hidden(s * root, allowed)),
            ),
            (
                "with softmax over the queries; the weights of a query add up to 1 over the keys",
                inputs.with(|scores, root| softmax((scores / root).reversed_axes()).reversed_axes()),
            ),
            ("the scores times the values, without softmax", inputs.with(|scores, root| scores / root)),
            ("without the mask", inputs.softmax_of(|s, _, root| s / root)),
            (
                "with the mask the other way round; true is where a query may look",
                Inputs { mask: inverted(&inputs.mask), ..inputs.clone() }.output(),
            ),
            (
                "with scores of 0 where the mask forbids; exp(0) is 1, so they count",
                inputs.softmax_of(|s, allowed, root| if allowed { s / root } else { 0.0 }),
            ),
            (
                "with weights set to 0 behind softmax; those that are left add up to less than 1",
                inputs.with(|scores, root| {
                    let mut weights = softmax(scores / root);
                    weights.indexed_iter_mut().for_each(|((query, key), weight)| {
                        if !inputs.mask.allows(query, key) {
                            *weight = 0.0
                        }
                    });
                    weights
                }),
            ),
            (
                "with a plain mean for a query that may look at no key; its row is 0",
                inputs.with(|mut scores, root| {
                    for (query, mut row) in scores.rows_mut().into_iter().enumerate() {
                        let any = (0..row.len()).any(|key| inputs.mask.allows(query, key));
                        for (key, score) in row.iter_mut().enumerate() {
                            *score = if !any { 0.0 } else { hidden(*score / root, inputs.mask.allows(query, key)) };
                        }
                    }
                    softmax(scores)
                }),
            ),
        ];
        slips.map(|(words, out)| (words, one("the output", out))).into()
    }
}

impl Case for Backward {
    type Found = Gradients;

    fn ordinary(random: &mut ChaCha8Rng) -> Self {
        Backward(Inputs::ordinary(random))
    }

    fn look_alikes(&self, random: &mut ChaCha8Rng) -> Vec<Self> {
        self.0.look_alikes(random).into_iter().map(Backward).collect()
    }

    fn call(&self) -> Call<Gradients> {
        let Inputs { q, k, v, mask, dout } = &self.0;
        call::scaled_dot_product_attention_backward(q, k, v, mask, dout)
    }

    fn named((dq, dk, dv): Gradients) -> Named {
        [one("dq", dq), one("dk", dk), one("dv", dv)].concat()
    }

    fn expected(&self) -> Gradients {
        self.0.gradients()
    }

    fn slips(&self, expected: &Named) -> Slips {
        let inputs = &self.0;
        let whole = |p: &Array2<f64>, dp: &Array2<f64>| (p * dp).sum_axis(Axis(1)).insert_axis(Axis(1));
        let n = inputs.q.dim().0 as f64;
        let divided = expected.iter().map(|(name, array)| (name.clone(), array / n)).collect();
        let opposite = expected.iter().map(|(name, array)| (name.clone(), -array)).collect();
        let slips = [
            (
                "without the division by the root of the number of features",
                inputs.gradients_with(|p, dp, _| p * (dp - whole(p, dp))),
            ),
            (
                "with a division by the number of features; divide by its root",
                inputs.gradients_with(|p, dp, root| p * (dp - whole(p, dp)) / (root * root)),
            ),
            (
                "without the sum that softmax takes off: a weight that grows takes away from the others of its row",
                inputs.gradients_with(|p, dp, root| p * dp / root),
            ),
            (
                "with p * (1 - p) as the slope of softmax; it has a part for the other scores of the row too",
                inputs.gradients_with(|p, dp, root| p * (1.0 - p) * dp / root),
            ),
            ("without softmax's backward pass", inputs.gradients_with(|_, dp, root| dp / root)),
            (
                "without the factor of the weights in softmax's backward pass",
                inputs.gradients_with(|p, dp, root| (dp - whole(p, dp)) / root),
            ),
            (
                "with the plain mean taken off in softmax's backward pass; it is the mean weighed by the weights",
                inputs.gradients_with(|p, dp, root| {
                    let mean = dp.sum_axis(Axis(1)).insert_axis(Axis(1)) / dp.ncols() as f64;
                    p * (dp - mean) / root
                }),
            ),
        ];
        let mut slips: Slips = slips.map(|(words, gradients)| (words, Self::named(gradients))).into();
        slips.push(("divided by the number of examples; it is no mean", divided));
        slips.push(("the right gradient with the opposite sign", opposite));
        slips
    }
}

/// Masks of several kinds.
fn masked(random: &mut ChaCha8Rng) -> [Inputs; 4] {
    [[2, 4, 4, 3, 2], [3, 5, 5, 4, 3], [2, 3, 5, 2, 4], [2, 5, 3, 6, 2]].map(|sizes| {
        let [_, queries, keys, ..] = sizes;
        let mask = if sizes[0] == 3 { causal(queries) } else { mask(random, queries, keys) };
        Inputs { mask, ..Inputs::random(random, sizes) }
    })
}

/// Masks with a row of nothing.
fn blinded(random: &mut ChaCha8Rng) -> [Inputs; 3] {
    [[2, 4, 4, 3, 2], [2, 3, 5, 4, 3], [1, 1, 3, 2, 2]].map(|sizes| {
        let mask = blind(random, sizes[1], sizes[2]);
        Inputs { mask, ..Inputs::random(random, sizes) }
    })
}

/// Queries as long as make scores of thousands, of either sign.
fn large(random: &mut ChaCha8Rng) -> Vec<Forward> {
    let mut all = Vec::new();
    for sizes in [[2, 4, 5, 3, 2], [2, 3, 3, 4, 2]] {
        let mut inputs = Inputs::random(random, sizes);
        // The keys have one direction in common, which moves all scores of a query.
        inputs.q.index_axis_mut(Axis(2), 0).mapv_inplace(|q| 3000.0 * q.signum());
        inputs.k.index_axis_mut(Axis(2), 0).fill(2.0);
        all.push(Forward(inputs));
    }
    all
}

fn lengths(random: &mut ChaCha8Rng) -> Vec<Inputs> {
    let sizes = [
        [1, 3, 4, 5, 2],
        [2, 1, 4, 3, 3],
        [2, 4, 1, 3, 2],
        [3, 2, 6, 1, 4],
        [1, 6, 2, 4, 1],
        [1, 1, 1, 1, 1],
        [2, 3, 3, 4, 7],
    ];
    sizes.into_iter().map(|sizes| Inputs::random(random, sizes)).collect()
}

/// A recorded case.
#[derive(Deserialize)]
struct Recorded {
    q: Numbers,
    k: Numbers,
    v: Numbers,
    mask: RecordedMask,
    dout: Numbers,
    out: Numbers,
    dq: Numbers,
    dk: Numbers,
    dv: Numbers,
}

fn recorded_cases() -> impl Iterator<Item = (Inputs, Array3<f64>, Gradients)> {
    of_pytorch::<Recorded>("scaled_dot_product_attention").into_iter().map(|case| {
        let Recorded { q, k, v, mask, dout, out, dq, dk, dv } = case;
        let inputs = Inputs { q: q.array(), k: k.array(), v: v.array(), mask: mask.mask(), dout: dout.array() };
        (inputs, out.array(), (dq.array(), dk.array(), dv.array()))
    })
}

fn numeric(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    for sizes in [[2, 3, 4, 2, 3], [1, 4, 4, 5, 2]] {
        let random = &mut context.random;
        let mut inputs = Inputs::random(random, sizes);
        inputs.v.mapv_inplace(|v| v.clamp(-2.0, 2.0));
        inputs.dout = inputs::normal(random, inputs.dout.raw_dim(), 1.0);
        inputs.mask = mask(random, sizes[1], sizes[2]);
        let Inputs { q, k, v, mask, dout } = &inputs;
        let (dq, dk, dv) = session.call(&call::scaled_dot_product_attention_backward(q, k, v, mask, dout))?;
        let flat = |array: Array3<f64>| -> Array1<f64> { array.iter().copied().collect() };
        let forward = call::scaled_dot_product_attention_forward(q, k, v, mask);
        let projection = Projection::WeightedSum(0, dout.iter().copied().collect());
        let gradients = [("q", q.len(), flat(dq)), ("k", k.len(), flat(dk)), ("v", v.len(), flat(dv))];
        hold_slopes(session, context, &forward, &projection, &gradients)?;
    }
    ordinary::<Backward>(session, context)
}
