// What follows from how a case or a loan stands, kept in rows beside it: timers, the queue, who is occupied, what loans
// are to be given back.
#pragma once

#include "casehub/assignment/v1/assignment_state.pb.h"
#include "services/runtime/service.h"

namespace casehub::assignment {

// The record that is folded.
struct Folding {
  runtime::StateWriter& rows;
  Municipality here;
  Instant now;  // when it was decided
};

// Saves the case as it stands after an event and brings the other rows into line. `before` is empty for a new one.
void SaveCase(const Folding& folding, const Uuid& case_id, const v1::AssignmentState& before,
              v1::AssignmentState* after);
// Takes out whatever is due of a case whose row another one replaces.
void DisarmAll(const Folding& folding, v1::AssignmentState* state);

// A borrower's loan: armed while it can be offered, returned when nobody wants it. Saves it.
void SaveBorrowed(const Folding& folding, const Uuid& loan_id, v1::LoanState* loan);

void Occupy(const Folding& folding, const std::string& practitioner_id, const v1::Occupation& occupation);
void Release(const Folding& folding, const std::string& practitioner_id, const std::string& id);
// One more offer in the rotation of this civil year.
void CountOffer(const Folding& folding, const std::string& practitioner_id);

}  // namespace casehub::assignment
