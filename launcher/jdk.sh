# shellcheck shell=bash
# Finds a JDK 25, or fetches one. Sets JDK, and exports JAVA_HOME for Maven.

# What was met on the way and was no JDK 25; shown when nothing fits.
JDK_REJECTED=''

# jdk_major HOME: prints the major version, or fails when HOME holds no JDK (a JRE cannot build).
# The `release` file is read without starting Java: this runs at every start.
jdk_major() {
  local line version=''
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] || return 1
  if [ -r "$1/release" ]; then
    while IFS= read -r line; do
      case $line in JAVA_VERSION=*) version=${line#JAVA_VERSION=} ;; esac
    done <"$1/release"
    version=${version//\"/}
  fi
  if [ -z "$version" ]; then
    version=$("$1/bin/java" -version 2>&1 | sed -n 's/.* version "\([^"]*\)".*/\1/p' | head -n 1)
  fi
  version=${version%%[.+-]*}
  case $version in '' | *[!0-9]*) return 1 ;; esac
  printf '%s' "$version"
}

# offer HOME SOURCE: takes HOME if it is a JDK 25; keeps a newer one for the case that there is none.
offer() {
  local major
  [ -d "$1" ] || return 1
  if ! major=$(jdk_major "$1"); then
    JDK_REJECTED="$JDK_REJECTED, $2 ($1) is no JDK"
    return 1
  fi
  if [ "$major" -eq 25 ]; then
    JDK=$1
    return 0
  fi
  if [ "$major" -gt 25 ]; then
    [ -n "$JDK_NEWER" ] || JDK_NEWER=$1
  else
    JDK_REJECTED="$JDK_REJECTED, $2 is $major"
  fi
  return 1
}

# The home of the java on the PATH. A link is followed; a shim (jenv, asdf) is asked. macOS has a
# stub at /usr/bin/java that opens a dialog when no JDK is there, so it is never started.
home_on_path() {
  local java target
  java=$(type -P java) || return 1
  while [ -L "$java" ]; do
    target=$(readlink "$java")
    case $target in
      /*) java=$target ;;
      *) java=$(dirname "$java")/$target ;;
    esac
  done
  if [ -r "${java%/bin/java}/release" ]; then
    printf '%s' "${java%/bin/java}"
  elif [ "$(uname -s)" != Darwin ] || [ "$java" != /usr/bin/java ]; then
    "$java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p'
  fi
}

find_jdk() {
  local home dir old_ifs
  JDK='' JDK_NEWER=''
  if [ -n "${TENON_JAVA_HOME:-}" ]; then
    offer "$TENON_JAVA_HOME" TENON_JAVA_HOME || JDK=$JDK_NEWER
    [ -n "$JDK" ] || die "TENON_JAVA_HOME=$TENON_JAVA_HOME is no JDK 25. Point it at one, or unset it and one is found or fetched."
  fi
  if [ -z "$JDK" ] && [ -n "${JAVA_HOME:-}" ]; then offer "$JAVA_HOME" JAVA_HOME || :; fi
  if [ -z "$JDK" ] && home=$(home_on_path) && [ -n "$home" ]; then offer "$home" "java on the PATH" || :; fi
  if [ -z "$JDK" ]; then
    old_ifs=$IFS
    IFS=:
    set -f
    for dir in ${TENON_JDK_DIRS-/usr/lib/jvm:${HOME:-/nonexistent}/.sdkman/candidates/java:/Library/Java/JavaVirtualMachines}; do
      set +f
      for home in "$dir"/*/Contents/Home "$dir"/*; do
        [ -n "$JDK" ] || [ ! -x "$home/bin/javac" ] || offer "$home" "$home" || :
      done
    done
    set +f
    IFS=$old_ifs
  fi
  if [ -z "$JDK" ]; then
    for home in "$TENON_CACHE/jdk/Contents/Home" "$TENON_CACHE/jdk"; do
      [ -n "$JDK" ] || [ ! -d "$home/bin" ] || offer "$home" "$home" || :
    done
  fi
  [ -n "$JDK" ] || JDK=$JDK_NEWER
  if [ -z "$JDK" ]; then fetch_jdk; fi
  export JAVA_HOME=$JDK
}

no_jdk() {
  die "needs JDK 25 and found none${JDK_REJECTED:+ (${JDK_REJECTED#, })}; $1. Install Temurin 25 from https://adoptium.net/temurin/releases/?version=25 and set TENON_JAVA_HOME to it."
}

# Temurin from the Adoptium API, which names the archive and its SHA-256 in one answer.
fetch_jdk() {
  local api=${TENON_ADOPTIUM_API:-https://api.adoptium.net} os arch meta link sum home
  [ -z "${TENON_OFFLINE:-}" ] || no_jdk "TENON_OFFLINE is set, so none is fetched"
  case $(uname -s) in
    Linux) os=linux && { ! ls /lib/ld-musl-* >/dev/null 2>&1 || os=alpine-linux; } ;;
    Darwin) os=mac ;;
    *) no_jdk "none can be fetched for $(uname -s)" ;;
  esac
  case $(uname -m) in
    x86_64 | amd64) arch=x64 ;;
    aarch64 | arm64) arch=aarch64 ;;
    *) no_jdk "none can be fetched for $(uname -m)" ;;
  esac
  load fetch
  mkdir -p "$TENON_CACHE" || no_jdk "$TENON_CACHE cannot be written"
  meta=$TENON_CACHE/jdk.json.$$
  say "No JDK 25 found${JDK_REJECTED:+ (${JDK_REJECTED#, })}. Fetching Temurin 25 into $TENON_CACHE/jdk (about 135 MB, once)."
  download "$api/v3/assets/latest/25/hotspot?architecture=$arch&image_type=jdk&os=$os&vendor=eclipse" "$meta" ||
    no_jdk "$api did not answer"
  # The package object, and in it only the archive's own link and checksum (not those of the installer).
  sum=$(tr -d ' \n' <"$meta" | sed -n 's/.*"package":{\([^}]*\)}.*/\1/p' | sed -n 's/.*"checksum":"\([0-9a-f]*\)".*/\1/p')
  link=$(tr -d ' \n' <"$meta" | sed -n 's/.*"package":{\([^}]*\)}.*/\1/p' | sed -n 's/.*"link":"\([^"]*\)".*/\1/p')
  rm -f "$meta"
  if [ -z "$link" ] || [ ${#sum} -ne 64 ]; then no_jdk "the answer of $api names no archive with a SHA-256"; fi
  download "$link" "$TENON_CACHE/jdk.tar.gz.$$" || no_jdk "$link could not be downloaded"
  home=$TENON_CACHE/jdk
  if ! unpack_checked 256 "$sum" "$TENON_CACHE/jdk.tar.gz.$$" "$home"; then
    rm -f "$TENON_CACHE/jdk.tar.gz.$$"
    no_jdk "the download was not usable"
  fi
  rm -f "$TENON_CACHE/jdk.tar.gz.$$"
  [ ! -d "$home/Contents/Home" ] || home=$home/Contents/Home
  offer "$home" "the download" || no_jdk "the download holds no JDK 25"
}
