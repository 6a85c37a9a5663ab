// The rows of one service in one partition: the store, the overlay above it, and the views that decisions and folds
// get of them.
#pragma once

#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "services/runtime/overlay.h"
#include "services/runtime/recent_ids.h"
#include "services/runtime/service.h"
#include "services/runtime/tables.h"
#include "storage/projection/projection.h"

namespace casehub::runtime {

struct ServiceRows {
  ServiceRows(const Service* service_in, storage::Keyspace* store_in)
      : service(service_in), store(store_in), overlay(store_in) {}

  const Service* service;
  storage::Keyspace* store;
  Overlay overlay;
  RecentIds recent_ids;
  Offset applied = kNoOffset;   // folded up to and including this
  Offset written = kNoOffset;   // position in the store
  std::string restored_digest;  // of the raw log at the position that was found in the store
  uint64_t records_since_write = 0;
  Instant last_write;
  absl::Status refused;  // why the store took no rows when they were last offered
  uint64_t refusals = 0;
  bool stalled = false;                               // and too much waits for it to fold any more
  uint64_t parked = 0;                                // cases that are set aside
  absl::flat_hash_map<uint32_t, int64_t> swept_hour;  // municipality -> hour of its last sweep of request ids
};

class RowsReader : public StateReader {
 public:
  RowsReader(const ServiceRows* rows, Overlay::Level level) : rows_(rows), level_(level) {}
  std::optional<std::string> Get(std::string_view key) const override { return rows_->overlay.Get(key, level_); }
  void Scan(std::string_view from, std::string_view to,
            const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    rows_->overlay.Scan(from, to, level_, visit);
  }
  absl::Status status() const override { return rows_->overlay.status(); }

 private:
  const ServiceRows* rows_;
  Overlay::Level level_;
};

// Writes what an effective record does to a service's rows.
class AppliedWriter : public StateWriter {
 public:
  AppliedWriter(ServiceRows* rows, Offset offset)
      : rows_(rows), reader_(rows, Overlay::Level::kApplied), offset_(offset) {}

  void StartEvent(uint16_t event) {
    event_ = event;
    next_n_ = 0;
  }
  // The earliest row of due work put in so far, INT64_MAX if none; and whether messages were sent.
  Instant earliest_due() const { return earliest_due_; }
  bool sent() const { return sent_; }
  // A row was written over or deleted that a pending decision of this process has already changed.
  bool conflicted() const { return conflicted_; }

  std::optional<std::string> Get(std::string_view key) const override { return reader_.Get(key); }
  void Scan(std::string_view from, std::string_view to,
            const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    reader_.Scan(from, to, visit);
  }
  absl::Status status() const override { return reader_.status(); }
  void Put(std::string_view key, std::string value) override;
  void Delete(std::string_view key) override;
  storage::DueId AddDue(Instant due_at, DueWork work) override;
  void CancelDue(const storage::DueId& id) override { Delete(tables::DueKey(id)); }
  void Send(Municipality from, Municipality to, const google::protobuf::Message& message) override;

 private:
  ServiceRows* rows_;
  RowsReader reader_;
  Offset offset_;
  uint16_t event_ = 0;
  uint16_t next_n_ = 0;
  Instant earliest_due_{INT64_MAX};
  bool sent_ = false;
  bool conflicted_ = false;
};

// Writes what a decided record will do, as far as later decisions of the stream must see it. Due work and messages
// come into being only when the record is effective: their ids hold its offset.
class PendingWriter : public StateWriter {
 public:
  PendingWriter(ServiceRows* rows, uint64_t sequence)
      : rows_(rows), reader_(rows, Overlay::Level::kPending), sequence_(sequence) {}

  std::optional<std::string> Get(std::string_view key) const override { return reader_.Get(key); }
  void Scan(std::string_view from, std::string_view to,
            const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    reader_.Scan(from, to, visit);
  }
  absl::Status status() const override { return reader_.status(); }
  void Put(std::string_view key, std::string value) override {
    rows_->overlay.PutPending(sequence_, key, std::move(value));
  }
  void Delete(std::string_view key) override { rows_->overlay.PutPending(sequence_, key, std::nullopt); }
  storage::DueId AddDue(Instant due_at, DueWork) override { return {due_at, INT64_MAX, 0, next_n_++}; }
  void CancelDue(const storage::DueId& id) override {
    if (id.offset != INT64_MAX) Delete(tables::DueKey(id));
  }
  void Send(Municipality, Municipality, const google::protobuf::Message&) override {}

 private:
  ServiceRows* rows_;
  RowsReader reader_;
  uint64_t sequence_;
  uint16_t next_n_ = 0;
};

DueWork DecodeDueWork(std::string_view value);

}  // namespace casehub::runtime
