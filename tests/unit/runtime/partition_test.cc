// The partition and its streams over a toy service, one thread, by hand: what a turn appends, what a read-back does.
#include "services/runtime/partition.h"

#include <gtest/gtest.h>
#include <xxhash.h>

#include <algorithm>
#include <map>

#include "casehub/registry/v1/registry_events.pb.h"
#include "casehub/registry/v1/registry_service.pb.h"
#include "services/runtime/dispatch.h"
#include "services/runtime/rebuild.h"
#include "storage/projection/memory/memory_projection.h"

namespace casehub::runtime {
namespace {

using registry::v1::CloseOfficeRequest;
using registry::v1::RegisterOfficeRequest;
using registry::v1::RegisterOfficeResponse;
using registry::v1::RegistryEvent;

constexpr uint16_t kGreet = 1;
const Municipality kHome(330800);
const Municipality kAway(330700);

// RegisterOffice puts a row, due work and a message; its reaction puts another row. CloseOffice is refused.
class ToyService : public Service {
 public:
  explicit ToyService(ServiceId id) : id_(id) {}
  ServiceId id() const override { return id_; }
  const google::protobuf::Message& event_prototype() const override { return RegistryEvent::default_instance(); }
  bool Takes(const google::protobuf::Descriptor&) const override { return true; }

  Outcome Decide(const google::protobuf::Message& request, const DecideContext& context,
                 const StateReader& state) const override {
    if (request.GetDescriptor() == CloseOfficeRequest::descriptor()) return Refuse(Refusal::REFUSAL_OFFICE_UNKNOWN);
    const auto& office = static_cast<const RegisterOfficeRequest&>(request).office();
    if (office.name() == "defect") return Defect{"planted", context.NewId("case")};
    if (state.Get("o" + office.office_id())) return Refuse(Refusal::REFUSAL_ALREADY_DONE);
    RegistryEvent event;
    event.set_case_id(context.NewId("case").ToString());
    *event.mutable_office_registered()->mutable_office() = office;
    RegisterOfficeResponse reply;
    reply.set_office_id(office.office_id());
    return Decided(std::vector{event}, reply, {storage::MunicipalitySubject(context.municipality)});
  }
  Outcome React(const DueRow& row, const DecideContext&, const StateReader&) const override {
    RegistryEvent event;
    event.mutable_office_closed()->set_office_id(row.work.payload);
    return Recorded(std::vector{event});
  }
  Outcome Receive(const Incoming& message, const DecideContext&, const StateReader&) const override {
    if (unknown_case) return Defect{"a message about no case", unknown_case};
    RegistryEvent event;
    event.mutable_practitioner_registered()->mutable_practitioner()->set_practitioner_id(std::string(message.payload));
    return Recorded(std::vector{event});
  }
  void Apply(const AppliedRecord& record, size_t index, StateWriter& state) const override {
    if (record.header->service != id_) return;
    const auto& event = static_cast<const RegistryEvent&>(*record.events[index]);
    if (event.has_office_registered()) {
      const auto& office = event.office_registered().office();
      state.Put("o" + office.office_id(), office.name());
      state.AddDue(kImmediately, {kGreet, record.header->municipality, office.office_id()});
      RegistryEvent message;
      message.mutable_office_closed()->set_office_id(office.office_id());
      state.Send(record.header->municipality, kAway, message);
    } else if (event.has_office_closed()) {
      state.Put("g" + event.office_closed().office_id(), "greeted");
    } else {
      state.Put("m" + event.practitioner_registered().practitioner().practitioner_id(), "mail");
    }
  }
  QueryResult Query(const google::protobuf::Message&, const QueryContext&, const StateReader& state) const override {
    auto reply = std::make_unique<RegisterOfficeResponse>();
    int rows = 0;
    state.Scan("o", "p", [&](std::string_view, std::string_view) { return ++rows > 0; });
    reply->set_office_id(std::to_string(rows));
    return MessagePtr(std::move(reply));
  }

  std::optional<Uuid> unknown_case;  // what messages are about is not here (yet)

