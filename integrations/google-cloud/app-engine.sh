#!/bin/sh
# Lets App Engine's audit log tell Shiplog of new versions and of who gets them: a topic, a sink, a push subscription.
#   PROJECT=my-project SERVICE_ACCOUNT=shiplog@my-project.iam.gserviceaccount.com app-engine.sh ADDRESS
set -eu
: "${PROJECT:?is missing}" "${SERVICE_ACCOUNT:?is missing}" "${1:?ADDRESS is missing: it stands on the page of the source}"

topic=app-engine-releases
gcloud pubsub topics create "$topic" --project="$PROJECT"
gcloud logging sinks create shiplog "pubsub.googleapis.com/projects/$PROJECT/topics/$topic" --project="$PROJECT" \
  --log-filter='protoPayload.methodName=~"appengine.*(CreateVersion|UpdateService)"'
writer=$(gcloud logging sinks describe shiplog --project="$PROJECT" --format='value(writerIdentity)')
gcloud pubsub topics add-iam-policy-binding "$topic" --project="$PROJECT" --member="$writer" --role=roles/pubsub.publisher
gcloud pubsub subscriptions create "shiplog-$topic" --project="$PROJECT" --topic="$topic" --push-endpoint="$1" \
  --push-auth-service-account="$SERVICE_ACCOUNT" --push-auth-token-audience="$1"
