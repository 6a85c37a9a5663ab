// Reads the keys of a mapping file one by one and keeps the first thing that is wrong with it.
#pragma once

#include <yaml-cpp/yaml.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/ops/lines/mapping.h"

namespace casehub::lines {

class MapReader {
 public:
  MapReader(std::string file, Mapping* mapping) : file_(std::move(file)), mapping_(*mapping) {}

  // The whole document; false: see wrong().
  bool Read(const YAML::Node& root);
  const Bilingual& wrong() const { return *wrong_; }

 private:
  // A node and its dotted name in the document.
  struct Named {
    YAML::Node node;
    std::string name;
  };
  bool Wrong(const Named& at, std::string_view zh, std::string_view en);
  // The member of that name; not defined if there is none.
  Named Member(const Named& map, const char* key) const;
  // It is a map, and has no other keys and none twice.
  bool CheckKeys(const Named& map, std::initializer_list<std::string_view> allowed);

  bool ReadText(const Named& root);
  bool ReadEncoding(const Named& root);
  bool ReadCharacter(const Named& at, char* out);
  bool ReadColumns(const Named& root);
  bool ReadNulls(const Named& root);
  bool ReadCase(const Named& section);
  bool ReadEvent(const Named& section);
  bool ReadApplicant(const Named& section);
  bool ReadTime(const Named& section);
  bool ReadFormat(const Named& at, std::optional<TimeFormat>* format);
  bool ReadZone(const Named& at, int32_t* zone_seconds);
  bool ReadAttributes(Scope scope, const Named& list, std::vector<AttributeSource>* out, bool* others);
  bool ReadAttribute(Scope scope, const Named& at, AttributeSource* out);
  bool ReadSource(Scope scope, const Named& at, ValueSource* out);
  bool ReadValues(const Named& at, std::map<std::string, std::string>* values);
  bool CheckChannels(const Named& at);
  bool ReadOneColumn(Scope scope, const Named& at, int* out);
  bool ReadColumnList(Scope scope, const Named& at, std::vector<int>* out);
  bool ReadString(const Named& at, std::string* out);
  bool ReadBool(const Named& at, bool* out);
  int ColumnOf(Scope scope, const std::string& name);

  const std::string file_;
  Mapping& mapping_;
  std::optional<Bilingual> wrong_;
};

}  // namespace casehub::lines
