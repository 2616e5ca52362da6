"""Parameters of private retrieval: how long the secret must be, and how often a byte is wrong.

Run with any Python 3; it needs no package. It writes tests/vectors/derived/retrieval-parameters.json, which
tests/Collab.Pir.Tests compares with what the code has.

Security. Learning with errors, uniform secret of n words modulo q = 2^32, errors of deviation s. Primal attack (uSVP): block size
beta and m samples succeed where

    sqrt(beta) * s <= delta(beta)^(2 beta - d - 1) * q^(m / d),     d = m + n + 1

(Alkim, Ducas, Poeppelmann, Schwabe 2016; a uniform secret is turned into one distributed as the errors). Its cost is that of the
homomorphic encryption standard of 2018: 2^(0.292 beta + 16.4 + log2(8 d)). The attacker chooses m.

Correctness. The noise of a byte is a sum over columns of D[r, c] * e_c with |D| <= 128 and e_c the difference of two times 82 coins:
by Hoeffding it leaves 2^23 with probability at most 2 exp(-2^46 / (2 * 41 * 2^14 * columns)).
"""
import json
import math
import os

LOG_Q, COINS, LARGEST_COLUMNS, SCALE_BITS = 32, 82, 1 << 20, 24
DEVIATION = math.sqrt(COINS / 2)


def delta(beta):
    return ((math.pi * beta) ** (1 / beta) * beta / (2 * math.pi * math.e)) ** (1 / (2 * (beta - 1)))


def security(n, log_q, deviation):
    for beta in range(100, 800):
        for m in range(n // 2, 3 * n, 8):
            d = m + n + 1
            left = 0.5 * math.log(beta) + math.log(deviation)
            right = (2 * beta - d - 1) * math.log(delta(beta)) + m / d * log_q * math.log(2)
            if left <= right:
                return beta, 0.292 * beta + 16.4 + math.log2(8 * d)


def wrong_bits(columns):
    return 2 ** (2 * (SCALE_BITS - 1)) / (2 * (COINS / 2) * 2 ** 14 * columns) / math.log(2) - 1


rows = {n: security(n, LOG_Q, DEVIATION) for n in (1024, 1088, 1152)}
for n, (beta, bits) in rows.items():
    print(f"n = {n}: block size {beta}, {bits:.1f} bits")
print("the standard's uniform row, n = 1024 and 29 bits: %.1f bits" % security(1024, 29, 3.19)[1])
secret = min(n for n, (_, bits) in rows.items() if bits >= 128 + 10)
print(f"taken: n = {secret}; a byte of a table of 2^20 columns is wrong with chance 2^-{wrong_bits(LARGEST_COLUMNS):.1f}")
assert secret == 1152 and wrong_bits(LARGEST_COLUMNS) - 31 >= 40

with open(os.path.join(os.path.dirname(__file__), "../tests/vectors/derived/retrieval-parameters.json"), "w") as out:
    json.dump({
        "source": "notebooks/retrieval-parameters.py",
        "licence": "the project's",
        "generatedBy": "python3 notebooks/retrieval-parameters.py",
        "secretSize": secret,
        "errorCoins": COINS,
        "scaleBits": SCALE_BITS,
        "largestColumns": LARGEST_COLUMNS,
        "securityBits": round(rows[secret][1], 1),
        "wrongByteBits": round(wrong_bits(LARGEST_COLUMNS), 1),
    }, out, indent=1)
    out.write("\n")
