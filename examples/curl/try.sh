#!/usr/bin/env bash
# Makes an endpoint at the URL given, sends a test event to it and shows what became of it.
#   TENON=https://tenon.example.com TENON_API_KEY=tn_… TENON_TENANT=ten_… try.sh https://app.example.com/hooks
set -euo pipefail
url=$1
api=$TENON/v1/tenants/$TENON_TENANT

call() {
  # The key goes in by a file, so that no list of processes shows it.
  curl --silent --show-error --fail-with-body --max-time 30 \
    --config <(printf 'header = "Authorization: Bearer %s"\n' "$TENON_API_KEY") \
    --header 'Content-Type: application/json' "$@"
}

# The first value of a field; good enough for a shell, and for nothing else.
field() {
  local text
  text=$(cat)
  [[ $text =~ \"$1\"\ *:\ *\"([^\"]*)\" ]] && printf '%s\n' "${BASH_REMATCH[1]}"
}

made=$(call --header "Idempotency-Key: try-$(date +%s)-$$" --data "{\"url\": \"$url\"}" "$api/endpoints")
endpoint=$(field id <<<"$made")
printf 'endpoint %s\nsecret   %s\n' "$endpoint" "$(field secret <<<"$made")"

event=$(call --request POST "$api/endpoints/$endpoint/test" | field event)
for _ in $(seq 30); do
  state=$(call "$api/deliveries?event=$event" | field state)
  case $state in delivered | failed | retrying) break ;; esac
  sleep 0.2
done
printf 'event    %s\nstate    %s\n' "$event" "$state"
[ "$state" = delivered ]
