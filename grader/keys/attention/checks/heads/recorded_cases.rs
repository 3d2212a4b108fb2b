//! Recorded cases of attention with several heads.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::Array3;
use serde::Deserialize;

use super::super::recorded::{self, Numbers, RecordedMask, RecordedNet};
use super::{Gradients, Inputs};
use crate::attention::checks::random_net::attention;

/// What PyTorch gives: arguments, output, gradients.
pub fn of_pytorch() -> impl Iterator<Item = (Inputs, Array3<f64>, Gradients)> {
    recorded::of_pytorch::<Recorded>("multi_head_attention").into_iter().map(|case| {
        let inputs = case.inputs();
        let of = |numbers: &Option<Numbers>| numbers.as_ref().expect("a gradient").array();
        let net = case.gradients.as_ref().expect("gradients").fill(inputs.net.clone());
        (inputs, case.out.array(), (of(&case.dquery), of(&case.dkey), of(&case.dvalue), net))
    })
}

/// What CS231n's notebook prints, with four decimals: arguments and output.
pub fn of_cs231n() -> impl Iterator<Item = (Inputs, Array3<f64>)> {
    recorded::of_cs231n::<Recorded>("multi_head_attention").into_iter().map(|case| (case.inputs(), case.out.array()))
}

/// A recorded case.
#[derive(Deserialize)]
struct Recorded {
    heads: usize,
    net: RecordedNet,
    query: Numbers,
    key: Numbers,
    value: Numbers,
    mask: RecordedMask,
    out: Numbers,
    dout: Option<Numbers>,
    dquery: Option<Numbers>,
    dkey: Option<Numbers>,
    dvalue: Option<Numbers>,
    gradients: Option<RecordedNet>,
}

impl Recorded {
    fn inputs(&self) -> Inputs {
        let query: Array3<f64> = self.query.array();
        let empty = attention(&mut rand::SeedableRng::seed_from_u64(0), query.dim().2);
        let dout = self.dout.as_ref().map_or_else(|| Array3::ones(query.raw_dim()), Numbers::array);
        Inputs {
            net: self.net.fill(empty),
            heads: self.heads,
            query,
            key: self.key.array(),
            value: self.value.array(),
            mask: self.mask.mask(),
            dout,
        }
    }
}
