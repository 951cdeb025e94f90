"""Statistics by their definitions, in rational numbers where a peer loses digits."""

from fractions import Fraction

import numpy as np


def centred(values):
    """The values less their mean, in rational numbers before they are rounded once."""
    exact = [Fraction(float(value)) for value in values]
    mean = sum(exact) / len(exact)
    return np.array([float(value - mean) for value in exact])


def general_g(values, w):
    """Getis and Ord's G, its mean, variance and z by rational numbers."""
    x = [Fraction(float(value)) for value in values]
    n = len(x)
    matrix = w.sparse.tocoo()
    pairs = {(int(i), int(j)): Fraction(float(v)) for i, j, v in zip(matrix.row, matrix.col, matrix.data)}
    s0 = sum(pairs.values())
    s1 = sum((v + pairs.get((j, i), 0)) ** 2 for (i, j), v in pairs.items()) / 2
    s1 += sum(v**2 for (i, j), v in pairs.items() if (j, i) not in pairs) / 2
    rows, columns = [Fraction(0)] * n, [Fraction(0)] * n
    for (i, j), v in pairs.items():
        rows[i] += v
        columns[j] += v
    s2 = sum((a + b) ** 2 for a, b in zip(rows, columns))
    m = [sum(value**power for value in x) for power in range(5)]
    b0 = (n * n - 3 * n + 3) * s1 - n * s2 + 3 * s0**2
    b1 = -((n * n - n) * s1 - 2 * n * s2 + 6 * s0**2)
    b2 = -(2 * n * s1 - (n + 3) * s2 + 6 * s0**2)
    b3 = 4 * (n - 1) * s1 - 2 * (n + 1) * s2 + 8 * s0**2
    b4 = s1 - s2 + s0**2
    square = b0 * m[2] ** 2 + b1 * m[4] + b2 * m[1] ** 2 * m[2] + b3 * m[1] * m[3] + b4 * m[1] ** 4
    square /= (m[1] ** 2 - m[2]) ** 2 * n * (n - 1) * (n - 2) * (n - 3)
    mean = s0 / (n * (n - 1))
    g = sum(v * x[i] * x[j] for (i, j), v in pairs.items()) / (m[1] ** 2 - m[2])
    variance = square - mean**2
    z = float(g - mean) / float(variance) ** 0.5 if variance > 0 else float("nan")
    return float(g), float(mean), float(variance), z


def joins(values, w):
    """Join counts, their expectations and variances without replacement (Cliff and Ord 1981)."""
    n, black = len(values), float(values.sum())
    white = n - black
    x = values
    bb = float(x @ (w.sparse @ x)) / 2
    ww = float((1 - x) @ (w.sparse @ (1 - x))) / 2
    bw = w.s0 / 2 - bb - ww
    falling = lambda count, k: np.prod([count - i for i in range(k)])
    s0, s1, s2 = w.s0, w.s1, w.s2

    def same(count):
        p = [falling(count, k) / falling(n, k) for k in range(5)]
        mean = s0 / 2 * p[2]
        return mean, (s1 * (p[2] - 2 * p[3] + p[4]) + s2 * (p[3] - p[4]) + s0**2 * p[4]) / 4 - mean**2

    mean_bb, variance_bb = same(black)
    mean_ww, variance_ww = same(white)
    pair = black * white / falling(n, 2)
    triple = black * white * (n - 2) / falling(n, 3)
    four = falling(black, 2) * falling(white, 2) / falling(n, 4)
    mean_bw = s0 * pair
    variance_bw = (2 * s1 * pair + (s2 - 2 * s1) * triple + 4 * (s0**2 + s1 - s2) * four) / 4 - mean_bw**2
    return [bb, bw, ww], [mean_bb, mean_bw, mean_ww], [variance_bb, variance_bw, variance_ww]


def getis(values, neighbours, star):
    """Ord and Getis' z of Gi and Gi* by binary weights; what is left of the squares without an outlier is taken in rational numbers."""
    x = [Fraction(float(value)) for value in values]
    n, total, squares = len(x), sum(x), sum(value * value for value in x)
    out = np.full(n, np.nan)
    for unit, own in enumerate(neighbours):
        count, m = len(own) + star, n if star else n - 1
        mean = (total - (0 if star else x[unit])) / m
        square = (squares - (0 if star else x[unit] ** 2)) / m - mean**2
        variance = square * count * (m - count) / (m - 1)
        if variance > 0:
            out[unit] = float(sum(x[other] for other in own) + star * x[unit] - count * mean) / float(variance) ** 0.5
    return out


def moran_z(values, neighbours):
    """z of the local I of row-standardised neighbours: that of Gi, with the sign of the unit's own deviation."""
    x = [Fraction(float(value)) for value in values]
    mean = sum(x) / len(x)
    sign = np.array([float((value > mean) - (value < mean)) for value in x])
    return sign * getis(values, neighbours, 0)


def two_sided(values, neighbours, permutations, chance):
    """Twice the smaller share of random orders whose sum of neighbours is as large, or as small, for each unit."""
    out = []
    for unit, own in enumerate(neighbours):
        others = np.delete(values, unit)
        sums = np.array([chance.choice(others, len(own), replace=False).sum() for _ in range(permutations)])
        told, near = values[own].sum(), 1e-12 * np.abs(values).max() * len(own)
        out.append(min(1.0, 2 * (min((sums >= told - near).sum(), (sums <= told + near).sum()) + 1) / (permutations + 1)))
    return np.array(out)


def quadrants(values, neighbours):
    """The quadrant of each unit and the mean of its neighbours, in rational numbers; 0 on a mean."""
    x = [Fraction(float(value)) for value in values]
    mean = sum(x) / len(x)
    out = []
    for unit, own in enumerate(neighbours):
        one, other = x[unit] - mean, sum((x[near] - mean for near in own), Fraction(0))
        out.append(0 if not (one and other) else (1 if other > 0 else 4) if one > 0 else (2 if other > 0 else 3))
    return out
