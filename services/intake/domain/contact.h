// First contact, later contacts, withdrawal, archive (A2, A4, B1, B10).
#pragma once

#include "casehub/intake/v1/intake_service.pb.h"
#include "services/intake/domain/decision.h"

namespace casehub::intake {

using EventsOrRefusal = std::variant<Events, Refused>;

// What opening a case says in every case: CaseOpened, FirstReceiverFixed, ClaimCodeIssued, ContactRegistered.
struct Opening {
  v1::CaseKind kind = v1::CASE_KIND_CONTACT;
  common::v1::Channel channel = common::v1::CHANNEL_UNSPECIFIED;
  std::string matter_type;
  std::string source_system;
  std::string external_reference;
  const common::v1::Person* applicant = nullptr;  // may be null
  common::v1::Actor receiver;
  const common::v1::PersonalText* note = nullptr;  // may be null
  Instant occurred_at;
};
Events Open(const Opening& opening, const Context& context);

// `state` is null for a new case; `taken_by` the case that has the external reference already, if any.
EventsOrRefusal DecideRegisterContact(const v1::CaseState* state, const v1::RegisterContactRequest& request,
                                      const std::optional<std::string>& taken_by, const OfficeFact& office,
                                      const Context& context);
EventsOrRefusal DecideWithdraw(const v1::CaseState& state, const v1::WithdrawCaseRequest& request,
                               const Context& context);
EventsOrRefusal DecideArchive(const v1::CaseState& state, const v1::ArchiveCaseRequest& request,
                              const Context& context);

}  // namespace casehub::intake
