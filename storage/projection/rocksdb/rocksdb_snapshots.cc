// The snapshots of a partition: made, checked, used.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "storage/projection/rocksdb/folders.h"
#include "storage/projection/rocksdb/rocksdb_projection.h"
#include "storage/projection/rocksdb/snapshot_manifest.h"
#include "storage/projection/state_hash.h"

namespace casehub::storage {
namespace {

// The log offset a stored position stands on; kNoOffset before the first write.
absl::StatusOr<Offset> OffsetOf(const std::optional<std::string>& position) {
  if (!position) return kNoOffset;
  v1::LogPosition parsed;
  if (!parsed.ParseFromString(*position)) return absl::DataLossError("the position of a keyspace does not parse");
  return parsed.offset();
}

// What a closed keyspace holds, read from its files and not from memory.
absl::StatusOr<v1::KeyspaceSummary> Summarize(const std::string& folder, ServiceId service,
                                              const std::shared_ptr<RocksdbResources>& resources) {
  auto keyspace = RocksdbKeyspace::Open(folder, RocksdbKeyspace::Mode::kReadOnly, resources);
  if (!keyspace.ok()) return keyspace.status();
  auto position = (*keyspace)->Position();
  if (!position.ok()) return position.status();
  auto offset = OffsetOf(*position);
  if (!offset.ok()) return offset.status();
  auto hash = (*keyspace)->Hash();
  if (!hash.ok()) return hash.status();
  v1::KeyspaceSummary summary;
  summary.set_service(std::string(ServiceName(service)));
  summary.set_offset(*offset);
  summary.set_state_hash(HashToBytes(hash->hash));
  summary.set_rows(hash->rows);
  return summary;
}

bool IsSnapshotName(const std::string& name) {
  uint64_t number = 0;
  return name.size() == 6 && absl::SimpleAtoi(name, &number);
}

}  // namespace

absl::StatusOr<std::vector<std::string>> RocksdbProjectionStore::snapshots() const {
  const std::string folder = folder_ + "/snapshots";
  if (!Exists(env(), folder)) return std::vector<std::string>();
  auto names = Children(env(), folder);
  if (!names.ok()) return names.status();
  std::erase_if(*names, [](const std::string& name) { return !IsSnapshotName(name); });
  return names;
}

absl::StatusOr<std::string> RocksdbProjectionStore::Snapshot(PartitionId partition) {
  if (partition != partition_) {
    return absl::InvalidArgumentError(absl::StrCat("this store holds partition ", partition_, ", not ", partition));
  }
  absl::MutexLock maintenance(&maintenance_);
  const std::string root = folder_ + "/snapshots";
  if (auto status = MakeFolders(env(), root); !status.ok()) return status;
  auto names = snapshots();
  if (!names.ok()) return names.status();
  uint64_t last = 0;
  if (!names->empty()) (void)absl::SimpleAtoi(names->back(), &last);
  const std::string name = absl::StrFormat("%06d", last + 1);
  const std::string unfinished = root + "/unfinished";
  if (auto status = RemoveTree(env(), unfinished); !status.ok()) return status;
  if (auto status = MakeFolders(env(), unfinished); !status.ok()) return status;
  if (auto status = FillSnapshot(unfinished); !status.ok()) {
    (void)RemoveTree(env(), unfinished);
    return status;
  }
  if (auto status = Rename(env(), unfinished, root + "/" + name); !status.ok()) return status;
  names->push_back(name);
  for (size_t i = 0; i + kSnapshotsKept < names->size(); ++i) {
    if (auto status = RemoveTree(env(), root + "/" + (*names)[i]); !status.ok()) return status;
  }
  return name;
}

absl::Status RocksdbProjectionStore::FillSnapshot(const std::string& folder) {
  v1::SnapshotManifest manifest;
  manifest.set_format(kSnapshotFormat);
  manifest.set_casehub_version(CASEHUB_VERSION);
  manifest.set_partition(partition_);
  // Swaps wait for maintenance_, so the pointers stay; the writer goes on meanwhile.
  std::vector<std::pair<ServiceId, const RocksdbKeyspace*>> keyspaces;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [service, slot] : slots_) keyspaces.emplace_back(service, slot.live.get());
  }
  std::optional<Offset> lowest;
  for (const auto& [service, keyspace] : keyspaces) {
    const std::string copy = absl::StrCat(folder, "/", std::string(ServiceName(service)));
    if (auto status = keyspace->Checkpoint(copy); !status.ok()) return status;
    // Read back from its files: a manifest speaks of what is on the disk, not of what should be.
    auto summary = Summarize(copy, service, resources_);
    if (!summary.ok()) {
      if (absl::IsDataLoss(summary.status())) {  // the tables are the live keyspace's own
        (void)WriteFileAtomically(env(), DamageMark(PathOf(service)), summary.status().ToString() + "\n");
      }
      return summary.status();
    }
    lowest = std::min(lowest.value_or(summary->offset()), summary->offset());
    *manifest.add_keyspaces() = *std::move(summary);
  }
  manifest.set_offset(lowest.value_or(kNoOffset));
  if (auto status = WriteFileAtomically(env(), absl::StrCat(folder, "/", kManifestName), EncodeManifest(manifest));
      !status.ok()) {
    return status;
  }
  return SyncFolder(env(), folder);
}

