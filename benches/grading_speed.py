#!/usr/bin/env python3
"""Time per submission, Gradus against nbgrader, in one run on one machine.

    cargo build --release --locked
    python3 benches/grading_speed.py [--runs 5] [--class-size 20]

Gradus grades the demo's right submission of `softmax`: a compile, some dozens of checks, a sandbox. nbgrader grades
five trivial Python cells without a sandbox. Installs nbgrader into a virtual environment of its own, in a temporary
folder. Prints one JSON object a line.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
GRADUS = REPOSITORY / "target/release/gradus"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="runs of each measurement; the median counts")
    parser.add_argument("--class-size", type=int, default=20, help="submissions in a batch")
    options = parser.parse_args()
    if not GRADUS.exists():
        sys.exit("build the program first: cargo build --release --locked")
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        gradus = prepare_gradus(folder / "gradus", options.class_size)
        nbgrader = prepare_nbgrader(folder / "nbgrader", options.class_size)
        for name, submissions in [("alone", 1), ("batch", options.class_size)]:
            pairs = [(gradus(submissions), nbgrader(submissions)) for _ in range(options.runs)]
            ours, theirs = (statistics.median(times) / submissions for times in zip(*pairs))
            for peer, seconds in [("gradus", ours), ("nbgrader", theirs)]:
                print(json.dumps({"workload": name, "peer": peer, "seconds_per_submission": round(seconds, 3)}))
            print(json.dumps({"workload": name, "nbgrader_over_gradus": round(theirs / ours, 2)}), flush=True)


def prepare_gradus(folder, class_size):
    demo = folder / "demo"
    run([GRADUS, "demo", "--out", demo])
    right = demo / "submissions/right.rs"
    paths = []
    for number in range(class_size):
        paths.append(folder / f"student{number}.rs")
        shutil.copy(right, paths[-1])

    def grade(submissions):
        # One submission alone gets one core, as the bar for it says.
        pin = ["taskset", "-c", "0"] if submissions == 1 else []
        jobs = "1" if submissions == 1 else "2"
        # Without --force, only the first run would grade: the gradebook knows the rest.
        options = ["--force", "--jobs", jobs, "--out", folder / "out"]
        return timed([*pin, GRADUS, "grade", "softmax", *paths[:submissions], *options])

    return grade


def prepare_nbgrader(folder, class_size):
    environment = folder / "environment"
    run([sys.executable, "-m", "venv", environment])
    run([environment / "bin/pip", "install", "--quiet", "nbgrader", "ipykernel"])
    course = folder / "course"
    source = course / "source/ps1/problem.ipynb"
    source.parent.mkdir(parents=True)
    source.write_text(json.dumps(trivial_notebook()))
    tool = [environment / "bin/nbgrader"]
    path = {**os.environ, "PATH": f"{environment / 'bin'}:{os.environ['PATH']}"}
    run([*tool, "generate_assignment", "ps1", "--create"], cwd=course, env=path)
    for number in range(class_size):
        submitted = course / f"submitted/student{number}/ps1"
        submitted.mkdir(parents=True)
        shutil.copy(source, submitted)

    def grade(submissions):
        shutil.rmtree(course / "autograded", ignore_errors=True)
        student = ["--student", "student0"] if submissions == 1 else []
        return timed([*tool, "autograde", "ps1", "--force", *student], cwd=course, env=path)

    return grade


def trivial_notebook():
    cells = []
    for number in range(5):
        grade = {"grade": False, "solution": True, "locked": False, "schema_version": 3, "task": False}
        answer = f"### BEGIN SOLUTION\ndef f{number}(x):\n    return x + {number}\n### END SOLUTION"
        cells.append(code(f"answer{number}", answer, {**grade, "grade_id": f"answer{number}"}))
        grade = {"grade": True, "solution": False, "locked": True, "schema_version": 3, "task": False, "points": 1}
        cells.append(code(f"test{number}", f"assert f{number}(1) == {number + 1}", {**grade, "grade_id": f"test{number}"}))
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": cells}


def code(identifier, source, nbgrader):
    metadata = {"nbgrader": nbgrader}
    return {"cell_type": "code", "id": identifier, "metadata": metadata, "execution_count": None, "outputs": [], "source": source}


def run(command, **options):
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options)


def timed(command, **options):
    start = time.perf_counter()
    run(command, **options)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
