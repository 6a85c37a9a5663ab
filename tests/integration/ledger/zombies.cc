#include "tests/integration/ledger/zombies.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <memory>

#include "casehub/intake/v1/intake_events.pb.h"

namespace casehub::testing {
namespace {

using storage::Record;
using storage::RecordKind;

constexpr std::chrono::seconds kDurableLimit{20};
constexpr int kLookMillis = 5;

std::string ZombieEvent() {
  intake::v1::IntakeEvent event;
  event.set_case_id(kZombieCase);
  event.mutable_occurred_at()->set_seconds(1'764'000'000);
  event.mutable_contact_registered()->set_ordinal(1);
  return event.SerializeAsString();
}

// The newest effective record of intake that holds events of this municipality or another: something real to repeat.
storage::SharedBytes NewestOfIntake(const RawReader& reader) {
  for (auto it = reader.effective().rbegin(); it != reader.effective().rend(); ++it) {
    const auto record = storage::DecodeRecord(*it->second.bytes);
    if (record->service == ServiceId::kIntake && !record->events.empty()) return it->second.bytes;
  }
  ADD_FAILURE() << "intake recorded nothing in this partition";
  return nullptr;
}

// Where transfer's newest standing record on this case lies.
Offset StandingOf(const RawReader& reader, const Uuid& case_id) {
  for (auto it = reader.effective().rbegin(); it != reader.effective().rend(); ++it) {
    const auto record = storage::DecodeRecord(*it->second.bytes);
    if (record->service != ServiceId::kTransfer) continue;
    for (const storage::Subject& subject : record->changes) {
      if (subject.id == case_id) return it->first;
    }
  }
  ADD_FAILURE() << "no standing record on " << case_id.ToString();
  return kNoOffset;
}

// Returns once they can be read, and `reader` has read them.
void AppendDurably(storage::EventLog* log, PartitionId partition, RawReader* reader,
                   std::vector<storage::SharedBytes> records) {
  auto rest = log->OpenReader(partition, reader->rule().offset(), [] {});
  ASSERT_TRUE(rest.ok()) << rest.status();
  size_t missing = records.size();
  const absl::Status queued = log->Append(partition, {std::move(records), {}});
  ASSERT_TRUE(queued.ok()) << queued;
  const auto limit = std::chrono::steady_clock::now() + kDurableLimit;
  while (missing > 0) {
    ASSERT_LT(std::chrono::steady_clock::now(), limit) << "the log does not write";
    std::vector<storage::LogEntry> entries;
    const absl::Status read = (*rest)->Next(1, &entries);
    ASSERT_TRUE(read.ok()) << read;
    for (const auto& entry : entries) reader->Add(entry);
    missing -= entries.size();
    if (entries.empty()) poll(nullptr, 0, kLookMillis);
  }
}

}  // namespace

void AppendZombies(storage::EventLog* log, PartitionId partition, RawReader reader, const Uuid& frozen) {
  const auto stream = reader.rule().stream(ServiceId::kIntake);
  const Offset end = reader.rule().offset();
  const Offset standing = StandingOf(reader, frozen);
  const auto repeated = NewestOfIntake(reader);
  ASSERT_NE(repeated, nullptr);
  ASSERT_GT(stream.epoch, 1u) << "there was no earlier owner";
  ASSERT_GE(standing - 1, stream.restart_point) << "the case was frozen before intake's present owner came";
  const std::string event = ZombieEvent();
  const auto bytes_of = [&](const Record& record) {
    auto bytes = storage::EncodeRecord(record);
    EXPECT_TRUE(bytes.ok()) << bytes.status();
    return std::make_shared<const std::string>(*std::move(bytes));
  };

  // What the present owner would write next, so that each record below is wrong in one thing alone.
  Record next;
  next.kind = RecordKind::kEvents;
  next.service = ServiceId::kIntake;
  next.municipality = storage::DecodeRecord(*repeated)->municipality;
  next.command_id = *Uuid::Parse("0190a5f0-0000-7000-8000-000000000001");
  next.owner = stream.owner;
  next.epoch = stream.epoch;
  next.sequence = stream.next_sequence;
  next.decided_at = stream.decided_at;
  next.read_up_to = end;
  next.log_digest = reader.digest_at(end);
  next.head = stream.head;
  next.events = {event};

  Record late = next;  // a paused owner wakes up
  late.epoch = stream.epoch - 1;
  Record late_candidate = next;  // it wants an epoch that another took
  late_candidate.kind = RecordKind::kOwnerEpoch;
  late_candidate.previous_epoch = stream.epoch - 1;
  late_candidate.epoch = stream.epoch + 7;
  late_candidate.sequence = 0;
  late_candidate.events.clear();
  Record overtaken = next;  // it relied on a case whose custody was moving
  overtaken.read_up_to = standing - 1;
  overtaken.log_digest = reader.digest_at(standing - 1);
  overtaken.relies_on = {storage::CaseSubject(frozen)};
  Record behind = next;  // in flight when its predecessor was overtaken
  behind.sequence = next.sequence + 1;

  AppendDurably(log, partition, &reader,
                {bytes_of(late), bytes_of(late_candidate), repeated,
                 std::make_shared<const std::string>(repeated->substr(0, repeated->size() / 2)), bytes_of(overtaken),
                 bytes_of(behind)});

  Record after_hole = next;  // the two before it never arrived
  after_hole.sequence = next.sequence + 2;
  after_hole.read_up_to = reader.rule().offset();
  after_hole.log_digest = reader.rule().log_digest();
  AppendDurably(log, partition, &reader, {bytes_of(after_hole)});
}

}  // namespace casehub::testing
