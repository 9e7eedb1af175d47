# shellcheck shell=bash
# Builds a module and what it needs, but only when a source changed. Needs JAVA_HOME.

# One line that changes when a source is added, removed or written: from path, size and time of each.
# Tests do not count.
sources_stamp() {
  (
    cd "$TENON_ROOT" || exit 1
    set -- .mvn pom.xml ./*/pom.xml ./*/src/main
    [ ! -d web ] || set -- "$@" web
    list_files "$@" | LC_ALL=C sort | cksum
  )
}

list_files() {
  set -- "$@" '(' -name node_modules -o -name .git ')' -prune -o -type f
  if find . -maxdepth 0 -printf '' 2>/dev/null; then
    find "$@" -printf '%p %s %T@\n'
  elif stat -c %s . >/dev/null 2>&1; then
    find "$@" -exec stat -c '%n %s %Y' {} +
  else
    find "$@" -exec stat -f '%N %z %Fm' {} +
  fi
}

# ensure_built MODULE: nothing when MODULE's jar is there and was built from these very sources.
ensure_built() {
  local module=$1 stamp now
  stamp=$TENON_STATE/build-$module.stamp
  now=$(sources_stamp)
  if is_built "$module" "$stamp" "$now"; then return; fi
  mkdir -p "$TENON_STATE" 2>/dev/null || die "cannot write to $TENON_STATE, where the build is kept. Make the folder writable."
  lock_build
  # Another start may have built it while this one waited.
  if ! is_built "$module" "$stamp" "$now"; then
    build "$module"
    printf '%s\n' "$now" >"$stamp"
  fi
  unlock_build
}

is_built() {
  local built=''
  [ -r "$2" ] && [ -d "$TENON_ROOT/$1/target/lib" ] || return 1
  [ -f "$TENON_ROOT/$1/target/tenon-$1-$(tenon_version).jar" ] || return 1
  IFS= read -r built <"$2" || :
  [ "$built" = "$3" ]
}

# One build at a time in one folder. The lock is a link whose target is the holder's process id: made
# in one step, so that none is ever there without saying whose it is, and a dead one is seen.
lock_build() {
  local lock=$TENON_STATE/build.holder holder told=''
  until ln -s "$$" "$lock" 2>/dev/null; do
    holder=$(readlink "$lock" 2>/dev/null || :)
    if [ -z "$holder" ]; then
      # Released just now.
      sleep 0.1
      continue
    fi
    if ! kill -0 "$holder" 2>/dev/null; then
      take_stale "$lock" "$holder"
      continue
    fi
    [ -n "$told" ] || say "Waiting for another build in this folder (process $holder)."
    told=yes
    sleep 0.5
  done
  trap unlock_build EXIT
}

# Removes the lock of a dead process, but not the one that somebody else made meanwhile.
take_stale() {
  mv "$1" "$1.$$" 2>/dev/null || return 0
  if [ "$(readlink "$1.$$")" != "$2" ]; then ln -s "$(readlink "$1.$$")" "$1" 2>/dev/null || :; fi
  rm -f "$1.$$"
}

unlock_build() {
  rm -f "$TENON_STATE/build.holder"
  trap - EXIT
}

# progress build|test: turns Maven's log into what a person reads. mawk, which Debian has, would wait
# for a full buffer.
progress() {
  local live=''
  case $(awk -W version </dev/null 2>&1) in mawk*) live='-W interactive' ;; esac
  # shellcheck disable=SC2086 # two words, or none
  awk $live -f "$TENON_ROOT/launcher/$1-progress.awk"
}

build() {
  local log=$TENON_STATE/build.log started=$SECONDS
  load maven
  find_maven
  say "Building Tenon (log in ${log#"$PWD"/})"
  # Tests are neither compiled nor run here: ./tenon test does that.
  if (cd "$TENON_ROOT" && "$MVN" -B ${TENON_OFFLINE:+-o} -pl "$1" -am -Dmaven.test.skip=true package) 2>&1 </dev/null |
    tee "$log" | progress build >&2; then
    say "  built in $((SECONDS - started)) s"
    return
  fi
  say ''
  grep '^\[ERROR\]' "$log" | grep -v -e 'For more information' -e 're-run Maven' -e 'Re-run Maven' -e '^\[ERROR\] *$' |
    head -n 25 >&2 || tail -n 25 "$log" >&2
  say ''
  die "the build failed; the whole log is in $log."
}
