// What processes say, compared with the log at the moment they say it.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/runtime/placement.h"
#include "services/runtime/position_token.h"
#include "tests/simulation/clients.h"

namespace casehub::simulation {

using runtime::Refusal;

namespace {

bool MayHaveNothingToDo(const std::string& name) {
  return name == "RecallTransfer" || name == "RegisterOffice" || name == "CloseOffice" ||
         name == "RegisterPractitioner" || name == "LoadCalendar" || name == "SetPolicy" || name == "ImportCase" ||
         name == "RecordImportRun" || name == "RegisterSourceSystem" || name == "ImportRating" ||
         name == "SetLowCountLimit" || name == "SuspendPractitioner" || name == "ReinstatePractitioner" ||
         name == "SetTariff" || name == "AgreeLoans" || name == "LinkCoDefendants";
}

std::string Name(const Request& request) {
  return absl::StrCat(request.draft.name, " ", request.id.ToString(), " of ", request.draft.municipality.ToString());
}

}  // namespace

// Acknowledged: its record stands where the reply says, and the reply is the one in the record.
void Clients::CheckAcknowledged(Request* request, const Emitted& emitted) {
  const bool may_be_gone = plan_->lost_tails && !log_->lost(emitted.partition).empty();
  const std::string& bytes = std::get<runtime::Answered>(emitted.reply.result).bytes;
  const Judged* record = auditor_->OfCommand(emitted.partition, request->draft.municipality, request->id);
  if (record == nullptr || record->offset != emitted.reply.offset) {
    if (!emitted.reply.recorded && MayHaveNothingToDo(request->draft.name) &&
        (record == nullptr || emitted.reply.offset < record->offset)) {
      request->nothing_to_do = true;
      context_->Count(Situation::kNothingToDo);
      return CheckProof(*request, emitted);
    }
    request->acknowledged = true;
    request->offset = emitted.reply.offset;
    request->reply = bytes;
    if (may_be_gone) return;
    return context_->Report(
        "acknowledged_not_in_log",
        absl::StrCat(Name(*request), " was acknowledged at offset ", emitted.reply.offset, " of partition ",
                     emitted.partition, ", its record ",
                     record == nullptr ? std::string("is not there") : absl::StrCat("stands at ", record->offset)));
  }
  std::string expected(record->record->reply);
  runtime::AppendPositionToken(emitted.partition, record->offset, &expected);
  if (record->record->fingerprint != request->fingerprint || expected != bytes) {
    if (may_be_gone) return;
    return context_->Report("wrong_reply",
                            absl::StrCat(Name(*request), " was answered with what is not the reply of the ",
                                         "record at offset ", record->offset));
  }
  CountRepeat(*request, emitted, *record);
  request->acknowledged = true;
  request->offset = record->offset;
  request->reply = bytes;
  request->owner = record->record->owner;
  if (!emitted.reply.recorded) CheckProof(*request, emitted);
}

void Clients::CountRepeat(const Request& request, const Emitted& emitted, const Judged& record) {
  if (emitted.reply.recorded) return;
  context_->Count(emitted.taken_at >= record.offset ? Situation::kRepeatAfterReadBack
                                                    : Situation::kRepeatBeforeReadBack);
  if (auditor_->rule(emitted.partition).stream(request.draft.service).epoch > record.record->epoch) {
    context_->Count(Situation::kRepeatOfOlderEpoch);
  }
}

// Refusals and repeats' answers need proof of ownership: a record of this very owner, read back after the call was
// taken.
void Clients::CheckProof(const Request& request, const Emitted& emitted) {
  if (plan_->lost_tails) return;
  const auto& judged = auditor_->judged(emitted.partition);
  const std::string& address =
      cluster_->process(emitted.process).shards[static_cast<size_t>(emitted.partition)].address;
  for (size_t i = auditor_->After(emitted.partition, emitted.taken_at); i < judged.size(); ++i) {
    if (judged[i].offset > emitted.answered_at) break;
    if (!judged[i].IsEffective() || judged[i].record->service != request.draft.service) continue;
    if (auditor_->AddressOf(emitted.partition, judged[i].record->owner) != address) continue;
    if (judged[i].record->read_up_to < emitted.taken_at) {
      context_->Count(Situation::kRefusalBehindOlderRecord);
    }
    return;
  }
  context_->Report("answered_without_proof",
                   absl::StrCat(Name(request), " got an answer from process ", emitted.process, ", which had read ",
                                "nothing of its own between offsets ", emitted.taken_at, " and ", emitted.answered_at,
                                " of partition ", emitted.partition));
}

// A query that names a position sees what stood there.
void Clients::OnQueryReply(const Attempt& attempt, const Emitted& emitted) {
  const auto* refused = std::get_if<runtime::Refused>(&emitted.reply.result);
  if (refused != nullptr && IsTransportRefusal(refused->reason)) return;
  if (emitted.reply.offset < attempt.min_offset) {
    return context_->Report("query_behind", absl::StrCat(attempt.query.name, " waited for offset ", attempt.min_offset,
                                                         " and was answered at ", emitted.reply.offset));
  }
  const bool about_case = attempt.query.name == "GetCase";
  if (!plan_->lost_tails && about_case && attempt.min_offset != kNoOffset && refused != nullptr &&
      refused->reason == Refusal::REFUSAL_CASE_UNKNOWN) {
    context_->Report("own_write_not_read", absl::StrCat(attempt.query.name, " at offset ", attempt.min_offset,
                                                        " does not know a case that was acknowledged there"));
  }
}

}  // namespace casehub::simulation
