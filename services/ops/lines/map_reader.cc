#include "services/ops/lines/map_reader.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace casehub::lines {

using intake::v1::AttributeType;

namespace {

constexpr size_t kKeyBytesMax = 200;
const std::pair<const char*, AttributeType> kTypes[] = {
    {"string", intake::v1::ATTRIBUTE_TYPE_STRING}, {"integer", intake::v1::ATTRIBUTE_TYPE_INT},
    {"decimal", intake::v1::ATTRIBUTE_TYPE_FLOAT}, {"boolean", intake::v1::ATTRIBUTE_TYPE_BOOLEAN},
    {"date", intake::v1::ATTRIBUTE_TYPE_DATE},     {"id", intake::v1::ATTRIBUTE_TYPE_ID},
};
const std::pair<const char*, common::v1::IdentityKind> kIdentityKinds[] = {
    {"resident", common::v1::IDENTITY_KIND_RESIDENT},
    {"passport", common::v1::IDENTITY_KIND_PASSPORT},
    {"organisation", common::v1::IDENTITY_KIND_ORGANISATION},
    {"other", common::v1::IDENTITY_KIND_OTHER},
};

template <typename Table, typename Value>
bool FindIn(const Table& table, const std::string& word, Value* value) {
  for (const auto& [name, one] : table) {
    if (word != name) continue;
    *value = one;
    return true;
  }
  return false;
}

template <typename Table>
std::string WordsOf(const Table& table) {
  return absl::StrJoin(table, ", ", [](std::string* out, const auto& row) { out->append(row.first); });
}

}  // namespace

bool MapReader::Wrong(const Named& at, std::string_view zh, std::string_view en) {
  const int line = at.node.IsDefined() ? at.node.Mark().line + 1 : 0;
  const std::string place_zh = line > 0 ? absl::StrCat(" 第 ", line, " 行") : "";
  const std::string place_en = line > 0 ? absl::StrCat(", line ", line) : "";
  const std::string& name = at.name;
  wrong_ = {absl::StrCat(file_, place_zh, ":", name.empty() ? "" : name + " ", std::string(zh)),
            absl::StrCat(file_, place_en, ": ", name.empty() ? "" : name + " ", std::string(en))};
  return false;
}

MapReader::Named MapReader::Member(const Named& map, const char* key) const {
  const std::string name = map.name.empty() ? key : absl::StrCat(map.name, ".", key);
  if (!map.node.IsDefined() || !map.node.IsMap()) return {YAML::Node(YAML::NodeType::Undefined), name};
  return {map.node[key], name};
}

bool MapReader::CheckKeys(const Named& map, std::initializer_list<std::string_view> allowed) {
  if (!map.node.IsMap()) return Wrong(map, "应为一组“键: 值”", "must be a group of KEY: VALUE");
  std::set<std::string> seen;
  for (const auto& member : map.node) {
    const YAML::Node& key = member.first;
    const std::string word = key.IsScalar() ? key.Scalar() : "";
    const Named at{key, map.name.empty() ? word : absl::StrCat(map.name, ".", word)};
    if (std::find(allowed.begin(), allowed.end(), word) == allowed.end()) {
      const std::string all = absl::StrJoin(
          allowed, ", ", [](std::string* out, std::string_view one) { out->append(one.data(), one.size()); });
      return Wrong(at, absl::StrCat("不是可用的键:此处可写 ", all),
                   absl::StrCat("is no key of the map: here are ", all));
    }
    if (!seen.insert(word).second) return Wrong(at, "重复:只能写一次", "stands there twice: write it once");
  }
  return true;
}

bool MapReader::ReadString(const Named& at, std::string* out) {
  if (!at.node.IsScalar()) return Wrong(at, "应为文本", "must be a text");
  *out = at.node.Scalar();
  return true;
}

bool MapReader::ReadBool(const Named& at, bool* out) {
  std::string text;
  if (!ReadString(at, &text)) return false;
  text = absl::AsciiStrToLower(text);
  if (text != "yes" && text != "no" && text != "true" && text != "false") {
    return Wrong(at, "应为 yes 或 no", "must be yes or no");
  }
  *out = text == "yes" || text == "true";
  return true;
}

