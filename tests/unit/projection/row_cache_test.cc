#include "storage/projection/row_cache.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"

namespace casehub::storage {
namespace {

TEST(RowCache, HoldsSoManyBytesAndTheRowsThatAreUsed) {
  RowCache cache(1 << 20);
  const RowCache::Epoch epoch = 4;
  const uint32_t keyspace = cache.NewKeyspace();
  const std::string value(100, 'v');
  for (int i = 0; i < 50'000; ++i) {
    cache.Keep({keyspace, absl::StrCat(i)}, absl::StrCat(i, value), epoch, 4);
    ASSERT_EQ(cache.Find({keyspace, "0"}), "0" + value) << i;
    ASSERT_LE(cache.bytes(), 1u << 20);
  }
  EXPECT_TRUE(cache.full());
  EXPECT_EQ(cache.Find({keyspace, "49999"}), "49999" + value);
  EXPECT_EQ(cache.Find({keyspace, "1"}), std::nullopt);
  EXPECT_EQ(cache.Find({cache.NewKeyspace(), "0"}), std::nullopt);
  const size_t bytes = cache.bytes();
  cache.Keep({keyspace, "large"}, std::string(1 << 20, 'v'), epoch, 4);
  EXPECT_EQ(cache.bytes(), bytes) << "one row pushed thousands out";
}

TEST(RowCache, KeepsNothingThatAWriteMayHaveChanged) {
  RowCache cache(1 << 20);
  RowCache::Epoch epoch = 1;
  cache.Keep({1, "a"}, "1", epoch, 1);
  EXPECT_EQ(cache.Find({1, "a"}), std::nullopt) << "read while rows were written";
  epoch = 2;
  cache.Keep({1, "a"}, "1", epoch, 0);
  EXPECT_EQ(cache.Find({1, "a"}), std::nullopt) << "read before the last write";
  cache.Keep({1, "a"}, "1", epoch, 2);
  EXPECT_EQ(cache.Find({1, "a"}), "1");
}

TEST(RowCache, AWriteReplacesWhatIsKept) {
  RowCache cache(1 << 20);
  const RowCache::Epoch epoch = 2;
  cache.Written({1, "a"}, "1");
  EXPECT_EQ(cache.Find({1, "a"}), std::nullopt) << "nobody looked it up";
  cache.Keep({1, "a"}, "1", epoch, 2);
  // In its place and, once it is too long, in another.
  for (size_t size = 0; size < 100; ++size) {
    cache.Written({1, "a"}, std::string(size, 'x'));
    ASSERT_EQ(cache.Find({1, "a"}), std::string(size, 'x'));
  }
  cache.Written({1, "a"}, "short again");
  EXPECT_EQ(cache.Find({1, "a"}), "short again");
  cache.Written({1, "a"}, std::string(1 << 20, 'x'));
  EXPECT_EQ(cache.Find({1, "a"}), std::nullopt) << "too large to be kept, and the one before is old";
  cache.Keep({1, "a"}, "2", epoch, 2);
  cache.Written({1, "a"}, std::nullopt);
  EXPECT_EQ(cache.Find({1, "a"}), std::nullopt);
  EXPECT_EQ(cache.bytes(), 0u);
}

// A keyspace as RocksdbKeyspace is one, with a map for its tables.
class Store {
 public:
  explicit Store(RowCache* cache) : cache_(cache), number_(cache->NewKeyspace()) {}
  std::optional<std::string> Get(const std::string& key) {
    if (auto row = cache_->Find({number_, key})) return row;
    const uint64_t read_at = epoch_;
    std::optional<std::string> value;
    {
      std::lock_guard lock(mutex_);
      if (const auto it = rows_.find(key); it != rows_.end()) value = it->second;
    }
    std::this_thread::yield();  // here a write may come in between
    if (value) cache_->Keep({number_, key}, *value, epoch_, read_at);
    return value;
  }
  void Write(const std::string& key, const std::optional<std::string>& value) {
    ++epoch_;
    {
      std::lock_guard lock(mutex_);
      rows_.erase(key);
      if (value) rows_[key] = *value;
    }
    std::this_thread::yield();
    cache_->Written({number_, key}, value);
    ++epoch_;
  }

 private:
  RowCache* cache_;
  const uint32_t number_;
  RowCache::Epoch epoch_ = 0;
  std::mutex mutex_;
  std::map<std::string, std::string> rows_;
};

// Values of any length, so that they change in place, move, and are too large; some rows are deleted.
TEST(RowCache, ALookupIsNeverOlderThanTheLastWrite) {
  constexpr int kWrites = 20'000;
  constexpr int kKeys = 300;
  RowCache cache(64 << 10);  // of a few rows a shard: some are pushed out
  Store store(&cache);
  // A row is the number of its write; none, as long as its newest write deletes it.
  const auto deletes = [](int write) { return write % 7 == 0; };
  std::array<std::atomic<int>, kKeys> begun{}, written{};
  std::atomic<bool> done = false;
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 3; ++reader) {
    readers.emplace_back([&, reader] {
      for (int i = reader; !done; ++i) {
        const int at_least = written[i % kKeys];
        const auto row = store.Get(absl::StrCat("key ", i % kKeys));
        if (row) {
          ASSERT_GE(std::stoi(*row), at_least);
        } else if (!deletes(at_least)) {
          ASSERT_GT(begun[i % kKeys], at_least) << "only a later write can have deleted it";
        }
      }
    });
  }
  std::mt19937_64 random(11);
  for (int i = 1; i <= kWrites; ++i) {
    const int key = static_cast<int>(random() % kKeys);
    const auto value = deletes(i) ? std::nullopt : std::optional(absl::StrCat(i, std::string(random() % 90, ' ')));
    begun[key] = i;
    store.Write(absl::StrCat("key ", key), value);
    written[key] = i;
  }
  done = true;
  for (auto& reader : readers) reader.join();
}

}  // namespace
}  // namespace casehub::storage
