#!/usr/bin/env python3
"""What the Gradus kernel takes in a long session: cells that follow each other at once, many cells, many names, much
output, memory, and loops beside the same code in a program of its own (`cargo run --release`).

    benches/kernel_session.py [--program target/release/gradus] [--rounds 7]

Needs `jupyter_client` (tests/kernel/requirements.txt). `kernel_speed.py` compares single cells with evcxr_jupyter's.
"""
import argparse
import statistics
import subprocess
import tempfile
from pathlib import Path

from kernel_speed import CELLS, REPOSITORY, Kernel, OneSpec

# Name, items, statements that leave something in `result`.
LOOPS = [
    ("numbers, one after another", "", "let mut result = 0.0_f64; for i in 1..60_000_000_u64 { result += 1.0 / (i as f64 * i as f64); }"),
    ("integers", "", "let mut result = 1_u64; for i in 0..120_000_000_u64 { result = result.wrapping_mul(6364136223846793005).wrapping_add(i) ^ (result >> 7); }"),
    ("a sum of integers, checked for overflow", "", "let v: Vec<i64> = (0..10_000).map(|i| i % 7).collect(); let mut result = 0;\nfor _ in 0..4_000 { for n in &v { result += *n; } }"),
    ("elements of vectors", "", "let x = vec![0.5_f32; 100_000]; let mut y = vec![1.0_f32; 100_000];\nfor _ in 0..2_000 { for (a, b) in y.iter_mut().zip(&x) { *a = *a * 0.999 + *b; } }\nlet result = y[17];"),
    ("vectors by index", "", "let x = vec![0.5_f64; 10_000]; let mut y = vec![1.0_f64; 10_000];\nfor _ in 0..4_000 { for i in 0..x.len() { y[i] = y[i] * 0.999 + x[i]; } }\nlet result = y[17];"),
    ("closures over vectors", "", "let mut y = vec![1.0_f32; 100_000];\nfor _ in 0..2_000 { y = y.iter().map(|v| v * 0.999 + 0.5).collect(); }\nlet result = y[17];"),
    ("a closure over an array", "", "let mut a = Array2::<f32>::from_elem((300, 300), 0.5);\nfor _ in 0..2_000 { a.mapv_inplace(|v| v * 0.999 + 0.5); }\nlet result = a.sum();"),
    ("one long loop by index", "", "let x = vec![0.5_f32; 20_000_000]; let mut y = vec![1.0_f32; 20_000_000];\nfor i in 0..y.len() { y[i] = y[i] * 0.999 + x[i]; }\nlet result = y[17];"),
    ("a chain of closures", "", "let result: u64 = (0..50_000_000u64).map(|i| i ^ (i >> 3)).filter(|i| i % 3 == 0).fold(0, |a, b| a ^ b);"),
    ("a large array by closures", "", "let a = Array2::<f32>::from_shape_fn((3000, 3000), |(i, j)| (i * j) as f32); let b = a.mapv(|v| v * 0.5 + 1.0); let result = b.sum();"),
    ("sorting", "", "let mut v: Vec<u64> = (0..2_000_000u64).map(|i| i.wrapping_mul(6364136223846793005)).collect(); v.sort_by(|a, b| a.cmp(b)); let result = v[7];"),
    ("strings", "", "let mut s = String::new(); for i in 0..1_000_000 { s.push_str(&i.to_string()); s.push(' '); } let result = s.split_whitespace().map(|w| w.len()).sum::<usize>();"),
    ("Mandelbrot set", "", "let mut result = 0; for py in 0..400 { for px in 0..400 { let (cx, cy) = (px as f64 / 200.0 - 1.5, py as f64 / 200.0 - 1.0); let (mut x, mut y, mut n) = (0.0, 0.0, 0); while x * x + y * y < 4.0 && n < 200 { (x, y) = (x * x - y * y + cx, 2.0 * x * y + cy); n += 1; } result += n; } }"),
    ("sieve", "", "let mut composite = vec![false; 20_000_001]; let mut result = 0;\nfor i in 2..composite.len() { if !composite[i] { result += 1; let mut j = i * i; while j < composite.len() { composite[j] = true; j += i; } } }"),
    ("words in a map", "", "let mut counts: std::collections::HashMap<String, usize> = std::collections::HashMap::new();\nfor i in 0..1_500_000 { *counts.entry(format!(\"w{}\", i % 1000)).or_default() += 1; }\nlet result = counts.len();"),
    ("matrix product by index", "", "let a = Array2::<f64>::from_elem((200, 200), 0.5); let b = a.clone(); let mut c = Array2::<f64>::zeros((200, 200));\nfor _ in 0..10 { for i in 0..200 { for j in 0..200 { let mut sum = 0.0; for k in 0..200 { sum += a[[i, k]] * b[[k, j]]; } c[[i, j]] = sum; } } }\nlet result = c[[3, 4]];"),
    ("operations on whole arrays", "", "let a = Array2::<f64>::from_elem((64, 10), 0.5); let mut w = Array2::<f64>::from_elem((10, 3), 0.01);\nfor _ in 0..30_000 { let scores = a.dot(&w); let mut p = scores.mapv(f64::exp); p /= 3.0; let g = a.t().dot(&p); w.scaled_add(-1e-6, &g); }\nlet result = w[[0, 0]];"),
    ("softmax by rows, in a function", """
fn probabilities(scores: &Array2<f64>) -> Array2<f64> {
    let mut p = scores.clone();
    for mut row in p.rows_mut() {
        let m = row.fold(f64::NEG_INFINITY, |a, &b| a.max(b));
        row.mapv_inplace(|v| (v - m).exp());
        let s = row.sum();
        row.mapv_inplace(|v| v / s);
    }
    p
}""", "let mut s = Array2::<f64>::from_shape_fn((500, 10), |(i, j)| ((i * 7 + j * 3) % 11) as f64 * 0.1);\nfor _ in 0..1_000 { s = probabilities(&s); }\nlet result = s[[3, 4]];"),
    ("convolution, in a function", """
fn convolution(x: &Array4<f32>, w: &Array4<f32>) -> Array4<f32> {
    let (n, c, height, width) = x.dim();
    let (f, _, hh, ww) = w.dim();
    let mut out = Array4::zeros((n, f, height - hh + 1, width - ww + 1));
    for i in 0..n { for j in 0..f { for y in 0..height - hh + 1 { for z in 0..width - ww + 1 {
        let mut sum = 0.0;
        for k in 0..c { for u in 0..hh { for v in 0..ww { sum += x[[i, k, y + u, z + v]] * w[[j, k, u, v]]; } } }
        out[[i, j, y, z]] = sum;
    } } } }
    out
}""", "let x = Array4::<f32>::from_elem((4, 3, 32, 32), 0.5); let w = Array4::<f32>::from_elem((8, 3, 3, 3), 0.1);\nlet mut result = 0.0; for _ in 0..20 { result += convolution(&x, &w)[[1, 2, 3, 4]]; }"),
    ("an affine layer, in a function", "fn affine(x: &Array2<f64>, w: &Array2<f64>, b: &Array1<f64>) -> Array2<f64> { x.dot(w) + b }", "let x = Array2::<f64>::from_elem((64, 100), 0.5); let w = Array2::<f64>::from_elem((100, 50), 0.5); let b = Array1::<f64>::zeros(50);\nlet mut result = 0.0; for _ in 0..2_000 { result += affine(&x, &w, &b)[[1, 2]]; }"),
    ("a sum of arrays, in a function", "fn sum(x: &Array2<f64>, w: &Array2<f64>) -> Array2<f64> { x + w }", "let x = Array2::<f64>::from_elem((64, 100), 0.5); let w = x.clone();\nlet mut result = 0.0; for _ in 0..20_000 { result += sum(&x, &w)[[1, 2]]; }"),
    ("a recursive sum, checked for overflow", "fn fibonacci(n: u64) -> u64 { if n < 2 { n } else { fibonacci(n - 1) + fibonacci(n - 2) } }", "let result = fibonacci(36);"),
    ("elements, in a function", "fn step(y: &mut [f32], x: &[f32]) { for (a, b) in y.iter_mut().zip(x) { *a = *a * 0.999 + *b; } }", "let x = vec![0.5_f32; 100_000]; let mut y = vec![1.0_f32; 100_000];\nfor _ in 0..2_000 { step(&mut y, &x); }\nlet result = y[17];"),
]
MANIFEST = '[package]\nname = "loops"\nversion = "0.1.0"\nedition = "2024"\n[workspace]\n[dependencies]\nndarray = "0.17"\n'


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--program", type=Path, default=REPOSITORY / "target/release/gradus")
    arguments.add_argument("--rounds", type=int, default=7)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        command = [options.program, "kernel", "install", "--prefix", folder / "gradus", "--without-completion"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        spec = OneSpec.of(folder / "gradus/share/jupyter/kernels", "gradus")

        def kernel():
            started = Kernel("gradus", spec)
            started.run("use ndarray::prelude::*;")
            return started

        for part in (back_to_back, many_cells, many_names, output):
            session = kernel()
            part(session, options.rounds)
            session.stop()
        loops(kernel(), folder, options.rounds)


def back_to_back(kernel, rounds):
    times = {name: [] for name, _, _ in CELLS}
    for number in range(rounds):
        for name, code, _ in CELLS:
            times[name].append(kernel.run(code.replace("@", str(number)))[0])
    for name in ("use the struct", "call it"):
        print(f"{name}, right after its definition: {statistics.median(times[name]):.3f} s")


def many_cells(kernel, _):
    times = [kernel.run(f"let x = {number}; x + 1")[0] for number in range(200)]
    first, last = statistics.median(times[:20]), statistics.median(times[-20:])
    print(f"200 cells: the first 20 take {first:.3f} s each, the last 20 {last:.3f} s; {kernel.memory():.0f} MiB")


def many_names(kernel, rounds):
    def println(number):
        return statistics.median(kernel.run(f'println!("{number}-{i}");')[0] for i in range(rounds))

    before = println(0)
    for number in range(60):
        kernel.run(f"let v_{number} = Array1::<f64>::from_elem({number + 1}, 0.5);")
    for number in range(20):
        kernel.run(f"#[derive(Debug, Clone)]\npub struct S{number} {{ pub a: f64, pub b: Vec<usize> }}")
    for number in range(30):
        kernel.run(f"fn f{number}(s: &S{number % 20}) -> f64 {{ s.a + s.b.len() as f64 + {number}.0 }}")
    print(f"println! in a new session {before:.3f} s, with 60 variables, 20 structs and 30 functions {println(1):.3f} s")
    uses = [kernel.run(f"let s_{i} = S{i} {{ a: v_{i}.sum(), b: vec![1] }}; f{i}(&s_{i})")[0] for i in range(rounds)]
    print(f"a use of three of them there: {statistics.median(uses):.3f} s; {kernel.memory():.0f} MiB")


def output(kernel, rounds):
    code = 'let line = "x".repeat(99); for _ in 0..100_000 { println!("{line}"); }'
    times = [kernel.run(code)[0] for _ in range(rounds)]
    print(f"10 MB of stdout: {statistics.median(times):.3f} s; {kernel.memory():.0f} MiB afterwards")


def loops(kernel, folder, rounds):
    project = folder / "loops"
    (project / "src/bin").mkdir(parents=True)
    (project / "Cargo.toml").write_text(MANIFEST)
    for number, (_, items, statements) in enumerate(LOOPS):
        main = f"fn main() {{ {timed(statements)} }}"
        text = f"#![allow(unused)]\nuse ndarray::prelude::*;\n{items}\n{main}\n"
        (project / f"src/bin/loop_{number}.rs").write_text(text)
    subprocess.run(["cargo", "build", "--quiet", "--release", "--target-dir", project / "target"], cwd=project, check=True)
    print("\n| loop | in a cell, s | cargo run --release, s | ratio |\n| --- | --- | --- | --- |")
    for number, (name, items, statements) in enumerate(LOOPS):
        if items:
            kernel.run(items)
        ours, theirs = [], []
        for _ in range(rounds):
            ours.append(printed_by(kernel, "{ " + timed(statements) + " }"))
            command = [project / "target/release" / f"loop_{number}"]
            theirs.append(float(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
        ours, theirs = statistics.median(ours), statistics.median(theirs)
        print(f"| {name} | {ours:.4f} | {theirs:.4f} | {ours / theirs:.2f} |", flush=True)
    kernel.stop()


def timed(statements):
    return f'let started = std::time::Instant::now();\n{statements}\nstd::hint::black_box(&result);\nprintln!("{{}}", started.elapsed().as_secs_f64());'


def printed_by(kernel, code):
    printed = ""
    for kind, content in kernel.messages(code):
        if kind == "error":
            raise SystemExit("\n".join(content["traceback"]))
        printed += content["text"] if kind == "stream" and content["name"] == "stdout" else ""
    return float(printed)


if __name__ == "__main__":
    main()
