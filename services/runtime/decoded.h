// An entry of the log taken apart: all that depends on its bytes alone, so that any thread may do it ahead of the turn
// that applies it.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "services/runtime/service.h"
#include "storage/log/event_log.h"

namespace casehub::runtime {

struct DecodedEntry {
  storage::LogEntry entry;  // keeps the bytes that `record` points into
  Hash128 hash;
  std::optional<storage::Record> record;  // nullopt: malformed, skipped by every reader
  absl::Status unreadable;                // not OK: only a newer build can read it
  bool parsed = false;                    // `events` are those of the record
  std::vector<MessagePtr> events;
};

DecodedEntry Decode(storage::LogEntry entry);
// Parses the events as those of the service with this prototype; on error `parsed` stays false.
void ParseEvents(const google::protobuf::Message& prototype, DecodedEntry* decoded);

}  // namespace casehub::runtime
