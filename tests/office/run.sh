#!/bin/sh
# Holds the bulletin against the schema of its format and, as LibreOffice and jiju set it, against the form of official documents.
#   tests/office/run.sh ENVIRONMENT JIJU
# The environment is a virtual one that this script makes; LibreOffice has to be there (apt-get install libreoffice-writer-nogui).
set -eu
environment=$1
jiju=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
folder=$(cd "$(dirname "$0")" && pwd)
command -v soffice > /dev/null || { echo "soffice is missing: apt-get install libreoffice-writer-nogui"; exit 1; }
"$folder/../../scripts/python_environment.sh" "$environment" "$folder/requirements.txt"
exec "$environment/bin/python" "$folder/bulletin.py" "$jiju"
