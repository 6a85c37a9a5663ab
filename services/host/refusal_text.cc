#include "services/host/refusal_text.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "casehub/common/v1/phrase.pb.h"
#include "casehub/common/v1/status.pb.h"
#include "casehub/options.pb.h"
#include "services/host/as_absl.h"

namespace casehub::host {
namespace {

constexpr std::string_view kNamePrefix = "REFUSAL_";
constexpr int kInvalidArgument = 3;
constexpr int kInternal = 13;
constexpr std::string_view kTypePrefix = "type.googleapis.com/google.rpc.";

const ::casehub::RefusalText* WordsOf(runtime::Refusal reason) {
  const auto* value = common::v1::Refusal_descriptor()->FindValueByNumber(reason);
  if (value == nullptr || !value->options().HasExtension(refusal)) return nullptr;
  return &value->options().GetExtension(refusal);
}

using Metadata = std::map<std::string, std::string>;

std::string FillIn(std::string_view text, const Metadata& metadata, Language language);

// What stands in the place of a value: the words of a phrase, anything else as it is.
std::string Say(const std::string& value, const Metadata& metadata, Language language) {
  const auto* known = common::v1::Phrase_descriptor()->FindValueByName(value);
  if (known == nullptr) return value;
  const PhraseText& words = known->options().GetExtension(phrase);
  return FillIn(language == Language::kEnglish ? words.en() : words.zh(), metadata, language);
}

std::string FillIn(std::string_view text, const Metadata& metadata, Language language) {
  std::string out;
  while (!text.empty()) {
    const size_t open = text.find('{');
    const size_t close = open == text.npos ? text.npos : text.find('}', open);
    if (close == text.npos) break;
    out.append(text.substr(0, open));
    const auto it = metadata.find(std::string(text.substr(open + 1, close - open - 1)));
    if (it != metadata.end()) {
      out.append(Say(it->second, metadata, language));
    } else {
      out.append(text.substr(open, close - open + 1));
    }
    text.remove_prefix(close + 1);
  }
  out.append(text);
  return out;
}

// The field a refusal is about, where its metadata does not say so.
std::string_view ImpliedField(runtime::Refusal reason) {
  switch (reason) {
    case runtime::Refusal::REFUSAL_REQUEST_ID_MISSING:
    case runtime::Refusal::REFUSAL_REQUEST_ID_MALFORMED:
    case runtime::Refusal::REFUSAL_REQUEST_ID_IN_FUTURE:
    case runtime::Refusal::REFUSAL_REQUEST_ID_REUSED:
      return "request_id";
    case runtime::Refusal::REFUSAL_PAGE_TOKEN_INVALID:
      return "page_token";
    default:
      return "";
  }
}

template <typename M>
void Pack(std::string_view name, const M& message, common::v1::Status* status) {
  auto* any = status->add_details();
  any->set_type_url(std::string(kTypePrefix).append(name));
  any->set_value(message.SerializeAsString());
}

}  // namespace

Language ParseLanguage(std::string_view accept_language) {
  return absl::StartsWithIgnoreCase(absl::StripLeadingAsciiWhitespace(AsAbsl(accept_language)), "en")
             ? Language::kEnglish
             : Language::kChinese;
}

std::string ReasonName(runtime::Refusal reason) {
  std::string_view name = common::v1::Refusal_Name(reason);
  if (name.starts_with(kNamePrefix)) name.remove_prefix(kNamePrefix.size());
  return name.empty() ? absl::StrCat("REASON_", static_cast<int>(reason)) : std::string(name);
}

int RefusalCode(runtime::Refusal reason) {
  const auto* words = WordsOf(reason);
  return words == nullptr ? kInternal : words->code();
}

std::string RefusalText(const runtime::Refused& refused, Language language) {
  const auto* words = WordsOf(refused.reason);
  if (words == nullptr) return ReasonName(refused.reason);
  return FillIn(language == Language::kEnglish ? words->en() : words->zh(), refused.metadata, language);
}

Failure DescribeRefusal(const runtime::Refused& refused, Language language) {
  Failure failure;
  failure.code = RefusalCode(refused.reason);
  failure.reason = ReasonName(refused.reason);
  failure.message = RefusalText(refused, language);
  failure.metadata = refused.metadata;
  if (failure.code == kInvalidArgument) {
    const auto it = refused.metadata.find("field");
    const std::string field = it != refused.metadata.end() ? it->second : std::string(ImpliedField(refused.reason));
    if (!field.empty()) failure.fields.emplace_back(field, failure.message);
  }
  return failure;
}

std::string EncodeDetails(const Failure& failure) {
  common::v1::Status status;
  status.set_code(failure.code);
  status.set_message(failure.message);
  common::v1::ErrorInfo info;
  info.set_reason(failure.reason);
  info.set_domain(std::string(kErrorDomain));
  for (const auto& [key, value] : failure.metadata) (*info.mutable_metadata())[key] = value;
  Pack("ErrorInfo", info, &status);
  if (!failure.fields.empty()) {
    common::v1::BadRequest bad;
    for (const auto& [field, description] : failure.fields) {
      auto* violation = bad.add_field_violations();
      violation->set_field(field);
      violation->set_description(description);
    }
    Pack("BadRequest", bad, &status);
  }
  int64_t retry_millis = 0;
  const auto it = failure.metadata.find("retry_ms");
  if (it != failure.metadata.end() && absl::SimpleAtoi(it->second, &retry_millis)) {
    common::v1::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(retry_millis / 1000);
    retry.mutable_retry_delay()->set_nanos(static_cast<int32_t>(retry_millis % 1000 * 1'000'000));
    Pack("RetryInfo", retry, &status);
  }
  return status.SerializeAsString();
}

Failure DecodeDetails(int code, std::string_view message, std::string_view details) {
  Failure failure;
  failure.code = code;
  failure.message = std::string(message);
  common::v1::Status status;
  if (details.empty() || !status.ParseFromArray(details.data(), static_cast<int>(details.size()))) return failure;
  for (const auto& any : status.details()) {
    std::string_view type = any.type_url();
    if (!type.starts_with(kTypePrefix)) continue;
    type.remove_prefix(kTypePrefix.size());
    if (type == "ErrorInfo") {
      common::v1::ErrorInfo info;
      if (!info.ParseFromString(any.value())) continue;
      failure.reason = info.reason();
      failure.metadata.insert(info.metadata().begin(), info.metadata().end());
    } else if (type == "BadRequest") {
      common::v1::BadRequest bad;
      if (!bad.ParseFromString(any.value())) continue;
      for (const auto& violation : bad.field_violations()) {
        failure.fields.emplace_back(violation.field(), violation.description());
      }
    }
  }
  return failure;
}

}  // namespace casehub::host
