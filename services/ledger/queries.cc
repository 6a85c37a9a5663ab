#include "services/ledger/queries.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "casehub/ledger/v1/ledger_service.pb.h"
#include "services/ledger/domain/chain.h"
#include "services/ledger/tables.h"

namespace casehub::ledger {
namespace {

constexpr int32_t kPageSizeDefault = 100;
constexpr int32_t kPageSizeMax = 1000;

std::optional<size_t> PageSize(int32_t asked) {
  if (asked < 0) return std::nullopt;
  return static_cast<size_t>(asked == 0 ? kPageSizeDefault : std::min(asked, kPageSizeMax));
}

runtime::Refused BadPageSize() { return RefuseField("page_size", Phrase::PHRASE_NOT_NEGATIVE); }

runtime::Refused LogUnreadable(const absl::Status& status) {
  return runtime::Refuse(common::v1::REFUSAL_LOG_UNREADABLE).With("why", std::string(status.message()));
}

// Reads entries back from the log; consecutive entries often share a record.
class EntrySource {
 public:
  EntrySource(const ReadLog& read_log, const runtime::StateReader& rows, Municipality municipality)
      : read_log_(read_log), rows_(rows), municipality_(municipality) {}

  // The block of an entry, null if there is none; good until the next call.
  const tables::EntryBlock* Block(uint64_t sequence) {
    if (!block_ || !block_->Holds(sequence)) block_ = tables::LoadEntryBlock(rows_, municipality_, sequence);
    return block_ ? &*block_ : nullptr;
  }
  Hash HashBefore(uint64_t sequence) {
    if (sequence <= 1) return Hash{};
    const auto* block = Block(sequence - 1);
    return block != nullptr ? block->at(sequence - 1).hash : Hash{};
  }
  // The entry without its hashes, from the raw log.
  absl::StatusOr<v1::Entry> Read(uint64_t sequence, Offset offset, uint16_t event_index) {
    if (auto status = Seek(offset); !status.ok()) return status;
    if (event_index >= record_.events.size()) return absl::DataLossError("the log holds another record there");
    const std::string_view bytes = record_.events[event_index];
    const auto view = ViewOf(record_.service, bytes);
    if (!view) return absl::DataLossError("the log holds no entry there");
    v1::Entry entry;
    entry.set_municipality(record_.municipality.ToString());
    entry.set_sequence(sequence);
    entry.set_case_id(std::string(view->case_id));
    entry.set_service(std::string(ServiceName(record_.service)));
    entry.set_type(std::string(view->type));
    if (view->occurred_at) {
      entry.mutable_occurred_at()->set_seconds(view->occurred_at->seconds);
      entry.mutable_occurred_at()->set_nanos(view->occurred_at->nanos);
    }
    const EntryTime recorded_at = TimeOf(record_.decided_at);
    entry.mutable_recorded_at()->set_seconds(recorded_at.seconds);
    entry.mutable_recorded_at()->set_nanos(recorded_at.nanos);
    entry.set_data(bytes.data(), bytes.size());
    return entry;
  }

 private:
  absl::Status Seek(Offset offset) {
    if (entry_.bytes && entry_.offset == offset) return absl::OkStatus();
    auto entry = read_log_(offset);
    if (!entry.ok()) return entry.status();
    auto record = storage::DecodeRecord(*entry->bytes);
    if (!record.ok()) return record.status();
    entry_ = *std::move(entry);
    record_ = *std::move(record);
    return absl::OkStatus();
  }

