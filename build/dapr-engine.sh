# Sourced by run.sh for ENGINE=dapr: a Dapr CLI and daprd on PATH (or where `dapr init --slim` puts them), with placement and
# scheduler as plain processes on their default ports. No container.

require_dapr() {
  PATH=$HOME/.dapr/bin:$PATH
  export PATH
  for program in dapr daprd placement scheduler; do
    command -v $program >/dev/null 2>&1 || {
      echo "ENGINE=dapr needs '$program' on PATH. Install the Dapr CLI 1.18 and run: dapr init --slim" >&2
      exit 1
    }
  done
}

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null || { command -v nc >/dev/null 2>&1 && nc -z 127.0.0.1 "$1" 2>/dev/null; }; }

start_control_plane() {
  mkdir -p "$run_dir/dapr" "$run_dir/logs"
  control_plane=
  if ! listens 50005; then
    placement --port 50005 --healthz-port 18080 --metrics-port 19091 >"$run_dir/logs/placement.log" 2>&1 &
    control_plane="$control_plane $!"
  fi
  if ! listens 50006; then
    scheduler --port 50006 --healthz-port 18081 --metrics-port 19092 --etcd-data-dir "$run_dir/dapr/scheduler" >"$run_dir/logs/scheduler.log" 2>&1 &
    control_plane="$control_plane $!"
  fi
}

stop_control_plane() {
  for process in $control_plane; do
    kill -TERM "$process" 2>/dev/null || true
    wait "$process" 2>/dev/null || true
  done
}
