# shellcheck shell=bash
# shellcheck disable=SC2034 # MVN is read by the caller
# Finds Maven 3.8 or later, or fetches one. Sets MVN. Needs JAVA_HOME.

# Fetched when there is none: from Maven Central, checked against this SHA-512.
MAVEN_VERSION=3.9.11
MAVEN_SHA512=bcfe4fe305c962ace56ac7b5fc7a08b87d5abd8b7e89027ab251069faebee516b0ded8961445d6d91ec1985dfe30f8153268843c89aa392733d1a3ec956c9978

MVN_REJECTED=''

offer_maven() {
  local version major minor
  [ -x "$1" ] || return 1
  version=$(MAVEN_OPTS='' "$1" -v 2>/dev/null | sed -n 's/.*Apache Maven \([0-9][0-9.]*\).*/\1/p' | head -n 1)
  major=${version%%.*} minor=${version#*.} minor=${minor%%.*}
  case $major$minor in
    '' | *[!0-9]*)
      MVN_REJECTED="$MVN_REJECTED, $1 does not run"
      return 1
      ;;
  esac
  if [ "$major" -gt 3 ] || { [ "$major" -eq 3 ] && [ "$minor" -ge 8 ]; }; then
    MVN=$1
    return 0
  fi
  MVN_REJECTED="$MVN_REJECTED, $1 is $version"
  return 1
}

find_maven() {
  local home path
  MVN=''
  if path=$(type -P mvn); then offer_maven "$path" && return; fi
  for home in "${MAVEN_HOME:-}" "${M2_HOME:-}" "$TENON_CACHE/maven-$MAVEN_VERSION"; do
    if [ -n "$home" ]; then offer_maven "$home/bin/mvn" && return; fi
  done
  if [ -n "${TENON_OFFLINE:-}" ]; then no_maven "TENON_OFFLINE is set, so none is fetched"; fi
  fetch_maven || install_maven || no_maven "none could be fetched"
}

no_maven() {
  die "needs Maven 3.8 or later to build and found none${MVN_REJECTED:+ (${MVN_REJECTED#, })}; $1. Install it (apt-get install maven, brew install maven) or set MAVEN_HOME."
}

fetch_maven() {
  local base=${TENON_MAVEN_CENTRAL:-https://repo.maven.apache.org/maven2} archive=$TENON_CACHE/maven.tar.gz.$$ good=1
  load fetch
  mkdir -p "$TENON_CACHE" 2>/dev/null || return 1
  say "No Maven found. Fetching Maven $MAVEN_VERSION into $TENON_CACHE (9 MB, once)."
  if download "$base/org/apache/maven/apache-maven/$MAVEN_VERSION/apache-maven-$MAVEN_VERSION-bin.tar.gz" "$archive"; then
    unpack_checked 512 "$MAVEN_SHA512" "$archive" "$TENON_CACHE/maven-$MAVEN_VERSION" &&
      offer_maven "$TENON_CACHE/maven-$MAVEN_VERSION/bin/mvn" && good=0
  fi
  rm -f "$archive"
  return $good
}

install_maven() {
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    say "Installing maven with apt-get."
    apt-get install -y -qq maven >/dev/null 2>&1 || return 1
  elif command -v brew >/dev/null 2>&1; then
    say "Installing maven with Homebrew."
    brew install -q maven >/dev/null || return 1
  else
    return 1
  fi
  local path
  path=$(type -P mvn) && offer_maven "$path"
}
