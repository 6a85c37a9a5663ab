#include <cstdio>

#include "google/protobuf/descriptor.h"
#include "services/ops/casectl/catalogue.h"
#include "services/ops/casectl/json.h"
#include "services/ops/xes/rfc3339.h"

namespace casehub::casectl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr char kHexDigits[] = "0123456789abcdef";
constexpr int64_t kFirstSecond = -62'135'596'800;  // 0001-01-01
constexpr int64_t kLastSecond = 253'402'300'799;   // 9999-12-31

// Length of the valid UTF-8 sequence at `at`; 0 if there is none.
size_t Sequence(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned char first = byte(0);
  const size_t length = first < 0x80                    ? 1
                        : first >= 0xC2 && first < 0xE0 ? 2
                        : (first & 0xF0) == 0xE0        ? 3
                        : first >= 0xF0 && first < 0xF5 ? 4
                                                        : 0;
  if (length == 0 || at + length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  if (first == 0xE0 && byte(1) < 0xA0) return 0;
  if (first == 0xED && byte(1) >= 0xA0) return 0;  // surrogates
  if (first == 0xF0 && byte(1) < 0x90) return 0;
  if (first == 0xF4 && byte(1) >= 0x90) return 0;
  return length;
}

void AppendNumber(double value, std::string* out) {
  char buffer[32];
  out->append(buffer, std::snprintf(buffer, sizeof buffer, "%.17g", value));
}

void AppendEnum(const FieldDescriptor& field, int number, std::string* out) {
  const auto* value = field.enum_type()->FindValueByNumber(number);
  if (value == nullptr) {
    out->append(std::to_string(number));  // of a newer version
  } else {
    AppendJsonString(ShortName(*value), out);
  }
}

void AppendText(const FieldDescriptor& field, const std::string& value, std::string* out) {
  AppendJsonString(field.type() == FieldDescriptor::TYPE_BYTES ? ToHex(value) : value, out);
}

void AppendMessage(const FieldDescriptor& field, const Message& value, const JsonStyle& style, std::string* out) {
  if (IsTimestamp(field)) {
    const std::string text = TimestampText(value, 0);
    if (!text.empty()) return AppendJsonString(text, out);
  }
  AppendJson(value, style, out);
}

void AppendElement(const Message& message, const FieldDescriptor& field, int i, const JsonStyle& style,
                   std::string* out) {
  const Reflection& reflection = *message.GetReflection();
  std::string scratch;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return void(out->append(std::to_string(reflection.GetRepeatedInt32(message, &field, i))));
    case FieldDescriptor::CPPTYPE_INT64:
      return void(out->append(std::to_string(reflection.GetRepeatedInt64(message, &field, i))));
    case FieldDescriptor::CPPTYPE_UINT32:
      return void(out->append(std::to_string(reflection.GetRepeatedUInt32(message, &field, i))));
    case FieldDescriptor::CPPTYPE_UINT64:
      return void(out->append(std::to_string(reflection.GetRepeatedUInt64(message, &field, i))));
    case FieldDescriptor::CPPTYPE_BOOL:
      return void(out->append(reflection.GetRepeatedBool(message, &field, i) ? "true" : "false"));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return AppendNumber(reflection.GetRepeatedDouble(message, &field, i), out);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return AppendNumber(reflection.GetRepeatedFloat(message, &field, i), out);
    case FieldDescriptor::CPPTYPE_ENUM:
      return AppendEnum(field, reflection.GetRepeatedEnumValue(message, &field, i), out);
    case FieldDescriptor::CPPTYPE_STRING:
      return AppendText(field, reflection.GetRepeatedStringReference(message, &field, i, &scratch), out);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return AppendMessage(field, reflection.GetRepeatedMessage(message, &field, i), style, out);
  }
}

