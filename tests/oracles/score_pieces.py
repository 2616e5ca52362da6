"""The parabolas of ScorePieces.cs: python3 tests/oracles/score_pieces.py"""
import math

FRACTION, SCORE = 54, 16
BORDERS = [-8, -6, -4, -3, -2, -1, 0, 1, 2, 3, 4, 6, 8]


def chance(z):
    return 1 / (1 + math.exp(-z))


def slope(z):
    return max(chance(z) * (1 - chance(z)), 2**-7)


def parabola(f, a, b):
    """Through the ends and the middle of [a, b]: constant, linear, square."""
    middle, half = (a + b) / 2, (b - a) / 2
    first = (f(middle) - f(a)) / half
    second = (f(b) - 2 * f(middle) + f(a)) / (2 * half * half)
    return f(a) - first * a + second * a * middle, first - second * (a + middle), second


def rows(f):
    pieces = [parabola(f, a, b) for a, b in zip(BORDERS, BORDERS[1:])]
    pieces = [(f(BORDERS[0]), 0, 0), *pieces, (f(BORDERS[-1]), 0, 0)]
    return [tuple(round(c * 2 ** (FRACTION - power * SCORE)) for power, c in enumerate(piece)) for piece in pieces]


if __name__ == "__main__":
    for f in (chance, slope):
        print(f.__name__)
        for row in rows(f):
            print("        ({}, {}, {}),".format(*row))
