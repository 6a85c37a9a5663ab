#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <thread>
#include <vector>

#include "services/host/keyring/local_keyring.h"
#include "services/host/keyring/master_key_file.h"
#include "tests/support/echo_backend.h"
#include "tests/support/test_folder.h"

namespace casehub::host {
namespace {

constexpr auto kResident = common::v1::IDENTITY_KIND_RESIDENT;
constexpr char kNumber[] = "11010519491231002X";

class KeyRingTest : public testing::Test {
 protected:
  std::unique_ptr<LocalKeyRing> Open(LocalKeyRingOptions options = {}) {
    auto ring = TryOpen(options);
    EXPECT_TRUE(ring.ok()) << ring.status();
    return *std::move(ring);
  }
  absl::StatusOr<std::unique_ptr<LocalKeyRing>> TryOpen(LocalKeyRingOptions options = {}) {
    return LocalKeyRing::Open(
        folder_.path() / "ring",
        [this](std::string_view key) {
          ++reads_;
          return rows_.Read(key);
        },
        options);
  }
  RowScanner Scanner() const {
    return [this](auto prefix, auto before, const auto& visit) { return rows_.ScanBack(prefix, before, visit); };
  }
  // What the log does with the rows of a command that succeeds.
  void Record(LocalKeyRing* ring, const HeldKey& held) {
    rows_.Write(held.rows);
    ring->Release(held, RowsOutcome::kDurable);
  }

  TestFolder folder_;
  RowStore rows_;
  std::atomic<int> reads_ = 0;  // of rows, by the ring
};

TEST(Crypto, HmacIsTheStandardsAndRestarts) {
  // printf 'what do ya want for nothing?' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
  const auto key = Key::FromBytes("0123456789abcdef0123456789abcdef");
  const Mac mac(*key);
  auto hex = [](const Mac::Digest& digest) {
    std::string out;
    for (const uint8_t byte : digest) {
      constexpr char kDigits[] = "0123456789abcdef";
      out.push_back(kDigits[byte >> 4]);
      out.push_back(kDigits[byte & 15]);
    }
    return out;
  };
  const std::string expected = "137e6557c3c13a1ca5dc7e52a389a0f86be8cb4db4ae61c62396058b00acacd0";
  EXPECT_EQ(hex(mac.Compute("what do ya want for nothing?")), expected);
  EXPECT_NE(hex(mac.Compute("something else")), expected);
  EXPECT_EQ(hex(mac.Compute("what do ya want for nothing?")), expected);
}

TEST(Crypto, GcmFindsEveryChange) {
  const Key key = Key::Random();
  std::string sealed;
  EncryptGcm(key, "文本", "context", &sealed);
  EXPECT_EQ(DecryptGcm(key, sealed, "context"), "文本");
  EXPECT_FALSE(DecryptGcm(key, sealed, "another"));
  EXPECT_FALSE(DecryptGcm(Key::Random(), sealed, "context"));
  EXPECT_FALSE(DecryptGcm(key, sealed.substr(0, sealed.size() - 1), "context"));
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] ^= 1;
    EXPECT_FALSE(DecryptGcm(key, changed, "context")) << i;
  }
  std::string again;
  EncryptGcm(key, "文本", "context", &again);
  EXPECT_NE(sealed, again) << "the nonce was used twice";
}

TEST_F(KeyRingTest, OnePersonHasOneIdAlsoAfterRestart) {
  Uuid id;
  Key key;
  {
    auto ring = Open();
    auto held = ring->PersonKey(kResident, kNumber);
    ASSERT_TRUE(held.ok());
    EXPECT_FALSE(held->rows.empty());
    id = held->id;
    key = held->key;
    Record(ring.get(), *held);
  }
  auto ring = Open();
  auto held = ring->PersonKey(kResident, "11010519491231002x");
  ASSERT_TRUE(held.ok());
  EXPECT_EQ(held->id, id);
  EXPECT_EQ(held->key.bytes(), key.bytes());
  EXPECT_TRUE(held->rows.empty()) << "the rows are durable already";
  ring->Release(*held, RowsOutcome::kNothingWritten);
  auto found = ring->Find(id);
  ASSERT_TRUE(found.ok() && found->has_value());
  EXPECT_EQ((*found)->bytes(), key.bytes());
}

TEST_F(KeyRingTest, RowsTravelUntilTheyAreKnownToBeDurable) {
  auto ring = Open();
  auto first = ring->PersonKey(kResident, kNumber);
  auto second = ring->PersonKey(kResident, kNumber);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->id, second->id);
  EXPECT_EQ(first->rows.size(), second->rows.size());
  ring->Release(*first, RowsOutcome::kNothingWritten);
  auto third = ring->PersonKey(kResident, kNumber);
  EXPECT_EQ(third->id, second->id) << "the second command still carries this key";
  Record(ring.get(), *second);
  auto fourth = ring->PersonKey(kResident, kNumber);
  EXPECT_TRUE(fourth->rows.empty());
  EXPECT_EQ(fourth->id, first->id);
}