bool MapReader::Read(const YAML::Node& node) {
  const Named root{node, ""};
  if (!CheckKeys(root, {"encoding", "separator", "quote", "header", "columns", "row_order", "no_value", "events",
                        "case", "event"})) {
    return false;
  }
  if (!ReadText(root)) return false;
  const Named the_case = Member(root, "case");
  if (!the_case.node.IsDefined()) {
    return Wrong({YAML::Node(YAML::NodeType::Undefined), "case"}, "缺失:请写明 case.key(哪些列是办件编号)",
                 "is missing: say under case.key which columns name the case");
  }
  const Named event = Member(root, "event");
  if (!event.node.IsDefined()) {
    return Wrong({YAML::Node(YAML::NodeType::Undefined), "event"}, "缺失:请写明 event.activity 和 event.time",
                 "is missing: say what event.activity and event.time are");
  }
  return ReadCase(the_case) && ReadEvent(event);
}

bool MapReader::ReadText(const Named& root) {
  if (!ReadEncoding(root)) return false;
  if (const Named at = Member(root, "separator"); at.node.IsDefined()) {
    if (!ReadCharacter(at, &mapping_.separator)) return false;
  }
  if (const Named at = Member(root, "quote"); at.node.IsDefined()) {
    char quote = '"';
    if (at.node.IsScalar() && at.node.Scalar() == "none") {
      mapping_.quote.reset();
    } else if (!ReadCharacter(at, &quote)) {
      return false;
    } else {
      mapping_.quote = quote;
    }
    if (mapping_.quote == mapping_.separator) {
      return Wrong(at, "不能与 separator 相同", "cannot be the separator too");
    }
  }
  if (const Named at = Member(root, "row_order"); at.node.IsDefined()) {
    std::string order;
    if (!ReadString(at, &order)) return false;
    if (order != "grouped" && order != "any") {
      return Wrong(at, "应为 grouped(同一办件的行相邻)或 any",
                   "must be grouped (rows of a case stand together) or any");
    }
    mapping_.any_order = order == "any";
  }
  if (const Named at = Member(root, "events"); at.node.IsDefined()) {
    if (!ReadString(at, &mapping_.events)) return false;
  }
  return ReadColumns(root) && ReadNulls(root);
}

bool MapReader::ReadEncoding(const Named& root) {
  const Named at = Member(root, "encoding");
  if (!at.node.IsDefined()) return true;
  std::string name;
  if (!ReadString(at, &name)) return false;
  name = absl::AsciiStrToUpper(name);
  for (const Encoding one : {Encoding::kUtf8, Encoding::kGb18030, Encoding::kGbk}) {
    if (name != EncodingName(one)) continue;
    mapping_.encoding = one;
    return true;
  }
  return Wrong(at, "应为 utf-8、gb18030 或 gbk", "must be utf-8, gb18030 or gbk");
}

bool MapReader::ReadCharacter(const Named& at, char* out) {
  std::string text;
  if (!ReadString(at, &text)) return false;
  if (text == "tab") text = "\t";
  if (text.size() != 1 || static_cast<unsigned char>(text[0]) >= 0x80 || text[0] == '\n' || text[0] == '\r') {
    return Wrong(at, "应为一个 ASCII 字符,或写 tab", "must be one ASCII character, or the word tab");
  }
  *out = text[0];
  return true;
}

bool MapReader::ReadColumns(const Named& root) {
  if (const Named at = Member(root, "header"); at.node.IsDefined() && !ReadBool(at, &mapping_.header)) return false;
  const Named at = Member(root, "columns");
  if (mapping_.header) {
    if (!at.node.IsDefined()) return true;
    return Wrong(at, "仅在 header: no 时填写", "is for files with header: no");
  }
  if (!at.node.IsDefined() || !at.node.IsSequence() || at.node.size() == 0) {
    return Wrong(at, "缺失:header: no 时须依次列出各列的名称",
                 "is missing: with header: no, list the names of the columns");
  }
  std::set<std::string> seen;
  for (const auto& one : at.node) {
    const Named column{one, at.name};
    std::string name;
    if (!ReadString(column, &name)) return false;
    if (!seen.insert(name).second) {
      return Wrong(column, absl::StrCat("中 ", name, " 重复:列名须各不相同"),
                   absl::StrCat("has ", name, " twice: each column needs a name of its own"));
    }
    mapping_.columns.push_back(std::move(name));
  }
  return true;
}