 private:
  ServiceId id_;
};

// A log of one partition as a vector; the test decides what of an append arrives.
struct VectorLog {
  std::vector<storage::LogEntry> entries;
  void Add(const storage::SharedBytes& bytes) {
    const auto offset = static_cast<Offset>(entries.size());
    entries.push_back({offset, {1'000'000'000 + offset}, bytes});
  }
};

struct Host {
  explicit Host(VectorLog* log_in, Plants plants = {}) : log(log_in) { Open(plants); }

  void Open(Plants plants = {}) {
    PartitionConfig config;
    config.services = {&service};
    config.keyspaces = {store.keyspace(ServiceId::kRegistry)};
    config.mint = [this](Instant now) { return Uuid::V7(now.micros / 1000, seed, ++minted); };
    config.read_at = [this](Offset offset) -> absl::StatusOr<storage::LogEntry> {
      return log->entries[static_cast<size_t>(offset)];
    };
    config.plants = plants;
    auto opened = Partition::Open(std::move(config));
    EXPECT_TRUE(opened.ok()) << opened.status();
    partition = *std::move(opened);
    partition->SetHint(ServiceId::kRegistry, true);
    next = static_cast<size_t>(partition->read_after() + 1);
    seed = ++hosts;
  }
  // The process ends in peace and starts again with what its store holds.
  void Restart(Plants plants = {}) {
    EXPECT_TRUE(partition->Flush(now).ok());
    Open(plants);
  }

  TurnOutput Turn(std::vector<std::shared_ptr<CommandInput>> commands = {}) {
    TurnInput input;
    input.now = now;
    input.callers_at = callers_at;
    for (; next < log->entries.size(); ++next) input.entries.push_back(log->entries[next]);
    input.at_end = input.entries.empty();
    input.commands = std::move(commands);
    input.mail = std::move(mail);
    input.acks = std::move(acks);
    mail.clear();
    acks.clear();
    TurnOutput out;
    partition->Turn(std::move(input), &out);
    EXPECT_TRUE(out.fatal.ok()) << out.fatal;
    for (const auto& rows : out.write_backs) rows->Run();
    EXPECT_TRUE(partition->EndWriteBacks(out.write_backs).ok());
    for (Reply& reply : out.replies) replies[reply.ticket] = reply;
    return out;
  }
  // Turns until nothing is appended any more; everything appended arrives.
  void Settle() {
    for (int i = 0; i < 100; ++i) {
      TurnOutput out = Turn();
      for (const auto& bytes : out.append.records) log->Add(bytes);
      if (out.append.records.empty() && next == log->entries.size() && partition->Idle()) return;
    }
    FAIL() << "does not settle";
  }
  void Append(const TurnOutput& out) {
    for (const auto& bytes : out.append.records) log->Add(bytes);
  }
  const StreamCounters& counters() const { return partition->stream(0).counters(); }

  static inline uint64_t hosts = 0;
  VectorLog* log;
  Instant callers_at;
  uint64_t seed = 0;
  uint64_t minted = 0;
  ToyService service{ServiceId::kRegistry};
  storage::MemoryProjectionStore store;
  std::unique_ptr<Partition> partition;
  size_t next = 0;
  Instant now{1'764'000'000'000'000};
  std::vector<Mail> mail;
  std::vector<MailAck> acks;
  std::map<uint64_t, Reply> replies;
};

std::shared_ptr<CommandInput> Register(uint64_t ticket, const std::string& office, Uuid id, std::string name = "name") {
  auto request = std::make_shared<RegisterOfficeRequest>();
  request->mutable_office()->set_office_id(office);
  request->mutable_office()->set_name(std::move(name));
  auto command = std::make_shared<CommandInput>();
  command->ticket = ticket;
  command->service = ServiceId::kRegistry;
  command->municipality = kHome;
  command->command_id = id;
  command->fingerprint = storage::HashBytes(request->SerializeAsString());
  command->request = std::move(request);
  return command;
}

Uuid RequestId(uint64_t i) { return Uuid::V7(1'764'000'000'000, 7, i); }

std::string OfficeOf(const Reply& reply) {
  RegisterOfficeResponse response;
  EXPECT_TRUE(std::holds_alternative<Answered>(reply.result));
  EXPECT_TRUE(response.ParseFromString(std::get<Answered>(reply.result).bytes));
  return response.office_id();
}

Refusal ReasonOf(const Reply& reply) {
  const auto* refused = std::get_if<Refused>(&reply.result);
  return refused == nullptr ? Refusal::REFUSAL_UNSPECIFIED : refused->reason;
}

TEST(PartitionTest, AnswersOnlyWhatWasReadBack) {
  VectorLog log;
  Host host(&log);
  host.Settle();
  EXPECT_TRUE(host.partition->AllOwned());
  TurnOutput out = host.Turn({Register(1, "a", RequestId(1))});
  ASSERT_EQ(out.append.records.size(), 1u);
  EXPECT_TRUE(host.replies.empty());
  host.Append(out);
  host.Turn();
  EXPECT_EQ(OfficeOf(host.replies[1]), "a");
  EXPECT_TRUE(host.replies[1].recorded);
}

TEST(PartitionTest, CallersGoBeforeImportsWhichStillGetOn) {
  VectorLog log;
  Host host(&log);
  host.Settle();
  std::vector<std::shared_ptr<CommandInput>> commands;
  for (uint64_t i = 1; i <= 5; ++i) {
    commands.push_back(Register(i, "import" + std::to_string(i), RequestId(i)));
    commands.back()->bulk = true;
  }
  commands.push_back(Register(6, "caller", RequestId(6)));
  TurnOutput out = host.Turn(std::move(commands));
  ASSERT_EQ(out.append.records.size(), 2u);  // the caller, and one import behind it
  EXPECT_EQ(storage::DecodeRecord(*out.append.records[0])->command_id, RequestId(6));
  EXPECT_EQ(storage::DecodeRecord(*out.append.records[1])->command_id, RequestId(1));
  EXPECT_TRUE(out.more);
  host.Append(out);
  host.Settle();
  for (uint64_t i = 1; i <= 6; ++i) EXPECT_TRUE(host.replies[i].recorded) << i;
  std::vector<Uuid> order;
  for (const auto& entry : log.entries) {
    const auto record = storage::DecodeRecord(*entry.bytes);
    if (record->fingerprint != Hash128()) order.push_back(record->command_id);
  }
  EXPECT_EQ(order, (std::vector{RequestId(6), RequestId(1), RequestId(2), RequestId(3), RequestId(4), RequestId(5)}));
}

TEST(PartitionTest, ImportsRestWhileCallersAreAbout) {
  VectorLog log;
  Host host(&log);
  host.Settle();
  host.callers_at = host.now;
  const auto imports_in = [](const TurnOutput& out) {  // the rest are reactions
    return std::count_if(out.append.records.begin(), out.append.records.end(),
                         [](const auto& bytes) { return storage::DecodeRecord(*bytes)->fingerprint != Hash128(); });
  };
  std::vector<std::shared_ptr<CommandInput>> imports;
  for (uint64_t i = 1; i <= 2; ++i) {
    imports.push_back(Register(i, "import" + std::to_string(i), RequestId(i)));
    imports.back()->bulk = true;
  }
  TurnOutput out = host.Turn(std::move(imports));
  EXPECT_EQ(imports_in(out), 1);
  EXPECT_FALSE(out.more);
  host.Append(out);
  host.now.micros += 2'000;
  out = host.Turn();
  EXPECT_TRUE(host.replies[1].recorded);
  EXPECT_EQ(imports_in(out), 0);
  EXPECT_EQ(out.wake_at, (Instant{host.now.micros + 6'000}));
  EXPECT_EQ(host.counters().imports_rested, 1u);
  host.Append(out);
  host.now = out.wake_at;
  out = host.Turn();
  EXPECT_EQ(imports_in(out), 1);
  host.Append(out);
  host.Turn();
  EXPECT_TRUE(host.replies[2].recorded);
}

TEST(PartitionTest, ARecordOfANewerFormatStopsThePartition) {
  VectorLog log;
  Host host(&log);
  host.Settle();
  TurnOutput out = host.Turn({Register(1, "a", RequestId(1))});
  std::string newer = *out.append.records[0];
  newer[0] = static_cast<char>(newer[0] + 1);
  newer.resize(newer.size() - sizeof(uint64_t));
  uint64_t checksum = XXH3_64bits(newer.data(), newer.size());
  newer.append(reinterpret_cast<const char*>(&checksum), sizeof checksum);
  log.Add(std::make_shared<const std::string>(newer));
  TurnInput input;
  input.now = host.now;
  input.entries = {log.entries.back()};
  input.commands = {Register(7, "b", RequestId(7))};
  TurnOutput stopped;
  host.partition->Turn(std::move(input), &stopped);
  EXPECT_TRUE(absl::IsFailedPrecondition(stopped.fatal)) << stopped.fatal;
  EXPECT_NE(std::string(stopped.fatal.message()).find("upgrade casehub"), std::string::npos) << stopped.fatal;
  ASSERT_EQ(stopped.replies.size(), 1u);  // nobody is left without an answer
  EXPECT_EQ(stopped.replies[0].ticket, 7u);
  EXPECT_EQ(std::get<Refused>(stopped.replies[0].result).reason, Refusal::REFUSAL_OUTCOME_UNKNOWN);
}

TEST(PartitionTest, ReactionsFollowAndSettleTheirRows) {
  VectorLog log;
  Host host(&log);
  host.Settle();
  host.Append(host.Turn({Register(1, "a", RequestId(1))}));
  host.Settle();
  EXPECT_EQ(host.partition->rows(0).overlay.Get("ga", Overlay::Level::kApplied), "greeted");
  EXPECT_EQ(host.counters().reactions, 1u);
}

TEST(PartitionTest, RepeatGetsTheFirstReplyAlsoWhilePendingAndAfterRestart) {
  VectorLog log;
  Host host(&log);
  host.Settle();
  host.Append(host.Turn({Register(1, "a", RequestId(1)), Register(2, "a", RequestId(1))}));
  host.Settle();
  EXPECT_EQ(OfficeOf(host.replies[2]), "a");
  EXPECT_EQ(host.replies[2].offset, host.replies[1].offset);
  EXPECT_FALSE(host.replies[2].recorded);

  Host again(&log);
  again.Settle();
  again.Append(again.Turn({Register(3, "a", RequestId(1)), Register(4, "b", RequestId(1))}));
  again.Settle();
  EXPECT_EQ(OfficeOf(again.replies[3]), "a");
  EXPECT_EQ(again.replies[3].offset, host.replies[1].offset);
  EXPECT_EQ(ReasonOf(again.replies[4]), Refusal::REFUSAL_REQUEST_ID_REUSED);
}

TEST(PartitionTest, ARepeatIsKnownFromTheStore) {
  for (const bool forgotten : {false, true}) {
    VectorLog log;
    Host host(&log);
    host.Settle();
    host.Append(host.Turn({Register(1, "a", RequestId(1))}));
    host.Settle();
    Plants plants;
    plants.ids_before_start_forgotten = forgotten;
    host.Restart(plants);
    host.Settle();
    host.Append(host.Turn({Register(2, "b", RequestId(1)), Register(3, "b", RequestId(2))}));
    host.Settle();
    EXPECT_EQ(ReasonOf(host.replies[2]), forgotten ? Refusal::REFUSAL_UNSPECIFIED : Refusal::REFUSAL_REQUEST_ID_REUSED);
    EXPECT_EQ(ReasonOf(host.replies[3]), forgotten ? Refusal::REFUSAL_ALREADY_DONE : Refusal::REFUSAL_UNSPECIFIED);
  }
}

// A store that takes another's place may stand further than the partition: what it holds is not folded here.
TEST(PartitionTest, ARepeatIsKnownFromAStoreThatStandsFurther) {
  VectorLog log;
  Host ahead(&log);
  ahead.Settle();
  ahead.Append(ahead.Turn({Register(1, "a", RequestId(1))}));
  VectorLog before;
  before.entries.assign(log.entries.begin(), log.entries.end() - 1);
  ahead.Settle();
  ASSERT_TRUE(ahead.partition->Flush(ahead.now).ok());

  Host host(&before);
  host.Settle();
  ASSERT_TRUE(host.partition->Flush(host.now).ok());
  const absl::Status status = host.partition->ReplaceStore(
      ServiceId::kRegistry,
      [&]() -> absl::StatusOr<storage::Keyspace*> { return ahead.store.keyspace(ServiceId::kRegistry); });
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_TRUE(host.partition->rows(0).recent_ids.MayHold(RequestId(1)));
}

TEST(PartitionTest, RefusalWaitsForABarrier) {
  VectorLog log;
  Host host(&log);
  host.Settle();
  host.Append(host.Turn({Register(1, "a", RequestId(1))}));
  host.Settle();
  TurnOutput out = host.Turn({Register(2, "a", RequestId(2))});
  EXPECT_EQ(out.append.records.size(), 1u);
  EXPECT_EQ(host.replies.count(2), 0u);
  host.Append(out);
  host.Turn();
  EXPECT_EQ(ReasonOf(host.replies[2]), Refusal::REFUSAL_ALREADY_DONE);
  EXPECT_EQ(host.counters().barriers, 1u);
}

TEST(PartitionTest, IdsOutsideTheSpanAreRefused) {
  VectorLog log;
  Host host(&log);
  host.Settle();
  const int64_t now_millis = host.now.micros / 1000;
  host.Append(host.Turn({Register(1, "a", Uuid::V7(now_millis - 31ll * 86'400'000, 1, 1)),
                         Register(2, "a", Uuid::V7(now_millis + 3'600'000, 1, 1))}));
  host.Settle();
  EXPECT_EQ(ReasonOf(host.replies[1]), Refusal::REFUSAL_REQUEST_ID_TOO_OLD);
  EXPECT_EQ(ReasonOf(host.replies[2]), Refusal::REFUSAL_REQUEST_ID_IN_FUTURE);
}

TEST(PartitionTest, LostRecordIsDecidedAgainWithAllBehindIt) {
  VectorLog log;
  Host host(&log);
  host.Settle();
  TurnOutput out =
      host.Turn({Register(1, "a", RequestId(1)), Register(2, "b", RequestId(2)), Register(3, "c", RequestId(3))});
  ASSERT_EQ(out.append.records.size(), 3u);
  log.Add(out.append.records[1]);  // the first one is lost
  log.Add(out.append.records[2]);
  host.Settle();
  EXPECT_EQ(OfficeOf(host.replies[1]), "a");
  EXPECT_EQ(OfficeOf(host.replies[2]), "b");
  EXPECT_EQ(OfficeOf(host.replies[3]), "c");
  EXPECT_EQ(host.counters().redone, 1u);
}

TEST(PartitionTest, LastRecordLostIsFoundByAProbe) {
  VectorLog log;
  Host host(&log);
  host.Settle();
  host.Turn({Register(1, "a", RequestId(1))});  // lost
  host.now.micros += 1'000'000;
  host.Settle();
  EXPECT_EQ(OfficeOf(host.replies[1]), "a");
  EXPECT_EQ(host.counters().probes, 1u);
}

TEST(PartitionTest, RefusedAppendIsTakenBack) {
  VectorLog log;
  Host host(&log);
  host.Settle();
  TurnOutput out = host.Turn({Register(1, "a", RequestId(1))});
  TurnOutput undone;
  host.partition->OnAppendRefused(absl::UnavailableError("disk full"), &undone);
  ASSERT_EQ(undone.replies.size(), 1u);
  EXPECT_EQ(ReasonOf(undone.replies[0]), Refusal::REFUSAL_LOG_UNAVAILABLE);
  host.Append(host.Turn({Register(2, "a", RequestId(1))}));
  host.Settle();
  EXPECT_EQ(OfficeOf(host.replies[2]), "a");
}

TEST(PartitionTest, ZombieLosesItsEpochAndHarmsNothing) {
  VectorLog log;
  Host old_owner(&log);
  old_owner.Settle();
  TurnOutput late = old_owner.Turn({Register(1, "a", RequestId(1))});
  Host new_owner(&log);
  new_owner.Settle();
  new_owner.Append(new_owner.Turn({Register(2, "b", RequestId(2))}));
  new_owner.Settle();
  old_owner.Append(late);  // arrives behind the new epoch
  old_owner.partition->SetHint(ServiceId::kRegistry, false);
  old_owner.Settle();
  new_owner.Settle();
  EXPECT_EQ(ReasonOf(old_owner.replies[1]), Refusal::REFUSAL_NOT_OWNER);
  EXPECT_EQ(new_owner.partition->rows(0).overlay.Get("oa", Overlay::Level::kApplied), std::nullopt);
  ASSERT_TRUE(old_owner.partition->Flush({1}).ok());
  ASSERT_TRUE(new_owner.partition->Flush({1}).ok());
  EXPECT_EQ(*old_owner.store.keyspace(ServiceId::kRegistry)->Hash(),
            *new_owner.store.keyspace(ServiceId::kRegistry)->Hash());
}

TEST(PartitionTest, MailIsTakenInOrderOnceAndItsOutboxEmptied) {
  VectorLog log, far_log;
  Host sender(&log), receiver(&far_log);
  sender.Settle();
  receiver.Settle();
  sender.Append(sender.Turn({Register(1, "a", RequestId(1)), Register(2, "b", RequestId(2))}));
  std::vector<Mail> sent;
  for (int i = 0; i < 4; ++i) {
    TurnOutput out = sender.Turn();
    sender.Append(out);
    sent.insert(sent.end(), out.mail.begin(), out.mail.end());
  }
  ASSERT_EQ(sent.size(), 2u);
  receiver.mail = {sent[1]};  // ahead of its predecessor: not taken
  receiver.Settle();
  EXPECT_EQ(receiver.partition->stream(0).AppliedMail(kAway, kHome), 0u);
  receiver.mail = {sent[0], sent[1], sent[0]};
  receiver.Append(receiver.Turn());
  TurnOutput taken = receiver.Turn();
  ASSERT_FALSE(taken.acks.empty());
  EXPECT_EQ(taken.acks.back().up_to, 2u);
  sender.acks = taken.acks;
  sender.Settle();
  int left = 0;
  sender.partition->rows(0).overlay.Scan(tables::TableStart(tables::kOutbox), tables::TableEnd(tables::kOutbox),
                                         Overlay::Level::kApplied,
                                         [&](std::string_view, std::string_view) { return ++left > 0; });
  EXPECT_EQ(left, 0);
}

TEST(PartitionTest, DefectParksItsCaseAndThePartitionGoesOn) {
  VectorLog log;
  Host host(&log);
  host.Settle();
  host.Append(host.Turn({Register(1, "a", RequestId(1), "defect"), Register(2, "b", RequestId(2))}));
  host.Settle();
  EXPECT_EQ(ReasonOf(host.replies[1]), Refusal::REFUSAL_DEFECT);
  EXPECT_EQ(OfficeOf(host.replies[2]), "b");
  EXPECT_EQ(host.partition->Status()[0].parked, 1u);
}

// A record of another service that changes how something stands, as its owner would write it into the same partition.
void AddOfTransfer(const storage::Subject& changed, VectorLog* log, Host* reader) {
  const auto add = [&](storage::Record record) {
    reader->Turn();
    const storage::EffectiveRule& rule = reader->partition->rule();
    record.service = ServiceId::kTransfer;
    record.owner = RequestId(99);
    record.epoch = 1;
    record.read_up_to = rule.offset();
    record.log_digest = rule.log_digest();
    if (record.kind != storage::RecordKind::kOwnerEpoch) {
      record.sequence = rule.stream(ServiceId::kTransfer).next_sequence;
      record.head = rule.stream(ServiceId::kTransfer).head;
    }
    log->Add(std::make_shared<const std::string>(*storage::EncodeRecord(record)));
  };
  storage::Record epoch, moved;
  epoch.kind = storage::RecordKind::kOwnerEpoch;
  add(epoch);
  moved.kind = storage::RecordKind::kEvents;
  moved.changes = {changed};
  add(moved);
}

TEST(PartitionTest, AnOwnerThatLagsBehindParksNoCase) {
  VectorLog log;
  Host host(&log);
  host.Settle();
  const Uuid case_id = RequestId(77);
  const std::string payload = "forwarded";
  host.mail = {{ServiceId::kRegistry, kAway, kHome, 1, storage::Chain({}, storage::HashBytes(payload)), payload}};
  host.service.unknown_case = case_id;
  const TurnOutput parks = host.Turn();
  ASSERT_EQ(parks.append.records.size(), 2u);  // the case is parked, the message is taken
  Host other(&log);
  other.partition->SetHint(ServiceId::kRegistry, false);
  AddOfTransfer(storage::CaseSubject(case_id), &log, &other);  // meanwhile the case came here
  host.Append(parks);
  host.service.unknown_case.reset();
  host.Settle();
  EXPECT_EQ(host.counters().redo_overtaken, 1u);
  EXPECT_EQ(host.partition->Status()[0].parked, 0u);
  EXPECT_EQ(host.partition->stream(0).AppliedMail(kHome, kAway), 1u);
  EXPECT_TRUE(host.partition->rows(0).overlay.Get("mforwarded", Overlay::Level::kApplied));
}

TEST(PartitionTest, ReplayEqualsLive) {
  VectorLog log;
  Host host(&log);
  host.Settle();
  for (uint64_t i = 0; i < 50; ++i) {
    host.Append(host.Turn({Register(i, "o" + std::to_string(i % 20), RequestId(i))}));
    if (i % 10 == 9) host.Settle();
  }
  host.Settle();
  ASSERT_TRUE(host.partition->Flush({1}).ok());
  Host replay(&log);
  replay.partition->SetHint(ServiceId::kRegistry, false);
  replay.Turn();
  ASSERT_TRUE(replay.partition->Flush({1}).ok());
  EXPECT_EQ(*host.store.keyspace(ServiceId::kRegistry)->Hash(), *replay.store.keyspace(ServiceId::kRegistry)->Hash());
}

}  // namespace
}  // namespace casehub::runtime
