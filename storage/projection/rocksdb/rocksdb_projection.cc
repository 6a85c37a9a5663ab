#include "storage/projection/rocksdb/rocksdb_projection.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "storage/projection/rocksdb/folders.h"

namespace casehub::storage {
namespace {

constexpr char kFormatPrefix[] = "casehub projection ";

}  // namespace

absl::StatusOr<std::unique_ptr<RocksdbProjectionStore>> RocksdbProjectionStore::Open(const Options& options,
                                                                                     PartitionId partition) {
  auto resources = options.resources ? options.resources : std::make_shared<RocksdbResources>();
  std::unique_ptr<RocksdbProjectionStore> store(new RocksdbProjectionStore(
      absl::StrCat(options.folder, "/partition-", partition), std::move(resources), partition));
  if (auto status = MakeFolders(store->env(), store->folder_); !status.ok()) return status;
  if (auto status = store->Lock(); !status.ok()) return status;
  if (auto status = store->CheckFormat(); !status.ok()) return status;
  for (ServiceId service : options.services) {
    if (auto status = store->OpenSlot(service); !status.ok()) return status;
  }
  return store;
}

RocksdbProjectionStore::~RocksdbProjectionStore() {
  {
    absl::MutexLock lock(&mutex_);
    slots_.clear();
  }
  if (lock_ != nullptr) env()->UnlockFile(lock_);
}

absl::Status RocksdbProjectionStore::Lock() {
  if (auto status = env()->LockFile(folder_ + "/LOCK", &lock_); !status.ok()) {
    lock_ = nullptr;
    return absl::FailedPreconditionError(
        absl::StrCat(folder_, " is in use by another process: stop it, or give this one another data folder (",
                     status.ToString(), ")"));
  }
  return absl::OkStatus();
}

absl::Status RocksdbProjectionStore::CheckFormat() {
  const std::string path = folder_ + "/FORMAT";
  if (!Exists(env(), path)) return WriteFileAtomically(env(), path, absl::StrCat(kFormatPrefix, kFormat, "\n"));
  auto text = ReadWholeFile(env(), path);
  if (!text.ok()) return text.status();
  absl::string_view number = *text;
  int format = 0;
  if (!absl::ConsumePrefix(&number, kFormatPrefix) || !absl::SimpleAtoi(number, &format) || format < 1) {
    // The tables are checked by themselves; a broken label alone is no reason to throw them away.
    notes_.push_back(absl::StrCat(path, " was unreadable and has been written again"));
    return WriteFileAtomically(env(), path, absl::StrCat(kFormatPrefix, kFormat, "\n"));
  }
  if (format > kFormat) {
    return absl::FailedPreconditionError(absl::StrCat(folder_, " has format ", format, ", this build reads up to ",
                                                      kFormat, ": start the newer build, or move the folder away; ",
                                                      "projections are then folded again from the log"));
  }
  if (format == kFormat) return absl::OkStatus();
  // What an older build folded: the log gives it again.
  if (auto status = RemoveAll(); !status.ok()) return status;
  notes_.push_back(absl::StrCat(folder_, " has rows of an older build: they are folded again from the log"));
  return WriteFileAtomically(env(), path, absl::StrCat(kFormatPrefix, kFormat, "\n"));
}

absl::Status RocksdbProjectionStore::RemoveAll() {
  auto names = Children(env(), folder_);
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    if (name == "LOCK" || name == "FORMAT") continue;
    const std::string path = folder_ + "/" + name;
    bool is_folder = false;
    if (env()->IsDirectory(path, &is_folder).ok() && is_folder) {
      if (auto status = RemoveTree(env(), path); !status.ok()) return status;
    } else if (auto status = env()->DeleteFile(path); !status.ok()) {
      return ToStatus(status, "deleting " + path);
    }
  }
  return absl::OkStatus();
}

void RocksdbProjectionStore::ReadAhead(ServiceId service, char table, const std::stop_token& stop) {
  std::string next;
  for (bool more = true; more && !stop.stop_requested();) {
    absl::MutexLock lock(&maintenance_);  // no swap meanwhile
    const RocksdbKeyspace* live = nullptr;
    {
      absl::MutexLock slots(&mutex_);
      if (const auto it = slots_.find(service); it != slots_.end()) live = it->second.live.get();
    }
    more = live != nullptr && live->ReadAhead(table, &next);
  }
}

std::string RocksdbProjectionStore::PathOf(ServiceId service) const {
  return absl::StrCat(folder_, "/", std::string(ServiceName(service)));
}

absl::Status RocksdbProjectionStore::OpenSlot(ServiceId service) {
  const std::string live = PathOf(service);
  if (auto status = FinishSwap(live); !status.ok()) return status;
  Slot slot;
  absl::Status damage;
  if (Exists(env(), DamageMark(live))) {
    damage = absl::DataLossError("a read met damaged bytes");
  } else {
    auto opened = RocksdbKeyspace::Open(live, RocksdbKeyspace::Mode::kLive, resources_);
    if (opened.ok()) {
      slot.live = *std::move(opened);
    } else if (absl::IsDataLoss(opened.status())) {
      damage = opened.status();
    } else {
      return opened.status();
    }
  }
  if (!damage.ok()) {
    if (auto status = SetAside(live, std::string(damage.message())); !status.ok()) return status;
    auto restored = RestoreFromSnapshot(service, live);
    if (!restored.ok()) return restored.status();
    slot.recovered_from = *restored ? RecoveredFrom::kSnapshot : RecoveredFrom::kNothing;
    auto opened = RocksdbKeyspace::Open(live, RocksdbKeyspace::Mode::kLive, resources_);
    if (!opened.ok()) return opened.status();
    slot.live = *std::move(opened);
  }
  if (slot.live->cut_at_hole()) {
    notes_.push_back(
        absl::StrCat(live, ": loss of power left a hole in the WAL; what stood behind it is folded again"));
  }
  absl::MutexLock lock(&mutex_);
  slots_[service] = std::move(slot);
  return absl::OkStatus();
}

