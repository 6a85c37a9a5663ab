# The five lives as a story, for tools/demo.sh, which gives ctl, field and say. Every line is a call to the server.

step() { printf '   %s\n' "$*"; }
# run MUNICIPALITY CASE SERVICE METHOD [FLAG…]: a command about a case; prints nothing
run() { ctl "$3" "$4" --municipality "$1" --case-id "$2" "${@:5}" > /dev/null; }
# ask FIELD MUNICIPALITY CASE SERVICE METHOD [FLAG…]: one field of its answer
ask() { ctl "$4" "$5" --municipality "$2" --case-id "$3" "${@:6}" | field "$1"; }
# tell MUNICIPALITY COMMAND…: what a query says, as a table
tell() { build/bin/casectl --server "$address" --lang en --output table "${@:2}" --municipality "$1" | sed 's/^/   /'; }
# until_done CALL…: repeats what waits for the services' own work, for at most a minute
until_done() {
  local end=$((SECONDS + 60))
  until "$@" > /dev/null 2>&1; do
    [ $SECONDS -lt $end ] || { echo "this did not come to pass within a minute: $*" >&2; "$@" >&2 || true; exit 1; }
  done
}
# has TEXT CALL…: whether the answer holds the text
has() { "${@:2}" 2> /dev/null | grep -q -- "$1"; }
actor() { printf -- '--actor.office-id %s --actor.staff-id %s' "$1" "$2"; }
document() { printf '{"name":"%s","sha256":"%064d","size_bytes":1234}' "$1" 7; }
grades() {
  printf -- '--grades.attitude %s --grades.efficiency %s --grades.policy-execution %s ' "$1" "$1" "$1"
  printf -- '--grades.professional-level %s --grades.overall %s' "$1" "$1"
}
# rate MUNICIPALITY CASE GRADE: by the applicant through the hotline, taken down by an operator
rate() {
  until_done has '"slot"' ctl evaluation get-rating-slot --municipality "$1" --case-id "$2"
  # shellcheck disable=SC2046
  run "$1" "$2" evaluation submit-rating --actor.staff-id operator --channel hotline --call-id "rating-$2" $(grades "$3")
}

# Offices, people, tariffs: what the lives need.
prepare() {
  say "Offices, practitioners and tariffs"
  local office municipality id kind
  for office in "330800 centre-1 centre" "330800 station-1 station" "330800 committee-1 committee" \
    "330700 centre-1 centre" "330600 centre-1 centre"; do
    read -r municipality id kind <<< "$office"
    ctl registry register-office --municipality "$municipality" --office.office-id "$id" --office.name "$id" \
      --office.kind "$kind" --office.region-code "$municipality" --office.valid-from 2020-01-01 > /dev/null
  done
  local person name
  for person in "330800 lawyer-1 centre-1 lawyer 王律师" "330800 lawyer-2 centre-1 lawyer 赵律师" \
    "330800 mediator-1 committee-1 mediator 钱调解员" "330600 lawyer-9 centre-1 lawyer 孙律师"; do
    read -r municipality id office kind name <<< "$person"
    ctl registry register-practitioner --municipality "$municipality" --practitioner.practitioner-id "$id" \
      --practitioner.office-id "$office" --practitioner.kind "$kind" --practitioner.person.particulars.name "$name" \
      --practitioner.criminal-practice-since 2015-01-01 --practitioner.valid-from 2020-01-01 > /dev/null
  done
  for municipality in 330800 330700; do
    ctl assignment set-tariff --municipality "$municipality" --tariff.valid-from 2020-01-01 --tariff.citation 补贴办法 \
      --tariff.rows '{"kind":"legal_aid","amount_fen":200000}' --tariff.rows '{"kind":"defence","amount_fen":150000}' \
      > /dev/null
  done
  ctl assignment agree-loans --municipality 330600 --agreement.borrower 330700 --agreement.quota 2 \
    --agreement.valid-from 2020-01-01 --agreement.citation 借调协议 > /dev/null
  step "330800 衢州市: centre-1, station-1, committee-1; lawyer-1, lawyer-2, mediator-1"
  step "330700 金华市: centre-1, no lawyer of its own; 330600 绍兴市: centre-1, lawyer-9, lends up to two lawyers to 330700"
}

