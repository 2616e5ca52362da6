#!/usr/bin/env python3
"""Boosted trees from the papers, in plain floating point, with nothing of Collab's: what tests compare areas under the curve with.

Usage: python3 tests/oracles/boosted_trees.py > tests/vectors/trees.json

Second-order boosting as in Chen and Guestrin (XGBoost, KDD 2016): equation 5 for leaves, equation 7 for gains, over thresholds between bins
of equal frequency. Every fourth row is held out. Standard library alone.
"""
import bisect
import csv
import json
import math
import os
from collections import Counter

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data")
WORDS = {"no": 0.0, "yes": 1.0}


def table(name, label, positive):
    with open(os.path.join(DATA, name), newline="") as file:
        rows = list(csv.DictReader(file))
    names = [c for c in rows[0] if c not in ("id", label)]
    return [[WORDS[r[c]] if r[c] in WORDS else float(r[c]) for c in names] for r in rows], [1.0 if r[label] == positive else 0.0 for r in rows]


def thresholds(values, bins):
    """Thresholds as specs/train-trees.md, section Bins, has them: whole groups of equal values, a bin full once it has its share of what is left."""
    groups = sorted(Counter(values).items())
    cuts, left, inside = [], len(values), 0
    for (value, count), (following, _) in zip(groups, groups[1:]):
        if len(cuts) == bins - 1:
            break
        inside += count
        if len(groups) <= bins or inside * (bins - len(cuts)) >= left:
            cuts.append((value + following) / 2)
            left, inside = left - inside, 0
    return cuts


def grow(rows, x, g, h, cuts, depth, s):
    total_g, total_h = sum(g[i] for i in rows), sum(h[i] for i in rows)
    score = lambda a, b: a * a / (b + s["l2"])
    best = None
    if depth > 0:
        for f, edges in enumerate(cuts):
            bin_g, bin_h = [0.0] * (len(edges) + 1), [0.0] * (len(edges) + 1)
            for i in rows:
                b = bisect.bisect_left(edges, x[i][f])
                bin_g[b] += g[i]
                bin_h[b] += h[i]
            left_g = left_h = 0.0
            for b, edge in enumerate(edges):
                left_g += bin_g[b]
                left_h += bin_h[b]
                if min(left_h, total_h - left_h) < s["minimumChildWeight"]:
                    continue
                gain = (score(left_g, left_h) + score(total_g - left_g, total_h - left_h) - score(total_g, total_h)) / 2
                if gain > 1e-6 and (best is None or gain > best[0]):
                    best = (gain, f, edge)
    if best is None:
        return -s["learningRate"] * total_g / (total_h + s["l2"])
    _, f, edge = best
    left, right = [i for i in rows if x[i][f] <= edge], [i for i in rows if x[i][f] > edge]
    return f, edge, grow(left, x, g, h, cuts, depth - 1, s), grow(right, x, g, h, cuts, depth - 1, s)


def leaf(tree, row):
    while isinstance(tree, tuple):
        tree = tree[2] if row[tree[0]] <= tree[1] else tree[3]
    return tree


def area(scores, labels):
    """Area under the curve: the share of pairs in order, ties counting half."""
    zeros, ones = sorted(s for s, y in zip(scores, labels) if y == 0), [s for s, y in zip(scores, labels) if y == 1]
    return sum(bisect.bisect_left(zeros, s) + bisect.bisect_right(zeros, s) for s in ones) / (2 * len(zeros) * len(ones))


def case(file, label, positive, s):
    x, y = table(file, label, positive)
    train, held = [i for i in range(len(x)) if i % 4 != 3], [i for i in range(len(x)) if i % 4 == 3]
    cuts = [thresholds([x[i][f] for i in train], s["bins"]) for f in range(len(x[0]))]
    mean = sum(y[i] for i in train) / len(train)
    scores = [math.log(mean / (1 - mean))] * len(x)
    for _ in range(s["trees"]):
        p = [1 / (1 + math.exp(-v)) for v in scores]
        tree = grow(train, x, [a - b for a, b in zip(p, y)], [a * (1 - a) for a in p], cuts, s["depth"], s)
        scores = [v + leaf(tree, row) for v, row in zip(scores, x)]
    pick = lambda rows: round(area([scores[i] for i in rows], [y[i] for i in rows]), 6)
    loss = -sum(math.log(1 / (1 + math.exp(-scores[i] if y[i] else scores[i]))) for i in train) / len(train)
    return {"file": file, "label": label, "positive": positive, **s, "trainArea": pick(train), "heldOutArea": pick(held), "trainLoss": round(loss, 6)}


if __name__ == "__main__":
    settings = {"trees": 50, "depth": 3, "bins": 64, "learningRate": 0.1, "l2": 1.0, "minimumChildWeight": 1.0}
    print(json.dumps({
        "source": "second-order gradient boosting as in Chen and Guestrin, KDD 2016, in plain floating point",
        "licence": "the data's: tests/data/README.md",
        "generatedBy": "python3 tests/oracles/boosted_trees.py > tests/vectors/trees.json",
        "cases": [
            case("german_credit.csv", "Class", "Bad", settings),
            case("german_credit.csv", "Class", "Bad", {**settings, "trees": 20, "depth": 5, "learningRate": 0.3, "minimumChildWeight": 3.0}),
            case("hmda.csv", "deny", "yes", settings),
            case("hmda.csv", "deny", "yes", {**settings, "trees": 20, "depth": 4, "learningRate": 0.3, "l2": 5.0}),
        ],
    }, indent=2))
