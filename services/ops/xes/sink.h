// What every reader of a line system's files gives: cases with their events, in file order, and what is wrong with
// them. XES calls a case a trace; so do the names here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "casehub/ingest/v1/ingest_service.pb.h"
#include "services/ops/xes/language.h"

namespace casehub::xes {

enum class Reason {
  kMissing,
  kEmpty,
  kTooLong,
  kNotATime,
  kInFuture,
  kKeyMissing,
  kTooManyAttributes,
  kOutsideTrace,
  // of rows and lines (services/ops/lines)
  kRagged,  // detail: columns there are / should be
  kQuoteMisplaced,
  kOtherFormat,  // a time or date that does not have the format of the map; detail: that format
  kNotAnInteger,
  kNotANumber,
  kNotABoolean,
  kUnknownValue,  // the map gives values, and not this one
  kNested,        // an object or a list where one value is needed
  kNotJson,       // detail: the byte of the line
  kNotGrouped,    // rows of the case stood before those of another
};

// Why a trace or event is not used.
struct Problem {
  std::string field;  // the key of the attribute, or the name of the column, concerned
  Reason reason = Reason::kMissing;
  std::string detail = {};  // never what stood in the field: that may be about a person
};
const char* ReasonCode(Reason reason);  // FIELD_MISSING, …
Bilingual ReasonText(const Problem& problem);

struct Trace {
  uint64_t line = 0;
  std::string name;  // concept:name
  google::protobuf::RepeatedPtrField<intake::v1::Attribute>* attributes = nullptr;
  const Problem* problem = nullptr;  // null: usable
  // Channel, matter, office and applicant, where the format tells them; the rest of the message is not looked at.
  const ingest::v1::ImportCaseRequest* facts = nullptr;
  std::optional<uint64_t> running_number = std::nullopt;  // the source's own, where the map names one
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

}  // namespace casehub::xes
