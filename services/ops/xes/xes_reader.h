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
#include <optional>
#include <string>

#include "casehub/ingest/v1/ingest_service.pb.h"
#include "services/ops/xes/language.h"
#include "services/ops/xes/rfc3339.h"

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

enum class Reason {
  kMissing,
  kEmpty,
  kTooLong,
  kNotATime,
  kInFuture,
  kKeyMissing,
  kTooManyAttributes,
  kOutsideTrace,
};

// Why a trace or event is not used.
struct Problem {
  std::string field;  // the key of the attribute concerned
  Reason reason = Reason::kMissing;
};
const char* ReasonCode(Reason reason);  // FIELD_MISSING, …
Bilingual ReasonText(const Problem& problem);

struct Trace {
  uint64_t line = 0;
  std::string name;  // concept:name
  google::protobuf::RepeatedPtrField<intake::v1::Attribute>* attributes = nullptr;
  const Problem* problem = nullptr;  // null: usable
};

// Where traces and events go, in file order. The reader keeps no pointer past the call that ends the thing.
class Sink {
 public:
  virtual ~Sink() = default;
  // An empty message to read the next event of the current trace into.
  virtual ingest::v1::LineEvent* BeginEvent() = 0;
  virtual void EndEvent(uint64_t line, const Problem* problem) = 0;
  // All events of the trace were delivered. False stops the reading (Fault::kStopped).
  virtual bool EndTrace(const Trace& trace) = 0;
  // The file ended inside the current trace: it is not complete and not to be used.
  virtual void AbandonTrace() = 0;
  // An event that belongs to no trace.
  virtual void Stray(uint64_t line, const Problem& problem) = 0;
  // Called now and then with the bytes of the file (compressed, if it is) read so far.
  virtual void Progress(uint64_t file_bytes) { (void)file_bytes; }
};

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

Result ReadXes(const std::string& path, const Options& options, Sink& sink);

// One sentence that names the file and the line.
Bilingual FaultText(const Result& result, const std::string& path);

}  // namespace casehub::xes
