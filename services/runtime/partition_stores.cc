// What a partition has to do with its stores: rows on their way to them, and what happens when one takes none.
#include <algorithm>
#include <utility>

#include "services/runtime/partition.h"

namespace casehub::runtime {

void Partition::StartWriteBack(size_t service, Instant now, TurnOutput* out) {
  ServiceRows& rows = *rows_[service];
  if (!rows.overlay.status().ok()) out->fatal = rows.overlay.status();
  if (rows.records_since_write == 0 || rows.overlay.writing() || !out->fatal.ok()) return;
  const PartitionLimits& limits = config_.limits;
  if (!rows.refused.ok() && now.micros - rows.last_write.micros < limits.write_back_retry_micros) {
    rows.stalled = rows.stalled || RowsGather(rows);
    out->wake_at = std::min(out->wake_at, {rows.last_write.micros + limits.write_back_retry_micros});
    return;
  }
  const bool due = !rows.refused.ok() || rows.records_since_write >= limits.write_back_records_max ||
                   rows.overlay.applied_rows() >= limits.write_back_rows_max ||
                   rows.overlay.applied_bytes() >= limits.write_back_bytes_max ||
                   now.micros - rows.last_write.micros >= limits.write_back_micros;
  if (!due) {
    out->wake_at = std::min(out->wake_at, {rows.last_write.micros + limits.write_back_micros});
    return;
  }
  if (auto taken = TakeRows(service, now)) out->write_backs.push_back(std::move(taken));
}

// Null: there is nothing new to write.
std::unique_ptr<WriteBack> Partition::TakeRows(size_t service, Instant now) {
  ServiceRows& rows = *rows_[service];
  if (rows.applied > rule_.offset()) return nullptr;  // ahead of the others
  storage::v1::LogPosition position = rule_.Position();
  if (config_.plants.position_early) position.set_offset(position.offset() + 1);
  std::vector<std::string> forgotten;
  if (position.standing_floor() > 0) {
    rows.overlay.Scan(tables::TableStart(tables::kStanding), tables::StandingKey(position.standing_floor()),
                      Overlay::Level::kApplied, [&](std::string_view key, std::string_view) {
                        forgotten.emplace_back(key);
                        return true;
                      });
  }
  for (const std::string& key : forgotten) rows.overlay.PutApplied(key, std::nullopt);
  auto taken = std::make_unique<WriteBack>();
  taken->service = service;
  taken->store = rows.store;
  taken->rows = rows.overlay.TakeChanges();
  taken->position = position.SerializeAsString();
  taken->offset = rule_.offset();
  rows.records_since_write = 0;
  rows.last_write = now;
  return taken;
}

// A store without room is no reason to stop: nothing is lost but memory, and reads go on.
absl::Status Partition::EndWriteBack(const WriteBack& done) {
  ServiceRows& rows = *rows_[done.service];
  rows.overlay.EndWrite(done.status.ok());
  rows.refused = done.status;
  rows.stalled = !done.status.ok() && RowsGather(rows);
  if (done.status.ok()) {
    rows.written = done.offset;
    return absl::OkStatus();
  }
  ++rows.records_since_write;  // still to be written
  ++rows.refusals;
  const bool may_pass = absl::IsUnavailable(done.status) || absl::IsResourceExhausted(done.status);
  return may_pass ? absl::OkStatus() : done.status;
}

absl::Status Partition::EndWriteBacks(const std::vector<std::unique_ptr<WriteBack>>& done) {
  absl::Status first;
  for (const auto& one : done) first.Update(EndWriteBack(*one));
  return first;
}

bool Partition::RowsGather(const ServiceRows& rows) const {
  const PartitionLimits& limits = config_.limits;
  return rows.overlay.applied_rows() >= limits.write_back_lag_max * limits.write_back_rows_max ||
         rows.overlay.applied_bytes() >= limits.write_back_lag_max * limits.write_back_bytes_max;
}

bool Partition::StoresBehind() const {
  return std::any_of(rows_.begin(), rows_.end(),
                     [&](const auto& rows) { return rows->overlay.writing() && RowsGather(*rows); });
}

absl::Status Partition::StoreProblem() const {
  for (const auto& rows : rows_) {
    if (!rows->refused.ok()) return rows->refused;
  }
  return absl::OkStatus();
}

absl::Status Partition::StoreStalled() const {
  for (const auto& rows : rows_) {
    if (rows->stalled) return rows->refused;
  }
  return absl::OkStatus();
}

absl::Status Partition::Flush(Instant now) {
  for (size_t i = 0; i < rows_.size(); ++i) {
    if (rows_[i]->overlay.writing()) return absl::FailedPreconditionError("rows are on their way to a store");
    auto taken = TakeRows(i, now);
    if (taken == nullptr) continue;
    taken->Run();
    if (auto status = EndWriteBack(*taken); !status.ok()) return status;
    if (!taken->status.ok()) return taken->status;
  }
  return absl::OkStatus();
}

absl::Status Partition::ReplaceStore(ServiceId service,
                                     const std::function<absl::StatusOr<storage::Keyspace*>()>& swap) {
  const int i = IndexOf(service);
  if (i < 0) return absl::NotFoundError("this process has no such service");
  auto store = swap();
  if (!store.ok()) return store.status();
  auto stored = (*store)->Position();
  if (!stored.ok()) return stored.status();
  storage::v1::LogPosition position;
  position.set_offset(kNoOffset);
  if (stored->has_value() && !position.ParseFromString(**stored)) {
    return absl::DataLossError("a projection's position does not parse");
  }
  if (position.offset() < rule_.offset()) {
    return absl::FailedPreconditionError("the new store stands on an earlier record than the partition");
  }
  ServiceRows& rows = *rows_[static_cast<size_t>(i)];
  rows.store = *store;
  rows.overlay.ChangeStore(*store);
  // After a loss of power a store may stand further than the partition: folding goes on from where this one stands.
  rows.applied = rows.written = position.offset();
  rows.restored_digest = position.log_digest();
  return LearnIds(position, &rows);  // of a store that stands further, too
}

}  // namespace casehub::runtime
