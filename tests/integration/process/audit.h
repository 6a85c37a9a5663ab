// What must hold after clients were cut off again and again: of what they were told, of the ledgers, of each other.
//
// Threads     One thread, the test's main one.
#pragma once

#include <string>
#include <vector>

#include "tests/integration/process/journal.h"
#include "tests/support/ledger_export.h"

namespace casehub::testing {

struct Settled {
  size_t unknown = 0;
  size_t recorded = 0;  // of these, openings whose case is in `before`: only the answer was lost
};
// Repeats what is unknown until it is known. `before`: the ledgers as they stand.
Settled SettleUnknown(Caller* caller, const std::vector<Ledger>& before, std::vector<Call>* calls);
// Every acknowledged call, sent again, gets the first reply, byte for byte; every refused one is refused again (ratings
// aside: the slot that one of them did not find may be there now).
void ExpectFirstAnswers(Caller* caller, const std::vector<Call>& calls);
// The ledgers hold what the acknowledged calls record, once and in order, and nothing else of intake and evaluation
// but a rating slot for each closed consultation.
void ExpectExactly(const std::vector<Call>& calls, const std::vector<Ledger>& ledgers);
// Waits until every consultation that was closed has its rating slot.
void AwaitRatingSlots(Caller* caller, const std::vector<Call>& calls);
// Every opened case shows the applicant that was sent with it, and the same resident is the same person everywhere.
// `privileged` shows particulars in full.
void ExpectApplicants(Caller* privileged, const std::vector<Call>& calls);

// The case that an acknowledged call is about, or opened.
std::string CaseIdOf(const Call& call);

}  // namespace casehub::testing