TEST_F(KeyRingTest, ARefusedCommandLeavesNothing) {
  auto ring = Open();
  auto refused = ring->PersonKey(kResident, kNumber);
  ring->Release(*refused, RowsOutcome::kNothingWritten);
  auto next = ring->PersonKey(kResident, kNumber);
  EXPECT_NE(next->id, refused->id);
}

TEST_F(KeyRingTest, AnUnknownOutcomeKeepsTheKey) {
  int64_t now = 1000;
  LocalKeyRingOptions options;
  options.steady_millis = [&now] { return now; };
  options.pending_keys_max = 1;  // one a shard
  auto ring = Open(options);
  auto unknown = ring->PersonKey(kResident, kNumber);
  ring->Release(*unknown, RowsOutcome::kUnknown);
  EXPECT_EQ(ring->PersonKey(kResident, kNumber)->id, unknown->id);
}

TEST_F(KeyRingTest, TooManyPendingKeysAreRefused) {
  LocalKeyRingOptions options;
  options.pending_keys_max = 64;  // one a shard
  auto ring = Open(options);
  int refused = 0;
  std::vector<HeldKey> held;
  for (uint64_t i = 0; i < 200; ++i) {
    auto key = ring->CaseKey(Uuid::V7(1000, i, i));
    if (key.ok()) {
      held.push_back(*key);
    } else {
      EXPECT_EQ(key.status().code(), absl::StatusCode::kResourceExhausted);
      ++refused;
    }
  }
  EXPECT_GT(refused, 0);
  EXPECT_LE(held.size(), 64u);
  for (const HeldKey& key : held) ring->Release(key, RowsOutcome::kNothingWritten);
  EXPECT_TRUE(ring->CaseKey(Uuid::V7(2000, 1, 1)).ok());
}

TEST_F(KeyRingTest, ForgottenKeysAreReadAgain) {
  LocalKeyRingOptions options;
  options.keys_max = options.persons_max = 64;
  auto ring = Open(options);
  std::vector<std::pair<Uuid, std::string>> keys;
  for (uint64_t i = 0; i < 500; ++i) {
    auto held = ring->CaseKey(Uuid::V7(1000, i, i));
    ASSERT_TRUE(held.ok());
    keys.emplace_back(held->id, held->key.bytes());
    Record(ring.get(), *held);
  }
  for (const auto& [id, key] : keys) {
    auto found = ring->Find(id);
    ASSERT_TRUE(found.ok() && found->has_value());
    EXPECT_EQ((*found)->bytes(), key);
  }
  EXPECT_FALSE(ring->Find(Uuid::V7(1, 1, 1))->has_value());
}

TEST_F(KeyRingTest, KeysOfTheNewestCasesAreReadAhead) {
  constexpr int kCases = 3000;  // more than are read at a time
  std::vector<std::pair<Uuid, std::string>> keys;
  {
    auto ring = Open();
    Record(ring.get(), *ring->PersonKey(kResident, kNumber));
    for (int i = 0; i < kCases; ++i) {
      auto held = ring->CaseKey(Uuid::V7(1000 + i, 1, 2).Derive("case", 0));
      keys.emplace_back(held->id, held->key.bytes());
      Record(ring.get(), *held);
    }
  }
  LocalKeyRingOptions options;
  options.keys_max = 2000;  // half of them are read ahead
  auto ring = Open(options);
  ASSERT_TRUE(ring->ReadAhead(Scanner(), {}).ok());
  const int before = reads_;
  int from_memory = 0;
  for (int i = kCases - 1; i >= kCases - 800; --i) {  // shards are not filled alike
    const int read = reads_;
    EXPECT_EQ((*ring->Find(keys[i].first))->bytes(), keys[i].second);
    from_memory += reads_ == read ? 1 : 0;
  }
  EXPECT_GT(from_memory, 700);
  EXPECT_EQ((*ring->Find(keys[0].first))->bytes(), keys[0].second);
  EXPECT_GT(reads_, before) << "the oldest case's key was read ahead, where only the newest fit";
}

TEST_F(KeyRingTest, ReadingAheadFindsDamageAndCanBeStopped) {
  auto ring = Open();
  auto held = ring->CaseKey(Uuid::V7(1000, 1, 2).Derive("case", 0));
  Record(ring.get(), *held);
  rows_.Write({{"key/" + std::string(held->id.Bytes()), "\x01 not a key"}});
  ring = Open();
  EXPECT_EQ(ring->ReadAhead(Scanner(), {}).code(), absl::StatusCode::kDataLoss);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_TRUE(ring->ReadAhead(Scanner(), stop.get_token()).ok());
}

