#!/bin/sh
# The namespace with 30 days of retention (the server's default is three) and the search attributes of the runs; safe to
# run again.
set -eu
export TEMPORAL_ADDRESS TEMPORAL_NAMESPACE

temporal operator cluster health
temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 30d
# The frontend knows a new namespace only after its cache is refreshed, every few seconds.
tries=0
until temporal operator search-attribute list >/dev/null 2>&1; do
  tries=$((tries + 1))
  [ "$tries" -lt 60 ] || { echo "namespace $TEMPORAL_NAMESPACE does not appear" >&2; exit 1; }
  sleep 1
done
temporal operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention 30d

for pair in LonghaulKind=Keyword LonghaulStatus=Keyword LonghaulTenant=Keyword LonghaulScenario=Keyword \
  LonghaulExperiment=Keyword LonghaulCostUsd=Double; do
  name=${pair%%=*}
  temporal operator search-attribute list | grep -qw "$name" ||
    temporal operator search-attribute create --name "$name" --type "${pair##*=}"
done
