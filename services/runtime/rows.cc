#include "services/runtime/rows.h"

#include "services/model/key_bytes.h"

namespace casehub::runtime {

void AppliedWriter::Put(std::string_view key, std::string value) {
  if (rows_->overlay.PutApplied(key, std::move(value))) conflicted_ = true;
}

void AppliedWriter::Delete(std::string_view key) {
  if (rows_->overlay.PutApplied(key, std::nullopt)) conflicted_ = true;
}

storage::DueId AppliedWriter::AddDue(Instant due_at, DueWork work) {
  const storage::DueId id{due_at, offset_, event_, next_n_++};
  std::string value;
  value.reserve(6 + work.payload.size());
  AppendBigEndian(work.kind, 2, &value);
  AppendBigEndian(work.municipality.code(), 4, &value);
  value.append(work.payload);
  rows_->overlay.PutAppliedFresh(tables::DueKey(id), std::move(value));
  earliest_due_ = std::min(earliest_due_, due_at);
  return id;
}

DueWork DecodeDueWork(std::string_view value) {
  DueWork work;
  work.kind = static_cast<uint16_t>(tables::DecodeNumber(value.substr(0, 2)));
  work.municipality = Municipality(static_cast<uint32_t>(tables::DecodeNumber(value.substr(2, 4))));
  work.payload = std::string(value.substr(6));
  return work;
}

void AppliedWriter::Send(Municipality from, Municipality to, const google::protobuf::Message& message) {
  const std::string head_key = tables::OutboxHeadKey(from, to);
  tables::OutboxHead head;
  if (auto row = Get(head_key)) head = tables::DecodeOutboxHead(*row);
  const std::string payload = message.SerializeAsString();
  ++head.last;
  head.stream_hash = storage::Chain(head.stream_hash, storage::HashBytes(payload));
  rows_->overlay.PutApplied(head_key, tables::EncodeOutboxHead(head));
  rows_->overlay.PutApplied(tables::OutboxKey(from, to, head.last),
                            tables::EncodeOutboxMessage(head.stream_hash, payload));
  sent_ = true;
}

}  // namespace casehub::runtime
