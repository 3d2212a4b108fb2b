#!/usr/bin/env bash
# Tries the kernel with Jupyter's own programs: `tests/kernel/run.sh PROGRAM`, where PROGRAM is a built `gradus`.
# Makes a Python environment of its own (or uses $KERNEL_TEST_ENV), installs the kernel into it, and runs every suite.
# $SUITES chooses some of: protocol behaviour notebooks run solutions console lab answers.
set -euo pipefail
cd "$(dirname "$0")"

program=${1:?"which gradus?"}
suites=${SUITES:-protocol behaviour notebooks run solutions console lab answers}
environment=${KERNEL_TEST_ENV:-}
if [ -z "$environment" ]; then
    environment=$(mktemp --directory)
    trap 'rm -rf "$environment"' EXIT
fi
[ -x "$environment/bin/python" ] || python3 -m venv "$environment"
"$environment/bin/pip" install --quiet --disable-pip-version-check --requirement requirements.txt

# The test client opens many sockets.
ulimit -n "$(ulimit -Hn)"

# Nothing of the user's own: neither kernels nor settings nor history.
home=$(mktemp --directory)
trap 'rm -rf "$home"; [ -n "${KERNEL_TEST_ENV:-}" ] || rm -rf "$environment"' EXIT
export JUPYTER_CONFIG_DIR=$home/config JUPYTER_DATA_DIR=$home/data JUPYTER_RUNTIME_DIR=$home/runtime
export XDG_DATA_HOME=$home/share IPYTHONDIR=$home/ipython JUPYTER_PLATFORM_DIRS=1
# What the suites ask for in a way of its own in each kernel.
export KB_SNIPPETS=$PWD/snippets.json
export KERNEL_NAME=gradus PATH=$environment/bin:$PATH
"$program" kernel install --prefix "$environment"

for suite in $suites; do
    printf '\n-- %s\n' "$suite"
    case $suite in
        protocol) timeout 600 python -m pytest --quiet -p no:cacheprovider kernel_test_rust.py ;;
        behaviour) timeout 1200 python expected.py ;;
        notebooks) timeout 300 python -m pytest --quiet -p no:cacheprovider notebooks.py ;;
        run) GRADUS=$program timeout 900 python -m pytest --quiet -p no:cacheprovider run_notebooks.py ;;
        # Every assignment's solution notebook, from top to bottom. The program is the staff's.
        solutions)
            # Two side by side: a notebook waits for its own cells.
            find ../../grader/keys -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort | xargs -P 2 -I {} \
                timeout 600 "$program" release {} --out "$home/release" --without-program
            ;;
        console) timeout 120 python -m pytest --quiet -p no:cacheprovider console.py ;;
        lab) timeout 300 python lab.py ;;
        answers) timeout 900 python answers.py ;;
        *) echo "there is no suite $suite" >&2; exit 2 ;;
    esac
done
