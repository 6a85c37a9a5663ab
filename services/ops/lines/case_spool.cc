#include "services/ops/lines/case_spool.h"

#include <cstring>
#include <functional>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace casehub::lines {
namespace {

void AppendNumber(uint64_t number, std::string* out) {
  out->append(reinterpret_cast<const char*>(&number), sizeof number);
}
void AppendText(std::string_view text, std::string* out) {
  AppendNumber(text.size(), out);
  out->append(text);
}
void AppendCell(const Cell& cell, std::string* out) {
  out->push_back(static_cast<char>(cell.kind));
  AppendText(cell.text, out);
}

// What this process wrote itself a moment ago: it has the form in which it was written.
uint64_t TakeNumber(std::string_view* from) {
  uint64_t number = 0;
  std::memcpy(&number, from->data(), sizeof number);
  from->remove_prefix(sizeof number);
  return number;
}
std::string_view TakeText(std::string_view* from) {
  const size_t size = TakeNumber(from);
  const std::string_view text = from->substr(0, size);
  from->remove_prefix(size);
  return text;
}
void TakeCell(std::string_view* from, Cell* cell) {
  cell->kind = static_cast<Cell::Kind>(from->front());
  from->remove_prefix(1);
  cell->text = TakeText(from);
}

}  // namespace

bool CaseSpool::Add(const std::string& key, const Row& row) {
  Bucket& bucket = buckets_[std::hash<std::string>()(key) % kBuckets];
  std::string one;
  AppendText(key, &one);
  AppendNumber(row.line, &one);
  for (const auto& list : row.cells) {
    for (const Cell& cell : list) AppendCell(cell, &one);
  }
  AppendNumber(row.others.size(), &one);
  for (const auto& [name, cell] : row.others) {
    AppendText(name, &one);
    AppendCell(cell, &one);
  }
  AppendText(one, &bucket.memory);
  if (bucket.memory.size() <= kBytesInMemoryMax) return true;
  if (!bucket.file) bucket.file.reset(std::tmpfile());
  if (!bucket.file) return false;
  const bool written =
      std::fwrite(bucket.memory.data(), 1, bucket.memory.size(), bucket.file.get()) == bucket.memory.size();
  bucket.file_bytes += bucket.memory.size();
  bucket.memory.clear();
  return written;
}

bool CaseSpool::ReadBack(Bucket* bucket, std::string* bytes) {
  bytes->resize(bucket->file_bytes);
  if (bucket->file) {
    std::rewind(bucket->file.get());
    if (std::fread(bytes->data(), 1, bytes->size(), bucket->file.get()) != bytes->size()) return false;
    bucket->file.reset();
  }
  bytes->append(bucket->memory);
  bucket->memory = std::string();
  return true;
}

bool CaseSpool::Drain(const std::function<bool(const Row&)>& take) {
  std::string bytes;
  for (Bucket& bucket : buckets_) {
    if (!ReadBack(&bucket, &bytes)) return false;
    if (!DrainBucket(bytes, take)) return true;
  }
  return true;
}

bool CaseSpool::DrainBucket(const std::string& bytes, const std::function<bool(const Row&)>& take) {
  absl::flat_hash_map<std::string_view, size_t> places;
  std::vector<std::vector<std::string_view>> cases;  // the rows of each
  for (std::string_view rest = bytes; !rest.empty();) {
    std::string_view one = TakeText(&rest);
    const std::string_view key = TakeText(&one);
    const auto [place, is_new] = places.emplace(key, cases.size());
    if (is_new) cases.emplace_back();
    cases[place->second].push_back(one);
  }
  Row row;
  for (const auto& rows : cases) {
    for (std::string_view one : rows) {
      row.Reset(mapping_);
      row.line = TakeNumber(&one);
      for (auto& list : row.cells) {
        for (Cell& cell : list) TakeCell(&one, &cell);
      }
      row.others.resize(TakeNumber(&one));
      for (auto& [name, cell] : row.others) {
        name = TakeText(&one);
        TakeCell(&one, &cell);
      }
      if (!take(row)) return false;
    }
  }
  return true;
}

}  // namespace casehub::lines
