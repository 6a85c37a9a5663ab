#include "services/runtime/rebuild.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "services/runtime/partition.h"
#include "services/runtime/read_ahead.h"
#include "services/runtime/store_writer.h"

namespace casehub::runtime {
namespace {

std::string Hex(std::string_view bytes) { return absl::BytesToHexString({bytes.data(), bytes.size()}); }

}  // namespace

absl::StatusOr<Rebuilt> Rebuild(const RebuildRequest& request) {
  PartitionConfig config;
  config.partition = request.partition;
  config.services = {request.service};
  config.keyspaces = {request.target};
  config.catalogue = request.catalogue;
  config.mint = [](Instant) { return Uuid(); };  // a follower mints nothing
  config.read_at = [&](Offset offset) { return request.log->ReadAt(request.partition, offset); };
  config.unexplained_up_to = INT64_MAX;  // contradictions are the live reader's business
  config.limits.stream = request.limits;
  config.limits.write_back_micros = INT64_MAX / 2;  // by count alone; moments are added to it
  auto partition = Partition::Open(std::move(config));
  if (!partition.ok()) return partition.status();
  auto reader = request.log->OpenReader(request.partition, (*partition)->read_after(), [] {});
  if (!reader.ok()) return reader.status();
  ReadAhead ahead(*std::move(reader), request.up_to, [&](ServiceId id) -> const Service* {
    if (!request.service->ReadsEventsOf(id)) return nullptr;
    const auto it = std::find_if(request.catalogue.begin(), request.catalogue.end(),
                                 [&](const Service* one) { return one->id() == id; });
    return it == request.catalogue.end() ? nullptr : *it;
  });
  StoreWriter writer([] {});
  Rebuilt rebuilt;
  while ((*partition)->read_after() < request.up_to) {
    auto batch = ahead.Next();
    if (!batch.ok()) return batch.status();
    if (batch->empty()) break;
    rebuilt.records += batch->size();
    TurnInput input;
    input.now = {1};
    input.decoded = *batch;
    input.written = (*partition)->StoresBehind() ? writer.Finish() : writer.Take();
    TurnOutput out;
    (*partition)->Turn(std::move(input), &out);
    for (auto& rows : out.write_backs) writer.Post(std::move(rows));
    if (!out.fatal.ok()) return out.fatal;
    if (auto status = (*partition)->StoreProblem(); !status.ok()) return status;
    ahead.Return(*std::move(batch));
  }
  rebuilt.offset = (*partition)->read_after();
  if (auto status = (*partition)->EndWriteBacks(writer.Finish()); !status.ok()) return status;
  if (auto status = (*partition)->Flush({1}); !status.ok()) return status;
  return rebuilt;
}

absl::StatusOr<std::string> FirstDifference(const storage::Keyspace& a, const storage::Keyspace& b) {
  return FirstDifference(*a.NewCursor(), b);
}

absl::StatusOr<std::string> FirstDifference(storage::RowCursor& a, const storage::Keyspace& b) {
  storage::RowCursor* left = &a;
  auto right = b.NewCursor();
  left->Seek("");
  right->Seek("");
  while (left->Valid() && right->Valid() && left->key() == right->key() && left->value() == right->value()) {
    left->Next();
    right->Next();
  }
  if (!left->status().ok()) return left->status();
  if (!right->status().ok()) return right->status();
  if (!left->Valid() && !right->Valid()) return std::string();
  if (!left->Valid()) return Hex(right->key());
  if (!right->Valid()) return Hex(left->key());
  return Hex(std::min(left->key(), right->key()));
}

}  // namespace casehub::runtime
