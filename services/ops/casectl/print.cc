#include "services/ops/casectl/print.h"

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "services/ops/casectl/catalogue.h"
#include "services/ops/casectl/json.h"
#include "services/ops/casectl/titles.h"
#include "services/ops/xes/rfc3339.h"

namespace casehub::casectl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr size_t kCellBytesOfHash = 8;
constexpr size_t kColumnsMax = 9;

bool IsWide(char32_t c) {
  return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
         (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x1F300 && c <= 0x1FAFF) || (c >= 0x20000 && c <= 0x3FFFD);
}

// A single field as one line of text.
std::string FieldText(const Message& message, const FieldDescriptor& field, Language language) {
  const auto& reflection = *message.GetReflection();
  if (field.is_repeated()) return std::to_string(reflection.FieldSize(message, &field));
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string text = reflection.GetString(message, &field);
      if (field.type() != FieldDescriptor::TYPE_BYTES) return text;
      if (text.size() <= kCellBytesOfHash) return ToHex(text);
      return ToHex(std::string_view(text).substr(0, kCellBytesOfHash)) + "…";
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int number = reflection.GetEnumValue(message, &field);
      const auto* value = field.enum_type()->FindValueByNumber(number);
      return value == nullptr ? std::to_string(number) : number == 0 ? "" : ValueTitle(*value, language);
    }
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(message, &field) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_INT32:
      return std::to_string(reflection.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return std::to_string(reflection.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_UINT32:
      return std::to_string(reflection.GetUInt32(message, &field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return std::to_string(reflection.GetUInt64(message, &field));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return std::to_string(reflection.GetDouble(message, &field));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return std::to_string(reflection.GetFloat(message, &field));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (!reflection.HasField(message, &field)) return "";
      if (IsTimestamp(field)) return TimestampText(reflection.GetMessage(message, &field), kChinaOffsetSeconds);
      return ToJson(reflection.GetMessage(message, &field), {.defaults = false});
  }
  return "";
}

void AppendFields(const Message& message, int depth, Language language, std::string* out) {
  const auto* type = message.GetDescriptor();
  const auto& reflection = *message.GetReflection();
  const std::string indent(static_cast<size_t>(depth) * 2, ' ');
  std::vector<const FieldDescriptor*> set;
  reflection.ListFields(message, &set);
  for (const FieldDescriptor* field : set) {
    if (depth == 0 && field->name() == "position") continue;  // for programs that read on
    const bool nested = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !IsTimestamp(*field);
    const std::string title = FieldTitle(*field, language);
    if (!nested && !field->is_repeated()) {
      absl::StrAppend(out, indent, title, ": ", FieldText(message, *field, language), "\n");
    } else if (!field->is_repeated()) {
      absl::StrAppend(out, indent, title, ":\n");
      AppendFields(reflection.GetMessage(message, field), depth + 1, language, out);
    } else if (nested) {
      for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
        absl::StrAppend(out, indent, title, "[", i, "]:\n");
        AppendFields(reflection.GetRepeatedMessage(message, field, i), depth + 1, language, out);
      }
    } else if (field->type() == FieldDescriptor::TYPE_STRING) {
      absl::StrAppend(out, indent, title, ":\n");
      for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
        absl::StrAppend(out, indent, "  - ", reflection.GetRepeatedString(message, field, i), "\n");
      }
    } else {
      absl::StrAppend(out, indent, title, ": ", FieldText(message, *field, language), "\n");
    }
  }
  if (set.empty() && depth == 0) absl::StrAppend(out, type->name(), "\n");
}

void Write(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

}  // namespace

size_t DisplayWidth(std::string_view utf8) {
  size_t width = 0;
  for (size_t at = 0; at < utf8.size();) {
    const auto first = static_cast<unsigned char>(utf8[at]);
    const size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    char32_t c = length == 1 ? first : first & (0xFF >> (length + 1));
    for (size_t i = 1; i < length && at + i < utf8.size(); ++i) c = c << 6 | (utf8[at + i] & 0x3F);
    width += IsWide(c) ? 2 : 1;
    at += length;
  }
  return width;
}

std::string FormatTable(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const auto& title : header) widths.push_back(DisplayWidth(title));
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(row[i]));
  }
  std::string text;
  const auto append = [&](const std::vector<std::string>& row) {
    for (size_t i = 0; i < row.size(); ++i) {
      text.append(row[i]);
      if (i + 1 < row.size()) text.append(widths[i] - DisplayWidth(row[i]) + 2, ' ');
    }
    text.push_back('\n');
  };
  append(header);
  for (const auto& row : rows) append(row);
  return text;
}

std::string Cell(const Message& message, std::string_view path, Language language) {
  const size_t dot = path.find('.');
  const auto* field = message.GetDescriptor()->FindFieldByName(std::string(path.substr(0, dot)));
  if (field == nullptr) return "";
  if (dot == std::string_view::npos) {
    std::string text = FieldText(message, *field, language);
    for (char& c : text) c = c == '\n' || c == '\r' || c == '\t' ? ' ' : c;  // a row stays a line
    return text;
  }
  if (!message.GetReflection()->HasField(message, field)) return "";
  return Cell(message.GetReflection()->GetMessage(message, field), path.substr(dot + 1), language);
}

void PrintText(const std::string& text) {
  Write(text);
  std::fflush(stdout);
}

void PrintLine(const std::string& line) {
  Write(line + "\n");
  std::fflush(stdout);
}

void RowPrinter::Row(const Message& message) {
  if (json_) return Write(ToJson(message) + "\n");
  std::vector<std::string> cells;
  for (const auto& column : columns_) cells.push_back(Cell(message, column.path, language_));
  rows_.push_back(std::move(cells));
}

void RowPrinter::Row(const std::string& json, std::vector<std::string> cells) {
  if (json_) return Write(json + "\n");
  rows_.push_back(std::move(cells));
}

void RowPrinter::Finish(const std::string& next_page_token) {
  if (json_) {
    if (!next_page_token.empty()) {
      std::string line = "{\"next_page_token\":";
      AppendJsonString(next_page_token, &line);
      Write(line + "}\n");
    }
  } else {
    std::vector<std::string> header;
    for (const auto& column : columns_) header.push_back(column.title);
    Write(FormatTable(header, rows_));
    if (!next_page_token.empty()) Write("--page-token " + next_page_token + "\n");
  }
  std::fflush(stdout);
}

void PrintMessage(const Context& context, const Message& message) {
  if (context.json()) return PrintLine(ToJson(message));
  std::string text;
  AppendFields(message, 0, context.language(), &text);
  Write(text);
  std::fflush(stdout);
}

std::vector<Column> PlainColumns(const google::protobuf::Descriptor& type, Language language) {
  std::vector<Column> columns;
  for (int i = 0; i < type.field_count() && columns.size() < kColumnsMax; ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !IsTimestamp(field)) continue;
    columns.push_back({FieldTitle(field, language), field.name()});
  }
  return columns;
}

}  // namespace casehub::casectl
