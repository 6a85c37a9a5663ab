// One partition on its threads: what it takes in, what it answers when it cannot go on, and that its rows, which a
// second thread writes and a third folds again, are those of the log.
#include "services/runtime/partition_thread.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <random>
#include <thread>

#include "casehub/registry/v1/registry_events.pb.h"
#include "casehub/registry/v1/registry_service.pb.h"
#include "services/runtime/dispatch.h"
#include "services/runtime/rebuild.h"
#include "storage/log/embedded/embedded_log.h"
#include "storage/log/simulated/simulated_log.h"
#include "storage/projection/memory/memory_projection.h"
#include "tests/support/test_folder.h"

namespace casehub::runtime {
namespace {

using registry::v1::RegistryEvent;

const Municipality kHome(330800);

Instant Now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
}
Instant Limit() { return {Now().micros + 60 * kMicrosPerSecond}; }

// Every request is an event, and every event a row.
class RowService : public Service {
 public:
  ServiceId id() const override { return ServiceId::kRegistry; }
  const google::protobuf::Message& event_prototype() const override { return RegistryEvent::default_instance(); }
  bool Takes(const google::protobuf::Descriptor&) const override { return true; }
  Outcome Decide(const google::protobuf::Message&, const DecideContext& context, const StateReader&) const override {
    std::vector<RegistryEvent> events(1);
    events[0].set_case_id(context.command_id.ToString());
    return Recorded(std::move(events));
  }
  Outcome React(const DueRow&, const DecideContext&, const StateReader&) const override { return Decision(); }
  Outcome Receive(const Incoming&, const DecideContext&, const StateReader&) const override { return Decision(); }
  void Apply(const AppliedRecord& record, size_t index, StateWriter& state) const override {
    state.Put("r" + static_cast<const RegistryEvent&>(*record.events[index]).case_id(), "here");
  }
  QueryResult Query(const google::protobuf::Message&, const QueryContext&, const StateReader&) const override {
    return Refuse(Refusal::REFUSAL_METHOD_UNKNOWN);
  }
};

class PartitionThreadTest : public ::testing::Test {
 protected:
  void TearDown() override { thread_.reset(); }  // before the log it stands on

  void Start(storage::EventLog* log, PartitionLimits limits, size_t unanswered_calls_max) {
    PartitionConfig config;
    config.services = {&service_};
    config.keyspaces = {store_.keyspace(ServiceId::kRegistry)};
    config.mint = [this](Instant now) { return Uuid::V7(now.micros / 1000, 1, ++minted_); };
    config.read_at = [log](Offset offset) { return log->ReadAt(0, offset); };
    config.limits = limits;
    PartitionThread::Options options;
    options.unanswered_calls_max = unanswered_calls_max;
    options.clock = Now;
    options.on_reply = [this](const Reply& reply) {
      ++(std::holds_alternative<Answered>(reply.result) ? answered_ : refused_);
    };
    options.on_mail = [](const Mail&) {};
    options.on_ack = [](const MailAck&) {};
    options.on_store = [this](PartitionId, const absl::Status& problem) { stores_refused_ += problem.ok() ? -1 : 1; };
    options.on_fatal = [this](PartitionId, const absl::Status&) { failed_ = true; };
    auto thread = PartitionThread::Start(log, std::move(config), std::move(options));
    ASSERT_TRUE(thread.ok()) << thread.status();
    thread_ = *std::move(thread);
  }
  bool Owned() {
    bool owned = false;
    return thread_->Run([&](Partition* partition) { owned = partition->AllOwned(); }) && owned;
  }
  PartitionThread::Posted PostCommand() {
    const uint64_t number = ++minted_;
    auto command = std::make_shared<CommandInput>();
    command->service = ServiceId::kRegistry;
    command->municipality = kHome;
    command->command_id = Uuid::V7(Now().micros / 1000, 2, number);
    command->fingerprint = {1, number};
    command->request = std::make_shared<registry::v1::RegisterOfficeRequest>();
    command->received_at = Now();
    return thread_->Post(std::move(command));
  }
  PartitionThread::Posted PostQuery() {
    QueryInput query;
    query.service = ServiceId::kRegistry;
    query.municipality = kHome;
    query.request = std::make_shared<registry::v1::ListOfficesRequest>();
    query.deadline = Limit();
    return thread_->Post(std::move(query));
  }
  size_t RowsHere() {
    size_t here = 0;
    const auto cursor = rows()->NewCursor();
    for (cursor->Seek("r"); cursor->Valid() && cursor->key() < "s"; cursor->Next()) ++here;
    return here;
  }
  storage::Keyspace* rows() { return store_.keyspace(ServiceId::kRegistry); }

