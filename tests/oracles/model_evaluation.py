#!/usr/bin/env python3
"""What scikit-learn says of models' scores, rounded to whole numbers: what tests compare evaluations with.

Usage: /usr/bin/python3 tests/oracles/model_evaluation.py > tests/vectors/evaluation.json

Needs scikit-learn (1.2.1) and scipy (1.10.1). The models only make scores that look like some; every fourth row is evaluated on.
"""
import csv
import json
import os

import numpy as np
import sklearn
from scipy.stats import ks_2samp
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import (accuracy_score, confusion_matrix, f1_score, mean_absolute_error, mean_squared_error, precision_score, r2_score,
                             recall_score, roc_auc_score, roc_curve)

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data")


def table(name):
    with open(os.path.join(DATA, name), newline="") as file:
        return list(csv.DictReader(file))


def scaled(rows, names):
    x = np.array([[float(r[c]) for c in names] for r in rows])
    return (x - x.mean(axis=0)) / x.std(axis=0)


def classes(name, label, positive, names, fraction, cut_offs):
    rows = table(name)
    x, y = scaled(rows, names), np.array([r[label] == positive for r in rows]).astype(int)
    held = np.arange(len(rows)) % 4 == 3
    logits = LogisticRegression().fit(x[~held], y[~held]).decision_function(x[held])
    labels, scores = y[held], np.rint(logits * 2 ** fraction).astype(int)
    false_rate, true_rate, thresholds = roc_curve(labels, scores, drop_intermediate=False)
    at = []
    for cut in cut_offs:
        predicted = (scores >= cut).astype(int)
        (tn, fp), (fn, tp) = confusion_matrix(labels, predicted).tolist()
        last = np.flatnonzero(thresholds >= cut)[-1]
        at.append({"cutOff": cut, "confusion": [tp, fp, fn, tn], "precision": precision_score(labels, predicted), "recall": recall_score(labels, predicted),
                   "accuracy": accuracy_score(labels, predicted), "f1": f1_score(labels, predicted), "rocPoint": [false_rate[last], true_rate[last]]})
    return {"file": name, "task": "classification", "fraction": fraction, "labels": labels.tolist(), "scores": scores.tolist(), "auc": roc_auc_score(labels, scores),
            "ks": ks_2samp(scores[labels == 1], scores[labels == 0]).statistic, "cutOffs": at}


def chances(name, label, positive, names, fraction, bins):
    rows = table(name)
    x, y = scaled(rows, names), np.array([r[label] == positive for r in rows]).astype(int)
    held = np.arange(len(rows)) % 4 == 3
    scores = np.rint(LogisticRegression().fit(x[~held], y[~held]).predict_proba(x[held])[:, 1] * 2 ** fraction).astype(int)
    actual, predicted = calibration_curve(y[held], scores / 2 ** fraction, n_bins=bins)
    return {"file": name, "task": "calibration", "fraction": fraction, "labels": y[held].tolist(), "scores": scores.tolist(), "bins": bins,
            "predicted": predicted.tolist(), "actual": actual.tolist()}


def numbers(name, label, names, fraction):
    rows = table(name)
    x, y = scaled(rows, names), scaled(rows, [label])[:, 0]
    held = np.arange(len(rows)) % 4 == 3
    predicted = LinearRegression().fit(x[~held], y[~held]).predict(x[held])
    labels, scores = np.rint(y[held] * 2 ** fraction).astype(int), np.rint(predicted * 2 ** fraction).astype(int)
    a, b = labels / 2 ** fraction, scores / 2 ** fraction
    return {"file": name, "task": "regression", "fraction": fraction, "labels": labels.tolist(), "scores": scores.tolist(), "meanError": float((b - a).mean()),
            "meanAbsoluteError": mean_absolute_error(a, b), "rootMeanSquaredError": mean_squared_error(a, b, squared=False), "determination": r2_score(a, b)}


GERMAN = ["Duration", "Amount", "InstallmentRatePercentage", "ResidenceDuration", "Age", "NumberExistingCredits", "NumberPeopleMaintenance", "Telephone"]
MORTGAGE = ["pirat", "hirat", "lvrat", "chist", "mhist", "unemp"]
print(json.dumps({
    "source": f"scikit-learn {sklearn.__version__}",
    "licence": "the data's: tests/data/README.md",
    "generatedBy": "/usr/bin/python3 tests/oracles/model_evaluation.py > tests/vectors/evaluation.json",
    "cases": [
        classes("german_credit.csv", "Class", "Bad", GERMAN, 4, [-12, -20, -4, -28]),
        classes("hmda.csv", "deny", "yes", MORTGAGE, 8, [-512, -256, -640]),
        chances("german_credit.csv", "Class", "Bad", GERMAN, 12, 4),
        numbers("german_credit.csv", "Amount", [c for c in GERMAN if c != "Amount"], 8),
    ],
}))
