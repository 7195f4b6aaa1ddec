#!/usr/bin/env bash
# Checks out the commit that a stack was last brought up from: checkOutDeployed.sh STACK
# Where the stack does not tell it, or this clone has no such commit, what is checked out stays, with a warning.
set -euo pipefail
stack=$1

revision=$(pulumi stack output revision --non-interactive --stack "$stack" || true)
if [[ $revision =~ ^[0-9a-f]{40}$ ]] && git cat-file -e "$revision^{commit}"; then
  git checkout --quiet --detach "$revision"
  echo "Stack $stack was last brought up from $revision."
else
  echo "Warning: from which commit stack $stack was last brought up is not known; $(git rev-parse HEAD) is compared with it." >&2
fi
