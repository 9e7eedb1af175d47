#!/usr/bin/env bash
# Tests of the launcher, against a small copy of the project in which Maven and the JDK are stand-ins
# of a few lines. So they take seconds, and can play machines that have neither.
set -uo pipefail

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
passed=0 failed=0

# A machine: its own home, and a PATH with the plain tools and what a test adds to $bin.
root=$scratch/project
bin=$scratch/bin
jdk=$scratch/jdk-25

fake_jdk() { # DIR VERSION: a java that prints how it was called, and for `dev` waits for a signal
  mkdir -p "$1/bin"
  printf 'JAVA_VERSION="%s"\n' "$2" >"$1/release"
  printf "#!/usr/bin/env bash\nscratch='%s' output='' cached=''\n" "$scratch" >"$1/bin/java"
  cat >>"$1/bin/java" <<'JAVA'
while [ $# -gt 0 ]; do
  case $1 in
    -cp) shift ;;
    -XX:AOTCacheOutput=*) output=${1#*=} ;;
    -XX:AOTCache=*) cached=' with-cache' ;;
    -*) ;;
    *) break ;;
  esac
  shift
done
printf 'java %s%s' "$$" "$cached"
printf ' <%s>' "$@"
printf '\n'
case "${2:-} $*" in
  'serve '*aot-training*)
    trap 'exit 143' TERM
    [ ! -e "$scratch/no-aot" ] || exit 1
    echo training >>"$scratch/trainings"
    for word in "$@"; do case $word in */ready) touch "$word" ;; esac; done
    [ -z "$output" ] || echo cache >"$output"
    while :; do read -r -t 1 <> <(:) || :; done
    ;;
  'dev '*)
    trap 'echo stopped by TERM; exit 143' TERM
    trap 'echo stopped by INT; exit 130' INT
    echo ready
    while :; do read -r -t 1 <> <(:) || :; done
    ;;
  'exit-7 '*) exit 7 ;;
esac
JAVA
  cp "$1/bin/java" "$1/bin/javac"
  chmod +x "$1/bin/java" "$1/bin/javac"
}

fake_maven() { # FILE VERSION: counts its builds and makes the jars, or fails when told to
  cat >"$1" <<MAVEN
#!/usr/bin/env bash
if [ "\$1" = -v ]; then echo 'Apache Maven $2 (test)'; exit; fi
echo build >>"$scratch/builds"
echo '[INFO] Building tenon-server 0.1'
if [ -e "$scratch/broken" ]; then echo '[ERROR] Main.java:[3,1] the word is wrong'; exit 1; fi
for module in server bench; do
  mkdir -p \$module/target/lib
  touch "\$module/target/tenon-\$module-\$(sed -n 's:^  <version>\(.*\)</version>.*:\1:p' pom.xml).jar"
done
MAVEN
  chmod +x "$1"
}

new_machine() {
  rm -rf "$root" "$bin" "$jdk" "${scratch:?}/home" "$scratch"/{builds,broken,out,err,trainings,no-aot}
  mkdir -p "$root/server/src/main/java" "$root/bench/src/main/java" "$root/.mvn" "$bin" "$scratch/home"
  cp -R "$project/tenon" "$project/launcher" "$project/pom.xml" "$root/"
  echo '<project/>' | tee "$root/server/pom.xml" >"$root/bench/pom.xml"
  echo 'class Main {}' >"$root/server/src/main/java/Main.java"
  local tool
  for tool in awk bash cat chmod cksum cp cut date dirname env find grep head id kill ln ls mkdir mktemp mv printf readlink rm \
    sed sha256sum sha512sum shasum sleep sort stat sysctl tail tar tee touch tr uname gzip curl wget; do
    tool=$(type -P "$tool") && ln -s "$tool" "$bin/"
  done
  fake_jdk "$jdk" 25.0.3
  fake_maven "$bin/mvn" 3.9.11
}

# run VAR=VALUE… -- ARGUMENTS: the launcher on that machine; sets $code, and fills out and err.
run() {
  local settings=()
  while [ "$1" != -- ]; do
    settings=(${settings[@]+"${settings[@]}"} "$1")
    shift
  done
  shift
  code=0
  (cd "$scratch" && env -i PATH="$bin" HOME="$scratch/home" TENON_JDK_DIRS= TENON_OFFLINE=1 \
    ${settings[@]+"${settings[@]}"} "$root/tenon" "$@") >"$scratch/out" 2>"$scratch/err" || code=$?
}

