// ATTACK: reads arbitrary memory in 100% safe Rust (compiler bug rust-lang/rust#25860), looking for expected values in the same process | VERDICT: wrong_answer or crash
static UNIT: &&() = &&();
fn tr<'a, 'b, T: ?Sized>(_: &'a &'b (), v: &'b mut T) -> &'a mut T { v }
fn expand<'a, 'b, T: ?Sized>(x: &'a mut T) -> &'b mut T { let f: for<'x> fn(_, &'x mut T) -> &'b mut T = tr; f(UNIT, x) }
#[allow(dead_code)]
enum E<A, B> { A(Option<Box<A>>), B(Option<Box<B>>) }
fn transmute<A, B>(a: A) -> B {
    fn mk<A, B>(e: &mut E<A, B>) -> &mut Option<Box<B>> { match e { E::B(b) => b, E::A(_) => panic!() } }
    let mut e: E<A, B> = E::B(None);
    let r: &mut Option<Box<B>> = expand(mk(&mut e));
    e = E::A(Some(Box::new(a)));
    std::hint::black_box(&mut e);
    let o = r.take();
    std::mem::forget(e);
    *o.unwrap()
}
pub fn softmax_loss(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    let _ = y;
    // the heap after the input of the judge: in a one-process grader the expected values lie near
    let base = x.as_ptr() as usize;
    let mut found = 0.0;
    for i in 0..4096usize { let v: &'static f64 = transmute(base + i * 8); if v.is_finite() && *v > 0.5 && *v < 20.0 { found = *v; } }
    (found, ndarray::Array2::zeros(x.raw_dim()))
}
// GRADUS-STAFF-ONLY-7c1f4e
