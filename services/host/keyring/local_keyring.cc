#include "services/host/keyring/local_keyring.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <functional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/host/keyring/master_key_file.h"

namespace casehub::host {
namespace {

constexpr std::string_view kCheckName = "ring/check";
constexpr std::string_view kCheckText = "casehub key ring";
constexpr std::string_view kBlindPrefix = "blind/";
constexpr std::string_view kKeyPrefix = "key/";
constexpr char kWrapVersion = 1;
constexpr size_t kReadAheadRows = 1024;  // at a time
constexpr int kVersionOfCaseIds = 8;     // ADR 6; those of persons are of version 7

std::string KeyName(const Uuid& id) { return std::string(kKeyPrefix).append(id.Bytes()); }
std::string WrapContext(const Uuid& id) { return std::string("casehub.key.v1").append(id.Bytes()); }

int64_t SteadyMillis() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Two spellings of one document number are one person.
std::string Normalised(common::v1::IdentityKind kind, std::string_view number) {
  std::string out(1, static_cast<char>(kind));
  for (const char c : number) {
    if (c != ' ' && c != '-') out.push_back(absl::ascii_toupper(static_cast<unsigned char>(c)));
  }
  return out;
}

}  // namespace

LocalKeyRing::LocalKeyRing(const Key& master, RowReader read, LocalKeyRingOptions options)
    : read_(std::move(read)),
      options_(std::move(options)),
      master_(master),
      wrap_(master_.DeriveKey("casehub wrap v1")),
      blind_(master_.DeriveKey("casehub blind index v1")),
      secrets_{Mac(master_.DeriveKey("casehub fingerprint v1")), Mac(master_.DeriveKey("casehub claim code v1")),
               Mac(master_.DeriveKey("casehub rating token v1"))} {
  if (!options_.steady_millis) options_.steady_millis = SteadyMillis;
  for (Shard& shard : shards_) {
    shard.keys.SetMax(options_.keys_max / kShards);
    shard.persons.SetMax(options_.persons_max / kShards);
  }
}

absl::StatusOr<std::unique_ptr<LocalKeyRing>> LocalKeyRing::Open(const std::filesystem::path& folder, RowReader read,
                                                                 LocalKeyRingOptions options) {
  auto existing = ReadMasterKey(folder);
  if (!existing.ok()) return existing.status();
  const bool created = !existing->has_value();
  if (created) {
    // Never a new master key for old rows: whatever they hold would be lost.
    auto check = read(kCheckName);
    if (!check.ok()) return check.status();
    if (check->has_value()) {
      return absl::FailedPreconditionError(absl::StrCat(
          MasterKeyPath(folder).string(), " is missing, but the log holds data sealed with it: restore it"));
    }
  }
  auto master = created ? CreateMasterKey(folder) : absl::StatusOr<Key>(**existing);
  if (!master.ok()) return master.status();
  std::unique_ptr<LocalKeyRing> ring(new LocalKeyRing(*master, std::move(read), std::move(options)));
  if (absl::Status status = ring->CheckMaster(created); !status.ok()) return status;
  return ring;
}

absl::Status LocalKeyRing::CheckMaster(bool created) {
  if (created) return absl::OkStatus();
  auto check = read_(kCheckName);
  if (!check.ok()) return check.status();
  if (!check->has_value()) return absl::OkStatus();  // nothing was ever sealed
  if (DecryptGcm(wrap_, **check, kCheckName) != std::string(kCheckText)) {
    return absl::FailedPreconditionError("the master key is not the one the data of this log is sealed with");
  }
  check_durable_ = true;
  return absl::OkStatus();
}

LocalKeyRing::Shard& LocalKeyRing::ShardOf(std::string_view bytes) {
  return shards_[std::hash<std::string_view>()(bytes) % kShards];
}

LocalKeyRing::Shard& LocalKeyRing::ShardOf(const Slot& slot) {
  return ShardOf(slot.name.starts_with(kBlindPrefix) ? std::string_view(slot.name) : slot.id.Bytes());
}

std::shared_ptr<LocalKeyRing::Slot> LocalKeyRing::Mint(const Uuid& id, std::string name) const {
  auto slot = std::make_shared<Slot>();
  slot->id = id;
  slot->key = Key::Random();
  slot->name = std::move(name);
  slot->wrapped.push_back(kWrapVersion);
  EncryptGcm(wrap_, slot->key.bytes(), WrapContext(id), &slot->wrapped);
  return slot;
}

absl::StatusOr<Key> LocalKeyRing::Unwrap(const Uuid& id, std::string_view row) const {
  if (row.empty() || row.front() != kWrapVersion) {
    return absl::FailedPreconditionError("a key of the ring has a format this build does not know");
  }
  auto plain = DecryptGcm(wrap_, row.substr(1), WrapContext(id));
  auto key = plain ? Key::FromBytes(*plain) : std::nullopt;
  if (!key) return absl::DataLossError("a key of the ring is damaged");
  return *key;
}

absl::StatusOr<std::optional<Key>> LocalKeyRing::ReadKey(const Uuid& id) const {
  auto row = read_(KeyName(id));
  if (!row.ok()) return row.status();
  if (!row->has_value()) return std::nullopt;
  return Unwrap(id, **row);
}

absl::Status LocalKeyRing::ReadAhead(const RowScanner& scan, const std::stop_token& stop) {
  std::vector<std::pair<std::string, std::string>> rows;
  std::string before;
  size_t kept = 0;
  do {
    rows.clear();
    absl::Status scanned = scan(kKeyPrefix, before, [&](std::string_view name, std::string_view row) {
      rows.emplace_back(name, row);
      return rows.size() < kReadAheadRows;
    });
    if (!scanned.ok()) return scanned;
    for (const auto& [name, row] : rows) {
      if (stop.stop_requested() || kept == options_.keys_max / 2) return absl::OkStatus();
      before = name;
      const auto id = Uuid::FromBytes(std::string_view(name).substr(kKeyPrefix.size()));
      if (!id || id->version() != kVersionOfCaseIds) continue;
      auto key = Unwrap(*id, row);
      if (!key.ok()) return key.status();
      Shard& shard = ShardOf(id->Bytes());
      std::lock_guard lock(shard.mutex);
      if (shard.keys.Find(*id) == nullptr) shard.keys.Put(*id, *key);
      ++kept;
    }
  } while (!rows.empty());
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Key>> LocalKeyRing::FindDurable(Shard* shard, const Uuid& id) {
  if (const Key* known = shard->keys.Find(id)) return *known;
  auto key = ReadKey(id);
  if (key.ok() && key->has_value()) shard->keys.Put(id, **key);
  return key;
}

HeldKey LocalKeyRing::Hold(std::shared_ptr<Slot> slot) {
  HeldKey held{slot->id, slot->key, {}, !slot->durable, slot};
  ++slot->holders;
  if (slot->durable) return held;
  held.rows.reserve(3);
  held.rows.push_back({KeyName(slot->id), slot->wrapped});
  if (slot->name.starts_with(kBlindPrefix)) held.rows.push_back({slot->name, std::string(slot->id.Bytes())});
  if (!check_durable_.load(std::memory_order_relaxed)) {
    std::string check;
    EncryptGcm(wrap_, kCheckText, kCheckName, &check);
    held.rows.push_back({std::string(kCheckName), std::move(check)});
  }
  return held;
}

absl::Status LocalKeyRing::MakeRoom(Shard* shard) {
  const size_t limit = std::max<size_t>(1, options_.pending_keys_max / kShards);
  if (shard->pending.size() < limit) return absl::OkStatus();
  const int64_t now = options_.steady_millis();
  absl::erase_if(shard->pending, [now](const auto& entry) {
    return entry.second->holders == 0 && entry.second->kept_until_millis <= now;
  });
  if (shard->pending.size() < limit) return absl::OkStatus();
  return absl::ResourceExhaustedError("too many keys wait to become durable");
}

absl::StatusOr<HeldKey> LocalKeyRing::HoldNew(Shard* shard, std::shared_ptr<Slot> slot) {
  if (absl::Status room = MakeRoom(shard); !room.ok()) return room;
  shard->pending[slot->name] = slot;
  return Hold(std::move(slot));
}

absl::StatusOr<HeldKey> LocalKeyRing::PersonKey(common::v1::IdentityKind kind, std::string_view number) {
  const Mac::Digest blind = blind_.Compute(Normalised(kind, number));
  std::string name(kBlindPrefix);
  name.append(reinterpret_cast<const char*>(blind.data()), blind.size());
  Shard& shard = ShardOf(name);
  std::lock_guard lock(shard.mutex);
  if (const Person* known = shard.persons.Find(blind)) return HoldDurable(known->id, known->key);
  if (auto it = shard.pending.find(name); it != shard.pending.end()) return Hold(it->second);

  auto row = read_(name);
  if (!row.ok()) return row.status();
  if (row->has_value()) {
    const auto id = Uuid::FromBytes(**row);
    if (!id) return absl::DataLossError("a row of the key ring is damaged");
    auto key = ReadKey(*id);
    if (!key.ok()) return key.status();
    if (key->has_value()) {
      shard.persons.Put(blind, {*id, **key});
      return HoldDurable(*id, **key);
    }
    // The person was forgotten: whoever comes back starts anew under another id.
  }
  return HoldNew(&shard, Mint(NewUuid(), std::move(name)));
}

absl::StatusOr<HeldKey> LocalKeyRing::AnonymousKey() {
  // Nobody can ask for this key again by an identity, so nothing has to be remembered: the slot is the caller's alone.
  return Hold(Mint(NewUuid(), ""));
}

absl::StatusOr<HeldKey> LocalKeyRing::CaseKey(const Uuid& case_id) {
  Shard& shard = ShardOf(case_id.Bytes());
  std::lock_guard lock(shard.mutex);
  std::string name = KeyName(case_id);
  if (auto it = shard.pending.find(name); it != shard.pending.end()) return Hold(it->second);
  auto key = FindDurable(&shard, case_id);
  if (!key.ok()) return key.status();
  if (key->has_value()) return HoldDurable(case_id, **key);
  return HoldNew(&shard, Mint(case_id, std::move(name)));
}

absl::StatusOr<std::optional<Key>> LocalKeyRing::Find(const Uuid& id) {
  Shard& shard = ShardOf(id.Bytes());
  std::lock_guard lock(shard.mutex);
  if (auto it = shard.pending.find(KeyName(id)); it != shard.pending.end()) return it->second->key;
  return FindDurable(&shard, id);
}

void LocalKeyRing::Release(const HeldKey& held, RowsOutcome outcome) {
  if (held.slot == nullptr) return;  // durable from the first
  auto slot = std::static_pointer_cast<Slot>(held.slot);
  const bool carried_rows = held.carries_rows;
  if (carried_rows && outcome == RowsOutcome::kDurable) check_durable_.store(true, std::memory_order_relaxed);
  if (slot->name.empty()) return;  // anonymous
  Shard& shard = ShardOf(*slot);
  std::lock_guard lock(shard.mutex);
  --slot->holders;
  if (slot->durable) return;
  if (carried_rows && outcome == RowsOutcome::kDurable) {
    slot->durable = true;
    shard.pending.erase(slot->name);
    if (slot->name.starts_with(kBlindPrefix)) {
      Mac::Digest blind;
      std::memcpy(blind.data(), slot->name.data() + kBlindPrefix.size(), blind.size());
      shard.persons.Put(blind, {slot->id, slot->key});
    } else {
      shard.keys.Put(slot->id, slot->key);
    }
    return;
  }
  if (outcome == RowsOutcome::kUnknown) {
    slot->kept_until_millis = options_.steady_millis() + options_.unknown_hold_millis;
  } else if (slot->holders == 0 && slot->kept_until_millis == 0) {
    shard.pending.erase(slot->name);
  }
}

}  // namespace casehub::host
