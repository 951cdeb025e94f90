#!/bin/sh
# Joins on a cluster of Spark that has several processes, in an environment that this script makes. Needs Java 17.
#   tests/spark/run.sh ENVIRONMENT WHEEL
set -eu
environment=$1
wheel=$2
folder=$(cd "$(dirname "$0")" && pwd)
requirements="$folder/requirements.txt"

java -version 2>/dev/null || { echo "error: Spark needs Java 17: apt-get install openjdk-17-jre-headless" >&2; exit 2; }
if ! cmp -s "$requirements" "$environment/requirements.txt"; then
    rm -rf "$environment"
    python3 -m venv "$environment"
    "$environment/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$requirements"
    cp "$requirements" "$environment/requirements.txt"
fi
"$environment/bin/pip" install --quiet --disable-pip-version-check --no-deps --no-index --force-reinstall "$wheel"
exec "$environment/bin/python" -m pytest -q -p no:cacheprovider "$folder"
