"""Every operation is a function with the names, defaults and documentation of its declaration; numbers are those of the oracles."""

from __future__ import annotations

import inspect
import math
import pickle
from typing import Any

import pytest
from conftest import case, oracle

import jiju
from jiju import _operations


@pytest.mark.parametrize("name", sorted(jiju.operations()))
def test_a_function_is_what_its_declaration_says(name: str) -> None:
    function = getattr(jiju, name)
    declared = _operations.declaration(name)
    parameters = inspect.signature(function).parameters
    for one in declared["parameters"]:
        own = parameters[one["name"]]
        if _operations.is_needed(one, declared["parameters"]) and own.kind is inspect.Parameter.KEYWORD_ONLY:
            assert own.default is inspect.Parameter.empty
        elif own.kind is inspect.Parameter.KEYWORD_ONLY:
            assert own.default == (False if one["kind"] == "flag" else one["default"])
        assert one["name"] in (function.__doc__ or "")
    assert "‹" not in (function.__doc__ or "")
    assert pickle.loads(pickle.dumps(function)) is function


def adjacency(neighbours: list[list[int]]) -> dict[str, list[Any]]:
    """Neighbours as `libpysal.graph.Graph.adjacency` has them."""
    pairs = [(unit, other) for unit, others in enumerate(neighbours) for other in others]
    return {"focal": [str(unit) for unit, _ in pairs], "neighbor": [str(other) for _, other in pairs], "weight": [1.0] * len(pairs)}


def near(found: float, expected: float) -> bool:
    return math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-11)


def test_moran_and_geary_of_st_louis_agree_with_esda() -> None:
    data = oracle("stl_autocorrelation")
    values = data["inputs"]["HR8893"]
    table = {"id": [str(unit) for unit in range(len(values))], "HR8893": values}
    weights = adjacency(data["inputs"]["neighbors"])
    for style, transform in (("W", "r"), ("B", "b")):
        expected = case(data, f"stl_HR8893_moran_{style}")
        found = jiju.moran(table, value="HR8893", weights=weights, transform=transform, alternative="greater", permutations=0)
        assert near(found.i, expected["I"]) and near(found.expected, expected["EI"])
        assert near(found.variance_randomisation, expected["VI_rand"]) and near(found.z_randomisation, expected["z_rand"])
        expected = case(data, f"stl_HR8893_geary_{style}")
        found = jiju.geary(table, value="HR8893", weights=weights, transform=transform, alternative="less", permutations=0)
        assert near(found.c, expected["C"]) and near(found.variance_randomisation, expected["VC_rand"])
    expected = case(data, "stl_HR8893_lisa_W")
    local = jiju.local_moran(table, value="HR8893", weights=weights, permutations=0)
    n = len(values)
    assert all(near(own * (n - 1) / n, one) for own, one in zip(local["i"], expected["Is"], strict=True))


def test_contiguity_of_columbus_agrees_with_libpysal() -> None:
    data = oracle("columbus_polygons_weights")
    shapely = pytest.importorskip("shapely")
    gpd = pytest.importorskip("geopandas")
    polygon = lambda parts: shapely.MultiPolygon([shapely.Polygon(rings[0], rings[1:]) for rings in parts])
    frame = gpd.GeoDataFrame(
        {"id": [str(unit) for unit in range(49)], "CRIME": data["inputs"]["CRIME"]},
        geometry=[polygon(rings) for rings in data["inputs"]["polygons"]], crs=4326)
    for kind in ("rook", "queen"):
        expected = case(data, f"columbus_CRIME_moran_{kind}_W")
        found = jiju.moran(frame, value="CRIME", areas=frame, area_id="id", contiguity=kind, permutations=0)
        assert math.isclose(found.i, expected["I"], rel_tol=1e-6)


def test_dbscan_agrees_with_scikit_learn() -> None:
    data = oracle("dbscan_hdbscan_optics")
    points = data["inputs"]["baltim"]
    points = points if isinstance(points, list) else next(iter(points.values()))
    table = {"x": [point[0] for point in points], "y": [point[1] for point in points]}
    for one in data["cases"]:
        if one["statistic"] == "dbscan" and one["params"].get("dataset") == "baltim":
            found = jiju.dbscan(table, x="x", y="y", crs="EPSG:4549", radius=f"{one['params']['eps']}m",
                                min_points=one["params"]["min_samples"])
            labels = [-1 if label is None else label for label in found["cluster"]]
            expected = case(data, one["name"])["labels"]
            # Numbers are names: the same points are together.
            assert [label == -1 for label in labels] == [label == -1 for label in expected]
            assert len(set(zip(labels, expected))) == len(set(expected))


