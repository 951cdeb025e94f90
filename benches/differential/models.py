"""Spatial regressions by maximum likelihood, solved densely: the root of the score, with columns made orthogonal before they are multiplied."""

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm


def solved(kind, y, x, w):
    """Estimates, standard errors, z, p and residuals of a lag or an error model, as spreg orders them."""
    n = len(y)
    y, design = np.ravel(y), np.column_stack([np.ones(n), x])
    eigenvalues = np.linalg.eigvals(w)
    identity = np.eye(n)

    def at(coefficient):
        """Estimates, the columns that they are of, what is left, and the slope of half its squares."""
        filtered = identity - coefficient * w
        own = design if kind == "lag" else filtered @ design
        q, r = np.linalg.qr(own)
        target = filtered @ y
        estimates = np.linalg.solve(r, q.T @ target)
        left = target - q @ (q.T @ target)
        moved = w @ y if kind == "lag" else w @ (y - design @ estimates)
        return estimates, q, r, left, float(left @ moved)

    def score(coefficient):
        *_, left, slope = at(coefficient)
        return -float((eigenvalues / (1 - coefficient * eigenvalues)).sum().real) + n * slope / float(left @ left)

    coefficient = brentq(score, -1 + 1e-9, 1 - 1e-9, xtol=1e-14, rtol=1e-14)
    estimates, q, r, left, _ = at(coefficient)
    variance = float(left @ left) / n
    spread = w @ np.linalg.inv(identity - coefficient * w)
    trace, square = np.trace(spread), np.trace(spread @ spread) + np.trace(spread.T @ spread)
    k = design.shape[1]
    information = np.zeros((k + 2, k + 2))
    information[:k, :k] = np.eye(k) / variance
    information[k, k], information[k, k + 1], information[k + 1, k + 1] = square, trace / variance, n / (2 * variance**2)
    if kind == "lag":
        shifted = spread @ (design @ estimates)
        information[:k, k] = q.T @ shifted / variance
        information[k, k] += shifted @ shifted / variance
    information = np.triu(information) + np.triu(information, 1).T
    # Columns and σ² have units of their own: the inverse is taken of what has 1 on the diagonal.
    unit = 1 / np.sqrt(np.diag(information))
    inverse = np.linalg.inv(information * np.outer(unit, unit)) * np.outer(unit, unit)
    back = np.linalg.inv(r)
    errors = np.append(np.sqrt(np.diag(back @ inverse[:k, :k] @ back.T)), np.sqrt(inverse[k, k]))
    every = np.append(estimates, coefficient)
    residuals = left if kind == "lag" else y - design @ estimates
    return every, errors, every / errors, 2 * norm.sf(np.abs(every / errors)), residuals
