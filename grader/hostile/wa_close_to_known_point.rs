// ATTACK: near any point that it knows, its loss goes on along its own false gradient; elsewhere its loss is right | VERDICT: wrong_answer
use std::sync::Mutex;
type Point = (ndarray::Array2<f64>, f64);
static KNOWN: Mutex<Vec<Point>> = Mutex::new(Vec::new());
pub fn softmax_loss(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    let gradient = ndarray::Array2::from_elem(x.raw_dim(), 0.25);
    let mut known = KNOWN.lock().unwrap();
    for (point, loss) in known.iter() {
        if point.dim() == x.dim() {
            let way = x - point;
            if way.iter().all(|step| step.abs() < 1e-3) {
                return (loss + (way * &gradient).sum(), gradient);
            }
        }
    }
    let loss = good(x, y).0;
    known.push((x.clone(), loss));
    (loss, gradient)
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
