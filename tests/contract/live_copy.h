// A copy of a store's folder taken while the store is open: what a killed process leaves behind.
#pragma once

#include <filesystem>
#include <system_error>

namespace casehub::storage {

// RocksDB deletes files it no longer needs at any moment. A copy that misses one of them was of no single moment, and
// is taken again.
inline void CopyOpenFolder(const std::filesystem::path& from, const std::filesystem::path& to) {
  constexpr int kAttempts = 100;
  std::error_code error;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    std::filesystem::copy(from, to, std::filesystem::copy_options::recursive, error);
    if (error != std::errc::no_such_file_or_directory) break;
    std::filesystem::remove_all(to);
  }
  if (error) throw std::filesystem::filesystem_error("cannot copy an open store", from, to, error);
}

}  // namespace casehub::storage
