// Messages as JSON and back, the way casectl shows them: names as in the protos, enums by their short name, instants in
// RFC 3339, bytes in hex, 64-bit numbers as numbers. What is written without defaults is read back to equal bytes.
// Pure and thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "google/protobuf/message.h"
#include "nlohmann/json_fwd.hpp"
#include "services/ops/xes/language.h"

namespace casehub::casectl {

struct JsonStyle {
  bool defaults = true;  // also fields that hold their default; absent messages never
};

void AppendJson(const google::protobuf::Message& message, const JsonStyle& style, std::string* out);
std::string ToJson(const google::protobuf::Message& message, const JsonStyle& style = {});
// A quoted JSON string; bytes that are not UTF-8 become U+FFFD.
void AppendJsonString(std::string_view text, std::string* out);

// Sets what the object names. The answer is what is wrong, with the path of the field; none: all was taken.
std::optional<Bilingual> MergeJson(const nlohmann::json& object, google::protobuf::Message* message);

// Sets a field that is not a message (but for Timestamp), or adds to a repeated one, from its text.
std::optional<Bilingual> SetFromText(google::protobuf::Message* message, const google::protobuf::FieldDescriptor& field,
                                     std::string_view text, std::string_view path);

std::string ToHex(std::string_view bytes);
std::optional<std::string> FromHex(std::string_view text);
// True for google.protobuf.Timestamp, which is written as text.
bool IsTimestamp(const google::protobuf::FieldDescriptor& field);
// A timestamp's text at an offset from Greenwich; empty if it is beyond the calendar.
std::string TimestampText(const google::protobuf::Message& timestamp, int offset_seconds);
// What a field may hold, for help and errors: "text", "number", "window|online|…".
std::string TypeWord(const google::protobuf::FieldDescriptor& field);

}  // namespace casehub::casectl