check() { # SENTENCE COMMAND…
  local sentence=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED: %s (%s)\n' "$sentence" "$*"
    sed 's/^/    out: /' "$scratch/out"
    sed 's/^/    err: /' "$scratch/err"
  fi
}

says() { grep -qF -e "$2" "$scratch/$1"; }
lines() { [ "$(wc -l <"$scratch/$1" | tr -d ' ')" -eq "$2" ]; }
builds() { [ -e "$scratch/builds" ] && [ "$(grep -c . "$scratch/builds")" -eq "$1" ]; }
exited() { [ "$code" -eq "$1" ]; }
missing() { [ ! -e "$1" ]; }

printf '\nlauncher\n'

# Words that need nothing
new_machine
rm "$bin/mvn"
run -- help
check 'help works without Java and Maven' exited 0
check 'help names dev' says out './tenon dev'
for word in serve sandbox 'trigger checkout' tail replay completion test; do
  check "help names $word" says out "./tenon $word"
done
run --
check 'no word means help' says out './tenon dev'
run -- --version
check 'the version is that of pom.xml' says out "tenon $(sed -n 's:^  <version>\(.*\)</version>.*:\1:p' "$project/pom.xml")"
check 'help and version build nothing' missing "$root/.tenon"
ln -s "$root/tenon" "$scratch/linked"
code=0
(cd / && env -i PATH="$bin" "$scratch/linked" --version) >"$scratch/out" 2>"$scratch/err" || code=$?
check 'a link to the launcher works' says out 'tenon 0'
rm "$scratch/linked"

# Building
new_machine
run JAVA_HOME="$jdk" -- hello --data 'a b' --port 0 ''
check 'the first start builds' builds 1
check 'words pass through untouched' says out '<dev.tenon.Main> <hello> <--data> <a b> <--port> <0> <>'
check 'the build shows its modules' says err '  server'
run JAVA_HOME="$jdk" -- hello
check 'the second start does not build' builds 1
check 'and says nothing about it' lines err 0
echo 'class Main { int changed; }' >"$root/server/src/main/java/Main.java"
run JAVA_HOME="$jdk" -- hello
check 'a changed source builds' builds 2
touch "$root/server/src/main/java/Added.java"
run JAVA_HOME="$jdk" -- hello
check 'an added source builds' builds 3
rm "$root/server/src/main/java/Added.java"
run JAVA_HOME="$jdk" -- hello
check 'a removed source builds' builds 4
mkdir -p "$root/server/src/test/java"
touch "$root/server/src/test/java/MainTest.java"
run JAVA_HOME="$jdk" -- hello
check 'a test source does not build' builds 4
rm -rf "$root/server/target"
run JAVA_HOME="$jdk" -- hello
check 'a deleted target folder builds' builds 5
run JAVA_HOME="$jdk" -- bench ingest --seconds 5
check 'bench starts the benchmarks' says out '<dev.tenon.bench.BenchMain> <ingest> <--seconds> <5>'
run JAVA_HOME="$jdk" -- exit-7
check "Java's exit code is the launcher's" exited 7

touch "$scratch/broken" "$root/server/src/main/java/Broken.java"
run JAVA_HOME="$jdk" -- hello
check 'a failed build exits with 1' exited 1
check 'a failed build shows the error' says err 'the word is wrong'
check 'a failed build names its log' says err '.tenon/build.log'
check 'a failed build starts nothing' lines out 0
no_lock() { [ ! -L "$root/.tenon/build.holder" ] && [ ! -e "$root/.tenon/build.holder" ]; }
check 'a failed build leaves no lock' no_lock
rm "$scratch/broken"
ln -s 999999 "$root/.tenon/build.holder"
run JAVA_HOME="$jdk" -- hello
check 'the lock of a dead process does not stop a build' exited 0
check 'and is gone' no_lock

# A build that is killed at any moment must not stop those after it
touch "$root/server/src/main/java/Killed.java"
cp "$bin/mvn" "$scratch/mvn-kept"
cat >"$bin/mvn" <<MAVEN
#!/usr/bin/env bash
if [ "\$1" = -v ]; then echo 'Apache Maven 3.9.11 (test)'; exit; fi
for _ in {1..200}; do [ -e "$scratch/go" ] || sleep 0.05; done
MAVEN
(cd "$scratch" && exec env -i PATH="$bin" HOME="$scratch/home" JAVA_HOME="$jdk" TENON_OFFLINE=1 "$root/tenon" hello) >"$scratch/out" 2>"$scratch/err" &
killed=$!
tries=0
until [ -L "$root/.tenon/build.holder" ] || [ $((tries += 1)) -gt 200 ]; do sleep 0.05; done
holder_is() { [ "$(readlink "$root/.tenon/build.holder")" = "$1" ]; }
check 'the lock says from the beginning who holds it' holder_is "$killed"
kill -s KILL "$killed"
wait "$killed" 2>/dev/null || :
cp "$scratch/mvn-kept" "$bin/mvn"
run JAVA_HOME="$jdk" -- hello
check 'a build that was killed does not stop the next' exited 0
check 'which built' says out '<hello>'
touch "$scratch/go"

