#include "services/assignment/reactions.h"

#include "services/assignment/domain/case.h"
#include "services/assignment/domain/clocks.h"
#include "services/assignment/domain/loans.h"
#include "services/assignment/roster.h"
#include "services/assignment/rpc.h"
#include "services/assignment/tables.h"

namespace casehub::assignment {

using runtime::DecideContext;
using runtime::DueRow;
using runtime::Outcome;
using runtime::StateReader;

namespace {

constexpr size_t kExportRestBytes = 8 + 4;

// The state of the case at its freeze; empty where there is none. It relies on nothing: a thaw makes it pointless and
// harmless.
Outcome ExportPart(const Uuid& case_id, std::string_view rest, const v1::AssignmentState* state,
                   const Context& context) {
  if (rest.size() != kExportRestBytes) return runtime::Defect{"due work of assignment does not parse", case_id};
  const uint64_t hop = ReadBigEndian(rest.substr(0, 8));
  if (state != nullptr && state->frozen_hop() != hop) return runtime::Decision();  // thawed meanwhile
  v1::AssignmentEvent event = NewEvent(case_id.ToString(), context.now);
  v1::PartExported* part = event.mutable_part_exported();
  part->set_hop(hop);
  part->set_to(Municipality(static_cast<uint32_t>(ReadBigEndian(rest.substr(8)))).ToString());
  if (state != nullptr) part->set_state(Exported(*state).SerializeAsString());
  return runtime::Recorded(Events{std::move(event)});
}

// The borrower alone knows that a lawyer is free, and it must be said whatever became of the case.
Outcome ReturnLoan(const Uuid& loan_id, const DecideContext& context, const StateReader& state) {
  const Roster roster(state, context.municipality, context.now);
  const auto loan = roster.FindLoan(loan_id.ToString());
  if (!loan) return runtime::Defect{"due work of a loan that is not here", std::nullopt};
  const auto borrowing = roster.FindCase(loan->case_id());
  return runtime::Recorded(DecideReturnLoan(*loan, borrowing ? &*borrowing : nullptr, ToContext(context, state)));
}

}  // namespace

Outcome React(const DueRow& row, const DecideContext& context, const StateReader& state) {
  const std::string_view payload = row.work.payload;
  const auto id = payload.size() < Uuid::kBytes ? std::nullopt : Uuid::FromBytes(payload.substr(0, Uuid::kBytes));
  if (!id) return runtime::Defect{"due work of assignment does not parse", std::nullopt};
  const std::string rest(payload.substr(Uuid::kBytes));
  if (row.work.kind == tables::kReturnLoan) return ReturnLoan(*id, context, state);
  const auto found = state.Load<v1::AssignmentState>(tables::CaseKey(context.municipality, *id));
  const Context own = ToContext(context, state);
  if (row.work.kind == tables::kExportPart) return ExportPart(*id, rest, found ? &*found : nullptr, own);
  if (!found) return runtime::Defect{"due work of assignment names a case that is not here", *id};
  switch (row.work.kind) {
    case tables::kOfferTimesOut:
      return runtime::Recorded(DecideOfferTimedOut(*found, rest, own), {storage::CaseSubject(*id)});
    case tables::kClockFired:
      return runtime::Recorded(DecideClockFired(*found, rest, own), {storage::CaseSubject(*id)});
    case tables::kRestate:
      return runtime::Recorded(DecideRestate(*found, own), {storage::CaseSubject(*id)});
    default:
      return runtime::Defect{"due work of assignment of an unknown kind", *id};
  }
}

// Messages are taken whatever became of the case: they rely on nothing.
Outcome Receive(const runtime::Incoming& incoming, const DecideContext& context, const StateReader& state) {
  v1::AssignmentMessage message;
  if (!message.ParseFromArray(incoming.payload.data(), static_cast<int>(incoming.payload.size()))) {
    return runtime::Defect{"a message about a loan does not parse", std::nullopt};
  }
  const std::string* loan_id = LoanIdOf(message);
  if (loan_id == nullptr) return runtime::Defect{"a message about a loan says nothing", std::nullopt};
  const auto loan = Roster(state, context.municipality, context.now).FindLoan(*loan_id);
  return runtime::Recorded(DecideReceived(message, loan ? &*loan : nullptr, ToContext(context, state)));
}

}  // namespace casehub::assignment
