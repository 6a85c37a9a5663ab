// Reads the cases of a line system out of CSV or JSON lines, plain or gzipped, by a map, as a stream: memory does not
// grow with the file, but for one bit of each case where rows come grouped (docs/formats/mapping.md).
//
// Problems    A row that cannot be used is reported with its line, column and reason, and the rest goes on. What makes
//             the file as a whole unusable (its encoding, its header, an end in the middle) ends the reading; cases
//             complete before that were delivered, and none that may be incomplete.
// Threads     One reading stays on the calling thread.
#pragma once

#include <optional>
#include <string>

#include "services/ops/lines/mapping.h"
#include "services/ops/xes/sink.h"

namespace casehub::lines {

enum class Format { kCsv, kJsonLines };

struct Result {
  bool stopped = false;            // by the sink
  std::optional<Bilingual> fault;  // one sentence that names the file and the line
};

// What the map asks for and the format has not; nullopt: nothing.
std::optional<Bilingual> CheckMapFor(Format format, const Mapping& mapping);

// Events later than `latest` are from the future.
Result ReadLines(const std::string& path, Format format, const Mapping& mapping, Moment latest, xes::Sink& sink);

}  // namespace casehub::lines