# The JDK
new_machine
fake_jdk "$scratch/jdk-17" 17.0.15
run JAVA_HOME="$scratch/jdk-17" -- hello
check 'an old JDK is refused' exited 1
check 'the message says which was found' says err 'JAVA_HOME is 17'
check 'the message says what to do' says err 'Install Temurin 25'
check 'the message is one line' lines err 1
run JAVA_HOME="$scratch/jdk-17" TENON_JDK_DIRS="$scratch/none:$scratch" -- hello
check 'beside an old JAVA_HOME, a JDK 25 is found in the usual places' exited 0
run TENON_JAVA_HOME="$scratch/jdk-17" JAVA_HOME="$jdk" -- hello
check 'a wrong TENON_JAVA_HOME is an error, not passed over' says err 'TENON_JAVA_HOME'
mkdir -p "$scratch/jre/bin"
cp "$jdk/bin/java" "$jdk/release" "$scratch/jre/bin/"
run JAVA_HOME="$scratch/jre" -- hello
check 'a Java without compiler is refused' says err 'is no JDK'
ln -s "$jdk/bin/java" "$bin/java"
run -- hello
check 'the java on the PATH is followed to its home' exited 0
rm "$bin/java"

# Fetching a JDK, from a stand-in of the Adoptium API made of files
case $(uname -m) in x86_64 | amd64) arch=x64 ;; *) arch=aarch64 ;; esac
case $(uname -s) in Darwin) os=mac ;; *) os=linux ;; esac
api=$scratch/api
mkdir -p "$api/v3/assets/latest/25"
(cd "$scratch" && tar -czf "$api/jdk.tar.gz" jdk-25)
answer="$api/v3/assets/latest/25/hotspot"
sum=$(if type -P sha256sum >/dev/null; then sha256sum "$api/jdk.tar.gz"; else shasum -a 256 "$api/jdk.tar.gz"; fi | cut -d ' ' -f 1)
adoptium() { # CHECKSUM
  printf '[{"binary": {"architecture": "%s", "os": "%s",\n "installer": {"checksum": "00", "link": "none"},\n "package": {"checksum": "%s", "link": "file://%s"}}}]\n' \
    "$arch" "$os" "$1" "$api/jdk.tar.gz" >"$answer"
}
# curl reads files, and takes the question mark for the end of the path as it does with https
if type -P curl >/dev/null; then
  adoptium "$sum"
  run TENON_OFFLINE= TENON_ADOPTIUM_API="file://$api" -- hello
  check 'a missing JDK is fetched and used' says out '<hello>'
  run -- hello
  check 'and kept' exited 0
  new_machine
  adoptium "${sum%?}x"
  run TENON_OFFLINE= TENON_ADOPTIUM_API="file://$api" -- hello
  check 'an answer without a SHA-256 is refused' exited 1
  adoptium "$(printf '%064d' 0)"
  run TENON_OFFLINE= TENON_ADOPTIUM_API="file://$api" -- hello
  check 'a download with a wrong checksum is refused' says err 'checksum of the download is wrong'
  check 'and not kept' missing "$scratch/home/.cache/tenon/jdk"
fi

# Maven
new_machine
rm "$bin/mvn"
run JAVA_HOME="$jdk" -- hello
check 'without Maven the start fails' exited 1
check 'the message names Maven and the way out' says err 'Install it (apt-get install maven'
check 'the message is one line' lines err 1
fake_maven "$bin/mvn" 3.6.3
run JAVA_HOME="$jdk" -- hello
check 'an old Maven is refused by its version' says err 'is 3.6.3'
mkdir -p "$scratch/maven/bin"
fake_maven "$scratch/maven/bin/mvn" 3.8.7
run JAVA_HOME="$jdk" MAVEN_HOME="$scratch/maven" -- hello
check 'MAVEN_HOME is used' exited 0
new_machine
rm "$bin/mvn"
mkdir -p "$root/server/target/lib" "$root/.tenon"
fake_maven "$bin/mvn" 3.9.11
run JAVA_HOME="$jdk" -- hello
rm "$bin/mvn"
run JAVA_HOME="$jdk" -- hello
check 'once built, no Maven is needed' exited 0

