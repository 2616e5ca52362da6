"""Bounds of BFV: primes of the named sets, worst cases of noise, floods, and the exactness of arithmetic in doubles.

Run with any Python 3; it needs no package. It writes tests/vectors/derived/bfv-noise.json, which
tests/Collab.HomomorphicEncryption.Tests compares with what the code computes. Everything is exact: integers and fractions.

Worst cases are recomputed from the operations, not from the formulas of protocols/specs/bfv.md: an element of
R = Z[X]/(X^N + 1) stands by the largest magnitude of its coefficients; a product in R has at most N times the product of
two magnitudes, a sum the sum. Secrets and u are ternary, errors at most 21, roundings at most 1/2, and at most 51/100
where a base conversion may have moved a number next to a half.
"""
import json
import math
import os
from fractions import Fraction

SETS = {
    "N4096": (4096, 20, [36, 36], 37),
    "N8192": (8192, 20, [43, 43, 44, 44], 44),
    "N16384": (16384, 20, [48] * 8, 48),
    "N32768": (32768, 20, [48] * 17, 48),
}
STANDARD = {4096: 109, 8192: 218, 16384: 438, 32768: 881}
ERROR, TERNARY, HALF, ROUNDING = 21, 1, Fraction(1, 2), Fraction(51, 100)


def is_prime(p):
    if any(p % small == 0 for small in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)):
        return False
    twos = ((p - 1) & -(p - 1)).bit_length() - 1
    for witness in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
        x = pow(witness, (p - 1) >> twos, p)
        if x not in (1, p - 1) and all((x := x * x % p) != p - 1 for _ in range(twos - 1)):
            return False
    return True


def largest_prime(bits, degree, taken):
    p = ((1 << bits) - 2) // (2 * degree) * (2 * degree) + 1
    while p in taken or not is_prime(p):
        p -= 2 * degree
    assert p.bit_length() == bits
    return p


def log2(x):
    """Of a fraction, to about 50 bits, whatever its size."""
    return math.log2(x.numerator) - math.log2(x.denominator)


