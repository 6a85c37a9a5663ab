#include "services/mediation/domain/custody.h"

#include <algorithm>

#include "services/mediation/domain/after.h"
#include "services/mediation/domain/mediation.h"

namespace casehub::mediation {
namespace {

void FoldIn(const std::vector<v1::MediationEvent>& facts, Instant recorded_at, v1::MediationState* state) {
  for (const v1::MediationEvent& fact : facts) {
    if (!IsKnown(*state, fact)) Evolve(fact, recorded_at, state);
  }
}

std::vector<v1::MediationEvent> TakeHeld(v1::MediationState* state) {
  std::vector<v1::MediationEvent> held(state->held().begin(), state->held().end());
  state->clear_held();
  return held;
}

void Changed(Instant recorded_at, v1::MediationState* state) {
  state->set_version(state->version() + 1);
  *state->mutable_changed_at() = ToTimestamp(recorded_at);
}

// Rows of due work belong to the log that put them in.
void ForgetDue(v1::MediationState* state) {
  for (v1::Term* term : {state->mutable_mediation_term(), state->mutable_confirmation_term()}) {
    term->clear_due_offset();
    term->clear_due_event();
    term->clear_due_n();
  }
  if (!state->has_agreement()) return;
  state->mutable_agreement()->clear_due_offset();
  state->mutable_agreement()->clear_due_event();
  state->mutable_agreement()->clear_due_n();
}

}  // namespace

void Freeze(const transfer::v1::CaseFrozen& frozen, Instant recorded_at, v1::MediationState* state) {
  const auto held = TakeHeld(state);
  state->set_frozen_hop(0);
  FoldIn(held, recorded_at, state);
  state->set_frozen_hop(frozen.hop());
  state->set_frozen_to(frozen.to());
  Changed(recorded_at, state);
}

void Thaw(Instant recorded_at, v1::MediationState* state) {
  const auto held = TakeHeld(state);
  state->set_frozen_hop(0);
  state->clear_frozen_to();
  FoldIn(held, recorded_at, state);
  Changed(recorded_at, state);
}

std::vector<v1::MediationEvent> Leave(const transfer::v1::CustodyLearned& learned, Instant recorded_at,
                                      v1::MediationState* state) {
  auto held = TakeHeld(state);
  state->set_frozen_hop(0);
  state->set_frozen_to(learned.custodian());
  state->set_status(v1::MEDIATION_STATUS_MOVED_AWAY);
  Changed(recorded_at, state);
  return held;
}

std::optional<v1::MediationState> Import(const v1::MediationState* before, const std::string& case_id,
                                         const transfer::v1::CustodyMoved& moved, Instant recorded_at,
                                         Municipality here) {
  v1::MediationState state;
  bool found = false;
  for (const transfer::v1::Part& part : moved.parts()) {
    if (part.service() != static_cast<uint32_t>(ServiceId::kMediation) || part.state().empty()) continue;
    found = state.ParseFromString(part.state());
  }
  if (!found) return std::nullopt;
  state.set_case_id(case_id);
  state.set_municipality(here.ToString());
  state.set_frozen_hop(0);
  state.clear_frozen_to();
  state.clear_held();
  ForgetDue(&state);
  // Committee and mediator are the origin's own: here the dispute waits for its own. Its term runs on.
  state.clear_office_id();
  state.clear_mediator_id();
  if (before != nullptr) {
    state.set_version(std::max(state.version(), before->version()));
    FoldIn({before->held().begin(), before->held().end()}, recorded_at, &state);
  }
  Changed(recorded_at, &state);
  return state;
}

Events DecideExport(const v1::MediationState* state, const std::string& case_id, uint64_t hop, Municipality to,
                    const Context& context) {
  if (state != nullptr && state->frozen_hop() != hop) return {};
  Events events{NewEvent(case_id, context.now)};
  v1::PartExported* part = events[0].mutable_part_exported();
  part->set_hop(hop);
  part->set_to(to.ToString());
  if (state == nullptr) return events;
  v1::MediationState travels = *state;
  travels.clear_held();
  ForgetDue(&travels);
  part->set_state(travels.SerializeAsString());
  return events;
}

}  // namespace casehub::mediation
