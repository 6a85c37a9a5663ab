// Rows that stand in any order, brought together by case in bounded memory: they wait in buckets by the hash of their
// case, small buckets in memory, large ones in files that have no name and are gone with the process. One bucket at a
// time is then read back.
#pragma once

#include <array>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>

#include "services/ops/lines/row.h"

namespace casehub::lines {

class CaseSpool {
 public:
  explicit CaseSpool(const Mapping& mapping) : mapping_(mapping) {}

  // False: the disk does not take it.
  bool Add(const std::string& key, const Row& row);
  // Every row, those of a case one after the other in the order in which they were added; cases of a bucket in the
  // order of their first row. Ends when `take` says false. False: a file could not be read back.
  bool Drain(const std::function<bool(const Row&)>& take);

 private:
  static constexpr size_t kBuckets = 64;
  static constexpr size_t kBytesInMemoryMax = 512 * 1024;  // of a bucket

  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  struct Bucket {
    std::string memory;
    std::unique_ptr<std::FILE, Close> file;
    size_t file_bytes = 0;
  };

  bool ReadBack(Bucket* bucket, std::string* bytes);
  bool DrainBucket(const std::string& bytes, const std::function<bool(const Row&)>& take);

  const Mapping& mapping_;
  std::array<Bucket, kBuckets> buckets_;
};

}  // namespace casehub::lines
