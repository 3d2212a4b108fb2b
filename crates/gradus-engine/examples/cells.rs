//! How long cells take: start, and the cells of a lesson, each several times, with the medians.
//!
//! `cargo run --release -p gradus-engine --example cells -- [REPETITIONS]`

#![expect(clippy::print_stdout, reason = "its output is what it is for")]

use std::error::Error;
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

use gradus_engine::{Cell, Engine, Library, Options, RustcEngine};

/// Name, text with `@` for the repetition, and whether it has to fail.
const CELLS: [(&str, &str, bool); 11] = [
    ("let", "let x_@ = @;", false),
    ("expression", "x_@ + 1", false),
    (
        "let of an array",
        "let a_@ = Array2::<f64>::from_shape_fn((64, 10), |(r, c)| ((r * 7 + c * 3 + @) % 11) as f64 * 0.1);",
        false,
    ),
    (
        "struct and impl",
        "pub struct Linear@ { pub w: Array2<f64>, pub b: Array1<f64> }\nimpl Linear@ {\n  pub fn new(i: usize, o: usize) -> Self { Linear@ { w: Array2::zeros((i, o)), b: Array1::zeros(o) } }\n  pub fn forward(&self, x: &Array2<f64>) -> Array2<f64> { x.dot(&self.w) + &self.b }\n}",
        false,
    ),
    ("use of it", "let lin_@ = Linear@::new(10, 3); lin_@.forward(&a_@).sum()", false),
    ("function of 30 lines", SOFTMAX, false),
    (
        "call of it",
        "let y_@: Vec<usize> = (0..64).map(|i| i % 3).collect();\nlet w_@ = Array2::<f64>::from_elem((10, 3), 0.01);\nlet (loss_@, dw_@) = softmax_loss(&w_@, &a_@, &y_@, 0.1);\nloss_@",
        false,
    ),
    ("println", "println!(\"loss {:.4} @\", loss_@);", false),
    ("panic", "panic!(\"stop @\");", true),
    ("compile error", "let z_@: Array2<f64> = a_@.dot(&a_@.t()).sum();", true),
    (
        "training loop",
        "let mut ww = w_@.clone();\nfor it in 0..20 {\n  let (l, d) = softmax_loss(&ww, &a_@, &y_@, 0.0);\n  ww.scaled_add(-0.5, &d);\n  if it % 10 == 0 { println!(\"it {it} loss {l:.4}\"); }\n}",
        false,
    ),
];

const SOFTMAX: &str = r#"
pub fn softmax_loss(w: &Array2<f64>, x: &Array2<f64>, y: &[usize], reg: f64) -> (f64, Array2<f64>) {
    let n = x.nrows();
    let mut scores = x.dot(w);
    for mut row in scores.rows_mut() {
        let m = row.fold(f64::NEG_INFINITY, |a, &b| a.max(b));
        row.mapv_inplace(|v| (v - m).exp());
        let s = row.sum();
        row.mapv_inplace(|v| v / s);
    }
    let mut loss = 0.0;
    for (i, &label) in y.iter().enumerate() {
        assert!(label < w.ncols());
        loss -= scores[[i, label]].ln();
    }
    loss /= n as f64;
    loss += reg * w.mapv(|v| v * v).sum();
    let mut ds = scores;
    for (i, &label) in y.iter().enumerate() {
        ds[[i, label]] -= 1.0;
    }
    ds /= n as f64;
    let mut dw = x.t().dot(&ds);
    dw.scaled_add(2.0 * reg, w);
    let stats = dw.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), &v| (lo.min(v), hi.max(v)));
    if stats.0.is_nan() || stats.1.is_nan() {
        eprintln!("NaN in gradient");
    }
    let _ = @; // differs each time
    (loss, dw)
}"#;

fn main() -> Result<(), Box<dyn Error>> {
    let repetitions: u32 = std::env::args().nth(1).map_or(Ok(5), |text| text.parse())?;
    let root = Library::default_root();
    Library::build(&root, None, &mut |_| ())?;
    let started = Instant::now();
    let (sender, receiver) = mpsc::sync_channel(64);
    let mut engine = RustcEngine::start(&Options { library_root: root, assignment: None }, sender)?;
    thread::spawn(move || for _ in receiver {});
    let mut run = |code: String, must_fail: bool| {
        let before = Instant::now();
        let outcome = engine.execute(&Cell { id: 0, execution_count: 1, code, allow_stdin: false });
        if let Err(error) = &outcome
            && !must_fail
        {
            eprintln!("{}", error.traceback.join("\n"));
        }
        before.elapsed().as_secs_f64()
    };
    run("1 + 1".to_owned(), false);
    println!("{:22} {:.3}", "start to first result", started.elapsed().as_secs_f64());
    run("use ndarray::prelude::*;".to_owned(), false);
    let mut times = vec![Vec::new(); CELLS.len()];
    for repetition in 0..repetitions {
        for (index, (_, code, must_fail)) in CELLS.iter().enumerate() {
            times[index].push(run(code.replace('@', &repetition.to_string()), *must_fail));
        }
    }
    for ((name, ..), times) in CELLS.iter().zip(&mut times) {
        times.sort_by(f64::total_cmp);
        println!("{name:22} {:.3}  ({:.3} to {:.3})", times[times.len() / 2], times[0], times[times.len() - 1]);
    }
    Ok(())
}
