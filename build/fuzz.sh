#!/bin/sh
# Fuzzes the embedded sidecar: HTTP, gRPC, policies, events, rules, texts, YAML. Used by `make fuzz` (REQUESTS=, SECONDS=, SEED=, ONLY=, CASE=) and, as a slice, by build/test.sh.
set -eu
. "$(dirname "$0")/prerequisites.sh"
require_dotnet
[ -n "${BUILT:-}" ] || dotnet build tests/Fuzz/Fuzz.csproj -c Release -v quiet --nologo
exec dotnet "artifacts/bin/Fuzz/$configuration/Fuzz.dll" ${REQUESTS:+--requests "$REQUESTS"} ${FUZZ_SECONDS:+--seconds "$FUZZ_SECONDS"} ${SEED:+--seed "$SEED"} ${ONLY:+--only "$ONLY"} ${CASE:+--case "$CASE"}