TEST(Recent, KeepsWhatWasUsedLately) {
  Recent<int, int> recent;
  recent.SetMax(200);
  for (int i = 0; i < 1000; ++i) {
    recent.Put(i, i);
    if (i >= 50) {
      ASSERT_NE(recent.Find(50), nullptr) << "used all the time, forgotten after " << i;
    }
  }
  for (int i = 905; i < 1000; ++i) {
    ASSERT_NE(recent.Find(i), nullptr) << i;
    EXPECT_EQ(*recent.Find(i), i);
  }
  EXPECT_EQ(recent.Find(500), nullptr);
  EXPECT_EQ(*recent.Put(999, 1), 1);
  EXPECT_EQ(*recent.Find(999), 1);
}

TEST_F(KeyRingTest, AForgottenPersonStartsAnew) {
  auto ring = Open();
  auto held = ring->PersonKey(kResident, kNumber);
  Record(ring.get(), *held);
  const Uuid id = held->id;
  ring.reset();
  rows_.Erase("key/" + std::string(id.Bytes()));
  ring = Open();
  EXPECT_FALSE(ring->Find(id)->has_value());
  EXPECT_NE(ring->PersonKey(kResident, kNumber)->id, id);
}

TEST_F(KeyRingTest, KindIsPartOfTheIdentity) {
  auto ring = Open();
  EXPECT_NE(ring->PersonKey(common::v1::IDENTITY_KIND_PASSPORT, "E12345678")->id,
            ring->PersonKey(common::v1::IDENTITY_KIND_OTHER, "E12345678")->id);
  EXPECT_EQ(ring->PersonKey(common::v1::IDENTITY_KIND_PASSPORT, "E12345678")->id,
            ring->PersonKey(common::v1::IDENTITY_KIND_PASSPORT, "e 1234-5678")->id);
  EXPECT_NE(ring->AnonymousKey()->id, ring->AnonymousKey()->id);
}

TEST_F(KeyRingTest, ConcurrentCommandsAboutANewPersonAgree) {
  constexpr int kThreads = 8;
  constexpr int kPersons = 200;
  auto ring = Open();
  std::vector<std::vector<Uuid>> ids(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kPersons; ++i) {
        auto held = ring->PersonKey(common::v1::IDENTITY_KIND_PASSPORT, "P" + std::to_string(i));
        ids[t].push_back(held->id);
        if ((i + t) % 3 == 0) {
          Record(ring.get(), *held);
        } else {
          rows_.Write(held->rows);
          ring->Release(*held, RowsOutcome::kUnknown);
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (int t = 1; t < kThreads; ++t) EXPECT_EQ(ids[t], ids[0]);
  EXPECT_EQ(std::set<Uuid>(ids[0].begin(), ids[0].end()).size(), static_cast<size_t>(kPersons));
  EXPECT_EQ(rows_.CountWithPrefix("blind/"), static_cast<size_t>(kPersons));
  EXPECT_EQ(rows_.CountWithPrefix("key/"), static_cast<size_t>(kPersons));
}

TEST_F(KeyRingTest, TheMasterKeyFileIsGuarded) {
  auto ring = Open();
  auto held = ring->PersonKey(kResident, kNumber);
  Record(ring.get(), *held);
  ring.reset();
  const auto path = MasterKeyPath(folder_.path() / "ring");
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(path).permissions(), perms::owner_read | perms::owner_write);

  std::filesystem::permissions(path, perms::group_read, std::filesystem::perm_options::add);
  EXPECT_EQ(TryOpen().status().code(), absl::StatusCode::kFailedPrecondition);
  std::filesystem::permissions(path, perms::group_read, std::filesystem::perm_options::remove);
  EXPECT_TRUE(TryOpen().ok());

  const auto kept = folder_.path() / "kept";
  std::filesystem::rename(path, kept);
  EXPECT_EQ(TryOpen().status().code(), absl::StatusCode::kFailedPrecondition) << "a new key would lose the old data";
  EXPECT_FALSE(std::filesystem::exists(path));

  ASSERT_TRUE(CreateMasterKey(folder_.path() / "ring").ok());
  EXPECT_EQ(TryOpen().status().code(), absl::StatusCode::kFailedPrecondition) << "another master key";

  std::filesystem::rename(kept, path);
  EXPECT_TRUE(TryOpen().ok());
  std::ofstream(path, std::ios::app) << "x";
  EXPECT_EQ(TryOpen().status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace casehub::host
