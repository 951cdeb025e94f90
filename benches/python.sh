#!/bin/sh
# Runs a Python script of this folder in a virtual environment with the packages of requirements.txt, or of another file that
# REQUIREMENTS names, and with the wheel that WHEEL names.
#   benches/python.sh ENVIRONMENT SCRIPT [ARGUMENT...]
set -eu
environment=$1
script=$2
shift 2
folder=$(cd "$(dirname "$0")" && pwd)

"$folder/../scripts/python_environment.sh" "$environment" "$folder/${REQUIREMENTS:-requirements.txt}" ${WHEEL:+"$WHEEL"}
exec "$environment/bin/python" "$folder/$script" "$@"