# assign MUNICIPALITY CASE [FLAG…]: offer, acceptance, letter; the practitioner chosen stands in $chosen
assign() {
  local at=$1 case=$2 answer offer
  shift 2
  # shellcheck disable=SC2046
  answer=$(ctl assignment offer-case --municipality "$at" --case-id "$case" $(actor centre-1 staff-1) "$@")
  offer=$(field offer_id <<< "$answer") chosen=$(field practitioner_id <<< "$answer")
  # shellcheck disable=SC2046
  run "$at" "$case" assignment accept-offer $(actor centre-1 staff-1) --offer-id "$offer"
  # shellcheck disable=SC2046
  run "$at" "$case" assignment issue-assignment-letter $(actor centre-1 staff-1)
  step "offered to $chosen ($(field decided_by <<< "$answer" | tr _ ' ')), accepted, letter issued"
}

# finish MUNICIPALITY CASE: the closing file, handed in by one and approved by another
finish() {
  # shellcheck disable=SC2046
  run "$1" "$2" assignment record-handling-step $(actor centre-1 staff-2) --step concluded
  # shellcheck disable=SC2046
  run "$1" "$2" assignment submit-closing-file $(actor centre-1 staff-2) --documents "$(document 结案材料)"
  local fen
  # shellcheck disable=SC2046
  fen=$(ask amount_fen "$1" "$2" assignment approve-closing-file $(actor centre-1 staff-1))
  step "closing file approved: closed, $((fen / 100)) yuan of subsidy payable, once"
}

# shellcheck disable=SC2046
life_1() {
  say "1. Legal aid, from a township station to the archive"
  local case
  case=$(ctl intake register-contact --municipality 330800 --channel window $(actor station-1 staff-7) \
    --applicant.particulars.name 张三 --matter-type civil | field case_id)
  step "opened at station-1: $case"
  run 330800 "$case" intake submit-aid-application $(actor station-1 staff-7) --statement.text 申请法律援助 \
    --documents "$(document 身份证)"
  run 330800 "$case" intake give-hardship-pledge $(actor station-1 staff-7) --pledge "$(document 经济困难告知承诺书)"
  run 330800 "$case" intake complete-preliminary-review $(actor station-1 staff-7) --recommendation grant \
    --opinion.text 符合条件 --to-office-id centre-1
  step "applied, hardship pledged, reviewed by the station and handed to the centre"
  run 330800 "$case" intake issue-supplement-notice $(actor centre-1 staff-1) --items 劳动合同
  run 330800 "$case" intake confirm-delivery $(actor centre-1 staff-1) --channel window
  run 330800 "$case" intake submit-supplements $(actor station-1 staff-7) --items 劳动合同 \
    --documents "$(document 劳动合同)"
  step "one notice lists what is missing; it came, the clock goes on"
  tell 330800 case deadlines "$case"
  run 330800 "$case" intake decide-aid $(actor centre-1 staff-1) --decision granted
  step "granted by the centre, not by who reviewed it"
  local offer
  offer=$(ask offer_id 330800 "$case" assignment offer-case $(actor centre-1 staff-1))
  run 330800 "$case" assignment decline-offer $(actor centre-1 staff-1) --offer-id "$offer" --reason-code busy
  step "the first lawyer declined; the clock of the assignment goes on"
  assign 330800 "$case"
  finish 330800 "$case"
  run 330800 "$case" intake verify-pledge $(actor centre-1 staff-1) --truthful true
  rate 330800 "$case" 5
  run 330800 "$case" intake archive-case $(actor centre-1 staff-1)
  step "pledge verified, rated once, archived"
}

