#include "services/ops/casectl/context.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <random>

#include "absl/strings/str_cat.h"
#include "services/model/uuid.h"

namespace casehub::casectl {
namespace {

// The first of the variables that POSIX asks in this order and that is set.
std::string EnvironmentLanguage() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return "";
}

enum class Kind { kRefused, kBadInput, kNothingRecorded, kUnknown };

Kind KindOf(const CallFailure& call) {
  switch (call.failure.code) {
    case grpc::StatusCode::INVALID_ARGUMENT:
    case grpc::StatusCode::OUT_OF_RANGE:
    case grpc::StatusCode::UNIMPLEMENTED:
      return Kind::kBadInput;
    case grpc::StatusCode::CANCELLED:
    case grpc::StatusCode::UNKNOWN:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
    case grpc::StatusCode::INTERNAL:
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::DATA_LOSS:
      if (!call.sent) return Kind::kNothingRecorded;
      // casehub names its reason where it knows that nothing was recorded.
      return call.failure.reason.empty() || call.failure.reason == "OUTCOME_UNKNOWN" ? Kind::kUnknown
                                                                                     : Kind::kNothingRecorded;
    default:
      return Kind::kRefused;
  }
}

}  // namespace

Language Context::language() const {
  if (!globals.lang.empty()) return globals.lang == "en" ? Language::kEnglish : Language::kChinese;
  return EnvironmentLanguage().rfind("zh", 0) == 0 ? Language::kChinese : Language::kEnglish;
}

bool Context::json() const { return globals.output.empty() ? isatty(STDOUT_FILENO) == 0 : globals.output == "json"; }

std::string Context::Say(std::string_view zh, std::string_view en) const {
  return std::string(language() == Language::kChinese ? zh : en);
}

Client& Context::client() {
  if (!client_) client_ = std::make_unique<Client>(globals.server, language());
  return *client_;
}

std::chrono::milliseconds Context::timeout() const {
  return std::chrono::milliseconds(static_cast<int64_t>(globals.timeout_seconds * 1000));
}

int Context::Usage(const std::string& text) const {
  std::fprintf(stderr, "%s%s\n", Say("错误:", "error: ").c_str(), text.c_str());
  return kUsage;
}

std::string Context::Words(const host::Failure& failure) const {
  if (!failure.message.empty()) return failure.message;  // the server was asked for this language
  runtime::Refusal reason;
  if (!common::v1::Refusal_Parse("REFUSAL_" + failure.reason, &reason)) return failure.reason;
  return host::RefusalText({reason, failure.metadata},
                           language() == Language::kChinese ? host::Language::kChinese : host::Language::kEnglish);
}

int Context::Report(const CallFailure& call, const std::string& request_id) const {
  const host::Failure& failure = call.failure;
  const Kind kind = KindOf(call);
  std::string text = Say("错误", "error");
  if (!failure.reason.empty()) absl::StrAppend(&text, " ", failure.reason);
  if (call.sent) {
    absl::StrAppend(&text, Say(":", ": "), Words(failure));
  } else {
    absl::StrAppend(&text, Say(":无法连接 ", ": cannot connect to "), globals.server);
  }
  std::fprintf(stderr, "%s\n", text.c_str());
  for (const auto& [field, why] : failure.fields) {
    // Most refusals of a field name it themselves.
    if (text.find(field) == std::string::npos) std::fprintf(stderr, "  %s: %s\n", field.c_str(), why.c_str());
  }
  if (kind == Kind::kRefused) return kRefused;
  if (kind == Kind::kBadInput) return kUsage;
  if (!request_id.empty()) {
    const std::string what =
        kind == Kind::kUnknown
            ? Say("结果未知:请求可能已记录", "the outcome is unknown: the command may have been recorded")
            : Say("服务不可用:未记录任何内容", "unavailable: nothing was recorded");
    std::fprintf(stderr, "%s%s--request-id %s\n", what.c_str(),
                 Say("。重复执行是安全的,请加 ", "; repeating it is safe with ").c_str(), request_id.c_str());
  } else {
    std::fprintf(stderr, "%s\n", Say("服务不可用,请稍后重试", "unavailable: try again later").c_str());
  }
  return kUnavailable;
}

std::string NewRequestId() {
  // Seeded from the system once; ids of one process must differ, they need not be unpredictable.
  static std::mt19937_64 random = [] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device(), device(), device(), device(), device()};
    return std::mt19937_64(seed);
  }();
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const int64_t millis = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  const uint64_t high = random();
  const uint64_t low = random();
  return Uuid::V7(millis, high, low).ToString();
}

}  // namespace casehub::casectl
