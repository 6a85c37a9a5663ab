// Where the rejects of an import go: a file of JSON lines, or the first ones to standard error.
#pragma once

#include <cstdint>
#include <cstdio>
#include <map>
#include <mutex>
#include <string>

#include "services/ops/casectl/context.h"
#include "services/ops/casectl/import_chunks.h"

namespace casehub::casectl {

class Rejects {
 public:
  static constexpr uint64_t kShownMax = 20;  // on standard error, where no file takes them

  explicit Rejects(const Context& context) : context_(context) {}
  ~Rejects() { Close(); }
  Rejects(const Rejects&) = delete;
  Rejects& operator=(const Rejects&) = delete;

  // An empty path: none. False: it cannot be written.
  bool Open(const std::string& path);
  // May be called from any thread.
  void Add(const Reject& reject);
  // False: something could not be written.
  bool Close();

  // Events rejected, in all and by reason.
  uint64_t events() const { return events_; }
  const std::map<std::string, uint64_t>& by_reason() const { return by_reason_; }
  // Rejects that were not shown.
  uint64_t hidden() const { return file_ == nullptr && rows_ > kShownMax ? rows_ - kShownMax : 0; }

 private:
  const Context& context_;
  std::mutex mutex_;
  std::FILE* file_ = nullptr;
  bool failed_ = false;
  uint64_t events_ = 0;
  uint64_t rows_ = 0;
  std::map<std::string, uint64_t> by_reason_;
};

}  // namespace casehub::casectl
