// What the reader has to say, in both languages.
#include "absl/strings/str_cat.h"
#include "services/ops/xes/xes_reader.h"

namespace casehub::xes {

const char* ReasonCode(Reason reason) {
  switch (reason) {
    case Reason::kMissing:
      return "FIELD_MISSING";
    case Reason::kEmpty:
      return "FIELD_EMPTY";
    case Reason::kTooLong:
      return "FIELD_TOO_LONG";
    case Reason::kNotATime:
      return "TIME_INVALID";
    case Reason::kInFuture:
      return "TIME_IN_FUTURE";
    case Reason::kKeyMissing:
      return "KEY_MISSING";
    case Reason::kTooManyAttributes:
      return "TOO_MANY_ATTRIBUTES";
    case Reason::kOutsideTrace:
      return "OUTSIDE_TRACE";
    case Reason::kRagged:
      return "ROW_RAGGED";
    case Reason::kQuoteMisplaced:
      return "QUOTE_MISPLACED";
    case Reason::kOtherFormat:
      return "TIME_INVALID";
    case Reason::kNotAnInteger:
    case Reason::kNotANumber:
      return "NUMBER_INVALID";
    case Reason::kNotABoolean:
      return "BOOLEAN_INVALID";
    case Reason::kUnknownValue:
      return "VALUE_UNKNOWN";
    case Reason::kNested:
      return "VALUE_NESTED";
    case Reason::kNotJson:
      return "LINE_INVALID";
    case Reason::kNotGrouped:
      return "CASE_NOT_GROUPED";
  }
  return "UNKNOWN";
}

Bilingual ReasonText(const Problem& problem) {
  const std::string& field = problem.field;
  switch (problem.reason) {
    case Reason::kMissing:
      return {absl::StrCat("缺少 ", field), absl::StrCat(field, " is missing")};
    case Reason::kEmpty:
      return {absl::StrCat(field, " 为空"), absl::StrCat(field, " is empty")};
    case Reason::kTooLong:
      return {absl::StrCat(field, " 过长"), absl::StrCat(field, " is too long")};
    case Reason::kNotATime:
      return {absl::StrCat(field, " 不是带时区的时间(如 2024-05-06T09:30:00+08:00)"),
              absl::StrCat(field, " is not a time with its zone (such as 2024-05-06T09:30:00+08:00)")};
    case Reason::kInFuture:
      return {absl::StrCat(field, " 晚于当前时间"), absl::StrCat(field, " lies in the future")};
    case Reason::kKeyMissing:
      return {absl::StrCat("属性 <", field, "> 没有 key"), absl::StrCat("an attribute <", field, "> has no key")};
    case Reason::kTooManyAttributes:
      return {"属性过多", "there are too many attributes"};
    case Reason::kOutsideTrace:
      return {"事件不在任何 trace 中", "the event stands outside any trace"};
    case Reason::kRagged:
      return {absl::StrCat("该行的列数与表头不符(实有/应有 ", problem.detail, ")"),
              absl::StrCat("the row does not have as many columns as the header (", problem.detail, ")")};
    case Reason::kQuoteMisplaced:
      return {"引号之后应为分隔符或行尾", "a closing quote is followed by neither a separator nor the end of the row"};
    case Reason::kOtherFormat:
      return {absl::StrCat(field, " 不符合映射文件规定的格式 ", problem.detail),
              absl::StrCat(field, " does not have the format that the map declares, ", problem.detail)};
    case Reason::kNotAnInteger:
      return {absl::StrCat(field, " 不是整数;若表示空值,请在映射文件的 no_value 中列出"),
              absl::StrCat(field, " is no integer; if it means that there is none, list it under no_value in the map")};
    case Reason::kNotANumber:
      return {absl::StrCat(field, " 不是数字;若表示空值,请在映射文件的 no_value 中列出"),
              absl::StrCat(field, " is no number; if it means that there is none, list it under no_value in the map")};
    case Reason::kNotABoolean:
      return {absl::StrCat(field, " 不是是/否值(true、false、1、0、是、否)"),
              absl::StrCat(field, " is neither yes nor no (true, false, 1, 0, 是, 否)")};
    case Reason::kUnknownValue:
      return {absl::StrCat(field, " 的取值在映射文件的 values 中没有对应"),
              absl::StrCat(field, " has a value that is not among the values of the map")};
    case Reason::kNested:
      return {absl::StrCat(field, " 应为单个值,而不是对象或列表"),
              absl::StrCat(field, " must be one value, not an object or a list")};
    case Reason::kNotJson:
      return {absl::StrCat("该行不是有效的 JSON 对象(第 ", problem.detail, " 字节处)"),
              absl::StrCat("the line is not a JSON object (at byte ", problem.detail, ")")};
    case Reason::kNotGrouped:
      return {
          absl::StrCat(field, " 的办件在其他办件之后再次出现:请在映射文件中写 row_order: any"),
          absl::StrCat("the case of ", field, " stood before another one already: write row_order: any in the map")};
  }
  return {};
}

namespace {

Bilingual FaultWords(const Result& result) {
  const std::string& detail = result.detail;
  switch (result.fault) {
    case Fault::kNone:
      return {"正常", "nothing is wrong"};
    case Fault::kCannotOpen:
      return {"无法打开:文件不存在或无权读取", absl::StrCat("cannot be opened: ", detail)};
    case Fault::kCannotRead:
      return {"无法读取", absl::StrCat("cannot be read: ", detail)};
    case Fault::kEmpty:
      return {"文件为空", "the file is empty"};
    case Fault::kDamagedCompression:
      return {"gzip 数据损坏", absl::StrCat("the gzip data is damaged: ", detail)};
    case Fault::kTruncated:
      return {"文件不完整,提前结束;此前完整的办件已读取",
              absl::StrCat("the file ends early (", detail, "); the cases complete before that were read")};
    case Fault::kNotXml:
      return {"不是有效的 XML", absl::StrCat("is not well-formed XML: ", detail)};
    case Fault::kNotXes:
      return {absl::StrCat("不是 XES 文件:根元素为 <", detail, ">,应为 <log>"),
              absl::StrCat("is not an XES file: its root element is <", detail, ">, not <log>")};
    case Fault::kEntityDeclared:
      return {absl::StrCat("拒绝实体声明(", detail, "):XES 不需要,且可能是 XML 炸弹"),
              absl::StrCat("declares the entity ", detail, ": refused, XES needs none and it may be an XML bomb")};
    case Fault::kTooDeep:
      return {absl::StrCat("元素嵌套超过 ", detail, " 层"),
              absl::StrCat("elements are nested more than ", detail, " deep")};
    case Fault::kTokenTooLong:
      return {absl::StrCat("单个标记或文本超过 ", detail, " 字节"),
              absl::StrCat("a single tag or text is longer than ", detail, " bytes")};
    case Fault::kStopped:
      return {"已停止读取", "the reading was stopped"};
  }
  return {};
}

}  // namespace

Bilingual FaultText(const Result& result, const std::string& path) {
  const Bilingual words = FaultWords(result);
  if (result.line == 0) return {absl::StrCat(path, ":", words.zh), absl::StrCat(path, ": ", words.en)};
  return {absl::StrCat(path, " 第 ", result.line, " 行:", words.zh),
          absl::StrCat(path, ", line ", result.line, ": ", words.en)};
}

}  // namespace casehub::xes
