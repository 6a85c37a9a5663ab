// What operators ask of the process: status, comparison and rebuild of stores, snapshots.
#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "casehub/operations/v1/operations_service.pb.h"
#include "services/model/timestamps.h"
#include "services/runtime/position_token.h"
#include "services/runtime/rebuild.h"
#include "services/standalone/shards.h"
#include "spdlog/spdlog.h"
#include "storage/projection/state_hash.h"

namespace casehub::standalone {

using host::Answer;
using host::Call;
namespace ops = operations::v1;

namespace {

runtime::Refused OperationFailed(const absl::Status& status) {
  spdlog::error("an operation failed: {}", status.ToString());
  return runtime::Refuse(runtime::Refusal::REFUSAL_OPERATION_FAILED).With("why", std::string(status.message()));
}

}  // namespace

void Shards::OperationsLoop() {
  constexpr auto kTick = std::chrono::milliseconds(100);
  for (;;) {
    std::unique_lock lock(operations_mutex_);
    operations_wake_.wait_for(lock, kTick, [&] { return stopping_ || !operations_.empty(); });
    if (!operations_.empty()) {
      Call call = std::move(operations_.front());
      operations_.pop_front();
      lock.unlock();
      Operate(call);
      continue;
    }
    lock.unlock();
    if (stopping_) return;
    for (size_t i = 0; i < polls_.size(); ++i) PollAgain(static_cast<PartitionId>(i), true);
  }
}

void Shards::Operate(const Call& call) {
  runtime::MessagePtr response;
  runtime::Refused refused;
  if (stopping_) {
    refused = runtime::Refuse(runtime::Refusal::REFUSAL_SHUTTING_DOWN);
  } else if (call.request_type == ops::GetStatusRequest::descriptor()) {
    response = GetStatus();
  } else if (call.request_type == ops::VerifyStoreRequest::descriptor()) {
    response = VerifyStore(static_cast<const ops::VerifyStoreRequest&>(*call.request).service(), false, &refused);
  } else if (call.request_type == ops::RebuildStoreRequest::descriptor()) {
    response = VerifyStore(static_cast<const ops::RebuildStoreRequest&>(*call.request).service(), true, &refused);
  } else if (call.request_type == ops::SnapshotStoreRequest::descriptor()) {
    response = SnapshotStore(&refused);
  } else {
    refused = OperationFailed(absl::UnimplementedError("this process does not know the operation"));
  }
  Answer answer;
  if (response) {
    answer.result = host::Answered{response->SerializeAsString()};
  } else {
    answer.result = std::move(refused);
  }
  call.done(std::move(answer));
}

runtime::MessagePtr Shards::GetStatus() {
  auto response = std::make_unique<ops::GetStatusResponse>();
  response->set_version(options_.version);
  *response->mutable_started_at() = ToTimestamp(started_at_);
  for (Municipality municipality : Municipalities()) response->add_municipalities(municipality.ToString());
  for (size_t i = 0; i < threads_.size(); ++i) {
    std::vector<runtime::StreamStatus> streams;
    threads_[i]->Run([&](runtime::Partition* partition) { streams = partition->Status(); });
    auto end = log_->End(static_cast<PartitionId>(i));
    for (const runtime::StreamStatus& stream : streams) {
      auto* status = response->add_streams();
      status->set_partition(static_cast<int32_t>(i));
      status->set_service(std::string(ServiceName(stream.service)));
      status->set_owner(stream.role == runtime::Stream::Role::kOwner);
      status->set_epoch(stream.epoch);
      status->set_owner_id(stream.owner.ToString());
      status->set_address(stream.address);
      const Offset last = end.ok() ? std::max(*end, stream.applied) : stream.applied;
      status->set_last_offset(last);
      status->set_applied_offset(stream.applied);
      status->set_lag(last - stream.applied);
      status->set_parked_cases(stream.parked);
      status->set_pending(stream.pending);
      status->set_blocked(stream.blocked);
    }
  }
  return response;
}

std::vector<Municipality> Shards::Municipalities() {
  std::vector<Municipality> all;
  for (auto& thread : threads_) {
    thread->Run([&](runtime::Partition* partition) {
      for (Municipality one : options_.municipalities(*partition)) all.push_back(one);
    });
  }
  std::sort(all.begin(), all.end());
  return all;
}

// Folds the log again in a second place while the live store goes on, then brings both to the same offset between two
// turns, and compares them from there.
absl::Status Shards::CompareOne(PartitionId partition, const runtime::Service& service, bool replace,
                                google::protobuf::Message* message) {
  auto* comparison = static_cast<ops::StoreComparison*>(message);
  const Shard& shard = shards_[static_cast<size_t>(partition)];
  auto target = shard.store->BeginRebuild(service.id());
  if (!target.ok()) return target.status();
  runtime::RebuildRequest request;
  request.log = log_;
  request.partition = partition;
  request.service = &service;
  for (const auto& one : shard.services) request.catalogue.push_back(one.get());
  request.target = *target;
  auto end = log_->End(partition);
  if (!end.ok()) return end.status();
  request.up_to = *end;
  const auto started = std::chrono::steady_clock::now();
  auto rebuilt = runtime::Rebuild(request);
  if (!rebuilt.ok()) return rebuilt.status();
  comparison->set_rebuild_micros(
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - started).count());
  absl::Status status;
  std::unique_ptr<storage::RowCursor> live;
  std::string difference;
  const bool ran = threads_[static_cast<size_t>(partition)]->Run([&](runtime::Partition* running) {
    status = running->Flush(options_.clock());
    if (!status.ok()) return;
    request.up_to = running->rule().offset();
    auto rest = runtime::Rebuild(request);
    status = rest.status();
    if (!status.ok()) return;
    if (rest->offset != request.up_to) {
      status = absl::UnavailableError("the partition is behind its log: try again once it has caught up");
      return;
    }
    comparison->set_offset(rest->offset);
    storage::Keyspace* keyspace = shard.store->keyspace(service.id());
    live = keyspace->NewCursor();
    if (!replace) return;
    // The live rows stay readable through the cursor; from here on the partition folds into the new ones.
    auto first = runtime::FirstDifference(*keyspace, **target);
    if (!first.ok()) {
      status = first.status();
      return;
    }
    difference = *first;
    status = running->ReplaceStore(service.id(), [&]() -> absl::StatusOr<storage::Keyspace*> {
      live.reset();
      if (auto swapped = shard.store->ReplaceWithRebuilt(service.id()); !swapped.ok()) return swapped;
      return shard.store->keyspace(service.id());
    });
  });
  if (!ran) return absl::UnavailableError("the partition is stopping");
  if (!status.ok()) return status;
  comparison->set_partition(partition);
  comparison->set_service(std::string(ServiceName(service.id())));
  if (replace) {
    comparison->set_equal(difference.empty());
    comparison->set_first_difference(difference);
    return absl::OkStatus();
  }
  auto live_hash = storage::HashRows(*live);
  auto rebuilt_hash = (*target)->Hash();
  if (!live_hash.ok()) return live_hash.status();
  if (!rebuilt_hash.ok()) return rebuilt_hash.status();
  comparison->set_live_hash(storage::HashToBytes(live_hash->hash));
  comparison->set_rebuilt_hash(storage::HashToBytes(rebuilt_hash->hash));
  comparison->set_rows(rebuilt_hash->rows);
  comparison->set_equal(*live_hash == *rebuilt_hash);
  if (!comparison->equal()) {
    auto first = runtime::FirstDifference(*live, **target);
    if (first.ok()) comparison->set_first_difference(*first);
  }
  live.reset();
  return shard.store->AbandonRebuild(service.id());
}

