// Files and folders through a RocksDB Env, so that tests and the simulator can fail them like any other I/O.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rocksdb/env.h"
#include "rocksdb/status.h"

namespace casehub::storage {

// Corruption and missing files are DataLoss (the store is damaged), all other I/O is Unavailable (the disk is full, a
// limit of the system is reached: try again), what this build cannot read is FailedPrecondition.
absl::Status ToStatus(const rocksdb::Status& status, std::string_view doing);

absl::Status MakeFolders(rocksdb::Env* env, const std::string& folder);
bool Exists(rocksdb::Env* env, const std::string& path);
absl::StatusOr<std::vector<std::string>> Children(rocksdb::Env* env, const std::string& folder);  // sorted
absl::Status RemoveTree(rocksdb::Env* env, const std::string& folder);                            // OK if there is none
absl::Status SyncFolder(rocksdb::Env* env, const std::string& folder);
// Renames and syncs the parent: after OK the change survives loss of power.
absl::Status Rename(rocksdb::Env* env, const std::string& from, const std::string& to);
// All or nothing, synced.
absl::Status WriteFileAtomically(rocksdb::Env* env, const std::string& path, std::string_view bytes);
absl::StatusOr<std::string> ReadWholeFile(rocksdb::Env* env, const std::string& path);
// A copy of the files of `from`; table files, which never change, as links where the file system has them.
absl::Status CopyStore(rocksdb::Env* env, const std::string& from, const std::string& to);

}  // namespace casehub::storage
