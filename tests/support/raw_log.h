// The log in the data folder of a server that does not run.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <utility>

#include "storage/log/embedded/embedded_log.h"

namespace casehub::testing {

// Null, and a failed test, if it cannot be opened or has another number of partitions.
inline std::unique_ptr<storage::EmbeddedLog> OpenRawLog(const std::filesystem::path& data, int partitions = 2) {
  storage::EmbeddedLogOptions options;
  options.folder = data / "log";
  options.partitions = partitions;
  options.clock = [] {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return Instant{std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
  };
  auto log = storage::EmbeddedLog::Open(std::move(options));
  EXPECT_TRUE(log.ok()) << log.status();
  return log.ok() ? *std::move(log) : nullptr;
}

}  // namespace casehub::testing
