// FindWalEnd on what RocksDB really writes, torn and damaged at random places.
#include "storage/log/embedded/wal_end.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <vector>

#include "rocksdb/db.h"

namespace casehub::storage {
namespace {

namespace fs = std::filesystem;
using Tail = WalEnd::Tail;
using Random = std::mt19937_64;

constexpr size_t kSector = 512;
constexpr size_t kZerosBehind = 64 << 10;

// A WAL of several synced writes, and where each of them ends.
struct Wal {
  std::string bytes;
  std::vector<size_t> ends;
};

std::string RandomText(size_t bytes, Random* random) {
  std::string text(bytes, '\0');
  for (char& byte : text) byte = static_cast<char>(1 + (*random)() % 255);
  return text;
}

std::string ReadWal(const fs::path& folder) {
  std::string bytes;
  for (const auto& file : fs::directory_iterator(folder)) {
    if (file.path().extension() != ".log") continue;
    std::ifstream in(file.path(), std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(in), {});
  }
  return bytes;
}

Wal WriteWal(const std::vector<size_t>& sizes, Random* random) {
  const fs::path folder = fs::path(::testing::TempDir()) / ("wal_end_" + std::to_string((*random)()));
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* db = nullptr;
  EXPECT_TRUE(rocksdb::DB::Open(options, folder.string(), &db).ok());
  rocksdb::WriteOptions synced;
  synced.sync = true;
  Wal wal;
  for (const size_t size : sizes) {
    EXPECT_TRUE(db->Put(synced, RandomText(16, random), RandomText(size, random)).ok());
    wal.bytes = ReadWal(folder);
    wal.ends.push_back(wal.bytes.size());
  }
  delete db;
  fs::remove_all(folder);
  wal.bytes.append(kZerosBehind, '\0');
  return wal;
}

TEST(WalEndTest, WhatIsWholeEndsWithTheLastRecord) {
  Random random(1);
  const Wal wal = WriteWal({10, 400, 40'000, 100, 70'000, 1}, &random);
  for (const size_t end : wal.ends) {
    const WalEnd found = FindWalEnd(std::string_view(wal.bytes).substr(0, end));
    EXPECT_EQ(found.whole, end);
    EXPECT_EQ(found.tail, Tail::kZero);
  }
  EXPECT_EQ(FindWalEnd(wal.bytes).whole, wal.ends.back());
  EXPECT_EQ(FindWalEnd(wal.bytes).tail, Tail::kZero);
  EXPECT_EQ(FindWalEnd("").whole, 0u);
  EXPECT_EQ(FindWalEnd(std::string(100'000, '\0')).tail, Tail::kZero);
}

TEST(WalEndTest, AnySectorsOfTheLastWriteMayBeMissing) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    Random random(seed);
    const Wal wal = WriteWal({200, 900, 20 + random() % 120'000}, &random);
    const size_t begin = wal.ends[1], end = wal.ends[2];
    std::string torn = wal.bytes;
    bool missing = false;
    for (size_t at = begin; at < end; at = (at / kSector + 1) * kSector) {
      if (random() % 3 != 0) continue;
      missing = true;
      std::fill_n(torn.begin() + static_cast<std::ptrdiff_t>(at), kSector - at % kSector, '\0');
    }
    const WalEnd found = FindWalEnd(torn);
    EXPECT_GE(found.whole, begin) << seed;
    if (!missing) {
      EXPECT_EQ(found.whole, end) << seed;
      continue;
    }
    EXPECT_LT(found.whole, end) << seed;
    EXPECT_NE(found.tail, Tail::kDamaged) << seed;
  }
}

TEST(WalEndTest, AByteThatChangedIsDamageWhereverItIs) {
  Random random(1);
  const Wal wal = WriteWal({200, 900, 50'000, 300, 20'000}, &random);
  for (int i = 0; i < 300; ++i) {
    std::string damaged = wal.bytes;
    const size_t at = random() % wal.ends.back();
    damaged[at] = static_cast<char>(damaged[at] ^ (1 + random() % 255));
    const WalEnd found = FindWalEnd(damaged);
    EXPECT_LE(found.whole, at) << at;
    EXPECT_EQ(found.tail, Tail::kDamaged) << at;
  }
}

TEST(WalEndTest, ASectorThatIsLostUnderASyncedWriteIsDamage) {
  Random random(1);
  const Wal wal = WriteWal({200, 900, 50'000, 300, 20'000}, &random);
  for (size_t at = 0; at < wal.ends[3]; at += kSector) {
    std::string damaged = wal.bytes;
    std::fill_n(damaged.begin() + static_cast<std::ptrdiff_t>(at), kSector, '\0');
    EXPECT_EQ(FindWalEnd(damaged).tail, Tail::kDamaged) << at;
  }
}

}  // namespace
}  // namespace casehub::storage
