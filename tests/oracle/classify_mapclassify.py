"""Classes of generated values, many of them alike, by mapclassify 2.10.0 (numpy 2.4.6).

    python classify_mapclassify.py > data/classification_mapclassify.json

Values have at most three digits after the point, so that JSON holds them as they are.
"""

import json
import signal
import warnings

import mapclassify
import numpy

warnings.simplefilter("ignore")
chance = numpy.random.default_rng(20200930)
DATA = {
    "lognormal": numpy.round(chance.lognormal(2.0, 1.1, 173), 2),
    "few whole numbers": chance.integers(0, 9, 240).astype(float),
    "counts with many zeros": numpy.where(chance.random(150) < 0.5, 0, chance.poisson(6.0, 150)).astype(float),
    "both signs": numpy.round(chance.normal(0.0, 3.0, 121), 3),
    "two clusters": numpy.round(numpy.concatenate([chance.normal(10, 1, 60), chance.normal(1000, 5, 41)]), 1),
}
OF_K = {
    "equal-interval": mapclassify.EqualInterval,
    "quantile": mapclassify.Quantiles,
    "fisher-jenks": mapclassify.FisherJenks,
    "maximum-breaks": mapclassify.MaximumBreaks,
    "jenks-caspall": mapclassify.JenksCaspall,
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


def too_long(*_):
    raise TimeoutError("no end after 20 seconds")


signal.signal(signal.SIGALRM, too_long)


def case(scheme, k, make):
    try:
        signal.alarm(20)
        found = make()
        signal.alarm(0)
    except Exception as refused:  # what the peer cannot do is told, not left out
        return {"scheme": scheme, "k": k, "refused": f"{type(refused).__name__}: {refused}"}
    return {
        "scheme": scheme,
        "k": k,
        "bins": [float(upper) for upper in found.bins],
        "counts": [int(count) for count in found.counts],
        "adcm": float(found.adcm),
        "gadf": float(found.get_gadf()),
        "tss": float(found.get_tss()),
    }


sets = []
for name, y in DATA.items():
    cases = [case(scheme, k, lambda: of_k(y, k=k)) for scheme, of_k in OF_K.items() for k in (3, 5, 8)]
    cases += [case(scheme, None, lambda: alone(y)) for scheme, alone in ALONE.items()]
    sets.append({"name": name, "values": y.tolist(), "cases": cases})
print("[")
print(",\n".join(json.dumps(one, separators=(",", ":")) for one in sets))
print("]")
