#include "services/ops/xes/document.h"

#include <cstring>

#include "absl/strings/str_cat.h"

namespace casehub::xes {
namespace {

using intake::v1::Attribute;
using intake::v1::AttributeType;

constexpr int kNoAttribute = -1;
constexpr int kMembersElement = -2;

// What XES calls the element, whatever prefix its namespace has.
const char* LocalName(const char* name) {
  const char* colon = std::strrchr(name, ':');
  return colon == nullptr ? name : colon + 1;
}

// The type of an attribute element; kMembersElement for the <values> of a list; kNoAttribute for anything else.
int AttributeElement(const char* name) {
  switch (name[0]) {
    case 's':
      return std::strcmp(name, "string") == 0 ? intake::v1::ATTRIBUTE_TYPE_STRING : kNoAttribute;
    case 'd':
      return std::strcmp(name, "date") == 0 ? intake::v1::ATTRIBUTE_TYPE_DATE : kNoAttribute;
    case 'i':
      if (std::strcmp(name, "int") == 0) return intake::v1::ATTRIBUTE_TYPE_INT;
      return std::strcmp(name, "id") == 0 ? intake::v1::ATTRIBUTE_TYPE_ID : kNoAttribute;
    case 'f':
      return std::strcmp(name, "float") == 0 ? intake::v1::ATTRIBUTE_TYPE_FLOAT : kNoAttribute;
    case 'b':
      return std::strcmp(name, "boolean") == 0 ? intake::v1::ATTRIBUTE_TYPE_BOOLEAN : kNoAttribute;
    case 'l':
      return std::strcmp(name, "list") == 0 ? intake::v1::ATTRIBUTE_TYPE_UNSPECIFIED : kNoAttribute;
    case 'c':
      return std::strcmp(name, "container") == 0 ? intake::v1::ATTRIBUTE_TYPE_UNSPECIFIED : kNoAttribute;
    case 'v':
      return std::strcmp(name, "values") == 0 ? kMembersElement : kNoAttribute;
    default:
      return kNoAttribute;
  }
}

}  // namespace

bool Document::Fail(Fault fault, std::string detail) {
  fault_ = fault;
  detail_ = std::move(detail);
  return false;
}

bool Document::Start(const char* raw_name, const char** attributes) {
  if (static_cast<int>(open_.size()) + skipped_ >= options_.limits.depth_max) {
    return Fail(Fault::kTooDeep, absl::StrCat(options_.limits.depth_max));
  }
  if (skipped_ > 0) {
    ++skipped_;
    return true;
  }
  const char* name = LocalName(raw_name);
  if (open_.empty()) {
    root_seen_ = true;
    if (std::strcmp(name, "log") != 0) return Fail(Fault::kNotXes, raw_name);
    open_.push_back({Level::kLog, nullptr});
    return true;
  }
  const Level level = open_.back().level;
  if (level == Level::kLog) {
    if (std::strcmp(name, "trace") == 0) {
      StartTrace();
      return true;
    }
    if (std::strcmp(name, "event") == 0) {
      ++events_;
      sink_.Stray(line_(), Problem{"trace", Reason::kOutsideTrace});
    }
    ++skipped_;  // attributes of the log itself, extensions, globals, classifiers
    return true;
  }
  if (level == Level::kTrace && std::strcmp(name, "event") == 0) {
    StartEvent();
    return true;
  }
  const int type = AttributeElement(name);
  if (type >= 0) {
    StartAttribute(name, type, attributes);
  } else if (type == kMembersElement && level == Level::kAttribute) {
    open_.push_back({Level::kMembers, open_.back().key});
  } else {
    ++skipped_;
  }
  return true;
}

void Document::StartTrace() {
  open_.push_back({Level::kTrace, nullptr});
  trace_line_ = line_();
  trace_events_ = 0;
  trace_attributes_.Clear();
  trace_name_ = nullptr;
  trace_problem_.reset();
}

void Document::StartEvent() {
  open_.push_back({Level::kEvent, nullptr});
  event_ = sink_.BeginEvent();
  event_line_ = line_();
  has_time_ = has_activity_ = false;
  event_problem_.reset();
}

void Document::Complain(std::string_view field, Reason reason) {
  auto& problem = event_ != nullptr ? event_problem_ : trace_problem_;
  if (!problem) problem = Problem{std::string(field), reason};  // the first one tells enough
}

void Document::StartAttribute(const char* element, int type, const char** attributes) {
  const char* key = nullptr;
  const char* value = "";
  for (; *attributes != nullptr; attributes += 2) {
    if (std::strcmp(attributes[0], "key") == 0) {
      key = attributes[1];
    } else if (std::strcmp(attributes[0], "value") == 0) {
      value = attributes[1];
    }
  }
  auto& list = event_ != nullptr ? *event_->mutable_attributes() : trace_attributes_;
  const bool key_missing = key == nullptr || *key == '\0';
  if (key_missing || list.size() >= options_.limits.attributes_max) {
    Complain(element, key_missing ? Reason::kKeyMissing : Reason::kTooManyAttributes);
    skipped_ = 1;
    return;
  }
  Attribute* attribute = list.Add();
  const Open& parent = open_.back();
  if (parent.key != nullptr) {
    attribute->set_key(absl::StrCat(*parent.key, ".", key));
  } else {
    attribute->set_key(key);
  }
  attribute->set_value(value);
  attribute->set_type(static_cast<AttributeType>(type));
  const bool direct = parent.key == nullptr;
  open_.push_back({Level::kAttribute, &attribute->key()});
  if (!direct) return;
  if (event_ != nullptr) {
    Recognise(key, value);
  } else if (std::strcmp(key, "concept:name") == 0) {
    trace_name_ = &attribute->value();
  }
}

void Document::Recognise(const char* key, const char* value) {
  switch (key[0]) {
    case 'c':
      if (std::strcmp(key, "concept:name") != 0) return;
      has_activity_ = true;
      if (*value == '\0') Complain(key, Reason::kEmpty);
      event_->set_activity(value);
      return;
    case 'l':
      if (std::strcmp(key, "lifecycle:transition") == 0) event_->set_lifecycle(value);
      return;
    case 'o':
      if (std::strcmp(key, "org:resource") == 0) event_->set_resource(value);
      return;
    case 't': {
      if (std::strcmp(key, "time:timestamp") != 0) return;
      has_time_ = true;
      const auto moment = ParseRfc3339(value);
      if (!moment) return Complain(key, Reason::kNotATime);
      if (*moment > options_.latest) return Complain(key, Reason::kInFuture);
      event_->mutable_occurred_at()->set_seconds(moment->seconds);
      event_->mutable_occurred_at()->set_nanos(moment->nanos);
      return;
    }
    default:
      return;
  }
}

bool Document::End() {
  if (skipped_ > 0) {
    --skipped_;
    return true;
  }
  const Level level = open_.back().level;
  open_.pop_back();
  if (level == Level::kEvent) EndEvent();
  if (level == Level::kTrace) return EndTrace();
  return true;
}

void Document::EndEvent() {
  if (!has_time_) Complain("time:timestamp", Reason::kMissing);
  if (!has_activity_) Complain("concept:name", Reason::kMissing);
  event_ = nullptr;
  ++trace_events_;
  sink_.EndEvent(event_line_, event_problem_ ? &*event_problem_ : nullptr);
}

bool Document::EndTrace() {
  if (trace_name_ == nullptr) {
    Complain("concept:name", Reason::kMissing);
  } else if (trace_name_->empty()) {
    Complain("concept:name", Reason::kEmpty);
  } else if (trace_name_->size() > options_.limits.case_name_bytes_max) {
    Complain("concept:name", Reason::kTooLong);
  }
  ++traces_;
  events_ += trace_events_;
  Trace trace;
  trace.line = trace_line_;
  if (trace_name_ != nullptr) trace.name = *trace_name_;
  trace.attributes = &trace_attributes_;
  trace.problem = trace_problem_ ? &*trace_problem_ : nullptr;
  return sink_.EndTrace(trace) || Fail(Fault::kStopped, "");
}

void Document::Abandon() {
  event_ = nullptr;
  if (open_.size() > 1) sink_.AbandonTrace();
}

}  // namespace casehub::xes