def test_classes_of_calemp_agree_with_mapclassify() -> None:
    data = oracle("classification")
    checked = 0
    for one in data["cases"] if isinstance(data, dict) else data:
        scheme = {"FisherJenks": "fisher-jenks", "Quantiles": "quantile", "EqualInterval": "equal-interval"}.get(
            str(one.get("classifier") or one.get("statistic") or one.get("name")))
        values, bins = one.get("values"), (one.get("expected") or {}).get("bins")
        if scheme and values and bins:
            found = jiju.classify(values, scheme=scheme, k=len(bins))
            assert all(math.isclose(own, expected, rel_tol=1e-9) for own, expected in zip(found.breaks, bins, strict=True))
            checked += 1
    found = jiju.classify([1.0, 1.1, 5.0, 5.1, 9.0, 9.1], scheme="fisher-jenks", k=3)
    assert found.breaks == [1.1, 5.1, 9.1] and found["count"].to_list() == [2, 2, 2]


def test_concentration_by_head(districts: jiju.Areas) -> None:
    firms = {
        "lon": [120.58] * 4 + [120.47] * 4, "lat": [30.01] * 4 + [30.08] * 4,
        "sector": ["dyeing", "bearings", "bearings", "bearings", "dyeing", "dyeing", "dyeing", "bearings"],
    }
    found = jiju.concentration(firms, districts, by="sector")
    quotients = {(row["area"], row["sector"]): row["location_quotient"] for row in found.table.rows() if row["unit"] == "firms"}
    assert quotients["330602", "dyeing"] == pytest.approx(0.25 / 0.5)
    assert quotients["330603", "dyeing"] == pytest.approx(0.75 / 0.5)


def test_one_answer_in_every_door(districts_file: Any, firms_file: Any) -> None:
    of_file = jiju.concentration(firms_file, areas=districts_file, area_id="adcode", by="industry_code", per="area")
    of_memory = jiju.concentration(jiju.read_table(firms_file), areas=jiju.read_areas(districts_file, area_id="adcode"), by="industry_code", per="area")
    assert of_file.table.to_dict() == of_memory.table.to_dict()


def test_results_say_what_they_were_made_from() -> None:
    found = jiju.classify({"rate": [1.0, 2.0, 4.0, None]}, value="rate", k=2)
    manifest = found.manifest
    assert manifest["statistic"] == "classify" and manifest["parameters"]["k"] == 2
    assert len(manifest["inputs"][0]["sha256"]) == 64
    assert any("1 rows have no value" in note for note in found.notes)
    assert "classify" in repr(found) and "breaks" in dir(found)
    with pytest.raises(AttributeError, match="it has breaks"):
        found.nothing


def test_errors_are_said_in_python(tmp_path: Any) -> None:
    with pytest.raises(jiju.ParameterError) as refused:
        jiju.moran({"rate": [1.0]}, valu="rate", permutations=-1, contiguity="bishop")
    text = str(refused.value)
    assert "valu=" in text and "did you mean value=" in text and "permutations=" in text and "contiguity=" in text
    assert "--" not in text and "‹" not in text
    with pytest.raises(jiju.Error) as refused:
        jiju.moran({"rate": [1.0, 2.0]}, value="rate")
    assert "--" not in str(refused.value)
    with pytest.raises(jiju.FileError):
        jiju.moran(tmp_path / "nothing.csv", value="rate", knn=4)
    with pytest.raises(OSError):
        jiju.read_table(tmp_path / "nothing.csv")
    with pytest.raises(TypeError, match="by position"):
        jiju.moran({"rate": [1.0]}, None, None)
    copy = pickle.loads(pickle.dumps(refused.value))
    assert type(copy) is type(refused.value) and copy.hint == refused.value.hint


def test_undefined_is_none() -> None:
    weights = adjacency([[1], [0]])
    found = jiju.moran({"id": ["0", "1"], "rate": [1.0, 1.0]}, value="rate", weights=weights, permutations=0)
    assert found.i is None


def test_weights_are_made_once_and_given_on() -> None:
    table = {"id": list("abcde"), "lon": [120.0, 120.1, 120.2, 120.3, 120.4], "lat": [30.0] * 5, "rate": [1.0, 2.0, 3.0, 4.0, 5.0]}
    made = jiju.weights(table, knn=2, id="id") if "id" in inspect.signature(jiju.weights).parameters else jiju.weights(table, knn=2)
    assert made.weights is not None
    one = jiju.moran(table, value="rate", weights=made, permutations=0)
    other = jiju.moran(table, value="rate", knn=2, permutations=0)
    assert one.i == pytest.approx(other.i)
