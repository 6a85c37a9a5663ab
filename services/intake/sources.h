// Rows by which sources are reconciled and the same matter is found again (A7, A8): how they are folded and read.
#pragma once

#include <vector>

#include "services/intake/domain/decision.h"
#include "services/runtime/service.h"

namespace casehub::intake {

// --- fold
// The events of one case in this record, of which `row` is the case after them.
void FoldSource(const std::vector<const v1::IntakeEvent*>& events, const v1::CaseState& row, Municipality here,
                runtime::StateWriter& state);
void FoldImportRun(const v1::IntakeEvent& event, Instant recorded_at, Municipality here, runtime::StateWriter& state);
void FoldSourceSystem(const std::string& source_system, const std::string& name, Municipality here,
                      runtime::StateWriter& state);

// --- decisions
// Cases that share the number or the applicant of a case that is opened, at most kCandidatesMax.
std::vector<v1::CaseState> LoadCandidates(const v1::IntakeEvent& opened, Municipality here,
                                          const runtime::StateReader& state);
// Adds what is suspected of the case that these events open, if they open one.
void AddSuspicions(Municipality here, const runtime::StateReader& state, Events* events);

}  // namespace casehub::intake
