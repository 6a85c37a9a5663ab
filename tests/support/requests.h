// Requests as callers send them: fresh ids, people with valid numbers, cases and offices.
//
// Threads     Every function may be called from any thread.
#pragma once

#include <cstdint>
#include <string>

#include "casehub/intake/v1/intake_service.pb.h"
#include "casehub/registry/v1/registry_service.pb.h"
#include "casehub/transfer/v1/transfer_service.pb.h"
#include "tests/support/fresh.h"

namespace casehub::testing {

common::v1::Person Resident(uint64_t i);
// A document whose digest tells its name.
common::v1::DocumentRef Document(const std::string& name);
// Who acts: a member of staff of an office.
common::v1::Actor Staff(const std::string& office_id, const std::string& staff_id);

registry::v1::RegisterOfficeRequest RegisterOffice(const std::string& municipality, const std::string& office_id);
// Opens a case for resident i over the window.
intake::v1::RegisterContactRequest RegisterContact(const std::string& municipality, uint64_t i);
// Another contact on a case that is there.
intake::v1::RegisterContactRequest ContactAgain(const std::string& municipality, const std::string& case_id);
// Opens a consultation of resident i over the hotline.
intake::v1::RegisterCallRequest RegisterCall(const std::string& municipality, uint64_t i, const std::string& question);

// A people's mediation committee, and a mediator of it.
registry::v1::RegisterOfficeRequest RegisterCommittee(const std::string& municipality, const std::string& office_id);
registry::v1::RegisterPractitionerRequest RegisterMediator(const std::string& municipality,
                                                           const std::string& mediator_id,
                                                           const std::string& office_id);
// A lawyer of an office, for so many cases at a time.
registry::v1::RegisterPractitionerRequest RegisterLawyer(const std::string& municipality, const std::string& lawyer_id,
                                                         const std::string& office_id, uint32_t capacity);
// The police refer a dispute between residents i and i + 1.
intake::v1::ReceiveReferralRequest ReceiveReferral(const std::string& municipality, uint64_t i,
                                                   const std::string& dispute);

// A request about a case, with a fresh request id.
template <typename Request>
Request About(const std::string& municipality, const std::string& case_id) {
  Request request;
  request.set_municipality(municipality);
  request.set_request_id(NewRequestId());
  request.set_case_id(case_id);
  return request;
}

transfer::v1::OfferTransferRequest OfferTransfer(const std::string& from, const std::string& case_id,
                                                 const std::string& to);
transfer::v1::AcceptTransferRequest AcceptTransfer(const std::string& at, const std::string& case_id, uint64_t hop);
transfer::v1::DeclineTransferRequest DeclineTransfer(const std::string& at, const std::string& case_id, uint64_t hop);
transfer::v1::RecallTransferRequest RecallTransfer(const std::string& at, const std::string& case_id);

}  // namespace casehub::testing
