// What the elements of an XES document mean: fed by a parser, feeds a sink. Knows nothing of files.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/ops/xes/xes_reader.h"

namespace casehub::xes {

class Document {
 public:
  // `line` tells the line of the element being handled; asked for once per trace and event, not per attribute.
  Document(const Options& options, Sink& sink, std::function<uint64_t()> line)
      : options_(options), sink_(sink), line_(std::move(line)) {}

  // `attributes` as expat gives them: names and values in turn, ended by null. False: the document is at fault.
  bool Start(const char* name, const char** attributes);
  bool End();
  // The document ended before its elements did.
  void Abandon();

  bool root_seen() const { return root_seen_; }
  Fault fault() const { return fault_; }
  const std::string& detail() const { return detail_; }
  uint64_t traces() const { return traces_; }
  uint64_t events() const { return events_; }

 private:
  enum class Level : uint8_t { kLog, kTrace, kEvent, kAttribute, kMembers };
  struct Open {
    Level level;
    const std::string* key;  // of an attribute, its full dotted key
  };

  bool Fail(Fault fault, std::string detail);
  void StartTrace();
  void StartEvent();
  void StartAttribute(const char* element, int type, const char** attributes);
  void Recognise(const char* key, const char* value);
  void Complain(std::string_view field, Reason reason);
  void EndEvent();
  bool EndTrace();

  const Options& options_;
  Sink& sink_;
  std::function<uint64_t()> line_;
  std::vector<Open> open_;
  int skipped_ = 0;  // depth inside an element that is skipped
  bool root_seen_ = false;
  Fault fault_ = Fault::kNone;
  std::string detail_;
  uint64_t traces_ = 0;
  uint64_t events_ = 0;

  // The trace being read.
  uint64_t trace_line_ = 0;
  uint64_t trace_events_ = 0;
  google::protobuf::RepeatedPtrField<intake::v1::Attribute> trace_attributes_;
  const std::string* trace_name_ = nullptr;
  std::optional<Problem> trace_problem_;

  // The event being read.
  ingest::v1::LineEvent* event_ = nullptr;
  uint64_t event_line_ = 0;
  bool has_time_ = false;
  bool has_activity_ = false;
  std::optional<Problem> event_problem_;
};

}  // namespace casehub::xes