  std::atomic<uint64_t> minted_{0};
  std::atomic<size_t> answered_{0}, refused_{0};
  std::atomic<int> stores_refused_{0};
  std::atomic<bool> failed_{false};
  storage::MemoryProjectionStore store_;
  RowService service_;
  std::unique_ptr<PartitionThread> thread_;
};

// On a log that gives back what was appended only when it is told to.
class HangingLog : public PartitionThreadTest {
 protected:
  std::mt19937_64 random_{1};
  storage::SimulatedLog world_{{1, Now, [this] { return random_(); }, {}}};
};

// So that memory stays bounded, and callers learn at once that they should come back.
TEST_F(HangingLog, NoMoreIsTakenThanThereIsRoomFor) {
  constexpr size_t kRoom = 64;
  PartitionLimits limits;
  limits.stream.pipeline_records_max = 16;
  Start(world_.Connect(1), limits, kRoom);
  for (const Instant limit = Limit(); !Owned(); world_.DeliverAll()) ASSERT_LT(Now(), limit) << "no take-over";

  size_t taken = 0;
  for (int i = 0; i < 2000; ++i) {
    taken += PostCommand() == PartitionThread::Posted::kAccepted;
    ASSERT_TRUE(thread_->Run([](Partition*) {}));  // a turn has seen it
  }
  EXPECT_EQ(taken, kRoom);
  EXPECT_EQ(PostQuery(), PartitionThread::Posted::kFull);
  EXPECT_EQ(answered_ + refused_, 0u);

  for (const Instant limit = Limit(); answered_ < taken; world_.DeliverAll()) {
    ASSERT_LT(Now(), limit) << answered_ << " of " << taken;
  }
  EXPECT_EQ(PostCommand(), PartitionThread::Posted::kAccepted) << "there is room again";
}

class EmbeddedLogBelow : public PartitionThreadTest {
 protected:
  void SetUp() override {
    storage::EmbeddedLogOptions options;
    options.folder = folder_.path() / "log";
    options.partitions = 1;
    options.clock = Now;
    auto log = storage::EmbeddedLog::Open(std::move(options));
    ASSERT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
    PartitionLimits limits;
    limits.write_back_records_max = 16;
    limits.write_back_rows_max = 32;
    limits.write_back_retry_micros = 1000;
    Start(log_.get(), limits, 4096);
    for (const Instant limit = Limit(); !Owned();) ASSERT_LT(Now(), limit) << "no take-over";
  }

  // Calls from several threads at once, one at a time or many in flight; how many were taken in.
  size_t Load(int calls_each) {
    constexpr int kClients = 4;
    std::atomic<size_t> taken{0};
    std::vector<std::thread> clients;
    for (int client = 0; client < kClients; ++client) {
      clients.emplace_back([&, client] {
        for (int i = 0; i < calls_each; ++i) {
          const auto posted = i % 8 == 7 ? PostQuery() : PostCommand();
          taken += posted == PartitionThread::Posted::kAccepted;
          if (client == 0) std::this_thread::yield();
        }
      });
    }
    for (std::thread& client : clients) client.join();
    return taken;
  }
  void AwaitAnswers(size_t calls) {
    for (const Instant limit = Limit(); answered_ + refused_ < calls; std::this_thread::yield()) {
      ASSERT_LT(Now(), limit) << answered_ + refused_ << " of " << calls;
    }
  }

  host::TestFolder folder_;
  std::unique_ptr<storage::EmbeddedLog> log_;
};

TEST_F(EmbeddedLogBelow, RowsWrittenBesideTheTurnsAreThoseOfTheLog) {
  constexpr int kEach = 400;
  const size_t calls = Load(kEach);
  // Folded again by another thread while the partition still works.
  ASSERT_EQ(Load(kEach), calls);
  storage::MemoryProjectionStore again;
  RebuildRequest request;
  request.log = log_.get();
  request.service = &service_;
  request.catalogue = {&service_};
  request.target = again.keyspace(ServiceId::kRegistry);
  request.up_to = *log_->End(0);
  ASSERT_TRUE(Rebuild(request).ok());
  AwaitAnswers(2 * calls);
  EXPECT_EQ(answered_, 2 * calls * 7 / 8);
  EXPECT_EQ(refused_, 2 * calls / 8) << "the queries, which this service does not know";

  ASSERT_TRUE(thread_->Stop(Limit()).ok());
  request.up_to = *log_->End(0);
  ASSERT_TRUE(Rebuild(request).ok());
  const auto difference = FirstDifference(*rows(), *request.target);
  ASSERT_TRUE(difference.ok());
  EXPECT_EQ(*difference, "");
  EXPECT_EQ(RowsHere(), answered_);
}

TEST_F(EmbeddedLogBelow, AStoreWithoutRoomIsAskedAgain) {
  auto* store = store_.memory_keyspace(ServiceId::kRegistry);
  store->FailWrites(absl::UnavailableError("no space left on device"));
  size_t calls = 0;
  for (const Instant limit = Limit(); refused_ == 0; AwaitAnswers(calls)) {
    ASSERT_LT(Now(), limit) << "rows gather without bound";
    calls += PostCommand() == PartitionThread::Posted::kAccepted;
  }
  EXPECT_GT(answered_, 0u) << "until then they waited in memory";
  EXPECT_EQ(stores_refused_, 1) << "it is told once";

  store->FailWrites(absl::OkStatus());
  for (const Instant limit = Limit(); refused_ + answered_ < calls || stores_refused_ > 0;) {
    ASSERT_LT(Now(), limit) << "the store was not asked again";
    std::this_thread::yield();
  }
  const size_t before = answered_;
  ASSERT_EQ(PostCommand(), PartitionThread::Posted::kAccepted);
  AwaitAnswers(calls + 1);
  EXPECT_EQ(answered_, before + 1);
  EXPECT_FALSE(failed_);
  ASSERT_TRUE(thread_->Stop(Limit()).ok());
  EXPECT_EQ(RowsHere(), answered_);
}

TEST_F(EmbeddedLogBelow, EveryCallIsAnsweredWhenTheStoreIsDamaged) {
  size_t calls = 0;
  for (const Instant limit = Limit(); !failed_;) {
    ASSERT_LT(Now(), limit) << "the failing store was not noticed";
    calls += PostCommand() == PartitionThread::Posted::kAccepted;
    if (calls == 500) {
      store_.memory_keyspace(ServiceId::kRegistry)->FailWrites(absl::DataLossError("a block is damaged"));
    }
  }
  EXPECT_EQ(answered_ + refused_, calls);
  EXPECT_EQ(PostCommand(), PartitionThread::Posted::kStopping);
}

}  // namespace
}  // namespace casehub::runtime
