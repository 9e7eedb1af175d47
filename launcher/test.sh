# shellcheck shell=bash
# ./tenon test: every check and every test, in one run of Maven, then the launcher's own tests.

test_usage() {
  cat <<'TEXT'
./tenon test [--deep] [GROUP]

Without GROUP: formatting, compilation with Error Prone and NullAway, every test, the licences and
versions of the dependencies, the launcher. With --deep: the long tests (tagged "deep") as well.

GROUP is connectors, sandbox, server, bench, launcher, checks (everything but tests), or the name of
a test class, such as StripeSignatureTest.
TEXT
}

run_tests() {
  local deep='' group=''
  while [ $# -gt 0 ]; do
    case $1 in
      --deep) deep=yes ;;
      -h | --help)
        test_usage
        return
        ;;
      -*) die "test does not know $1. Usage: ./tenon test [--deep] [GROUP]" ;;
      *)
        [ -z "$group" ] || die "test takes one group, not both $group and $1."
        group=$1
        ;;
    esac
    shift
  done

  local status=0 started=$SECONDS
  if [ "$group" != launcher ]; then
    find_jdk
    load maven
    find_maven
    mkdir -p "$TENON_STATE" 2>/dev/null || die "cannot write to $TENON_STATE. Make the folder writable."
    lock_build
    maven_tests "$deep" "$group" || status=$?
    unlock_build
  fi
  case $group in
    '' | launcher) bash "$TENON_ROOT/test/launcher.sh" || status=$? ;;
  esac
  printf '\n'
  if [ "$status" -eq 0 ]; then
    printf 'Everything passed in %d s.\n' $((SECONDS - started))
  else
    printf 'FAILED after %d s.\n' $((SECONDS - started))
  fi
  return "$status"
}

maven_tests() {
  local deep=$1 group=$2 log=$TENON_STATE/test.log args
  # One module after the other: tests that start servers and measure time share two cores badly.
  args=(-B -T1 --fail-at-end ${TENON_OFFLINE:+-o})
  [ -z "$deep" ] || args=("${args[@]}" -Dtests.excluded= -Dtests.deep=true)
  case $group in
    '') args=("${args[@]}" spotless:check verify) ;;
    checks) args=("${args[@]}" -DskipTests spotless:check verify) ;;
    connectors | sandbox | server | bench)
      args=("${args[@]}" -pl "$group" -am "-Dtest=$(tests_of "$group")" -Dsurefire.failIfNoSpecifiedTests=false test)
      ;;
    *)
      # Looked up first, so that a misspelt name is an error and not a green run of nothing.
      has_test "$group" || die "there is no test group and no test class named $group. See ./tenon test --help."
      args=("${args[@]}" "-Dtest=$group" -Dsurefire.failIfNoSpecifiedTests=false test)
      ;;
  esac
  case $group in checks) ;; *) find_browser ;; esac
  say "Testing (log in ${log#"$PWD"/})"
  (cd "$TENON_ROOT" && "$MVN" "${args[@]}") 2>&1 </dev/null |
    tee "$log" | progress test
}

# With -am Maven builds the modules below as well; the packages keep their tests out.
tests_of() {
  case $1 in
    connectors) printf 'dev/tenon/connector/**/*Test' ;;
    sandbox) printf 'dev/tenon/sandbox/**/*Test' ;;
    bench) printf 'dev/tenon/bench/**/*Test' ;;
    server) printf '*Test,!dev/tenon/connector/**,!dev/tenon/sandbox/**,!dev/tenon/bench/**' ;;
  esac
}

has_test() {
  local class=${1%%#*}
  class=${class##*.}
  [ -n "$(find "$TENON_ROOT" -name target -prune -o -path "*/src/test/*/$class.java" -print)" ]
}

# Browser tests read TENON_CHROMIUM and TENON_CHROMEDRIVER and skip themselves, with this reason, when
# they are unset. Nothing is looked for while no test needs a browser.
find_browser() {
  grep -rqls --include='*.java' 'org\.openqa\.selenium' "$TENON_ROOT"/*/src/test || return 0
  browser_on_path
  if [ -z "${TENON_CHROMIUM:-}" ] || [ -z "${TENON_CHROMEDRIVER:-}" ]; then
    if [ -z "${TENON_OFFLINE:-}" ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
      say "Installing chromium and chromium-driver with apt-get, for the browser tests."
      (apt-get update -qq && apt-get install -y -qq chromium chromium-driver) >/dev/null 2>&1 || :
      browser_on_path
    fi
  fi
  if [ -n "${TENON_CHROMIUM:-}" ] && [ -n "${TENON_CHROMEDRIVER:-}" ]; then
    export TENON_CHROMIUM TENON_CHROMEDRIVER
  else
    unset TENON_CHROMIUM TENON_CHROMEDRIVER
    say "Browser tests are skipped: no Chromium with chromedriver. Install both (apt-get install chromium chromium-driver)."
  fi
}

browser_on_path() {
  local name
  for name in chromium chromium-browser google-chrome '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'; do
    [ -n "${TENON_CHROMIUM:-}" ] || TENON_CHROMIUM=$(command -v "$name" || :)
  done
  [ -n "${TENON_CHROMEDRIVER:-}" ] || TENON_CHROMEDRIVER=$(command -v chromedriver || :)
}
