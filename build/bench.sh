#!/bin/sh
# Runs the benchmarks on the release build. Used by `make bench`.
set -eu
. "$(dirname "$0")/prerequisites.sh"
require_dotnet
dotnet build tests/Benchmarks/Benchmarks.csproj -c Release -v quiet --nologo
exec dotnet "artifacts/bin/Benchmarks/$configuration/Benchmarks.dll" "$@"
