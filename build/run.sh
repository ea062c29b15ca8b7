#!/bin/sh
# Runs the whole platform in the foreground until Ctrl-C: servers, build, databases, then the engine. Used by `make run`.
# ENGINE=embedded|dapr, EXTERNAL=<app ids, comma separated> (their processes are started by somebody else, an IDE say),
# DAPR_FILE=<another multi-app run file>, PLATFORM_RUN_DIR=<instead of .run>.
set -eu
. "$(dirname "$0")/prerequisites.sh"

file=${DAPR_FILE:-dapr.yaml}
require_dotnet
if running=$(sed -n 's/.*"pid": *\([0-9]*\).*/\1/p' "$run_dir/host.json" 2>/dev/null) && [ -n "$running" ] && kill -0 "$running" 2>/dev/null; then
  echo "run.sh: a platform runs already in $run_dir (process $running). First: make stop" >&2
  exit 1
fi
require_servers
trap 'stop_own_servers' EXIT
build_platform
prepare_databases

# A background process of a shell ignores Ctrl-C: it is told to stop by name, and waited for however often it is told.
engine() {
  "$@" &
  pid=$!
  trap 'kill -TERM $pid 2>/dev/null || true' INT TERM HUP
  while :; do
    result=0
    wait $pid || result=$?
    kill -0 $pid 2>/dev/null || break
  done
  trap - INT TERM HUP
  return $result
}

case ${ENGINE:-embedded} in
  embedded)
    engine dotnet "artifacts/bin/Sidecar.Host/$configuration/Sidecar.Host.dll" run -f "$file" --run-dir "$run_dir" ${EXTERNAL:+--external "$EXTERNAL"}
    ;;
  dapr)
    . build/dapr-engine.sh
    require_dapr
    start_control_plane
    trap 'stop_control_plane; stop_own_servers' EXIT
    engine dapr run -f "$file"
    ;;
  *)
    echo "run.sh: ENGINE is '${ENGINE}'; accepted: embedded, dapr" >&2
    exit 2
    ;;
esac
