"""Writes data/h3_cells.json: cells of H3 that meet a rectangle about Shaoxing, by h3-py. Run: python3 h3_cells.py"""

import json
from importlib.metadata import version

import h3

west, south, east, north = 120.0, 29.2, 121.2, 30.3
shape = h3.LatLngPoly([(south, west), (south, east), (north, east), (north, west)])
cases = [
    {"name": f"resolution_{resolution}", "expected": sorted(h3.h3shape_to_cells_experimental(shape, resolution, contain="overlap"))}
    for resolution in (3, 5, 6)
]
cell = cases[1]["expected"][0]
out = {
    "title": "Cells of H3 that meet a rectangle",
    "made_by": f"h3_cells.py: h3 {version('h3')}, H3 {h3.versions()['c']}",
    "inputs": {"extent": [[west, south], [east, north]], "cell": cell, "boundary": [[x, y] for y, x in h3.cell_to_boundary(cell)]},
    "cases": cases,
}
with open("data/h3_cells.json", "w") as file:
    json.dump(out, file)