  const ReadLog& read_log_;
  const runtime::StateReader& rows_;
  Municipality municipality_;
  std::optional<tables::EntryBlock> block_;
  storage::LogEntry entry_;  // keeps the bytes that record_ points into
  storage::Record record_;
};

// One entry as it is shown, with the hashes of its row. Null result: no row.
absl::StatusOr<v1::Entry> Shown(EntrySource& source, uint64_t sequence, const Hash& previous, Hash* hash) {
  const auto* block = source.Block(sequence);
  if (block == nullptr) return absl::DataLossError("entry " + std::to_string(sequence) + " has no row");
  const auto& item = block->at(sequence);
  auto entry = source.Read(sequence, block->offset, item.event);
  if (!entry.ok()) return entry.status();
  entry->set_previous_hash(std::string(Bytes(previous)));
  entry->set_hash(std::string(Bytes(item.hash)));
  *hash = item.hash;
  return entry;
}

runtime::QueryResult List(const v1::ListEntriesRequest& request, const ReadLog& read_log,
                          const runtime::QueryContext& context, const runtime::StateReader& rows) {
  const auto page_size = PageSize(request.page_size());
  if (!page_size) return BadPageSize();
  auto response = std::make_unique<v1::ListEntriesResponse>();
  const Head head = tables::LoadHead(rows, context.municipality);
  response->set_last_sequence(head.sequence);
  EntrySource source(read_log, rows, context.municipality);
  Hash previous = request.after() < head.sequence ? source.HashBefore(request.after() + 1) : Hash{};
  size_t bytes = 0;
  for (uint64_t sequence = request.after() + 1;
       sequence <= head.sequence && request.after() < head.sequence && bytes < kPageBytesMax &&
       static_cast<size_t>(response->entries_size()) < *page_size;
       ++sequence) {
    auto entry = Shown(source, sequence, previous, &previous);
    if (!entry.ok()) return LogUnreadable(entry.status());
    const size_t size = entry->ByteSizeLong();
    if (response->entries_size() > 0 && bytes + size > kPageBytesMax) break;
    bytes += size;
    *response->add_entries() = *std::move(entry);
  }
  return response;
}

runtime::QueryResult ListCase(const v1::ListCaseEntriesRequest& request, const ReadLog& read_log,
                              const runtime::QueryContext& context, const runtime::StateReader& rows) {
  const auto page_size = PageSize(request.page_size());
  if (!page_size) return BadPageSize();
  const auto case_id = Uuid::Parse(request.case_id());
  if (!case_id) {
    return RefuseField("case_id", Phrase::PHRASE_CASE_ID_IS_A_UUID);
  }
  if (request.after() == UINT64_MAX) return std::make_unique<v1::ListCaseEntriesResponse>();
  std::vector<uint64_t> numbers;  // one more than the page, to know whether there are more
  rows.Scan(tables::CaseEntryKey(context.municipality, *case_id, request.after() + 1),
            tables::CaseEntryKey(context.municipality, *case_id, UINT64_MAX),
            [&](std::string_view key, std::string_view value) {
              const uint64_t last = tables::SequenceOfKey(key);
              const uint64_t first = last + 1 - tables::DecodeCount(value);
              for (uint64_t one = std::max(first, request.after() + 1); one <= last; ++one) {
                numbers.push_back(one);
                if (numbers.size() > *page_size) return false;
              }
              return true;
            });
  if (numbers.empty() && request.after() == 0) return runtime::Refuse(common::v1::REFUSAL_CASE_UNKNOWN);
  auto response = std::make_unique<v1::ListCaseEntriesResponse>();
  EntrySource source(read_log, rows, context.municipality);
  size_t bytes = 0;
  for (uint64_t sequence : numbers) {
    if (static_cast<size_t>(response->entries_size()) == *page_size || bytes >= kPageBytesMax) {
      response->set_more(true);
      break;
    }
    Hash hash;
    auto entry = Shown(source, sequence, source.HashBefore(sequence), &hash);
    if (!entry.ok()) return LogUnreadable(entry.status());
    bytes += entry->ByteSizeLong();
    *response->add_entries() = *std::move(entry);
  }
  return response;
}

runtime::QueryResult ListSeals(const v1::ListSealsRequest& request, const runtime::QueryContext& context,
                               const runtime::StateReader& rows) {
  const auto page_size = PageSize(request.page_size());
  if (!page_size) return BadPageSize();
  auto response = std::make_unique<v1::ListSealsResponse>();
  if (request.after() == UINT64_MAX) return response;
  rows.Scan(tables::SealKey(context.municipality, request.after() + 1),
            tables::SealKey(context.municipality, UINT64_MAX), [&](std::string_view, std::string_view value) {
              if (static_cast<size_t>(response->seals_size()) == *page_size) {
                response->set_more(true);
                return false;
              }
              response->add_seals()->ParseFromArray(value.data(), static_cast<int>(value.size()));
              return true;
            });
  return response;
}

// Compares one entry of the raw log with its row; what is wrong, or empty.
std::string Check(EntrySource& source, uint64_t sequence, Municipality municipality, Hash* hash) {
  const std::string name = "entry " + std::to_string(sequence);
  const auto* block = source.Block(sequence);
  if (block == nullptr) return name + " has no row";
  const auto& item = block->at(sequence);
  auto entry = source.Read(sequence, block->offset, item.event);
  if (!entry.ok()) return name + ": " + std::string(entry.status().message());
  if (entry->municipality() != municipality.ToString()) return name + " is of another municipality in the log";
  *hash = HashEntry(FieldsOf(*entry), *hash);
  if (*hash != item.hash) return name + " differs between the log and the ledger";
  return {};
}

runtime::QueryResult Verify(const v1::VerifyEntriesRequest& request, const ReadLog& read_log,
                            const runtime::QueryContext& context, const runtime::StateReader& rows) {
  const auto given = request.previous_hash().empty() && request.after() == 0 ? std::optional<Hash>(Hash{})
                                                                             : ToHash(request.previous_hash());
  if (!given) {
    return RefuseField("previous_hash", Phrase::PHRASE_ENTRY_HASH_BYTES);
  }
  auto response = std::make_unique<v1::VerifyEntriesResponse>();
  EntrySource source(read_log, rows, context.municipality);
  const Head head = tables::LoadHead(rows, context.municipality);
  Hash hash = *given;
  uint64_t sequence = request.after();
  while (sequence < head.sequence && response->entries() < kVerifyEntriesMax && response->problem().empty()) {
    response->set_problem(Check(source, ++sequence, context.municipality, &hash));
    response->set_entries(response->entries() + 1);
  }
  response->set_last_sequence(sequence);
  response->set_head(std::string(Bytes(hash)));
  response->set_done(sequence >= head.sequence);
  if (response->problem().empty() && sequence == head.sequence && hash != head.hash) {
    response->set_problem("the head differs from entry " + std::to_string(sequence));
  }
  response->set_ok(response->problem().empty());
  return response;
}

}  // namespace

runtime::QueryResult AnswerQuery(const google::protobuf::Message& request, const ReadLog& read_log,
                                 const Signer& signer, const runtime::QueryContext& context,
                                 const runtime::StateReader& rows) {
  const auto* type = request.GetDescriptor();
  if (type == v1::ListEntriesRequest::descriptor()) {
    return List(static_cast<const v1::ListEntriesRequest&>(request), read_log, context, rows);
  }
  if (type == v1::ListCaseEntriesRequest::descriptor()) {
    return ListCase(static_cast<const v1::ListCaseEntriesRequest&>(request), read_log, context, rows);
  }
  if (type == v1::ListSealsRequest::descriptor()) {
    return ListSeals(static_cast<const v1::ListSealsRequest&>(request), context, rows);
  }
  if (type == v1::VerifyEntriesRequest::descriptor()) {
    return Verify(static_cast<const v1::VerifyEntriesRequest&>(request), read_log, context, rows);
  }
  if (type == v1::GetHeadRequest::descriptor()) {
    const Head head = tables::LoadHead(rows, context.municipality);
    auto response = std::make_unique<v1::GetHeadResponse>();
    response->set_sequence(head.sequence);
    response->set_head(std::string(Bytes(head.hash)));
    return response;
  }
  if (type == v1::GetKeyRequest::descriptor()) {
    auto response = std::make_unique<v1::GetKeyResponse>();
    response->set_public_key(signer.public_key());
    response->set_key_id(signer.key_id());
    return response;
  }
  return runtime::Refuse(common::v1::REFUSAL_METHOD_UNKNOWN).With("method", type->full_name());
}

}  // namespace casehub::ledger
