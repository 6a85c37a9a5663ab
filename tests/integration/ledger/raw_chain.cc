#include "tests/integration/ledger/raw_chain.h"

#include <gtest/gtest.h>
#include <openssl/sha.h>

#include <memory>

#include "casehub/assignment/v1/assignment_events.pb.h"
#include "casehub/evaluation/v1/evaluation_events.pb.h"
#include "casehub/intake/v1/intake_events.pb.h"
#include "casehub/mediation/v1/mediation_events.pb.h"
#include "casehub/registry/v1/registry_events.pb.h"
#include "casehub/transfer/v1/transfer_events.pb.h"

namespace casehub::testing {
namespace {

using google::protobuf::Message;
using google::protobuf::Timestamp;

constexpr size_t kReadBytes = 1 << 20;
const std::string kNoHash(32, '\0');

// The event type of each service whose events can be entries; the ledger's own are none.
const Message* EventType(ServiceId service) {
  switch (service) {
    case ServiceId::kIntake:
      return &intake::v1::IntakeEvent::default_instance();
    case ServiceId::kAssignment:
      return &assignment::v1::AssignmentEvent::default_instance();
    case ServiceId::kMediation:
      return &mediation::v1::MediationEvent::default_instance();
    case ServiceId::kEvaluation:
      return &evaluation::v1::EvaluationEvent::default_instance();
    case ServiceId::kTransfer:
      return &transfer::v1::TransferEvent::default_instance();
    case ServiceId::kRegistry:
      return &registry::v1::RegistryEvent::default_instance();
    default:
      return nullptr;
  }
}

std::string BigEndian(uint64_t number, int bytes) {
  std::string out;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out.push_back(static_cast<char>(number >> shift));
  return out;
}

std::string Field(const std::string& bytes) { return BigEndian(bytes.size(), 4) + bytes; }

std::string TimeBytes(const Timestamp& time) {
  return BigEndian(static_cast<uint64_t>(time.seconds()), 8) + BigEndian(static_cast<uint32_t>(time.nanos()), 4);
}

Timestamp FromMicros(int64_t micros) {
  Timestamp time;
  int64_t seconds = micros / 1'000'000;
  if (micros % 1'000'000 < 0) --seconds;
  time.set_seconds(seconds);
  time.set_nanos(static_cast<int32_t>((micros - seconds * 1'000'000) * 1'000));
  return time;
}

// docs/formats/ledger.md, Entry: the fields in their order, each behind its length.
std::string HashOf(const RawEntry& entry) {
  const std::string bytes = Field("casehub-entry-1") + Field(entry.municipality) + Field(BigEndian(entry.sequence, 8)) +
                            Field(entry.case_id) + Field(entry.service) + Field(entry.type) +
                            Field(entry.occurred_at ? TimeBytes(*entry.occurred_at) : "") +
                            Field(TimeBytes(entry.recorded_at)) + Field(entry.previous_hash) + Field(entry.data);
  std::string hash(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
         reinterpret_cast<unsigned char*>(hash.data()));
  return hash;
}

// What every <Service>Event has: the case in field 1, the time in field 2, what happened in the oneof `event`.
struct Envelope {
  explicit Envelope(const Message& event) {
    const auto* type = event.GetDescriptor();
    const auto* reflection = event.GetReflection();
    case_id = reflection->GetString(event, type->FindFieldByNumber(1));
    const auto* time = type->FindFieldByNumber(2);
    if (reflection->HasField(event, time)) {
      occurred_at = static_cast<const Timestamp&>(reflection->GetMessage(event, time));
    }
    const auto* happened = reflection->GetOneofFieldDescriptor(event, type->FindOneofByName("event"));
    if (happened != nullptr) name = happened->message_type()->name();
  }
  std::string case_id, name;
  std::optional<Timestamp> occurred_at;
};

}  // namespace

void RawReader::Add(const storage::LogEntry& entry) {
  std::optional<storage::Record> record;
  if (auto decoded = storage::DecodeRecord(*entry.bytes); decoded.ok()) record = *std::move(decoded);
  const auto judgement = rule_.Apply(entry.offset, entry.append_time, storage::HashBytes(*entry.bytes), record);
  ++verdicts_[judgement.verdict];
  digests_[entry.offset] = rule_.log_digest();
  if (judgement.verdict != storage::Verdict::kEffective) return;
  effective_[entry.offset] = entry;
  AddEntries(*record);
}

void RawReader::AddEntries(const storage::Record& record) {
  const Message* type = EventType(record.service);
  if (type == nullptr) return;
  for (const std::string_view bytes : record.events) {
    const std::unique_ptr<Message> event(type->New());
    ASSERT_TRUE(event->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) << type->GetTypeName();
    const Envelope envelope(*event);
    if (envelope.case_id.empty()) continue;
    RawEntry entry;
    entry.municipality = record.municipality.ToString();
    auto& chain = chains_[entry.municipality];
    entry.sequence = chain.size() + 1;
    entry.case_id = envelope.case_id;
    entry.service = std::string(ServiceName(record.service));
    entry.type = envelope.name;
    entry.occurred_at = envelope.occurred_at;
    entry.recorded_at = FromMicros(record.decided_at.micros);
    entry.data = std::string(bytes);
    entry.previous_hash = chain.empty() ? kNoHash : chain.back().hash;
    entry.hash = HashOf(entry);
    chain.push_back(std::move(entry));
  }
}

std::vector<RawReader> ReadRawLog(storage::EventLog* log) {
  std::vector<RawReader> readers(static_cast<size_t>(log->partition_count()));
  for (PartitionId partition = 0; partition < log->partition_count(); ++partition) {
    auto reader = log->OpenReader(partition, kNoOffset, [] {});
    EXPECT_TRUE(reader.ok()) << reader.status();
    if (!reader.ok()) return readers;
    for (;;) {
      std::vector<storage::LogEntry> entries;
      const absl::Status status = (*reader)->Next(kReadBytes, &entries);
      EXPECT_TRUE(status.ok()) << status;
      if (entries.empty()) break;
      for (const auto& entry : entries) readers[static_cast<size_t>(partition)].Add(entry);
    }
  }
  return readers;
}

}  // namespace casehub::testing
