#!/bin/sh
# Stands before the compiler, as RUSTC_WRAPPER: crates that JIJU_FUZZ_CRATES names are compiled so that libFuzzer sees which of their
# branches are taken. The passes are LLVM's own, so that the stable compiler will do. With JIJU_SANITIZER=address they are compiled so that
# every access to memory is watched instead, by the stable compiler as well, which has the library for it.
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
    if [ -n "${JIJU_SANITIZER:-}" ]; then
        RUSTC_BOOTSTRAP=1 exec "$compiler" "$@" -Zsanitizer="$JIJU_SANITIZER"
    fi
    exec "$compiler" "$@" -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
        -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
        -Cllvm-args=-sanitizer-coverage-trace-compares
    ;;
*) exec "$compiler" "$@" ;;
esac
