// Rows of one service in memory, for tests of folds and decisions: an ordered map behind runtime::StateWriter.
//
// Records are applied one after the other with Apply(); the ids of due work are those the runtime gives (offset, event,
// n), with dense offsets from 1. What a record settles is taken off the table of due work, as the runtime does.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "services/runtime/service.h"

namespace casehub::testing {

class MemoryState : public runtime::StateWriter {
 public:
  struct Sent {
    Municipality from;
    Municipality to;
    std::string payload;
    friend bool operator==(const Sent&, const Sent&) = default;
  };

  std::optional<std::string> Get(std::string_view key) const override;
  void Scan(std::string_view from, std::string_view to,
            const std::function<bool(std::string_view, std::string_view)>& visit) const override;
  absl::Status status() const override { return absl::OkStatus(); }
  void Put(std::string_view key, std::string value) override;
  void Delete(std::string_view key) override;
  storage::DueId AddDue(Instant due_at, runtime::DueWork work) override;
  void CancelDue(const storage::DueId& id) override { due_.erase(id); }
  void Send(Municipality from, Municipality to, const google::protobuf::Message& message) override;

  // Calls service.Apply for each event of the record. `header` must name service and municipality; `decided_at` is
  // its append time too. Returns the offset it got.
  Offset Apply(const runtime::Service& service, const storage::Record& header,
               const std::vector<const google::protobuf::Message*>& events);

  const std::map<std::string, std::string, std::less<>>& rows() const { return rows_; }
  // In the order in which it falls due.
  std::vector<runtime::DueRow> Due(Instant now = {INT64_MAX}) const;
  const std::vector<Sent>& sent() const { return sent_; }
  Offset offset() const { return offset_; }

  // Same rows, same due work, same messages.
  friend bool operator==(const MemoryState& a, const MemoryState& b);

 private:
  struct Work {
    uint16_t kind = 0;
    Municipality municipality;
    std::string payload;
    friend bool operator==(const Work&, const Work&) = default;
  };

  std::map<std::string, std::string, std::less<>> rows_;
  std::map<storage::DueId, Work> due_;
  std::vector<Sent> sent_;
  Offset offset_ = 0;
  uint16_t event_ = 0;
  uint16_t next_n_ = 0;
};

}  // namespace casehub::testing
