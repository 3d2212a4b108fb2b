"""Times one peer: reads names of workloads, one a line, and answers each with two JSON objects, as Gradus' example does.

    python -m library_peers numpy|torch

A workload that the peer does not have gets the line `null` twice.
"""

import importlib
import json
import sys
import time

from library_peers.inputs import inputs

SECONDS = 0.4
LEAST_CALLS = 5
WARM_UP_CALLS = 2


def main():
    peer = sys.argv[1]
    module = importlib.import_module(f"library_peers.with_{peer}")
    print("ready", flush=True)
    for line in sys.stdin:
        workload = line.strip()
        for dtype in ["f32", "f64"]:
            print(json.dumps(result(module, peer, workload, dtype)), flush=True)


def result(module, peer, workload, dtype):
    if not hasattr(module, workload):
        return None
    times = measure(prepare(module, workload, dtype))
    return {"workload": workload, "peer": peer, "dtype": dtype, "median_s": times[len(times) // 2], "min_s": times[0]}


def prepare(module, workload, dtype):
    arrays = inputs(workload, dtype)
    to_peer = getattr(module, "to_peer", lambda array: array)
    return getattr(module, workload)(**{name: to_peer(array) for name, array in arrays.items()})


def measure(call):
    for _ in range(WARM_UP_CALLS):
        call()
    start, times = time.perf_counter(), []
    while len(times) < LEAST_CALLS or time.perf_counter() - start < SECONDS:
        call_start = time.perf_counter()
        call()
        times.append(time.perf_counter() - call_start)
    return sorted(times)


if __name__ == "__main__":
    main()
