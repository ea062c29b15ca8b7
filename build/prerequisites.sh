# Sourced by the scripts beside it: finds the .NET SDK, starts or finds the servers, builds. Not a command of its own.

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
run_dir=${PLATFORM_RUN_DIR:-$root/.run}
configuration=release

require_dotnet() {
  if ! command -v dotnet >/dev/null 2>&1 && [ -x "$HOME/.dotnet/dotnet" ]; then PATH=$HOME/.dotnet:$PATH; fi
  if ! command -v dotnet >/dev/null 2>&1 || ! dotnet --version >/dev/null 2>&1; then
    cat >&2 <<TEXT
The .NET SDK 10 is needed and was not found$(command -v dotnet >/dev/null 2>&1 && echo " (installed: $(dotnet --list-sdks | tr '\n' ' '))"). Get it with one command, then run the same command again:
  Debian, Ubuntu, WSL, Fedora, macOS   curl -sSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0
  macOS (Homebrew)                     brew install dotnet
  Windows                              winget install Microsoft.DotNet.SDK.10
TEXT
    exit 1
  fi
  export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
}

# Servers named by PLATFORM_POSTGRES and PLATFORM_REDIS are used as they are; else private ones are started.
require_servers() {
  if [ -n "${PLATFORM_POSTGRES:-}" ] && [ -n "${PLATFORM_REDIS:-}" ]; then return; fi
  build/servers.sh up --dir "$run_dir/servers"
  own_servers=1
  while IFS='=' read -r name value; do
    case $name in
      PLATFORM_POSTGRES) PLATFORM_POSTGRES=${PLATFORM_POSTGRES:-$value} ;;
      PLATFORM_REDIS) PLATFORM_REDIS=${PLATFORM_REDIS:-$value} ;;
    esac
  done <"$run_dir/servers/servers.env"
  export PLATFORM_POSTGRES PLATFORM_REDIS
}

stop_own_servers() {
  if [ -n "${own_servers:-}" ]; then build/servers.sh down --dir "$run_dir/servers"; fi
}

# Private servers of a test run, named by PLATFORM_TEST_POSTGRES and PLATFORM_TEST_REDIS and stopped with the script: start_test_servers FOLDER [--fast]
start_test_servers() {
  test_servers=$root/.run/$1
  shift
  build/servers.sh up --dir "$test_servers" "$@"
  trap 'build/servers.sh down --dir "$test_servers"' EXIT
  PLATFORM_TEST_POSTGRES=$(sed -n 's/^PLATFORM_POSTGRES=//p' "$test_servers/servers.env")
  PLATFORM_TEST_REDIS=$(sed -n 's/^PLATFORM_REDIS=//p' "$test_servers/servers.env")
  export PLATFORM_TEST_POSTGRES PLATFORM_TEST_REDIS
}

# Builds a solution, unless neither a source (one that was removed changes its folder) nor what was restored and built has changed
# since the last time: to find that out, a build takes seconds.
build_if_changed() { # solution, folders of its sources...
  solution=$1
  shift
  stamp=artifacts/.built-$(basename "$solution")-${DaprSdk:-source}
  if [ -f "$stamp.end" ] \
    && [ -z "$(find "$@" Directory.* global.json .editorconfig Platform.sln -newer "$stamp" 2>/dev/null | head -n 1)" ] \
    && [ -z "$(find artifacts/bin artifacts/obj/*/project.assets.json -maxdepth 2 -newer "$stamp.end" 2>/dev/null | head -n 1)" ]; then return; fi
  mkdir -p artifacts
  rm -f "$stamp.end"
  touch "$stamp"
  dotnet build "$solution" -c Release -v quiet --nologo || return
  touch "$stamp.end"
}

build_platform() { build_if_changed build/Platform.slnf sdk sidecar services gateway workflows build; }

build_all() { build_if_changed Platform.sln sdk sidecar services gateway workflows build tests; }

prepare_databases() {
  dotnet "artifacts/bin/Setup/$configuration/Setup.dll" --out "$run_dir/platform.env"
  set -a
  # shellcheck disable=SC1091
  . "$run_dir/platform.env"
  set +a
}
