#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/descriptor.h"
#include "services/ops/casectl/catalogue.h"
#include "services/ops/casectl/json.h"
#include "services/ops/xes/rfc3339.h"

namespace casehub::casectl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Json = nlohmann::json;

Bilingual Wrong(std::string_view path, const std::string& wanted_zh, const std::string& wanted_en,
                std::string_view given) {
  const std::string where(path), value(given.substr(0, 60));
  return {absl::StrCat(where, " 应为", wanted_zh, ",而不是 \"", value, "\""),
          absl::StrCat(where, " must be ", wanted_en, ", not \"", value, "\"")};
}

template <typename T>
bool ParseNumber(std::string_view text, T* value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
  return error == std::errc() && end == text.data() + text.size();
}

// Sets or adds, so that the callers need not know whether the field repeats.
struct Target {
  Message* message;
  const FieldDescriptor& field;
  const Reflection& reflection = *message->GetReflection();
  bool many = field.is_repeated();

  void Int32(int32_t v) { many ? reflection.AddInt32(message, &field, v) : reflection.SetInt32(message, &field, v); }
  void Int64(int64_t v) { many ? reflection.AddInt64(message, &field, v) : reflection.SetInt64(message, &field, v); }
  void UInt32(uint32_t v) {
    many ? reflection.AddUInt32(message, &field, v) : reflection.SetUInt32(message, &field, v);
  }
  void UInt64(uint64_t v) {
    many ? reflection.AddUInt64(message, &field, v) : reflection.SetUInt64(message, &field, v);
  }
  void Bool(bool v) { many ? reflection.AddBool(message, &field, v) : reflection.SetBool(message, &field, v); }
  void Double(double v) { many ? reflection.AddDouble(message, &field, v) : reflection.SetDouble(message, &field, v); }
  void Float(float v) { many ? reflection.AddFloat(message, &field, v) : reflection.SetFloat(message, &field, v); }
  void Enum(int v) { many ? reflection.AddEnumValue(message, &field, v) : reflection.SetEnumValue(message, &field, v); }
  void String(std::string v) {
    many ? reflection.AddString(message, &field, std::move(v)) : reflection.SetString(message, &field, std::move(v));
  }
  Message* Sub() { return many ? reflection.AddMessage(message, &field) : reflection.MutableMessage(message, &field); }
};

template <typename T, typename Set>
std::optional<Bilingual> SetNumber(std::string_view text, std::string_view path, Set set) {
  T value = 0;
  if (!ParseNumber(text, &value)) {
    const std::string range = absl::StrCat(std::numeric_limits<T>::min(), "..", std::numeric_limits<T>::max());
    return Wrong(path, "整数(" + range + ")", "a whole number (" + range + ")", text);
  }
  set(value);
  return std::nullopt;
}

std::optional<Bilingual> SetEnum(Target target, std::string_view text, std::string_view path) {
  if (const auto* value = FindEnumValue(*target.field.enum_type(), text)) {
    target.Enum(value->number());
    return std::nullopt;
  }
  int number = 0;
  if (ParseNumber(text, &number)) {  // a value of a newer version
    target.Enum(number);
    return std::nullopt;
  }
  const std::string words = TypeWord(target.field);
  return Wrong(path, " " + words + " 之一", "one of " + words, text);
}

std::optional<Bilingual> SetTimestamp(Target target, std::string_view text, std::string_view path) {
  const auto moment = ParseRfc3339(text);
  if (!moment) {
    return Wrong(path, "带时区的时间(如 2024-05-06T09:30:00+08:00)",
                 "a time with its zone (such as 2024-05-06T09:30:00+08:00)", text);
  }
  Message* timestamp = target.Sub();
  const auto* type = timestamp->GetDescriptor();
  timestamp->GetReflection()->SetInt64(timestamp, type->FindFieldByNumber(1), moment->seconds);
  timestamp->GetReflection()->SetInt32(timestamp, type->FindFieldByNumber(2), moment->nanos);
  return std::nullopt;
}

std::optional<Bilingual> SetBytesOrText(Target target, std::string_view text, std::string_view path) {
  if (target.field.type() != FieldDescriptor::TYPE_BYTES) {
    target.String(std::string(text));
    return std::nullopt;
  }
  auto bytes = FromHex(text);
  if (!bytes) return Wrong(path, "十六进制", "hexadecimal", text);
  target.String(*std::move(bytes));
  return std::nullopt;
}

