// Reads an event log in XES (IEEE 1849), plain or gzipped, as a stream: memory does not grow with the file.
//
// What is kept     Every attribute of a trace and of an event, in file order, as text exactly as delivered. A nested
//                  attribute has the key of its parent, a dot, and its own; a list or container stands with an empty
//                  value before its members. What XES does not know is skipped with all that is inside it.
// Problems         A trace or event that cannot be used is reported with its line and the rest goes on. A file that
//                  cannot be used ends the reading with a fault; traces complete before it were delivered.
// Hostile input    Entity declarations are refused, so nothing expands; depth, the length of one token and the number
//                  of attributes have named limits.
// Threads          One reading stays on the calling thread. Speed: attributes are written straight into the messages
//                  the sink hands out, so a sink that reuses them costs no allocation per attribute.
#pragma once

#include <cstdint>
#include <string>

#include "services/ops/xes/fault.h"
#include "services/ops/xes/rfc3339.h"
#include "services/ops/xes/sink.h"

namespace casehub::xes {

struct Limits {
  int depth_max = 64;                      // elements inside one another
  uint64_t token_bytes_max = 1024 * 1024;  // one tag, comment or run of text
  int attributes_max = 1000;               // of one trace or event, nested ones included
  size_t case_name_bytes_max = 200;        // as IngestService takes it
};

struct Options {
  Limits limits;
  Moment latest;  // a later event is one from the future
};

Result ReadXes(const std::string& path, const Options& options, Sink& sink);

}  // namespace casehub::xes
