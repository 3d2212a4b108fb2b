//! Checks of `transformer_encoder_layer_forward` and `transformer_encoder_layer_backward`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::attention::{EncoderLayer, Mask, Parameters, call};
use gradus_check::Tolerance;
use gradus_question::{Call, Check, Context, Failure, Projection, Session};
use ndarray::Array3;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

use super::case::{
    ALL, Case, Named, Slips, combine, flat, fresh, gradients, hold_slopes, one, ordinary, recorded, special, unchanged,
};
use super::random_net::{blind, causal, encoder_layer, inverted, look_alikes, mask};
use super::recorded::{Numbers, RecordedMask, RecordedNet, of_cs231n, of_pytorch};
use super::reference::{self, feed_forward_backward, feed_forward_forward, norm_backward, norm_forward};
use crate::common::{check, inputs};

const MASK_HINT: &str = "the mask goes to attention, for all heads; a query that may look at no key gets bo from it";
const SIZES_HINT: &str = "one example, one time step, one head, and a head for each feature are sequences like others";

/// The checks of the forward pass, 6 points.
pub fn forward() -> Vec<Check> {
    let check =
        |name, points, expectation, run| check("transformer_encoder_layer_forward", name, points, expectation, run);
    vec![
        check("output of fresh sequences", 2, "attention, add, norm, feed-forward, add, norm", |session, context| {
            fresh::<Forward>(session, context, ALL)
        }),
        check("output with masks", 1, "the right output with masks of several kinds", |session, context| {
            special::<Forward>(session, context, |random| masked(random).into_iter().map(Forward).collect(), MASK_HINT)
        }),
        check(
            "output of other sizes",
            1,
            "the right output for one example, one time step, other numbers of heads",
            |session, context| {
                special::<Forward>(
                    session,
                    context,
                    |random| sizes(random).into_iter().map(Forward).collect(),
                    SIZES_HINT,
                )
            },
        ),
        check("output of recorded sequences", 1, "what PyTorch gives, and CS231n's notebook checks", recorded_forward),
        check(
            "inputs left alone",
            1,
            "all arrays as they were before the call, and the right output",
            unchanged::<Forward>,
        ),
    ]
}