runtime::MessagePtr Shards::VerifyStore(const std::string& name, bool replace, runtime::Refused* refused) {
  auto verified = std::make_unique<ops::VerifyStoreResponse>();
  auto rebuilt = std::make_unique<ops::RebuildStoreResponse>();
  bool known = name.empty() && !replace;
  for (size_t i = 0; i < shards_.size(); ++i) {
    for (const auto& service : shards_[i].services) {
      if (!name.empty() && ServiceName(service->id()) != name) continue;
      if (name.empty() && replace) continue;
      known = true;
      auto* comparison = replace ? rebuilt->add_stores() : verified->add_stores();
      if (auto status = CompareOne(static_cast<PartitionId>(i), *service, replace, comparison); !status.ok()) {
        (void)shards_[i].store->AbandonRebuild(service->id());
        *refused = OperationFailed(status);
        return nullptr;
      }
    }
  }
  if (!known) {
    *refused = RefuseField("service", Phrase::PHRASE_SERVICE_NAME);
    return nullptr;
  }
  if (replace) return rebuilt;
  return verified;
}

runtime::MessagePtr Shards::SnapshotStore(runtime::Refused* refused) {
  auto response = std::make_unique<ops::SnapshotStoreResponse>();
  for (size_t i = 0; i < shards_.size(); ++i) {
    absl::Status status;
    const bool ran = threads_[i]->Run([&](runtime::Partition* partition) {
      status = partition->Flush(options_.clock());
      if (!status.ok()) return;
      auto name = shards_[i].store->Snapshot(static_cast<PartitionId>(i));
      status = name.status();
      if (name.ok()) response->add_folders(*name);
    });
    if (!ran) status = absl::UnavailableError("the partition is stopping");
    if (!status.ok()) {
      *refused = OperationFailed(status);
      return nullptr;
    }
  }
  return response;
}

}  // namespace casehub::standalone