std::optional<Bilingual> MergeAt(const Json& object, Message* message, const std::string& path);

std::optional<Bilingual> MergeValue(const Json& value, Message* message, const FieldDescriptor& field,
                                    const std::string& path) {
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !(IsTimestamp(field) && value.is_string())) {
    return MergeAt(value, Target{message, field}.Sub(), path);
  }
  if (value.is_string()) return SetFromText(message, field, value.get_ref<const std::string&>(), path);
  if (value.is_boolean() || value.is_number()) return SetFromText(message, field, value.dump(), path);
  return Wrong(path, TypeWord(field), TypeWord(field), value.dump());
}

std::optional<Bilingual> MergeAt(const Json& object, Message* message, const std::string& path) {
  if (!object.is_object()) return Wrong(path.empty() ? "JSON" : path, "对象", "an object", object.dump());
  for (const auto& [key, value] : object.items()) {
    const std::string here = path.empty() ? key : absl::StrCat(path, ".", key);
    const auto* field = message->GetDescriptor()->FindFieldByName(key);
    if (field == nullptr) {
      return Bilingual{absl::StrCat(message->GetDescriptor()->name(), " 没有字段 ", here),
                       absl::StrCat(message->GetDescriptor()->name(), " has no field ", here)};
    }
    if (value.is_null()) continue;
    if (!field->is_repeated()) {
      if (auto wrong = MergeValue(value, message, *field, here)) return wrong;
      continue;
    }
    if (!value.is_array()) return Wrong(here, "数组", "a list", value.dump());
    for (size_t i = 0; i < value.size(); ++i) {
      if (auto wrong = MergeValue(value[i], message, *field, absl::StrCat(here, "[", i, "]"))) return wrong;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Bilingual> SetFromText(Message* message, const FieldDescriptor& field, std::string_view text,
                                     std::string_view path) {
  Target target{message, field};
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return SetNumber<int32_t>(text, path, [&](int32_t v) { target.Int32(v); });
    case FieldDescriptor::CPPTYPE_INT64:
      return SetNumber<int64_t>(text, path, [&](int64_t v) { target.Int64(v); });
    case FieldDescriptor::CPPTYPE_UINT32:
      return SetNumber<uint32_t>(text, path, [&](uint32_t v) { target.UInt32(v); });
    case FieldDescriptor::CPPTYPE_UINT64:
      return SetNumber<uint64_t>(text, path, [&](uint64_t v) { target.UInt64(v); });
    case FieldDescriptor::CPPTYPE_BOOL:
      if (text != "true" && text != "false") return Wrong(path, " true 或 false", "true or false", text);
      target.Bool(text == "true");
      return std::nullopt;
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT: {
      double value = 0;
      if (!ParseNumber(text, &value)) return Wrong(path, "数字", "a number", text);
      if (field.cpp_type() == FieldDescriptor::CPPTYPE_FLOAT) {
        target.Float(static_cast<float>(value));
      } else {
        target.Double(value);
      }
      return std::nullopt;
    }
    case FieldDescriptor::CPPTYPE_ENUM:
      return SetEnum(target, text, path);
    case FieldDescriptor::CPPTYPE_STRING:
      return SetBytesOrText(target, text, path);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (IsTimestamp(field)) return SetTimestamp(target, text, path);
      break;
  }
  return Wrong(path, TypeWord(field), TypeWord(field), text);
}

std::optional<Bilingual> MergeJson(const Json& object, Message* message) { return MergeAt(object, message, ""); }

std::optional<std::string> FromHex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  const auto digit = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (size_t i = 0; i < text.size(); i += 2) {
    const int high = digit(text[i]), low = digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<char>(high << 4 | low));
  }
  return bytes;
}

std::string TypeWord(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return "true|false";
    case FieldDescriptor::CPPTYPE_ENUM: {
      std::vector<std::string> words;
      for (int i = 0; i < field.enum_type()->value_count(); ++i) {
        if (field.enum_type()->value(i)->number() != 0) words.push_back(ShortName(*field.enum_type()->value(i)));
      }
      return absl::StrJoin(words, "|");
    }
    case FieldDescriptor::CPPTYPE_STRING:
      return field.type() == FieldDescriptor::TYPE_BYTES ? "HEX" : "TEXT";
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return IsTimestamp(field) ? "TIME" : "JSON";
    default:
      return "NUMBER";
  }
}

}  // namespace casehub::casectl
