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
#include <stop_token>

#include "absl/container/flat_hash_map.h"
#include "services/host/keyring/keyring.h"
#include "services/host/recent.h"

namespace casehub::host {

struct LocalKeyRingOptions {
  // Durable keys that are kept, about 100 B each: all of 1,000,000 cases, since which of them is next cannot be known.
  size_t keys_max = 2 << 20;
  size_t persons_max = 65'536;       // durable, found by identity
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

  // Reads the keys of the newest cases ahead, up to half of keys_max: a look-up in memory costs a tenth of one in the
  // store. Call it from a thread of its own; returns when that is done or `stop` is asked for.
  absl::Status ReadAhead(const RowScanner& scan, const std::stop_token& stop);

  const RingSecrets& secrets() const override { return secrets_; }
  absl::StatusOr<HeldKey> PersonKey(common::v1::IdentityKind kind, std::string_view number) override;
  absl::StatusOr<HeldKey> AnonymousKey() override;
  absl::StatusOr<HeldKey> CaseKey(const Uuid& case_id) override;
  absl::StatusOr<std::optional<Key>> Find(const Uuid& id) override;
  void Release(const HeldKey& held, RowsOutcome outcome) override;

 private:
  // A key that is not known to be durable.
  struct Slot {
    Uuid id;
    Key key;
    std::string name;     // row key it is kept under: blind/… or key/…
    std::string wrapped;  // value of its row key/…
    bool durable = false;
    int holders = 0;
    int64_t kept_until_millis = 0;  // after an unknown outcome
  };
  using Slots = absl::flat_hash_map<std::string, std::shared_ptr<Slot>>;
  struct Person {
    Uuid id;
    Key key;
  };
  struct Shard {
    std::mutex mutex;  // held while a row is read, so that two callers never mint for the same name
    Slots pending;
    Recent<Mac::Digest, Person> persons;  // by blind index
    Recent<Uuid, Key> keys;
  };
  static constexpr size_t kShards = 64;

  LocalKeyRing(const Key& master, RowReader read, LocalKeyRingOptions options);
  absl::Status CheckMaster(bool created);
  Shard& ShardOf(std::string_view bytes);  // of the row key blind/…, or of the id of a key
  Shard& ShardOf(const Slot& slot);
  // The key of a pending or durable row, else of the store; the shard is locked.
  absl::StatusOr<std::optional<Key>> FindDurable(Shard* shard, const Uuid& id);
  static HeldKey HoldDurable(const Uuid& id, const Key& key) { return {id, key, {}, false, nullptr}; }
  HeldKey Hold(std::shared_ptr<Slot> slot);
  absl::StatusOr<HeldKey> HoldNew(Shard* shard, std::shared_ptr<Slot> slot);
  absl::Status MakeRoom(Shard* shard);
  std::shared_ptr<Slot> Mint(const Uuid& id, std::string name) const;
  absl::StatusOr<Key> Unwrap(const Uuid& id, std::string_view row) const;
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
