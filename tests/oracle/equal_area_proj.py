"""Writes data/equal_area_proj.csv and data/equal_area_geod.csv: images of places in equal-area projections with the
geodesic distances between them, and geodesic areas of districts, by PROJ and GeographicLib.

Run: pip install pyproj==3.7.2; python equal_area_proj.py
"""

import json
from pathlib import Path

from pyproj import Geod, Transformer

DATA = Path(__file__).parent / "data"
BOUNDARIES = Path(__file__).parents[2] / "data" / "boundaries"
GEOD = Geod(ellps="WGS84")
GRIDS = {
    "albers=25,47,105": ("+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105", [(73.5, 39.5), (135.0, 48.4), (110.0, 20.0), (121.5, 31.2), (103.8, 36.1), (113.0, 5.0)]),
    "albers=27.5,30.5,121": ("+proj=aea +lat_1=27.5 +lat_2=30.5 +lat_0=0 +lon_0=121", [(118.1, 29.1), (122.9, 30.0), (120.6, 27.1), (120.0, 31.1)]),
    "albers=-32.5,-28,-58": ("+proj=aea +lat_1=-32.5 +lat_2=-28 +lat_0=0 +lon_0=-58", [(-60.2, -33.0), (-55.0, -27.6)]),
    "laea=1,17": ("+proj=laea +lat_0=1 +lon_0=17", [(-17.0, 14.7), (31.2, 30.0), (18.4, -33.9), (17.1, 1.1)]),
    "laea=90,0": ("+proj=laea +lat_0=90 +lon_0=0", [(-150.0, 65.0), (15.6, 78.2), (129.0, 71.6)]),
}
rows = ["grid,lon,lat,x,y,lon_to,lat_to,distance_m"]
for name, (definition, places) in GRIDS.items():
    to_grid = Transformer.from_crs("EPSG:4326", definition + " +datum=WGS84 +units=m +no_defs", always_xy=True)
    for lon, lat in places:
        x, y = to_grid.transform(lon, lat)
        for azimuth in (0, 90):
            lon_to, lat_to, _ = GEOD.fwd(lon, lat, azimuth, 10_000)
            rows.append(f"{name.replace(',', ' ')},{lon},{lat},{x:.6f},{y:.6f},{lon_to!r},{lat_to!r},10000")
(DATA / "equal_area_proj.csv").write_text("\n".join(rows) + "\n")

rows = ["id,area_m2"]
for feature in json.loads((BOUNDARIES / "zhejiang_districts.geojson").read_text())["features"]:
    geometry = feature["geometry"]
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    area = sum(
        (1 if ring == 0 else -1) * abs(GEOD.polygon_area_perimeter(*zip(*points))[0])
        for polygon in polygons
        for ring, points in enumerate(polygon)
    )
    properties = feature["properties"]
    rows.append(f"{properties.get('id', properties.get('adcode'))},{area:.3f}")
(DATA / "equal_area_geod.csv").write_text("\n".join(rows) + "\n")
