// Cuts the traces of a file into requests the server takes: at most 64 events and 64 KiB each, chunks of a case in
// order, exact duplicates left out.
//
// Threads     One. Messages are used again for the next trace, so that in the long run nothing is allocated per event.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "casehub/ingest/v1/ingest_service.pb.h"
#include "services/model/ids.h"
#include "services/ops/casectl/import_sender.h"
#include "services/ops/casectl/running_numbers.h"
#include "services/ops/xes/sink.h"

namespace casehub::casectl {

inline constexpr int kChunkEventsMax = 64;
inline constexpr size_t kChunkBytesMax = 64 * 1024;
// A trace is sent when it is complete; one that is larger than this is refused, so that memory is bounded.
inline constexpr size_t kTraceBytesMax = 64 * 1024 * 1024;

struct Reject {
  std::string file;
  uint64_t line = 0;
  std::string field;
  std::string reason;
  Bilingual message;
  std::string external_reference;
  uint32_t events = 1;
};

struct ChunkCounts {
  uint64_t cases_read = 0;
  uint64_t events_read = 0;
  uint64_t duplicates = 0;  // twice in a trace, not sent
};

class Chunker : public xes::Sink {
 public:
  struct Callbacks {
    std::function<bool(std::vector<Chunk>)> submit;
    std::function<void(const Reject&)> reject;
    std::function<void(uint64_t file_bytes, uint64_t events)> progress;
  };
  Chunker(std::string municipality, std::string source, Callbacks callbacks);

  void StartFile(const std::string& file) { file_ = file; }
  const ChunkCounts& counts() const { return counts_; }
  // The source's own numbers of the cases that were sent.
  const RunningNumbers& numbers() const { return numbers_; }

  ingest::v1::LineEvent* BeginEvent() override;
  void EndEvent(uint64_t line, const xes::Problem* problem) override;
  bool EndTrace(const xes::Trace& trace) override;
  void AbandonTrace() override;
  void Stray(uint64_t line, const xes::Problem& problem) override;
  void Progress(uint64_t file_bytes) override { callbacks_.progress(file_bytes, counts_.events_read); }

 private:
  struct Part {
    ingest::v1::ImportCasesRequest request;
    size_t bytes = 0;  // of its events
  };
  // Identities are hashes already.
  struct IdentityHash {
    size_t operator()(const Hash128& identity) const { return static_cast<size_t>(identity.low); }
  };

  Part& NextPart();
  void RejectEvent(uint64_t line, std::string field, std::string reason, Bilingual message);
  void RejectTrace(const xes::Trace& trace, std::string field, std::string reason, Bilingual message);
  Chunk Finish(Part& part, const xes::Trace& trace, bool first);
  void Reset();

  const std::string municipality_, source_;
  const Callbacks callbacks_;
  std::string file_;
  ChunkCounts counts_;
  RunningNumbers numbers_;

  // The trace being read.
  std::vector<std::unique_ptr<Part>> parts_;  // kept for the next trace
  size_t used_ = 0;
  absl::flat_hash_set<Hash128, IdentityHash> identities_;
  std::vector<Reject> rejected_;
  uint32_t read_ = 0;
  uint32_t duplicates_ = 0;
  size_t trace_bytes_ = 0;
  std::string scratch_;
};

}  // namespace casehub::casectl
