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

if [ "$wants_stubs" = yes ]; then
    "$root/scripts/python_environment.sh" "$environment" "$folder/requirements.txt" "$wheel"
    exec "$environment/bin/python" "$root/scripts/python_stubs.py"
fi

rm -rf "$environment-alone"
python3 -m venv "$environment-alone"
"$environment-alone/bin/pip" install --quiet --disable-pip-version-check --no-index "$wheel"
"$environment-alone/bin/python" "$folder/alone.py" "$root"

"$root/scripts/python_environment.sh" "$environment" "$folder/requirements.txt" "$wheel"
"$environment/bin/python" "$root/scripts/python_stubs.py" --check
"$environment/bin/python" -m mypy --strict --no-incremental --cache-dir /dev/null "$folder/typed.py"
"$environment/bin/python" -m pytest -q -p no:cacheprovider "$folder"

"$root/scripts/python_environment.sh" "$environment-pandas2" "$folder/requirements-pandas2.txt" "$wheel"
"$environment-pandas2/bin/python" -m pytest -q -p no:cacheprovider "$folder/test_tables.py" "$folder/test_geometry.py"
