// Every effective record to entries, and the ledger's own seals. The busiest fold of all: no copies of events.
#pragma once

#include "services/runtime/service.h"

namespace casehub::ledger {

inline constexpr int64_t kSealAfterMicros = 10 * kMicrosPerSecond;  // after the head moved on from the last seal
inline constexpr uint64_t kSealEntriesMax = 10'000;                 // at once, when so many are not sealed

void Fold(const runtime::AppliedRecord& record, size_t event_index, runtime::StateWriter& rows);

}  // namespace casehub::ledger
