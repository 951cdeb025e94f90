"""Writes data/contour_bands.json: bands of a hilly raster by contourpy, measured by shapely. Run: python3 contour_bands.py

Beyond the outer middles of cells values stay as they are to the raster's edge, as half a cell more on each side."""

import json
from importlib.metadata import version

import numpy as np
from contourpy import FillType, LineType, contour_generator
from shapely.geometry import LineString, Polygon

chance = np.random.default_rng(20200528)
rows, columns, cell = 24, 31, 50.0
x, y = (np.arange(columns) + 0.5) * cell, (rows - np.arange(rows) - 0.5) * cell
hills = sum(
    height * np.exp(-((x[None] - at[0]) ** 2 + (y[:, None] - at[1]) ** 2) / 2 / width**2)
    for height, width, at in zip(chance.uniform(-2, 4, 12), chance.uniform(60, 300, 12), chance.uniform(0, 1500, (12, 2)))
)
values = np.round(hills + chance.normal(size=hills.shape) * 0.3, 6)
levels = [-1.0, 0.0, 0.7, 1.5, 3.0]

wide_x, wide_y = np.r_[0, x, columns * cell], np.r_[rows * cell, y, 0]
found = contour_generator(
    wide_x, wide_y, np.pad(values, 1, mode="edge"), name="serial", fill_type=FillType.OuterOffset, line_type=LineType.Separate
)
bands = []
for lower, upper in zip(levels, levels[1:] + [1e9]):
    parts = []
    for points, offsets in zip(*found.filled(lower, upper)):
        rings = [points[a:b] for a, b in zip(offsets, offsets[1:])]
        parts.append(Polygon(rings[0], rings[1:]))
    lines = [LineString(line) for line in found.lines(lower)]
    bands.append(
        {
            "area": sum(part.area for part in parts),
            "length": sum(part.length for part in parts),
            "polygons": len(parts),
            "holes": sum(len(part.interiors) for part in parts),
            "line_length": sum(line.length for line in lines),
            "lines": len(lines),
        }
    )
out = {
    "title": "Bands and lines of a hilly raster",
    "made_by": f"contour_bands.py: contourpy {version('contourpy')}, shapely {version('shapely')}",
    "inputs": {"columns": columns, "cell": cell, "values": values.ravel().tolist(), "levels": levels},
    "cases": [
        {"name": "bands", "tolerance": {"rel": 1e-9, "abs": 1e-9}, "expected": {key: [band[key] for band in bands] for key in bands[0]}}
    ],
}
with open("data/contour_bands.json", "w") as file:
    json.dump(out, file)
