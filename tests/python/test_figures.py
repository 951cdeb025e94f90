"""Maps and charts of what is in memory show themselves and are written."""

from __future__ import annotations

from typing import Any

import pytest

import jiju


@pytest.fixture(scope="module")
def rates(districts: jiju.Areas) -> dict[str, list[Any]]:
    return {"adcode": districts["adcode"].to_list(), "rate": [0.1, 0.4, 0.35, 0.8, None, 0.6]}


@pytest.fixture(scope="module")
def figure(districts: jiju.Areas, rates: dict[str, list[Any]]) -> jiju.Figure:
    return jiju.map(districts, table=rates, key="adcode", value="rate", scheme="quantile", k=3, set={"title": "完成率"})


def test_a_map_shows_itself(figure: jiju.Figure) -> None:
    assert figure._repr_svg_().startswith("<svg") or "<svg" in figure._repr_svg_()[:200]
    assert figure._repr_png_()[:8] == b"\x89PNG\r\n\x1a\n"
    assert figure.pdf()[:5] == b"%PDF-"
    assert ">完成率</text>" in figure.svg() and "<text" not in figure.svg(outlines=True)
    assert figure.size_mm[0] > 50 and figure.record


def test_a_map_is_written_in_every_format(figure: jiju.Figure, tmp_path: Any) -> None:
    for ending in ("svg", "png", "pdf"):
        figure.save(tmp_path / f"map.{ending}", dpi=72)
        assert (tmp_path / f"map.{ending}").stat().st_size > 1000
    small, large = figure.png(dpi=50), figure.png(dpi=100)
    assert int.from_bytes(large[16:20]) == pytest.approx(2 * int.from_bytes(small[16:20]), abs=2)
    with pytest.raises(jiju.ReadError):
        figure.save(tmp_path / "map.gif")


def test_the_same_map_of_a_file(districts_file: Any, rates: dict[str, list[Any]], figure: jiju.Figure) -> None:
    of_file = jiju.map(districts_file, area_id="adcode", table=rates, key="adcode", value="rate", scheme="quantile", k=3,
                       set=["title=完成率"])
    assert of_file.svg() == figure.svg()


def test_keys_that_do_nothing_are_refused(districts: jiju.Areas) -> None:
    with pytest.raises(jiju.Error):
        jiju.map(districts, value="no_such_column")
    with pytest.raises(jiju.ParameterError, match="valu="):
        jiju.map(districts, valu="rate")


def test_a_result_is_drawn(districts: jiju.Areas, rates: dict[str, list[Any]]) -> None:
    values = {**rates, "rate": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]}
    found = jiju.local_moran(values, value="rate", areas=districts, contiguity="queen", permutations=99)
    assert "<svg" in jiju.map(found.geo, value="i").svg()[:200]


def test_a_chart_of_a_result(root: Any, firms: jiju.Table, districts: jiju.Areas) -> None:
    found = jiju.concentration(firms, districts, by="industry_code", where='industry_code = "1713" or industry_code = "3351"')
    drawn = jiju.chart(root / "maps/heat-map.toml", table=found)
    assert "<svg" in drawn.svg()[:200]


def test_a_map_of_a_project(root: Any) -> None:
    drawn = jiju.map(spec=root / "maps/quota-progress.toml", project=root / "data/demo/jiju.toml")
    assert "示例" in drawn.svg()
    assert "quota_progress" in jiju.explain_map(spec=root / "maps/quota-progress.toml")
