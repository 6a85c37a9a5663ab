#include "storage/log/embedded/open_folder.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace casehub::storage {
namespace {

namespace fs = std::filesystem;

constexpr char kFormatPrefix[] = "casehub-log ";
constexpr char kPartitionsPrefix[] = "partitions ";

absl::Status Failed(const std::string& what) {
  return absl::UnavailableError(absl::StrCat(what, ": ", std::strerror(errno)));
}

absl::Status SyncFolder(const std::string& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return Failed(absl::StrCat("cannot open ", folder));
  const bool synced = ::fsync(fd) == 0;
  const absl::Status status = synced ? absl::OkStatus() : Failed(absl::StrCat("cannot sync ", folder));
  ::close(fd);
  return status;
}

// Durable before the store is made: a folder without it is not taken for a log.
absl::Status WriteFormat(const std::string& folder, int partitions) {
  const std::string path = folder + "/FORMAT";
  const std::string temporary = path + ".new";
  const std::string text = absl::StrCat(kFormatPrefix, kLogFolderFormat, "\n", kPartitionsPrefix, partitions, "\n");
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return Failed(absl::StrCat("cannot write ", temporary));
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  const absl::Status status = written ? absl::OkStatus() : Failed(absl::StrCat("cannot write ", temporary));
  ::close(fd);
  if (!status.ok()) return status;
  if (::rename(temporary.c_str(), path.c_str()) != 0) return Failed(absl::StrCat("cannot rename ", temporary));
  return SyncFolder(folder);
}

// The next line: `prefix` and a positive number.
std::optional<int> ReadNumber(std::istream& in, const std::string& prefix) {
  std::string line;
  int number = 0;
  if (!std::getline(in, line) || line.rfind(prefix, 0) != 0) return std::nullopt;
  if (!absl::SimpleAtoi(line.substr(prefix.size()), &number) || number < 1) return std::nullopt;
  return number;
}

}  // namespace

absl::Status PrepareLogFolder(const std::string& folder, int partitions) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return absl::UnavailableError(absl::StrCat("cannot make the folder ", folder, ": ", error.message()));
  const std::string path = folder + "/FORMAT";
  if (!fs::exists(path, error)) {
    fs::remove(path + ".new", error);
    if (!fs::is_empty(folder, error)) {
      return absl::FailedPreconditionError(absl::StrCat(
          "the folder ", folder, " is neither empty nor a casehub log (no file FORMAT): name another folder"));
    }
    return WriteFormat(folder, partitions);
  }
  std::ifstream file(path);
  const std::optional<int> format = ReadNumber(file, kFormatPrefix);
  if (!format) return absl::DataLossError(absl::StrCat("the file ", path, " does not name a format of the log"));
  if (*format > kLogFolderFormat) {
    return absl::FailedPreconditionError(absl::StrCat("the log in ", folder, " has format ", *format,
                                                      ", this build reads up to ", kLogFolderFormat,
                                                      ": start the newer casehub that wrote it"));
  }
  const std::optional<int> made_with = ReadNumber(file, kPartitionsPrefix);
  if (!made_with) return absl::DataLossError(absl::StrCat("the file ", path, " does not say how many partitions"));
  if (*made_with != partitions) {
    return absl::FailedPreconditionError(absl::StrCat("the log in ", folder, " has ", *made_with,
                                                      " partitions, the configuration says ", partitions,
                                                      ": a log keeps the number it was made with"));
  }
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> FreeBytes(const std::string& folder) {
  struct statvfs volume;
  if (::statvfs(folder.c_str(), &volume) != 0) return Failed(absl::StrCat("cannot look at the volume of ", folder));
  return static_cast<uint64_t>(volume.f_bavail) * volume.f_frsize;
}

}  // namespace casehub::storage
