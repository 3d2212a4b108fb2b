//! Results of PyTorch, and figures of CS231n.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::attention::{Mask, Parameters};
use ndarray::{Array, Array2, Dimension, IxDyn};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// An array in row-major order.
#[derive(Deserialize, Clone)]
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

/// A mask, or none.
#[derive(Deserialize)]
pub struct RecordedMask(Option<Vec<Vec<u8>>>);

impl RecordedMask {
    pub fn mask(&self) -> Mask {
        let Some(rows) = &self.0 else { return Mask::All };
        let keys = rows.first().map_or(0, Vec::len);
        Mask::Allowed(Array2::from_shape_fn((rows.len(), keys), |(query, key)| rows[query][key] == 1))
    }
}

/// Parameters by name.
#[derive(Deserialize)]
pub struct RecordedNet(Vec<(String, Numbers)>);

impl RecordedNet {
    pub fn array<D: Dimension>(&self, name: &str) -> Array<f64, D> {
        let (_, numbers) = self.0.iter().find(|(own, _)| own == name).expect("a parameter of this name");
        numbers.array()
    }

    /// How many layers there are.
    pub fn layers(&self) -> usize {
        self.0.iter().filter(|(name, _)| name.ends_with(".attention.wq")).count()
    }

    /// The width of the feed-forward part.
    pub fn hidden(&self) -> usize {
        let (_, numbers) = self.0.iter().find(|(name, _)| name.ends_with("feed_forward.b1")).expect("a hidden layer");
        numbers.data.len()
    }

    /// These numbers in place of those of a network with arrays of the same names and shapes.
    pub fn fill<P: Parameters>(&self, mut net: P) -> P {
        let arrays = net.named_mut();
        assert_eq!(arrays.len(), self.0.len(), "as many arrays");
        for (name, mut array) in arrays {
            array.assign(&self.array::<IxDyn>(&name));
        }
        net
    }
}

/// The recorded cases of an operation in a file.
fn cases<T: DeserializeOwned>(text: &str, op: &str) -> Vec<T> {
    #[derive(Deserialize)]
    struct File {
        cases: Vec<serde_json::Value>,
    }
    let file: File = serde_json::from_str(text).expect("a file of cases");
    let cases = file.cases.into_iter().filter(|case| case["op"] == op);
    let cases: Vec<T> = cases.map(|case| serde_json::from_value(case).expect("a case")).collect();
    assert!(!cases.is_empty(), "no recorded case would let every answer pass");
    cases
}

/// Of PyTorch, to all digits.
pub fn of_pytorch<T: DeserializeOwned>(op: &str) -> Vec<T> {
    cases(include_str!("../recorded/pytorch.json"), op)
}

/// Of CS231n, in single precision or printed with few digits.
pub fn of_cs231n<T: DeserializeOwned>(op: &str) -> Vec<T> {
    cases(include_str!("../recorded/cs231n.json"), op)
}
