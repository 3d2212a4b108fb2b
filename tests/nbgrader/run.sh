#!/usr/bin/env bash
# Reads the students' notebooks with nbgrader's own tools: `tests/nbgrader/run.sh PROGRAM`, for all of `notebooks/`; and
# converts the course that nbgrader comes with, where PROGRAM is a built `gradus`. Makes a Python environment of its own, or uses $NBGRADER_TEST_ENV. Nothing is run by a kernel.
set -euo pipefail
program=$(realpath "${1:?"which gradus?"}")
cd "$(dirname "$0")/../.."

scratch=$(mktemp --directory)
trap 'rm -rf "$scratch"' EXIT
environment=${NBGRADER_TEST_ENV:-$scratch/environment}
[ -x "$environment/bin/python" ] || python3 -m venv "$environment"
"$environment/bin/pip" install --quiet --disable-pip-version-check 'nbgrader==0.9.6'

# Nothing of the user's own.
export PATH=$environment/bin:$PATH JUPYTER_CONFIG_DIR=$scratch/config JUPYTER_DATA_DIR=$scratch/data HOME=$scratch JUPYTER_PLATFORM_DIRS=1
python tests/nbgrader/read.py nbgrader "$scratch/course" notebooks/*.ipynb

(cd "$scratch" && nbgrader quickstart ours >/dev/null)
"$program" convert --from nbgrader "$scratch/ours/source/ps1" --out "$scratch/ps1.rs"
python tests/nbgrader/converted.py "$scratch/ours/source/ps1" "$scratch/ps1.rs"
