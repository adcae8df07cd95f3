#!/bin/sh
# Lets Google Cloud Deploy tell Shiplog of rollouts and approvals: the topics, and a push subscription for each.
#   PROJECT=my-project SERVICE_ACCOUNT=shiplog@my-project.iam.gserviceaccount.com cloud-deploy.sh ADDRESS
set -eu
: "${PROJECT:?is missing}" "${SERVICE_ACCOUNT:?is missing}" "${1:?ADDRESS is missing: it stands on the page of the source}"

for topic in clouddeploy-operations clouddeploy-approvals; do
  gcloud pubsub topics describe "$topic" --project="$PROJECT" >/dev/null 2>&1 ||
    gcloud pubsub topics create "$topic" --project="$PROJECT"
  gcloud pubsub subscriptions create "shiplog-$topic" --project="$PROJECT" --topic="$topic" --push-endpoint="$1" \
    --push-auth-service-account="$SERVICE_ACCOUNT" --push-auth-token-audience="$1"
done
