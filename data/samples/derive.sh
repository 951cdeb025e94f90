#!/bin/sh
# Makes the files of derived/ anew from the sample with the given jiju: what a map draws over its areas.
# Usage: data/samples/derive.sh [path of jiju]
set -eu
jiju=${1:-jiju}
samples=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$samples/derived"
# Dyeing and textile finishing, by the codes of the policy.
python3 - "$samples/register.csv" "$folder/dyeing.csv" <<'PYTHON'
import csv, sys
with open(sys.argv[1], encoding="utf-8", newline="") as source, open(sys.argv[2], "w", encoding="utf-8", newline="") as out:
    rows = csv.DictReader(source)
    kept = csv.DictWriter(out, rows.fieldnames)
    kept.writeheader()
    for row in rows:
        if row["industry_code"][:4] in {"1713", "1723", "1733", "1743", "1752", "1762"}:
            kept.writerow(row)
PYTHON
"$jiju" cluster dbscan "$folder/dyeing.csv" --radius 1500m --min-points 15 --names "$samples/towns.geojson" \
    --hulls "$samples/derived/dyeing-clusters.geojson" -o "$folder/members.csv"
"$jiju" density "$samples/register.csv" --window "$samples/../boundaries/shaoxing_districts.geojson" --cell 1km \
    --bandwidth 4km --contours 0.5,1,2,4,8 -o "$samples/derived/density-contours.geojson"
