"""BFV beside Microsoft SEAL in WebAssembly, on this machine in this minute: a table in Markdown, for the README.

  python3 tests/oracles/bfv_against_node_seal.py [degree ...]        4096 8192 16384 without

It runs `collab bench he` of the Release build and node_seal_bench.js, after each other for each degree. Times are of the processor,
microseconds an operation: of ours the lesser of two measurements, of node-seal the median of nine, so that a busy machine spoils them less than
time on the clock. node-seal has no interface to one transform or a base conversion.
"""
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
COLLAB = os.path.join(ROOT, "src", "Collab.Cli", "bin", "Release", "net10.0", "collab")
# Of SEAL 4.4.3 with HEXL 1.2.5, times 1.25: microseconds.
FLOORS = {
    8192: {"ntt": 10.2, "add": 20.8, "multiply-plain": 20.8, "multiply": 6060, "relinearize": 1190, "rotate": 1240, "base-conversion": 291,
           "encrypt": 1020, "decrypt": 299, "encode": 15.6, "galois-key": 5010},
    4096: {"multiply": 1490},
    16384: {"multiply": 28800},
}
OPERATIONS = ["ntt", "base-conversion", "add", "multiply-plain", "multiply", "relinearize", "rotate", "switch", "encode", "encrypt", "encrypt-secret",
              "decrypt", "galois-key"]


def ours(operation, degree):
    best = None
    for _ in range(2):
        report = json.loads(subprocess.run(
            [COLLAB, "bench", "he", "--op", operation, "--size", str(degree), "--runs", "5", "--json"],
            check=True, capture_output=True, text=True).stdout)
        assert report["correct"]
        repetitions = report["perSecond"] * report["seconds"]["median"]
        processor = report["cpuSeconds"]["a"] / repetitions * 1e6
        best = min(best or processor, processor)
    return best


def number(value):
    return "" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def main():
    print("| operation | N | Collab | node-seal 6.0.3 | ratio | floor |")
    print("| --- | --- | --- | --- | --- | --- |")
    for degree in [int(argument) for argument in sys.argv[1:]] or [4096, 8192, 16384]:
        theirs = json.loads(subprocess.run(
            ["node", os.path.join(HERE, "node_seal_bench.js"), str(degree)], check=True, capture_output=True, text=True, cwd=ROOT).stdout)[str(degree)]
        for operation in OPERATIONS:
            mine, other, floor = ours(operation, degree), theirs.get(operation), FLOORS[degree].get(operation)
            ratio = f"{other / mine:.0f}" if other else ""
            missed = ": **missed**" if floor and mine > floor else ""
            print(f"| `{operation}` | {degree} | {number(mine)} | {number(other)} | {ratio} | {number(floor)}{missed} |", flush=True)


main()
