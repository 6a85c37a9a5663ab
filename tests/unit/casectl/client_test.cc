#include "services/ops/casectl/client.h"

#include <gtest/gtest.h>

namespace casehub::casectl {
namespace {

TEST(Client, RepeatsWhatMayChangeByItself) {
  for (const auto code : {grpc::StatusCode::UNAVAILABLE, grpc::StatusCode::RESOURCE_EXHAUSTED,
                          grpc::StatusCode::DEADLINE_EXCEEDED, grpc::StatusCode::CANCELLED}) {
    EXPECT_TRUE(IsInterruption(code)) << code;
  }
}

TEST(Client, DoesNotRepeatWhatWasDecided) {
  for (const auto code : {grpc::StatusCode::OK, grpc::StatusCode::INVALID_ARGUMENT, grpc::StatusCode::NOT_FOUND,
                          grpc::StatusCode::FAILED_PRECONDITION, grpc::StatusCode::UNIMPLEMENTED,
                          grpc::StatusCode::PERMISSION_DENIED, grpc::StatusCode::DATA_LOSS}) {
    EXPECT_FALSE(IsInterruption(code)) << code;
  }
}

}  // namespace
}  // namespace casehub::casectl
