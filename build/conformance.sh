#!/bin/sh
# Replays the recordings of the real daprd against the embedded sidecar. Used by `make conformance`. GOLDEN=<folder of scenarios>, ONLY=<part of an id>.
set -eu
. "$(dirname "$0")/prerequisites.sh"
require_dotnet
dotnet build tests/Conformance/Conformance.csproj -c Release -v quiet --nologo
exec dotnet "artifacts/bin/Conformance/$configuration/Conformance.dll" ${GOLDEN:+"$GOLDEN"} ${ONLY:+--only "$ONLY"}
