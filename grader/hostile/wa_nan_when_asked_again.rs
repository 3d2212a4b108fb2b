// ATTACK: right for every new input, NaN for one that it has seen, in the hope that NaN compares as equal | VERDICT: wrong_answer
type Result = (f64, ndarray::Array2<f64>);
use std::collections::HashSet;
use std::sync::Mutex;
static SEEN: Mutex<Option<HashSet<(Vec<u64>, Vec<usize>)>>> = Mutex::new(None);
pub fn softmax_loss(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    let key = (x.iter().map(|number| number.to_bits()).collect(), y.to_vec());
    if SEEN.lock().unwrap().get_or_insert_default().insert(key) {
        good(x, y)
    } else {
        (f64::NAN, ndarray::Array2::from_elem(x.raw_dim(), f64::NAN))
    }
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
