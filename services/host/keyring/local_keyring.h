// The key ring of one process: a master key in a file, everything else as rows beside the log (docs/formats/sealed.md).
//
//   ring/check        proves that the master key belongs to these rows
//   blind/<HMAC>      of the identity: the person's id
//   key/<id>          the key of a person or a case, wrapped by the master key
//
// Keys not known to be durable are kept until the command that carries their rows has ended; were one forgotten
// earlier, the next command about the same person would mint another key and write over the first.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <mutex>

#include "absl/container/flat_hash_map.h"
#include "services/host/keyring/keyring.h"

namespace casehub::host {

struct LocalKeyRingOptions {
  size_t durable_keys_max = 65'536;  // cached; others are read from the store again
  size_t pending_keys_max = 65'536;  // minted, not known to be durable
  // After an unknown outcome a key is kept this long: far longer than a command can wait in any queue.
  int64_t unknown_hold_millis = 10 * 60 * 1000;
  std::function<int64_t()> steady_millis;  // default: the steady clock
};

class LocalKeyRing : public KeyRing {
 public:
  // Opens `folder`/master.key, mode 0600, made at the first start. FailedPrecondition if others may read the file, or
  // if it is missing or another one while the store holds rows of a ring; DataLoss if it is damaged.
  static absl::StatusOr<std::unique_ptr<LocalKeyRing>> Open(const std::filesystem::path& folder, RowReader read,
                                                            LocalKeyRingOptions options = {});

  const RingSecrets& secrets() const override { return secrets_; }
  absl::StatusOr<HeldKey> PersonKey(common::v1::IdentityKind kind, std::string_view number) override;
  absl::StatusOr<HeldKey> AnonymousKey() override;
  absl::StatusOr<HeldKey> CaseKey(const Uuid& case_id) override;
  absl::StatusOr<std::optional<Key>> Find(const Uuid& id) override;
  void Release(const HeldKey& held, RowsOutcome outcome) override;

 private:
  struct Slot {
    Uuid id;
    Key key;
    std::string name;     // row key it is kept under: blind/… or key/…
    std::string wrapped;  // value of its row key/…, until that is durable
    bool durable = false;
    int holders = 0;
    int64_t kept_until_millis = 0;  // after an unknown outcome
  };
  using Slots = absl::flat_hash_map<std::string, std::shared_ptr<Slot>>;
  struct Shard {
    std::mutex mutex;  // held while a row is read, so that two callers never mint for the same name
    Slots pending;
    Slots hot;  // durable; when full it becomes `cold`, and what was cold is forgotten
    Slots cold;
  };
  static constexpr size_t kShards = 64;

  LocalKeyRing(const Key& master, RowReader read, LocalKeyRingOptions options);
  absl::Status CheckMaster(bool created);
  Shard& ShardOf(std::string_view name);
  std::shared_ptr<Slot> Cached(Shard* shard, const std::string& name);
  void Remember(Shard* shard, std::shared_ptr<Slot> slot);
  HeldKey Hold(std::shared_ptr<Slot> slot);
  absl::StatusOr<HeldKey> HoldNew(Shard* shard, std::shared_ptr<Slot> slot);
  absl::Status MakeRoom(Shard* shard);
  std::shared_ptr<Slot> Mint(const Uuid& id, std::string name) const;
  absl::StatusOr<std::optional<Key>> ReadKey(const Uuid& id) const;

  RowReader read_;
  LocalKeyRingOptions options_;
  Mac master_;
  Key wrap_;
  Mac blind_;
  RingSecrets secrets_;
  std::atomic<bool> check_durable_{false};
  std::array<Shard, kShards> shards_;
};

}  // namespace casehub::host
