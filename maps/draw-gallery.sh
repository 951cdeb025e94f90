#!/bin/sh
# Draws the pictures of maps/gallery/ anew with the given jiju: only the pictures, no tables and no reports.
# Usage: maps/draw-gallery.sh [path of jiju]
set -eu
jiju=${1:-jiju}
maps=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$jiju" run "$maps/gallery.toml" --output "$folder" >/dev/null
mkdir -p "$maps/gallery"
rm -f "$maps"/gallery/*.png
cp "$folder"/maps/*.png "$folder"/charts/*.png "$maps/gallery/"
