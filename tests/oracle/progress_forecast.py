"""Writes progress_forecast.csv: forecasts of counts, their quantiles by scipy, not by jiju.

Run: pip install scipy==1.16.3; python progress_forecast.py

Each case: firms accepted in each of the weeks, oldest first, all on the last day of their week; days ahead; confidence; firms
missing. mean = N h / t, variance = phi mean (1 + h / t), a negative binomial with these moments.
"""

import csv
from pathlib import Path

import numpy as np
from scipy.stats import nbinom

CASES = [
    ([7, 7, 7, 7, 7, 7, 7, 7], 28, 0.8, 20),
    ([3, 5, 4, 6, 2, 8, 1, 4], 10, 0.9, 5),
    ([0, 0, 40, 0, 0, 60, 0, 0], 31, 0.8, 50),
    ([120, 90, 150, 133, 90, 0, 0, 20], 31, 0.8, 149),
    ([1, 0, 0, 0], 120, 0.95, 2),
    ([10, 12, 9, 11, 13], 1, 0.5, 1),
]

with open(Path(__file__).with_suffix(".csv"), "w", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow("weeks ahead confidence missing dispersion mean lower upper met".split())
    for weeks, ahead, confidence, missing in CASES:
        counts = np.array(weeks, dtype=float)
        dispersion = max(1.0, counts.var(ddof=1) / counts.mean())
        part = ahead / (7 * len(weeks))
        mean = counts.sum() * part
        variance = dispersion * mean * (1 + part)
        # scipy's n and p from the first two moments.
        p = mean / variance
        distribution = nbinom(mean * p / (1 - p), p)
        lower, upper = distribution.ppf([(1 - confidence) / 2, (1 + confidence) / 2])
        met = distribution.sf(missing - 1)
        numbers = [float(dispersion), float(mean), int(lower), int(upper), float(met)]
        writer.writerow([" ".join(map(str, weeks)), ahead, confidence, missing, *numbers])
