"""Failure probability of the oblivious key-value store, and the sizes that follow from it.

Run with any Python 3; it needs no package. It writes tests/vectors/derived/okvs-parameters.json,
which tests/Collab.Cryptography.Tests compares with what the code computes.

Model. Raghuraman and Rindal (eprint 2022/320), section 3.2, weight 3: n keys in a sparse part of e*n columns leave a gap
(a 2-core that peeling cannot dissolve) with probability at most 2^-bits,

    bits(n, e) = L(n) * (e - 1.223) - 9.2
    log2 L(n)  = 0.55 log2 n + 0.093 v^3 - 1.01 v^2 + 2.92 v - 0.13,  v = log2 3         (equations 2 and 3)

apart from small structures (two keys with the same three columns and the like), for which there are
g = ceil(bits / log2(e n)) dense columns. The line is an empirical one, from up to 2^27 trials a point in the paper;
Monte Carlo trials of our own code are in tests/Collab.Cryptography.Tests/Okvs/OkvsFailureTests.cs.

Keys fall into bins at random. The paper bounds the largest load of a bin first and takes the expansion for that load.
Here both are one sum: a bin of k keys has m columns whatever k is, so it fails with probability at most

    sum over k of Binomial(n, 1/bins)(k) * min(1, 2^-bits(k, m / k)),

and a union bound over bins gives the store's. Loads that are rare need not be as safe as the usual load.
The code does not sum; it uses a closed form, whose sum is computed here and must not exceed 2^-40.

Closed form. With mean load k = n / bins and its deviation s = sqrt(k (1 - 1/bins)), a load of k + x s loses about r x bits,
r = L(k) * e * s / k, and has a probability of about 2^(-x^2 / (2 ln 2)). The worst x costs r^2 ln(2) / 2 bits in all,
and ALLOWANCE bits are added; the sum shows what margin is left.
"""
import json
import math
import os

WEIGHT = 3
THRESHOLD = 1.223
OFFSET = 9.2
DENSE_ONLY = 64          # up to so many keys there is no sparse part: below 2^6 the line is not claimed to hold
BIN_ITEMS = 1 << 15
ALLOWANCE = 0.0
SLOPE_EXPANSION = 1.3    # e in r; the result is between 1.25 and 1.33 wherever there is more than one bin


def slope(n):
    v = math.log2(WEIGHT)
    return 2.0 ** (0.55 * math.log2(n) + 0.093 * v**3 - 1.01 * v**2 + 2.92 * v - 0.13)


def parameters(n, bits=40):
    """Bins, sparse columns of a bin, dense columns of a bin."""
    if n <= DENSE_ONLY:
        return 1, 0, max(n, 1)
    bins = max(1, (n + BIN_ITEMS // 2 - 1) // BIN_ITEMS)
    load = n / bins
    needed = bits + math.log2(bins)
    extra = 0.0
    if bins > 1:
        rate = slope(load) * SLOPE_EXPANSION * math.sqrt(load * (1 - 1 / bins)) / load
        extra = rate * rate * math.log(2) / 2 + ALLOWANCE
    expansion = THRESHOLD + (needed + OFFSET + extra) / slope(load)
    sparse = math.ceil(expansion * load)
    dense = math.ceil(needed / ((WEIGHT - 2) * math.log2(sparse)))
    return bins, sparse, dense


def log2_binomial(n, k, p):
    return (math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) + k * math.log(p) + (n - k) * math.log1p(-p)) / math.log(2)


def failure_bits(n, bins, sparse):
    """-log2 of the union bound, all loads of a bin summed."""
    if bins == 1:
        return slope(n) * (sparse / n - THRESHOLD) - OFFSET
    load = n / bins
    deviation = math.sqrt(load * (1 - 1 / bins))
    low, high = max(1, int(load - 20 * deviation)), min(n, int(load + 20 * deviation))
    total = 0.0
    for k in range(low, high + 1):
        line = slope(k) * (sparse / k - THRESHOLD) - OFFSET
        total += 2.0 ** (log2_binomial(n, k, 1 / bins) - max(0.0, line))
    total += 2.0 ** log2_binomial(n, high, 1 / bins) * 4 if high < n else 0.0     # beyond 20 deviations
    return -math.log2(total * bins)


def duplicate_bits(n, bins, sparse, dense):
    """-log2 of the chance that any bin has more than `dense` pairs of keys with the same three columns."""
    load = n / bins
    mean = load * load / 2 * 6 / float(sparse) ** 3
    k = dense + 1
    return -(k * math.log2(mean) - math.lgamma(k + 1) / math.log(2)) - math.log2(bins)


if __name__ == "__main__":
    rows = []
    for n in [0, 1, 2, 64, 65, 100, 128, 256, 1000, 1 << 10, 1 << 12, 1 << 14, 1 << 15, 49152, 49153, 1 << 16, 100000,
              1 << 17, 200000, 1 << 18, 1 << 19, 1 << 20, 1000000, 1 << 22, 10000000, 1 << 24, 1 << 26, 100000000, 1 << 28]:
        bins, sparse, dense = parameters(n)
        size = bins * (sparse + dense)
        row = {"itemCount": n, "bins": bins, "sparse": sparse, "dense": dense, "size": size}
        rows.append(row)
        if sparse:
            bits, twins = failure_bits(n, bins, sparse), duplicate_bits(n, bins, sparse, dense)
            print(f"{n:>10} bins {bins:>5} sparse {sparse:>7} dense {dense} expansion {size / n:.4f} line 2^-{bits:.1f} duplicates 2^-{twins:.0f}")
            assert bits >= 40 and twins >= 40, row
    # Between the rows: every number of keys on a fine grid.
    n = 65
    while n < 1 << 22:
        bins, sparse, dense = parameters(n)
        if bins < 2 or n % 7 == 0:
            assert failure_bits(n, bins, sparse) >= 40 and duplicate_bits(n, bins, sparse, dense) >= 40, n
        n += 1 + n // 40
    here = os.path.dirname(os.path.abspath(__file__))
    path = os.path.join(here, "..", "tests", "vectors", "derived", "okvs-parameters.json")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        json.dump({
            "source": "eprint 2022/320, section 3.2, equations 2 and 3; bins summed as in notebooks/okvs-failure-probability.py",
            "generatedBy": "notebooks/okvs-failure-probability.py",
            "statisticalBits": 40,
            "cases": rows,
        }, file, indent=2)
        file.write("\n")
