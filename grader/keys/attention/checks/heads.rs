//! Checks of `multi_head_attention_forward` and `multi_head_attention_backward`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::attention::{Mask, MultiHeadAttention, Parameters, call};
use gradus_check::Tolerance;
use gradus_nn::temporal::temporal_affine_forward;
use gradus_question::{Call, Check, Context, Failure, Projection, Session};
use ndarray::{Array1, Array3};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::case::{
    ALL, Case, Named, Slips, combine, flat, fresh, gradients, hold_slopes, one, ordinary, recorded, special, unchanged,
};
use super::random_net::{attention, blind, causal, inverted, look_alikes, mask};
use super::reference;
use crate::common::{check, inputs};

mod recorded_cases;

const MASK_HINT: &str = "the mask is the same for all examples and heads; a query that may look at no key gets bo";
const HEADS_HINT: &str = "head 0 takes the first columns, each head divides by the root of its own width";
const LENGTHS_HINT: &str = "query and key may differ in length; in cross attention key and value come from elsewhere";

/// The checks of the forward pass, 9 points.
pub fn forward() -> Vec<Check> {
    let check = |name, points, expectation, run| check("multi_head_attention_forward", name, points, expectation, run);
    vec![
        check(
            "output of fresh sequences",
            3,
            "the heads' outputs side by side, through the last affine map",
            |session, context| fresh::<Forward>(session, context, ALL),
        ),
        check(
            "output with masks",
            1,
            "the right output with masks, and bo for a query that sees nothing",
            |session, context| {
                special::<Forward>(
                    session,
                    context,
                    |random| masked(random).into_iter().map(Forward).collect(),
                    MASK_HINT,
                )
            },
        ),
        check(
            "output for other numbers of heads",
            1,
            "the right output with one head, and with a head for each feature",
            |session, context| {
                special::<Forward>(
                    session,
                    context,
                    |random| head_counts(random).into_iter().map(Forward).collect(),
                    HEADS_HINT,
                )
            },
        ),
        check(
            "output of self-attention and other lengths",
            1,
            "the right output for one example, one query, one key",
            |session, context| {
                special::<Forward>(
                    session,
                    context,
                    |random| lengths(random).into_iter().map(Forward).collect(),
                    LENGTHS_HINT,
                )
            },
        ),
        check("output of recorded sequences", 1, "what PyTorch gives for recorded sequences", |session, context| {
            recorded(
                session,
                context,
                recorded_cases::of_pytorch().map(|(inputs, out, _)| (Forward(inputs), out)),
                None,
            )
        }),
        check("published figures", 1, "what CS231n's notebook prints", published),
        check(
            "inputs left alone",
            1,
            "all arrays as they were before the call, and the right output",
            unchanged::<Forward>,
        ),
    ]
}

