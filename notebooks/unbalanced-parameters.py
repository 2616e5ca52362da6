"""Recomputes the bounds of protocols/specs/psi-unbalanced.md, "Parameters and why", for the parameters that the search finds, and checks them against
sharper ones: the exact binomial tail, and the placement of random items.

Usage: python3 notebooks/unbalanced-parameters.py > tests/vectors/derived/unbalanced-parameters.json
"""
import json
import math
import random

# M, n, label bytes, N, t, bits of the primes, c, G, B, K: as `collab bench upsi --op search` prints them.
SETS = [
    (1024, 1 << 20, 0, 2048, 307201, (30, 24), 1, 22, 78, 3),
    (1, 1000000, 32, 2048, 40961, (30, 24), 1, 5, 117, 3),
    (65536, 1 << 20, 0, 4096, 737281, (32, 24), 21, 4, 18, 3),
    (1, 10000000, 0, 2048, 40961, (30, 24), 1, 40, 130, 3),
]


def false_positive(m, g, k, t):
    """log2 of M·G·((1 + 2^-42)/t)^K."""
    return math.log2(m) + math.log2(g) - k * (math.log2(t) - math.log2(1 + 2.0**-42))


def overflow(n, h, bins, capacity):
    """The union over bins of Chernoff's bound on more than `capacity` items."""
    if capacity >= n:
        return 0.0
    p, q = h / bins, (capacity + 1) / n
    if q <= p:
        return 1.0
    divergence = q * math.log(q / p) + (1 - q) * math.log((1 - q) / (1 - p))
    return bins * math.exp(-n * divergence)


def exact_overflow(n, h, bins, capacity):
    """The same with the exact binomial tail, summed from its largest term."""
    p, total = h / bins, 0.0
    for i in range(capacity + 1, min(n, capacity + 400) + 1):
        total += math.exp(math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1) + i * math.log(p) + (n - i) * math.log1p(-p))
    return bins * total


def collision(n, h, bins, g, t):
    """bins·C(n, G+1)·(h/bins)^(G+1)·((1 + 2^-42)/t)^G."""
    log = math.log2(bins) + (g + 1) * math.log2(h / bins) - g * math.log2(t / (1 + 2.0**-42))
    return 2.0 ** (log + sum(math.log2((n - i) / (i + 1)) for i in range(g + 1)))


def likely_noise(n, t, primes, places):
    """Ten deviations of the noise of an answer, by bfv.md, for primes of exactly those bits."""
    q = 2.0 ** sum(primes)
    fresh = t / q * math.sqrt(10.5 + 1 / 12)
    norm = 1.1 * t * math.sqrt(n / 12)
    rounding = t / 2.0 ** primes[0] * math.sqrt((1 + 2 * n / 3) / 12)
    return 10 * ((places - 1) * fresh * norm + t / q / 2 + rounding)


def values(tags, label, t):
    """V: tags, and with labels the numbers of nonce and label."""
    bits = t.bit_length() - 1
    return tags + (math.ceil(48 / bits) + math.ceil(8 * label / bits) if label else 0)


def noise_failure(n, t, primes, places, norm_margin, sums):
    """log2 of the chance of any wrong coefficient of an answer: roundings at their largest, Hoeffding's bound for the errors of 42 coins each."""
    unit, norm = t / 2.0 ** sum(primes), norm_margin * t * math.sqrt(n / 12)
    certain = unit / 2 * ((places - 1) * math.sqrt(n) * norm + 1) + 2.0**-46 + t / 2.0 ** primes[0] * 0.51 * (1 + n)
    deviation = unit * math.sqrt(10.5 * (places - 1)) * norm
    assert certain < 0.5
    return math.log2(2 * n * sums) - (0.5 - certain) ** 2 / (2 * deviation**2) / math.log(2)


def measured_noise(rng, n, places, count):
    """Deviations of Σ m·e for plaintexts of random coefficients and errors of 42 coins, in units of √(10.5·Σ m²): about 1, and the largest as of a normal variable."""
    values = []
    for _ in range(count):
        m = [rng.uniform(-1, 1) for _ in range(n * places)]
        e = [rng.getrandbits(21).bit_count() - rng.getrandbits(21).bit_count() for _ in m]
        values.append(sum(a * b for a, b in zip(m, e)) / math.sqrt(10.5 * sum(a * a for a in m)))
    return values


def main():
    result = []
    for m, n, label, degree, t, primes, tables, g, b, k in SETS:
        h, bins = (1 if m == 1 else 3), tables * degree
        bound, exact = overflow(n, h, bins, g * b), exact_overflow(n, h, bins, g * b)
        assert exact <= bound, "Chernoff's bound is a bound"
        assert false_positive(m, g, k, t) <= -40 and bound + collision(n, h, bins, g, t) <= 0.5 and likely_noise(degree, t, primes, b) < 0.5
        result.append({
            "receiver": m, "sender": n, "label": label, "degree": degree, "modulus": t, "tables": tables, "bundles": g, "places": b, "tags": k,
            "falsePositiveLog2": false_positive(m, g, k, t), "placementFailure": bound + collision(n, h, bins, g, t),
            "likelyNoise": likely_noise(degree, t, primes, b),
            "noiseFailureLog2": noise_failure(degree, t, primes, b, 1.1, tables * g * values(k, label, t)),
        })

    # Items thrown at random into bins fail no more often than the bound for a small case says.
    rng, n, bins, capacity, failures = random.Random(1), 24000, 2048, 30, 0
    for _ in range(100):
        loads = [0] * bins
        for _ in range(n):
            loads[rng.randrange(bins)] += 1
        failures += max(loads) > capacity
    assert failures / 100 <= overflow(n, 1, bins, capacity) + 0.15

    # Noise of single coefficients, drawn: Hoeffding's tail at 1, 2 and 3 deviations is not exceeded, and the variance is what is reckoned with.
    noise = measured_noise(rng, 64, 8, 4000)
    assert abs(sum(x * x for x in noise) / len(noise) - 1) < 0.1
    assert all(sum(abs(x) > k for x in noise) / len(noise) <= 2 * math.exp(-k * k / 2) for k in (1, 2, 3))
    print(json.dumps({"source": "notebooks/unbalanced-parameters.py", "licence": "the project's", "generatedBy": "python3 notebooks/unbalanced-parameters.py > tests/vectors/derived/unbalanced-parameters.json", "sets": result}, indent=2))


main()
