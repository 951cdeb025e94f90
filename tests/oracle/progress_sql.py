"""Writes progress_sql.csv: the quota table of data/samples on three days, from SQL.

    python tests/oracle/progress_sql.py

needs shapely 2.1.2 (GEOS 3.13.1: where firms stand), eviltransform 0.1.1 (GCJ-02, BD-09) and python-stdnum 2.2 (codes);
sqlite3 of Python 3 does the counting. Which rows count is said by the rules in the docs of src/check/mod.rs, and is worked
out here anew from the files; truth.csv is not read.
"""

import csv
import json
import sqlite3
import tomllib
from pathlib import Path

import eviltransform
import shapely
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

ROOT = Path(__file__).resolve().parents[2]
POLICY = ROOT / "data" / "policy" / "shaoxing-2020"
DAYS = ["2020-06-30", "2020-09-30", "2020-10-31"]
STAGES = ["listed", "self_check", "review", "spot_check"]


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sound_code(code):
    try:
        return uscc.validate(code) == code
    except ValidationError:
        return False


def wgs84(row):
    """Longitude and latitude; None where the row gives neither; ValueError where they cannot be used."""
    if not row["lon"] and not row["lat"]:
        return None
    lon, lat = float(row["lon"]), float(row["lat"])
    if not (73 <= lon <= 136 and 3 <= lat <= 54):
        raise ValueError
    if row["datum"] == "gcj02":
        lat, lon = eviltransform.gcj2wgs_exact(lat, lon)
    elif row["datum"] == "bd09":
        lat, lon = eviltransform.gcj2wgs_exact(*eviltransform.bd2gcj(lat, lon))
    elif row["datum"]:
        raise ValueError
    return lon, lat


def standing():
    """Id → adcode of the firms that can be used; the adcode is None for a firm without coordinates."""
    features = json.loads((ROOT / "data/boundaries/shaoxing_districts.geojson").read_text(encoding="utf-8"))["features"]
    districts = [(str(f["properties"]["adcode"]), shapely.geometry.shape(f["geometry"])) for f in features]
    for _, geometry in districts:
        shapely.prepare(geometry)
    found = {}
    for row in read(ROOT / "data/samples/register.csv"):
        code = row["id"].upper()
        if not sound_code(code) or code in found:
            continue
        try:
            place = wgs84(row)
        except ValueError:
            continue
        if place is None:
            found[code] = None
            continue
        for adcode, geometry in districts:
            if geometry.covers(shapely.Point(place)):
                found[code] = adcode
                break
    return found


QUERY = """
WITH usable AS (
    SELECT MIN(line) AS line FROM ledger
    WHERE programme IN (SELECT id FROM programme) AND stage IN (SELECT id FROM stage) AND firm IN (SELECT id FROM known)
    GROUP BY firm, programme
), passed AS (
    SELECT ledger.line, programme, adcode, asked.step,
        EXISTS (SELECT 1 FROM dated JOIN stage AS claimed ON claimed.id = ledger.stage
                WHERE dated.line = ledger.line AND dated.step BETWEEN asked.step AND claimed.step AND dated.day <= :day)
        OR (asked.step = 0 AND NOT EXISTS (SELECT 1 FROM dated WHERE dated.line = ledger.line AND dated.step = 0)) AS yes
    FROM usable JOIN ledger USING (line) CROSS JOIN stage AS asked LEFT JOIN standing ON standing.firm = ledger.firm
), cell AS (
    SELECT quota.programme, quota.district, quota.firms AS quota, quota.district = :city AS is_city,
        COALESCE(SUM(yes AND passed.step = 0), 0) AS listed, COALESCE(SUM(yes AND passed.step = 1), 0) AS self_checked,
        COALESCE(SUM(yes AND passed.step = 2), 0) AS reviewed, COALESCE(SUM(yes AND passed.step = 3), 0) AS spot_checked,
        COALESCE(SUM(yes AND passed.step = programme.step), 0) AS accepted
    FROM quota JOIN programme ON programme.id = quota.programme
    LEFT JOIN passed ON passed.programme = quota.programme AND adcode IS NOT NULL
        AND (adcode = quota.district OR quota.district = :city)
    GROUP BY quota.programme, quota.district
)
SELECT :day, programme, district, listed, self_checked, reviewed, spot_checked, accepted, quota,
    CAST(accepted AS REAL) / quota AS rate, MAX(quota - accepted, 0) AS gap, MAX(accepted - quota, 0) AS surplus,
    CASE WHEN NOT is_city THEN 1 + (SELECT COUNT(*) FROM cell AS ahead WHERE ahead.programme = cell.programme
        AND NOT ahead.is_city AND ahead.accepted * cell.quota > cell.accepted * ahead.quota) END AS rank,
    CASE WHEN is_city THEN (SELECT COUNT(*) FROM passed WHERE passed.programme = cell.programme AND step = 0 AND yes
        AND adcode IS NULL) ELSE 0 END AS unplaced
FROM cell ORDER BY programme, district
"""
HEADER = ["as_of", "programme", "district", "listed", "self_checked", "reviewed", "spot_checked", "accepted", "quota",
          "rate", "gap", "surplus", "rank", "unplaced"]

policy = tomllib.loads((POLICY / "policy.toml").read_text(encoding="utf-8"))
quotas = [(row["programme"], row["district"], int(row["firms"])) for row in read(POLICY / "quotas.csv")]
city = policy["city"]["id"]
programmes = [(it["id"], STAGES.index(it["accepting_stage"])) for it in policy["programme"]]
places = standing()
raw_ids = {row["id"].upper() for row in read(ROOT / "data/samples/register.csv")}

base = sqlite3.connect(":memory:")
base.executescript("""
    CREATE TABLE quota (programme, district, firms INTEGER);
    CREATE TABLE programme (id PRIMARY KEY, step INTEGER);
    CREATE TABLE stage (id PRIMARY KEY, step INTEGER);
    CREATE TABLE known (id PRIMARY KEY);
    CREATE TABLE standing (firm PRIMARY KEY, adcode);
    CREATE TABLE ledger (line INTEGER PRIMARY KEY, firm, programme, stage);
    CREATE TABLE dated (line INTEGER, step INTEGER, day, PRIMARY KEY (line, step));
""")
base.executemany("INSERT INTO quota VALUES (?, ?, ?)", quotas)
base.executemany("INSERT INTO programme VALUES (?, ?)", programmes)
base.executemany("INSERT INTO stage VALUES (?, ?)", [(id, step) for step, id in enumerate(STAGES)])
base.executemany("INSERT INTO known VALUES (?)", [(id,) for id in raw_ids])
base.executemany("INSERT INTO standing VALUES (?, ?)", [(id, adcode) for id, adcode in places.items() if adcode])
for line, row in enumerate(read(ROOT / "data/samples/ledger.csv"), 2):
    base.execute("INSERT INTO ledger VALUES (?, ?, ?, ?)", (line, row["id"].upper(), row["programme"], row["stage"]))
    for step, column in enumerate(["listed_on", "self_checked_on", "reviewed_on", "spot_checked_on"]):
        # date() is null for what is no date.
        day = row[column]
        base.execute("INSERT INTO dated SELECT ?, ?, date(?) WHERE date(?) IS NOT NULL", (line, step, day, day))

with open(Path(__file__).with_suffix(".csv"), "w", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(HEADER)
    for day in DAYS:
        writer.writerows(base.execute(QUERY, {"day": day, "city": city}))
