#!/usr/bin/env bash
# Checks one delivery by hand: verify.sh HEADERS BODY, with TENON_WEBHOOK_SECRET set.
# HEADERS holds one "name: value" a line, BODY the bytes exactly as they came. It judges no time.
set -euo pipefail

header() { tr -d '\r' <"$1" | grep -i "^$2:" | head -n 1 | sed 's/^[^:]*: *//'; }

id=$(header "$1" webhook-id)
timestamp=$(header "$1" webhook-timestamp)
key=$(printf '%s' "${TENON_WEBHOOK_SECRET#whsec_}" | base64 -d | od -An -v -tx1 | tr -d ' \n')
expected=v1,$({ printf '%s.%s.' "$id" "$timestamp" && cat "$2"; } |
  openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64 | tr -d '\n')

for one in $(header "$1" webhook-signature); do
  if [ "$one" = "$expected" ]; then
    echo "signed by Tenon"
    exit 0
  fi
done
echo "not signed with this secret" >&2
exit 1
