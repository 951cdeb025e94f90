"""Answers the questions of questions.toml on the sample with pandas, shapely and pyproj: no SQL and none of jiju's geometry.

    jiju run data/demo/jiju.toml -o OUT
    python tests/cli/query/answers.py OUT > tests/cli/query/answers.json

From OUT come the joined register, the hulls of the clusters, the quota table and the quotients, which have oracles of their own;
the ledger is read from the sample. pandas 2, shapely 2, pyproj 3.
"""

import json
import sys
from pathlib import Path

import pandas as pd
import shapely
from pyproj import Geod, Transformer
from shapely.geometry import Point, shape

OUT, ROOT = Path(sys.argv[1]), Path(__file__).resolve().parents[3]
GEOD = Geod(ellps="WGS84")
AS_OF, QUARTER = "2020-09-30", "2020-06-30"


def areas(path, key, name="name"):
    found = json.loads(Path(path).read_text())
    return [(one["properties"][key], one["properties"].get(name), shape(one["geometry"])) for one in found["features"]]


def to_area_m(lon, lat, area):
    """Metres from a place to an area, in a plane around the place where distances from its middle are true."""
    if area.intersects(Point(lon, lat)):
        return 0.0
    if area.distance(Point(lon, lat)) > 0.1:
        return 1e6
    plane = Transformer.from_crs("EPSG:4326", f"+proj=aeqd +lat_0={lat} +lon_0={lon} +ellps=WGS84", always_xy=True)
    return shapely.transform(area, plane.transform, interleaved=False).distance(Point(0, 0))


def rows(frame):
    return json.loads(frame.to_json(orient="records", force_ascii=False))


firms = pd.read_parquet(OUT / "tables/register.parquet")
hulls = areas(OUT / "analyses/dyeing-clusters.geojson", "id")
members = pd.read_parquet(OUT / "analyses/dyeing-clusters.parquet", columns=["id", "cluster"]).dropna()
districts = areas(ROOT / "data/boundaries/shaoxing_districts.geojson", "adcode")
towns = areas(ROOT / "data/samples/towns.geojson", "id")
quota = pd.read_parquet(OUT / "tables/quota.parquet")
quotients = pd.read_parquet(OUT / "tables/concentration-town.parquet")
rejected = set(pd.read_csv(OUT / "rejects/ledger.csv", dtype=str, encoding="utf-8-sig")["row"])
ledger = pd.read_csv(ROOT / "data/samples/ledger.csv", dtype=str)
ledger = ledger[~(ledger.index + 2).astype(str).isin(rejected)].copy()
answers = []

dye = firms[(firms.sector == "printing_and_dyeing") & firms.park_id.isna() & firms.small_micro_park_id.isna() & firms.lon.notna()]
near = dye[[min(to_area_m(one.lon, one.lat, hull) for *_, hull in hulls) <= 2000 for one in dye.itertuples()]]
answers.append([{"firms": len(near), "employees": round(near.employees.sum())}])

crossing = []
for layer, layer_areas in (("district", districts), ("town", towns)):
    for number, name, hull in sorted(hulls, key=lambda one: int(one[0])):
        touched = sorted(label for _, label, area in layer_areas if hull.intersects(area))
        if len(touched) > 1:
            size = int((members.cluster == int(number)).sum())
            crossing.append({"layer": layer, "cluster": int(number), "name": name, "members": size, "areas": " ".join(touched)})
answers.append(crossing)

STAGES = ["self_checked_on", "reviewed_on", "spot_checked_on"]
CLAIMS = {"self_check": 1, "review": 2, "spot_check": 3}


def accepted_on(group):
    """The first day on which a row that claims the review or more had passed it, by the dates of the review or later."""
    days = []
    for one in group.itertuples():
        claims = CLAIMS.get(one.stage, 0)
        days += [day for stage, day in ((2, one.reviewed_on), (3, one.spot_checked_on)) if stage <= claims and isinstance(day, str)]
    return min(days) if days else None


