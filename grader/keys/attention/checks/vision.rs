//! Checks of `vision_transformer_loss`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::attention::{Mask, Parameters, VisionTransformer, call};
use gradus_nn::affine::affine_forward;
use gradus_nn::softmax::softmax_loss;
use gradus_question::{Call, Check, Context, Failure, Projection, Session};
use ndarray::{Array1, Array2, Array3, Array4, Axis, arr0};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

use super::case::{
    ALL, Case, Named, Slips, combine, flat, fresh, gradients, hold_slopes, one, ordinary, recorded, special,
};
use super::random_net::{causal, encoder_layer, look_alikes, matrix, vector};
use super::recorded::{Numbers, RecordedNet, of_pytorch};
use super::reference;
use crate::common::{check, inputs};

const LOSS: &str = "the loss";

/// The checks, 6 points.
pub fn checks() -> Vec<Check> {
    let check = |name, points, expectation, run| check("vision_transformer_loss", name, points, expectation, run);
    vec![
        check("loss of fresh images", 1, "the softmax loss of the scores", |session, context| {
            fresh::<Inputs>(session, context, |name| name == LOSS)
        }),
        check("gradients of fresh images", 2, "those of all parameters, beside the right loss", |session, context| {
            fresh::<Inputs>(session, context, ALL)
        }),
        check(
            "other sizes",
            1,
            "the right result for one image, one patch, one layer and three, sides that differ",
            |session, context| {
                special(
                    session,
                    context,
                    sizes,
                    "nothing depends on there being several of something, or on square images",
                )
            },
        ),
        check("recorded images", 1, "what a network of PyTorch's layers gives", |session, context| {
            recorded(session, context, recorded_cases(), None)
        }),
        check(
            "gradients against the slope of the loss",
            1,
            "gradients that are the slopes of the returned loss",
            numeric,
        ),
    ]
}

#[derive(Clone)]
struct Inputs {
    net: VisionTransformer,
    heads: usize,
    size: usize,
    x: Array4<f64>,
    y: Array1<usize>,
}

/// Images, channels, rows and columns of patches, their size, heads, width, hidden units, classes, layers.
type Sizes = [usize; 10];

fn network(
    random: &mut ChaCha8Rng,
    [_, channels, _, _, size, heads, width, hidden, classes, layers]: Sizes,
) -> VisionTransformer {
    let features = heads * width;
    VisionTransformer {
        w_patch: matrix(random, channels * size * size, features),
        b_patch: vector(random, features),
        layers: (0..layers).map(|_| encoder_layer(random, features, hidden)).collect(),
        w_class: matrix(random, features, classes) * 1.5,
        b_class: vector(random, classes),
    }
}

/// How the vectors of all patches become one.
#[derive(Clone, Copy, PartialEq)]
enum Pooling {
    Mean,
    Sum,
    First,
    Last,
    Largest,
}

impl Inputs {
    fn random(random: &mut ChaCha8Rng, sizes: Sizes) -> Self {
        let [batch, channels, rows, columns, size, heads, _, _, classes, _] = sizes;
        Self {
            net: network(random, sizes),
            heads,
            size,
            x: inputs::normal(random, (batch, channels, rows * size, columns * size), 1.0),
            y: inputs::labels(random, batch, classes),
        }
    }

    fn loss_with(&self, pooling: Pooling, positions: bool, mask: bool) -> f64 {
        let net = &self.net;
        let (mut a, _) = reference::patch_embedding_forward(&self.x, &net.w_patch, &net.b_patch, self.size);
        let (_, time, features) = a.dim();
        if positions {
            a = &a + &reference::positional_encoding(time, features);
        }
        let mask = if mask { causal(time) } else { Mask::All };
        for layer in &net.layers {
            a = reference::transformer_encoder_layer_forward(layer, self.heads, &a, &mask).0;
        }
        let (scores, _) = affine_forward(&pool(&a, pooling), &net.w_class, &net.b_class);
        softmax_loss(&scores, &self.y).0
    }
}

fn pool(a: &Array3<f64>, pooling: Pooling) -> Array2<f64> {
    let time = a.dim().1;
    match pooling {
        Pooling::Mean => a.sum_axis(Axis(1)) / time as f64,
        Pooling::Sum => a.sum_axis(Axis(1)),
        Pooling::First => a.index_axis(Axis(1), 0).to_owned(),
        Pooling::Last => a.index_axis(Axis(1), time - 1).to_owned(),
        Pooling::Largest => a.fold_axis(Axis(1), f64::NEG_INFINITY, |a, b| a.max(*b)),
    }
}

impl Case for Inputs {
    type Found = (f64, VisionTransformer);

    fn ordinary(random: &mut ChaCha8Rng) -> Self {
        let sizes = [
            random.random_range(3..5),
            random.random_range(1..3),
            2,
            2,
            2,
            2,
            random.random_range(2..4),
            random.random_range(3..6),
            random.random_range(3..6),
            2,
        ];
        Self::random(random, sizes)
    }

