#!/bin/sh
# Stands before the compiler, as RUSTC_WRAPPER: crates that JIJU_FUZZ_CRATES names are compiled so that libFuzzer sees which of their
# branches are taken. The passes are LLVM's own, so that the stable compiler will do.
compiler=$1
shift
name=""
previous=""
for argument in "$@"; do
    [ "$previous" = --crate-name ] && name=$argument
    previous=$argument
done
case " ${JIJU_FUZZ_CRATES:-jiju jiju_core jiju_fuzz} " in
*" $name "*)
    exec "$compiler" "$@" -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
        -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
        -Cllvm-args=-sanitizer-coverage-trace-compares
    ;;
*) exec "$compiler" "$@" ;;
esac
