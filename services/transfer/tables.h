// The rows of transfer: key layout and value codec. First byte: the table; then the municipality (4 bytes big-endian)
// and the case id (16 bytes), whose first 48 bits are a time, so that keys grow with it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "casehub/transfer/v1/transfer_state.pb.h"
#include "services/model/ids.h"
#include "services/runtime/service.h"

namespace casehub::transfer::tables {

enum Table : unsigned char {
  kCase = 0x01,         // municipality, case -> CustodyState (codec below)
  kTransfer = 0x02,     // municipality, case -> 1 byte: a transfer of this case was seen here, in any role
  kRules = 0x03,        // municipality -> registry.v1.RulesState (legalclock/rules.h)
  kProvisional = 0x04,  // municipality, case -> 1 byte: an offer is pending here whose date is provisional
};

enum DueKind : uint16_t {
  kOffer = 1,    // all parts are there: case, hop
  kRespond = 2,  // the addressee's time is over: case, hop
  kRestate = 3,  // its date is counted again: case, hop
};

std::string CaseKey(Municipality municipality, const Uuid& case_id);
std::string RulesKey(Municipality municipality);
std::string TransferKey(Municipality municipality, const Uuid& case_id);
std::string ProvisionalKey(Municipality municipality, const Uuid& case_id);
// The municipality's rows of a table, from its first on and up to the next municipality's.
std::string TableStart(Table table, Municipality municipality);
std::string TableEnd(Table table, Municipality municipality);
// The municipality's rows of the index of transfers.
std::string TransferStart(Municipality municipality);
std::string TransferEnd(Municipality municipality);
std::optional<Uuid> CaseOfKey(std::string_view key);

// Every case gets a row when it is opened, but few are ever transferred. So a case that is simply here takes 9 bytes:
// flags (1 closed, 2 withdrawn, 4 imported) and when it was received, in microseconds, 8 bytes big-endian. Any other
// row is the byte 0x80 and the serialized CustodyState.
std::string EncodeState(const v1::CustodyState& state);
std::optional<v1::CustodyState> DecodeState(std::string_view value, Municipality municipality, const Uuid& case_id);
std::optional<v1::CustodyState> LoadState(const runtime::StateReader& rows, Municipality municipality,
                                          const Uuid& case_id);

// Payload of due work.
struct DueHop {
  Uuid case_id;
  uint64_t hop = 0;
};
std::string EncodeDueHop(const DueHop& due);
std::optional<DueHop> DecodeDueHop(std::string_view payload);

}  // namespace casehub::transfer::tables
