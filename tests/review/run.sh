#!/usr/bin/env bash
# Tries the gradebook in a browser: `tests/review/run.sh PROGRAM`, where PROGRAM is a built `gradus` and Chromium is installed.
# Makes a Python environment of its own, or uses $REVIEW_TEST_ENV. Pictures go to $REVIEW_TEST_PICTURES.
set -euo pipefail
program=$(realpath "${1:?"which gradus?"}")
cd "$(dirname "$0")"

environment=${REVIEW_TEST_ENV:-}
if [ -z "$environment" ]; then
    environment=$(mktemp --directory)
    trap 'rm -rf "$environment"' EXIT
fi
[ -x "$environment/bin/python" ] || python3 -m venv "$environment"
"$environment/bin/pip" install --quiet --disable-pip-version-check --requirement requirements.txt
timeout 300 "$environment/bin/python" review.py "$program"
