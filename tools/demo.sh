#!/usr/bin/env bash
# The main job on a fresh folder, through gRPC: import, the five lives of cases from first contact to rating, a transfer
# among three municipalities included, and the verification of every ledger. ./dev demo [--input DIR] builds first.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
input=
while [ $# -gt 0 ]; do
  case $1 in
    --input) [ $# -ge 2 ] || { echo "--input needs a folder" >&2; exit 2; }; input=$2; shift 2 ;;
    *) echo "usage: ./dev demo [--input DIR]" >&2; exit 2 ;;
  esac
done
[ -z "$input" ] || [ -d "$input" ] || { echo "there is no folder $input" >&2; exit 2; }

data=var/demo
rm -rf "$data"
mkdir -p "$data"
: > "$data/out"
build/bin/casehub --data "$data/store" --listen 127.0.0.1:0 --metrics-listen "" > "$data/out" 2> "$data/err" &
server=$!
stop() { kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }
trap stop EXIT
address=
while [ -z "$address" ]; do
  kill -0 "$server" 2>/dev/null || { cat "$data/err" >&2; echo "casehub did not start" >&2; exit 1; }
  address=$(sed -n 's/^ready on //p' "$data/out")
done
ctl() { build/bin/casectl --server "$address" --lang en --output json "$@"; }
# field NAME: the first value of that name in the JSON on standard input
field() { grep -oE "\"$1\":(\"[^\"]*\"|[0-9]+)" | head -n 1 | sed -E "s/^\"$1\":\"?//; s/\"$//"; }
say() { printf '\n== %s\n' "$*"; }

say "Cases of a line system, imported; then once more, which adds nothing"
imports=("330800 permits tools/demo/permits.xes")
if [ -n "$input" ]; then
  [ -f "$input/bpic15/BPIC15_1.xes.gz" ] && imports+=("330800 bpic15 $input/bpic15/BPIC15_1.xes.gz")
  [ -f "$input/bpic15/BPIC15_3.xes.gz" ] && imports+=("330700 bpic15 $input/bpic15/BPIC15_3.xes.gz")
  [ -f "$input/receipt/receipt.xes.gz" ] && imports+=("220581 receipt $input/receipt/receipt.xes.gz")
fi
for one in "${imports[@]}"; do
  read -r municipality source file <<< "$one"
  for _ in 1 2; do
    ctl import --format xes --municipality "$municipality" --source "$source" --rejects "$data/rejects" "$file" |
      sed 's/^/   /'
  done
done

# shellcheck source=tools/demo/lives.sh
. tools/demo/lives.sh
prepare
life_1
life_2
life_3
life_4
life_5

say "Scores by office, as exact fractions"
for municipality in 330800 330700; do tell "$municipality" score show --by office; done

say "The ledgers"
entries=0 cases=0 municipalities=0
for municipality in 330800 330700 330600 330000 220581; do
  report=$(ctl ledger verify --municipality "$municipality")
  grep -q '"ok":true' <<< "$report" || { echo "$report" >&2; echo "the ledger of $municipality does not verify" >&2; exit 1; }
  count=$(field entries <<< "$report")
  [ "$count" != 0 ] || continue
  opened=$(ctl ledger export --municipality "$municipality" | grep -c '"type":"CaseOpened"' || true)
  printf '   %s  %8s entries  %6s cases  head %s\n' "$municipality" "$count" "$opened" "$(field head <<< "$report" | cut -c1-16)"
  entries=$((entries + count)) cases=$((cases + opened)) municipalities=$((municipalities + 1))
done
stop
trap - EXIT
echo "demo ok: $cases cases, $entries ledger entries, $municipalities municipalities, chain verified"
