#!/bin/sh
# Draws the pictures of maps/gallery/ anew with the given jiju, and two dossiers: no tables and no other reports.
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
# Dossiers of two block economies, one in each language.
"$jiju" dossier keqiao_dyeing --project "$maps/gallery.toml" -o "$maps/gallery/dossier-keqiao-dyeing.html" 2>/dev/null
"$jiju" dossier xinchang_bearings --project "$maps/gallery.toml" --lang en -o "$maps/gallery/dossier-xinchang-bearings.html" 2>/dev/null
# One sheet of the atlas.
"$jiju" atlas "$maps/atlas-districts.toml" --project "$maps/gallery.toml" --format png --dpi 105 -o "$folder/atlas" 2>/dev/null
cp "$folder/atlas/003-330603.png" "$maps/gallery/atlas-district.png"
