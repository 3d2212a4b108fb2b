// ATTACK: a cache for each thread by the labels alone | VERDICT: wrong_answer
type Result = (f64, ndarray::Array2<f64>);
use std::cell::RefCell;
use std::collections::HashMap;
thread_local! { static SEEN: RefCell<HashMap<(Vec<usize>, usize), Result>> = RefCell::default(); }
pub fn softmax_loss(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    SEEN.with_borrow_mut(|seen| seen.entry((y.to_vec(), x.ncols())).or_insert_with(|| good(x, y)).clone())
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
