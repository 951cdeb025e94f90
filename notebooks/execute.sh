#!/bin/sh
# Executes the notebooks in a virtual environment that this script makes; a cell that fails fails the script.
#   notebooks/execute.sh ENVIRONMENT WHEEL [--in-place]
# Without --in-place the executed copies are thrown away; with it the committed notebooks receive their new outputs.
set -eu
environment=$1
wheel=$2
folder=$(cd "$(dirname "$0")" && pwd)

"$folder/../scripts/python_environment.sh" "$environment" "$folder/requirements.txt" "$wheel"

executed=$(mktemp -d)
trap 'rm -rf "$executed"' EXIT
for notebook in "$folder"/*.ipynb; do
    copy="$executed/$(basename "$notebook")"
    (cd "$folder" && "$environment/bin/python" - "$notebook" "$copy" <<'PYTHON'
import sys

import nbformat
from nbclient import NotebookClient

source, target = sys.argv[1:]
notebook = nbformat.read(source, as_version=4)
NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": "."}}).execute()
for cell in notebook.cells:
    cell.metadata.pop("execution", None)
nbformat.write(notebook, target)
print(f"executed {source.rsplit('/', 1)[-1]}: {sum(cell.cell_type == 'code' for cell in notebook.cells)} cells")
PYTHON
    )
    if [ "${3:-}" = --in-place ]; then
        cp "$copy" "$notebook"
    fi
done
