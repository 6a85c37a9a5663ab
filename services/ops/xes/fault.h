// Why a file of a line system cannot be read on, and the words for it.
#pragma once

#include <cstdint>
#include <string>

#include "services/ops/xes/language.h"

namespace casehub::xes {

enum class Fault {
  kNone,
  kCannotOpen,
  kCannotRead,
  kEmpty,
  kDamagedCompression,
  kTruncated,
  kNotXml,
  kNotXes,
  kEntityDeclared,
  kTooDeep,
  kTokenTooLong,
  kStopped,
};

struct Result {
  Fault fault = Fault::kNone;
  uint64_t line = 0;    // where the fault was found
  std::string detail;   // what the parser or system says of it
  uint64_t traces = 0;  // complete ones, usable or not
  uint64_t events = 0;  // of complete traces, and strays
};

// One sentence that names the file and the line.
Bilingual FaultText(const Result& result, const std::string& path);

}  // namespace casehub::xes
