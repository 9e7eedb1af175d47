# shellcheck shell=bash
# ./tenon test: every check and every test, in one run of Maven, then the launcher's own tests.

test_usage() {
  cat <<'TEXT'
./tenon test [--deep] [GROUP]

Without GROUP: formatting, compilation with Error Prone and NullAway, every test, the licences and
versions of the dependencies, the launcher. With --deep: the long tests (tagged "deep") as well.

GROUP is client, connectors, sandbox, server, spring-boot-starter, bench, launcher, browser (the tests
in Chromium), checks (everything but tests), or the name of a test class, such as
StripeSignatureTest.
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

  local status=0 started=$SECONDS without_browser=''
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
  if [ "$status" -eq 0 ] && [ -n "$without_browser" ]; then
    printf 'Passed in %d s, but WITHOUT the browser tests: there is no Chromium (see above).\n' $((SECONDS - started))
  elif [ "$status" -eq 0 ]; then
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
    client | connectors | sandbox | server | spring-boot-starter | bench)
      args=("${args[@]}" -pl "$group" -am "-Dtest=$(tests_of "$group")" -Dsurefire.failIfNoSpecifiedTests=false test)
      ;;
    browser)
      args=("${args[@]}" -pl server -am '-Dtest=*BrowserTest' -Dsurefire.failIfNoSpecifiedTests=false test)
      ;;
    *)
      # Looked up first, so that a misspelt name is an error and not a green run of nothing.
      has_test "$group" || die "there is no test group and no test class named $group. See ./tenon test --help."
      args=("${args[@]}" "-Dtest=$group" -Dsurefire.failIfNoSpecifiedTests=false test)
      ;;
  esac
  case $group in checks | client | connectors | sandbox | spring-boot-starter | bench) ;; *) find_browser ;; esac
  say "Testing (log in ${log#"$PWD"/})"
  (cd "$TENON_ROOT" && "$MVN" "${args[@]}") 2>&1 </dev/null |
    tee "$log" | progress test
}

# With -am Maven builds the modules below as well; the packages keep their tests out. Those of client
# are few, and the server's that hold the client to the API are in the same package.
tests_of() {
  case $1 in
    client) printf 'dev/tenon/client/**/*Test' ;;
    spring-boot-starter) printf 'dev/tenon/spring/**/*Test' ;;
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

# Finds Chromium and its driver for the browser tests, and installs them where a package manager may
# be used without asking. Without them these tests are skipped, which is said here and at the end.
# Nothing is looked for while no test needs a browser.
find_browser() {
  grep -rqls --include='*.java' 'org\.openqa\.selenium' "$TENON_ROOT"/*/src/test || return 0
  browser_on_machine
  if ! has_browser && [ -z "${TENON_OFFLINE:-}" ] && [ "$(id -u)" -eq 0 ]; then
    install_browser
    browser_on_machine
  fi
  if has_browser; then
    export TENON_CHROMIUM TENON_CHROMEDRIVER
  else
    unset TENON_CHROMIUM TENON_CHROMEDRIVER
    without_browser=yes
    say "No Chromium with chromedriver, so the browser tests are skipped. Install both ($(browser_packages)), or set TENON_CHROMIUM and TENON_CHROMEDRIVER."
  fi
}

has_browser() { [ -n "${TENON_CHROMIUM:-}" ] && [ -n "${TENON_CHROMEDRIVER:-}" ]; }

# How this machine's package manager installs them.
browser_packages() {
  if command -v apt-get >/dev/null 2>&1; then
    echo apt-get install chromium chromium-driver
  elif command -v dnf >/dev/null 2>&1; then
    echo dnf install chromium chromedriver
  elif command -v apk >/dev/null 2>&1; then
    echo apk add chromium chromium-chromedriver
  elif command -v brew >/dev/null 2>&1; then
    echo brew install --cask chromium chromedriver
  else
    echo for example from your system\'s packages
  fi
}

install_browser() {
  case $(browser_packages) in
    apt-get*) set -- apt-get install -y -qq chromium chromium-driver ;;
    dnf*) set -- dnf install -y -q chromium chromedriver ;;
    apk*) set -- apk add -q chromium chromium-chromedriver ;;
    *) return 0 ;;
  esac
  say "Installing Chromium with $1, for the browser tests."
  [ "$1" != apt-get ] || apt-get update -qq >/dev/null 2>&1 || :
  "$@" >/dev/null 2>&1 || :
}

browser_on_machine() {
  local folder name
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    [ -n "${TENON_CHROMIUM:-}" ] || TENON_CHROMIUM=$(command -v "$name" || :)
  done
  [ -n "${TENON_CHROMEDRIVER:-}" ] || TENON_CHROMEDRIVER=$(command -v chromedriver || :)
  # TENON_BROWSER_DIRS is for the launcher's own tests: the usual places, which may hold one.
  local IFS=:
  for folder in ${TENON_BROWSER_DIRS-/usr/lib/chromium:/usr/lib/chromium-browser:/snap/bin:/Applications/Google Chrome.app/Contents/MacOS:/Applications/Chromium.app/Contents/MacOS}; do
    for name in "$folder/chromium" "$folder/Chromium" "$folder/Google Chrome"; do
      [ -n "${TENON_CHROMIUM:-}" ] || [ ! -x "$name" ] || TENON_CHROMIUM=$name
    done
    for name in "$folder/chromedriver" "$folder/chromium.chromedriver"; do
      [ -n "${TENON_CHROMEDRIVER:-}" ] || [ ! -x "$name" ] || TENON_CHROMEDRIVER=$name
    done
  done
}
