#include "tests/support/memory_state.h"

#include <utility>

namespace casehub::testing {

std::optional<std::string> MemoryState::Get(std::string_view key) const {
  const auto it = rows_.find(key);
  if (it == rows_.end()) return std::nullopt;
  return it->second;
}

void MemoryState::Scan(std::string_view from, std::string_view to,
                       const std::function<bool(std::string_view, std::string_view)>& visit) const {
  for (auto it = rows_.lower_bound(from); it != rows_.end() && it->first < to; ++it) {
    if (!visit(it->first, it->second)) return;
  }
}

void MemoryState::Put(std::string_view key, std::string value) {
  rows_.insert_or_assign(std::string(key), std::move(value));
}

void MemoryState::Delete(std::string_view key) {
  if (const auto it = rows_.find(key); it != rows_.end()) rows_.erase(it);
}

storage::DueId MemoryState::AddDue(Instant due_at, runtime::DueWork work) {
  const storage::DueId id{due_at, offset_, event_, next_n_++};
  due_.emplace(id, Work{work.kind, work.municipality, std::move(work.payload)});
  return id;
}

void MemoryState::Send(Municipality from, Municipality to, const google::protobuf::Message& message) {
  sent_.push_back({from, to, message.SerializeAsString()});
}

Offset MemoryState::Apply(const runtime::Service& service, const storage::Record& header,
                          const std::vector<const google::protobuf::Message*>& events) {
  ++offset_;
  if (header.service == service.id()) {
    for (const storage::Settlement& settled : header.settles) due_.erase(settled.row);
  }
  runtime::AppliedRecord record;
  record.header = &header;
  record.offset = offset_;
  record.append_time = header.decided_at;
  record.events = events;
  for (size_t i = 0; i < events.size(); ++i) {
    event_ = static_cast<uint16_t>(i);
    next_n_ = 0;
    service.Apply(record, i, *this);
  }
  return offset_;
}

std::vector<runtime::DueRow> MemoryState::Due(Instant now) const {
  std::vector<runtime::DueRow> rows;
  for (const auto& [id, work] : due_) {
    if (id.due_at > now) break;
    rows.push_back({id, {work.kind, work.municipality, work.payload}});
  }
  return rows;
}

bool operator==(const MemoryState& a, const MemoryState& b) {
  return a.rows_ == b.rows_ && a.due_ == b.due_ && a.sent_ == b.sent_;
}

}  // namespace casehub::testing