bool MapReader::ReadNulls(const Named& root) {
  const Named at = Member(root, "no_value");
  if (!at.node.IsDefined()) return true;
  if (!at.node.IsSequence())
    return Wrong(at, "应为列表,如 [\"\", \"NULL\"]", "must be a list such as [\"\", \"NULL\"]");
  mapping_.nulls.clear();
  for (const auto& one : at.node) {
    // Without quotes these are YAML's own null, and what was written is not known any more.
    if (one.IsNull())
      return Wrong({one, at.name}, "中的 NULL、null、~ 须加引号", "needs quotes around NULL, null and ~");
    std::string token;
    if (!ReadString({one, at.name}, &token)) return false;
    mapping_.nulls.insert(std::move(token));
  }
  return true;
}

bool MapReader::ReadCase(const Named& section) {
  if (!CheckKeys(section, {"key", "channel", "matter_type", "office", "applicant", "running_number", "attributes"})) {
    return false;
  }
  const Named key = Member(section, "key");
  if (!key.node.IsDefined()) {
    return Wrong({YAML::Node(YAML::NodeType::Undefined), key.name}, "缺失:请写明哪些列是办件编号",
                 "is missing: say which columns name the case");
  }
  if (!ReadColumnList(Scope::kCase, key, &mapping_.key)) return false;
  const Named channel = Member(section, "channel");
  if (!ReadSource(Scope::kCase, channel, &mapping_.channel) || !CheckChannels(channel)) return false;
  return ReadSource(Scope::kCase, Member(section, "matter_type"), &mapping_.matter_type) &&
         ReadSource(Scope::kCase, Member(section, "office"), &mapping_.office) &&
         ReadApplicant(Member(section, "applicant")) &&
         ReadOneColumn(Scope::kCase, Member(section, "running_number"), &mapping_.running_number) &&
         ReadAttributes(Scope::kCase, Member(section, "attributes"), &mapping_.case_attributes,
                        &mapping_.other_case_attributes);
}

bool MapReader::ReadEvent(const Named& section) {
  if (!CheckKeys(section, {"id", "activity", "time", "lifecycle", "resource", "attributes"})) return false;
  const Named activity = Member(section, "activity");
  if (!activity.node.IsDefined()) {
    return Wrong({YAML::Node(YAML::NodeType::Undefined), activity.name}, "缺失:请写明环节名称的列,或 {constant: 名称}",
                 "is missing: name the column of the activity, or {constant: TEXT}");
  }
  const Named id = Member(section, "id");
  if (id.node.IsDefined() && !ReadColumnList(Scope::kEvent, id, &mapping_.event_id)) return false;
  return ReadSource(Scope::kEvent, activity, &mapping_.activity) && ReadTime(Member(section, "time")) &&
         ReadSource(Scope::kEvent, Member(section, "lifecycle"), &mapping_.lifecycle) &&
         ReadSource(Scope::kEvent, Member(section, "resource"), &mapping_.resource) &&
         ReadAttributes(Scope::kEvent, Member(section, "attributes"), &mapping_.event_attributes,
                        &mapping_.other_event_attributes);
}

bool MapReader::ReadApplicant(const Named& section) {
  if (!section.node.IsDefined()) return true;
  if (!CheckKeys(section, {"name", "identity_number", "identity_kind", "phone", "address"})) return false;
  ApplicantSource& applicant = mapping_.applicant;
  if (const Named at = Member(section, "identity_kind"); at.node.IsDefined()) {
    std::string word;
    if (!ReadString(at, &word)) return false;
    if (!FindIn(kIdentityKinds, word, &applicant.identity_kind)) {
      const std::string all = WordsOf(kIdentityKinds);
      return Wrong(at, absl::StrCat("没有类型 ", word, ":可写 ", all),
                   absl::StrCat("has no kind ", word, ": there are ", all));
    }
  }
  if (!Member(section, "name").node.IsDefined()) {
    return Wrong(section, "缺少 name:请写明姓名的列", "has no name: say which column holds it");
  }
  return ReadOneColumn(Scope::kCase, Member(section, "name"), &applicant.name) &&
         ReadOneColumn(Scope::kCase, Member(section, "identity_number"), &applicant.identity_number) &&
         ReadOneColumn(Scope::kCase, Member(section, "phone"), &applicant.phone) &&
         ReadOneColumn(Scope::kCase, Member(section, "address"), &applicant.address);
}

