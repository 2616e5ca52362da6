#!/usr/bin/env python3
"""What scikit-learn's histogram gradient boosting reaches with the same settings on the same rows: areas under the curve for tests/vectors/trees-sklearn.json.

Usage: python3 tests/oracles/histogram_boosting.py > tests/vectors/trees-sklearn.json   (Debian's python3-sklearn, 1.2.1)

HistGradientBoostingClassifier without early stopping, without a bound on leaves, leaves of one row allowed. Its bound on a leaf's second derivatives is 0.001 and cannot be set; Collab's
minimumChildWeight is therefore that. Columns are given as the numbers of the bins of specs/train-trees.md (boosted_trees.py beside this file), edges of the training rows: bins are a setting, and with quantiles of
the library's own the areas on some hundred held-out rows differ by chance in the second digit. Every fourth row is held out.
"""
import bisect
import csv
import json
import os

import numpy
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from boosted_trees import thresholds

HERE = os.path.dirname(os.path.abspath(__file__))
WORDS = {"no": 0.0, "yes": 1.0, "": float("nan")}


def table(path, label, positive, columns):
    with open(os.path.join(HERE, "..", "..", path), newline="") as file:
        rows = list(csv.DictReader(file))
    names = columns or [c for c in rows[0] if c not in ("id", label)]
    x = numpy.array([[WORDS[r[c]] if r[c] in WORDS else float(r[c]) for c in names] for r in rows])
    return x, numpy.array([1 if r[label] == positive else 0 for r in rows])


def case(path, label, positive, trees, depth, bins, rate, l2, columns=None):
    x, y = table(path, label, positive, columns)
    held = numpy.arange(len(y)) % 4 == 3
    for column in x.T:
        edges = thresholds([v for v in column[~held] if v == v], bins)
        column[:] = [float(bisect.bisect_left(edges, v)) if v == v else v for v in column]
    model = HistGradientBoostingClassifier(max_iter=trees, max_depth=depth, max_bins=255, learning_rate=rate, l2_regularization=l2,
                                           max_leaf_nodes=None, min_samples_leaf=1, early_stopping=False)
    chances = model.fit(x[~held], y[~held]).predict_proba(x)[:, 1]
    area = lambda rows: round(float(roc_auc_score(y[rows], chances[rows])), 6)
    return {"file": os.path.basename(path), "label": label, "positive": positive, "columns": columns, "trees": trees, "depth": depth, "bins": bins, "learningRate": rate, "l2": l2,
            "minimumChildWeight": 0.001, "trainArea": area(~held), "heldOutArea": area(held)}


if __name__ == "__main__":
    german, hmda, nafld = ("tests/data/german_credit.csv", "Class", "Bad"), ("tests/data/hmda.csv", "deny", "yes"), ("notebooks/data/nafld1.csv", "status", "1")
    print(json.dumps({
        "source": "scikit-learn " + sklearn.__version__ + ", HistGradientBoostingClassifier",
        "licence": "the data's: tests/data/README.md, notebooks/data/README.md",
        "generatedBy": "python3 tests/oracles/histogram_boosting.py > tests/vectors/trees-sklearn.json",
        "cases": [
            case(*german, 100, 3, 255, 0.1, 1.0),
            case(*german, 10, 3, 32, 0.3, 1.0),
            case(*hmda, 100, 3, 255, 0.1, 1.0),
            case(*hmda, 10, 3, 32, 0.3, 1.0),
            case(*nafld, 20, 4, 64, 0.3, 1.0, ["age", "male", "weight", "height", "bmi", "futime"]),
        ],
    }, indent=2))
