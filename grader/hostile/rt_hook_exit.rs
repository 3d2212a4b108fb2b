// ATTACK: panic hook that exits with 0 | VERDICT: crash
pub fn softmax_loss(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    let _ = (x, y);
    std::panic::set_hook(Box::new(|_| std::process::exit(0)));
    panic!()
}
// GRADUS-STAFF-ONLY-7c1f4e
