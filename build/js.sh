#!/bin/sh
# The embedded sidecar used by the official JavaScript SDK (tests/Conformance/js): `make test-js`, and a part of `make test`.
# ONLY=part of a suite's name runs that one. The last line is `N passed, N failed, N skipped`; RESULTS=file gets the same numbers.
# `build/js.sh available` only says whether Node.js is there.
# Servers: PLATFORM_TEST_POSTGRES and PLATFORM_TEST_REDIS, else private ones for the run.
set -eu
. "$(dirname "$0")/prerequisites.sh"

if ! command -v npm >/dev/null 2>&1 || ! command -v node >/dev/null 2>&1 || [ "$(node -p 'process.versions.node.split(".")[0] >= 20')" != true ]; then
  echo "js: Node.js 20 or newer with npm is needed for the JavaScript SDK's suite and was not found. Install it (Debian: apt-get install nodejs npm; else https://nodejs.org), then run the same command again." >&2
  exit 1
fi
[ "${1:-}" = available ] && exit 0
require_dotnet

if [ -z "${PLATFORM_TEST_POSTGRES:-}" ] || [ -z "${PLATFORM_TEST_REDIS:-}" ]; then
  start_test_servers test --fast
fi

[ -n "${BUILT:-}" ] || dotnet build sidecar/Sidecar.Host -c Release -v quiet --nologo
suite=tests/Conformance/js
if [ ! -e $suite/node_modules/.package-lock.json ] || [ $suite/package-lock.json -nt $suite/node_modules/.package-lock.json ]; then
  (cd $suite && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
  touch $suite/node_modules/.package-lock.json
fi
case ${RESULTS:-} in '' | /*) ;; *) RESULTS=$root/$RESULTS ;; esac
node $suite/run.js "${ONLY:-}"
