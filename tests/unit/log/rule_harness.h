// A log in memory for tests of the effective rule: builds records as a well-behaved writer would, lets a test spoil
// one field, and feeds the rule.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "storage/log/effective.h"

namespace casehub::storage {

inline Uuid TestId(uint32_t number) {
  std::array<uint8_t, Uuid::kBytes> bytes{};
  bytes[0] = 0x77;
  for (int i = 0; i < 4; ++i) bytes[15 - i] = static_cast<uint8_t>(number >> (8 * i));
  return Uuid(bytes);
}

class RuleHarness {
 public:
  explicit RuleHarness(RuleFaults faults = {}) : rule(faults) {}

  EffectiveRule rule;
  Offset next_offset = 0;

  // The next record of the stream's owner, having read everything.
  Record Next(ServiceId service, std::vector<Subject> relies_on = {}) const {
    const EffectiveRule::Stream& stream = rule.stream(service);
    Record record;
    record.kind = RecordKind::kEvents;
    record.service = service;
    record.owner = stream.owner;
    record.epoch = stream.epoch;
    record.sequence = stream.next_sequence;
    record.head = stream.head;
    record.read_up_to = rule.offset();
    record.log_digest = rule.log_digest();
    record.decided_at = {stream.decided_at.micros + 1};
    record.relies_on = std::move(relies_on);
    return record;
  }
  // What the same owner pipelines behind `before`, decided without having read it back.
  static Record Behind(const Record& before) {
    Record record = before;
    record.sequence = before.sequence + 1;
    record.head = Chain(before.head, HashBytes(*EncodeRecord(before)));
    return record;
  }
  Record Epoch(ServiceId service, uint32_t owner) const {
    const EffectiveRule::Stream& stream = rule.stream(service);
    Record record;
    record.kind = RecordKind::kOwnerEpoch;
    record.service = service;
    record.owner = TestId(owner);
    record.previous_epoch = stream.epoch;
    record.epoch = stream.epoch + 1;
    record.head = stream.head;
    record.read_up_to = rule.offset();
    record.log_digest = rule.log_digest();
    record.address = "127.0.0.1:7400";
    return record;
  }
  static Record Standing(Record record, std::vector<Subject> changes) {
    record.changes = std::move(changes);
    return record;
  }

  Judgement Put(const Record& record) {
    const std::string bytes = *EncodeRecord(record);
    const Offset offset = next_offset++;
    return rule.Apply(offset, {1000 + offset}, HashBytes(bytes), record);
  }
  Judgement PutGarbage(std::string_view bytes) {
    const Offset offset = next_offset++;
    return rule.Apply(offset, {1000 + offset}, HashBytes(bytes), std::nullopt);
  }
  void Own(ServiceId service, uint32_t owner = 1) {
    ASSERT_EQ(Put(Epoch(service, owner)).verdict, Verdict::kEffective);
  }
};

inline std::ostream& operator<<(std::ostream& out, Verdict verdict) { return out << VerdictName(verdict); }

}  // namespace casehub::storage
