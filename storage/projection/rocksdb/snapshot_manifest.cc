#include "storage/projection/rocksdb/snapshot_manifest.h"

#include <xxhash.h>

#include "absl/strings/str_cat.h"
#include "storage/projection/state_hash.h"

namespace casehub::storage {
namespace {

constexpr std::string_view kMagic = "CASEHUBS";
constexpr size_t kChecksumBytes = 16;

std::string Checksum(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return HashToBytes({hash.high64, hash.low64});
}

std::string Number(uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(number >> shift));
  return bytes;
}

uint32_t ParseNumber(std::string_view bytes) {
  uint32_t number = 0;
  for (char c : bytes) number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

}  // namespace

std::string EncodeManifest(const v1::SnapshotManifest& manifest) {
  const std::string body = manifest.SerializeAsString();
  std::string bytes(kMagic);
  bytes += Number(kSnapshotFormat);
  bytes += Number(static_cast<uint32_t>(body.size()));
  bytes += body;
  bytes += Checksum(bytes);
  return bytes;
}

absl::StatusOr<v1::SnapshotManifest> DecodeManifest(std::string_view bytes) {
  const size_t head = kMagic.size() + 8;
  if (bytes.size() < head + kChecksumBytes || bytes.substr(0, kMagic.size()) != kMagic) {
    return absl::DataLossError("not a snapshot manifest");
  }
  const std::string_view sum = bytes.substr(bytes.size() - kChecksumBytes);
  bytes.remove_suffix(kChecksumBytes);
  if (Checksum(bytes) != sum) return absl::DataLossError("the snapshot manifest's checksum is wrong");
  const uint32_t format = ParseNumber(bytes.substr(kMagic.size(), 4));
  if (format > kSnapshotFormat) {
    return absl::FailedPreconditionError(
        absl::StrCat("the snapshot has format ", format, ", this build reads up to ", kSnapshotFormat));
  }
  v1::SnapshotManifest manifest;
  const std::string_view body = bytes.substr(head);
  if (ParseNumber(bytes.substr(kMagic.size() + 4, 4)) != body.size() ||
      !manifest.ParseFromArray(body.data(), static_cast<int>(body.size()))) {
    return absl::DataLossError("the snapshot manifest does not parse");
  }
  return manifest;
}

}  // namespace casehub::storage
