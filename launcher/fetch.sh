# shellcheck shell=bash
# Downloads with a published checksum. A file that does not match is never unpacked.

# download URL FILE: quiet; fails without leaving a partial file behind.
download() {
  local only=''
  case $1 in https:*) only='=https' ;; esac
  if command -v curl >/dev/null 2>&1; then
    curl -fsSL --retry 2 --connect-timeout 15 ${only:+--proto "$only" --proto-redir "$only"} -o "$2" "$1"
  elif command -v wget >/dev/null 2>&1; then
    wget -q --tries=3 --timeout=30 -O "$2" "$1"
  else
    say "Neither curl nor wget is installed, so nothing can be downloaded."
    return 1
  fi || {
    rm -f "$2"
    return 1
  }
}

# sha_of BITS FILE: prints the checksum, by whichever tool the system has.
sha_of() {
  if command -v "sha$1sum" >/dev/null 2>&1; then
    "sha$1sum" "$2" | cut -d ' ' -f 1
  else
    shasum -a "$1" "$2" | cut -d ' ' -f 1
  fi
}

# unpack_checked BITS SHA ARCHIVE DIR: replaces DIR by the archive's content, in one rename.
unpack_checked() {
  local actual
  actual=$(sha_of "$1" "$3")
  if [ "$actual" != "$2" ]; then
    say "The checksum of the download is wrong (expected $2, got $actual); it was deleted."
    return 1
  fi
  rm -rf "$4.new"
  mkdir -p "$4.new"
  tar -xzf "$3" -C "$4.new" --strip-components=1 || return 1
  rm -rf "$4"
  mv "$4.new" "$4"
}
