// Answers from applied rows and from the log, which holds the entries themselves.
#pragma once

#include <functional>

#include "absl/status/statusor.h"
#include "services/ledger/signer.h"
#include "services/runtime/service.h"
#include "storage/log/event_log.h"

namespace casehub::ledger {

using ReadLog = std::function<absl::StatusOr<storage::LogEntry>(Offset)>;

// Entries walked in one call of VerifyEntries: the partition decides nothing meanwhile.
inline constexpr uint64_t kVerifyEntriesMax = 2'000;
inline constexpr size_t kPageBytesMax = 512 * 1024;

runtime::QueryResult AnswerQuery(const google::protobuf::Message& request, const ReadLog& read_log,
                                 const Signer& signer, const runtime::QueryContext& context,
                                 const runtime::StateReader& rows);

}  // namespace casehub::ledger
