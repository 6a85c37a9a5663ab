#include "services/ledger/domain/seal.h"

#include <openssl/evp.h>

#include <memory>

#include "services/ledger/domain/chain.h"
#include "services/model/key_bytes.h"

namespace casehub::ledger {
namespace {

constexpr std::string_view kFormat = "casehub-seal-1";

void AppendField(std::string_view bytes, std::string* out) {
  AppendBigEndian(bytes.size(), 4, out);
  out->append(bytes);
}

}  // namespace

std::string KeyId(std::string_view public_key) {
  const Hash hash = Sha256(public_key);
  return std::string(Bytes(hash).substr(0, kKeyIdBytes));
}

std::string SealBytes(const v1::HeadSealed& seal) {
  std::string bytes;
  AppendField(kFormat, &bytes);
  AppendField(seal.municipality(), &bytes);
  AppendBigEndian(8, 4, &bytes);
  AppendBigEndian(seal.sequence(), 8, &bytes);
  AppendField(seal.head(), &bytes);
  AppendField(seal.key_id(), &bytes);
  AppendBigEndian(12, 4, &bytes);
  AppendBigEndian(static_cast<uint64_t>(seal.sealed_at().seconds()), 8, &bytes);
  AppendBigEndian(static_cast<uint32_t>(seal.sealed_at().nanos()), 4, &bytes);
  return bytes;
}

bool VerifySeal(const v1::HeadSealed& seal, std::string_view public_key) {
  if (public_key.size() != kPublicKeyBytes || seal.signature().size() != kSignatureBytes) return false;
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char*>(public_key.data()),
                                  public_key.size()),
      &EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  if (!key || !context || EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1) return false;
  const std::string bytes = SealBytes(seal);
  return EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(seal.signature().data()),
                          seal.signature().size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                          bytes.size()) == 1;
}

}  // namespace casehub::ledger
