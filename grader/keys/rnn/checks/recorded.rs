//! Results of PyTorch.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array, Dimension, IxDyn};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// An array in row-major order.
#[derive(Deserialize)]
pub struct Numbers {
    shape: Vec<usize>,
    data: Vec<f64>,
}

impl Numbers {
    pub fn array<D: Dimension>(&self) -> Array<f64, D> {
        let array = Array::from_shape_vec(IxDyn(&self.shape), self.data.clone()).expect("as many numbers");
        array.into_dimensionality().expect("as many axes")
    }
}

/// The recorded cases of an operation.
pub fn cases<T: DeserializeOwned>(op: &str) -> Vec<T> {
    #[derive(Deserialize)]
    struct File {
        cases: Vec<serde_json::Value>,
    }
    let file: File = serde_json::from_str(include_str!("../recorded/pytorch.json")).expect("a file of cases");
    let cases = file.cases.into_iter().filter(|case| case["op"] == op);
    let cases: Vec<T> = cases.map(|case| serde_json::from_value(case).expect("a case")).collect();
    assert!(!cases.is_empty(), "no recorded case would let every answer pass");
    cases
}
