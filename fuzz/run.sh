#!/bin/sh
# Fuzzes every target for so many minutes in all, one after the other, on one core that anything else may have.
#   fuzz/run.sh PROGRAM MINUTES [TARGET...]
# What is found lies in fuzz/work: inputs by target, and those that crash, hang or take too much memory in crashes/. Inputs that
# reach a branch that neither the fixtures nor the kept ones reach, and are short, are put beside the kept ones by
# fuzz/keep.sh.
set -eu
program=$1
minutes=$2
shift 2
folder=$(cd "$(dirname "$0")" && pwd)
work=${JIJU_FUZZ_WORK:-$folder/work}
mkdir -p "$work/crashes"
targets=$(JIJU_FUZZ_SEEDS="$work/seeds" "$program")
[ $# -gt 0 ] && targets="$*"
seconds=$((minutes * 60 / $(echo "$targets" | wc -w)))
found=0
for target in $targets; do
    mkdir -p "$work/corpus/$target" "$folder/corpus/$target" "$folder/regressions/$target"
    dictionary="$folder/dictionaries/$target"
    # The number of runs and of branches stands in the log. A crash ends a round; the next one begins with what there is.
    end=$(($(date +%s) + seconds))
    round=0
    while [ "$(date +%s)" -lt "$end" ] && [ "$round" -lt 20 ]; do
        round=$((round + 1))
        left=$((end - $(date +%s)))
        # A crash is kept, and what is the same again is not looked for: at most twenty for each target.
        JIJU_FUZZ_TARGET=$target RAYON_NUM_THREADS=1 POLARS_MAX_THREADS=1 nice -n 19 "$program" \
            -max_total_time="$left" -timeout="${JIJU_FUZZ_TIMEOUT:-20}" -rss_limit_mb=2048 -max_len=24576 \
            -artifact_prefix="$work/crashes/$target-" -print_final_stats=1 \
            $([ -f "$dictionary" ] && echo "-dict=$dictionary") \
            "$work/corpus/$target" "$folder/corpus/$target" "$folder/regressions/$target" "$work/seeds/$target" \
            >"$work/$target-$round.log" 2>&1 || found=$((found + 1))
    done
    runs=$(awk '/^stat::number_of_executed_units/ { sum += $2 } END { print sum + 0 }' "$work/$target"-*.log)
    covered=$(grep -ho 'cov: [0-9]*' "$work/$target-$round.log" | tail -1)
    echo "$target: $runs inputs in ${seconds} s, ${covered:-cov: ?}"
done
[ "$found" -eq 0 ] || { echo "error: $found rounds ended in a crash, a hang or too much memory: $work/crashes" >&2; exit 1; }
