#!/bin/sh
# Runs a Python script of this folder in a virtual environment with the packages of requirements.txt, or of another file that
# REQUIREMENTS names.
#   benches/python.sh ENVIRONMENT SCRIPT [ARGUMENT...]
set -eu
environment=$1
script=$2
shift 2
folder=$(cd "$(dirname "$0")" && pwd)
requirements="$folder/${REQUIREMENTS:-requirements.txt}"

if ! cmp -s "$requirements" "$environment/requirements.txt"; then
    rm -rf "$environment"
    python3 -m venv "$environment"
    "$environment/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$requirements"
    cp "$requirements" "$environment/requirements.txt"
fi
exec "$environment/bin/python" "$folder/$script" "$@"
