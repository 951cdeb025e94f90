#!/bin/sh
# Puts the inputs of fuzz/work that reach something new, and are short, beside the kept ones: few and small, since they are
# committed.
#   fuzz/keep.sh PROGRAM [TARGET...]
set -eu
program=$1
shift
folder=$(cd "$(dirname "$0")" && pwd)
work=${JIJU_FUZZ_WORK:-$folder/work}
targets=$(ls "$work/corpus")
[ $# -gt 0 ] && targets="$*"
for target in $targets; do
    merged=$(mktemp -d)
    # Fixtures first: what they reach needs no other input. A folder that is merged into keeps what it holds.
    cp "$work/seeds/$target"/* "$merged"
    JIJU_FUZZ_TARGET=$target RAYON_NUM_THREADS=1 POLARS_MAX_THREADS=1 nice -n 19 "$program" -merge=1 -timeout=20 \
        -rss_limit_mb=2048 "$merged" "$folder/corpus/$target" "$work/corpus/$target" >/dev/null 2>&1 || true
    rm -f "$merged"/seed-*
    rm -rf "$folder/corpus/$target"
    mkdir -p "$folder/corpus/$target"
    # The shortest first, up to a number and to a size in all.
    total=0
    count=0
    ls -Sr "$merged" | while read -r name; do
        size=$(wc -c <"$merged/$name")
        total=$((total + size))
        count=$((count + 1))
        [ "$total" -le 65536 ] && [ "$count" -le 60 ] || break
        cp "$merged/$name" "$folder/corpus/$target/$name"
    done
    rm -rf "$merged"
    echo "$target: $(ls "$folder/corpus/$target" | wc -l) inputs kept"
done
