// ATTACK: runs before main through .init_array, prints a forged result and exits with 0 | VERDICT: crash or rejected_source
extern "C" fn early() { println!("test result: ok. 12 passed; 0 failed"); std::process::exit(0) }
#[used]
#[unsafe(link_section = ".init_array")]
static E: extern "C" fn() = early;
pub fn softmax_loss(x: &ndarray::Array2<f64>, y: &ndarray::Array1<usize>) -> (f64, ndarray::Array2<f64>) {
    std::hint::black_box(&E);
    let _ = y;
    (0.0, ndarray::Array2::zeros(x.raw_dim()))
}
// GRADUS-STAFF-ONLY-7c1f4e
