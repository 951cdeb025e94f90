"""What the tests share: the sample data of the repository."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import jiju

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def districts_file() -> Path:
    return ROOT / "data/boundaries/shaoxing_districts.geojson"


@pytest.fixture(scope="session")
def districts(districts_file: Path) -> jiju.Areas:
    return jiju.read_areas(districts_file, area_id="adcode")


@pytest.fixture(scope="session")
def towns() -> jiju.Areas:
    return jiju.read_areas(ROOT / "data/samples/towns.geojson")


@pytest.fixture(scope="session")
def firms_file() -> Path:
    return ROOT / "data/samples/register.csv"


@pytest.fixture(scope="session")
def firms(firms_file: Path) -> jiju.Table:
    return jiju.read_table(firms_file)


def oracle(name: str) -> dict[str, Any]:
    """A set of expected values."""
    return json.loads((ROOT / f"tests/oracle/data/{name}.json").read_text(encoding="utf-8"))


def case(data: dict[str, Any], name: str) -> dict[str, Any]:
    """The expected values of a case: those in full precision where there are any."""
    found = next(one for one in data["cases"] if one["name"] == name)
    return {**found["expected"], **(found.get("reproduced") or {}).get("full_precision", {})}
