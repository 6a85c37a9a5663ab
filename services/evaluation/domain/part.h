// Evaluation's part of a case that moves (custody.md): the slot, and in it whatever else there is of the case. Rows of
// due work stay behind: they are put in again where the case arrives.
#pragma once

#include <optional>
#include <vector>

#include "services/evaluation/domain/decision.h"

namespace casehub::evaluation {

struct CaseRows {
  CaseView view;
  std::vector<v1::RectificationState> rectifications;
  std::optional<v1::ReviewState> review;
};
// Nothing if the case is not frozen under this hop any more; an empty part if there is nothing of it.
Events DecideExport(const CaseRows& rows, const Uuid& case_id, uint64_t hop, const Context& context);

}  // namespace casehub::evaluation
