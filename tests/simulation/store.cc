#include "tests/simulation/store.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "tests/simulation/require.h"

namespace casehub::simulation {

namespace {
constexpr ServiceId kFolded[] = {ServiceId::kIntake,     ServiceId::kAssignment, ServiceId::kMediation,
                                 ServiceId::kEvaluation, ServiceId::kTransfer,   ServiceId::kRegistry,
                                 ServiceId::kLedger};

// So small that a world of some thousand events flushes and compacts.
storage::RocksdbLimits SmallLimits() {
  storage::RocksdbLimits limits;
  limits.write_buffer_bytes = 1u << 20;
  return limits;
}

}  // namespace

std::unique_ptr<Store> Store::Open(const std::string& folder, PartitionId partition) {
  auto store = std::make_unique<Store>();
  store->folder_ = folder;
  store->partition_ = partition;
  if (folder.empty()) {
    store->memory_ = std::make_unique<storage::MemoryProjectionStore>();
  } else {
    store->OpenRocksdb();
  }
  return store;
}

void Store::OpenRocksdb() {
  storage::RocksdbProjectionStore::Options options;
  options.folder = folder_;
  options.resources = std::make_shared<storage::RocksdbResources>(SmallLimits());
  options.services.assign(std::begin(kFolded), std::end(kFolded));
  auto opened = storage::RocksdbProjectionStore::Open(options, partition_);
  Require(opened.ok(), opened.status().ToString());
  rocksdb_ = *std::move(opened);
}

storage::ProjectionStore* Store::get() {
  if (memory_) return memory_.get();
  return rocksdb_.get();
}

void Store::Restart() {
  if (memory_) {
    memory_->Restart();
  } else {
    rocksdb_.reset();
    OpenRocksdb();
  }
}

bool Store::LosePower(Random* random) {
  if (!memory_) {
    Restart();
    return false;
  }
  bool rolled_back = false;
  memory_->Crash([&](ServiceId, size_t count) {
    const size_t kept = random->OneIn(3) ? count : random->Below(count + 1);
    rolled_back = rolled_back || kept < count;
    return kept;
  });
  return rolled_back;
}

storage::RecoveredFrom Store::Damage() {
  if (!memory_) {
    Erase();
    return storage::RecoveredFrom::kNothing;
  }
  auto recovered = storage::RecoveredFrom::kSnapshot;
  for (ServiceId service : kFolded) recovered = memory_->Damage(service);
  return recovered;
}

void Store::Erase() {
  if (memory_) {
    memory_ = std::make_unique<storage::MemoryProjectionStore>();
    return;
  }
  rocksdb_.reset();
  std::filesystem::remove_all(absl::StrCat(folder_, "/partition-", partition_));
  OpenRocksdb();
}

bool Store::has_snapshot() const { return memory_ && !memory_->snapshots().empty(); }

}  // namespace casehub::simulation
