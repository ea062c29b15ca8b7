#!/bin/sh
# Removes everything a clone made: private servers with their data, run-time files, build output. Used by `make clean`.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
if [ -f .run/host.json ] && build/control.sh status >/dev/null 2>&1; then
  echo "the platform is running; first: make stop" >&2
  exit 1
fi
for servers in .run/servers .run/test .run/e2e/servers; do
  [ -f "$servers/data-path" ] || continue
  build/servers.sh down --dir "$root/$servers"
  rm -rf "$(cat "$servers/data-path")"
done
rm -rf .run artifacts
find . -name node_modules -prune -o -type d \( -name bin -o -name obj \) -path '*/[a-zA-Z]*' -prune -print | while read -r folder; do
  if git check-ignore -q "$folder"; then rm -rf "$folder"; fi
done
echo "clean; next: make run"