/// The checks of the backward pass, 10 points.
pub fn backward() -> Vec<Check> {
    let check =
        |name, points, expectation, run| check("transformer_encoder_layer_backward", name, points, expectation, run);
    vec![
        check("dx of fresh sequences", 3, "what comes back past the parts and through them", |session, context| {
            fresh::<Backward>(session, context, |name| name == "dx")
        }),
        check(
            "gradients of attention",
            2,
            "those of the parameters of attention and of the norm behind it",
            |session, context| fresh::<Backward>(session, context, |name| name.contains("attention")),
        ),
        check(
            "gradients of the feed-forward part",
            1,
            "those of its parameters and of the norm behind it",
            |session, context| fresh::<Backward>(session, context, |name| name.contains("feed_forward")),
        ),
        check(
            "gradients with masks and of other sizes",
            1,
            "the right gradients with masks, for one example, one time step, one head",
            |session, context| {
                let cases =
                    |random: &mut ChaCha8Rng| masked(random).into_iter().chain(sizes(random)).map(Backward).collect();
                special::<Backward>(session, context, cases, MASK_HINT)
            },
        ),
        check("gradients of recorded sequences", 1, "what PyTorch gives for recorded sequences", |session, context| {
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
            "gradients that are the slopes of what transformer_encoder_layer_forward returns",
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
    net: EncoderLayer,
    heads: usize,
    x: Array3<f64>,
    mask: Mask,
    dout: Array3<f64>,
}

type Gradients = (Array3<f64>, EncoderLayer);

#[derive(Clone)]
struct Forward(Inputs);

#[derive(Clone)]
struct Backward(Inputs);

/// Where the norms stand.
#[derive(Clone, Copy, PartialEq)]
enum Norms {
    Behind,
    InFront,
    Missing,
    FirstMissing,
    LastMissing,
}

impl Inputs {
    /// Examples, time steps, heads, width, hidden units.
    fn random(random: &mut ChaCha8Rng, [batch, time, heads, width, hidden]: [usize; 5]) -> Self {
        let (features, scale) = (heads * width, inputs::scale(random));
        Self {
            net: encoder_layer(random, features, hidden),
            heads,
            x: inputs::normal(random, (batch, time, features), 1.0),
            mask: Mask::All,
            dout: inputs::normal(random, (batch, time, features), scale),
        }
    }

    fn ordinary(random: &mut ChaCha8Rng) -> Self {
        let sizes = [
            random.random_range(2..4),
            random.random_range(3..5),
            random.random_range(2..4),
            random.random_range(2..4),
            random.random_range(3..7),
        ];
        Self::random(random, sizes)
    }

    fn look_alikes(&self, random: &mut ChaCha8Rng) -> Vec<Self> {
        let mut all = Vec::new();
        all.extend(look_alikes(random, &self.net).into_iter().map(|net| Self { net, ..self.clone() }));
        all.extend(inputs::look_alikes(random, &self.x).map(|x| Self { x, ..self.clone() }));
        all.extend(inputs::look_alikes(random, &self.dout).map(|dout| Self { dout, ..self.clone() }));
        all
    }

    fn output(&self) -> Array3<f64> {
        reference::transformer_encoder_layer_forward(&self.net, self.heads, &self.x, &self.mask).0
    }

    fn attend(&self, x: &Array3<f64>) -> Array3<f64> {
        reference::multi_head_attention_forward(&self.net.attention, self.heads, x, x, x, &self.mask).0
    }

    /// The output with norms elsewhere, and with or without what is added to each part.
    fn with(&self, norms: Norms, [first, second]: [bool; 2]) -> Array3<f64> {
        let Self { net, x, .. } = self;
        let add = |part: Array3<f64>, x: &Array3<f64>, add: bool| if add { part + x } else { part };
        if norms == Norms::InFront {
            let a = add(self.attend(&norm_forward(&net.norm_attention, x).0), x, first);
            let part = feed_forward_forward(&net.feed_forward, &norm_forward(&net.norm_feed_forward, &a).0).0;
            return add(part, &a, second);
        }
        let mut a = add(self.attend(x), x, first);
        if norms == Norms::Behind || norms == Norms::LastMissing {
            a = norm_forward(&net.norm_attention, &a).0;
        }
        let out = add(feed_forward_forward(&net.feed_forward, &a).0, &a, second);
        if norms == Norms::Behind || norms == Norms::FirstMissing {
            return norm_forward(&net.norm_feed_forward, &out).0;
        }
        out
    }

    fn gradients(&self) -> Gradients {
        let (_, cache) = reference::transformer_encoder_layer_forward(&self.net, self.heads, &self.x, &self.mask);
        reference::transformer_encoder_layer_backward(&self.dout, &cache)
    }

    /// The gradients without the ways past the parts, or with some of query, key and value.
    fn gradients_with(
        &self,
        [first, second]: [f64; 2],
        [of_query, of_key, of_value]: [f64; 3],
        through: f64,
    ) -> Gradients {
        let (_, cache) = reference::transformer_encoder_layer_forward(&self.net, self.heads, &self.x, &self.mask);
        let (dsum, norm_feed_forward) = norm_backward(&self.dout, &cache.norm_feed_forward);
        let (da, feed_forward) = feed_forward_backward(&dsum, &cache.feed_forward);
        let (dsum, norm_attention) = norm_backward(&(da * through + dsum * second), &cache.norm_attention);
        let (dquery, dkey, dvalue, attention) = reference::multi_head_attention_backward(&dsum, &cache.attention);
        let dx = dsum * first + dquery * of_query + dkey * of_key + dvalue * of_value;
        (dx, EncoderLayer { attention, norm_attention, feed_forward, norm_feed_forward })
    }
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
        call::transformer_encoder_layer_forward(&self.0.net, self.0.heads, &self.0.x, &self.0.mask)
    }

    fn named(found: Array3<f64>) -> Named {
        one("the output", found)
    }

    fn expected(&self) -> Array3<f64> {
        self.0.output()
    }

    fn slips(&self, _: &Named) -> Slips {
        let inputs = &self.0;
        let mut exchanged = inputs.clone();
        std::mem::swap(&mut exchanged.net.norm_attention, &mut exchanged.net.norm_feed_forward);
        let slips = [
            ("without adding x to what attention gives", inputs.with(Norms::Behind, [false, true])),
            (
                "without adding its input to what the feed-forward network gives",
                inputs.with(Norms::Behind, [true, false]),
            ),
            ("without adding anything to the parts", inputs.with(Norms::Behind, [false, false])),
            ("with the norms in front of the parts; here they stand behind", inputs.with(Norms::InFront, [true, true])),
            ("without the norms", inputs.with(Norms::Missing, [true, true])),
            ("without the norm behind attention", inputs.with(Norms::FirstMissing, [true, true])),
            ("without the norm at the end", inputs.with(Norms::LastMissing, [true, true])),
            ("with the two norms exchanged", exchanged.output()),
            ("without the mask", Inputs { mask: Mask::All, ..inputs.clone() }.output()),
            (
                "with the mask the other way round; true is where a query may look",
                Inputs { mask: inverted(&inputs.mask), ..inputs.clone() }.output(),
            ),
            ("with a single head", Inputs { heads: 1, ..inputs.clone() }.output()),
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
        let Inputs { net, heads, x, mask, dout } = &self.0;
        call::transformer_encoder_layer_backward(net, *heads, x, mask, dout)
    }

    fn named((dx, net): Gradients) -> Named {
        [one("dx", dx), gradients(&net)].concat()
    }

    fn expected(&self) -> Gradients {
        self.0.gradients()
    }

    fn slips(&self, expected: &Named) -> Slips {
        let inputs = &self.0;
        let n = inputs.x.dim().0 as f64;
        let (all, both) = ([1.0; 3], [1.0; 2]);
        let slips = [
            ("without what comes back past attention", inputs.gradients_with([0.0, 1.0], all, 1.0)),
            ("without what comes back past the feed-forward network", inputs.gradients_with([1.0, 0.0], all, 1.0)),
            ("without what comes back past the parts", inputs.gradients_with([0.0; 2], all, 1.0)),
            ("without what comes back through attention", inputs.gradients_with(both, [0.0; 3], 1.0)),
            ("without what comes back through the feed-forward network", inputs.gradients_with(both, all, 0.0)),
            (
                "with dquery of attention alone; x was key and value too",
                inputs.gradients_with(both, [1.0, 0.0, 0.0], 1.0),
            ),
            ("without dkey of attention", inputs.gradients_with(both, [1.0, 0.0, 1.0], 1.0)),
            ("without dvalue of attention", inputs.gradients_with(both, [1.0, 1.0, 0.0], 1.0)),
            ("with the mean of dquery, dkey and dvalue; add them", inputs.gradients_with(both, [1.0 / 3.0; 3], 1.0)),
        ];
        let mut slips: Slips = slips.map(|(words, gradients)| (words, Self::named(gradients))).into();
        slips.push(("divided by the number of examples; it is no mean", combine(expected, expected, |a, _| a / n)));
        slips.push(("the right gradient with the opposite sign", combine(expected, expected, |a, _| -a)));
        slips
    }
}

fn masked(random: &mut ChaCha8Rng) -> Vec<Inputs> {
    let sizes = [[2, 4, 2, 3, 5], [2, 3, 3, 2, 4], [2, 4, 2, 2, 6]];
    let with_mask = |(place, sizes): (usize, [usize; 5])| {
        let time = sizes[1];
        let mask = match place {
            0 => causal(time),
            1 => mask(random, time, time),
            _ => blind(random, time, time),
        };
        Inputs { mask, ..Inputs::random(random, sizes) }
    };
    sizes.into_iter().enumerate().map(with_mask).collect()
}

fn sizes(random: &mut ChaCha8Rng) -> Vec<Inputs> {
    let sizes = [[1, 3, 2, 2, 5], [2, 1, 2, 3, 4], [2, 4, 1, 5, 3], [2, 3, 4, 1, 7], [1, 1, 2, 2, 1]];
    sizes.into_iter().map(|sizes| Inputs::random(random, sizes)).collect()
}

/// A recorded case.
#[derive(Deserialize)]
struct Recorded {
    heads: usize,
    net: RecordedNet,
    x: Numbers,
    mask: RecordedMask,
    out: Numbers,
    dout: Option<Numbers>,
    dx: Option<Numbers>,
    gradients: Option<RecordedNet>,
}

impl Recorded {
    fn inputs(&self) -> Inputs {
        let x: Array3<f64> = self.x.array();
        let hidden = self.net.hidden();
        let empty = encoder_layer(&mut ChaCha8Rng::seed_from_u64(0), x.dim().2, hidden);
        let dout = self.dout.as_ref().map_or_else(|| Array3::ones(x.raw_dim()), Numbers::array);
        Inputs { net: self.net.fill(empty), heads: self.heads, x, mask: self.mask.mask(), dout }
    }
}

fn recorded_cases() -> impl Iterator<Item = (Inputs, Array3<f64>, Gradients)> {
    of_pytorch::<Recorded>("encoder_layer").into_iter().map(|case| {
        let inputs = case.inputs();
        let dx = case.dx.as_ref().expect("a gradient").array();
        let net = case.gradients.as_ref().expect("gradients").fill(inputs.net.clone());
        (inputs, case.out.array(), (dx, net))
    })
}

/// CS231n's figures are single precision.
fn recorded_forward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    recorded(session, context, recorded_cases().map(|(inputs, out, _)| (Forward(inputs), out)), None)?;
    let published = of_cs231n::<Recorded>("encoder_layer").into_iter();
    let published = published.map(|case| (Forward(case.inputs()), case.out.array()));
    recorded(session, context, published, Some(Tolerance::new(1e-6, 1e-6)))
}

fn numeric(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    for sizes in [[2, 3, 2, 2, 3], [1, 3, 1, 4, 5]] {
        let random = &mut context.random;
        let mut inputs = Inputs::random(random, sizes);
        inputs.dout = inputs::normal(random, inputs.dout.raw_dim(), 1.0);
        inputs.mask = mask(random, sizes[1], sizes[1]);
        let Inputs { net, heads, x, mask, dout } = &inputs;
        let (dx, dnet) = session.call(&Backward(inputs.clone()).call())?;
        let forward = call::transformer_encoder_layer_forward(net, *heads, x, mask);
        let projection = Projection::WeightedSum(0, dout.iter().copied().collect());
        let count = net.named().iter().map(|(_, array)| array.len()).sum();
        let gradients = [("x", x.len(), dx.iter().copied().collect()), ("net", count, flat(&dnet))];
        hold_slopes(session, context, &forward, &projection, &gradients)?;
    }
    ordinary::<Backward>(session, context)
}
