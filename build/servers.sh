#!/bin/sh
# Private PostgreSQL and Redis servers for one clone, on 127.0.0.1 and ports of their own, with generated passwords.
# Used by build/run.sh, `make test` and the test fixtures. Never touches a system service.
#
#   build/servers.sh up     [--dir DIR] [--fast]   start (installs the programs where that can be done), idempotent
#   build/servers.sh down   [--dir DIR]            stop
#   build/servers.sh status [--dir DIR]            exit 0 when both run
#   build/servers.sh install --program NAME        a server program that only the tests need
#
# DIR (default .run/servers) keeps the data and servers.env with PLATFORM_POSTGRES and PLATFORM_REDIS.
# --fast turns fsync off: for tests only, which do not crash the server.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
command=${1:-up}
[ $# -gt 0 ] && shift
dir=$root/.run/servers
fast=
while [ $# -gt 0 ]; do
  case $1 in
    --dir) dir=$2; shift 2 ;;
    --fast) fast=1; shift ;;
    --program) program=$2; shift 2 ;;
    *) echo "servers.sh: unknown option $1" >&2; exit 2 ;;
  esac
done
[ -d "$dir" ] || { mkdir -p "$dir" && chmod 700 "$dir"; }
dir=$(cd "$dir" && pwd)

say() { echo "servers: $*" >&2; }

random() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }

find_postgres() {
  for candidate in "$(pg_config --bindir 2>/dev/null || true)" /usr/lib/postgresql/*/bin /usr/pgsql-*/bin \
    /opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin "$(dirname "$(command -v initdb 2>/dev/null || echo /nowhere/x)")"; do
    [ -x "$candidate/initdb" ] && [ -x "$candidate/pg_ctl" ] && found=$candidate
  done
  echo "${found:-}"
}

find_redis() { command -v redis-server 2>/dev/null || command -v valkey-server 2>/dev/null || true; }

install_programs() {
  missing=$1
  if command -v apt-get >/dev/null 2>&1; then
    sudo=
    if [ "$(id -u)" -ne 0 ]; then
      if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then sudo='sudo -n'; else no_programs "$missing"; fi
    fi
    say "installing $missing with apt-get (their system services are not started)"
    policy=/usr/sbin/policy-rc.d
    made_policy=
    if [ ! -e $policy ]; then
      printf '#!/bin/sh\nexit 101\n' | $sudo tee $policy >/dev/null && $sudo chmod +x $policy && made_policy=1
    fi
    result=0
    { $sudo apt-get update -qq && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } >"$dir/install.log" 2>&1 || result=$?
    [ -n "$made_policy" ] && $sudo rm -f $policy
    if [ $result -ne 0 ]; then tail -n 5 "$dir/install.log" >&2; no_programs "$missing"; fi
  else
    no_programs "$missing"
  fi
}

no_programs() {
  cat >&2 <<TEXT
servers: these server programs are needed and were not found: $1. Install them with one command, then run the same command again:
  Debian, Ubuntu, WSL   sudo apt-get install postgresql redis-server
  Fedora                sudo dnf install postgresql-server valkey
  macOS                 brew install postgresql@17 redis
  Windows               wsl --install -d Debian, then the command for WSL inside it
Or point PLATFORM_POSTGRES (postgres://user:password@host:port/postgres) and PLATFORM_REDIS (redis://:password@host:port) at servers you have.
TEXT
  exit 1
}

# PostgreSQL refuses to run as root: then it runs as the user 'postgres', which must be able to reach its data.
as_postgres() {
  if [ "$(id -u)" -eq 0 ]; then
    (cd / && setpriv --reuid postgres --regid postgres --init-groups -- "$@")
  else
    "$@"
  fi
}

data_directory() {
  if [ -f "$dir/data-path" ]; then cat "$dir/data-path"; return; fi
  path=$dir/data
  if [ "$(id -u)" -eq 0 ]; then
    parent=$dir
    reachable=1
    while [ "$parent" != / ]; do
      parent=$(dirname "$parent")
      as_postgres test -x "$parent" || reachable=
    done
    if [ -n "$reachable" ]; then
      chmod 711 "$dir"
    else
      path=/var/tmp/platform-$(printf %s "$dir" | cksum | cut -d' ' -f1)
      say "the database's user cannot reach $dir: data goes to $path"
      set_aside "$path"
    fi
  fi
  mkdir -p "$path"
  echo "$path" >"$dir/data-path"
  echo "$path"
}

# Data of a checkout that was here before and is gone: its password went with it.
set_aside() {
  [ -d "$1" ] || return 0
  as_postgres "$bin/pg_ctl" -D "$1/postgres" -m fast stop >/dev/null 2>&1 || true
  mv "$1" "$1.$$"
  say "data of an earlier checkout in this place was set aside: $1.$$"
}

lock() {
  tries=0
  until mkdir "$dir/lock" 2>/dev/null; do
    owner=$(cat "$dir/lock/pid" 2>/dev/null || echo)
    if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then rm -rf "$dir/lock"; continue; fi
    tries=$((tries + 1))
    [ $tries -gt 600 ] && { say "another set-up holds $dir/lock for over a minute; remove it if none runs"; exit 1; }
    sleep 0.1
  done
  echo $$ >"$dir/lock/pid"
  trap 'rm -rf "$dir/lock"' EXIT
}

postgres_runs() { [ -f "$data/postgres/PG_VERSION" ] && as_postgres "$bin/pg_ctl" -D "$data/postgres" status >/dev/null 2>&1; }

redis_cli() { REDISCLI_AUTH=$(cat "$dir/redis.password") "$(dirname "$redis")/$(basename "$redis" | sed 's/server/cli/')" -h 127.0.0.1 -p "$(cat "$dir/redis.port")" "$@"; }

redis_runs() { [ -f "$dir/redis.port" ] && [ "$(redis_cli ping 2>/dev/null)" = PONG ]; }

# A port is tried, not looked up: whoever binds it first has it.
next_port() { echo $((20000 + 0x$(random 2) % 12000)); }

start_postgres() {
  if [ ! -f "$data/postgres/PG_VERSION" ]; then
    random 24 >"$dir/postgres.password"
    mkdir -p "$data/postgres"
    chmod 700 "$data/postgres"
    cp "$dir/postgres.password" "$data/pw"
    [ "$(id -u)" -eq 0 ] && chown -R postgres:postgres "$data"
    as_postgres "$bin/initdb" -D "$data/postgres" -U platform -A scram-sha-256 --pwfile="$data/pw" -E UTF8 --locale=C.UTF-8 >"$dir/initdb.log" 2>&1 \
      || as_postgres "$bin/initdb" -D "$data/postgres" -U platform -A scram-sha-256 --pwfile="$data/pw" -E UTF8 --locale=C >"$dir/initdb.log" 2>&1 \
      || { tail -n 5 "$dir/initdb.log" >&2; exit 1; }
    rm -f "$data/pw"
  fi
  options="-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=300 -c shared_buffers=128MB -c logging_collector=off"
  [ -n "$fast" ] && options="$options -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
  port=$(cat "$dir/postgres.port" 2>/dev/null || next_port)
  tries=0
  until as_postgres "$bin/pg_ctl" -D "$data/postgres" -w -t 60 -l "$data/postgres.log" -o "-p $port $options" start >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ $tries -ge 10 ] && { say "PostgreSQL does not start; its log, $data/postgres.log, ends with:"; tail -n 5 "$data/postgres.log" >&2; exit 1; }
    port=$(next_port)
  done
  echo "$port" >"$dir/postgres.port"
}

