#!/bin/sh
# Asks Shiplog whether a release may go out, and prints the answer: a sentence, and a line for each reason.
# Ends with 0 when it may, with 1 when it may not or the question was refused, with 2 when no answer could be had.
#
#   SHIPLOG_URL=https://status.example.com SHIPLOG_TOKEN=shl_… gate.sh COMPONENT [VERSION]
#
# Also read: SHIPLOG_ENVIRONMENT (production), SHIPLOG_COMMIT, SHIPLOG_KIND (deploy, rollback, redeploy, config, flag),
# SHIPLOG_ACTOR (who releases: may be one of those who may pass a freeze). Needs curl 7.76 or newer.
set -u
: "${1:?COMPONENT is missing: gate.sh COMPONENT [VERSION]}" "${SHIPLOG_URL:?is missing}" "${SHIPLOG_TOKEN:?is missing}"

json() { printf '%s' "$1" | tr -d '\000-\037' | sed 's/[\\"]/\\&/g'; }
field() { [ -z "$2" ] || printf ', "%s": "%s"' "$1" "$(json "$2")"; }
question="{\"component\": \"$(json "$1")\"$(field version "${2:-}")$(field commit "${SHIPLOG_COMMIT:-}")"
question="$question$(field environment "${SHIPLOG_ENVIRONMENT:-}")$(field kind "${SHIPLOG_KIND:-}")"
question="$question$(field actor "${SHIPLOG_ACTOR:-}")}"

# the token comes from standard input, so that no list of processes shows it
printf 'Authorization: Bearer %s\n' "$SHIPLOG_TOKEN" |
  curl -sS --fail-with-body --max-time 15 --retry 2 -H @- -H 'Accept: text/plain' \
    -H 'Content-Type: application/json' -d "$question" "${SHIPLOG_URL%/}/api/v1/releases/check"
case $? in
  0) exit 0 ;;
  22) exit 1 ;;
  *) echo "Shiplog gave no answer at $SHIPLOG_URL: nothing goes out." >&2 && exit 2 ;;
esac
