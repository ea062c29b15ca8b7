#!/bin/sh
# Runs the tests: all (default), fast (unit and component tests only), e2e (the end-to-end suite only). Used by `make test*`.
# Private servers are started for the run and stopped after it. The last line is `N passed, N failed, N skipped`.
set -eu
. "$(dirname "$0")/prerequisites.sh"

suite=${1:-all}
require_dotnet

# The tests of pubsub.rabbitmq start servers of their own.
if [ "$suite" != e2e ] && [ ! -x /usr/lib/rabbitmq/bin/rabbitmq-server ] && ! command -v rabbitmq-server >/dev/null 2>&1; then
  build/servers.sh install --program rabbitmq-server
fi

start_test_servers test --fast

build_all
# A test process compiles its code and ends soon: profiles, which pay off in the long run, and the second mapping of each page of code are left out.
export DOTNET_TieredPGO=0 DOTNET_EnableWriteXorExecute=0
results=artifacts/test-results
rm -rf $results
failed=0

# A test that hangs is named by xunit (tests/xunit.runner.json), and the run ends after a time: to watch over it from another process
# (--blame-hang) takes a second of processor time for each assembly, and is left to where there is but one.
run_assemblies() { # label, filter ('' for all tests), assemblies and options...
  label=$1
  filter=$2
  echo "== $label"
  shift 2
  # An assembly of which no test ran is a failure: a filter that matches nothing must not look like success.
  dotnet test "$@" --nologo ${filter:+--filter "$filter"} --logger "trx;LogFilePrefix=$label" --results-directory $results -- \
    RunConfiguration.MaxCpuCount=2 RunConfiguration.TreatNoTestsAsError=true RunConfiguration.TestSessionTimeout=900000 || failed=1
}

# One for each project of tests, so that none can be left out by not being there; the largest first, so that none runs alone at the end.
assemblies() { find tests -name '*.Tests.csproj' | while read -r project; do
  name=$(basename "$project" .csproj)
  echo "artifacts/bin/$name/$configuration/$name.dll"
done | xargs ls -S; }

# What needs a program that the platform does not need itself is left out with a word, not failed.
run_js() {
  if ! build/js.sh available; then return; fi
  echo "== js"
  BUILT=1 RESULTS=$results/js.trx build/js.sh || failed=1
}

case $suite in
  fast)
    units=$(assemblies)
    run_assemblies unit 'Speed!=Slow' $units
    ;;
  e2e) run_assemblies e2e '' "artifacts/bin/EndToEnd/$configuration/EndToEnd.dll" --blame-hang-timeout 5m ;;
  all)
    units=$(assemblies)
    run_assemblies unit '' $units
    run_assemblies e2e '' "artifacts/bin/EndToEnd/$configuration/EndToEnd.dll" --blame-hang-timeout 5m
    run_js
    echo "== fuzz"
    BUILT=1 FUZZ_SECONDS=60 build/fuzz.sh || failed=1
    ;;
  *)
    echo "usage: build/test.sh all|fast|e2e" >&2
    exit 2
    ;;
esac

# A run that was cut off before its end writes no results: its exit status counts, not only the numbers.
cat $results/*.trx 2>/dev/null | tr '<' '\n' | awk -v failed=$failed '
  /^Counters / {
    for (i = 1; i <= NF; i++) { split($i, pair, "\""); value[substr($i, 1, index($i, "=") - 1)] = pair[2] }
    total += value["total"]; passed += value["passed"]; executed += value["executed"]
  }
  END {
    wrong = executed - passed
    if (failed && wrong == 0) { wrong = 1 }
    printf "%d passed, %d failed, %d skipped\n", passed, wrong, total - executed
    exit (wrong > 0 || passed == 0)
  }'
