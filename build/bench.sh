#!/bin/sh
# Runs the benchmarks on the release build. Used by `make bench` (ONLY=, RUNS=, LENGTH=).
# It has servers of its own, with fsync on, started and stopped by the command.
set -eu
. "$(dirname "$0")/prerequisites.sh"
require_dotnet

build/servers.sh up --dir "$root/.run/bench"
trap 'build/servers.sh down --dir "$root/.run/bench"' EXIT
PLATFORM_TEST_POSTGRES=$(sed -n 's/^PLATFORM_POSTGRES=//p' .run/bench/servers.env)
PLATFORM_TEST_REDIS=$(sed -n 's/^PLATFORM_REDIS=//p' .run/bench/servers.env)
export PLATFORM_TEST_POSTGRES PLATFORM_TEST_REDIS

dotnet build tests/Benchmarks/Benchmarks.csproj -c Release -v quiet --nologo
dotnet "artifacts/bin/Benchmarks/$configuration/Benchmarks.dll" ${ONLY:+--only "$ONLY"} ${RUNS:+--runs "$RUNS"} ${LENGTH:+--seconds "$LENGTH"}