start_redis() {
  [ -f "$dir/redis.password" ] || random 24 >"$dir/redis.password"
  mkdir -p "$dir/redis"
  port=$(cat "$dir/redis.port" 2>/dev/null || next_port)
  tries=0
  while :; do
    cat >"$dir/redis/redis.conf" <<CONF
bind 127.0.0.1
port $port
requirepass $(cat "$dir/redis.password")
dir $dir/redis
appendonly yes
appendfsync everysec
daemonize yes
pidfile $dir/redis/redis.pid
logfile $dir/redis/redis.log
CONF
    chmod 600 "$dir/redis/redis.conf"
    "$redis" "$dir/redis/redis.conf" >/dev/null 2>&1 || true
    echo "$port" >"$dir/redis.port"
    waited=0
    while [ $waited -lt 50 ]; do
      if redis_runs; then return; fi
      sleep 0.1
      waited=$((waited + 1))
    done
    tries=$((tries + 1))
    [ $tries -ge 5 ] && { say "Redis does not start; its log, $dir/redis/redis.log, ends with:"; tail -n 5 "$dir/redis/redis.log" >&2; exit 1; }
    port=$(next_port)
  done
}

bin=$(find_postgres)
redis=$(find_redis)

case $command in
  up)
    lock
    missing=
    [ -n "$bin" ] || missing=postgresql
    [ -n "$redis" ] || missing="${missing:+$missing }redis-server"
    if [ -n "$missing" ]; then
      install_programs "$missing"
      bin=$(find_postgres)
      redis=$(find_redis)
    fi
    umask 077
    data=$(data_directory)
    [ "$(id -u)" -eq 0 ] && chmod 711 "$data"
    postgres_runs || start_postgres
    redis_runs || start_redis
    {
      echo "PLATFORM_POSTGRES=postgres://platform:$(cat "$dir/postgres.password")@127.0.0.1:$(cat "$dir/postgres.port")/postgres"
      echo "PLATFORM_REDIS=redis://:$(cat "$dir/redis.password")@127.0.0.1:$(cat "$dir/redis.port")"
    } >"$dir/servers.env"
    ;;
  down)
    [ -f "$dir/data-path" ] || exit 0
    lock
    data=$(cat "$dir/data-path")
    if postgres_runs; then as_postgres "$bin/pg_ctl" -D "$data/postgres" -m fast -w stop >/dev/null 2>&1 || say "PostgreSQL did not stop"; fi
    if redis_runs; then redis_cli shutdown >/dev/null 2>&1 || true; fi
    ;;
  install)
    install_programs "${program:?--program NAME says which}"
    ;;
  status)
    [ -f "$dir/data-path" ] || { say "not set up in $dir"; exit 1; }
    data=$(cat "$dir/data-path")
    postgres_runs && redis_runs
    ;;
  *)
    echo "usage: build/servers.sh up|down|status [--dir DIR] [--fast]" >&2
    exit 2
    ;;
esac
