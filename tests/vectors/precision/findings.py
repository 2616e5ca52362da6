# Reference values at 256 bits for tests/Collab.Statistics.Tests/Inference/PrecisionTests: hard data, written to hard.csv, and what exact
# arithmetic and mpmath 1.3.0 say of it, written to findings.csv. Run in this folder: python3 findings.py
import csv, mpmath as mp
from fractions import Fraction as Q
from tails import student, fisher, chi
mp.mp.prec = 256
state = 20261126
def draw(bits):
    global state
    value = 0
    for _ in range((bits + 31) // 32):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        value = value << 32 | state >> 32
    return value >> (-bits % 32)
N = 300
rows = [dict(
    offset=10**15 + draw(4),                              # 15 digits that say nothing, then the noise
    wide=draw(62) - 2**61,                                # values that fill 62 bits
    near=10**15 + 3 * i + draw(1),                        # nearly a straight line, far from the origin
    time=10**6 + i, bent=(10**6 + i)**2 - 10**12,   # regressors of condition number beyond 10^14
    small=draw(20), group="abc"[i % 3], half="xy"[i % 2],
) for i in range(N)]
for i, row in enumerate(rows): row["response"] = 7 * row["time"] + 2 * row["bent"] + row["small"]
names = list(rows[0])
with open("hard.csv", "w", newline="") as f:
    w = csv.writer(f, lineterminator="\n"); w.writerow(names); w.writerows([[r[n] for n in names] for r in rows])
def real(q): return mp.mpf(q.numerator) / mp.mpf(q.denominator)
def root(q): return mp.sqrt(real(q))
def quantile(tail, p):  # the t whose upper tail is p
    return mp.findroot(lambda t: tail(t) - p, (mp.mpf(2), mp.mpf(2.1)), solver="secant", tol=mp.mpf(2)**-240)
out = []
def say(case, term, name, value): out.append((case, term, name, mp.nstr(value, 40)))
def column(name, only=None): return [Q(r[name]) for r in rows if only is None or only(r)]
def moments(x):
    n = len(x); m = sum(x) / n
    return n, m, sum((v - m)**2 for v in x) / (n - 1)
def one_sample(case, x, null):
    n, m, v = moments(x); t = real(m - null) / root(v / n); tq = quantile(lambda u: student(u, n - 1), mp.mpf("0.025"))
    say(case, "", "statistic", t); say(case, "", "p.value", 2 * student(abs(t), n - 1)); say(case, "", "estimate", real(m))
    say(case, "", "conf.low", real(m) - tq * root(v / n)); say(case, "", "conf.high", real(m) + tq * root(v / n))
def welch(case, x, y):
    n, m, v = moments(x); k, l, w = moments(y)
    a, b = v / n, w / k; df = real((a + b)**2 / (a**2 / (n - 1) + b**2 / (k - 1)))
    t = real(m - l) / root(a + b)
    say(case, "", "statistic", t); say(case, "", "parameter", df); say(case, "", "p.value", 2 * student(abs(t), df))
def anova(case, groups):
    all_ = sum(groups, []); n = len(all_); m = sum(all_) / n
    between = sum(len(g) * (sum(g) / len(g) - m)**2 for g in groups); within = sum(sum((v - sum(g) / len(g))**2 for v in g) for g in groups)
    f = real(between / (len(groups) - 1) / (within / (n - len(groups))))
    say(case, "", "statistic", f); say(case, "", "p.value", fisher(f, len(groups) - 1, n - len(groups)))
def pearson(case, x, y):
    n, mx, vx = moments(x); _, my, vy = moments(y)
    c = sum((a - mx) * (b - my) for a, b in zip(x, y)) / (n - 1)
    r = real(c) / root(vx * vy); rest = 1 - c**2 / (vx * vy)
    t = real(c) / root(vx * vy) * mp.sqrt(n - 2) / root(rest)
    say(case, "", "estimate", r); say(case, "", "statistic", t)
    p = 2 * student(abs(t), n - 2)
    if p > mp.mpf("1e-290"): say(case, "", "p.value", p)
def shape(case, x):
    n, m, _ = moments(x); m2, m3, m4 = (sum((v - m)**k for v in x) / n for k in (2, 3, 4))
    say(case, "", "skewness", real(m3) / root(m2**3)); say(case, "", "kurtosis", real(m4 / m2**2) )
def linear(case, response, covariates):
    X = [[Q(1)] + [Q(r[c]) for c in covariates] for r in rows]; y = column(response); k = len(X[0])
    A = [[sum(r[i] * r[j] for r in X) for j in range(k)] + [sum(r[i] * v for r, v in zip(X, y))] + [Q(int(i == j)) for j in range(k)] for i in range(k)]
    for i in range(k):                                     # Gauss and Jordan over the rationals
        p = next(r for r in range(i, k) if A[r][i]); A[i], A[p] = A[p], A[i]
        A[i] = [v / A[i][i] for v in A[i]]
        for r in range(k):
            if r != i: A[r] = [v - A[r][i] * w for v, w in zip(A[r], A[i])]
    beta = [A[i][k] for i in range(k)]; inverse = [A[i][k + 1:] for i in range(k)]
    rss = sum((v - sum(b * a for a, b in zip(r, beta)))**2 for r, v in zip(X, y)); m = sum(y) / N; tss = sum((v - m)**2 for v in y)
    sigma2 = rss / (N - k)
    for i, term in enumerate(["(Intercept)"] + covariates):
        t = real(beta[i]) / root(sigma2 * inverse[i][i])
        say(case, term, "estimate", real(beta[i])); say(case, term, "std.error", root(sigma2 * inverse[i][i])); say(case, term, "statistic", t)
        p = 2 * student(abs(t), N - k)
        if p > mp.mpf("1e-290"): say(case, term, "p.value", p)
    say(case, "", "sigma", root(sigma2)); say(case, "", "r.squared", real(1 - rss / tss))
one_sample("offset", column("offset"), 10**15 + 7)
one_sample("wide", column("wide"), 0)
welch("welch-offset", column("offset", lambda r: r["half"] == "x"), column("offset", lambda r: r["half"] == "y"))
welch("welch-wide", column("wide", lambda r: r["half"] == "x"), column("wide", lambda r: r["half"] == "y"))
anova("anova-offset", [column("offset", lambda r, g=g: r["group"] == g) for g in "abc"])
pearson("pearson-line", column("near"), column("time"))
pearson("pearson-wide", column("wide"), column("offset"))
shape("shape-offset", column("offset"))
linear("linear-bent", "response", ["time", "bent"])
linear("linear-noise", "small", ["time", "near", "bent"])
with open("findings.csv", "w", newline="") as f:
    w = csv.writer(f, lineterminator="\n"); w.writerow(["case", "term", "name", "value"]); w.writerows(out)