# shellcheck disable=SC2046
life_2() {
  say "2. Mandatory defence, on notice of a court"
  local case
  case=$(ctl intake receive-defence-notice --municipality 330800 $(actor centre-1 staff-1) \
    --applicant.particulars.name 周某 --matter-type criminal --ground life_or_death --stage first_instance \
    --maximum-penalty death --need-found-on "$(date -u -d '+8 hours' +%F)" --authority 衢州市中级人民法院 \
    --authority-reference 通辩1号 --channel window | field case_id)
  step "notice received: $case; no hardship test, no grant"
  assign 330800 "$case"
  run 330800 "$case" assignment notify-authority $(actor centre-1 staff-1)
  run 330800 "$case" assignment record-meeting $(actor centre-1 staff-2) --place 看守所
  run 330800 "$case" assignment record-file-reading $(actor centre-1 staff-2) --pages 320
  run 330800 "$case" assignment record-hearing $(actor centre-1 staff-2) --organ 衢州市中级人民法院
  step "three years of practice were needed; the authority is told, the defender met, read and appeared"
  finish 330800 "$case"
  until_done has '"slot"' ctl evaluation get-rating-slot --municipality 330800 --case-id "$case"
  step "the defendant may rate it, on paper through the facility"
}

# shellcheck disable=SC2046
life_3() {
  say "3. Mediation on a referral by the police, badly rated"
  local case
  case=$(ctl intake receive-referral --municipality 330800 $(actor centre-1 staff-1) --channel window --source police \
    --source-organ 柯城区公安分局 --source-reference 警调1号 --matter-type neighbours --dispute.text 楼上漏水,吊顶损坏 \
    --parties '{"particulars":{"name":"吴某"}}' --parties '{"particulars":{"name":"郑某"}}' | field case_id)
  step "referred: $case"
  local party
  for party in 1 2; do run 330800 "$case" mediation record-consent $(actor centre-1 staff-1) --party $party --consented true; done
  run 330800 "$case" mediation accept-dispute $(actor committee-1 staff-5) --office-id committee-1
  run 330800 "$case" mediation assign-mediator $(actor committee-1 staff-5) --mediator-id mediator-1
  step "both consent, committee-1 accepts, mediator-1 is assigned"
  run 330800 "$case" mediation hold-session $(actor committee-1 mediator-1) --mode in_person --present 1 --present 2 \
    --record.text 双方陈述
  run 330800 "$case" mediation hold-session $(actor committee-1 mediator-1) --mode video --present 1 --present 2 \
    --record.text 达成一致
  run 330800 "$case" mediation record-agreement $(actor committee-1 mediator-1) \
    --terms "{\"text\":{\"text\":\"赔偿八百元\"},\"perform_by\":\"$(date -u -d '+30 days' +%F)\"}"
  run 330800 "$case" mediation return-referral-result $(actor committee-1 staff-5) --result agreed
  run 330800 "$case" mediation close-mediation $(actor committee-1 staff-5) --result agreed
  step "two sessions, an agreement in effect, its result told to the police, closed"
  run 330800 "$case" mediation record-joint-application $(actor committee-1 staff-5) --court 柯城区人民法院
  run 330800 "$case" mediation record-court-outcome $(actor committee-1 staff-5) --outcome confirmed --reference 司法确认1号
  run 330800 "$case" mediation record-performance $(actor committee-1 staff-5) --term 1 --performance performed
  step "confirmed by the court, performed"
  rate 330800 "$case" 1
  run 330800 "$case" evaluation record-rectification $(actor committee-1 staff-5) --measures.text 上门道歉并回访 --called-back-at "$(date -u +%FT%TZ)"
  run 330800 "$case" evaluation record-revisit $(actor centre-1 staff-3) --satisfied true --channel hotline --call-id revisit-1
  step "rated 1: rectified, re-visited by somebody else, closed; the rating stays as it was given"
}

