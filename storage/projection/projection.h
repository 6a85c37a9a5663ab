// The contract of a projection's store (design 3): one keyspace per service and partition, written back from the
// overlay above it (services/runtime/overlay.h), thrown away and rebuilt at will. One contract suite
// (tests/contract/keyspace_contract.h) holds for every engine.
//
// Durability  Write is atomic: rows and position together. kill -9 loses nothing written; loss of power may roll back
//             to an earlier Write, never to a part of one.
// Threads     One writer at a time; reads may run beside it. A cursor sees the keyspace as of its creation.
// Errors      absl::Status; DataLoss for damaged bytes (the store is then set aside and rebuilt, never served).
// A missing key is nullopt, never an empty value. The first byte of a key is its table (each service's tables.h);
// bytes 0xF0 and above are the runtime's own.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/model/ids.h"

namespace casehub::storage {

// A put (value) or a deletion (nullopt). Batches are sorted by key, each key once.
struct RowChange {
  std::string key;
  std::optional<std::string> value;
};

class RowCursor {
 public:
  virtual ~RowCursor() = default;
  virtual void Seek(std::string_view key) = 0;  // first row with key >= this
  virtual bool Valid() const = 0;
  virtual void Next() = 0;
  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;
  virtual absl::Status status() const = 0;
};

struct StateHash {
  Hash128 hash;  // over all rows in order, keys and values length-prefixed, the position row left out
  uint64_t rows = 0;
  friend bool operator==(const StateHash&, const StateHash&) = default;
};

class Keyspace {
 public:
  virtual ~Keyspace() = default;
  // Beside a Write of another thread: the row from before it or from after it, each row for itself.
  virtual absl::StatusOr<std::optional<std::string>> Get(std::string_view key) const = 0;
  // All rows as of one moment between two writes.
  virtual std::unique_ptr<RowCursor> NewCursor() const = 0;
  // `position` is the serialized LogPosition the rows stand on.
  virtual absl::Status Write(const std::vector<RowChange>& sorted_rows, std::string_view position) = 0;
  virtual absl::StatusOr<std::optional<std::string>> Position() const = 0;
  virtual absl::StatusOr<StateHash> Hash() const = 0;
};

// All keyspaces of one partition in one process.
class ProjectionStore {
 public:
  virtual ~ProjectionStore() = default;
  // The live keyspace of a service; valid until ReplaceWithRebuilt for that service.
  virtual Keyspace* keyspace(ServiceId service) = 0;
  // An empty second place for a rebuild, opened with bulk settings; an abandoned one is deleted.
  virtual absl::StatusOr<Keyspace*> BeginRebuild(ServiceId service) = 0;
  virtual absl::Status ReplaceWithRebuilt(ServiceId service) = 0;
  virtual absl::Status AbandonRebuild(ServiceId service) = 0;
  // A checkpoint with its manifest (position and state hash per keyspace); the two newest are kept. Returns its name.
  virtual absl::StatusOr<std::string> Snapshot(PartitionId partition) = 0;
};

// storage/projection/rocksdb: folder of one partition. Newest good state wins: the live store; if it is damaged, it is
// set aside (renamed *.damaged-N, never deleted) and the newest snapshot whose manifest verifies is copied in its
// place; if there is none, an empty store. `recovered_from` says which.
enum class RecoveredFrom { kLive, kSnapshot, kNothing };

}  // namespace casehub::storage
