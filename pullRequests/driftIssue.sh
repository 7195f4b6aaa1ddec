#!/usr/bin/env bash
# Keeps one open issue while a stack has drifted: driftIssue.sh STACK success|failure REPORT.md
# Environment: GH_TOKEN, GITHUB_REPOSITORY. Fails where there is drift, so that the run is seen as failed.
set -euo pipefail
stack=$1 outcome=$2 report=$3
title="Drift of stack $stack"
here="repos/$GITHUB_REPOSITORY/issues"

existing=$(TITLE=$title gh api --paginate "$here?state=open&creator=github-actions%5Bbot%5D&per_page=100" \
  --jq '.[] | select(.title == env.TITLE) | .number')
existing=${existing%%$'\n'*}

if [ "$outcome" = success ]; then
  [ -z "$existing" ] || gh api --method PATCH "$here/$existing" -f state=closed -f state_reason=completed --silent
  echo "Stack $stack has no drift."
  exit 0
fi
[ -s "$report" ] || {
  echo "The check of stack $stack left no report: see the log of the step before." >&2
  exit 1
}
if [ -n "$existing" ]; then
  gh api --method PATCH "$here/$existing" -F "body=@$report" --silent
else
  gh api --method POST "$here" -f "title=$title" -F "body=@$report" --silent
fi
echo "Stack $stack has drifted, or could not be checked: see its issue." >&2
exit 1
