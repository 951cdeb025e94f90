"""The wheel by itself: no other package is there, no library of the system is loaded, and the module is small and soon there."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

begun = time.perf_counter()
import jiju  # noqa: E402

took_ms = 1000 * (time.perf_counter() - begun)
root = Path(sys.argv[1])
areas = jiju.read_areas(root / "data/boundaries/shaoxing_districts.geojson", area_id="adcode")
found = jiju.AreaIndex(areas).locate([120.58, 120.47, 0.0], [30.01, 30.08, 0.0])
assert found.to_list() == ["330602", "330603", None], found
joined = jiju.join({"lon": [120.58], "lat": [30.01]}, areas)
assert joined.scalars["unmatched"] == [0]
assert jiju.classify([1.0, 2.0, 9.0], k=2).breaks == [2.0, 9.0]
assert jiju.map(areas, set={"kind": "plain"})._repr_png_().startswith(b"\x89PNG")
if sys.platform == "linux":
    needed = subprocess.run(["ldd", jiju._jiju.__file__], capture_output=True, text=True, check=True).stdout
    strangers = [word for word in ("gdal", "proj", "geos", "sqlite", "libpython") if word in needed]
    assert not strangers, needed
print(f"jiju {jiju.__version__} alone: imported in {took_ms:.0f} ms")
