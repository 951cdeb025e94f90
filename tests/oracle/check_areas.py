"""Writes check_areas.geojson and check_areas.csv: layers with known overlaps and gaps, measured by GEOS and PROJ.

The layer is cut from a square of 0.2 degrees around 120.5 E, 30 N into four areas; one is stretched over its neighbour,
one is drawn back from it. The sizes come from Shapely 2.2 (GEOS 3.14) overlays in degrees, whose pieces pyproj 3.7
measures on the ellipsoid of CGCS2000 with densified edges, so that edges are straight in degrees.
"""

import csv
import json
from pathlib import Path

import shapely
from pyproj import Geod
from shapely.geometry import Polygon, mapping

GEOD = Geod(ellps="GRS80")


def size(polygon):
    return abs(GEOD.geometry_area_perimeter(shapely.segmentize(polygon, 0.001))[0])


areas = {
    # Reaches 0.001 degrees into b, on a slant.
    "a": Polygon([(120.4, 29.9), (120.501, 29.9), (120.5, 30.0), (120.4, 30.0)]),
    "b": Polygon([(120.5, 29.9), (120.6, 29.9), (120.6, 30.0), (120.5, 30.0)]),
    # Leaves a wedge below d that the others close, and a pond with b and d.
    "c": Polygon([(120.4, 30.0), (120.5, 30.0), (120.5, 30.1), (120.4, 30.1)]),
    "d": Polygon([(120.5, 30.0), (120.53, 30.0), (120.54, 30.01), (120.57, 30.0), (120.6, 30.0), (120.6, 30.1),
                  (120.5, 30.1), (120.5, 30.07), (120.5004, 30.06), (120.5, 30.05)]),
}
union = shapely.union_all(list(areas.values()))
rows = []
names = sorted(areas)
for i, first in enumerate(names):
    for second in names[i + 1:]:
        shared = areas[first].intersection(areas[second])
        for piece in getattr(shared, "geoms", [shared]):
            if piece.geom_type == "Polygon" and piece.area > 0:
                rows.append(("area_overlap", f"{first} and {second}", f"{size(piece):.2f}"))
for hole in union.interiors:
    piece = Polygon(hole)
    beside = [name for name in names if areas[name].distance(piece) < 1e-9]
    rows.append(("area_gap", ", ".join(beside), f"{size(piece):.2f}"))

here = Path(__file__)
features = [
    {"type": "Feature", "properties": {"id": name, "name": name}, "geometry": mapping(polygon)}
    for name, polygon in areas.items()
]
here.with_suffix(".geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}) + "\n")
with open(here.with_suffix(".csv"), "w", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["problem", "areas", "area_m2"])
    writer.writerows(rows)
