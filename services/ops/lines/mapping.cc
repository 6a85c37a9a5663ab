#include "services/ops/lines/mapping.h"

#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "services/ops/lines/map_reader.h"

namespace casehub::lines {

const char* EncodingName(Encoding encoding) {
  switch (encoding) {
    case Encoding::kUtf8:
      return "UTF-8";
    case Encoding::kGb18030:
      return "GB18030";
    case Encoding::kGbk:
      return "GBK";
  }
  return "";
}

std::variant<Mapping, Bilingual> ReadMapping(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) {
    return Bilingual{absl::StrCat("无法读取映射文件 ", path), absl::StrCat("cannot read the mapping file ", path)};
  }
  return ParseMapping(text.str(), path);
}

std::variant<Mapping, Bilingual> ParseMapping(const std::string& text, const std::string& file) {
  Mapping mapping;
  mapping.file = file;
  MapReader reader(file, &mapping);
  try {
    // JSON is YAML: one parser reads both.
    if (reader.Read(YAML::Load(text))) return mapping;
    return reader.wrong();
  } catch (const YAML::Exception& error) {
    const int line = error.mark.line + 1;
    return Bilingual{absl::StrCat(file, " 第 ", line, " 行:不是有效的 YAML 或 JSON(", error.msg, ")"),
                     absl::StrCat(file, ", line ", line, ": is neither YAML nor JSON: ", error.msg)};
  }
}

Mapping NativeMapping() {
  constexpr char kNative[] = R"(
row_order: any
events: events
case: {key: case, attributes: others}
event: {id: id, activity: activity, time: time, lifecycle: lifecycle, resource: resource, attributes: others}
)";
  return std::get<Mapping>(ParseMapping(kNative, "native"));
}

}  // namespace casehub::lines
