#!/bin/sh
# Builds the wheel of the Python package into a folder, in an environment that this script makes.
#   scripts/wheel.sh ENVIRONMENT FOLDER
# The build has the profile and the target folder of the program, so that all dependencies are compiled once; jiju itself is
# compiled again, since the wheel has no GDAL.
set -eu
environment=$1
folder=$2
root=$(cd "$(dirname "$0")/.." && pwd)

"$root/scripts/python_environment.sh" "$environment" "$root/python/requirements.txt"

mkdir -p "$folder"
rm -f "$folder"/jiju-*.whl
(cd "$root" && "$environment/bin/maturin" build --quiet --release --locked --interpreter "$environment/bin/python" --out "$folder")

# A wheel that is not abi3 is made without a word where a feature is missing; it would serve one version of Python alone.
python3 - "$folder" <<'PYTHON'
import pathlib
import sys
import zipfile

wheels = sorted(pathlib.Path(sys.argv[1]).glob("jiju-*.whl"))
if len(wheels) != 1:
    sys.exit(f"found {len(wheels)} wheels, expected one")
wheel = wheels[0]
if "-cp311-abi3-" not in wheel.name:
    sys.exit(f"{wheel.name} is for one version of Python, expected cp311-abi3")
names = zipfile.ZipFile(wheel).namelist()
modules = [name for name in names if name.endswith((".so", ".pyd", ".dylib"))]
if modules not in (["jiju/_jiju.abi3.so"], ["jiju/_jiju.pyd"]):
    sys.exit(f"found {modules} in {wheel.name}, expected one module of the stable ABI")
for needed in ("jiju/__init__.pyi", "jiju/py.typed", "jiju/spark.py"):
    if needed not in names:
        sys.exit(f"{needed} is missing in {wheel.name}")
print(f"{wheel} {wheel.stat().st_size / 1e6:.1f} MB")
PYTHON
