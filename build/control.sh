#!/bin/sh
# Talks to the running platform: stop, status, logs (APP=orders, FOLLOW=1). Used by `make stop|status|logs`.
set -eu
. "$(dirname "$0")/prerequisites.sh"
require_dotnet

command=${1:-status}
case ${ENGINE:-embedded}:$command in
  *:logs)
    if [ -z "${APP:-}" ]; then
      echo "which app? make logs APP=orders (one of: gateway users products orders payments payment-processor)" >&2
      exit 2
    fi
    ;;
esac

case ${ENGINE:-embedded}:$command in
  embedded:stop | embedded:status)
    exec dotnet "artifacts/bin/Sidecar.Host/$configuration/Sidecar.Host.dll" "$command" --run-dir "$run_dir"
    ;;
  embedded:logs)
    exec dotnet "artifacts/bin/Sidecar.Host/$configuration/Sidecar.Host.dll" logs "$APP" ${FOLLOW:+--follow} --run-dir "$run_dir"
    ;;
  dapr:stop) exec dapr stop -f "${DAPR_FILE:-dapr.yaml}" ;;
  dapr:status) exec dapr list ;;
  dapr:logs)
    folder=$(awk -v app="$APP" '$1 == "-" && $2 == "appID:" { seen = ($3 == app) } seen && $1 == "appDirPath:" { print $2; exit }' "${DAPR_FILE:-dapr.yaml}")
    file=$(ls -t "${folder:-.}"/.dapr/logs/"$APP"_app_*.log 2>/dev/null | head -n 1)
    [ -n "$file" ] || { echo "no log of '$APP' under ${folder:-.}/.dapr/logs" >&2; exit 1; }
    exec tail ${FOLLOW:+-f} -n 200 "$file"
    ;;
  *)
    echo "usage: build/control.sh stop|status|logs" >&2
    exit 2
    ;;
esac
