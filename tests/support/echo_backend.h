// A backend in memory for tests of the host: keeps what was posted and answers as it is told, on the posting thread or
// later.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "services/host/backend.h"

namespace casehub::host {

// Where the rows of the key ring would be: the embedded log's side rows.
class RowStore {
 public:
  void Write(const std::vector<storage::SideRow>& rows) {
    std::lock_guard lock(mutex_);
    for (const auto& row : rows) rows_[row.key] = row.value;
  }
  void Erase(const std::string& key) {
    std::lock_guard lock(mutex_);
    rows_.erase(key);
  }
  absl::StatusOr<std::optional<std::string>> Read(std::string_view key) const {
    std::lock_guard lock(mutex_);
    const auto it = rows_.find(key);
    if (it == rows_.end()) return std::nullopt;
    return it->second;
  }
  absl::Status ScanBack(std::string_view prefix, std::string_view before,
                        const std::function<bool(std::string_view, std::string_view)>& visit) const {
    std::lock_guard lock(mutex_);
    for (auto it = rows_.rbegin(); it != rows_.rend(); ++it) {
      if (!it->first.starts_with(prefix) || (!before.empty() && it->first >= before)) continue;
      if (!visit(it->first, it->second)) break;
    }
    return absl::OkStatus();
  }
  size_t CountWithPrefix(std::string_view prefix) const {
    std::lock_guard lock(mutex_);
    size_t count = 0;
    for (const auto& [key, value] : rows_) count += key.starts_with(prefix) ? 1 : 0;
    return count;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> rows_;
};

class EchoBackend : public Backend {
 public:
  using Respond = std::function<Answer(const Call&)>;

  // Writes the side rows of what it answers with `recorded` to `rows`.
  EchoBackend(RowStore* rows, Respond respond) : rows_(rows), respond_(std::move(respond)) {}

  Posted Post(Call call) override {
    {
      std::lock_guard lock(mutex_);
      if (next_posted_ != Posted::kAccepted) return next_posted_;
      if (holding_) {
        held_.push_back(std::move(call));
        return Posted::kAccepted;
      }
    }
    Finish(std::move(call));
    return Posted::kAccepted;
  }

  void AnswerNext(Posted posted) {
    std::lock_guard lock(mutex_);
    next_posted_ = posted;
  }
  // Keeps calls until AnswerHeld.
  void Hold() {
    std::lock_guard lock(mutex_);
    holding_ = true;
  }
  // Keeps calls like long polls: until the process is about to stop.
  void HoldAsPolls() {
    std::lock_guard lock(mutex_);
    holding_ = polls_ = true;
  }
  void StopWaiting() override {
    {
      std::lock_guard lock(mutex_);
      if (!polls_) return;
    }
    AnswerHeld();
  }
  size_t held() const {
    std::lock_guard lock(mutex_);
    return held_.size();
  }
  // Answers what is held, oldest last, so that callers see that the order is theirs to keep.
  void AnswerHeld() {
    std::deque<Call> calls;
    {
      std::lock_guard lock(mutex_);
      holding_ = false;
      calls.swap(held_);
    }
    while (!calls.empty()) {
      Finish(std::move(calls.back()));
      calls.pop_back();
    }
  }

 private:
  void Finish(Call call) {
    Answer answer = respond_(call);
    if (answer.recorded) rows_->Write(call.side_rows);
    call.done(std::move(answer));
  }

  RowStore* rows_;
  Respond respond_;
  mutable std::mutex mutex_;
  Posted next_posted_ = Posted::kAccepted;
  bool holding_ = false;
  bool polls_ = false;
  std::deque<Call> held_;
};

}  // namespace casehub::host
