#!/bin/sh
# Joins on a cluster of Spark that has several processes, in an environment that this script makes. Needs Java 17.
#   tests/spark/run.sh ENVIRONMENT WHEEL
set -eu
environment=$1
wheel=$2
folder=$(cd "$(dirname "$0")" && pwd)

java -version 2>/dev/null || { echo "error: Spark needs Java 17: apt-get install openjdk-17-jre-headless" >&2; exit 2; }
"$folder/../../scripts/python_environment.sh" "$environment" "$folder/requirements.txt" "$wheel"
exec "$environment/bin/python" -m pytest -q -p no:cacheprovider "$folder"