bool MapReader::ReadTime(const Named& section) {
  if (!section.node.IsDefined()) {
    return Wrong({YAML::Node(YAML::NodeType::Undefined), section.name}, "缺失:请写明时间的列及其格式",
                 "is missing: name the column of the time, and its format");
  }
  TimeSource& time = mapping_.time;
  time.format = TimeFormat::Parse("rfc3339");
  if (!section.node.IsMap()) return ReadColumnList(Scope::kEvent, section, &time.columns);
  if (!CheckKeys(section, {"column", "columns", "format", "zone"})) return false;
  const Named one = Member(section, "column");
  const Named several = Member(section, "columns");
  if (one.node.IsDefined() == several.node.IsDefined()) {
    return Wrong(section, "应写 column 或 columns 之一", "needs either column or columns");
  }
  if (!ReadColumnList(Scope::kEvent, one.node.IsDefined() ? one : several, &time.columns)) return false;
  if (const Named at = Member(section, "format"); at.node.IsDefined() && !ReadFormat(at, &time.format)) return false;
  const Named zone = Member(section, "zone");
  if (zone.node.IsDefined() && time.format->names_zone()) {
    return Wrong(zone, "多余:该格式自带时区", "is not needed: texts of this format name their zone");
  }
  return ReadZone(zone, &time.zone_seconds);
}

bool MapReader::ReadFormat(const Named& at, std::optional<TimeFormat>* format) {
  std::string spec;
  if (!ReadString(at, &spec)) return false;
  *format = TimeFormat::Parse(spec);
  if (*format) return true;
  return Wrong(
      at, absl::StrCat("不是可用的格式:", spec, "。可写 rfc3339、seconds、milliseconds,或如 \"%Y-%m-%d %H:%M:%S\""),
      absl::StrCat("is no format: ", spec,
                   ". Write rfc3339, seconds, milliseconds, or one such as \"%Y-%m-%d %H:%M:%S\""));
}

bool MapReader::ReadZone(const Named& at, int32_t* zone_seconds) {
  if (!at.node.IsDefined()) return true;
  std::string text;
  if (!ReadString(at, &text)) return false;
  const auto zone = ParseZone(text);
  if (!zone) return Wrong(at, "应为时区,如 +08:00", "must be a zone such as +08:00");
  *zone_seconds = *zone;
  return true;
}

bool MapReader::ReadAttributes(Scope scope, const Named& list, std::vector<AttributeSource>* out, bool* others) {
  if (!list.node.IsDefined()) return true;
  if (list.node.IsScalar() && list.node.Scalar() == "others") {
    *others = true;
    return true;
  }
  if (!list.node.IsSequence()) {
    return Wrong(list, "应为列表,或写 others(其余各列)",
                 "must be a list, or the word others for all that is not named");
  }
  std::set<std::string> keys;
  for (size_t i = 0; i < list.node.size(); ++i) {
    const Named at{list.node[i], absl::StrCat(list.name, "[", i, "]")};
    AttributeSource attribute;
    if (!ReadAttribute(scope, at, &attribute)) return false;
    if (!keys.insert(attribute.key).second) {
      return Wrong(at, absl::StrCat("的目标 ", attribute.key, " 重复:请用 key 另取名称"),
                   absl::StrCat("has the target ", attribute.key, " a second time: give it another one with key"));
    }
    out->push_back(std::move(attribute));
  }
  return true;
}

bool MapReader::ReadAttribute(Scope scope, const Named& at, AttributeSource* out) {
  std::string column;
  if (at.node.IsScalar()) {
    if (!ReadString(at, &column)) return false;
  } else {
    if (!CheckKeys(at, {"column", "key", "type", "format"})) return false;
    const Named name = Member(at, "column");
    if (!name.node.IsDefined()) return Wrong(at, "缺少 column", "has no column");
    if (!ReadString(name, &column)) return false;
  }
  out->column = ColumnOf(scope, column);
  out->key = column;
  if (at.node.IsScalar()) return true;
  if (const Named key = Member(at, "key"); key.node.IsDefined() && !ReadString(key, &out->key)) return false;
  if (out->key.empty() || out->key.size() > kKeyBytesMax) {
    return Wrong(Member(at, "key"), "应为 1 至 200 字节", "must be 1 to 200 bytes");
  }
  const Named type = Member(at, "type");
  if (type.node.IsDefined()) {
    std::string word;
    if (!ReadString(type, &word)) return false;
    if (!FindIn(kTypes, word, &out->type)) {
      const std::string all = WordsOf(kTypes);
      return Wrong(type, absl::StrCat("没有类型 ", word, ":可写 ", all),
                   absl::StrCat("has no type ", word, ": there are ", all));
    }
  }
  const bool is_date = out->type == intake::v1::ATTRIBUTE_TYPE_DATE;
  if (is_date) out->format = TimeFormat::Parse("%Y-%m-%d");
  const Named format = Member(at, "format");
  if (!format.node.IsDefined()) return true;
  if (!is_date) return Wrong(format, "只用于 type: date", "is for type: date only");
  return ReadFormat(format, &out->format);
}

