#!/bin/sh
# read.sh WRITE_SAMPLE_PAIR: writes a pair into a scratch folder and lets the Python of the test wheels read it.
set -eu
cache=${ENVGUARD_TEST_TORCH:-$HOME/.cache/envguard-test}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$1" "$folder"
"$cache/python-2.11.0/bin/python" "$(dirname "$0")/read.py" "$folder/cpu-amd-25-97"
