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
