#!/usr/bin/env python3
"""Features of Boston mortgages as scikit-learn makes them, and weights of evidence from their definition: what tests compare recipes with.

Usage: python3 tests/oracles/features.py > tests/vectors/features.json      (scikit-learn 1.2.1, NumPy 1.24.2, SciPy 1.10.1)

Rows 3, 7, 11, … from 0 are held out: recipes are fitted on the others and applied to all. Of pirat and hirat every value of rows 2, 9, 16, … is taken as missing. Numbers have 9 digits.
"""
import csv
import json
import math
import os
import sys

import numpy
import scipy.stats
import sklearn
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "hmda.csv")
with open(DATA, newline="") as file:
    ROWS = list(csv.DictReader(file))
TRAIN = [i for i in range(len(ROWS)) if i % 4 != 3]
LABELS = numpy.array([1 if row["deny"] == "yes" else 0 for row in ROWS])


def numbers(name, gaps=False):
    return numpy.array([[math.nan if gaps and i % 7 == 2 else round(float(row[name]), 9)] for i, row in enumerate(ROWS)])


def transformed(pipeline, column, train=TRAIN):
    return pipeline.fit(column[train]).transform(column)


def summary(matrix):
    matrix = numpy.asarray(matrix)
    return {"head": matrix[:12].tolist(), "sums": matrix.sum(axis=0).tolist(), "squares": (matrix ** 2).sum(axis=0).tolist()}


def evidence(groups):
    """Weights and information value of a list of (goods, bads): half a row is added to both where one is 0; a group of no rows weighs 0."""
    goods, bads = sum(g for g, _ in groups), sum(b for _, b in groups)
    weights, value = [], 0.0
    for g, b in groups:
        if g + b == 0:
            weights.append(0.0)
            continue
        if g == 0 or b == 0:
            g, b = g + 0.5, b + 0.5
        weights.append(math.log((g / goods) / (b / bads)))
        value += (g / goods - b / bads) * weights[-1]
    return {"weights": weights, "value": value}


def counts(codes, bins):
    return [(int(((codes == b) & (LABELS[TRAIN] == 0)).sum()), int(((codes == b) & (LABELS[TRAIN] == 1)).sum())) for b in range(bins)]


history = numpy.array([[row["chist"]] for row in ROWS])
seen = [i for i in TRAIN if ROWS[i]["chist"] != "6"]
levels = sorted(set(history[TRAIN].ravel()))
by_level = counts(numpy.array([levels.index(v) for v in history[TRAIN].ravel()]), len(levels))
unemployment = numbers("unemp").ravel()[TRAIN]
edges = numpy.linspace(unemployment.min(), unemployment.max(), 6)[1:-1]
by_width = counts(numpy.searchsorted(edges, unemployment, side="left"), 5)
chi = [float(scipy.stats.chi2_contingency([a, b], correction=False)[0]) for a, b in zip(by_level, by_level[1:])]

columns = numpy.array([[float(row[name]) for name in ("pirat", "hirat", "lvrat", "unemp", "chist", "mhist")] for row in ROWS])
correlations = numpy.corrcoef(columns.T)
inflation = numpy.diag(numpy.linalg.inv(correlations))
halves = [numpy.histogram(numpy.searchsorted(edges, numbers("unemp").ravel()[part], side="left"), bins=range(6))[0] for part in (slice(0, 1190), slice(1190, None))]
shares = [numpy.maximum(half, 0.5) / half.sum() for half in halves]
moved = sum((q - p) * math.log(q / p) for p, q, a, b in zip(*shares, *halves) if a + b > 0)

json.dump({
    "source": "tests/data/hmda.csv", "generatedBy": "python3 tests/oracles/features.py",
    "versions": {"scikit-learn": sklearn.__version__, "numpy": numpy.__version__, "scipy": scipy.__version__},
    "standardized_mean": summary(transformed(make_pipeline(SimpleImputer(strategy="mean"), StandardScaler()), numbers("pirat", True))),
    "standardized_median_indicator": summary(transformed(make_pipeline(SimpleImputer(strategy="median", add_indicator=True)), numbers("hirat", True))),
    "range": summary(transformed(MinMaxScaler(), numbers("lvrat"))),
    "levels": summary(transformed(OneHotEncoder(handle_unknown="ignore", sparse_output=False), history, seen)),
    "correlations": correlations.tolist(), "inflation": inflation.tolist(),
    "stability": {"expected": halves[0].tolist(), "actual": halves[1].tolist(), "index": moved},
    "evidence_levels": {"counts": by_level, **evidence(by_level), "chi": chi},
    "evidence_width": {"edges": edges.tolist(), "counts": by_width, **evidence(by_width)},
}, sys.stdout, indent=1)
print()
