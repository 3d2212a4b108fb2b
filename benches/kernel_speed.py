#!/usr/bin/env python3
"""How long teaching cells take in the Gradus kernel and in evcxr_jupyter, side by side in the same run.

    benches/kernel_speed.py [--repetitions 10] [--program target/release/gradus] [--evcxr PATH_OF_evcxr_jupyter]

Both kernels get the same cells in turn, one cell here, the same cell there, so that whatever else the machine does
falls on both. Without --evcxr the peer is installed first (`cargo install --locked evcxr_jupyter`, about 5 minutes).
Needs `jupyter_client` (tests/kernel/requirements.txt). Prints medians in seconds and their ratio.
"""
import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

REPOSITORY = Path(__file__).resolve().parents[1]
PEER_VERSION = "0.22"
# What a student's notebook begins with in evcxr; in Gradus the library is there.
SETUP = {"gradus": ["use ndarray::prelude::*;"], "evcxr": [':dep ndarray = "0.17"', "use ndarray::prelude::*;"]}

SOFTMAX = """
/// Softmax loss of a linear classifier, vectorised.
pub fn softmax_loss(w: &Array2<f64>, x: &Array2<f64>, y: &[usize], reg: f64) -> (f64, Array2<f64>) {
    let n = x.nrows();
    let c = w.ncols();
    assert_eq!(n, y.len(), "one label per row");
    let mut scores = x.dot(w);
    for mut row in scores.rows_mut() {
        let m = row.fold(f64::NEG_INFINITY, |a, &b| a.max(b));
        row.mapv_inplace(|v| (v - m).exp());
        let s = row.sum();
        row.mapv_inplace(|v| v / s);
    }
    let mut loss = 0.0;
    for (i, &label) in y.iter().enumerate() {
        assert!(label < c);
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
    let (low, high) = dw.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &v| (low.min(v), high.max(v)));
    if low.is_nan() || high.is_nan() {
        eprintln!("NaN in gradient");
    }
    let _round = @; // differs in each round, so that nothing is answered from a cache
    (loss, dw)
}
"""
# Name, code with @ for the round's number, whether it is to fail. `use` and `call` wait for machine code of the cell before.
CELLS = [
    ("let", "let x_@ = @;", False),
    ("expression", "x_@ + 1", False),
    ("println", 'println!("loss {:.4} @", x_@ as f64);', False),
    ("let array", "let a_@ = Array2::<f64>::from_shape_fn((64, 10), |(r, c)| ((r * 7 + c * 3 + @) % 11) as f64 * 0.1);", False),
    ("struct and impl", "pub struct Linear@ { pub w: Array2<f64>, pub b: Array1<f64> }\nimpl Linear@ {\n    pub fn new(i: usize, o: usize) -> Self { Linear@ { w: Array2::zeros((i, o)), b: Array1::zeros(o) } }\n    pub fn forward(&self, x: &Array2<f64>) -> Array2<f64> { x.dot(&self.w) + &self.b }\n}", False),
    ("use the struct", "let lin_@ = Linear@::new(10, 3); lin_@.forward(&a_@).sum()", False),
    ("40-line function", SOFTMAX, False),
    ("call it", "let y_@: Vec<usize> = (0..64).map(|i| i % 3).collect();\nlet w_@ = Array2::<f64>::from_elem((10, 3), 0.01);\nlet (loss_@, dw_@) = softmax_loss(&w_@, &a_@, &y_@, 0.1);\nloss_@", False),
    ("20-step training loop", "let mut ww = w_@.clone();\nfor it in 0..20 {\n    let (l, d) = softmax_loss(&ww, &a_@, &y_@, 0.0);\n    ww.scaled_add(-0.5, &d);\n    if it % 10 == 0 { println!(\"{it} loss {l:.4}\"); }\n}", False),
    ("panic", 'panic!("stop @");', True),
    ("compile error", "let z_@: Array2<f64> = a_@.dot(&a_@.t()).sum();", True),
]


