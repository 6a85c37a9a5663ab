// Verifies an export offline: from the entries, the seals and the public key alone. Streaming: memory does not grow
// with the export, only with its damage. Pure; one thread at a time.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "casehub/ledger/v1/ledger_service.pb.h"
#include "services/ledger/domain/chain.h"

namespace casehub::ledger {

enum class Finding : uint8_t {
  kChanged,     // the entry's fields do not give its hash, or it does not continue the one before
  kMissing,     // numbers that are not there
  kReordered,   // an entry stands behind later ones
  kRepeated,    // a number that was there already
  kForeign,     // an entry of another municipality
  kCutShort,    // a seal covers entries beyond the last one
  kSealForged,  // a seal whose signature or key is wrong
  kSealBroken,  // the sealed entry is another than the export's
};
struct Problem {
  Finding finding = Finding::kChanged;
  uint64_t sequence = 0;
  std::string text;  // one sentence that names the entry
};
struct Verification {
  uint64_t entries = 0;  // read
  std::string head;      // hash of the entry with the highest number, 32 bytes; zeros without entries
  uint64_t last_sequence = 0;
  bool ok = true;
  std::vector<Problem> problems;  // the first kProblemsMax
  uint64_t problems_left_out = 0;
};

inline constexpr size_t kProblemsMax = 100;

class ExportVerifier {
 public:
  // `municipality` may be empty: then the first entry says which. Exports start at entry 1.
  ExportVerifier(std::string municipality, const std::vector<v1::HeadSealed>& seals, std::string_view public_key);
  void Add(const v1::Entry& entry);
  Verification Finish();

 private:
  void Report(Finding finding, uint64_t sequence, std::string text);
  // Where the entry stands; true if it is the next one.
  bool Place(const v1::Entry& entry);
  void CheckSeal(const v1::Entry& entry);
  bool FillGap(uint64_t sequence);

  std::string municipality_;
  std::map<uint64_t, std::string> sealed_;  // number -> head, of seals that are genuine
  std::map<uint64_t, uint64_t> gaps_;       // first -> last number missing so far
  Head last_;                               // of the highest number
  Verification result_;
};

// `next` fills the entry and returns true, or returns false at the end.
Verification VerifyExport(const std::function<bool(v1::Entry*)>& next, const std::vector<v1::HeadSealed>& seals,
                          std::string_view public_key, std::string municipality = {});

}  // namespace casehub::ledger
