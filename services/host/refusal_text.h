// A refusal as callers see it (AIP-193): canonical code, words in their language, and the details of
// grpc-status-details-bin. Codes and words stand in refusal.proto, beside each reason.
//
// Threads     Everything here is pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/runtime/service.h"

namespace casehub::host {

inline constexpr std::string_view kErrorDomain = "casehub";

enum class Language { kChinese, kEnglish };
// Of the metadata `accept-language`: English if it starts with "en", Chinese otherwise.
Language ParseLanguage(std::string_view accept_language);

// What went wrong, ready for a status or read from one.
struct Failure {
  int code = 0;        // google.rpc.Code
  std::string reason;  // CASE_UNKNOWN; empty for failures that casehub did not describe
  std::string message;
  std::map<std::string, std::string> metadata;
  std::vector<std::pair<std::string, std::string>> fields;  // path, what is wrong with it
};

// REFUSAL_CASE_UNKNOWN: "CASE_UNKNOWN".
std::string ReasonName(runtime::Refusal reason);
int RefusalCode(runtime::Refusal reason);
// The words, with each {name} replaced by the metadata of that name; one that is missing stays as it is.
std::string RefusalText(const runtime::Refused& refused, Language language);

Failure DescribeRefusal(const runtime::Refused& refused, Language language);
// google.rpc.Status, serialized: ErrorInfo, BadRequest if fields are named, RetryInfo if the metadata has retry_ms.
std::string EncodeDetails(const Failure& failure);
// The reverse, for clients; details that are missing or not understood leave reason, metadata and fields empty.
Failure DecodeDetails(int code, std::string_view message, std::string_view details);

}  // namespace casehub::host
