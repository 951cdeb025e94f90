"""Classes of values: jiju against mapclassify."""

import signal

import mapclassify
import numpy as np

import patterns

OF_K = {
    "equal-interval": mapclassify.EqualInterval,
    "quantile": mapclassify.Quantiles,
    "maximum-breaks": mapclassify.MaximumBreaks,
    "pretty": mapclassify.PrettyBreaks,
}
ALONE = {
    "head-tail": mapclassify.HeadTailBreaks,
    "mean-standard-deviation": mapclassify.StdMean,
    "standard-deviation": lambda y: mapclassify.StdMean(y, anchor=True),
    "box-plot": mapclassify.BoxPlot,
    "box-plot:3": lambda y: mapclassify.BoxPlot(y, hinge=3.0),
    "percentiles": mapclassify.Percentiles,
}
# Searches for the least loss: only the loss is held, and may be smaller.
LOSSES = {
    "fisher-jenks": mapclassify.FisherJenks,
    "jenks-caspall": mapclassify.JenksCaspall,
    "jenks-caspall-forced": mapclassify.JenksCaspallForced,
}


def squares(values, bounds):
    values, bounds = values - values[0], np.asarray(bounds) - values[0]
    of = np.searchsorted(bounds, values, side="left")
    return sum(float(((part - part.mean()) ** 2).sum()) for part in (values[of == k] for k in np.unique(of)))


def absolutes(values, bounds):
    of = np.searchsorted(bounds, values, side="left")
    return sum(float(np.abs(part - np.median(part)).sum()) for part in (values[of == k] for k in np.unique(of)))


def least_squares(values, k):
    """The least sum of squares of k classes, by dynamic programming over unlike values in extended precision."""
    unlike, counts = np.unique(values - np.median(values), return_counts=True)
    weight, first, second = (np.concatenate([[0], np.cumsum(c.astype(np.longdouble))]) for c in (counts, counts * unlike, counts * unlike.astype(np.longdouble) ** 2))

    def loss(low, high):
        n, s, q = weight[high] - weight[low], first[high] - first[low], second[high] - second[low]
        return np.maximum(q - s * s / n, 0)

    best = np.array([loss(0, high) for high in range(1, len(unlike) + 1)])
    for _ in range(1, min(k, len(unlike))):
        best = np.array([min(best[high], *(best[low - 1] + loss(low, high + 1) for low in range(1, high + 1))) if high else best[0] for high in range(len(unlike))])
    return float(best[-1])


def peers(make):
    """The peer's classes; None where it has none, or no end."""

    def no_end(*_):
        raise TimeoutError

    signal.signal(signal.SIGALRM, no_end)
    signal.alarm(10)
    try:
        return make()
    except Exception:  # The peer's refusals are of many kinds, and each is told as one.
        return None
    finally:
        signal.alarm(0)


def bounds_agree(case, scheme, values, found, make):
    theirs = peers(make)
    quantity = f"classes, {scheme}"
    if found is None or theirs is None:
        if (found is None) != (theirs is None):
            # Where all values are alike there is one class here, and an error there.
            case.hold(quantity, [0.0 if found else 1.0], [1.0 if found else 0.0], reasons=[("refused", theirs is None)])
        return
    ours = np.array(found["breaks"])
    of = lambda bounds: np.searchsorted(np.asarray(bounds), values, side="left")
    gaps = np.sort(np.diff(np.sort(values)))[::-1]
    cuts = len(ours) - 1
    is_tied = scheme == "maximum-breaks" and len(gaps) > cuts > 0 and gaps[cuts - 1] - gaps[cuts] <= 1e-12 * max(scale_of(values), 1e-300)
    tied = [("tie", is_tied)]
    # Bounds that hold nothing, coincide or lie beyond the values are told once or not at all here: what counts is who is with whom.
    expected = np.asarray(theirs.bins, dtype=float)
    scale = scale_of(values)
    if len(ours) == len(expected):
        case.hold(quantity, ours, expected, scale=scale, reasons=[("empty class", np.array_equal(dense(of(ours)), dense(of(expected)))), *tied])
    else:
        kept = np.unique(expected)
        kept = kept[np.concatenate([[True], np.diff(kept) > 1e-12 * max(scale, 1e-300)])] if len(kept) else kept
        if len(kept) == len(ours):
            case.hold(quantity, ours, kept, scale=scale)
        else:
            apart = dense(of(ours)) != dense(of(expected))
            case.hold(quantity, [float(len(ours))], [float(len(expected))], reasons=[("empty class", not apart.any())])
    edge = np.min(np.abs(values[:, None] - np.concatenate([ours, expected])[None]), axis=1) <= 1e-12 * scale
    case.same(f"members of classes, {scheme}", list(dense(of(ours))), list(dense(of(expected))), [*tied, ("edge", edge)])


def scale_of(values):
    return float(np.max(np.abs(values)))


def dense(labels):
    return np.unique(labels, return_inverse=True)[1]


def campaign(case, table, names):
    for name in names:
        values = np.asarray(table[name], dtype=float)
        k = int(case.chance.integers(2, 9))
        words = ("classify", "table.csv", "--value", name)
        for scheme, of_k in OF_K.items():
            found = case.run(*words, "--scheme", scheme, "-k", k)
            bounds_agree(case, scheme, values, found, lambda: of_k(values, k=k))
        for scheme, alone in ALONE.items():
            found = case.run(*words, "--scheme", scheme)
            bounds_agree(case, scheme, values, found, lambda: alone(values))
        k = min(k, len(np.unique(values)))
        for scheme, of_k in LOSSES.items():
            found = case.run(*words, "--scheme", scheme, "-k", k)
            theirs = peers(lambda: of_k(values, k=k))
            if found is None:
                case.blame(f"loss of classes, {scheme}", f"jiju failed: {case.message}")
                continue
            loss = absolutes if scheme == "jenks-caspall" else squares
            mine = loss(values, np.array(found["breaks"]))
            least = least_squares(values, k)
            floor = 1e-9 * max(squares(values, [values.max()]), (1e-16 * np.abs(values).max()) ** 2 * len(values))
            if scheme == "fisher-jenks":
                case.hold("loss of classes, fisher-jenks, by dynamic programming", mine, least, absolute=floor)
            if theirs is not None:
                expected = loss(values, np.asarray(theirs.bins, dtype=float))
                case.hold(f"loss of classes, {scheme}", mine, expected, absolute=floor, reasons=[("better", mine <= expected)])
            fit = found["fit"]
            case.hold("fit, squared deviation", fit["squared_deviation"], squares(values, np.array(found["breaks"])), relative=1e-9, absolute=floor)
            case.hold("fit, absolute deviation", fit["absolute_deviation"], absolutes(values, np.array(found["breaks"])), absolute=floor)
