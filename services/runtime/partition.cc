#include "services/runtime/partition.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/runtime/event_info.h"
#include "services/runtime/position_token.h"

namespace casehub::runtime {

using storage::Evidence;
using storage::Judgement;
using storage::Record;
using storage::RecordKind;
using storage::Verdict;

absl::StatusOr<std::unique_ptr<Partition>> Partition::Open(PartitionConfig config) {
  std::unique_ptr<Partition> partition(new Partition(std::move(config)));
  if (auto status = partition->Restore(); !status.ok()) return status;
  return partition;
}

absl::Status Partition::Restore() {
  const std::string* oldest = nullptr;
  std::vector<std::string> positions(config_.services.size());
  size_t oldest_index = 0;
  Offset oldest_offset = INT64_MAX;
  for (size_t i = 0; i < config_.services.size(); ++i) {
    rows_.push_back(std::make_unique<ServiceRows>(config_.services[i], config_.keyspaces[i]));
    auto position = config_.keyspaces[i]->Position();
    if (!position.ok()) return position.status();
    if (position->has_value()) {
      storage::v1::LogPosition parsed;
      if (!parsed.ParseFromString(**position)) return absl::DataLossError("a projection's position does not parse");
      if (auto status = CheckPosition(parsed); !status.ok()) return status;
      rows_[i]->applied = rows_[i]->written = parsed.offset();
      rows_[i]->restored_digest = parsed.log_digest();
      if (auto status = LearnIds(parsed, rows_[i].get()); !status.ok()) return status;
      positions[i] = **position;
    }
    rows_[i]->overlay.Scan(tables::TableStart(tables::kParked), tables::TableEnd(tables::kParked),
                           Overlay::Level::kApplied, [&](std::string_view, std::string_view) {
                             ++rows_[i]->parked;
                             return true;
                           });
    if (rows_[i]->applied < oldest_offset) {
      oldest_offset = rows_[i]->applied;
      oldest_index = i;
      oldest = &positions[i];
    }
  }
  if (oldest != nullptr && !oldest->empty()) {
    if (auto status = RestoreRule(*rows_[oldest_index], *oldest); !status.ok()) return status;
  }
  for (size_t i = 0; i < rows_.size(); ++i) {
    streams_.push_back(std::make_unique<Stream>(rows_[i].get(), &rule_, config_.partition, config_.address,
                                                config_.mint, config_.limits.stream, config_.plants));
    hints_.push_back(false);
  }
  return absl::OkStatus();
}

// The record that a keyspace stands on is read again and compared (design 2.4): each keyspace recovers alone, so one
// may stand on what the log has lost while the others do not.
absl::Status Partition::CheckPosition(const storage::v1::LogPosition& position) const {
  if (position.offset() == kNoOffset) return absl::OkStatus();
  auto entry = config_.read_at(position.offset());
  if (!entry.ok() && !absl::IsNotFound(entry.status())) return entry.status();
  const Hash128 hash = entry.ok() ? storage::HashBytes(*entry->bytes) : Hash128();
  const std::string stored = tables::EncodeNumber(hash.high) + tables::EncodeNumber(hash.low);
  if (!entry.ok() || stored != position.record_hash() || entry->append_time.micros != position.append_time_micros()) {
    return absl::DataLossError(absl::StrCat("the log does not hold the record at offset ", position.offset(),
                                            " that the projections stand on"));
  }
  return absl::OkStatus();
}

absl::Status Partition::RestoreRule(const ServiceRows& rows, const std::string& position) {
  storage::v1::LogPosition parsed;
  parsed.ParseFromString(position);
  std::vector<storage::v1::StandingRecord> standing;
  rows.overlay.Scan(tables::TableStart(tables::kStanding), tables::TableEnd(tables::kStanding),
                    Overlay::Level::kApplied, [&](std::string_view, std::string_view value) {
                      standing.emplace_back().ParseFromArray(value.data(), static_cast<int>(value.size()));
                      return true;
                    });
  if (!rows.overlay.status().ok()) return rows.overlay.status();
  auto rule = storage::EffectiveRule::Restore(parsed, standing, config_.plants.rule);
  if (!rule.ok()) return rule.status();
  rule_ = *std::move(rule);
  return absl::OkStatus();
}

absl::Status Partition::LearnIds(const storage::v1::LogPosition& position, ServiceRows* rows) const {
  if (config_.plants.ids_before_start_forgotten) return absl::OkStatus();
  return rows->recent_ids.StartWith(*rows->store, position.append_time_micros() / 1000);
}

int Partition::IndexOf(ServiceId service) const {
  for (size_t i = 0; i < rows_.size(); ++i) {
    if (rows_[i]->service->id() == service) return static_cast<int>(i);
  }
  return -1;
}

const Service* Partition::Catalogued(ServiceId service) const {
  for (const Service* one : config_.catalogue.empty() ? config_.services : config_.catalogue) {
    if (one->id() == service) return one;
  }
  return nullptr;
}

void Partition::SetHint(ServiceId service, bool own) {
  if (const int i = IndexOf(service); i >= 0) hints_[static_cast<size_t>(i)] = own;
}

bool Partition::AllOwned() const {
  return std::all_of(streams_.begin(), streams_.end(),
                     [](const auto& stream) { return stream->role() == Stream::Role::kOwner; });
}

bool Partition::Idle() const {
  return std::all_of(streams_.begin(), streams_.end(),
                     [](const auto& stream) { return stream->pending() == 0 && stream->queued() == 0; });
}

void Partition::FollowClock(Instant now) {
  if (now < last_turn_) {
    const int64_t back = last_turn_.micros - now.micros;
    for (auto& stream : streams_) stream->OnClockBack(back);
    for (auto& rows : rows_) rows->last_write.micros -= back;
  }
  last_turn_ = now;
}

void Partition::Turn(TurnInput input, TurnOutput* out) {
  TakeTurn(&input, out);
  if (!out->fatal.ok()) RefuseUnseen(input, out);
}

void Partition::TakeTurn(TurnInput* input, TurnOutput* out) {
  FollowClock(input->now);
  out->fatal = EndWriteBacks(input->written);
  if (!out->fatal.ok()) return;
  for (storage::LogEntry& entry : input->entries) {
    DecodedEntry decoded = Decode(std::move(entry));
    ApplyEntry(&decoded, out);
    if (!out->fatal.ok()) return;
  }
  for (DecodedEntry& decoded : input->decoded) {
    ApplyEntry(&decoded, out);
    if (!out->fatal.ok()) return;
  }
  for (auto& command : input->commands) {
    const int i = IndexOf(command->service);
    if (i >= 0) streams_[static_cast<size_t>(i)]->Offer(std::move(command));
  }
  input->commands.clear();
  for (Mail& mail : input->mail) {
    const int i = IndexOf(mail.service);
    if (i >= 0) streams_[static_cast<size_t>(i)]->Offer(std::move(mail), out);
  }
  for (const MailAck& ack : input->acks) {
    const int i = IndexOf(ack.service);
    if (i >= 0) streams_[static_cast<size_t>(i)]->Acknowledge(ack);
  }
  const absl::Status stalled = StoreStalled();
  const DecideInput decide{input->now, input->callers_at, input->at_end, stalled.ok() ? input->log_writable : stalled};
  for (size_t i = 0; i < streams_.size(); ++i) {
    streams_[i]->Decide(decide, hints_[i], out);
    if (!out->fatal.ok()) return;
    streams_[i]->SendMail(input->now, out);
  }
  for (size_t i = 0; i < rows_.size(); ++i) StartWriteBack(i, input->now, out);
  AnswerQueries(std::move(input->queries), input->now, out);
}

void Partition::OnAppendRefused(const absl::Status& status, TurnOutput* out) {
  for (auto& stream : streams_) stream->OnAppendRefused(status, out);
}

void Partition::RefuseAll(Refusal reason, TurnOutput* out) {
  for (auto& stream : streams_) stream->RefuseAll(reason, out);
  for (const QueryInput& query : waiting_) out->replies.push_back({query.ticket, Refuse(reason), kNoOffset, false});
  waiting_.clear();
}

void Partition::RefuseUnseen(const TurnInput& input, TurnOutput* out) {
  const auto refuse = [out](uint64_t ticket) {
    out->replies.push_back({ticket, Refuse(Refusal::REFUSAL_OUTCOME_UNKNOWN), kNoOffset, false});
  };
  for (const auto& command : input.commands) refuse(command->ticket);
  for (const QueryInput& query : input.queries) refuse(query.ticket);
}

// The writer saw another log than we did, or we than it (design 2.4). First a restart from a snapshot; what is still
// there after it is skipped, and the stream waits for an operator.
bool Partition::Contradicted(const storage::LogEntry& entry, const Record& record, TurnOutput* out) {
  if (entry.offset <= config_.unexplained_up_to) {
    rule_.Block(record.service);
    return false;
  }
  out->fatal = absl::DataLossError(absl::StrCat("the record at offset ", entry.offset, " of partition ",
                                                config_.partition, " was written on another log than the one read"));
  return true;
}

void Partition::ApplyEntry(DecodedEntry* decoded, TurnOutput* out) {
  if (!decoded->unreadable.ok()) {
    out->fatal = decoded->unreadable;
    return;
  }
  const storage::LogEntry& entry = decoded->entry;
  const Hash128& hash = decoded->hash;
  const std::optional<Record>& record = decoded->record;
  const Judgement judgement = rule_.Apply(entry.offset, entry.append_time, hash, record);
  if (observer_) observer_(entry, record ? &*record : nullptr, judgement);
  if (record && judgement.evidence != Evidence::kNone && Contradicted(entry, *record, out)) return;

  const int index = record ? IndexOf(record->service) : -1;
  std::unique_ptr<Stream::Pending> pending;
  if (index >= 0) {
    pending = streams_[static_cast<size_t>(index)]->OnRecord(entry, *record, hash, judgement.verdict, out);
  }
  if (pending) streams_[static_cast<size_t>(index)]->AnswerRecorded(*pending, entry.offset, out);
  if (judgement.verdict == Verdict::kEffective) {
    if (!record->changes.empty()) RememberStanding();
    ApplyEffective(decoded, pending.get(), out);
    if (!out->fatal.ok()) return;
  }
  for (auto& rows : rows_) {
    if (entry.offset == rows->applied) CheckAhead(*rows, out);
    if (entry.offset <= rows->applied) continue;
    rows->applied = entry.offset;
    ++rows->records_since_write;
  }
  if (!out->fatal.ok()) return;
  if (pending) streams_[static_cast<size_t>(index)]->Finish(std::move(pending), entry.offset, out);
}

// The partition has come to where a keyspace stood already: both must have read the same log.
void Partition::CheckAhead(const ServiceRows& rows, TurnOutput* out) const {
  const Hash128& digest = rule_.log_digest();
  if (rows.restored_digest == tables::EncodeNumber(digest.high) + tables::EncodeNumber(digest.low)) return;
  out->fatal =
      absl::DataLossError(absl::StrCat("the rows of ", std::string(ServiceName(rows.service->id())), " at offset ",
                                       rows.applied, " come from another log than the one read"));
}

void Partition::RememberStanding() {
  for (const storage::v1::StandingRecord& standing : rule_.TakeNewStanding()) {
    const std::string value = standing.SerializeAsString();
    for (auto& rows : rows_) {
      if (standing.offset() > rows->applied) rows->overlay.PutApplied(tables::StandingKey(standing.offset()), value);
    }
  }
}

void Partition::ApplyEffective(DecodedEntry* decoded, Stream::Pending* pending, TurnOutput* out) {
  const storage::LogEntry& entry = decoded->entry;
  const Record& record = *decoded->record;
  if (record.kind != RecordKind::kEvents && record.kind != RecordKind::kPark) return;
  const Service* writer_service = Catalogued(record.service);
  if (writer_service == nullptr) return;  // a service this build does not have writes for itself
  const int owner = IndexOf(record.service);
  const bool read = std::any_of(rows_.begin(), rows_.end(),
                                [&](const auto& rows) { return rows->service->ReadsEventsOf(record.service); });
  if (pending == nullptr && !decoded->parsed && read) {
    ParseEvents(writer_service->event_prototype(), decoded);
    if (!decoded->parsed) {
      out->fatal = absl::DataLossError(absl::StrCat("an event of the record at offset ", entry.offset,
                                                    " does not parse: this replica cannot go on"));
      return;
    }
  }
  AppliedRecord applied;
  applied.header = &record;
  applied.offset = entry.offset;
  applied.append_time = entry.append_time;
  applied.events.resize(record.events.size());
  const std::vector<MessagePtr>& events = pending != nullptr ? pending->events : decoded->events;
  for (size_t i = 0; i < events.size(); ++i) applied.events[i] = events[i].get();
  for (size_t i = 0; i < rows_.size(); ++i) {
    ServiceRows* rows = rows_[i].get();
    if (entry.offset <= rows->applied) continue;
    AppliedWriter writer(rows, entry.offset);
    const bool own = static_cast<int>(i) == owner;
    if (own) ApplyRuntimeRows(record, entry.offset, rows, &writer);
    for (size_t event = 0; event < applied.events.size(); ++event) {
      writer.StartEvent(static_cast<uint16_t>(event));
      rows->service->Apply(applied, event, writer);
    }
    if (!writer.status().ok()) {
      out->fatal = writer.status();
      return;
    }
    streams_[i]->OnApplied(writer, own);
  }
}

void Partition::ApplyRuntimeRows(const Record& record, Offset offset, ServiceRows* rows, AppliedWriter* writer) {
  if (record.kind == RecordKind::kPark) {
    for (const storage::Subject& subject : record.changes) {
      if (!writer->Get(tables::ParkedKey(subject.id))) ++rows->parked;
      writer->Put(tables::ParkedKey(subject.id), std::string(record.address));
    }
    return;
  }
  if (record.fingerprint != Hash128()) {
    rows->recent_ids.Add(record.command_id);
    writer->Put(tables::DedupKey(record.municipality, record.command_id),
                tables::EncodeDedup(record.fingerprint, offset, record.reply));
    SweepDedup(record, rows, writer);
  }
  for (const storage::Settlement& settled : record.settles) writer->Delete(tables::DueKey(settled.row));
  if (record.receipt) {
    writer->Put(tables::InboxKey(record.municipality, record.receipt->from),
                tables::EncodeInboxHead({record.receipt->n, record.receipt->stream_hash}));
  }
  if (record.delivered) {
    const Municipality to = record.delivered->to;
    const std::string head_key = tables::OutboxHeadKey(record.municipality, to);
    if (auto row = writer->Get(head_key)) {
      tables::OutboxHead head = tables::DecodeOutboxHead(*row);
      for (uint64_t n = head.delivered + 1; n <= std::min(record.delivered->up_to, head.last); ++n) {
        writer->Delete(tables::OutboxKey(record.municipality, to, n));
      }
      head.delivered = std::max(head.delivered, std::min(record.delivered->up_to, head.last));
      writer->Put(head_key, tables::EncodeOutboxHead(head));
    }
  }
}

// Once an hour of log time and municipality, the replies of ids that are refused by now are forgotten.
void Partition::SweepDedup(const Record& record, ServiceRows* rows, AppliedWriter* writer) {
  constexpr int64_t kHour = 3600 * kMicrosPerSecond;
  const int64_t hour = record.decided_at.micros / kHour;
  auto [known, inserted] = rows->swept_hour.try_emplace(record.municipality.code(), 0);
  if (inserted) {
    if (auto row = writer->Get(tables::DedupSweptKey(record.municipality))) {
      known->second = static_cast<int64_t>(tables::DecodeNumber(*row));
    }
  }
  if (hour <= known->second) return;
  known->second = hour;
  writer->Put(tables::DedupSweptKey(record.municipality), tables::EncodeNumber(static_cast<uint64_t>(hour)));
  const int64_t floor_micros = hour * kHour - config_.limits.stream.ids_kept_micros - kHour;
  if (floor_micros <= 0) return;
  std::vector<std::string> old;
  writer->Scan(tables::DedupKey(record.municipality, Uuid()),
               tables::DedupKey(record.municipality, Uuid::V7(floor_micros / 1000, 0, 0)),
               [&](std::string_view key, std::string_view) {
                 old.emplace_back(key);
                 return true;
               });
  for (const std::string& key : old) writer->Delete(key);
}

void Partition::AnswerQueries(std::vector<QueryInput> queries, Instant now, TurnOutput* out) {
  std::vector<QueryInput> waiting;
  std::swap(waiting, waiting_);
  for (QueryInput& query : queries) waiting.push_back(std::move(query));
  for (QueryInput& query : waiting) {
    if (query.min_offset <= rule_.offset()) {
      AnswerQuery(query, now, out);
    } else if (query.deadline.micros != 0 && now > query.deadline) {
      out->replies.push_back({query.ticket, Refuse(Refusal::REFUSAL_DEADLINE_PASSED), kNoOffset, false});
    } else if (waiting_.size() >= config_.limits.waiting_queries_max) {
      out->replies.push_back(
          {query.ticket, Refuse(Refusal::REFUSAL_QUEUE_FULL).With("retry_ms", "100"), kNoOffset, false});
    } else {
      if (query.deadline.micros != 0) out->wake_at = std::min(out->wake_at, {query.deadline.micros + 1});
      waiting_.push_back(std::move(query));
    }
  }
}

void Partition::AnswerQuery(const QueryInput& query, Instant now, TurnOutput* out) {
  const int i = IndexOf(query.service);
  if (i < 0) {
    out->replies.push_back({query.ticket, Refuse(Refusal::REFUSAL_NOT_OWNER), kNoOffset, false});
    return;
  }
  RowsReader reader(rows_[static_cast<size_t>(i)].get(), Overlay::Level::kApplied);
  QueryResult result = rows_[static_cast<size_t>(i)]->service->Query(*query.request, {query.municipality, now}, reader);
  if (!reader.status().ok()) {
    out->fatal = reader.status();
    out->replies.push_back({query.ticket, Refuse(Refusal::REFUSAL_OUTCOME_UNKNOWN), kNoOffset, false});
    return;
  }
  if (auto* refused = std::get_if<Refused>(&result)) {
    out->replies.push_back({query.ticket, std::move(*refused), rule_.offset(), false});
    return;
  }
  std::string bytes = std::get<MessagePtr>(result)->SerializeAsString();
  AppendPositionToken(config_.partition, std::max<Offset>(rule_.offset(), 0), &bytes);
  out->replies.push_back({query.ticket, Answered{std::move(bytes)}, rule_.offset(), false});
}

std::vector<StreamStatus> Partition::Status() const {
  std::vector<StreamStatus> all;
  for (size_t i = 0; i < streams_.size(); ++i) {
    const auto& stream = rule_.stream(rows_[i]->service->id());
    all.push_back({rows_[i]->service->id(), streams_[i]->role(), stream.epoch, stream.owner, stream.address,
                   rule_.offset(), rows_[i]->applied, rows_[i]->parked, streams_[i]->pending(), stream.blocked});
  }
  return all;
}

}  // namespace casehub::runtime
