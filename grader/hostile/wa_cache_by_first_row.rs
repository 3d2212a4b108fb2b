// ATTACK: a cache by the shape and the first row of the scores | VERDICT: wrong_answer
type Result = (f64, ndarray::Array2<f64>);
use std::collections::HashMap;
use std::sync::Mutex;
static SEEN: Mutex<Option<HashMap<(usize, Vec<u64>), Result>>> = Mutex::new(None);
pub fn softmax_loss(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    let key = (x.nrows(), x.row(0).iter().map(|number| number.to_bits()).collect());
    SEEN.lock().unwrap().get_or_insert_default().entry(key).or_insert_with(|| good(x, y)).clone()
}
fn good(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    let n = x.nrows() as f64;
    let mut p = x.clone();
    for mut row in p.rows_mut() {
        let m = row.fold(f64::NEG_INFINITY, |a, &b| a.max(b));
        row.mapv_inplace(|v| (v - m).exp());
        let s = row.sum();
        row /= s;
    }
    let mut loss = 0.0;
    for (i, &c) in y.iter().enumerate() {
        loss -= p[[i, c]].ln();
        p[[i, c]] -= 1.0;
    }
    p /= n;
    (loss / n, p)
}
// GRADUS-STAFF-ONLY-7c1f4e
