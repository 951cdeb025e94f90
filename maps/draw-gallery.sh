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
# One sheet of the atlas.
"$jiju" atlas "$maps/atlas-districts.toml" --project "$maps/gallery.toml" --format png --dpi 105 -o "$folder/atlas" 2>/dev/null
cp "$folder/atlas/003-330603.png" "$maps/gallery/atlas-district.png"