/// The checks of the backward pass, 13 points.
pub fn backward() -> Vec<Check> {
    let check = |name, points, expectation, run| check("multi_head_attention_backward", name, points, expectation, run);
    vec![
        check("gradients of the sequences", 3, "dquery, dkey and dvalue", |session, context| {
            fresh::<Backward>(session, context, |name| !name.starts_with("the gradient"))
        }),
        check("gradients of wo and bo", 1, "those of the last affine map", |session, context| {
            fresh::<Backward>(session, context, |name| name.ends_with('o'))
        }),
        check("gradients of the other parameters", 3, "those of the three affine maps in front", |session, context| {
            fresh::<Backward>(session, context, |name| name.starts_with("the gradient") && !name.ends_with('o'))
        }),
        check(
            "gradients with masks",
            1,
            "the right gradients with masks, and where a query sees nothing",
            |session, context| {
                special::<Backward>(
                    session,
                    context,
                    |random| masked(random).into_iter().map(Backward).collect(),
                    MASK_HINT,
                )
            },
        ),
        check(
            "gradients for other numbers of heads",
            1,
            "the right gradients with one head, and with a head for each feature",
            |session, context| {
                special::<Backward>(
                    session,
                    context,
                    |random| head_counts(random).into_iter().map(Backward).collect(),
                    HEADS_HINT,
                )
            },
        ),
        check(
            "gradients of self-attention and other lengths",
            1,
            "the right gradients for one example, one query, one key",
            |session, context| {
                special::<Backward>(
                    session,
                    context,
                    |random| lengths(random).into_iter().map(Backward).collect(),
                    LENGTHS_HINT,
                )
            },
        ),
        check("gradients of recorded sequences", 1, "what PyTorch gives for recorded sequences", |session, context| {
            recorded(
                session,
                context,
                recorded_cases::of_pytorch().map(|(inputs, _, gradients)| (Backward(inputs), gradients)),
                None,
            )
        }),
        check(
            "gradients against the slope of the output",
            1,
            "gradients that are the slopes of what multi_head_attention_forward returns",
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
struct Inputs {
    net: MultiHeadAttention,
    heads: usize,
    query: Array3<f64>,
    key: Array3<f64>,
    value: Array3<f64>,
    mask: Mask,
    dout: Array3<f64>,
}

type Gradients = (Array3<f64>, Array3<f64>, Array3<f64>, MultiHeadAttention);

#[derive(Clone)]
struct Forward(Inputs);

#[derive(Clone)]
struct Backward(Inputs);

impl Inputs {
    /// Examples, queries, keys, heads, width.
    fn random(random: &mut ChaCha8Rng, [batch, queries, keys, heads, width]: [usize; 5]) -> Self {
        let (features, scale) = (heads * width, inputs::scale(random));
        Self {
            net: attention(random, features),
            heads,
            query: inputs::normal(random, (batch, queries, features), 1.0),
            key: inputs::normal(random, (batch, keys, features), 1.0),
            value: inputs::normal(random, (batch, keys, features), 1.0),
            mask: Mask::All,
            dout: inputs::normal(random, (batch, queries, features), scale),
        }
    }

    fn ordinary(random: &mut ChaCha8Rng) -> Self {
        let sizes = [
            random.random_range(2..4),
            random.random_range(3..5),
            random.random_range(3..6),
            random.random_range(2..4),
            random.random_range(2..4),
        ];
        Self::random(random, sizes)
    }

    fn look_alikes(&self, random: &mut ChaCha8Rng) -> Vec<Self> {
        let mut all = Vec::new();
        all.extend(look_alikes(random, &self.net).into_iter().map(|net| Self { net, ..self.clone() }));
        all.extend(inputs::look_alikes(random, &self.query).map(|query| Self { query, ..self.clone() }));
        all.extend(inputs::look_alikes(random, &self.key).map(|key| Self { key, ..self.clone() }));
        all.extend(inputs::look_alikes(random, &self.value).map(|value| Self { value, ..self.clone() }));
        all.extend(inputs::look_alikes(random, &self.dout).map(|dout| Self { dout, ..self.clone() }));
        all
    }

    fn output(&self) -> Array3<f64> {
        self.output_of(&self.net, self.heads)
    }

    fn output_of(&self, net: &MultiHeadAttention, heads: usize) -> Array3<f64> {
        reference::multi_head_attention_forward(net, heads, &self.query, &self.key, &self.value, &self.mask).0
    }

    /// With the parameters changed.
    fn changed(&self, change: impl Fn(&mut MultiHeadAttention)) -> Array3<f64> {
        let mut net = self.net.clone();
        change(&mut net);
        self.output_of(&net, self.heads)
    }

    fn gradients(&self) -> Gradients {
        let Self { net, heads, query, key, value, mask, dout } = self;
        let (_, cache) = reference::multi_head_attention_forward(net, *heads, query, key, value, mask);
        reference::multi_head_attention_backward(dout, &cache)
    }

    /// The output with the heads' parts taken and put back in other ways.
    fn with_heads(
        &self,
        split: fn(&Array3<f64>, usize) -> Array3<f64>,
        join: fn(&Array3<f64>, usize) -> Array3<f64>,
    ) -> Array3<f64> {
        let net = &self.net;
        let q = split(&temporal_affine_forward(&self.query, &net.wq, &net.bq).0, self.heads);
        let k = split(&temporal_affine_forward(&self.key, &net.wk, &net.bk).0, self.heads);
        let v = split(&temporal_affine_forward(&self.value, &net.wv, &net.bv).0, self.heads);
        let out = reference::scaled_dot_product_attention_forward(&q, &k, &v, &self.mask).0;
        temporal_affine_forward(&join(&out, self.heads), &net.wo, &net.bo).0
    }
}

/// Every so-many-th column for each head.
fn alternating(x: &Array3<f64>, heads: usize) -> Array3<f64> {
    let (batch, time, features) = x.dim();
    Array3::from_shape_fn((batch * heads, time, features / heads), |(row, t, i)| {
        x[[row / heads, t, i * heads + row % heads]]
    })
}

fn alternating_back(x: &Array3<f64>, heads: usize) -> Array3<f64> {
    let (rows, time, width) = x.dim();
    Array3::from_shape_fn((rows / heads, time, heads * width), |(n, t, i)| x[[n * heads + i % heads, t, i / heads]])
}

/// A new shape without exchanging axes.
fn reshaped(x: &Array3<f64>, heads: usize) -> Array3<f64> {
    let (batch, time, features) = x.dim();
    x.to_shape((batch * heads, time, features / heads)).expect("as many numbers").into_owned()
}

fn reshaped_back(x: &Array3<f64>, heads: usize) -> Array3<f64> {
    let (rows, time, width) = x.dim();
    x.to_shape((rows / heads, time, heads * width)).expect("as many numbers").into_owned()
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
        let Inputs { net, heads, query, key, value, mask, .. } = &self.0;
        call::multi_head_attention_forward(net, *heads, query, key, value, mask)
    }

    fn named(found: Array3<f64>) -> Named {
        one("the output", found)
    }

    fn expected(&self) -> Array3<f64> {
        self.0.output()
    }

    fn slips(&self, _: &Named) -> Slips {
        let inputs = &self.0;
        let root = (inputs.heads as f64).sqrt();
        let slips = [
            ("with a single head", inputs.output_of(&inputs.net, 1)),
            (
                "with scores divided by the root of all features; each head divides by that of its own width",
                inputs.changed(|net| {
                    net.wq /= root;
                    net.bq /= root;
                }),
            ),
            (
                "without the biases of query, key and value",
                inputs.changed(|net| {
                    net.bq.fill(0.0);
                    net.bk.fill(0.0);
                    net.bv.fill(0.0);
                }),
            ),
            ("without bo", inputs.changed(|net| net.bo.fill(0.0))),
            (
                "without the last affine map",
                inputs.changed(|net| {
                    net.wo = ndarray::Array2::eye(net.wo.nrows());
                    net.bo.fill(0.0);
                }),
            ),
            (
                "with transposed weights",
                inputs.changed(|net| {
                    for w in [&mut net.wq, &mut net.wk, &mut net.wv, &mut net.wo] {
                        *w = w.t().to_owned();
                    }
                }),
            ),
            (
                "with every so-many-th column for a head; a head takes neighbouring columns",
                inputs.with_heads(alternating, alternating_back),
            ),
            (
                "what a new shape without an exchange of axes gives; heads come before time first",
                inputs.with_heads(reshaped, reshaped_back),
            ),
            (
                "with heads put together in a new shape without an exchange of axes",
                inputs.with_heads(reference::split_heads, reshaped_back),
            ),
            ("without the mask", Inputs { mask: Mask::All, ..inputs.clone() }.output()),
            (
                "with the mask the other way round; true is where a query may look",
                Inputs { mask: inverted(&inputs.mask), ..inputs.clone() }.output(),
            ),
            ("with the key in the place of the value", Inputs { value: inputs.key.clone(), ..inputs.clone() }.output()),
            (
                "with the weights of key and value exchanged",
                inputs.changed(|net| std::mem::swap(&mut net.wk, &mut net.wv)),
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
        let Inputs { net, heads, query, key, value, mask, dout } = &self.0;
        call::multi_head_attention_backward(net, *heads, query, key, value, mask, dout)
    }

    fn named((dquery, dkey, dvalue, net): Gradients) -> Named {
        [one("dquery", dquery), one("dkey", dkey), one("dvalue", dvalue), gradients(&net)].concat()
    }

    fn expected(&self) -> Gradients {
        self.0.gradients()
    }

    fn slips(&self, expected: &Named) -> Slips {
        let inputs = &self.0;
        let n = inputs.query.dim().0 as f64;
        let (dquery, dkey, dvalue, net) = self.expected();
        let moved = |net: MultiHeadAttention| Self::named((dquery.clone(), dkey.clone(), dvalue.clone(), net));
        let transposed = MultiHeadAttention {
            wq: net.wq.t().to_owned(),
            wk: net.wk.t().to_owned(),
            wv: net.wv.t().to_owned(),
            wo: net.wo.t().to_owned(),
            ..net.clone()
        };
        let mut unmapped = inputs.clone();
        unmapped.net.wo = ndarray::Array2::eye(net.wo.nrows());
        let root = (inputs.heads as f64).sqrt();
        vec![
            ("divided by the number of examples; it is no mean", combine(expected, expected, |a, _| a / n)),
            ("the right gradient with the opposite sign", combine(expected, expected, |a, _| -a)),
            ("the right gradient transposed", moved(transposed)),
            ("what comes back without the last affine map", Self::named(unmapped.gradients())),
            (
                "divided by the root of all features; each head divides by that of its own width",
                combine(expected, expected, |a, _| a / root),
            ),
            ("what a single head gives", Self::named(Inputs { heads: 1, ..inputs.clone() }.gradients())),
            ("dkey and dvalue exchanged", Self::named((dquery.clone(), dvalue.clone(), dkey.clone(), net.clone()))),
            (
                "the sum of dkey and dvalue; each has a gradient of its own",
                Self::named((dquery.clone(), &dkey + &dvalue, &dkey + &dvalue, net)),
            ),
        ]
    }
}

fn masked(random: &mut ChaCha8Rng) -> Vec<Inputs> {
    let sizes = [[2, 4, 4, 2, 3], [2, 3, 5, 3, 2], [3, 4, 4, 2, 2], [2, 4, 3, 2, 2]];
    let with_mask = |(place, sizes): (usize, [usize; 5])| {
        let [_, queries, keys, ..] = sizes;
        let mask = match place {
            0 => causal(queries),
            3 => blind(random, queries, keys),
            _ => mask(random, queries, keys),
        };
        Inputs { mask, ..Inputs::random(random, sizes) }
    };
    sizes.into_iter().enumerate().map(with_mask).collect()
}

fn head_counts(random: &mut ChaCha8Rng) -> Vec<Inputs> {
    let sizes = [[2, 3, 4, 1, 5], [2, 3, 4, 6, 1], [2, 4, 3, 4, 2], [1, 3, 3, 2, 5]];
    sizes.into_iter().map(|sizes| Inputs::random(random, sizes)).collect()
}

fn lengths(random: &mut ChaCha8Rng) -> Vec<Inputs> {
    let sizes = [[1, 3, 4, 2, 2], [2, 1, 4, 2, 3], [2, 4, 1, 3, 2], [1, 1, 1, 1, 1], [2, 2, 6, 2, 2]];
    let mut all: Vec<_> = sizes.into_iter().map(|sizes| Inputs::random(random, sizes)).collect();
    let own = Inputs::random(random, [2, 4, 4, 2, 3]);
    all.push(Inputs { key: own.query.clone(), value: own.query.clone(), ..own });
    let cross = Inputs::random(random, [2, 4, 3, 2, 3]);
    all.push(Inputs { value: cross.key.clone(), ..cross });
    all
}

/// Printed with four decimals.
fn published(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let cases = recorded_cases::of_cs231n().map(|(inputs, out)| (Forward(inputs), out));
    recorded(session, context, cases, Some(Tolerance::new(0.0, 6e-5)))
}

fn numeric(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    for sizes in [[2, 3, 4, 2, 2], [1, 4, 2, 3, 1]] {
        let random = &mut context.random;
        let mut inputs = Inputs::random(random, sizes);
        inputs.dout = inputs::normal(random, inputs.dout.raw_dim(), 1.0);
        inputs.mask = mask(random, sizes[1], sizes[2]);
        let Inputs { net, heads, query, key, value, mask, dout } = &inputs;
        let (dquery, dkey, dvalue, dnet) = session.call(&Backward(inputs.clone()).call())?;
        let numbers = |array: Array3<f64>| -> Array1<f64> { array.iter().copied().collect() };
        let forward = call::multi_head_attention_forward(net, *heads, query, key, value, mask);
        let projection = Projection::WeightedSum(0, dout.iter().copied().collect());
        let count = net.named().iter().map(|(_, array)| array.len()).sum();
        let gradients = [
            ("query", query.len(), numbers(dquery)),
            ("key", key.len(), numbers(dkey)),
            ("value", value.len(), numbers(dvalue)),
            ("net", count, flat(&dnet)),
        ];
        hold_slopes(session, context, &forward, &projection, &gradients)?;
    }
    ordinary::<Backward>(session, context)
}
