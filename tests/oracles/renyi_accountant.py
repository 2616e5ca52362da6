#!/usr/bin/env python3
"""Rényi divergences of Gaussian noise with rows taken by chance, by numerical integration of the definition, and the exact (ε, δ) of Gaussians: what tests hold the accountant against.

Usage: python3 tests/oracles/renyi_accountant.py > tests/vectors/renyi.json   (Debian's python3-scipy)

Nothing of the accountant's formulas is here: D_α(P || Q) = 1/(α − 1)·log ∫ p^α q^(1 − α) on a grid, the larger of both directions, for p a Gaussian and q its mixture with one shifted by 1;
ε from Φ(μ/2 − ε/μ) − e^ε·Φ(−μ/2 − ε/μ) = δ (Balle, Wang 2018, theorem 8), with μ = √rounds/z.
"""
import json
import math

import numpy
from scipy import optimize, stats


def divergence(noise, rate, order):
    x = numpy.linspace(-60 * noise - 40, 60 * noise + 40 + order, 2_000_001)
    plain = stats.norm.logpdf(x, 0, noise)
    mixed = numpy.logaddexp(math.log1p(-rate) + plain, math.log(rate) + stats.norm.logpdf(x, 1, noise)) if rate < 1 else stats.norm.logpdf(x, 1, noise)

    def of(p, q):
        logs = order * p + (1 - order) * q
        return (logs.max() + math.log(numpy.trapz(numpy.exp(logs - logs.max()), x))) / (order - 1)

    return max(of(mixed, plain), of(plain, mixed))


def exact(noise, rounds, delta):
    mu = math.sqrt(rounds) / noise
    return optimize.brentq(lambda e: stats.norm.cdf(mu / 2 - e / mu) - math.exp(e) * stats.norm.cdf(-mu / 2 - e / mu) - delta, 0, 100)


if __name__ == "__main__":
    print(json.dumps({
        "source": "numerical integration of the definitions",
        "generatedBy": "python3 tests/oracles/renyi_accountant.py > tests/vectors/renyi.json",
        "divergences": [{"noise": z, "rate": q, "order": a, "value": divergence(z, q, a)} for z, q, a in [
            (4, 0.01, 2), (4, 0.01, 8), (4, 0.01, 32), (1, 0.02, 2), (1, 0.02, 4), (1, 0.02, 8), (2, 0.1, 3), (2, 0.1, 6), (5, 0.5, 4), (0.7, 0.3, 5), (2, 1, 2.5), (10, 1, 40)]],
        "exact": [{"noise": z, "rounds": t, "delta": d, "epsilon": exact(z, t, d)} for z, t, d in [(10, 1, 1e-5), (10, 25, 1e-5), (10, 100, 1e-6), (2, 4, 1e-6), (1, 9, 1e-5), (50, 1000, 1e-8)]],
    }, indent=1))