first = ledger.groupby(["programme", "id"])[["stage", "reviewed_on", "spot_checked_on"]].apply(accepted_on).rename("accepted_on")
ledger = ledger.merge(first.reset_index(), on=["programme", "id"]).merge(
    firms[["id", "district_id", "district_name", "town_id", "town_name", "park_distance_m"]], on="id", how="left"
)
ledger["accepted"] = ledger.accepted_on.notna() & (ledger.accepted_on <= AS_OF) & ledger.district_id.notna()
gained = ledger[ledger.accepted & (ledger.accepted_on > QUARTER) & ledger.town_name.notna()]
gained = gained.groupby(["town_id", "town_name"]).size().rename("gained").reset_index().rename(columns={"town_name": "town"})
answers.append(rows(gained.sort_values(["gained", "town"], ascending=[False, True])[["town", "gained"]].head(5)))

late = ledger[(ledger.due_on >= AS_OF) & (ledger.due_on <= "2020-10-31") & ~ledger.accepted & ledger.district_id.notna()]
late = late.groupby("district_name").agg(firms=("id", "size"), median_to_park_m=("park_distance_m", "median")).reset_index()
late = late.rename(columns={"district_name": "district"}).sort_values(["firms", "district"], ascending=[False, True])
late["median_to_park_m"] = late.median_to_park_m.round()
answers.append(rows(late))

sure = quotients[(quotients.unit == "firms") & (quotients.sector == "printing_and_dyeing")]
sure = sure[(sure.location_quotient_lower > 1) & (sure["count"] >= 30)].sort_values(["location_quotient", "area_name"], ascending=[False, True])
answers.append([
    {"town": one.area_name, "firms": one.count_, "quotient": round(one.location_quotient, 2), "lower": round(one.location_quotient_lower, 2)}
    for one in sure.rename(columns={"count": "count_"}).itertuples()
])

blocks = firms[firms.block.notna()].assign(parked=lambda one: one.park_id.notna() | one.small_micro_park_id.notna())
blocks = blocks.groupby("block").agg(firms=("id", "size"), in_parks=("parked", "mean")).reset_index()
blocks["in_parks"] = blocks.in_parks.round(3)
answers.append(rows(blocks.sort_values(["in_parks", "block"])))

bearings = firms[(firms.block == "xinchang_bearings") & firms.lon.notna()].reset_index(drop=True)
parked = bearings.park_id.notna() | bearings.small_micro_park_id.notna()
apart, inside = {}, bearings[parked]
for one in bearings[~parked].itertuples():
    _, _, metres = GEOD.inv([one.lon] * len(inside), [one.lat] * len(inside), inside.lon.values, inside.lat.values)
    apart[one.id] = [metre for metre in metres if metre <= 500]
answers.append([{
    "firms": sum(bool(near) for near in apart.values()),
    "pairs": sum(map(len, apart.values())),
    "nearest_m": round(min(metre for near in apart.values() for metre in near), 1),
}])

waiting = ledger[~ledger.accepted & ledger.district_id.notna()].groupby(["programme", "district_id"]).id.nunique().rename("waiting").reset_index()
short = quota[~quota.is_city & (quota.gap > 0)].merge(waiting, left_on=["programme", "district"], right_on=["programme", "district_id"])
short = short[["district_name_zh", "programme", "gap", "waiting"]].rename(columns={"district_name_zh": "district", "waiting": "listed"})
answers.append(rows(short.sort_values(["gap", "district"], ascending=[False, True]).head(6)))

shared = []
for key, name, town in towns:
    touching = sum(town.intersects(hull) for *_, hull in hulls)
    if touching:
        shared.append({"town": name, "clusters": touching, "firms": int((firms.town_id == key).sum())})
answers.append(sorted(shared, key=lambda one: (-one["clusters"], -one["firms"], one["town"])))

placed = firms[firms.lon.notna()]
_, _, metres = GEOD.inv([120.49] * len(placed), [30.08] * len(placed), placed.lon.values, placed.lat.values)
around = placed[metres <= 3000].groupby("sector").size().rename("firms").reset_index()
around["place"] = around.firms.rank(method="min", ascending=False).astype(int)
answers.append(rows(around.sort_values(["firms", "sector"], ascending=[False, True]).head(5)))

print("[" + ",\n".join(json.dumps(one, ensure_ascii=False) for one in answers) + "]")