# shellcheck disable=SC2046
life_4() {
  say "4. Hotline 12348, from the call to the rating"
  local call case
  call=$(ctl intake register-call --municipality 330800 --actor.office-id centre-1 --call-id 12348-1 --matter-type labour \
    --applicant.particulars.name 李四 --question.text "老板拖欠三个月工资,应当怎么办?")
  case=$(field case_id <<< "$call")
  step "opened $case, claim code $(field claim_code <<< "$call")"
  run 330800 "$case" intake hand-over-to-office --to-office-id station-1
  run 330800 "$case" intake acknowledge-hand-over $(actor station-1 staff-7)
  step "handed over to station-1, which has acknowledged"
  run 330800 "$case" intake register-call --call-id 12348-2
  step "called again: counted and escalated, no new case"
  run 330800 "$case" intake answer-consultation $(actor station-1 staff-7) \
    --answer.text "可以向劳动监察部门投诉,也可以申请劳动仲裁。"
  run 330800 "$case" intake confirm-answer-delivered --channel hotline
  rate 330800 "$case" 4
  step "answered, delivered, closed, rated once"
}

# offer CASE TO: an offer of 330800 that has arrived; its hop stands in $hop
offer() {
  hop=$(ask hop 330800 "$1" transfer offer-transfer --to "$2" --reason "competent there")
  until_done has '"addressee":"offered"' ctl transfer get-transfer --municipality "$2" --case-id "$1"
}

# shellcheck disable=SC2046
life_5() {
  say "5. Applied for away from home: 330800 receives, 330700 is competent, 330600 declines and later lends"
  local case loan
  case=$(ctl intake submit-aid-application --municipality 330800 $(actor centre-1 staff-1) --channel window \
    --applicant.particulars.name 冯某 --matter-type civil --statement.text 异地申请法律援助 \
    --documents "$(document 身份证)" --competent-municipality 330700 | field case_id)
  run 330800 "$case" intake agree-material-list $(actor centre-1 staff-1) --items 身份证复印件
  run 330800 "$case" intake record-interview $(actor centre-1 staff-1) --record.text 谈话笔录
  run 330800 "$case" intake record-transfer-consent $(actor centre-1 staff-1) --consent "$(document 同意书)"
  step "received: $case; list agreed, interview held, consent given"
  offer "$case" 330700
  run 330700 "$case" transfer decline-transfer $(actor centre-1 staff-1) --hop "$hop" --reason "not ours" --onward 330600
  until_done has '"origin":"active"' ctl transfer get-transfer --municipality 330800 --case-id "$case"
  offer "$case" 330600
  run 330600 "$case" transfer decline-transfer $(actor centre-1 staff-1) --hop "$hop" --reason "nor ours" --onward 330700
  step "declined by 330700 and by 330600: the province rules"
  until_done ctl transfer rule-jurisdiction --municipality 330000 --case-id "$case" --hop "$hop" \
    --custodian 330700 --reason "案件发生地在金华"
  until_done has '"custodian":"330700"' ctl transfer get-transfer --municipality 330700 --case-id "$case"
  step "ruled for 330700, which has custody now"
  until_done ctl intake verify-document-set --municipality 330700 --case-id "$case" $(actor centre-1 staff-1) \
    --documents "$(document 身份证)"
  run 330700 "$case" intake decide-aid $(actor centre-1 staff-1) --decision granted
  loan=$(ask loan_id 330700 "$case" assignment request-loan $(actor centre-1 staff-1) --lender 330600)
  until_done ctl assignment grant-loan --municipality 330600 --loan-id "$loan" --practitioner-id lawyer-9 \
    $(actor centre-1 staff-1)
  until_done has lawyer-9 ctl assignment list-loans --municipality 330700
  step "granted; 330600 lends lawyer-9"
  assign 330700 "$case"
  finish 330700 "$case"
  rate 330700 "$case" 5
  step "one case, one rating, one subsidy; what each municipality shows of it:"
  local municipality
  for municipality in 330800 330700 330600; do tell "$municipality" transfer list; done
}
