// A real, small disk of the test's own (tmpfs), and a file that fills it.
//
// Threads     The test's main thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "tests/support/test_folder.h"

namespace casehub::testing {

class SmallDisk {
 public:
  // Mounts it for this process and those it starts alone: it goes with them, however they end.
  explicit SmallDisk(uint64_t megabytes);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  // Why there is none; empty if there is.
  const std::string& problem() const { return problem_; }
  const std::filesystem::path& path() const { return folder_.path(); }
  uint64_t free_bytes() const;
  // Fills it until at most `left` bytes are free; fails the test if it cannot.
  void FillUpTo(uint64_t left);
  void Empty();

 private:
  const host::TestFolder folder_;
  std::string problem_;
};

}  // namespace casehub::testing
