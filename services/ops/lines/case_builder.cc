#include "services/ops/lines/case_builder.h"

#include <algorithm>
#include <functional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace casehub::lines {

using xes::Problem;
using xes::Reason;

namespace {

constexpr size_t kNumberDigitsMax = 18;

bool AllDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

bool IsInteger(std::string_view text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  return AllDigits(text);
}

// Digits, a point, an exponent; neither NaN nor an infinity is a number here.
bool IsDecimal(std::string_view text) {
  const size_t exponent = text.find_first_of("eE");
  if (exponent != text.npos && !IsInteger(text.substr(exponent + 1))) return false;
  text = text.substr(0, exponent);
  const size_t point = text.find('.');
  if (point == text.npos) return IsInteger(text);
  std::string_view whole = text.substr(0, point);
  if (!whole.empty() && (whole.front() == '-' || whole.front() == '+')) whole.remove_prefix(1);
  const std::string_view fraction = text.substr(point + 1);
  if (whole.empty() && fraction.empty()) return false;
  return (whole.empty() || AllDigits(whole)) && (fraction.empty() || AllDigits(fraction));
}

bool IsBoolean(std::string_view text) {
  for (const std::string_view one : {"true", "false", "1", "0", "是", "否"}) {
    if (text == one) return true;
  }
  return false;
}

// Parts of a key of several columns stay apart whatever they hold.
void AppendKeyPart(const std::string& part, std::string* key) {
  for (const char c : part) {
    if (c == '%' || c == '/') {
      absl::StrAppend(key, c == '%' ? "%25" : "%2F");
    } else {
      key->push_back(c);
    }
  }
}

common::v1::Channel ChannelOf(const std::string& word) {
  if (word == "window") return common::v1::CHANNEL_WINDOW;
  if (word == "online") return common::v1::CHANNEL_ONLINE;
  if (word == "hotline") return common::v1::CHANNEL_HOTLINE;
  if (word == "import") return common::v1::CHANNEL_IMPORT;
  return common::v1::CHANNEL_UNSPECIFIED;
}

intake::v1::AttributeType TypeOf(Cell::Kind kind) {
  switch (kind) {
    case Cell::Kind::kInteger:
      return intake::v1::ATTRIBUTE_TYPE_INT;
    case Cell::Kind::kDecimal:
      return intake::v1::ATTRIBUTE_TYPE_FLOAT;
    case Cell::Kind::kBoolean:
      return intake::v1::ATTRIBUTE_TYPE_BOOLEAN;
    default:
      return intake::v1::ATTRIBUTE_TYPE_STRING;
  }
}

}  // namespace

void CaseBuilder::Complain(std::optional<Problem>* problem, std::string field, Reason reason, std::string detail) {
  if (!*problem) *problem = Problem{std::move(field), reason, std::move(detail)};  // the first one tells enough
}

std::variant<std::string, Problem> CaseBuilder::KeyOf(const Row& row) const {
  std::string key;
  for (const int column : mapping_.key) {
    const Cell& cell = row.At(Scope::kCase, column);
    const std::string& name = mapping_.NamesOf(Scope::kCase)[static_cast<size_t>(column)];
    if (cell.kind == Cell::Kind::kAbsent) return Problem{name, Reason::kMissing};
    if (cell.kind == Cell::Kind::kNested) return Problem{name, Reason::kNested};
    if (mapping_.key.size() == 1) return cell.text;
    if (column != mapping_.key.front()) key.push_back('/');
    AppendKeyPart(cell.text, &key);
  }
  return key;
}

bool CaseBuilder::AddRow(const Row& row) {
  auto found = KeyOf(row);
  if (const auto* problem = std::get_if<Problem>(&found)) {
    Reject(row.line, *problem);
    return true;
  }
  std::string& key = std::get<std::string>(found);
  if (!open_ || key != key_) {
    if (!EndCase()) return false;
    if (ended_.contains(std::hash<std::string>()(key))) {
      Reject(row.line,
             {mapping_.NamesOf(Scope::kCase)[static_cast<size_t>(mapping_.key.front())], Reason::kNotGrouped});
      return true;
    }
    Open(row, std::move(key), false);
  }
  AddEvent(row);
  return true;
}

bool CaseBuilder::BeginCase(const Row& row) {
  auto found = KeyOf(row);
  if (!EndCase()) return false;
  const auto* problem = std::get_if<Problem>(&found);
  Open(row, problem == nullptr ? std::get<std::string>(std::move(found)) : std::string(), true);
  if (problem != nullptr) problem_ = *problem;
  return true;
}

