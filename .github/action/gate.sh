#!/usr/bin/env bash
# What action.yml runs: finds lambench, gates, and says how it ended. Inputs are INPUT_* variables; each becomes one
# argument, and none is ever read as shell.
set -euo pipefail

fail() {
  printf 'error: %s\n' "$1" >&2
  output verdict error
  output exit-code "${2:-1}"
  exit "${2:-1}"
}

# The value is one line, whatever it holds: a line break would write another output.
output() {
  printf '%s=%s\n' "$1" "${2//[$'\r\n']/ }" >>"$GITHUB_OUTPUT"
}

target() {
  case "$(uname -s) $(uname -m)" in
    "Linux x86_64") echo x86_64-unknown-linux-musl ;;
    "Linux aarch64" | "Linux arm64") echo aarch64-unknown-linux-musl ;;
    "Darwin arm64") echo aarch64-apple-darwin ;;
    "Darwin x86_64") echo x86_64-apple-darwin ;;
    *) return 1 ;;
  esac
}

checksum() {
  if command -v sha256sum >/dev/null; then
    sha256sum --check --status "$1"
  else
    shasum --algorithm 256 --check --status "$1"
  fi
}

install() {
  local otherwise="install it another way (cargo install --git) and give its path as the input binary"
  local folder name base
  name="lambench-$(target)" || fail "there is no prebuilt lambench for $(uname -s) $(uname -m): $otherwise"
  [[ $INPUT_REPOSITORY =~ ^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$ ]] ||
    fail "the input repository is OWNER/NAME, not \"$INPUT_REPOSITORY\"" 2
  base="${GITHUB_SERVER_URL:-https://github.com}/$INPUT_REPOSITORY/releases"
  case "$INPUT_VERSION" in
    latest) base="$base/latest/download" ;;
    *)
      [[ $INPUT_VERSION =~ ^[A-Za-z0-9_.-]+$ ]] || fail "the input version is a release's tag, not \"$INPUT_VERSION\"" 2
      base="$base/download/$INPUT_VERSION"
      ;;
  esac
  folder="$(mktemp -d "${RUNNER_TEMP:-/tmp}/lambench.XXXXXX")"
  for file in "$name.tar.gz" "$name.tar.gz.sha256"; do
    curl --fail --silent --show-error --location --retry 3 --output "$folder/$file" "$base/$file" ||
      fail "no $file in release $INPUT_VERSION of $INPUT_REPOSITORY: $otherwise"
  done
  (cd "$folder" && checksum "$name.tar.gz.sha256") || fail "$name.tar.gz is not what its checksum says"
  tar -xzf "$folder/$name.tar.gz" -C "$folder" lambench
  lambench="$folder/lambench"
}

cd -- "$INPUT_WORKING_DIRECTORY" || fail "there is no folder \"$INPUT_WORKING_DIRECTORY\"" 2
lambench="$INPUT_BINARY"
if [[ -z $lambench ]]; then
  install
elif [[ ! -x $lambench ]]; then
  fail "there is no program \"$lambench\"" 2
fi

mkdir -p -- "$INPUT_OUTPUT_DIR"
results="$(cd -- "$INPUT_OUTPUT_DIR" && pwd)"

args=(gate --lang="$INPUT_LANG")
given() {
  if [[ -n $2 ]]; then args+=("$1=$2"); fi
}
switch() {
  case "$2" in
    true) args+=("$1") ;;
    false | "") ;;
    *) fail "the input ${1#--} is true or false, not \"$2\"" 2 ;;
  esac
}
given --function "$INPUT_FUNCTION"
given --before-ref "$INPUT_BEFORE_REF"
given --build "$INPUT_BUILD"
given --config "$INPUT_CONFIG"
given --runs "$INPUT_RUNS"
given --region "$INPUT_REGION"
given --max-cost "$INPUT_MAX_COST"
switch --all "$INPUT_ALL"
switch --strict "$INPUT_STRICT"
switch --aws "$INPUT_AWS"
switch --yes "$INPUT_YES"
while IFS= read -r budget; do
  given --fail-if "$budget"
done <<<"$INPUT_FAIL_IF"
for form in json csv junit; do
  args+=("--export=$form=$results/lambench.$form")
done
args+=("--export=markdown=$results/lambench.md")
if [[ -n ${GITHUB_STEP_SUMMARY:-} ]]; then args+=(--export=github); fi

code=0
"$lambench" "${args[@]}" || code=$?

output exit-code "$code"
for form in json csv junit markdown; do
  file="$results/lambench.${form/markdown/md}"
  if [[ -s $file ]]; then output "$form" "$file"; fi
done
output verdict "$(
  case "$code" in
    3) echo regressed ;;
    4) echo inconclusive ;;
    0)
      # The worst that any function came to, from the JSON that was just written.
      found=passed
      if grep -q '"verdict": "inconclusive"' "$results/lambench.json"; then
        found=inconclusive
      elif grep -q '"verdict": "improved"' "$results/lambench.json" &&
        ! grep -q '"verdict": "passed"' "$results/lambench.json"; then
        found=improved
      fi
      echo "$found"
      ;;
    *) echo error ;;
  esac
)"
exit "$code"
