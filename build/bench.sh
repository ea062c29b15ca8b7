#!/bin/sh
# Runs the benchmarks on the release build. Used by `make bench` (ONLY=, RUNS=, LENGTH=).
# It has servers of its own, with fsync on, started and stopped by the command.
set -eu
. "$(dirname "$0")/prerequisites.sh"
require_dotnet

start_test_servers bench

dotnet build tests/Benchmarks/Benchmarks.csproj -c Release -v quiet --nologo
dotnet "artifacts/bin/Benchmarks/$configuration/Benchmarks.dll" ${ONLY:+--only "$ONLY"} ${RUNS:+--runs "$RUNS"} ${LENGTH:+--seconds "$LENGTH"}
