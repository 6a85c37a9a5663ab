#include "storage/log/embedded/wal_end.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace casehub::storage {
namespace {

// RocksDB's log format: blocks of 32 KiB, each record within one as checksum (4 bytes), length (2), type (1), payload.
// What is left of a block and too short for a header is zero.
constexpr size_t kBlockBytes = 32 << 10;
constexpr size_t kHeaderBytes = 7;
constexpr uint8_t kFull = 1, kFirst = 2, kLast = 4;
constexpr size_t kSectorBytes = 512;

constexpr std::array<uint32_t, 256> Crc32cTable() {
  constexpr uint32_t kCastagnoli = 0x82f63b78;
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < table.size(); ++i) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ kCastagnoli : crc >> 1;
    table[i] = crc;
  }
  return table;
}

uint32_t Crc32c(std::string_view bytes) {
  static constexpr std::array<uint32_t, 256> kTable = Crc32cTable();
  uint32_t crc = ~0u;
  for (const char byte : bytes) crc = kTable[(crc ^ static_cast<uint8_t>(byte)) & 0xff] ^ crc >> 8;
  return ~crc;
}

// A checksum of bytes that hold checksums themselves: RocksDB stores it turned by 15 bits, plus a constant.
uint32_t Mask(uint32_t crc) { return (crc >> 15 | crc << 17) + 0xa282ead8; }

uint8_t ByteAt(std::string_view wal, size_t at) { return static_cast<uint8_t>(wal[at]); }

struct Header {
  uint32_t checksum = 0;
  uint8_t type = 0;
  size_t end = 0;  // of the record
};

std::optional<Header> HeaderAt(std::string_view wal, size_t at) {
  if (at + kHeaderBytes > wal.size() || at % kBlockBytes + kHeaderBytes > kBlockBytes) return std::nullopt;
  Header header;
  for (size_t i = 4; i-- > 0;) header.checksum = header.checksum << 8 | ByteAt(wal, at + i);
  header.end = at + kHeaderBytes + ByteAt(wal, at + 4) + (size_t{ByteAt(wal, at + 5)} << 8);
  header.type = ByteAt(wal, at + 6);
  const bool known = header.type >= kFull && header.type <= kLast;
  if (!known || header.end > (at / kBlockBytes + 1) * kBlockBytes) return std::nullopt;
  return header;
}

bool IsWhole(std::string_view wal, size_t at, const Header& header) {
  return header.end <= wal.size() && header.checksum == Mask(Crc32c(wal.substr(at + 6, header.end - at - 6)));
}

// Where a record behind `end` begins.
size_t BehindTrailer(size_t end) {
  const size_t left = kBlockBytes - end % kBlockBytes;
  return left < kHeaderBytes ? end + left : end;
}

bool BeginsSomethingWhole(std::string_view wal, size_t from, size_t to) {
  for (size_t at = from; at < to; ++at) {
    const auto header = HeaderAt(wal, at);
    if (header && (header->type == kFull || header->type == kFirst) && IsWhole(wal, at, *header)) return true;
  }
  return false;
}

// Is a sector between `begin` and `end` zero, as far as it lies behind `begin`?
bool LacksASector(std::string_view wal, size_t begin, size_t end) {
  for (size_t at = begin; at < end; at = (at / kSectorBytes + 1) * kSectorBytes) {
    const auto sector = wal.substr(at, kSectorBytes - at % kSectorBytes);
    if (sector.find_first_not_of('\0') == sector.npos) return true;
  }
  return false;
}

}  // namespace

WalEnd FindWalEnd(std::string_view wal) {
  WalEnd end;
  size_t at = 0;
  for (auto header = HeaderAt(wal, at); header && IsWhole(wal, at, *header); header = HeaderAt(wal, at)) {
    end.whole = header->end;
    at = BehindTrailer(end.whole);
  }
  const size_t last = wal.find_last_not_of('\0');
  if (last == wal.npos || last < at) return end;
  size_t written = last + 1;
  bool followed = BeginsSomethingWhole(wal, at + 1, last + 1);
  // A header over two sectors may itself be torn.
  const bool in_one_sector = at / kSectorBytes == (at + kHeaderBytes - 1) / kSectorBytes;
  if (const auto header = HeaderAt(wal, at); header && in_one_sector) {
    const bool ends_a_write = header->type == kFull || header->type == kLast;
    if (ends_a_write && last >= header->end) followed = true;
    written = std::max(written, std::min(header->end, wal.size()));
  }
  const bool torn = LacksASector(wal, at, written) && !followed;
  end.tail = torn ? WalEnd::Tail::kTorn : WalEnd::Tail::kDamaged;
  return end;
}

absl::StatusOr<bool> CutTornWal(const std::string& folder) {
  std::vector<std::filesystem::path> wals;
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(folder, error)) {
    if (file.path().extension() == ".log") wals.push_back(file.path());
  }
  if (error) return absl::UnavailableError(absl::StrCat("cannot list ", folder, ": ", error.message()));
  // Newest first. They are named by number, with zeros in front up to six digits.
  std::sort(wals.begin(), wals.end(), [](const auto& a, const auto& b) {
    const std::string left = a.filename(), right = b.filename();
    return std::pair(left.size(), left) > std::pair(right.size(), right);
  });
  for (const auto& path : wals) {
    std::ifstream file(path, std::ios::binary);
    const std::string wal(std::istreambuf_iterator<char>(file), {});
    if (!file.good() && !file.eof()) return absl::UnavailableError(absl::StrCat("cannot read ", path.string()));
    const WalEnd end = FindWalEnd(wal);
    if (end.whole == 0 && end.tail == WalEnd::Tail::kZero) continue;  // made, and not written to
    // Zeros behind a first fragment are a torn write, too: cut there it is one that RocksDB knows.
    if (end.tail == WalEnd::Tail::kDamaged || end.whole == wal.size()) return false;
    const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    const bool cut = fd >= 0 && ftruncate(fd, static_cast<off_t>(end.whole)) == 0 && fsync(fd) == 0;
    const int why = errno;
    if (fd >= 0) close(fd);
    if (!cut) return absl::ErrnoToStatus(why, absl::StrCat("cannot cut ", path.string()));
    return true;
  }
  return false;
}

}  // namespace casehub::storage
