#include "services/transfer/domain/superior.h"

namespace casehub::transfer {
namespace {

using common::v1::Refusal::REFUSAL_FIELD_MISSING;
using common::v1::Refusal::REFUSAL_MUNICIPALITY_UNKNOWN;
using common::v1::Refusal::REFUSAL_NO_RULING_ASKED;
using common::v1::Refusal::REFUSAL_NOT_BELOW_SUPERIOR;
using common::v1::Refusal::REFUSAL_RULING_CLOSED;

}  // namespace

Result<v1::RuleJurisdictionResponse> Decide(const v1::CustodyState* state, const v1::RuleJurisdictionRequest& request,
                                            bool custodian_known, bool custodian_below, const Context& context) {
  if (request.hop() == 0) return Refuse(REFUSAL_FIELD_MISSING, {{"field", "hop"}});
  if (request.custodian().empty()) return Refuse(REFUSAL_FIELD_MISSING, {{"field", "custodian"}});
  if (auto refusal = CheckReason(request.reason())) return *std::move(refusal);
  if (!custodian_known) return Refuse(REFUSAL_MUNICIPALITY_UNKNOWN, {{"municipality", request.custodian()}});
  const std::string hop = std::to_string(request.hop());
  const v1::RulingState* ruling = state == nullptr ? nullptr : FindRuling(*state, request.hop());
  if (ruling == nullptr) return Refuse(REFUSAL_NO_RULING_ASKED, {{"hop", hop}});
  if (!ruling->open()) return Refuse(REFUSAL_RULING_CLOSED, {{"hop", hop}});
  if (!custodian_below) {
    return Refuse(REFUSAL_NOT_BELOW_SUPERIOR,
                  {{"municipality", request.custodian()}, {"superior", context.here.ToString()}});
  }
  Decided<v1::RuleJurisdictionResponse> decided;
  v1::JurisdictionRuled* ruled =
      decided.events.emplace_back(NewEvent(state->case_id(), context.now)).mutable_jurisdiction_ruled();
  ruled->set_hop(request.hop());
  ruled->set_custodian(request.custodian());
  ruled->set_reason(request.reason());
  ruled->set_origin(ruling->origin());
  decided.reply.set_case_id(state->case_id());
  decided.reply.set_hop(request.hop());
  return decided;
}

Events OnRulingRequest(const v1::CustodyState& state, Municipality from, const v1::TransferMessage& message,
                       const Context& context) {
  if (FindRuling(state, message.hop()) != nullptr) return {};
  const v1::RulingRequest& request = message.ruling_request();
  v1::TransferEvent event = NewEvent(state.case_id(), context.now);
  v1::RulingOpened* opened = event.mutable_ruling_opened();
  opened->set_hop(message.hop());
  opened->set_why(request.why());
  opened->set_origin(request.origin());
  opened->set_addressee(from.ToString());
  opened->set_declines(request.declines());
  return {event};
}

Events OnRecallOfRuling(const v1::CustodyState& state, Municipality from, const v1::TransferMessage& message,
                        const Context& context) {
  const v1::RulingState* ruling = FindRuling(state, message.hop());
  if (ruling == nullptr || !ruling->open() || ruling->origin() != from.ToString()) return {};
  v1::TransferEvent event = NewEvent(state.case_id(), context.now);
  event.mutable_transfer_recalled()->set_hop(message.hop());
  return {event};
}

}  // namespace casehub::transfer
