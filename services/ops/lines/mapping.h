// The mapping file: which columns of a line system's file are what (docs/formats/mapping.md). Read once, checked whole,
// and then plain data.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "casehub/common/v1/common.pb.h"
#include "casehub/intake/v1/intake_events.pb.h"
#include "services/ops/lines/time_format.h"
#include "services/ops/xes/language.h"

namespace casehub::lines {

enum class Encoding { kUtf8, kGb18030, kGbk };
// As iconv knows it, and as the map writes it but for case.
const char* EncodingName(Encoding encoding);

// Where a value comes from: a column, by its place in `Mapping::names` of its scope, or the same for every row.
inline constexpr int kNoColumn = -1;
struct ValueSource {
  int column = kNoColumn;
  std::string constant;
  std::map<std::string, std::string> values;  // what stands in the file -> what it means; empty: itself
  bool is_set() const { return column != kNoColumn || !constant.empty(); }
};
struct TimeSource {
  std::vector<int> columns;  // joined with a blank
  std::optional<TimeFormat> format;
  int32_t zone_seconds = kChinaOffsetSeconds;
};
struct AttributeSource {
  int column = kNoColumn;
  std::string key;
  intake::v1::AttributeType type = intake::v1::ATTRIBUTE_TYPE_STRING;
  std::optional<TimeFormat> format;  // of dates
};
struct ApplicantSource {
  int name = kNoColumn, identity_number = kNoColumn, phone = kNoColumn, address = kNoColumn;
  common::v1::IdentityKind identity_kind = common::v1::IDENTITY_KIND_RESIDENT;
  bool is_set() const { return name != kNoColumn || identity_number != kNoColumn; }
};

// Columns that one of the two scopes names. For CSV both are columns of the header; for JSON lines they are dotted
// paths into the line's object and into one event of it.
enum class Scope { kCase, kEvent };

struct Mapping {
  std::string file;  // of the map, for what is said about it
  // --- the text
  Encoding encoding = Encoding::kUtf8;
  char separator = ',';
  std::optional<char> quote = '"';
  bool header = true;
  std::vector<std::string> columns;  // their names, where there is no header
  bool any_order = false;            // rows of a case may stand anywhere
  std::set<std::string> nulls = {""};
  // --- what is what
  std::vector<std::string> names[2];  // by scope
  std::string events;                 // JSON lines: where the list of events stands; empty: a line is an event
  std::vector<int> key;
  ValueSource channel, matter_type, office;
  ApplicantSource applicant;
  int running_number = kNoColumn;
  std::vector<AttributeSource> case_attributes;
  bool other_case_attributes = false;  // all that is not named
  std::vector<int> event_id;
  ValueSource activity, lifecycle, resource;
  TimeSource time;
  std::vector<AttributeSource> event_attributes;
  bool other_event_attributes = false;

  const std::vector<std::string>& NamesOf(Scope scope) const { return names[static_cast<int>(scope)]; }
};

// What is wrong names the file, the key, the line where there is one, and what to do.
std::variant<Mapping, Bilingual> ReadMapping(const std::string& path);
std::variant<Mapping, Bilingual> ParseMapping(const std::string& text, const std::string& file);

// JSON lines without a map: `case`, `time`, `activity`, `lifecycle`, `resource`, `id` and `events`; all else is an
// attribute.
Mapping NativeMapping();

}  // namespace casehub::lines
