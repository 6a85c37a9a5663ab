// Writing the rows of one case, each together with its due work and its place in the lists: used by the folds.
#pragma once

#include "services/evaluation/domain/part.h"
#include "services/runtime/service.h"

namespace casehub::evaluation {

// One case of the record's municipality.
struct Row {
  Municipality municipality;
  Uuid case_id;
};

// --- slots
void CancelExpiry(const v1::SlotState& slot, runtime::StateWriter& rows);
// An open slot gets its expiry, an awaited one its opening.
void SaveSlot(const Row& row, v1::SlotState slot, runtime::StateWriter& rows);

// --- rectifications
enum class Acting { kNo, kYes };
// Takes out what was due for the row as it stands, puts in what is due for the new one; nothing fires while the case
// does not act. `look_again`: a calendar may have been loaded while nobody looked.
void SaveRectification(const Row& row, v1::RectificationState state, Acting acting, bool look_again,
                       runtime::StateWriter& rows);

// Everything there is of the case, with its due work.
void EraseCase(const Row& row, const CaseRows& old, runtime::StateWriter& rows);

}  // namespace casehub::evaluation
