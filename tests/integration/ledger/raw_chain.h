// The second reader: from the raw log of a partition to the entries of its ledgers, written from docs/formats/ledger.md
// and the effective rule alone. It shares no code with the ledger service.
//
// Threads     One thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "google/protobuf/timestamp.pb.h"
#include "storage/log/effective.h"
#include "storage/log/event_log.h"

namespace casehub::testing {

struct RawEntry {
  std::string municipality;
  uint64_t sequence = 0;
  std::string case_id, service, type;
  std::optional<google::protobuf::Timestamp> occurred_at;
  google::protobuf::Timestamp recorded_at;
  std::string data;
  std::string previous_hash, hash;  // 32 bytes
};

// One partition, read record by record.
class RawReader {
 public:
  // Fails the test where an effective record does not make sense.
  void Add(const storage::LogEntry& entry);

  const storage::EffectiveRule& rule() const { return rule_; }
  const std::map<std::string, std::vector<RawEntry>>& chains() const { return chains_; }
  const std::map<storage::Verdict, int>& verdicts() const { return verdicts_; }
  // The effective records of the partition, and the digest of the raw log behind each record that was read.
  const std::map<Offset, storage::LogEntry>& effective() const { return effective_; }
  const Hash128& digest_at(Offset offset) const { return digests_.at(offset); }

 private:
  void AddEntries(const storage::Record& record);

  storage::EffectiveRule rule_;
  std::map<std::string, std::vector<RawEntry>> chains_;  // by municipality
  std::map<storage::Verdict, int> verdicts_;
  std::map<Offset, storage::LogEntry> effective_;
  std::map<Offset, Hash128> digests_;
};

// Every partition of the log, from its first record to its last; fails the test where it cannot be read.
std::vector<RawReader> ReadRawLog(storage::EventLog* log);

}  // namespace casehub::testing
