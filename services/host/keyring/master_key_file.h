// The file that holds the master key of a local key ring: one line, "casehub-master-key-v1 " and 64 hex digits.
#pragma once

#include <filesystem>
#include <optional>

#include "absl/status/statusor.h"
#include "services/host/keyring/crypto.h"

namespace casehub::host {

std::filesystem::path MasterKeyPath(const std::filesystem::path& folder);
// nullopt if there is no file. FailedPrecondition if group or others may read it, DataLoss if it is damaged.
absl::StatusOr<std::optional<Key>> ReadMasterKey(const std::filesystem::path& folder);
// Makes folder and file (0700, 0600); the file is complete and synced before it gets its name.
absl::StatusOr<Key> CreateMasterKey(const std::filesystem::path& folder);

}  // namespace casehub::host
