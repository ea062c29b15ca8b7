#!/bin/sh
# Runs the embedded sidecar under a steady load with faults injected and prints a verdict. Used by `make soak` (MINUTES=, RATE=).
# It has servers of its own, started and stopped by the command.
set -eu
. "$(dirname "$0")/prerequisites.sh"
require_dotnet

start_test_servers soak

dotnet build tests/Soak/Soak.csproj -c Release -v quiet --nologo
dotnet "artifacts/bin/Soak/$configuration/Soak.dll" ${MINUTES:+--minutes "$MINUTES"} ${RATE:+--rate "$RATE"}
