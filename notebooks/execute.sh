#!/bin/sh
# Executes the notebooks in a virtual environment that this script makes; a cell that fails fails the script.
#   notebooks/execute.sh ENVIRONMENT WHEEL [--in-place]
#   notebooks/execute.sh --peers ENVIRONMENT WHEEL [--in-place]
# Without --in-place the executed copies are thrown away; with it the committed notebooks receive their new outputs. The notebook of
# ten million firms has its outputs from --peers, which executes that one alone, with all its firms and everything it compares:
# some minutes, 5 GB of memory, an environment of 1.5 GB. Without --peers it joins fewer firms, and its outputs are thrown away.
set -eu
large=04-ten-million-firms.ipynb
requirements=requirements.txt
notebooks='*.ipynb'
if [ "$1" = --peers ]; then
    shift
    requirements=requirements-peers.txt
    notebooks=$large
else
    export JIJU_FIRMS="${JIJU_FIRMS:-100000}"
fi
environment=$1
wheel=$2
folder=$(cd "$(dirname "$0")" && pwd)

"$folder/../scripts/python_environment.sh" "$environment" "$folder/$requirements" "$wheel"

executed=$(mktemp -d)
trap 'rm -rf "$executed"' EXIT
for notebook in "$folder"/$notebooks; do
    copy="$executed/$(basename "$notebook")"
    (cd "$folder" && "$environment/bin/python" - "$notebook" "$copy" <<'PYTHON'
import sys

import nbformat
from nbclient import NotebookClient

source, target = sys.argv[1:]
notebook = nbformat.read(source, as_version=4)
# The state of a widget is megabytes of points; the notebook says what is seen without it.
settings = {"timeout": 3600, "kernel_name": "python3", "store_widget_state": False}
NotebookClient(notebook, resources={"metadata": {"path": "."}}, **settings).execute()
for cell in notebook.cells:
    cell.metadata.pop("execution", None)
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        # A number of the session, which nobody who opens the file can use.
        if data.pop("application/vnd.jupyter.widget-view+json", None):
            data["text/plain"] = "(a map to move, where this notebook runs)"
nbformat.write(notebook, target)
print(f"executed {source.rsplit('/', 1)[-1]}: {sum(cell.cell_type == 'code' for cell in notebook.cells)} cells")
PYTHON
    )
    if [ "${3:-}" = --in-place ] && { [ "$requirements" != requirements.txt ] || [ "$(basename "$notebook")" != "$large" ]; }; then
        cp "$copy" "$notebook"
    fi
done