void CaseBuilder::Open(const Row& row, std::string key, bool whole) {
  open_ = true;
  whole_ = whole;
  line_ = row.line;
  key_ = std::move(key);
  problem_.reset();
  facts_.Clear();
  running_number_.reset();
  attributes_.Clear();
  if (key_.size() > kCaseNameBytesMax) {
    Complain(&problem_, mapping_.NamesOf(Scope::kCase)[static_cast<size_t>(mapping_.key.front())], Reason::kTooLong);
  }
  ReadFacts(row);
  ReadRunningNumber(row);
  ReadAttributes(row, Scope::kCase, mapping_.case_attributes, whole && mapping_.other_case_attributes, &attributes_,
                 &problem_);
}

void CaseBuilder::ReadFacts(const Row& row) {
  facts_.set_matter_type(ValueOf(row, Scope::kCase, mapping_.matter_type, &problem_));
  facts_.set_office_id(ValueOf(row, Scope::kCase, mapping_.office, &problem_));
  const std::string channel = ValueOf(row, Scope::kCase, mapping_.channel, &problem_);
  facts_.set_channel(ChannelOf(channel));
  if (!channel.empty() && facts_.channel() == common::v1::CHANNEL_UNSPECIFIED) {
    Complain(&problem_, mapping_.NamesOf(Scope::kCase)[static_cast<size_t>(mapping_.channel.column)],
             Reason::kUnknownValue);
  }
  const ApplicantSource& applicant = mapping_.applicant;
  if (!applicant.is_set()) return;
  const auto text = [&](int column) { return column == kNoColumn ? std::string() : row.At(Scope::kCase, column).text; };
  if (row.At(Scope::kCase, applicant.name).kind == Cell::Kind::kAbsent) return;  // the source knows nobody
  auto* particulars = facts_.mutable_applicant()->mutable_particulars();
  particulars->set_name(text(applicant.name));
  particulars->set_phone(text(applicant.phone));
  particulars->set_address(text(applicant.address));
  particulars->set_identity_number(text(applicant.identity_number));
  if (!particulars->identity_number().empty()) particulars->set_identity_kind(applicant.identity_kind);
}

void CaseBuilder::ReadRunningNumber(const Row& row) {
  if (mapping_.running_number == kNoColumn) return;
  const Cell& cell = row.At(Scope::kCase, mapping_.running_number);
  if (cell.kind == Cell::Kind::kAbsent) return;
  if (!AllDigits(cell.text) || cell.text.size() > kNumberDigitsMax) {
    return Complain(&problem_, mapping_.NamesOf(Scope::kCase)[static_cast<size_t>(mapping_.running_number)],
                    Reason::kNotAnInteger);
  }
  running_number_ = std::stoull(cell.text);
}

std::string CaseBuilder::ValueOf(const Row& row, Scope scope, const ValueSource& source,
                                 std::optional<Problem>* problem) {
  if (source.column == kNoColumn) return source.constant;
  const Cell& cell = row.At(scope, source.column);
  const std::string& name = mapping_.NamesOf(scope)[static_cast<size_t>(source.column)];
  if (cell.kind == Cell::Kind::kAbsent) return "";
  if (cell.kind == Cell::Kind::kNested) {
    Complain(problem, name, Reason::kNested);
    return "";
  }
  if (source.values.empty()) return cell.text;
  const auto meaning = source.values.find(cell.text);
  if (meaning != source.values.end()) return meaning->second;
  Complain(problem, name, Reason::kUnknownValue);
  return "";
}

std::string CaseBuilder::EventIdOf(const Row& row) const {
  std::string id;
  for (const int column : mapping_.event_id) {
    const Cell& cell = row.At(Scope::kEvent, column);
    if (mapping_.event_id.size() == 1) return cell.text;
    if (column != mapping_.event_id.front()) id.push_back('/');
    AppendKeyPart(cell.text, &id);
  }
  return id;
}

void CaseBuilder::AddEvent(const Row& row) {
  ingest::v1::LineEvent* event = sink_.BeginEvent();
  std::optional<Problem> problem;
  event->set_activity(ValueOf(row, Scope::kEvent, mapping_.activity, &problem));
  if (event->activity().empty()) {
    Complain(&problem,
             mapping_.activity.column == kNoColumn
                 ? "activity"
                 : mapping_.NamesOf(Scope::kEvent)[static_cast<size_t>(mapping_.activity.column)],
             Reason::kMissing);
  }
  event->set_lifecycle(ValueOf(row, Scope::kEvent, mapping_.lifecycle, &problem));
  event->set_resource(ValueOf(row, Scope::kEvent, mapping_.resource, &problem));
  ReadTime(row, event, &problem);
  event->set_event_id(EventIdOf(row));
  ReadAttributes(row, Scope::kEvent, mapping_.event_attributes, mapping_.other_event_attributes,
                 event->mutable_attributes(), &problem);
  sink_.EndEvent(row.line, problem ? &*problem : nullptr);
}

