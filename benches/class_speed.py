#!/usr/bin/env python3
"""A whole class: seconds per submission, by phase, and peak memory, at two sizes.

    cargo build --release --locked
    python3 benches/class_speed.py [--sizes 100 1000] [--jobs 2] [--queue postgres://user@host/database]

The submissions are the demo's, each with a line of its own so that no two are the same: 60 % right, 20 % right in another
style, 12 % with a wrong gradient, 5 % that do not compile, 2 % that try to forge their result, 1 % that loop without an end.
With --queue, `gradus grade --queue` puts them in, and as many workers as --jobs says, with one job each, grade them; the
database should be empty. Prints one JSON object a line.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
GRADUS = REPOSITORY / "target/release/gradus"
SHARES = {"right": 60, "other_style": 20, "wrong_gradient": 12, "does_not_compile": 5, "forged_result": 2, "endless_loop": 1}
PHASES = ["extract", "compile", "judge", "report"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1000], help="how many submissions")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time")
    parser.add_argument("--queue", help="grade through this PostgreSQL database")
    options = parser.parse_args()
    if not GRADUS.exists():
        sys.exit("build the program first: cargo build --release --locked")
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder), size, options)


def measure(folder, size, options):
    submissions = write_submissions(folder, size)
    command = [GRADUS, "grade", "softmax", *submissions, "--out", folder / "out", "--format", "json"]
    command += ["--queue", options.queue] if options.queue else ["--jobs", options.jobs]
    start = time.perf_counter()
    graders = [subprocess.Popen(words(command), stdout=open(folder / "json", "w"), stderr=subprocess.DEVNULL)]
    if options.queue:
        worker = words([GRADUS, "worker", "--queue", options.queue, "--jobs", 1])
        graders += [subprocess.Popen(worker, stderr=subprocess.DEVNULL) for _ in range(options.jobs)]
    peak = Peak(graders)
    code = graders[0].wait()
    seconds = time.perf_counter() - start
    peak.stop()
    for worker in graders[1:]:
        worker.terminate()
        worker.wait()
    if code != 0:
        sys.exit(f"gradus ended with {code}")
    document = json.loads((folder / "json").read_text())
    graded = document["submissions"]
    assert document["totals"]["graded"] == size, document["totals"]
    phases = {phase: round(sum(one["seconds"][phase] for one in graded) / size, 4) for phase in PHASES}
    print(json.dumps({
        "workload": "queue" if options.queue else "pool", "submissions": size, "jobs": options.jobs, "seconds": round(seconds, 1),
        "seconds_per_submission": round(seconds / size, 3), "seconds_by_phase": phases, "peak_mebibytes": peak.mebibytes(),
    }), flush=True)


def write_submissions(folder, size):
    subprocess.run(words([GRADUS, "demo", "--out", folder / "demo"]), check=True, capture_output=True)
    kinds = [kind for kind, share in SHARES.items() for _ in range(share)]
    samples = {path.stem: path for path in (folder / "demo/submissions").iterdir()}
    paths = []
    for number in range(size):
        # 37 and 100 have no common divisor: each hundred has each kind in its share, in a mixed order.
        sample = samples[kinds[number * 37 % 100]]
        paths.append(folder / f"student{number}{sample.suffix}")
        paths[-1].write_text(with_a_line(sample, f"// student {number}"))
    return paths


def with_a_line(sample, line):
    text = sample.read_text()
    if sample.suffix == ".rs":
        return f"{text}\n{line}\n"
    notebook = json.loads(text)
    answer = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code" and "fn softmax_loss" in "".join(cell["source"]))
    answer["source"] = "".join(answer["source"]) + f"\n{line}"
    return json.dumps(notebook)


class Peak:
    """The most memory that each process itself has held, graders and not what they start, in all."""

    def __init__(self, processes):
        self.most = {process.pid: 0 for process in processes}
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()

    def watch(self):
        while not self.ended.wait(0.2):
            for pid in self.most:
                try:
                    status = Path(f"/proc/{pid}/status").read_text()
                except OSError:
                    continue
                high = [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")]
                self.most[pid] = max([self.most[pid], *high])

    def stop(self):
        self.ended.set()
        self.thread.join()

    def mebibytes(self):
        return round(sum(self.most.values()) / 1024)


def words(command):
    return [str(part) for part in command]


if __name__ == "__main__":
    main()