bool MapReader::ReadSource(Scope scope, const Named& at, ValueSource* out) {
  if (!at.node.IsDefined()) return true;
  if (!at.node.IsMap()) return ReadOneColumn(scope, at, &out->column);
  if (!CheckKeys(at, {"column", "constant", "values"})) return false;
  const Named column = Member(at, "column");
  const Named constant = Member(at, "constant");
  if (column.node.IsDefined() == constant.node.IsDefined()) {
    return Wrong(at, "应写 column 或 constant 之一", "needs either column or constant");
  }
  if (constant.node.IsDefined()) {
    if (!ReadString(constant, &out->constant)) return false;
    if (out->constant.empty()) return Wrong(constant, "不能为空", "cannot be empty");
    if (const Named values = Member(at, "values"); values.node.IsDefined()) {
      return Wrong(values, "只用于 column", "is for a column only");
    }
    return true;
  }
  return ReadOneColumn(scope, column, &out->column) && ReadValues(Member(at, "values"), &out->values);
}

bool MapReader::ReadValues(const Named& at, std::map<std::string, std::string>* values) {
  if (!at.node.IsDefined()) return true;
  if (!at.node.IsMap() || at.node.size() == 0)
    return Wrong(at, "应为一组“原值: 含义”", "must be a group of VALUE: MEANING");
  for (const auto& member : at.node) {
    const Named one{member.first, at.name};
    std::string from, to;
    if (!ReadString(one, &from) || !ReadString({member.second, absl::StrCat(at.name, ".", from)}, &to)) return false;
    if (!values->emplace(from, to).second) {
      return Wrong(one, absl::StrCat("中 ", from, " 重复:只能写一次"),
                   absl::StrCat("has ", from, " twice: write it once"));
    }
  }
  return true;
}

// Channels are few: a meaning that is none is an error of the map, not of every row.
bool MapReader::CheckChannels(const Named& at) {
  const auto is_channel = [](const std::string& word) {
    return word == "window" || word == "online" || word == "hotline" || word == "import";
  };
  const ValueSource& channel = mapping_.channel;
  std::string odd = channel.constant.empty() || is_channel(channel.constant) ? "" : channel.constant;
  for (const auto& [from, to] : channel.values) {
    if (!is_channel(to)) odd = to;
  }
  if (odd.empty()) return true;
  return Wrong(at, absl::StrCat("没有渠道 ", odd, ":可写 window、online、hotline、import"),
               absl::StrCat("has no channel ", odd, ": there are window, online, hotline, import"));
}

bool MapReader::ReadOneColumn(Scope scope, const Named& at, int* out) {
  if (!at.node.IsDefined()) return true;
  std::string name;
  if (!ReadString(at, &name)) return false;
  if (name.empty()) return Wrong(at, "应为列名", "must name a column");
  *out = ColumnOf(scope, name);
  return true;
}

bool MapReader::ReadColumnList(Scope scope, const Named& at, std::vector<int>* out) {
  if (at.node.IsScalar()) {
    out->emplace_back();
    return ReadOneColumn(scope, at, &out->back());
  }
  if (!at.node.IsSequence() || at.node.size() == 0) {
    return Wrong(at, "应为列名或列名的列表", "must be a column or a list of columns");
  }
  for (const auto& one : at.node) {
    out->emplace_back();
    if (!ReadOneColumn(scope, {one, at.name}, &out->back())) return false;
    if (std::count(out->begin(), out->end(), out->back()) > 1) {
      return Wrong({one, at.name}, "中的列重复", "names a column twice");
    }
  }
  return true;
}

int MapReader::ColumnOf(Scope scope, const std::string& name) {
  auto& names = mapping_.names[static_cast<int>(scope)];
  const auto at = std::find(names.begin(), names.end(), name);
  if (at != names.end()) return static_cast<int>(at - names.begin());
  names.push_back(name);
  return static_cast<int>(names.size()) - 1;
}

}  // namespace casehub::lines
