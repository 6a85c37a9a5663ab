// Standard output: one JSON document or object per line, or tables that line up with Chinese text in them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/message.h"
#include "services/ops/casectl/context.h"

namespace casehub::casectl {

// Columns a terminal gives the text: wide characters count two.
size_t DisplayWidth(std::string_view utf8);
std::string FormatTable(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows);

// What stands at a dotted path of fields, as a table shows it: instants at +08:00, hashes cut short, values of enums in
// the language.
std::string Cell(const google::protobuf::Message& message, std::string_view path,
                 Language language = Language::kEnglish);

struct Column {
  std::string title;
  std::string path;
};

// Rows as they come: in JSON each is printed at once, a table when all are there.
class RowPrinter {
 public:
  RowPrinter(const Context& context, std::vector<Column> columns)
      : json_(context.json()), language_(context.language()), columns_(std::move(columns)) {}
  void Row(const google::protobuf::Message& message);
  // A row that is not a message: its JSON, and its cells in the order of the columns.
  void Row(const std::string& json, std::vector<std::string> cells);
  // After the last row; `next_page_token` is printed if there is one.
  void Finish(const std::string& next_page_token = "");

 private:
  bool json_;
  Language language_;
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// One message: JSON, or its fields one a line, indented by depth.
void PrintMessage(const Context& context, const google::protobuf::Message& message);
void PrintLine(const std::string& line);
void PrintText(const std::string& text);
// Columns for the plain fields of a message type.
std::vector<Column> PlainColumns(const google::protobuf::Descriptor& type, Language language);

}  // namespace casehub::casectl
