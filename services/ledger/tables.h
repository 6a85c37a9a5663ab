// The rows of the ledger: key layout. First byte: the table; then the municipality (4 bytes big-endian). The entries
// themselves stay in the log: a row only says where. One row stands for all entries of a record, under the number of
// the last: the row of an entry is the first at or after its number.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/ledger/domain/chain.h"
#include "services/model/ids.h"
#include "services/runtime/service.h"

namespace casehub::ledger::tables {

enum Table : unsigned char {
  kEntry = 0x01,      // municipality, last sequence (8) -> offset (8), for each entry: event index (2), hash (32)
  kCaseEntry = 0x02,  // municipality, case (16), last sequence (8) -> how many entries without a gap (2)
  kHead = 0x03,       // municipality -> sequence (8), hash (32)
  kSealing = 0x04,    // municipality -> Sealing; a row of its own, because the head changes with every record
  kSeal = 0x05,       // municipality, sequence (8) -> HeadSealed
};

enum DueKind : uint16_t {
  kSealHead = 1,  // no payload
};

// The entries of one record, numbered without a gap up to `last`.
struct EntryBlock {
  struct Item {
    uint16_t event = 0;  // in the record
    Hash hash{};
  };
  uint64_t last = 0;
  Offset offset = kNoOffset;
  std::vector<Item> items;

  uint64_t first() const { return last + 1 - items.size(); }
  bool Holds(uint64_t sequence) const { return first() <= sequence && sequence <= last; }
  const Item& at(uint64_t sequence) const { return items[sequence - first()]; }
};
std::string EntryKey(Municipality municipality, uint64_t last);
std::string EncodeEntryBlock(const EntryBlock& block);
// The block that holds an entry; nullopt if there is none.
std::optional<EntryBlock> LoadEntryBlock(const runtime::StateReader& rows, Municipality municipality,
                                         uint64_t sequence);

std::string CaseEntryKey(Municipality municipality, const Uuid& case_id, uint64_t last);
std::string EncodeCount(uint16_t count);
uint16_t DecodeCount(std::string_view value);
// The number at the end of an entry's, a case entry's or a seal's key.
uint64_t SequenceOfKey(std::string_view key);

std::string HeadKey(Municipality municipality);
std::string EncodeHead(const Head& head);
Head LoadHead(const runtime::StateReader& rows, Municipality municipality);

// How far a municipality is sealed, and the rows of due work that will seal it further.
struct Sealing {
  uint64_t sequence = 0;                // of the last seal
  std::optional<storage::DueId> timer;  // 10 s after the head moved on from the seal
  std::optional<storage::DueId> rush;   // 10,000 entries have gathered
};
std::string SealingKey(Municipality municipality);
std::string EncodeSealing(const Sealing& sealing);
Sealing LoadSealing(const runtime::StateReader& rows, Municipality municipality);

std::string SealKey(Municipality municipality, uint64_t sequence);

}  // namespace casehub::ledger::tables
