// SHA-256, for what is named by its digest: versions of data, sets of documents.
#pragma once

#include <string>
#include <string_view>

namespace casehub {

std::string Sha256(std::string_view bytes);     // 32 bytes
std::string Sha256Hex(std::string_view bytes);  // 64 lower-case digits

// Of a set of documents: over their digests, in order; empty for no documents (C4).
template <typename Documents>
std::string DocumentSetDigest(const Documents& documents) {
  if (documents.empty()) return {};
  std::string digests;
  for (const auto& document : documents) digests.append(document.sha256());
  return Sha256(digests);
}

}  // namespace casehub
