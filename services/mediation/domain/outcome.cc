#include "services/mediation/domain/outcome.h"

#include "absl/strings/ascii.h"

namespace casehub::mediation {

using R = common::v1::Refusal;

namespace {

constexpr std::string_view kPathPrefix = "ONWARD_PATH_";

bool IsReferral(const v1::MediationState& state) { return state.source() != intake::v1::REFERRAL_SOURCE_PARTY; }

std::optional<Refused> CheckResult(v1::MediationResult result) {
  if (result == v1::MEDIATION_RESULT_UNSPECIFIED) return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "result"}});
  if (!v1::MediationResult_IsValid(result)) return RefuseField("result", Phrase::PHRASE_NOT_A_KNOWN_VALUE);
  return std::nullopt;
}

// What is said to have come of it must be so.
std::optional<Refused> CheckTrue(const v1::MediationState& state, v1::MediationResult result) {
  if (state.office_id().empty()) return NotReached(Phrase::PHRASE_DISPUTE_ACCEPTANCE);
  if (state.mediator_id().empty()) return NotReached(Phrase::PHRASE_MEDIATOR);
  if (result == v1::MEDIATION_RESULT_AGREED && !state.has_agreement()) return NotReached(Phrase::PHRASE_AGREEMENT);
  if (result == v1::MEDIATION_RESULT_FAILED && state.has_agreement()) return Refuse(R::REFUSAL_AGREEMENT_IN_EFFECT);
  return std::nullopt;
}

std::optional<Refused> CheckFailure(const v1::CloseMediationRequest& request) {
  if (request.result() == v1::MEDIATION_RESULT_FAILED) {
    if (request.onward_path() == v1::ONWARD_PATH_UNSPECIFIED) {
      return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "onward_path"}});
    }
    if (!v1::OnwardPath_IsValid(request.onward_path())) {
      return RefuseField("onward_path", Phrase::PHRASE_NOT_A_KNOWN_VALUE);
    }
    return CheckText("reason_code", request.reason_code(), kReasonCodeBytesMax, true);
  }
  if (request.onward_path() != v1::ONWARD_PATH_UNSPECIFIED) {
    return RefuseField("onward_path", Phrase::PHRASE_ONLY_OF_A_FAILURE);
  }
  if (!request.reason_code().empty()) return RefuseField("reason_code", Phrase::PHRASE_ONLY_OF_A_FAILURE);
  return std::nullopt;
}

}  // namespace

EventsOrRefusal DecideReturnResult(const v1::MediationState& state, const v1::ReturnReferralResultRequest& request,
                                   const Context& context) {
  if (auto refusal = CheckResult(request.result())) return *std::move(refusal);
  if (auto refusal = CheckOpen(state, request.etag())) return *std::move(refusal);
  if (!IsReferral(state)) return Refuse(R::REFUSAL_NOTHING_TO_RETURN);
  if (state.result_returned() != v1::MEDIATION_RESULT_UNSPECIFIED) return AlreadyDone(Phrase::PHRASE_RESULT);
  if (auto refusal = CheckTrue(state, request.result())) return *std::move(refusal);
  Events events{NewEvent(state.case_id(), context.received_at)};
  auto* returned = events[0].mutable_result_returned();
  returned->set_result(request.result());
  returned->set_source_organ(state.source_organ());
  returned->set_source_reference(state.source_reference());
  return events;
}

EventsOrRefusal DecideClose(const v1::MediationState& state, const v1::CloseMediationRequest& request,
                            const Context& context) {
  if (auto refusal = CheckResult(request.result())) return *std::move(refusal);
  if (auto refusal = CheckFailure(request)) return *std::move(refusal);
  if (auto refusal = CheckOpen(state, request.etag())) return *std::move(refusal);
  if (auto refusal = CheckTrue(state, request.result())) return *std::move(refusal);
  if (IsReferral(state) && state.result_returned() == v1::MEDIATION_RESULT_UNSPECIFIED) {
    return NotReached(Phrase::PHRASE_RESULT);
  }
  const bool agreed = request.result() == v1::MEDIATION_RESULT_AGREED;
  Events events(2, NewEvent(state.case_id(), context.received_at));
  if (agreed) {
    auto* succeeded = events[0].mutable_mediation_succeeded();
    succeeded->set_office_id(state.office_id());
    succeeded->set_mediator_id(state.mediator_id());
    succeeded->set_matter_type(state.matter_type());
  } else {
    auto* failed = events[0].mutable_mediation_failed();
    failed->set_office_id(state.office_id());
    failed->set_mediator_id(state.mediator_id());
    failed->set_matter_type(state.matter_type());
    failed->set_onward_path(
        absl::AsciiStrToLower(v1::OnwardPath_Name(request.onward_path()).substr(kPathPrefix.size())));
    failed->set_reason_code(request.reason_code());
  }
  auto* payable = events[1].mutable_mediator_subsidy_payable();
  payable->set_tariff_version(std::string(kTariff.version));
  payable->set_amount_fen(agreed ? kTariff.agreed_fen : kTariff.failed_fen);
  payable->set_mediator_id(state.mediator_id());
  return events;
}

}  // namespace casehub::mediation
