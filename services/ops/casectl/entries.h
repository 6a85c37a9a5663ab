// Ledger entries as lines of JSON and back. `data` is the event decoded by the proto of its service; read back it gives
// the very bytes the hash covers. Pure and thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "casehub/ledger/v1/ledger_service.pb.h"
#include "services/ops/casectl/print.h"

namespace casehub::casectl {

// All fields of interface: municipality, sequence, case_id, service, type, occurred_at, recorded_at, data,
// previous_hash, hash. An event this build does not wholly know also has `data_bytes`, in hex.
std::string EntryJson(const ledger::v1::Entry& entry);
std::optional<Bilingual> ParseEntry(std::string_view line, ledger::v1::Entry* entry);

std::vector<Column> EntryColumns(const Context& context);
std::vector<std::string> EntryCells(const ledger::v1::Entry& entry);

}  // namespace casehub::casectl
