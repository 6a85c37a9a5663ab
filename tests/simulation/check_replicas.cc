#include "absl/strings/str_cat.h"
#include "services/ledger/domain/chain.h"
#include "services/ledger/tables.h"
#include "services/runtime/rebuild.h"
#include "tests/simulation/checks.h"
#include "tests/simulation/services.h"

namespace casehub::simulation {
namespace {

namespace tables = runtime::tables;

// Follows the log from where the store stands to its end, without owning anything and without what is planted.
absl::Status FollowToTheEnd(const WorldView& world, PartitionId partition, storage::ProjectionStore* store) {
  runtime::PartitionConfig config = world.cluster->ConfigOf(partition, store);
  if (world.plan->lost_tails) config.unexplained_up_to = INT64_MAX;
  auto opened = runtime::Partition::Open(std::move(config));
  if (!opened.ok()) return opened.status();
  auto reader = world.cluster->one_log()->OpenReader(partition, (*opened)->read_after(), [] {});
  if (!reader.ok()) return reader.status();
  for (;;) {
    runtime::TurnInput input;
    input.now = world.context->now;
    if (auto status = (*reader)->Next(1 << 20, &input.entries); !status.ok()) return status;
    if (input.entries.empty()) break;
    runtime::TurnOutput out;
    (*opened)->Turn(std::move(input), &out);
    if (!out.fatal.ok()) return out.fatal;
    for (const auto& rows : out.write_backs) rows->Run();
    if (auto status = (*opened)->EndWriteBacks(out.write_backs); !status.ok()) return status;
  }
  return (*opened)->Flush(world.context->now);
}

// By hash; where they differ, the first row that does.
void Compare(const WorldView& world, const std::string& who, storage::ProjectionStore* reference,
             storage::ProjectionStore* other) {
  for (ServiceId service : kServices) {
    const auto expected = reference->keyspace(service)->Hash();
    const auto found = other->keyspace(service)->Hash();
    if (expected.ok() && found.ok() && *expected == *found) continue;
    const auto row = runtime::FirstDifference(*reference->keyspace(service), *other->keyspace(service));
    world.context->Report("replicas_differ",
                          absl::StrCat(who, ", ", std::string(ServiceName(service)), ": differs from the log in row ",
                                       row.value_or("unreadable")));
  }
}

// The chains of a reader that knows the raw log alone.
void CheckLedger(const WorldView& world, PartitionId partition, storage::ProjectionStore* reference) {
  ledger::Chains chains;
  for (const Judged& judged : world.auditor->judged(partition)) {
    if (!judged.IsEffective()) continue;
    if (!chains.Add(*judged.record, [](const ledger::v1::Entry&) {})) {
      return world.context->Report("ledger_unreadable", absl::StrCat("offset ", judged.offset));
    }
  }
  for (Municipality municipality : kMunicipalities) {
    const ledger::Head head = chains.head(municipality);
    if (head.sequence == 0) continue;
    const auto row = reference->keyspace(ServiceId::kLedger)->Get(ledger::tables::HeadKey(municipality));
    if (row.ok() && *row && **row == ledger::tables::EncodeHead(head)) continue;
    world.context->Report("chains_differ", absl::StrCat("the chain of ", municipality.ToString(), " at entry ",
                                                        head.sequence, " is not what the ledger holds"));
  }
}

// Both ends of every mailbox have the same messages, by hash of the whole stream.
void CheckMailboxes(const WorldView& world, const std::vector<storage::ProjectionStore*>& references) {
  for (ServiceId service : kServices) {
    std::map<std::string, tables::OutboxHead> sent;     // key without its table: from, to
    std::map<std::string, tables::InboxHead> received;  // to, from turned around
    for (storage::ProjectionStore* store : references) {
      auto cursor = store->keyspace(service)->NewCursor();
      for (cursor->Seek(tables::TableStart(tables::kOutboxHead));
           cursor->Valid() && cursor->key() < tables::TableEnd(tables::kOutboxHead); cursor->Next()) {
        sent[std::string(cursor->key().substr(1))] = tables::DecodeOutboxHead(cursor->value());
      }
      for (cursor->Seek(tables::TableStart(tables::kInbox));
           cursor->Valid() && cursor->key() < tables::TableEnd(tables::kInbox); cursor->Next()) {
        const std::string key(cursor->key().substr(1));
        received[key.substr(4) + key.substr(0, 4)] = tables::DecodeInboxHead(cursor->value());
      }
    }
    for (const auto& [key, head] : sent) {
      const tables::InboxHead& other = received[key];
      if (other.last == head.last && other.stream_hash == head.stream_hash) continue;
      world.context->Report("mailbox_ends_differ",
                            absl::StrCat(std::string(ServiceName(service)), ": ",
                                         tables::DecodeNumber(key.substr(0, 4)), " sent ", head.last, " messages to ",
                                         tables::DecodeNumber(key.substr(4)), ", ", other.last, " were taken"));
    }
  }
}

}  // namespace

void CheckReplicas(const WorldView& world) {
  std::vector<std::unique_ptr<storage::MemoryProjectionStore>> stores;
  std::vector<storage::ProjectionStore*> references;
  for (PartitionId partition = 0; partition < kPartitions; ++partition) {
    stores.push_back(std::make_unique<storage::MemoryProjectionStore>());
    references.push_back(stores.back().get());
    if (auto status = FollowToTheEnd(world, partition, references.back()); !status.ok()) {
      return world.context->Report("log_not_replayable", status.ToString());
    }
    CheckLedger(world, partition, references.back());
    CheckImports(world, partition, references.back());
    CheckScores(world, partition, references.back());
    for (int id = 0; id < kProcesses; ++id) {
      Shard& shard = world.cluster->process(id).shards[static_cast<size_t>(partition)];
      const std::string who = absl::StrCat("process ", id, ", partition ", partition);
      Compare(world, who, references.back(), shard.store->get());
      shard.reader.reset();
      shard.live.reset();
      if (!shard.store->has_snapshot()) continue;
      shard.store->Damage();
      const auto status = FollowToTheEnd(world, partition, shard.store->get());
      if (!status.ok() && world.plan->lost_tails) continue;  // the snapshot stands on what was lost
      if (!status.ok()) return world.context->Report("snapshot_unusable", absl::StrCat(who, ": ", status.ToString()));
      Compare(world, who + ", from its snapshot", references.back(), shard.store->get());
    }
  }
  if (!world.plan->lost_tails) CheckMailboxes(world, references);
}

}  // namespace casehub::simulation
