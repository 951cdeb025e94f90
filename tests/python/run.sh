#!/bin/sh
# Tests the wheel in virtual environments that this script makes, without system packages.
#   tests/python/run.sh ENVIRONMENT WHEEL
#   tests/python/run.sh --stubs ENVIRONMENT WHEEL     writes python/jiju/__init__.pyi
# The first environment has all the libraries that tables are exchanged with; a second one has pandas 2, and sees the tests of
# tables and geometries; a third has nothing but the wheel.
set -eu
wants_stubs=no
if [ "$1" = --stubs ]; then
    wants_stubs=yes
    shift
fi
environment=$1
wheel=$2
folder=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$folder/../.." && pwd)

made() { # ENVIRONMENT REQUIREMENTS
    if ! cmp -s "$2" "$1/requirements.txt"; then
        rm -rf "$1"
        python3 -m venv "$1"
        "$1/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$2"
        cp "$2" "$1/requirements.txt"
    fi
    "$1/bin/pip" install --quiet --disable-pip-version-check --no-deps --no-index --force-reinstall "$wheel"
}

if [ "$wants_stubs" = yes ]; then
    made "$environment" "$folder/requirements.txt"
    exec "$environment/bin/python" "$root/scripts/python_stubs.py"
fi

rm -rf "$environment-alone"
python3 -m venv "$environment-alone"
"$environment-alone/bin/pip" install --quiet --disable-pip-version-check --no-index "$wheel"
"$environment-alone/bin/python" "$folder/alone.py" "$root"

made "$environment" "$folder/requirements.txt"
"$environment/bin/python" "$root/scripts/python_stubs.py" --check
"$environment/bin/python" -m mypy --strict --no-incremental --cache-dir /dev/null "$folder/typed.py"
"$environment/bin/python" -m pytest -q -p no:cacheprovider "$folder"

made "$environment-pandas2" "$folder/requirements-pandas2.txt"
"$environment-pandas2/bin/python" -m pytest -q -p no:cacheprovider "$folder/test_tables.py" "$folder/test_geometry.py"