absl::Status RocksdbProjectionStore::CopyVerified(const std::string& snapshot, ServiceId service,
                                                  const std::string& target) {
  auto bytes = ReadWholeFile(env(), absl::StrCat(snapshot, "/", kManifestName));
  if (!bytes.ok()) return bytes.status();
  auto manifest = DecodeManifest(*bytes);
  if (!manifest.ok()) return manifest.status();
  if (manifest->partition() != partition_) return absl::DataLossError("it belongs to another partition");
  const std::string name(ServiceName(service));
  const auto expected = std::find_if(manifest->keyspaces().begin(), manifest->keyspaces().end(),
                                     [&](const v1::KeyspaceSummary& one) { return one.service() == name; });
  if (expected == manifest->keyspaces().end()) return absl::DataLossError("it does not hold " + name);
  if (auto status = CopyStore(env(), snapshot + "/" + name, target); !status.ok()) return status;
  auto summary = Summarize(target, service, resources_);
  if (!summary.ok()) return summary.status();
  if (summary->SerializeAsString() != expected->SerializeAsString()) {
    return absl::DataLossError("its rows are not those of its manifest");
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> RocksdbProjectionStore::RestoreFromSnapshot(ServiceId service, const std::string& live) {
  auto names = snapshots();
  if (!names.ok()) return names.status();
  for (auto name = names->rbegin(); name != names->rend(); ++name) {
    const std::string snapshot = folder_ + "/snapshots/" + *name;
    const std::string target = live + ".recovery";
    const absl::Status status = CopyVerified(snapshot, service, target);
    if (status.ok()) {
      if (auto renamed = Rename(env(), target, live); !renamed.ok()) return renamed;
      notes_.push_back(absl::StrCat(live, " was restored from ", snapshot));
      return true;
    }
    if (absl::IsUnavailable(status)) return status;  // the disk is full, say: trying again may well find it good
    notes_.push_back(absl::StrCat(snapshot, " cannot be used: ", std::string(status.message())));
    if (auto removed = RemoveTree(env(), target); !removed.ok()) return removed;
    if (auto mark = DamageMark(target); Exists(env(), mark)) {
      if (auto removed = env()->DeleteFile(mark); !removed.ok()) return ToStatus(removed, "deleting " + mark);
    }
  }
  notes_.push_back(absl::StrCat(live, " starts empty and is folded again from the log"));
  return false;
}

}  // namespace casehub::storage
