#!/bin/sh
# Runs the embedded sidecar under a steady load with faults injected and prints a verdict. Used by `make soak` (MINUTES=, RATE=).
# It has servers of its own, started and stopped by the command.
set -eu
. "$(dirname "$0")/prerequisites.sh"
require_dotnet

build/servers.sh up --dir "$root/.run/soak"
trap 'build/servers.sh down --dir "$root/.run/soak"' EXIT
PLATFORM_TEST_POSTGRES=$(sed -n 's/^PLATFORM_POSTGRES=//p' .run/soak/servers.env)
PLATFORM_TEST_REDIS=$(sed -n 's/^PLATFORM_REDIS=//p' .run/soak/servers.env)
export PLATFORM_TEST_POSTGRES PLATFORM_TEST_REDIS

dotnet build tests/Soak/Soak.csproj -c Release -v quiet --nologo
dotnet "artifacts/bin/Soak/$configuration/Soak.dll" ${MINUTES:+--minutes "$MINUTES"} ${RATE:+--rate "$RATE"}
