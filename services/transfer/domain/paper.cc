#include "services/transfer/domain/paper.h"

#include "services/model/civil_time.h"
#include "services/transfer/domain/origin.h"

namespace casehub::transfer {
namespace {

using common::v1::Refusal::REFUSAL_CASE_FROZEN;
using common::v1::Refusal::REFUSAL_CONSENT_MISSING;
using common::v1::Refusal::REFUSAL_FIELD_MISSING;
using common::v1::Refusal::REFUSAL_FIELD_TOO_LONG;
using common::v1::Refusal::REFUSAL_MUNICIPALITY_UNKNOWN;
using common::v1::Refusal::REFUSAL_NOT_DECLINED_TWICE;
using common::v1::Refusal::REFUSAL_SUPERIOR_RULES;

constexpr size_t kNameBytesMax = 200;

std::optional<Refused> CheckName(const std::string& field, const std::string& name) {
  if (name.empty()) return Refuse(REFUSAL_FIELD_MISSING, {{"field", field}});
  if (name.size() <= kNameBytesMax) return std::nullopt;
  return Refuse(REFUSAL_FIELD_TOO_LONG,
                {{"field", field}, {"size", std::to_string(name.size())}, {"limit", std::to_string(kNameBytesMax)}});
}

std::optional<Refused> CheckPaper(const v1::RecordPaperRulingRequest& request, const Context& context) {
  if (request.custodian().empty() == request.outside_counterpart().empty()) {
    return RefuseField("custodian", Phrase::PHRASE_ONE_COUNTERPART);
  }
  if (request.custodian().empty()) {
    if (auto refusal = CheckName("outside_counterpart", request.outside_counterpart())) return refusal;
  }
  if (auto refusal = CheckName("ruled_by", request.ruled_by())) return refusal;
  const auto day = ParseDate(request.ruled_on());
  if (!day) return RefuseField("ruled_on", Phrase::PHRASE_DATE_FORMAT);
  if (*day > DateAt(context.now)) return RefuseField("ruled_on", Phrase::PHRASE_NOT_AFTER_TODAY);
  if (auto refusal = CheckName("document.name", request.document().name())) return refusal;
  if (request.document().sha256().size() != 32) return RefuseField("document.sha256", Phrase::PHRASE_SHA256_BYTES);
  return std::nullopt;
}

// A case that acts may leave by paper; a frozen one only if nobody else decides its hop.
std::optional<Refused> CheckPaperDecides(const v1::CustodyState* state, const v1::RecordPaperRulingRequest& request,
                                         Municipality superior, const Context& context) {
  if (state != nullptr && IsFrozen(*state) && !AwaitsPaper(*state)) {
    if (state->origin() != v1::ORIGIN_STATE_AT_SUPERIOR) return Refuse(REFUSAL_CASE_FROZEN, {{"to", state->to()}});
    return Refuse(REFUSAL_SUPERIOR_RULES, {{"superior", state->superior()}});
  }
  if (auto refusal = CheckHere(state, context)) return refusal;
  if (AwaitsPaper(*state)) return std::nullopt;
  if (!superior.IsNone()) return Refuse(REFUSAL_SUPERIOR_RULES, {{"superior", superior.ToString()}});
  const bool stays = request.custodian() == context.here.ToString();
  if (stays && state->declines() < kDeclinesMax) {
    return Refuse(REFUSAL_NOT_DECLINED_TWICE, {{"declines", std::to_string(state->declines())}});
  }
  if (!stays && !state->ready()) return Refuse(REFUSAL_CONSENT_MISSING);
  return std::nullopt;
}

// There is no log to send the parts to: the papers go by post, and the case is gone with this record.
void LeaveForOutside(const v1::CustodyState& state, const std::string& counterpart, const Context& context,
                     Events* events) {
  uint64_t hop = state.hop();
  if (!IsFrozen(state)) {
    hop = state.highest_hop() + 1;
    v1::CaseFrozen* frozen = events->emplace_back(NewEvent(state.case_id(), context.now)).mutable_case_frozen();
    frozen->set_hop(hop);
    frozen->set_to(counterpart);
    frozen->set_binding(true);
  }
  v1::CustodyLearned* learned = events->emplace_back(NewEvent(state.case_id(), context.now)).mutable_custody_learned();
  learned->set_hop(hop);
  learned->set_custodian(counterpart);
  learned->set_outside(true);
}

}  // namespace

Result<v1::RecordPaperRulingResponse> Decide(const v1::CustodyState* state, const v1::RecordPaperRulingRequest& request,
                                             bool custodian_known, Municipality superior, const Context& context) {
  if (auto refusal = CheckPaper(request, context)) return *std::move(refusal);
  if (!custodian_known) return Refuse(REFUSAL_MUNICIPALITY_UNKNOWN, {{"municipality", request.custodian()}});
  if (auto refusal = CheckPaperDecides(state, request, superior, context)) return *std::move(refusal);
  Decided<v1::RecordPaperRulingResponse> decided;
  v1::PaperRulingRecorded* recorded =
      decided.events.emplace_back(NewEvent(state->case_id(), context.now)).mutable_paper_ruling_recorded();
  recorded->set_custodian(request.custodian());
  recorded->set_outside_counterpart(request.outside_counterpart());
  recorded->set_ruled_by(request.ruled_by());
  recorded->set_ruled_on(request.ruled_on());
  *recorded->mutable_document() = request.document();
  if (request.custodian().empty()) {
    LeaveForOutside(*state, request.outside_counterpart(), context, &decided.events);
  } else if (IsFrozen(*state) || request.custodian() != context.here.ToString()) {
    for (auto& event : RuledFor(*state, request.custodian(), "ruled on paper by " + request.ruled_by(), context)) {
      decided.events.push_back(std::move(event));
    }
  }
  decided.reply.set_case_id(state->case_id());
  const v1::TransferEvent& last = decided.events.back();
  if (last.has_case_frozen()) decided.reply.set_hop(last.case_frozen().hop());
  if (last.has_custody_learned()) decided.reply.set_hop(last.custody_learned().hop());
  return decided;
}

}  // namespace casehub::transfer
