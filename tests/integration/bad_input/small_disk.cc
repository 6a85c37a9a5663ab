#include "tests/integration/bad_input/small_disk.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace casehub::testing {

SmallDisk::SmallDisk(uint64_t megabytes) {
  const std::string options = "size=" + std::to_string(megabytes) + "m";
  if (geteuid() != 0) {
    problem_ = "only root may mount a small disk";
  } else if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
             mount("tmpfs", path().c_str(), "tmpfs", 0, options.c_str()) != 0) {
    problem_ = std::string("a small disk cannot be mounted here: ") + std::strerror(errno);
  }
}

SmallDisk::~SmallDisk() {
  if (problem_.empty()) umount2(path().c_str(), MNT_DETACH);
}

uint64_t SmallDisk::free_bytes() const {
  struct statvfs volume {};
  EXPECT_EQ(statvfs(path().c_str(), &volume), 0);
  return static_cast<uint64_t>(volume.f_bavail) * volume.f_frsize;
}

void SmallDisk::FillUpTo(uint64_t left) {
  const int file = open((path() / "ballast").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  ASSERT_GE(file, 0);
  const std::string block(1 << 16, 'b');
  for (uint64_t free = free_bytes(); free > left; free = free_bytes()) {
    const size_t wanted = std::min<uint64_t>(block.size(), free - left);
    if (write(file, block.data(), wanted) <= 0) {
      EXPECT_EQ(errno, ENOSPC);
      break;
    }
  }
  close(file);
  ASSERT_LE(free_bytes(), left);
}

void SmallDisk::Empty() { std::filesystem::remove(path() / "ballast"); }

}  // namespace casehub::testing
