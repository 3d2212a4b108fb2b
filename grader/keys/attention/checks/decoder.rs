//! Checks of `transformer_decoder_layer_forward` and `transformer_decoder_layer_backward`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::attention::{DecoderLayer, Mask, Parameters, call};
use gradus_check::Tolerance;
use gradus_question::{Call, Check, Context, Failure, Projection, Session};
use ndarray::Array3;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

use super::case::{
    ALL, Case, Named, Slips, combine, flat, fresh, gradients, hold_slopes, one, ordinary, recorded, special, unchanged,
};
use super::random_net::{blind, causal, decoder_layer, inverted, look_alikes, mask};
use super::recorded::{Numbers, RecordedMask, RecordedNet, of_cs231n, of_pytorch};
use super::reference::{self, feed_forward_backward, feed_forward_forward, norm_backward, norm_forward};
use crate::common::{check, inputs};

const MASK_HINT: &str = "the mask goes to attention, for all heads; a query that may look at no key gets bo from it";
const SIZES_HINT: &str = "one example, one time step, one head, and a head for each feature are sequences like others";

/// The checks of the forward pass, 6 points.
pub fn forward() -> Vec<Check> {
    let check =
        |name, points, expectation, run| check("transformer_decoder_layer_forward", name, points, expectation, run);
    vec![
        check(
            "output of fresh sequences",
            2,
            "attention, cross attention and feed-forward network, each with add and norm",
            |session, context| fresh::<Forward>(session, context, ALL),
        ),
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
        |name, points, expectation, run| check("transformer_decoder_layer_backward", name, points, expectation, run);
    vec![
        check("dx of fresh sequences", 2, "what comes back past the parts and through them", |session, context| {
            fresh::<Backward>(session, context, |name| name == "dx")
        }),
        check(
            "dmemory of fresh sequences",
            2,
            "what comes back to the memory, as key and as value",
            |session, context| fresh::<Backward>(session, context, |name| name == "dmemory"),
        ),
        check(
            "gradients of both attentions",
            1,
            "those of the parameters of both attentions and of the norms behind them",
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
            "gradients that are the slopes of what transformer_decoder_layer_forward returns",
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
    net: DecoderLayer,
    heads: usize,
    x: Array3<f64>,
    memory: Array3<f64>,
    mask: Mask,
    dout: Array3<f64>,
}

type Gradients = (Array3<f64>, Array3<f64>, DecoderLayer);

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
}

/// What looks at what.
#[derive(Clone, Copy, PartialEq)]
enum Order {
    AsAsked,
    CrossFirst,
    WithoutCross,
    MemoryAsks,
    OwnValues,
}

impl Inputs {
    /// Examples, time steps, memory time steps, heads, width, hidden units.
    fn random(random: &mut ChaCha8Rng, [batch, time, memory, heads, width, hidden]: [usize; 6]) -> Self {
        let (features, scale) = (heads * width, inputs::scale(random));
        Self {
            net: decoder_layer(random, features, hidden),
            heads,
            x: inputs::normal(random, (batch, time, features), 1.0),
            memory: inputs::normal(random, (batch, memory, features), 1.0),
            mask: Mask::All,
            dout: inputs::normal(random, (batch, time, features), scale),
        }
    }

    fn ordinary(random: &mut ChaCha8Rng) -> Self {
        let sizes = [
            random.random_range(2..4),
            random.random_range(3..5),
            random.random_range(2..5),
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
        all.extend(inputs::look_alikes(random, &self.memory).map(|memory| Self { memory, ..self.clone() }));
        all.extend(inputs::look_alikes(random, &self.dout).map(|dout| Self { dout, ..self.clone() }));
        all
    }

    fn output(&self) -> Array3<f64> {
        reference::transformer_decoder_layer_forward(&self.net, self.heads, &self.x, &self.memory, &self.mask).0
    }

    /// The output with norms elsewhere, with or without what is added to each part, and with this mask in cross attention.
    fn with(&self, norms: Norms, [first, second, third]: [bool; 3], order: Order) -> Array3<f64> {
        let Self { net, x, memory, heads, mask, .. } = self;
        let add = |part: Array3<f64>, x: &Array3<f64>, add: bool| if add { part + x } else { part };
        let ahead = |norm, x: &Array3<f64>| if norms == Norms::InFront { norm_forward(norm, x).0 } else { x.clone() };
        let behind = |norm, x: Array3<f64>| if norms == Norms::Behind { norm_forward(norm, &x).0 } else { x };
        let attend = |x: &Array3<f64>| {
            let own = ahead(&net.norm_attention, x);
            let part = reference::multi_head_attention_forward(&net.attention, *heads, &own, &own, &own, mask).0;
            behind(&net.norm_attention, add(part, x, first))
        };
        let look = |a: &Array3<f64>| {
            let own = ahead(&net.norm_cross_attention, a);
            let (query, key) = if order == Order::MemoryAsks { (memory, &own) } else { (&own, memory) };
            let value = if order == Order::OwnValues { &own } else { key };
            if key.dim().1 != value.dim().1 || query.dim().1 != a.dim().1 {
                return a.clone();
            }
            let part =
                reference::multi_head_attention_forward(&net.cross_attention, *heads, query, key, value, &Mask::All).0;
            behind(&net.norm_cross_attention, add(part, a, second))
        };
        let c = match order {
            Order::CrossFirst => attend(&look(x)),
            Order::WithoutCross => attend(x),
            _ => look(&attend(x)),
        };
        let part = feed_forward_forward(&net.feed_forward, &ahead(&net.norm_feed_forward, &c)).0;
        behind(&net.norm_feed_forward, add(part, &c, third))
    }

    fn gradients(&self) -> Gradients {
        let (_, cache) =
            reference::transformer_decoder_layer_forward(&self.net, self.heads, &self.x, &self.memory, &self.mask);
        reference::transformer_decoder_layer_backward(&self.dout, &cache)
    }

    /// The gradients with these parts of what comes back past the parts, as query, key and value of attention, and as key
    /// and value of cross attention, and as its query.
    fn gradients_with(&self, past: [f64; 3], own: [f64; 3], [key, value, query]: [f64; 3]) -> Gradients {
        let (_, cache) =
            reference::transformer_decoder_layer_forward(&self.net, self.heads, &self.x, &self.memory, &self.mask);
        let (dsum, norm_feed_forward) = norm_backward(&self.dout, &cache.norm_feed_forward);
        let (dc, feed_forward) = feed_forward_backward(&dsum, &cache.feed_forward);
        let (dsum, norm_cross_attention) = norm_backward(&(dc + dsum * past[2]), &cache.norm_cross_attention);
        let (da, dkey, dvalue, cross_attention) =
            reference::multi_head_attention_backward(&dsum, &cache.cross_attention);
        let dmemory = dkey * key + dvalue * value;
        let (dsum, norm_attention) = norm_backward(&(da * query + dsum * past[1]), &cache.norm_attention);
        let (dquery, dkey, dvalue, attention) = reference::multi_head_attention_backward(&dsum, &cache.attention);
        let dx = dsum * past[0] + dquery * own[0] + dkey * own[1] + dvalue * own[2];
        let net = DecoderLayer {
            attention,
            norm_attention,
            cross_attention,
            norm_cross_attention,
            feed_forward,
            norm_feed_forward,
        };
        (dx, dmemory, net)
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
        call::transformer_decoder_layer_forward(&self.0.net, self.0.heads, &self.0.x, &self.0.memory, &self.0.mask)
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
        std::mem::swap(&mut exchanged.net.attention, &mut exchanged.net.cross_attention);
        let mut norms = inputs.clone();
        std::mem::swap(&mut norms.net.norm_attention, &mut norms.net.norm_cross_attention);
        let all = [true; 3];
        let slips = [
            (
                "without adding x to what attention gives",
                inputs.with(Norms::Behind, [false, true, true], Order::AsAsked),
            ),
            (
                "without adding its query to what cross attention gives",
                inputs.with(Norms::Behind, [true, false, true], Order::AsAsked),
            ),
            (
                "without adding its input to what the feed-forward network gives",
                inputs.with(Norms::Behind, [true, true, false], Order::AsAsked),
            ),
            ("without adding anything to the parts", inputs.with(Norms::Behind, [false; 3], Order::AsAsked)),
            (
                "with the norms in front of the parts; here they stand behind",
                inputs.with(Norms::InFront, all, Order::AsAsked),
            ),
            ("without the norms", inputs.with(Norms::Missing, all, Order::AsAsked)),
            ("with cross attention before attention to itself", inputs.with(Norms::Behind, all, Order::CrossFirst)),
            ("without cross attention", inputs.with(Norms::Behind, all, Order::WithoutCross)),
            (
                "with the memory as query of cross attention; it is key and value",
                inputs.with(Norms::Behind, all, Order::MemoryAsks),
            ),
            (
                "with values of cross attention from the sequence itself; they come from the memory",
                inputs.with(Norms::Behind, all, Order::OwnValues),
            ),
            ("with the parameters of the two attentions exchanged", exchanged.output()),
            ("with the norms behind the two attentions exchanged", norms.output()),
            ("without the mask", Inputs { mask: Mask::All, ..inputs.clone() }.output()),
            (
                "with the mask the other way round; true is where a query may look",
                Inputs { mask: inverted(&inputs.mask), ..inputs.clone() }.output(),
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
        let Inputs { net, heads, x, memory, mask, dout } = &self.0;
        call::transformer_decoder_layer_backward(net, *heads, x, memory, mask, dout)
    }

    fn named((dx, dmemory, net): Gradients) -> Named {
        [one("dx", dx), one("dmemory", dmemory), gradients(&net)].concat()
    }

    fn expected(&self) -> Gradients {
        self.0.gradients()
    }

    fn slips(&self, expected: &Named) -> Slips {
        let inputs = &self.0;
        let n = inputs.x.dim().0 as f64;
        let all = [1.0; 3];
        let slips = [
            ("without what comes back past attention", inputs.gradients_with([0.0, 1.0, 1.0], all, all)),
            ("without what comes back past cross attention", inputs.gradients_with([1.0, 0.0, 1.0], all, all)),
            ("without what comes back past the feed-forward network", inputs.gradients_with([1.0, 1.0, 0.0], all, all)),
            ("without what comes back past the parts", inputs.gradients_with([0.0; 3], all, all)),
            (
                "with dquery of attention alone; x was key and value too",
                inputs.gradients_with(all, [1.0, 0.0, 0.0], all),
            ),
            ("without what comes back through attention", inputs.gradients_with(all, [0.0; 3], all)),
            (
                "without the query of cross attention; what came out of the first norm was asked with",
                inputs.gradients_with(all, all, [1.0, 1.0, 0.0]),
            ),
            (
                "with dkey of cross attention alone; the memory was value too",
                inputs.gradients_with(all, all, [1.0, 0.0, 1.0]),
            ),
            (
                "with dvalue of cross attention alone; the memory was key too",
                inputs.gradients_with(all, all, [0.0, 1.0, 1.0]),
            ),
        ];
        let mut slips: Slips = slips.map(|(words, gradients)| (words, Self::named(gradients))).into();
        slips.push(("divided by the number of examples; it is no mean", combine(expected, expected, |a, _| a / n)));
        slips.push(("the right gradient with the opposite sign", combine(expected, expected, |a, _| -a)));
        slips
    }
}

fn masked(random: &mut ChaCha8Rng) -> Vec<Inputs> {
    let sizes = [[2, 4, 3, 2, 3, 5], [2, 3, 5, 3, 2, 4], [2, 4, 4, 2, 2, 6]];
    let with_mask = |(place, sizes): (usize, [usize; 6])| {
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
    let sizes = [[1, 3, 2, 2, 2, 5], [2, 1, 4, 2, 3, 4], [2, 4, 1, 1, 5, 3], [2, 3, 5, 4, 1, 7], [1, 1, 1, 2, 2, 1]];
    sizes.into_iter().map(|sizes| Inputs::random(random, sizes)).collect()
}

/// A recorded case.
#[derive(Deserialize)]
struct Recorded {
    heads: usize,
    net: RecordedNet,
    x: Numbers,
    memory: Numbers,
    mask: RecordedMask,
    out: Numbers,
    dout: Option<Numbers>,
    dx: Option<Numbers>,
    dmemory: Option<Numbers>,
    gradients: Option<RecordedNet>,
}

impl Recorded {
    fn inputs(&self) -> Inputs {
        let x: Array3<f64> = self.x.array();
        let hidden = self.net.hidden();
        let empty = decoder_layer(&mut ChaCha8Rng::seed_from_u64(0), x.dim().2, hidden);
        let dout = self.dout.as_ref().map_or_else(|| Array3::ones(x.raw_dim()), Numbers::array);
        Inputs {
            net: self.net.fill(empty),
            heads: self.heads,
            x,
            memory: self.memory.array(),
            mask: self.mask.mask(),
            dout,
        }
    }
}

fn recorded_cases() -> impl Iterator<Item = (Inputs, Array3<f64>, Gradients)> {
    of_pytorch::<Recorded>("decoder_layer").into_iter().map(|case| {
        let inputs = case.inputs();
        let of = |numbers: &Option<Numbers>| numbers.as_ref().expect("a gradient").array();
        let net = case.gradients.as_ref().expect("gradients").fill(inputs.net.clone());
        (inputs, case.out.array(), (of(&case.dx), of(&case.dmemory), net))
    })
}

/// CS231n's figures are single precision.
fn recorded_forward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    recorded(session, context, recorded_cases().map(|(inputs, out, _)| (Forward(inputs), out)), None)?;
    let published = of_cs231n::<Recorded>("decoder_layer").into_iter();
    let published = published.map(|case| (Forward(case.inputs()), case.out.array()));
    recorded(session, context, published, Some(Tolerance::new(1e-6, 1e-6)))
}

fn numeric(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    for sizes in [[2, 3, 2, 2, 2, 3], [1, 3, 4, 1, 4, 5]] {
        let random = &mut context.random;
        let mut inputs = Inputs::random(random, sizes);
        inputs.dout = inputs::normal(random, inputs.dout.raw_dim(), 1.0);
        inputs.mask = mask(random, sizes[1], sizes[1]);
        let Inputs { net, heads, x, memory, mask, dout } = &inputs;
        let (dx, dmemory, dnet) = session.call(&Backward(inputs.clone()).call())?;
        let forward = call::transformer_decoder_layer_forward(net, *heads, x, memory, mask);
        let projection = Projection::WeightedSum(0, dout.iter().copied().collect());
        let count = net.named().iter().map(|(_, array)| array.len()).sum();
        let gradients = [
            ("x", x.len(), dx.iter().copied().collect()),
            ("memory", memory.len(), dmemory.iter().copied().collect()),
            ("net", count, flat(&dnet)),
        ];
        hold_slopes(session, context, &forward, &projection, &gradients)?;
    }
    ordinary::<Backward>(session, context)
}
