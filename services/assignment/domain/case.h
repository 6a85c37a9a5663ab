// How events change a case as assignment knows it. Pure.
#pragma once

#include <string>

#include "casehub/intake/v1/intake_events.pb.h"
#include "casehub/transfer/v1/transfer_events.pb.h"
#include "services/assignment/domain/decision.h"

namespace casehub::assignment {

// An event of our own about the case. `recorded_at` is when it was decided.
void Evolve(const v1::AssignmentEvent& event, Instant recorded_at, v1::AssignmentState* state);
// Whether Evolve below looks at this event at all; most of intake's events do not concern assignment.
bool ConcernsAssignment(const intake::v1::IntakeEvent& event);
// False if nothing changed; CaseOpened makes the row anew.
bool Evolve(const intake::v1::IntakeEvent& event, v1::AssignmentState* state);
// Freeze, thaw and departure; false for all else. What arrives is made by Imported.
bool Evolve(const transfer::v1::TransferEvent& event, v1::AssignmentState* state);

// The part of another municipality as it stands here. What bound the case to practitioners of the origin (offer,
// letter, loans) ended with its custody there, so a case under way waits to be offered again; who acted in it is
// remembered, because all share one tariff (decision 7).
v1::AssignmentState Imported(const std::string& part, const std::string& case_id, Municipality from, Municipality here);
// The state as it travels: without rows of due work, which belong to this log.
v1::AssignmentState Exported(const v1::AssignmentState& state);

void Bar(const v1::PractitionerRef& practitioner, v1::ChoiceRule rule, v1::AssignmentState* state);
bool IsBarred(const v1::AssignmentState& state, const v1::PractitionerRef& practitioner, v1::ChoiceRule rule);
// Both sides know each other; false if they did already.
bool AddCoDefendant(const std::string& other_case_id, v1::AssignmentState* state);

}  // namespace casehub::assignment
