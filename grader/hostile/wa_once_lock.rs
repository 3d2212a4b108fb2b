// ATTACK: keeps the result of its very first call in a OnceLock, and gives zeros for other shapes | VERDICT: wrong_answer
type Result = (f64, ndarray::Array2<f64>);
static FIRST: std::sync::OnceLock<Result> = std::sync::OnceLock::new();
pub fn softmax_loss(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    let first = FIRST.get_or_init(|| good(x, y));
    if first.1.dim() == x.dim() { first.clone() } else { (first.0, ndarray::Array2::zeros(x.raw_dim())) }
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
