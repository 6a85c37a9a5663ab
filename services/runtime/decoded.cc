#include "services/runtime/decoded.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace casehub::runtime {

DecodedEntry Decode(storage::LogEntry entry) {
  DecodedEntry decoded;
  decoded.hash = storage::HashBytes(*entry.bytes);
  auto record = storage::DecodeRecord(*entry.bytes);
  if (absl::IsFailedPrecondition(record.status())) {
    decoded.unreadable = absl::FailedPreconditionError(
        absl::StrCat("the record at offset ", entry.offset, ": ", std::string(record.status().message())));
  } else if (record.ok() && record->level > storage::kFeatureLevel) {
    decoded.unreadable = absl::FailedPreconditionError(
        absl::StrCat("the record at offset ", entry.offset, " needs feature level ", record->level,
                     ", this build reads up to ", storage::kFeatureLevel, ": upgrade casehub"));
  } else if (record.ok()) {
    decoded.record = *std::move(record);
  }
  decoded.entry = std::move(entry);
  return decoded;
}

void ParseEvents(const google::protobuf::Message& prototype, DecodedEntry* decoded) {
  std::vector<MessagePtr> events;
  events.reserve(decoded->record->events.size());
  for (std::string_view bytes : decoded->record->events) {
    events.emplace_back(prototype.New());
    if (!events.back()->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  }
  decoded->events = std::move(events);
  decoded->parsed = true;
}

}  // namespace casehub::runtime
