// ATTACK: concat! doubles a string 30 times: 64 GiB literal | VERDICT: compile_time_limit or compile_memory_limit or compile_error
macro_rules! s0 { () => { "0123456789012345678901234567890123456789012345678901234567890123" } }
macro_rules! s1 { () => { concat!(s0!(), s0!()) } }
macro_rules! s2 { () => { concat!(s1!(), s1!()) } }
macro_rules! s3 { () => { concat!(s2!(), s2!()) } }
macro_rules! s4 { () => { concat!(s3!(), s3!()) } }
macro_rules! s5 { () => { concat!(s4!(), s4!()) } }
macro_rules! s6 { () => { concat!(s5!(), s5!()) } }
macro_rules! s7 { () => { concat!(s6!(), s6!()) } }
macro_rules! s8 { () => { concat!(s7!(), s7!()) } }
macro_rules! s9 { () => { concat!(s8!(), s8!()) } }
macro_rules! s10 { () => { concat!(s9!(), s9!()) } }
macro_rules! s11 { () => { concat!(s10!(), s10!()) } }
macro_rules! s12 { () => { concat!(s11!(), s11!()) } }
macro_rules! s13 { () => { concat!(s12!(), s12!()) } }
macro_rules! s14 { () => { concat!(s13!(), s13!()) } }
macro_rules! s15 { () => { concat!(s14!(), s14!()) } }
macro_rules! s16 { () => { concat!(s15!(), s15!()) } }
macro_rules! s17 { () => { concat!(s16!(), s16!()) } }
macro_rules! s18 { () => { concat!(s17!(), s17!()) } }
macro_rules! s19 { () => { concat!(s18!(), s18!()) } }
macro_rules! s20 { () => { concat!(s19!(), s19!()) } }
macro_rules! s21 { () => { concat!(s20!(), s20!()) } }
macro_rules! s22 { () => { concat!(s21!(), s21!()) } }
macro_rules! s23 { () => { concat!(s22!(), s22!()) } }
macro_rules! s24 { () => { concat!(s23!(), s23!()) } }
macro_rules! s25 { () => { concat!(s24!(), s24!()) } }
macro_rules! s26 { () => { concat!(s25!(), s25!()) } }
macro_rules! s27 { () => { concat!(s26!(), s26!()) } }
macro_rules! s28 { () => { concat!(s27!(), s27!()) } }
macro_rules! s29 { () => { concat!(s28!(), s28!()) } }
macro_rules! s30 { () => { concat!(s29!(), s29!()) } }
pub const S: &str = s30!();
pub fn softmax_loss(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    println!("{}", S.len());
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
