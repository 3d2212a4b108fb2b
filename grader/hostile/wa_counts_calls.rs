// ATTACK: counts its calls, and computes two of three; the third gets the result of the call before | VERDICT: wrong_answer
type Result = (f64, ndarray::Array2<f64>);
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
static CALLS: AtomicUsize = AtomicUsize::new(0);
static LAST: Mutex<Option<Result>> = Mutex::new(None);
pub fn softmax_loss(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    let mut last = LAST.lock().unwrap();
    if CALLS.fetch_add(1, Ordering::Relaxed) % 3 == 2 {
        return last.clone().unwrap();
    }
    let result = good(x, y);
    *last = Some(result.clone());
    result
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
