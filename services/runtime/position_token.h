// Every response message has its position in field 15 (casehub.common.v1.Position). Appending the encoded field to a
// serialized response sets it: protobuf merges fields that come later.
#pragma once

#include <string>

#include "services/model/ids.h"

namespace casehub::runtime {

inline void AppendVarint(uint64_t value, std::string* out) {
  while (value >= 0x80) {
    out->push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out->push_back(static_cast<char>(value));
}

inline void AppendPositionToken(PartitionId partition, Offset offset, std::string* reply) {
  std::string position;
  if (partition != 0) {
    position.push_back(0x08);
    AppendVarint(static_cast<uint64_t>(partition), &position);
  }
  if (offset != 0) {
    position.push_back(0x10);
    AppendVarint(static_cast<uint64_t>(offset), &position);
  }
  reply->push_back(0x7A);
  AppendVarint(position.size(), reply);
  reply->append(position);
}

}  // namespace casehub::runtime