void CaseBuilder::ReadTime(const Row& row, ingest::v1::LineEvent* event, std::optional<Problem>* problem) {
  std::string text;
  for (const int column : mapping_.time.columns) {
    const Cell& cell = row.At(Scope::kEvent, column);
    const std::string& name = mapping_.NamesOf(Scope::kEvent)[static_cast<size_t>(column)];
    if (cell.kind == Cell::Kind::kAbsent) return Complain(problem, name, Reason::kMissing);
    if (cell.kind == Cell::Kind::kNested) return Complain(problem, name, Reason::kNested);
    if (!text.empty()) text.push_back(' ');
    text.append(cell.text);
  }
  const std::string& field = mapping_.NamesOf(Scope::kEvent)[static_cast<size_t>(mapping_.time.columns.front())];
  const auto moment = mapping_.time.format->Read(text, mapping_.time.zone_seconds);
  if (!moment) return Complain(problem, field, Reason::kOtherFormat, mapping_.time.format->spec());
  if (*moment > latest_) return Complain(problem, field, Reason::kInFuture);
  event->mutable_occurred_at()->set_seconds(moment->seconds);
  event->mutable_occurred_at()->set_nanos(moment->nanos);
}

std::optional<Problem> CaseBuilder::CheckType(const std::string& name, const Cell& cell,
                                              const AttributeSource& source) const {
  if (cell.kind == Cell::Kind::kNested) return Problem{name, Reason::kNested};
  switch (source.type) {
    case intake::v1::ATTRIBUTE_TYPE_INT:
      if (!IsInteger(cell.text)) return Problem{name, Reason::kNotAnInteger};
      break;
    case intake::v1::ATTRIBUTE_TYPE_FLOAT:
      if (!IsDecimal(cell.text)) return Problem{name, Reason::kNotANumber};
      break;
    case intake::v1::ATTRIBUTE_TYPE_BOOLEAN:
      if (!IsBoolean(cell.text)) return Problem{name, Reason::kNotABoolean};
      break;
    case intake::v1::ATTRIBUTE_TYPE_DATE:
      if (!source.format->Read(cell.text, kChinaOffsetSeconds)) {
        return Problem{name, Reason::kOtherFormat, source.format->spec()};
      }
      break;
    default:
      break;
  }
  return std::nullopt;
}

void CaseBuilder::ReadAttributes(const Row& row, Scope scope, const std::vector<AttributeSource>& sources, bool others,
                                 google::protobuf::RepeatedPtrField<intake::v1::Attribute>* out,
                                 std::optional<Problem>* problem) {
  const auto add = [&](const std::string& key, const std::string& value, intake::v1::AttributeType type) {
    if (out->size() >= kAttributesMax) return Complain(problem, key, Reason::kTooManyAttributes);
    auto* attribute = out->Add();
    attribute->set_key(key);
    attribute->set_value(value);
    attribute->set_type(type);
  };
  for (const AttributeSource& source : sources) {
    const Cell& cell = row.At(scope, source.column);
    if (cell.kind == Cell::Kind::kAbsent) continue;
    const std::string& name = mapping_.NamesOf(scope)[static_cast<size_t>(source.column)];
    if (auto wrong = CheckType(name, cell, source)) {
      if (!*problem) *problem = *std::move(wrong);
      continue;
    }
    add(source.key, cell.text, source.type);
  }
  if (!others) return;
  for (const auto& [key, cell] : row.others) add(key, cell.text, TypeOf(cell.kind));
}

bool CaseBuilder::EndCase() {
  if (!open_) return true;
  open_ = false;
  if (!mapping_.any_order && !whole_) ended_.insert(std::hash<std::string>()(key_));
  xes::Trace trace;
  trace.line = line_;
  trace.name = key_;
  trace.attributes = &attributes_;
  trace.problem = problem_ ? &*problem_ : nullptr;
  trace.facts = &facts_;
  trace.running_number = running_number_;
  return sink_.EndTrace(trace);
}

void CaseBuilder::Abandon() {
  if (open_) sink_.AbandonTrace();
  open_ = false;
}

}  // namespace casehub::lines