    fn look_alikes(&self, random: &mut ChaCha8Rng) -> Vec<Self> {
        let mut all = Vec::new();
        all.extend(look_alikes(random, &self.net).into_iter().map(|net| Self { net, ..self.clone() }));
        all.extend(inputs::look_alikes(random, &self.x).map(|x| Self { x, ..self.clone() }));
        let y = inputs::other_labels(random, &self.y, self.net.b_class.len());
        all.push(Self { y, ..self.clone() });
        all
    }

    fn call(&self) -> Call<Self::Found> {
        call::vision_transformer_loss(&self.net, self.heads, self.size, &self.x, &self.y)
    }

    fn named((loss, net): Self::Found) -> Named {
        [one(LOSS, arr0(loss)), gradients(&net)].concat()
    }

    fn expected(&self) -> Self::Found {
        reference::vision_transformer_loss(&self.net, self.heads, self.size, &self.x, &self.y)
    }

    fn slips(&self, expected: &Named) -> Slips {
        let n = self.y.len() as f64;
        let patches = (self.x.dim().2 / self.size * (self.x.dim().3 / self.size)) as f64;
        let with_loss = |loss: f64| {
            let mut result = expected.clone();
            result[0].1.fill(loss);
            result
        };
        vec![
            ("the sum over the images; the loss is their mean", combine(expected, expected, |a, _| a * n)),
            ("divided by the number of images twice", combine(expected, expected, |a, _| a / n)),
            (
                "with the whole gradient for each patch; the mean shares it out",
                combine(expected, expected, |a, _| a * patches),
            ),
            ("divided by the number of patches twice", combine(expected, expected, |a, _| a / patches)),
            (
                "the loss with the sum over the patches; take their mean",
                with_loss(self.loss_with(Pooling::Sum, true, false)),
            ),
            (
                "the loss of the first patch alone; take the mean of all",
                with_loss(self.loss_with(Pooling::First, true, false)),
            ),
            (
                "the loss of the last patch alone; take the mean of all",
                with_loss(self.loss_with(Pooling::Last, true, false)),
            ),
            (
                "the loss with the largest numbers of all patches; take their mean",
                with_loss(self.loss_with(Pooling::Largest, true, false)),
            ),
            ("the loss without positions", with_loss(self.loss_with(Pooling::Mean, false, false))),
            (
                "the loss with a causal mask; every patch looks at every other",
                with_loss(self.loss_with(Pooling::Mean, true, true)),
            ),
            (
                "the loss of the network with its first layer alone",
                with_loss({
                    let net = VisionTransformer { layers: self.net.layers[..1].to_vec(), ..self.net.clone() };
                    Self { net, ..self.clone() }.loss_with(Pooling::Mean, true, false)
                }),
            ),
        ]
    }
}

fn sizes(random: &mut ChaCha8Rng) -> Vec<Inputs> {
    let sizes: [Sizes; 5] = [
        [1, 2, 2, 2, 2, 2, 2, 4, 3, 2],
        [2, 1, 2, 3, 2, 1, 4, 3, 4, 1],
        [2, 2, 1, 1, 3, 2, 3, 5, 2, 3],
        [3, 1, 3, 1, 1, 3, 1, 2, 5, 2],
        [1, 1, 1, 1, 1, 1, 1, 1, 2, 1],
    ];
    sizes.into_iter().map(|sizes| Inputs::random(random, sizes)).collect()
}

/// A recorded case.
#[derive(Deserialize)]
struct Recorded {
    heads: usize,
    size: usize,
    net: RecordedNet,
    x: Numbers,
    y: Vec<usize>,
    loss: f64,
    gradients: RecordedNet,
}

fn recorded_cases() -> impl Iterator<Item = (Inputs, (f64, VisionTransformer))> {
    of_pytorch::<Recorded>("vision_transformer").into_iter().map(|case| {
        let class: Array2<f64> = case.net.array("w_class");
        let x: Array4<f64> = case.x.array();
        let sizes =
            [0, x.dim().1, 0, 0, case.size, 1, class.nrows(), case.net.hidden(), class.ncols(), case.net.layers()];
        let net = case.net.fill(network(&mut ChaCha8Rng::seed_from_u64(0), sizes));
        let gradients = case.gradients.fill(net.clone());
        (Inputs { net, heads: case.heads, size: case.size, x, y: Array1::from_vec(case.y) }, (case.loss, gradients))
    })
}

fn numeric(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    for sizes in [[2, 1, 2, 2, 2, 2, 2, 3, 3, 2], [3, 2, 1, 2, 1, 1, 3, 4, 4, 1]] {
        let case = Inputs::random(&mut context.random, sizes);
        let (_, found) = session.call(&case.call())?;
        let count = case.net.named().iter().map(|(_, array)| array.len()).sum();
        hold_slopes(session, context, &case.call(), &Projection::Number(0), &[("net", count, flat(&found))])?;
    }
    ordinary::<Inputs>(session, context)
}
