//! Recorded cases: the snapshots that `tests/snapshots.rs` holds the reference against, read here as data.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

/// A recorded case of a loss of scores.
#[derive(Deserialize)]
pub struct ScoreLoss {
    #[serde(deserialize_with = "matrix")]
    pub x: Array2<f64>,
    #[serde(deserialize_with = "vector")]
    pub y: Array1<usize>,
    pub loss: f64,
    #[serde(deserialize_with = "matrix")]
    pub dx: Array2<f64>,
}

/// A recorded case of the loss of a linear classifier.
#[derive(Deserialize)]
pub struct ClassifierLoss {
    #[serde(deserialize_with = "matrix")]
    pub w: Array2<f64>,
    #[serde(deserialize_with = "matrix")]
    pub x: Array2<f64>,
    #[serde(deserialize_with = "vector")]
    pub y: Array1<usize>,
    pub reg: f64,
    pub loss: f64,
    #[serde(deserialize_with = "matrix")]
    pub dw: Array2<f64>,
}

/// A recorded case of prediction.
#[derive(Deserialize)]
pub struct Predict {
    #[serde(deserialize_with = "matrix")]
    pub w: Array2<f64>,
    #[serde(deserialize_with = "matrix")]
    pub x: Array2<f64>,
    #[serde(deserialize_with = "vector")]
    pub classes: Array1<usize>,
}

/// The cases in a snapshot, whose content stands below its second `---`.
pub fn read<T: DeserializeOwned>(snapshot: &str) -> Vec<T> {
    #[derive(Deserialize)]
    struct Recorded<T> {
        cases: Vec<T>,
    }
    let content = snapshot.splitn(3, "---\n").nth(2).expect("a snapshot has a header");
    let cases = serde_json::from_str::<Recorded<T>>(content).expect("a snapshot holds cases").cases;
    assert!(!cases.is_empty(), "an empty snapshot would let every answer pass");
    cases
}

/// Reads a matrix that was recorded row by row.
///
/// # Errors
/// When its rows differ in length.
pub fn matrix<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Array2<f64>, D::Error> {
    let rows = Vec::<Vec<f64>>::deserialize(deserializer)?;
    let shape = (rows.len(), rows.first().map_or(0, Vec::len));
    Array2::from_shape_vec(shape, rows.concat()).map_err(serde::de::Error::custom)
}

/// Reads a vector.
///
/// # Errors
/// When it is none.
pub fn vector<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Array1<T>, D::Error> {
    Ok(Array1::from_vec(Vec::deserialize(deserializer)?))
}
