"""Writes data/validity_geos.json: the polygons of GEOS' own tests of validity and of points in areas, with what GEOS expects.

Run: apt-get source --download-only geos (3.11.1, of Debian bookworm); tar xjf geos_3.11.1.orig.tar.bz2;
     pip install shapely==2.2.0; python validity_geos.py geos-3.11.1/tests/xmltester/tests

Of `isValid`, and of `relate` between a point and an area. Geometries beyond 60
vertices are left out, and so are those without an area to test.
"""

import json
import sys
import xml.etree.ElementTree as tree
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry import mapping

FOLDER = Path(sys.argv[1])
MOST_VERTICES = 60


def read(text):
    text = "".join(text.split("\n")).strip()
    try:
        return shapely.from_wkb(bytes.fromhex(text)) if text[:2] in ("00", "01") else shapely.from_wkt(text)
    except Exception:  # curves and other things that shapely does not read
        return None


def polygons(geometry):
    """Coordinates as of a GeoJSON MultiPolygon; none for what is no area."""
    if geometry is None or geometry.geom_type not in ("Polygon", "MultiPolygon") or geometry.is_empty:
        return None
    if shapely.get_num_coordinates(geometry) > MOST_VERTICES or not np.isfinite(shapely.get_coordinates(geometry)).all():
        return None
    rings = mapping(geometry)["coordinates"]
    rings = [rings] if geometry.geom_type == "Polygon" else rings
    return [[[list(place[:2]) for place in ring] for ring in part] for part in rings]


valid, points, seen = [], [], set()
for file in sorted(FOLDER.rglob("*.xml")):
    try:
        root = tree.parse(file).getroot()
    except tree.ParseError:
        continue
    for number, case in enumerate(root.iter("case")):
        given = {name: read(case.findtext(name) or "") for name in "ab" if case.findtext(name)}
        for test in case.iter("op"):
            name = (test.get("name") or "").lower()
            one = given.get((test.get("arg1") or "a").lower())
            other = given.get((test.get("arg2") or "b").lower())
            about = f"{file.relative_to(FOLDER)} {number + 1}: {' '.join((case.findtext('desc') or '').split())}"
            if name == "isvalid" and (area := polygons(one)):
                key = ("valid", json.dumps(area))
                if key not in seen:
                    seen.add(key)
                    valid.append({"name": about, "area": area, "is_valid": test.text.strip().lower() == "true"})
            if name == "relate" and one is not None and other is not None:
                if one.geom_type == "Point" and (area := polygons(other)):
                    point, matrix = one, test.get("arg3")
                elif other.geom_type == "Point" and (area := polygons(one)):
                    point, matrix = other, test.get("arg3")
                    matrix = matrix[0::3] + matrix[1::3] + matrix[2::3]
                else:
                    continue
                if point.is_empty or test.text.strip().lower() != "true" or not shapely.is_valid(read(case.findtext("a"))):
                    continue
                # The row of the point's interior: in the inside, on the boundary, outside.
                where = ["inside", "boundary", "outside"][[cell != "F" for cell in matrix[:3]].index(True)]
                key = ("point", json.dumps(area), point.wkt)
                if key not in seen:
                    seen.add(key)
                    points.append({"name": about, "area": area, "point": [point.x, point.y], "where": where})
out = {
    "title": "Validity of areas and points in areas, of the XML tests of GEOS 3.11.1",
    "made_by": "validity_geos.py",
    "validity": valid,
    "points": points,
}
path = Path(__file__).parent / "data" / "validity_geos.json"
lines = json.dumps(out).replace('{"name"', '\n{"name"')
path.write_text(lines + "\n")
print(len(valid), sum(not case["is_valid"] for case in valid), len(points))
