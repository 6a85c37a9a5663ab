// What rows mean: cases and events for the sink, by the map. Rows of a case come one after the other.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "absl/container/flat_hash_set.h"
#include "services/ops/lines/row.h"
#include "services/ops/xes/sink.h"

namespace casehub::lines {

class CaseBuilder {
 public:
  static constexpr int kAttributesMax = 1000;  // of one case or event
  static constexpr size_t kCaseNameBytesMax = 200;

  CaseBuilder(const Mapping& mapping, Moment latest, xes::Sink& sink)
      : mapping_(mapping), latest_(latest), sink_(sink) {}

  // The case a row belongs to.
  std::variant<std::string, xes::Problem> KeyOf(const Row& row) const;

  // An event with its case: ends the case before if it is another one. False: the sink stops the reading.
  bool AddRow(const Row& row);
  // A case whose events follow by AddEvent, up to EndCase.
  bool BeginCase(const Row& row);
  void AddEvent(const Row& row);
  bool EndCase();
  // The file ended within the case, or may have.
  void Abandon();
  void Reject(uint64_t line, const xes::Problem& problem) { sink_.Stray(line, problem); }

 private:
  // `whole`: the row is the object of a case, and what the map does not name in it is about the case.
  void Open(const Row& row, std::string key, bool whole);
  void ReadFacts(const Row& row);
  void ReadRunningNumber(const Row& row);
  void Complain(std::optional<xes::Problem>* problem, std::string field, xes::Reason reason, std::string detail = {});
  std::string EventIdOf(const Row& row) const;
  std::string ValueOf(const Row& row, Scope scope, const ValueSource& source, std::optional<xes::Problem>* problem);
  void ReadTime(const Row& row, ingest::v1::LineEvent* event, std::optional<xes::Problem>* problem);
  void ReadAttributes(const Row& row, Scope scope, const std::vector<AttributeSource>& sources, bool others,
                      google::protobuf::RepeatedPtrField<intake::v1::Attribute>* out,
                      std::optional<xes::Problem>* problem);
  // What is wrong with the cell as a value of the type; nullopt: nothing.
  std::optional<xes::Problem> CheckType(const std::string& name, const Cell& cell, const AttributeSource& source) const;

  const Mapping& mapping_;
  const Moment latest_;
  xes::Sink& sink_;

  // The case being read.
  bool open_ = false;
  bool whole_ = false;
  uint64_t line_ = 0;
  std::string key_;
  std::optional<xes::Problem> problem_;
  ingest::v1::ImportCaseRequest facts_;
  std::optional<uint64_t> running_number_;
  google::protobuf::RepeatedPtrField<intake::v1::Attribute> attributes_;
  absl::flat_hash_set<size_t> ended_;  // hashes of cases that ended: their rows must not come again
};

}  // namespace casehub::lines
