#include "services/ledger/domain/verify.h"

#include <utility>

#include "services/ledger/domain/seal.h"

namespace casehub::ledger {
namespace {

std::string Name(uint64_t sequence) { return "entry " + std::to_string(sequence); }

std::string Range(uint64_t first, uint64_t last) {
  if (first == last) return Name(first) + " is missing";
  return "entries " + std::to_string(first) + " to " + std::to_string(last) + " are missing";
}

}  // namespace

ExportVerifier::ExportVerifier(std::string municipality, const std::vector<v1::HeadSealed>& seals,
                               std::string_view public_key)
    : municipality_(std::move(municipality)) {
  for (const v1::HeadSealed& seal : seals) {
    const std::string name = "the seal of entry " + std::to_string(seal.sequence());
    if (!municipality_.empty() && seal.municipality() != municipality_) {
      Report(Finding::kForeign, seal.sequence(), name + " is of municipality " + seal.municipality());
    } else if (seal.key_id() != KeyId(public_key)) {
      Report(Finding::kSealForged, seal.sequence(), name + " was signed with another key");
    } else if (!VerifySeal(seal, public_key)) {
      Report(Finding::kSealForged, seal.sequence(), name + " has a wrong signature");
    } else if (auto [at, fresh] = sealed_.emplace(seal.sequence(), seal.head()); !fresh && at->second != seal.head()) {
      Report(Finding::kSealBroken, seal.sequence(), name + " stands twice, with two heads");
    }
  }
}

void ExportVerifier::Report(Finding finding, uint64_t sequence, std::string text) {
  result_.ok = false;
  if (result_.problems.size() < kProblemsMax) {
    result_.problems.push_back({finding, sequence, std::move(text)});
  } else {
    ++result_.problems_left_out;
  }
}

bool ExportVerifier::FillGap(uint64_t sequence) {
  auto gap = gaps_.upper_bound(sequence);
  if (gap == gaps_.begin()) return false;
  --gap;
  const auto [first, last] = *gap;
  if (sequence > last) return false;
  gaps_.erase(gap);
  if (first < sequence) gaps_.emplace(first, sequence - 1);
  if (sequence < last) gaps_.emplace(sequence + 1, last);
  return true;
}

bool ExportVerifier::Place(const v1::Entry& entry) {
  const uint64_t sequence = entry.sequence();
  if (sequence == last_.sequence + 1) return true;
  if (sequence > last_.sequence) {
    gaps_.emplace(last_.sequence + 1, sequence - 1);  // they may still come, out of order
  } else if (sequence != 0 && FillGap(sequence)) {
    Report(Finding::kReordered, sequence, Name(sequence) + " stands behind " + Name(last_.sequence));
  } else {
    Report(Finding::kRepeated, sequence, Name(sequence) + " stands there twice");
  }
  return false;
}

void ExportVerifier::CheckSeal(const v1::Entry& entry) {
  auto seal = sealed_.find(entry.sequence());
  if (seal != sealed_.end() && seal->second != entry.hash()) {
    Report(Finding::kSealBroken, entry.sequence(),
           Name(entry.sequence()) + " is not the one that was sealed: it or one before it was changed");
  }
}

void ExportVerifier::Add(const v1::Entry& entry) {
  ++result_.entries;
  if (municipality_.empty()) municipality_ = entry.municipality();
  if (entry.municipality() != municipality_) {
    Report(Finding::kForeign, entry.sequence(),
           Name(entry.sequence()) + " is of municipality " + entry.municipality() + ", not " + municipality_);
    return;
  }
  const auto previous = ToHash(entry.previous_hash());
  const auto claimed = ToHash(entry.hash());
  const bool intact = previous && claimed && HashEntry(FieldsOf(entry), *previous) == *claimed;
  if (!intact) Report(Finding::kChanged, entry.sequence(), Name(entry.sequence()) + " was changed");
  const bool next = Place(entry);
  if (next && intact && *previous != last_.hash) {
    Report(Finding::kChanged, entry.sequence(),
           Name(entry.sequence()) + " does not continue " + Name(last_.sequence) + ": one of them was changed");
  }
  CheckSeal(entry);
  if (entry.sequence() > last_.sequence) last_ = {entry.sequence(), claimed.value_or(Hash{})};
}

Verification ExportVerifier::Finish() {
  for (const auto& [first, last] : gaps_) Report(Finding::kMissing, first, Range(first, last));
  if (!sealed_.empty() && sealed_.rbegin()->first > last_.sequence) {
    Report(Finding::kCutShort, last_.sequence,
           "the export ends with " + Name(last_.sequence) + ", but " + Name(sealed_.rbegin()->first) + " is sealed");
  }
  result_.last_sequence = last_.sequence;
  result_.head = std::string(Bytes(last_.hash));
  return std::move(result_);
}

Verification VerifyExport(const std::function<bool(v1::Entry*)>& next, const std::vector<v1::HeadSealed>& seals,
                          std::string_view public_key, std::string municipality) {
  ExportVerifier verifier(std::move(municipality), seals, public_key);
  v1::Entry entry;
  while (next(&entry)) verifier.Add(entry);
  return verifier.Finish();
}

}  // namespace casehub::ledger
