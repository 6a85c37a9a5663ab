// The data folder of an embedded log before RocksDB touches it: its format number, and who holds it.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace casehub::storage {

inline constexpr int kLogFolderFormat = 1;

// Makes the folder and its FORMAT file if it is missing or empty; otherwise checks what the file says.
// FailedPrecondition for a newer format, another number of partitions, or a folder that holds something else.
absl::Status PrepareLogFolder(const std::string& folder, int partitions);
// Free bytes on the volume of `folder`.
absl::StatusOr<uint64_t> FreeBytes(const std::string& folder);

}  // namespace casehub::storage
