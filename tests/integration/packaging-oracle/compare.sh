#!/bin/sh
# compare.sh VERSION_PAIRS: runs the oracle on the Python of the test wheels, which carries `packaging`.
set -eu
cache=${ENVGUARD_TEST_TORCH:-$HOME/.cache/envguard-test}
exec "$cache/python-2.11.0/bin/python" "$(dirname "$0")/compare.py" "$1"
