# shellcheck shell=bash
# A cache of loaded and linked classes, with which Java starts in less than half the time (JEP 514,
# JEP 515). It is made once after a build, by a server that starts on a database of its own and stops
# again. It fits one JDK and one build only. Nothing here may ever fail a start: without the cache
# everything is as it is with it, and slower.

# What the cache belongs to: this build, this JDK, these options.
aot_key() {
  local built=''
  IFS= read -r built <"$TENON_STATE/build-server.stamp" || :
  printf '%s\n' "$built $JDK $(cksum <"$JDK/release" 2>/dev/null) $*"
}

# aot_options OPTIONS…: sets AOT to the options that use the cache, if it fits.
aot_options() {
  local key=''
  AOT=()
  [ -r "$TENON_STATE/server.aot" ] && [ -r "$TENON_STATE/server.aot.key" ] || return 0
  IFS= read -r key <"$TENON_STATE/server.aot.key" || :
  # Java leaves a cache aside that it can't use, and need not talk of it.
  # shellcheck disable=SC2034 # read by the caller
  [ "$key" != "$(aot_key "$@")" ] || AOT=("-XX:AOTCache=$TENON_STATE/server.aot" -Xlog:aot=off -Xlog:cds=off)
}

# aot_make JAR OPTIONS…: makes the cache unless it fits or was tried for the same build.
aot_make() {
  local jar=$1 key tried='' folder=$TENON_STATE/aot-training pid ends
  shift
  key=$(aot_key "$@")
  if [ -r "$TENON_STATE/server.aot.key" ]; then IFS= read -r tried <"$TENON_STATE/server.aot.key" || :; fi
  [ "$key" != "$tried" ] || return 0
  rm -rf "$TENON_STATE"/server.aot "$folder"
  # Noted first: what fails is not tried again at every start.
  { printf '%s\n' "$key" >"$TENON_STATE/server.aot.key" && mkdir -m 711 "$folder"; } 2>/dev/null || return 0
  say "Preparing a faster start (once for each build)"
  if "$JDK/bin/java" "$@" -cp "$jar" dev.tenon.Main vault new-key --data "$folder" >/dev/null 2>&1 </dev/null; then
    "$JDK/bin/java" "$@" "-XX:AOTCacheOutput=$TENON_STATE/server.aot.new" -cp "$jar" dev.tenon.Main \
      serve --data "$folder" --port 0 --ready-file "$folder/ready" >"$TENON_STATE/aot.log" 2>&1 </dev/null &
    pid=$!
    # Whoever stops the launcher meanwhile stops it as well: a shell's background job hears no Ctrl-C.
    # shellcheck disable=SC2064 # the number of now
    trap "kill $pid 2>/dev/null" EXIT
    ends=$((SECONDS + 90))
    while [ ! -e "$folder/ready" ] && kill -0 "$pid" 2>/dev/null && [ $SECONDS -lt $ends ]; do sleep 0.1; done
    kill "$pid" 2>/dev/null || :
    ends=$((SECONDS + 90))
    while kill -0 "$pid" 2>/dev/null && [ $SECONDS -lt $ends ]; do sleep 0.1; done
    # The second signal ends it at once.
    kill "$pid" 2>/dev/null || :
    wait "$pid" 2>/dev/null || :
    trap - EXIT
    [ ! -s "$TENON_STATE/server.aot.new" ] || mv "$TENON_STATE/server.aot.new" "$TENON_STATE/server.aot"
  fi
  rm -rf "$folder" "$TENON_STATE"/server.aot.new*
}
