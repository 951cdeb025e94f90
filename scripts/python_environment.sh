#!/bin/sh
# Makes a virtual environment with the packages of a file, held to their hashes, unless it is there; then puts a wheel into it.
# PYTHON names another interpreter than python3.
#   scripts/python_environment.sh ENVIRONMENT REQUIREMENTS [WHEEL]
set -eu
environment=$1
requirements=$2
wheel=${3:-}

if ! cmp -s "$requirements" "$environment/requirements.txt"; then
    rm -rf "$environment"
    "${PYTHON:-python3}" -m venv "$environment"
    "$environment/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$requirements"
    cp "$requirements" "$environment/requirements.txt"
fi
[ -z "$wheel" ] ||
    "$environment/bin/pip" install --quiet --disable-pip-version-check --no-deps --no-index --force-reinstall "$wheel"
