#!/usr/bin/env bash
# The main job on a fresh folder, through gRPC: import, a hotline consultation from call to rating, a transfer between two
# municipalities, and the verification of every ledger. ./dev demo [--input DIR] builds first.
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

say "Offices of 330800 衢州市 and 330700 金华市"
for office in "330800 centre-1 1" "330800 station-1 2" "330700 centre-1 1"; do
  set -- $office
  ctl registry register-office --municipality "$1" --office.office-id "$2" --office.name "$2" \
    --office.kind "$([ "$3" = 1 ] && echo centre || echo station)" --office.region-code "$1" \
    --office.valid-from 2020-01-01 > /dev/null
  printf '   %s %s\n' "$1" "$2"
done

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

say "A hotline consultation, from the call to the rating (life 4)"
call=$(ctl intake register-call --municipality 330800 --actor.office-id centre-1 --call-id 12348-1 --matter-type labour \
  --applicant.particulars.name 张三 --question.text "老板拖欠三个月工资,应当怎么办?")
case=$(field case_id <<< "$call")
printf '   opened   %s, claim code %s\n' "$case" "$(field claim_code <<< "$call")"
ctl intake hand-over-to-office --municipality 330800 --case-id "$case" --to-office-id station-1 > /dev/null
ctl intake acknowledge-hand-over --municipality 330800 --case-id "$case" --actor.office-id station-1 \
  --actor.staff-id staff-7 > /dev/null
echo "   handed over to station-1, which has acknowledged"
ctl intake register-call --municipality 330800 --call-id 12348-2 --case-id "$case" > /dev/null
echo "   called again: counted and escalated, no new case"
ctl intake answer-consultation --municipality 330800 --case-id "$case" --actor.office-id station-1 \
  --actor.staff-id staff-7 --answer.text "可以向劳动监察部门投诉,也可以申请劳动仲裁。" > /dev/null
ctl intake confirm-answer-delivered --municipality 330800 --case-id "$case" --channel hotline > /dev/null
echo "   answered, delivered, closed"
token=
while [ -z "$token" ]; do
  token=$(ctl evaluation get-rating-slot --municipality 330800 --case-id "$case" 2> /dev/null | field rating_token || true)
done
ctl evaluation submit-rating --municipality 330800 --case-id "$case" --rating-token "$token" --channel online \
  --grades.attitude 5 --grades.efficiency 4 --grades.policy-execution 5 --grades.professional-level 5 \
  --grades.overall 5 > /dev/null
echo "   rated once, by the applicant"
ctl score show --municipality 330800 --by office | sed 's/^/   /'

say "A case travels from 330800 to 330700 (life 5)"
moved=$(ctl intake register-contact --municipality 330800 --channel window --applicant.particulars.name 李四 \
  --matter-type civil | field case_id)
hop=$(ctl transfer offer-transfer --municipality 330800 --case-id "$moved" --to 330700 --reason "competent there" | field hop)
until ctl transfer accept-transfer --municipality 330700 --case-id "$moved" --hop "$hop" > /dev/null 2>&1; do :; done
until ctl intake get-case --municipality 330800 --case-id "$moved" | grep -q moved_away; do :; done
printf '   %s: hop %s accepted, 330700 has custody, 330800 shows it as moved away\n' "$moved" "$hop"

say "The ledgers"
entries=0 cases=0 municipalities=0
for municipality in 330800 330700 220581; do
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
