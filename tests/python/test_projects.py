"""Projects run, are checked, and open as a page."""

from __future__ import annotations

from typing import Any

import pytest

import jiju


def test_the_demonstration_runs(root: Any, tmp_path: Any) -> None:
    told: list[tuple[str, int, int | None]] = []
    found = jiju.run(root / "data/demo/jiju.toml", output=tmp_path / "out", progress=lambda *step: told.append(step))
    assert (tmp_path / "out/bulletin.html").is_file() and len(found.files) > 20
    assert len(found.quota) == 14 and not found.unmade
    assert told and told[-1][2] is not None
    check = jiju.check(root / "data/demo/jiju.toml")
    assert len(check) > 0 and not check.is_clean and "file" in check.problems.columns
    quotas = jiju.progress(register=root / "data/samples/register.csv", ledger=root / "data/samples/ledger.csv",
                           areas=root / "data/boundaries/shaoxing_districts.geojson", area_id="adcode",
                           policy=root / "data/policy/shaoxing-2020", as_of="2020-09-30", snap="200m")
    assert len(quotas.table) == 14


def test_the_page_and_the_atlas_open(root: Any, tmp_path: Any) -> None:
    page = jiju.page(root / "data/demo/jiju.toml", no_firms=True)
    page.save(tmp_path / "page.html")
    assert page.html.lstrip().lower().startswith("<!doctype html") and "<iframe" in page._repr_html_()
    atlas = jiju.atlas(root / "maps/atlas-districts.toml", root / "data/demo/jiju.toml")
    assert len(atlas) == 7 and atlas.save(tmp_path / "atlas.pdf") == [str(tmp_path / "atlas.pdf")]


def test_a_dossier_is_written_in_every_form(root: Any, tmp_path: Any) -> None:
    found = jiju.dossier("keqiao_dyeing", root / "data/demo/jiju.toml", simulations=19, resamples=19, draws=1, steps=10)
    assert not found.unmade and found.html.lstrip().lower().startswith("<!doctype html") and "<iframe" in found._repr_html_()
    for ending in ["html", "docx", "pdf"]:
        found.save(tmp_path / f"dossier.{ending}")
    assert (tmp_path / "dossier.html").read_text(encoding="utf-8") == found.html
    assert (tmp_path / "dossier.docx").read_bytes()[:2] == b"PK"
    with pytest.raises(jiju.ProjectError):
        jiju.dossier("keqiao_dying", root / "data/demo/jiju.toml")


def test_the_bulletin_is_written_in_every_form(root: Any, tmp_path: Any) -> None:
    told: list[tuple[str, int, int | None]] = []
    found = jiju.report(root / "data/demo/jiju.toml", progress=lambda *step: told.append(step))
    assert not found.unmade and "2020" in found.html and "<iframe" in found._repr_html_() and told
    for ending in ["html", "docx", "pdf", "xlsx"]:
        found.save(tmp_path / f"bulletin.{ending}")
    assert (tmp_path / "bulletin.html").read_text(encoding="utf-8") == found.html
    assert (tmp_path / "bulletin.pdf").read_bytes()[:5] == b"%PDF-"
    with pytest.raises(jiju.ReadError, match="docx"):
        found.save(tmp_path / "bulletin.odt")


def test_figures_of_a_text_are_held_against_the_tables(root: Any, tmp_path: Any) -> None:
    (tmp_path / "speech.txt").write_text("截至2020年9月30日，淘汰落后产能全市目标任务155家。", encoding="utf-8")
    found = jiju.proof(tmp_path / "speech.txt", root / "data/demo/jiju.toml")
    assert found.matched == 1 and found.contradictions == len(found) == 1
    assert found.table["found"][0] == "155家" and found.table["expected"][0] == "150"
    found.save(tmp_path / "findings.csv")
    with pytest.raises(jiju.ReadError, match="input"):
        jiju.proof(tmp_path / "speech.txt", root / "data/demo/jiju.toml").save(tmp_path / "speech.txt")
    with pytest.raises(jiju.ParameterError, match="text=: found something in memory"):
        jiju.proof({"text": ["柯桥区"]}, root / "data/demo/jiju.toml")


def test_firms_are_scored(root: Any, tmp_path: Any) -> None:
    found = jiju.evaluate(root / "data/demo/jiju.toml", draw=tmp_path / "last.svg")
    assert len(found) > 100 and "class" in found.table.columns and found.map is not None
    assert (tmp_path / "last.svg").is_file() and found.map.svg().startswith("<svg")
    found.save(tmp_path / "evaluation.xlsx")
    found.save(tmp_path / "evaluation.csv")
    assert (tmp_path / "evaluation.xlsx").read_bytes()[:2] == b"PK"


def test_changes_between_registers_are_found(root: Any, tmp_path: Any) -> None:
    rows = (root / "data/samples/register.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "later.csv").write_text("\n".join(rows[:-3]) + "\n", encoding="utf-8")
    found = jiju.diff(root / "data/samples/register.csv", tmp_path / "later.csv")
    assert found.is_clean and [*found.table["change"]] == ["left"] * 3
    found.save(tmp_path / "changes.xlsx")
    assert (tmp_path / "changes.xlsx").read_bytes()[:2] == b"PK"
    with pytest.raises(jiju.ProjectError, match="policy="):
        jiju.diff(root / "data/samples/ledger.csv", root / "data/samples/ledger.csv")


def test_a_spot_check_is_drawn_and_taken_back(root: Any, tmp_path: Any) -> None:
    drawn = jiju.sample(root / "data/demo/jiju.toml", share=0.2, seed=7)
    assert len(drawn) > 0 and drawn.is_yes
    assert [*drawn.table["id"]] == [*jiju.sample(root / "data/demo/jiju.toml", share=0.2, seed=7).table["id"]]
    drawn.save(tmp_path / "sample.xlsx")
    back = jiju.sample(evaluate=tmp_path / "sample.xlsx")
    assert back.notes is not None
    with pytest.raises(jiju.ParameterError, match="share="):
        jiju.sample(root / "data/demo/jiju.toml", share=2)


def test_files_are_carried_to_another_datum(tmp_path: Any) -> None:
    (tmp_path / "gps.csv").write_text("lon,lat\n120.5,30.0\n", encoding="utf-8")
    assert jiju.convert(tmp_path / "gps.csv", tmp_path / "out.csv", from_="gcj02", to="wgs84") == 1
    with pytest.raises(jiju.Error):
        jiju.convert(tmp_path / "gps.csv", tmp_path / "gps.csv", from_="gcj02", to="wgs84")


def test_samples_are_made(root: Any, tmp_path: Any) -> None:
    parameters = jiju._operations.declaration("synth")["parameters"]
    assert {"firms", "seed"} <= {one["name"] for one in parameters}


def test_questions_in_sql_are_answered(root: Any) -> None:
    project = root / "data/demo/jiju.toml"
    sql = "select name, firms, geometry from areas where layer = 'district' order by firms desc"
    found = jiju.query(project, sql)
    assert found.columns == ["name", "firms"] and len(found) == 6 and found.geo.crs is not None
    assert found["firms"][0] >= found["firms"][1]
    near = jiju.query(project, "select count(*) as firms from firms where within(geometry, point(120.49, 30.08), '3km')")
    assert near["firms"][0] > 0
    assert {"firms", "clusters", "ledger"} <= set(jiju.query(project, tables=True).to_dict()["table"])
    with pytest.raises(jiju.QueryError, match="did you mean `firms`"):
        jiju.query(project, "select * from firm")
    with pytest.raises(jiju.QueryError, match="expected SELECT"):
        jiju.query(project, "drop table firms")
