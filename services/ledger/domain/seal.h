// Seals: heads of a chain, signed with Ed25519 (docs/formats/ledger.md#seal). Pure.
#pragma once

#include <string>
#include <string_view>

#include "casehub/ledger/v1/ledger_events.pb.h"

namespace casehub::ledger {

inline constexpr size_t kPublicKeyBytes = 32;
inline constexpr size_t kSignatureBytes = 64;
inline constexpr size_t kKeyIdBytes = 8;

// First 8 bytes of SHA-256 of the public key.
std::string KeyId(std::string_view public_key);
// What is signed: every field of the seal but the signature.
std::string SealBytes(const v1::HeadSealed& seal);
bool VerifySeal(const v1::HeadSealed& seal, std::string_view public_key);

}  // namespace casehub::ledger