class Kernel:
    """A running kernel, and how long it took from its start to its first result."""

    def __init__(self, name, spec):
        start = time.perf_counter()
        self.name = name
        self.log = tempfile.TemporaryFile()
        self.manager = KernelManager(kernel_name=spec.kernel_name, kernel_spec_manager=spec)
        self.manager.start_kernel(stdout=self.log, stderr=self.log)
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=120)
        self.run("1 + 1")
        self.start = time.perf_counter() - start

    def run(self, code):
        """Seconds until both reply and idle are there, and whether the cell failed."""
        start = time.perf_counter()
        failed = any([kind == "error" for kind, _ in self.messages(code)])
        return time.perf_counter() - start, failed

    def messages(self, code):
        """Kind and content of all that a cell sends, to its reply."""
        request = self.client.execute(code)
        idle = False
        while not idle:
            message = self.client.get_iopub_msg(timeout=600)
            if message["parent_header"].get("msg_id") == request:
                yield message["msg_type"], message["content"]
                idle = message["content"].get("execution_state") == "idle"
        self.client.get_shell_msg(timeout=600)

    def memory(self):
        """Resident MiB of the kernel and of all processes below it; shared pages count once for each."""
        children, total = {}, 0
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = status.read_text().rsplit(")", 1)[1].split()
                children.setdefault(int(fields[1]), []).append(int(status.parent.name))
            except OSError:
                pass
        waiting = [self.manager.provisioner.process.pid]
        while waiting:
            process = waiting.pop()
            waiting += children.get(process, [])
            try:
                total += int(next(line for line in Path(f"/proc/{process}/status").read_text().splitlines() if line.startswith("VmRSS")).split()[1])
            except (OSError, StopIteration):
                pass
        return total / 1024

    def stop(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


class OneSpec(KernelSpecManager):
    """Exactly one kernel, wherever it is installed."""

    kernel_name = ""

    @classmethod
    def of(cls, folder, name):
        spec = cls(kernel_dirs=[str(folder)], ensure_native_kernel=False)
        spec.kernel_name = name
        return spec


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--repetitions", type=int, default=10)
    arguments.add_argument("--program", type=Path, default=REPOSITORY / "target/release/gradus")
    arguments.add_argument("--evcxr", type=Path)
    arguments.add_argument("--starts", type=int, default=3)
    options = arguments.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        subprocess.run([options.program, "kernel", "install", "--prefix", folder / "gradus"], check=True, stdout=subprocess.DEVNULL)
        peer = options.evcxr or install_peer(folder)
        peer_kernels = folder / "peer/kernels"
        (peer_kernels / "rust").mkdir(parents=True)
        spec = {"argv": [str(peer), "--control_file", "{connection_file}"], "display_name": "evcxr", "language": "rust"}
        (peer_kernels / "rust/kernel.json").write_text(json.dumps(spec))
        specs = {"gradus": OneSpec.of(folder / "gradus/share/jupyter/kernels", "gradus"), "evcxr": OneSpec.of(peer_kernels, "rust")}
        measure(specs, options)


def install_peer(folder):
    print("installing evcxr_jupyter, some minutes", file=sys.stderr)
    command = ["cargo", "install", "--quiet", "--locked", "evcxr_jupyter", "--version", f"^{PEER_VERSION}", "--root", folder / "evcxr"]
    subprocess.run(command, check=True)
    return folder / "evcxr/bin/evcxr_jupyter"


def measure(specs, options):
    starts = {name: [] for name in specs}
    for _ in range(options.starts):
        for name, spec in specs.items():
            kernel = Kernel(name, spec)
            starts[name].append(kernel.start)
            kernel.stop()
    kernels = {name: Kernel(name, spec) for name, spec in specs.items()}
    try:
        for kernel in kernels.values():
            for code in SETUP[kernel.name]:
                kernel.run(code)
        times = {cell: {name: [] for name in specs} for cell, _, _ in CELLS}
        for number in range(options.repetitions):
            for cell, code, fails in CELLS:
                for kernel in kernels.values():
                    seconds, failed = kernel.run(code.replace("@", str(number)))
                    # evcxr answers a panic as if all were well.
                    if failed != fails and not (cell == "panic" and kernel.name == "evcxr"):
                        raise SystemExit(f"{kernel.name}: {cell} {'failed' if failed else 'did not fail'}")
                    times[cell][kernel.name].append(seconds)
        memory = {name: kernel.memory() for name, kernel in kernels.items()}
    finally:
        for kernel in kernels.values():
            kernel.stop()

    print(f"Seconds, medians of {options.repetitions} rounds; start: medians of {options.starts}.\n")
    print("| cell | Gradus | evcxr_jupyter | ratio |\n| --- | --- | --- | --- |")
    for cell, by_kernel in {"start to first result": starts, **times}.items():
        ours, theirs = statistics.median(by_kernel["gradus"]), statistics.median(by_kernel["evcxr"])
        print(f"| {cell} | {ours:.3f} | {theirs:.3f} | {theirs / ours:.1f} |")
    ours, theirs = memory["gradus"], memory["evcxr"]
    print(f"| memory at the end, MiB | {ours:.0f} | {theirs:.0f} | {theirs / ours:.1f} |")


if __name__ == "__main__":
    main()