void AppendSingle(const Message& message, const FieldDescriptor& field, const JsonStyle& style, std::string* out) {
  const Reflection& reflection = *message.GetReflection();
  std::string scratch;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return void(out->append(std::to_string(reflection.GetInt32(message, &field))));
    case FieldDescriptor::CPPTYPE_INT64:
      return void(out->append(std::to_string(reflection.GetInt64(message, &field))));
    case FieldDescriptor::CPPTYPE_UINT32:
      return void(out->append(std::to_string(reflection.GetUInt32(message, &field))));
    case FieldDescriptor::CPPTYPE_UINT64:
      return void(out->append(std::to_string(reflection.GetUInt64(message, &field))));
    case FieldDescriptor::CPPTYPE_BOOL:
      return void(out->append(reflection.GetBool(message, &field) ? "true" : "false"));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return AppendNumber(reflection.GetDouble(message, &field), out);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return AppendNumber(reflection.GetFloat(message, &field), out);
    case FieldDescriptor::CPPTYPE_ENUM:
      return AppendEnum(field, reflection.GetEnumValue(message, &field), out);
    case FieldDescriptor::CPPTYPE_STRING:
      return AppendText(field, reflection.GetStringReference(message, &field, &scratch), out);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return AppendMessage(field, reflection.GetMessage(message, &field), style, out);
  }
}

bool IsShown(const Message& message, const FieldDescriptor& field, const JsonStyle& style) {
  const Reflection& reflection = *message.GetReflection();
  if (field.is_repeated()) return style.defaults || reflection.FieldSize(message, &field) > 0;
  if (reflection.HasField(message, &field)) return true;
  return style.defaults && field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE && !field.has_presence();
}

}  // namespace

std::string ToHex(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text.push_back(kHexDigits[byte >> 4]);
    text.push_back(kHexDigits[byte & 15]);
  }
  return text;
}

bool IsTimestamp(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
         field.message_type()->full_name() == "google.protobuf.Timestamp";
}

std::string TimestampText(const Message& timestamp, int offset_seconds) {
  const auto* type = timestamp.GetDescriptor();
  const Reflection& reflection = *timestamp.GetReflection();
  const int64_t seconds = reflection.GetInt64(timestamp, type->FindFieldByNumber(1));
  const int32_t nanos = reflection.GetInt32(timestamp, type->FindFieldByNumber(2));
  if (seconds < kFirstSecond + 86'400 || seconds > kLastSecond - 86'400 || nanos < 0 || nanos > 999'999'999) return "";
  return FormatRfc3339({seconds, nanos}, offset_seconds);
}

void AppendJsonString(std::string_view text, std::string* out) {
  out->push_back('"');
  for (size_t at = 0; at < text.size();) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (c == '"' || c == '\\') {
      out->push_back('\\');
      out->push_back(text[at++]);
    } else if (c < 0x20) {
      if (c == '\n') {
        out->append("\\n");
      } else if (c == '\t') {
        out->append("\\t");
      } else if (c == '\r') {
        out->append("\\r");
      } else {
        out->append("\\u00").push_back(kHexDigits[c >> 4]);
        out->push_back(kHexDigits[c & 15]);
      }
      ++at;
    } else if (c < 0x80) {
      out->push_back(text[at++]);
    } else if (const size_t length = Sequence(text, at); length > 0) {
      out->append(text.substr(at, length));
      at += length;
    } else {
      out->append("\xEF\xBF\xBD");
      ++at;
    }
  }
  out->push_back('"');
}

void AppendJson(const Message& message, const JsonStyle& style, std::string* out) {
  const auto* type = message.GetDescriptor();
  const Reflection& reflection = *message.GetReflection();
  out->push_back('{');
  bool first = true;
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor& field = *type->field(i);
    if (!IsShown(message, field, style)) continue;
    if (!first) out->push_back(',');
    first = false;
    out->push_back('"');
    out->append(field.name()).append("\":");
    if (!field.is_repeated()) {
      AppendSingle(message, field, style, out);
      continue;
    }
    out->push_back('[');
    for (int n = 0; n < reflection.FieldSize(message, &field); ++n) {
      if (n > 0) out->push_back(',');
      AppendElement(message, field, n, style, out);
    }
    out->push_back(']');
  }
  out->push_back('}');
}

std::string ToJson(const Message& message, const JsonStyle& style) {
  std::string text;
  AppendJson(message, style, &text);
  return text;
}

}  // namespace casehub::casectl