def bounds(degree, t, primes, special):
    n, q = degree, math.prod(primes)
    unit = Fraction(t, q)                                   # what an error of 1 is as invariant noise

    def times(a, b):
        return n * a * b                                    # a product in R

    symmetric = unit * (ERROR + HALF)                       # e and the rounding of Q·m/t
    # b·u + e + (a·u + e')·s with b = e'' − a·s: what is not the message is e''·u + e + e'·s.
    public = unit * (times(ERROR, TERNARY) + ERROR + times(ERROR, TERNARY) + HALF)

    def product(v1, v2):
        # (t/Q)·c(s) = m + v + t·k, of parts of at most Q/2; m about zero, k an integer polynomial.
        value = unit * (Fraction(q, 2) + times(Fraction(q, 2), TERNARY))
        m, k = Fraction(t, 2), (value + Fraction(t, 2) + HALF) / t
        # k was bounded with v up to a half; the specification's bound is (N + 3)/2.
        assert k <= Fraction(n + 3, 2)
        k = Fraction(n + 3, 2)
        cross = times(m, v2) + times(m, v1) + times(v1, v2) + t * (times(k, v2) + times(k, v1))
        # Three parts are rounded: 1, s and s² multiply the roundings, and s² has coefficients of at most N.
        return cross + unit * (ROUNDING + times(ROUNDING, TERNARY) + times(ROUNDING, times(TERNARY, TERNARY)))

    # Digits about zero, and one more where reduction in doubles leaves one.
    digits = sum((times(Fraction(p, 2) + 1, ERROR) for p in primes), Fraction(0))
    switch = unit * (digits / special + ROUNDING + times(ROUNDING, TERNARY))

    def shorter(count):
        return Fraction(t, math.prod(primes[:count])) * (ROUNDING + times(ROUNDING, TERNARY))

    flood_bits = int(q // (8 * t)).bit_length() - 1
    flood = unit * (1 << flood_bits)
    assert Fraction(1, 16) < flood <= Fraction(1, 8)
    # The second base of products: K products summed are at most K·t·N·Q/2 + 1 after scaling, which must stay below B/4.
    taken, second = [t, *primes, special], 1
    while second <= 4 * t * n * q:
        taken.append(largest_prime(48, degree, taken))
        second *= taken[-1]
    terms = min(1 << 20, second // (2 * t * n * q) - 1)
    assert terms >= 1 and Fraction(terms * t * n * q, 2) + 1 < Fraction(second, 4)
    return {
        "freshSymmetric": log2(symmetric),
        "freshPublic": log2(public),
        "square": log2(product(public, public)),
        "keySwitch": log2(switch),
        "switchToOnePrime": log2(sum((shorter(count) for count in range(1, len(primes))), Fraction(0))),
        "floodBits": flood_bits,
        "flood": log2(flood),
        "productsInOneSum": terms,
    }


def check_doubles():
    """The claims of the section Parameters, 'Why 48 bits', and of step 9, for every degree and 20 primes."""
    k = Fraction(1)
    for _ in range(15):
        assert k * (1 << 47) < 1 << 51                      # quotients of products round rightly
        k += HALF + k / 32
    assert k < 11 and k * (1 << 48) < 1 << 52
    assert (k + 1) * (1 << 47) < 1 << 51                    # primes below 2^47: floors of quotients are exact
    # Inverse: three levels inside registers from |x| <= 1, their sums reduced, the level beside them; then what a pass of three or two levels leaves.
    product = lambda x: HALF + x / 32
    near = max(HALF + product(Fraction(8)), product(HALF + product(Fraction(8))))
    k = Fraction(4, 3)
    assert near <= k and 8 * k < 16
    assert max(2 * product(4 * k), 2 * product(2 * product(2 * k)), product(8 * k), 2 * product(2 * k), product(4 * k)) <= k
    assert product(8 * k) < 1                               # the last results become positive by one addition of p
    # Base conversion: high parts, their quotients by p, and low parts with v·Q.
    terms, y, f = 20, Fraction(3, 4) * (1 << 48), 1 << 47
    assert terms * (y * f + (1 << 47)) < 1 << 99
    assert terms * y / 2 < 1 << 51
    assert terms * (1 << 47) + (Fraction(terms * 3, 4) + HALF) * (1 << 47) < 1 << 53
    # The sum of the quotients y/q by fused steps: half a unit in the last place of each partial sum, and 1/q rounded.
    error = Fraction(0)
    for count in range(1, terms + 1):
        error += Fraction(1 << (count * 3 // 4).bit_length(), 1 << 54) + Fraction(3, 4 << 53)
    assert error < Fraction(1, 1 << 46)
    # Sums of products between reductions.
    assert 1 + 8 * Fraction(3, 4) < 8 and 8 * (1 << 48) <= 1 << 51


def main():
    check_doubles()
    report = {
        "source": "notebooks/bfv-noise.py; log2 of worst cases of the invariant noise, protocols/specs/bfv.md, section Noise",
        "licence": "the project's",
        "generatedBy": "python3 notebooks/bfv-noise.py",
        "sets": [],
    }
    for name, (degree, plain_bits, bits, special_bits) in SETS.items():
        t = largest_prime(plain_bits, degree, [])
        special = largest_prime(special_bits, degree, [t])
        primes = []
        for length in bits:
            primes.append(largest_prime(length, degree, [t, special, *primes]))
        assert special * math.prod(primes) < 1 << STANDARD[degree]
        found = bounds(degree, t, primes, special)
        report["sets"].append({"name": name, "plaintextModulus": str(t), "primes": [str(p) for p in primes], "special": str(special)} | found)
        print(name, {key: round(value, 3) for key, value in found.items()})
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "vectors", "derived", "bfv-noise.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(report, file, indent=1)
        file.write("\n")


main()