// A swap is: rename rebuild to ready (from here on it will happen), live to replaced, ready to live, delete replaced.
// Each start finishes what the last one left.
absl::Status RocksdbProjectionStore::FinishSwap(const std::string& live) {
  if (auto status = RemoveTree(env(), live + ".rebuild"); !status.ok()) return status;
  if (auto status = RemoveTree(env(), live + ".recovery"); !status.ok()) return status;
  if (Exists(env(), live + ".ready")) {
    if (Exists(env(), live)) {
      if (auto status = RemoveTree(env(), live + ".replaced"); !status.ok()) return status;
      if (auto status = Rename(env(), live, live + ".replaced"); !status.ok()) return status;
    }
    if (Exists(env(), DamageMark(live))) {  // it was about the store that is replaced
      if (auto status = env()->DeleteFile(DamageMark(live)); !status.ok()) return ToStatus(status, "deleting the mark");
    }
    if (auto status = Rename(env(), live + ".ready", live); !status.ok()) return status;
  }
  return RemoveTree(env(), live + ".replaced");
}

absl::Status RocksdbProjectionStore::SetAside(const std::string& live, const std::string& why) {
  if (Exists(env(), live)) {
    int n = 1;
    while (Exists(env(), absl::StrCat(live, ".damaged-", n))) ++n;
    const std::string aside = absl::StrCat(live, ".damaged-", n);
    if (auto status = Rename(env(), live, aside); !status.ok()) return status;
    notes_.push_back(absl::StrCat(live, " is damaged (", why, ") and was set aside as ", aside));
  }
  if (Exists(env(), DamageMark(live))) {
    return ToStatus(env()->DeleteFile(DamageMark(live)), "deleting " + DamageMark(live));
  }
  return absl::OkStatus();
}

Keyspace* RocksdbProjectionStore::keyspace(ServiceId service) {
  absl::MutexLock lock(&mutex_);
  const auto it = slots_.find(service);
  return it == slots_.end() ? nullptr : it->second.live.get();
}

absl::StatusOr<Keyspace*> RocksdbProjectionStore::BeginRebuild(ServiceId service) {
  absl::MutexLock maintenance(&maintenance_);
  absl::MutexLock lock(&mutex_);
  const auto it = slots_.find(service);
  if (it == slots_.end()) return absl::NotFoundError("this process does not hold that service's keyspace");
  it->second.rebuild.reset();
  const std::string path = PathOf(service) + ".rebuild";
  if (auto status = RemoveTree(env(), path); !status.ok()) return status;
  auto opened = RocksdbKeyspace::Open(path, RocksdbKeyspace::Mode::kBulk, resources_);
  if (!opened.ok()) return opened.status();
  it->second.rebuild = *std::move(opened);
  return it->second.rebuild.get();
}

absl::Status RocksdbProjectionStore::ReplaceWithRebuilt(ServiceId service) {
  absl::MutexLock maintenance(&maintenance_);
  absl::MutexLock lock(&mutex_);
  const auto it = slots_.find(service);
  if (it == slots_.end() || it->second.rebuild == nullptr) {
    return absl::FailedPreconditionError(
        absl::StrCat("no rebuild of ", std::string(ServiceName(service)), " has begun"));
  }
  Slot& slot = it->second;
  const std::string live = PathOf(service);
  if (auto status = slot.rebuild->Finish(); !status.ok()) return status;
  slot.rebuild.reset();
  if (auto status = Rename(env(), live + ".rebuild", live + ".ready"); !status.ok()) return status;
  slot.live.reset();
  if (auto status = FinishSwap(live); !status.ok()) return status;
  auto opened = RocksdbKeyspace::Open(live, RocksdbKeyspace::Mode::kLive, resources_);
  if (!opened.ok()) return opened.status();
  slot.live = *std::move(opened);
  return absl::OkStatus();
}

absl::Status RocksdbProjectionStore::AbandonRebuild(ServiceId service) {
  absl::MutexLock maintenance(&maintenance_);
  absl::MutexLock lock(&mutex_);
  if (const auto it = slots_.find(service); it != slots_.end()) it->second.rebuild.reset();
  return RemoveTree(env(), PathOf(service) + ".rebuild");
}

RecoveredFrom RocksdbProjectionStore::recovered_from() const {
  absl::MutexLock lock(&mutex_);
  RecoveredFrom worst = RecoveredFrom::kLive;
  for (const auto& [service, slot] : slots_) worst = std::max(worst, slot.recovered_from);
  return worst;
}

RecoveredFrom RocksdbProjectionStore::recovered_from(ServiceId service) const {
  absl::MutexLock lock(&mutex_);
  const auto it = slots_.find(service);
  return it == slots_.end() ? RecoveredFrom::kNothing : it->second.recovered_from;
}

size_t RocksdbProjectionStore::table_readers_bytes() const {
  absl::MutexLock lock(&mutex_);
  size_t bytes = 0;
  for (const auto& [service, slot] : slots_) {
    if (slot.live) bytes += slot.live->table_readers_bytes();
    if (slot.rebuild) bytes += slot.rebuild->table_readers_bytes();
  }
  return bytes;
}

}  // namespace casehub::storage
