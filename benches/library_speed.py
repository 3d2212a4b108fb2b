#!/usr/bin/env python3
"""Time of the teaching library's layers, beside PyTorch and NumPy, in one interleaved run on one machine.

    python3 -m venv venv && venv/bin/pip install numpy torch
    venv/bin/python benches/library_speed.py [WORKLOAD...] [--rounds 3] [--format table|json]

Needs cargo, and NumPy and PyTorch for the Python that runs it. Every peer has two threads and a process of its own. In each
round the three take turns, workload by workload; the median of the rounds' medians counts. `--check` compares the results
of PyTorch and NumPy instead, so that both do the same work.
"""

import argparse
import importlib.util
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

BENCHES = Path(__file__).resolve().parent
REPOSITORY = BENCHES.parent
WORKLOADS = [
    "softmax", "svm", "two_layer", "conv_cs231n", "conv_64", "max_pool", "spatial_batchnorm", "knn_distances", "rnn", "lstm",
    "attention", "convnet_step",
]
DTYPES = ["f32", "f64"]
# A pause after each turn, for threads that wait busily for more work.
PAUSE_SECONDS = 0.15


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD", help=f"any of {', '.join(WORKLOADS)}; without: all")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each peer at each workload; the median counts")
    parser.add_argument("--format", choices=["table", "json"], default="table")
    parser.add_argument("--check", action="store_true", help="compare the peers' results instead of their times")
    options = parser.parse_args()
    if unknown := [name for name in options.workloads if name not in WORKLOADS]:
        parser.error(f"there is no workload {unknown[0]!r}; the workloads are {', '.join(WORKLOADS)}")
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    if missing := [name for name in ["numpy", "torch"] if importlib.util.find_spec(name) is None]:
        parser.error(f"{sys.executable} has no {' and no '.join(missing)}; see --help for how to install them")
    workloads = [name for name in WORKLOADS if not options.workloads or name in options.workloads]
    if options.check:
        return check(workloads)

    example = build_example()
    peers = {"torch": PythonPeer("torch"), "numpy": PythonPeer("numpy"), "gradus": Gradus(example)}
    lines = []
    for turn in range(options.rounds):
        for number, workload in enumerate(workloads):
            talk(f"round {turn + 1} of {options.rounds}, workload {number + 1} of {len(workloads)}: {workload}")
            for peer in peers.values():
                lines += [line for line in peer.measure(workload) if line]
                time.sleep(PAUSE_SECONDS)
    talk(None)
    rows = [row(lines, workload, dtype) for workload in workloads for dtype in DTYPES]
    if options.format == "json":
        for each in rows:
            print(json.dumps(each))
        print(json.dumps({"machine": machine(), "versions": versions(), "geometric_mean": geometric_mean(rows)}))
    else:
        print_table(rows)
    return 0


def row(lines, workload, dtype):
    """One line of the table: the time of each peer, and how many times as fast Gradus is as the best of them."""
    def medians(peer):
        own = [line for line in lines if (line["workload"], line["dtype"], line["peer"]) == (workload, dtype, peer)]
        return statistics.median(line["median_s"] for line in own) if own else None

    times = {peer: medians(peer) for peer in ["gradus", "torch", "numpy"]}
    best = min(time for peer, time in times.items() if peer != "gradus" and time is not None)
    return {"workload": workload, "dtype": dtype, **{f"{peer}_s": time for peer, time in times.items()},
            "best_peer_over_gradus": best / times["gradus"]}


def geometric_mean(rows):
    return math.exp(statistics.mean(math.log(each["best_peer_over_gradus"]) for each in rows))


def print_table(rows):
    def milliseconds(seconds):
        return "-" if seconds is None else f"{1000 * seconds:.2f}"

    print(f"{machine()}; {versions()}; two threads; milliseconds")
    print("\n| workload | type | Gradus | PyTorch | NumPy | best peer / Gradus |")
    print("| --- | --- | ---: | ---: | ---: | ---: |")
    for each in rows:
        times = " | ".join(milliseconds(each[f"{peer}_s"]) for peer in ["gradus", "torch", "numpy"])
        print(f"| {each['workload']} | {each['dtype']} | {times} | {each['best_peer_over_gradus']:.2f} |")
    print(f"\ngeometric mean: {geometric_mean(rows):.2f}")


class PythonPeer:
    """A process that waits for names of workloads."""

    def __init__(self, name):
        command = [sys.executable, "-m", "library_peers", name]
        self.process = subprocess.Popen(
            command, cwd=BENCHES, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.line()

    def measure(self, workload):
        self.process.stdin.write(f"{workload}\n")
        self.process.stdin.flush()
        return [json.loads(self.line()) for _ in DTYPES]

    def line(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{' '.join(self.process.args[1:])} has ended with status {self.process.wait()}")
        return line


class Gradus:
    def __init__(self, example):
        self.example = example

    def measure(self, workload):
        result = subprocess.run([self.example, workload], env=environment(), stdout=subprocess.PIPE, text=True, check=True)
        return [json.loads(line) for line in result.stdout.splitlines()]


def environment():
    """The same for everyone: two threads, freed memory kept for the next arrays (Gradus' example asks for it too), and no hint
    that would keep NumPy's OpenBLAS from knowing the processor.
    """
    hints = ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"]
    threads = {name: "2" for name in ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"]}
    memory = {name: str(1 << 30) for name in ["MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"]}
    return {**{name: value for name, value in os.environ.items() if name not in hints}, **threads, **memory}


def build_example():
    command = ["cargo", "build", "--release", "--locked", "-p", "gradus-nn", "--example", "bench"]
    subprocess.run([*command, "--quiet"], cwd=REPOSITORY, check=True)
    metadata = ["cargo", "metadata", "--no-deps", "--format-version", "1", "--offline"]
    target = json.loads(subprocess.run(metadata, cwd=REPOSITORY, stdout=subprocess.PIPE, check=True).stdout)
    return Path(target["target_directory"]) / "release/examples/bench"


def check(workloads):
    """Compares all results that both peers have, in double precision."""
    sys.path.insert(0, str(BENCHES))
    import numpy as np
    from library_peers import with_numpy, with_torch
    from library_peers.__main__ import prepare

    worst = 0.0
    for workload in workloads:
        if not hasattr(with_numpy, workload):
            continue
        ours, theirs = (prepare(module, workload, "f64")() for module in [with_numpy, with_torch])
        for name, array in ours.items():
            other = with_torch.to_numpy(theirs[name])
            error = np.max(np.abs(array - other)) / np.max(np.abs(other))
            worst = max(worst, error)
            print(f"{workload} {name}: {error:.1e}")
    return 0 if worst < 1e-9 else 1


def talk(text):
    """What is going on, on one line of the terminal."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text or ''}", end="", file=sys.stderr, flush=True)


def machine():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.processor() or platform.machine()
    return f"{model}, {os.cpu_count()} cores"


def versions():
    from importlib.metadata import version

    return f"PyTorch {version('torch')}, NumPy {version('numpy')}"


if __name__ == "__main__":
    sys.exit(main())
