#!/bin/sh
# Rolls one component back and tells Shiplog how it went. Copy it, and put your own deploy command into deploy().
#
# From the receiver: SHIPLOG_COMPONENT, SHIPLOG_ENVIRONMENT, SHIPLOG_TO (the version to go back to), SHIPLOG_FROM,
#   SHIPLOG_COMMIT, SHIPLOG_ARTIFACT, SHIPLOG_REQUEST, SHIPLOG_DRILL, SHIPLOG_REASON and more: see README.md.
# From your own settings: SHIPLOG_URL, and SHIPLOG_TOKEN (scope releases:write, or the secret of a source).
set -eu
LC_ALL=C
export LC_ALL

deploy() {
  # EDIT THIS. It must end with an exit code other than 0 when it fails.
  "${DEPLOY_COMMAND:-/usr/local/bin/deploy}" "$SHIPLOG_COMPONENT" "$SHIPLOG_ENVIRONMENT" "$SHIPLOG_TO"
}

# Whatever is used below is plain: nothing that a shell, a path, an option or JSON could take for something else.
plain() {
  case $2 in
    -* | *..* | *[!A-Za-z0-9._+:/@-]*)
      echo "$1 is not a plain name; nothing was done." >&2
      exit 2
      ;;
  esac
}
plain SHIPLOG_COMPONENT "${SHIPLOG_COMPONENT:?}"
plain SHIPLOG_ENVIRONMENT "${SHIPLOG_ENVIRONMENT:?}"
plain SHIPLOG_TO "${SHIPLOG_TO:?}"
plain SHIPLOG_REQUEST "${SHIPLOG_REQUEST:?}"
plain SHIPLOG_FROM "${SHIPLOG_FROM:-}"
plain SHIPLOG_COMMIT "${SHIPLOG_COMMIT:-}"
drill=false
[ "${SHIPLOG_DRILL:-}" != true ] || drill=true
: "${SHIPLOG_URL:?}" "${SHIPLOG_TOKEN:?}"

# A rollback goes on when Shiplog cannot be told of it. The token comes by standard input: arguments are seen by all.
report() {
  body=$(
    printf '{"type":"%s","kind":"rollback","service":"%s","environment":"%s","run":"%s","version":"%s"' \
      "$1" "$SHIPLOG_COMPONENT" "$SHIPLOG_ENVIRONMENT" "$SHIPLOG_REQUEST" "$SHIPLOG_TO"
    printf ',"previous_version":"%s","commit":"%s","drill":%s}' "${SHIPLOG_FROM:-}" "${SHIPLOG_COMMIT:-}" "$drill"
  )
  printf 'Authorization: Bearer %s\n' "$SHIPLOG_TOKEN" |
    curl --silent --show-error --fail-with-body --max-time 20 --retry "$2" --retry-delay 3 --retry-connrefused -H @- \
      -H 'Content-Type: application/json' -H "Idempotency-Key: $SHIPLOG_REQUEST-$1" \
      --data "$body" "${SHIPLOG_URL%/}/api/v1/events" >&2 ||
    echo "Shiplog could not be told: $1" >&2
}

# The beginning is told in passing, the end until it is heard.
retries=${REPORT_RETRIES:-20}
trap 'report release.failed 1; exit 1' INT TERM
report release.started 0
if deploy; then
  report release.succeeded "$retries"
else
  report release.failed "$retries"
  exit 1
fi
