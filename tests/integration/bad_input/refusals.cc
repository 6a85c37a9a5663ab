#include "tests/integration/bad_input/refusals.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "tests/support/caller.h"

namespace casehub::testing {
namespace {

constexpr std::chrono::seconds kTimeout{20};

host::ClientOptions In(const std::string& language) { return {kTimeout, {{"accept-language", language}}}; }

bool HasChinese(const std::string& text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0xE4; });
}

void Compare(const std::optional<host::Failure>& failure, const std::string& words, const Expected& expected) {
  ASSERT_TRUE(failure) << "it was taken; expected " << expected.reason;
  EXPECT_EQ(failure->code, expected.code) << failure->message;
  EXPECT_EQ(failure->reason, expected.reason) << failure->message;
  EXPECT_NE(failure->message.find(words), std::string::npos) << failure->message;
  EXPECT_EQ(failure->message.find('{'), std::string::npos) << "a place was not filled: " << failure->message;
  ASSERT_EQ(failure->fields.size(), expected.field.empty() ? 0u : 1u) << failure->message;
  if (expected.field.empty()) return;
  EXPECT_EQ(failure->fields[0].first, expected.field);
  EXPECT_EQ(failure->fields[0].second, failure->message);
}

}  // namespace

Refusals::Refusals(const std::string& target) : english_(target, In("en")), chinese_(target, In("zh-CN")) {}

host::Failure Refusals::Expect(const std::string& method, const std::string& bytes, const Expected& expected) {
  SCOPED_TRACE(method);
  std::string reply;
  const auto english = english_.CallRaw(method, bytes, &reply);
  Compare(english, expected.en, expected);
  const auto chinese = chinese_.CallRaw(method, bytes, &reply);
  Compare(chinese, expected.zh, expected);
  if (english && chinese) {
    EXPECT_EQ(chinese->metadata, english->metadata);
    EXPECT_FALSE(HasChinese(english->message)) << english->message;
    EXPECT_TRUE(HasChinese(chinese->message)) << chinese->message;
  }
  return english.value_or(host::Failure());
}

host::Failure Refusals::Expect(const google::protobuf::Message& request, const Expected& expected) {
  return Expect(MethodOf(request), request.SerializeAsString(), expected);
}

}  // namespace casehub::testing
