#!/bin/sh
# Written by `envguard hook install`; `envguard hook uninstall` removes it and gives back the hook that it runs first.
# envguard-hook-5d0c1f7e4b9a
program=@PROGRAM@
previous=@PREVIOUS@

# A hook that was here before: it runs first, and where it fails the commit fails as it would have without envguard.
if [ -n "$previous" ]; then
  first="${0%/*}/$previous"
  if [ -x "$first" ]; then
    "$first" "$@" || exit $?
  fi
fi

if [ -x "$program" ]; then
  exec "$program" "$@"
fi
if command -v envguard >/dev/null 2>&1; then
  exec envguard hook run "$@"
fi
echo "envguard: not found on this machine (was: $program), so this commit is not judged" >&2
exit 0
