// The manifest of a snapshot: what it holds and how to tell that it still does. Format: docs/formats/snapshot.md.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "casehub/storage/v1/position.pb.h"

namespace casehub::storage {

inline constexpr uint32_t kSnapshotFormat = 1;  // newest this build reads and writes
inline constexpr char kManifestName[] = "snapshot.manifest";

std::string EncodeManifest(const v1::SnapshotManifest& manifest);
// DataLoss for bytes that are not what was written, FailedPrecondition for a newer format.
absl::StatusOr<v1::SnapshotManifest> DecodeManifest(std::string_view bytes);

}  // namespace casehub::storage