# Signals
new_machine
run JAVA_HOME="$jdk" -- hello
signal() { # NAME EXPECTED-CODE
  (cd "$scratch" && exec env -i PATH="$bin" HOME="$scratch/home" JAVA_HOME="$jdk" "$root/tenon" dev) \
    >"$scratch/out" 2>"$scratch/err" &
  local pid=$! tries=0
  until grep -q '^ready' "$scratch/out" || [ $((tries += 1)) -gt 100 ]; do sleep 0.05; done
  check 'Java takes the place of the shell' says out "java $pid "
  kill -s "$1" "$pid"
  code=0
  wait "$pid" || code=$?
  check "$1 reaches Java" says out "stopped by $1"
  check "the exit code after $1 is Java's" exited "$2"
}
signal TERM 143

# The faster start
new_machine
trainings() { [ "$(cat "$scratch/trainings" 2>/dev/null | wc -l | tr -d ' ')" -eq "$1" ]; }
run JAVA_HOME="$jdk" -- hello
check 'a short command does not prepare a faster start' trainings 0
run JAVA_HOME="$jdk" -- serve
check 'the first server does, once' trainings 1
check 'and says so' says err 'Preparing a faster start'
check 'and uses it' says out 'with-cache'
run JAVA_HOME="$jdk" -- serve
check 'the second server does not prepare again' trainings 1
check 'but uses it' says out 'with-cache'
run JAVA_HOME="$jdk" -- hello
check 'and so does any command' says out 'with-cache'
run JAVA_HOME="$jdk" TENON_JAVA_OPTS=-Xmx2g TENON_NO_AOT=1 -- serve
check 'other options leave it aside' exited 0
no_cache() { ! says out with-cache; }
check 'and start without it' no_cache
touch "$root/server/src/main/java/More.java" "$scratch/no-aot"
run JAVA_HOME="$jdk" -- serve
check 'a cache that cannot be made stops nothing' exited 0
check 'and is left out' no_cache
run JAVA_HOME="$jdk" -- serve
check 'and is not tried again' lines err 0
check 'its folder is gone' missing "$root/.tenon/aot-training"

# The test command
new_machine
run JAVA_HOME="$jdk" -- test --quickly
check 'test refuses an unknown option' says err '--quickly'
run JAVA_HOME="$jdk" -- test NoSuchTest
check 'test refuses a class that does not exist' says err 'NoSuchTest'
check 'and fails' exited 1
touch "$scratch/broken"
run JAVA_HOME="$jdk" -- test checks
check 'test fails when Maven fails' exited 1
rm "$scratch/broken"
run JAVA_HOME="$jdk" -- test checks
check 'test passes when Maven passes' exited 0

# The browser
new_machine
mkdir -p "$root/server/src/test/java" "$scratch/chromium"
echo 'import org.openqa.selenium.By;' >"$root/server/src/test/java/PageBrowserTest.java"
run JAVA_HOME="$jdk" TENON_BROWSER_DIRS= -- test server
check 'without Chromium the tests pass' exited 0
check 'but it is said that the browser tests did not run' says out 'WITHOUT the browser tests'
check 'and what to install' says err 'Install both'
run JAVA_HOME="$jdk" TENON_BROWSER_DIRS= -- test connectors
check 'a group without browser tests does not ask for a browser' says out 'Everything passed'
printf '#!/bin/sh\n' | tee "$scratch/chromium/chromium" >"$scratch/chromium/chromedriver"
chmod +x "$scratch"/chromium/*
run JAVA_HOME="$jdk" TENON_BROWSER_DIRS="$scratch/none:$scratch/chromium" -- test browser
check 'Chromium is found in the usual places' says out 'Everything passed'
cp "$scratch/chromium/chromium" "$bin/chromium"
run JAVA_HOME="$jdk" TENON_BROWSER_DIRS= -- test browser
check 'Chromium without its driver is not enough' says out 'WITHOUT the browser tests'
run JAVA_HOME="$jdk" TENON_BROWSER_DIRS= TENON_CHROMEDRIVER="$scratch/chromium/chromedriver" -- test browser
check 'TENON_CHROMEDRIVER is used' says out 'Everything passed'

printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
