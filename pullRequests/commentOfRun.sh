#!/usr/bin/env bash
# Comments on a pull request with what a workflow's run left as artifacts `preview-STACK`: comment.md, and number, the pull request's.
# A fork's code may have made them. So they are only read, in limits, and must be of the pull request that the run was of.
# Environment: GH_TOKEN, GITHUB_REPOSITORY, and RUN_ID, HEAD_SHA, HEAD_REPOSITORY as GitHub tells them of the run.
set -euo pipefail
: "${GH_TOKEN:?}" "${GITHUB_REPOSITORY:?}" "${RUN_ID:?}" "${HEAD_SHA:?}" "${HEAD_REPOSITORY:?}"

most_bytes=262144      # of a comment's file; of an artifact, which is compressed, too
most_characters=65536  # GitHub's limit for a comment
export LC_ALL=C.UTF-8

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
here="repos/$GITHUB_REPOSITORY"

fail() {
  echo "$1" >&2
  exit 1
}

# A file of the artifact $1 to $2; not more of it than is needed to see that it is too long.
unpack() {
  { unzip -p "$work/artifact.zip" "$1" 2>/dev/null || true; } | head -c $((most_bytes + 1)) >"$2"
}

comment_with() {
  local name=$1 number marker existing
  unpack number "$work/number"
  unpack comment.md "$work/comment.md"
  number=$(head -c 20 "$work/number")
  [[ $number =~ ^[1-9][0-9]{0,9}$ ]] || fail "Artifact $name holds no pull request's number."
  [ "$(gh api "$here/pulls/$number" --jq '"\(.state) \(.head.sha) \(.head.repo.full_name)"')" = "open $HEAD_SHA $HEAD_REPOSITORY" ] ||
    fail "Pull request $number is not open at the commit that run $RUN_ID was of: it gets no comment."
  marker=$(head -n 1 "$work/comment.md" | head -c 200)
  [[ $marker =~ ^'<!-- preview of stack '[A-Za-z0-9_./]+' -->'$ ]] || fail "Artifact $name does not begin as a preview's comment does."
  { [ "$(wc -c <"$work/comment.md")" -le "$most_bytes" ] && iconv -f UTF-8 -t UTF-8 "$work/comment.md" >/dev/null; } ||
    fail "The comment in artifact $name is too long, or no text."

  if [ "$HEAD_REPOSITORY" = "$GITHUB_REPOSITORY" ]; then
    cp "$work/comment.md" "$work/body.md"
  else
    {
      echo "$marker"
      echo
      echo "_Made by the code of $HEAD_REPOSITORY on a local cloud, without any secret. Read it as what that code says of itself._"
      # A character that is not seen keeps names from being mentions; HTML has other spellings of "@".
      tail -n +2 "$work/comment.md" | sed -E $'s/@|&(#0*64|#[xX]0*40|commat);?/&\u200b/g'
    } >"$work/body.md"
  fi
  [ "$(wc -m <"$work/body.md")" -le "$most_characters" ] || fail "The comment in artifact $name is longer than GitHub takes."

  existing=$(MARKER=$marker gh api --paginate "$here/issues/$number/comments?per_page=100" \
    --jq '.[] | select(.user.login == "github-actions[bot]") | select(.body | startswith(env.MARKER)) | .id')
  existing=${existing%%$'\n'*}
  if [ -n "$existing" ]; then
    gh api --method PATCH "$here/issues/comments/$existing" -F "body=@$work/body.md" --silent
  else
    gh api --method POST "$here/issues/$number/comments" -F "body=@$work/body.md" --silent
  fi
  echo "Commented on pull request $number with $name."
}

gh api "$here/actions/runs/$RUN_ID/artifacts?per_page=100" \
  --jq '.artifacts[] | select(.name | test("^preview-[a-z0-9-]{1,40}$")) | "\(.id) \(.size_in_bytes) \(.name)"' >"$work/artifacts"
while read -r id bytes name; do
  [ "$bytes" -le "$most_bytes" ] || fail "Artifact $name has $bytes bytes, more than a comment needs."
  gh api "$here/actions/artifacts/$id/zip" >"$work/artifact.zip"
  comment_with "$name"
done <"$work/artifacts"
