#include "services/host/keyring/master_key_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace casehub::host {
namespace {

constexpr std::string_view kMagic = "casehub-master-key-v1 ";
constexpr size_t kFileBytesMax = 256;

absl::Status Failed(const char* what, const std::filesystem::path& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat(what, " ", path.string()));
}

absl::Status SyncFolder(const std::filesystem::path& folder) {
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return Failed("cannot open", folder);
  auto closing = absl::MakeCleanup([fd] { close(fd); });
  if (fsync(fd) != 0) return Failed("cannot sync", folder);
  return absl::OkStatus();
}

absl::Status WriteAndSync(const std::filesystem::path& path, std::string_view text) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return Failed("cannot create", path);
  auto closing = absl::MakeCleanup([fd] { close(fd); });
  if (fchmod(fd, 0600) != 0) return Failed("cannot protect", path);
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return Failed("cannot write", path);
    text.remove_prefix(static_cast<size_t>(written));
  }
  if (fsync(fd) != 0) return Failed("cannot sync", path);
  return absl::OkStatus();
}

}  // namespace

std::filesystem::path MasterKeyPath(const std::filesystem::path& folder) { return folder / "master.key"; }

absl::StatusOr<std::optional<Key>> ReadMasterKey(const std::filesystem::path& folder) {
  const std::filesystem::path path = MasterKeyPath(folder);
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return std::nullopt;
  if (fd < 0) return Failed("cannot read", path);
  auto closing = absl::MakeCleanup([fd] { close(fd); });
  struct stat info;
  if (fstat(fd, &info) != 0) return Failed("cannot read", path);
  if ((info.st_mode & 077) != 0) {
    return absl::FailedPreconditionError(absl::StrCat(path.string(), " may be read by others: chmod 600 it"));
  }
  char buffer[kFileBytesMax];
  const ssize_t size = read(fd, buffer, sizeof(buffer));
  if (size < 0) return Failed("cannot read", path);
  std::string_view text(buffer, static_cast<size_t>(size));
  std::optional<Key> key;
  if (text.size() == kMagic.size() + 2 * kKeyBytes + 1 && text.starts_with(kMagic) && text.ends_with('\n')) {
    const std::string hex(text.substr(kMagic.size(), 2 * kKeyBytes));
    if (hex.find_first_not_of("0123456789abcdef") == hex.npos) key = Key::FromBytes(absl::HexStringToBytes(hex));
  }
  if (!key) return absl::DataLossError(absl::StrCat(path.string(), " is damaged: restore it from its backup"));
  return key;
}

absl::StatusOr<Key> CreateMasterKey(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return absl::InternalError(absl::StrCat("cannot create ", folder.string(), ": ", error.message()));
  if (chmod(folder.c_str(), 0700) != 0) return Failed("cannot protect", folder);
  const Key key = Key::Random();
  const std::filesystem::path path = MasterKeyPath(folder);
  const std::filesystem::path fresh = folder / "master.key.new";
  const std::string text = std::string(kMagic) + absl::BytesToHexString(std::string(key.bytes())) + "\n";
  if (absl::Status status = WriteAndSync(fresh, text); !status.ok()) return status;
  if (rename(fresh.c_str(), path.c_str()) != 0) return Failed("cannot name", path);
  if (absl::Status status = SyncFolder(folder); !status.ok()) return status;
  return key;
}

}  // namespace casehub::host
