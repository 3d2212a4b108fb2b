// ATTACK: exponential macro expansion, 2^30 terms | VERDICT: compile_time_limit or compile_memory_limit or compile_error
macro_rules! m0 { () => { 1u64 } }
macro_rules! m1 { () => { m0!() + m0!() } }
macro_rules! m2 { () => { m1!() + m1!() } }
macro_rules! m3 { () => { m2!() + m2!() } }
macro_rules! m4 { () => { m3!() + m3!() } }
macro_rules! m5 { () => { m4!() + m4!() } }
macro_rules! m6 { () => { m5!() + m5!() } }
macro_rules! m7 { () => { m6!() + m6!() } }
macro_rules! m8 { () => { m7!() + m7!() } }
macro_rules! m9 { () => { m8!() + m8!() } }
macro_rules! m10 { () => { m9!() + m9!() } }
macro_rules! m11 { () => { m10!() + m10!() } }
macro_rules! m12 { () => { m11!() + m11!() } }
macro_rules! m13 { () => { m12!() + m12!() } }
macro_rules! m14 { () => { m13!() + m13!() } }
macro_rules! m15 { () => { m14!() + m14!() } }
macro_rules! m16 { () => { m15!() + m15!() } }
macro_rules! m17 { () => { m16!() + m16!() } }
macro_rules! m18 { () => { m17!() + m17!() } }
macro_rules! m19 { () => { m18!() + m18!() } }
macro_rules! m20 { () => { m19!() + m19!() } }
macro_rules! m21 { () => { m20!() + m20!() } }
macro_rules! m22 { () => { m21!() + m21!() } }
macro_rules! m23 { () => { m22!() + m22!() } }
macro_rules! m24 { () => { m23!() + m23!() } }
macro_rules! m25 { () => { m24!() + m24!() } }
macro_rules! m26 { () => { m25!() + m25!() } }
macro_rules! m27 { () => { m26!() + m26!() } }
macro_rules! m28 { () => { m27!() + m27!() } }
macro_rules! m29 { () => { m28!() + m28!() } }
macro_rules! m30 { () => { m29!() + m29!() } }
pub fn boom() -> u64 { m30!() }
pub fn softmax_loss(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    let _ = boom();
    good(x, y)
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
