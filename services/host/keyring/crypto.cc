#include "services/host/keyring/crypto.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

namespace casehub::host {
namespace {

// One call of the generator serves many keys and nonces; what was given out is wiped from the buffer.
constexpr size_t kRandomBufferBytes = 4096;
constexpr size_t kMacContextsPerThreadMax = 16;

void Require(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "casehub: OpenSSL failed: %s\n", what);
  std::abort();
}

struct RandomBuffer {
  std::array<uint8_t, kRandomBufferBytes> bytes;
  size_t used = kRandomBufferBytes;
  ~RandomBuffer() { OPENSSL_cleanse(bytes.data(), bytes.size()); }
};

struct CipherContextDelete {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, CipherContextDelete>;

const EVP_CIPHER* Gcm() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  Require(cipher != nullptr, "OpenSSL has no AES-256-GCM");
  return cipher;
}

const unsigned char* Bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

EVP_CIPHER_CTX* ThreadDecryption() {
  thread_local CipherContext context(EVP_CIPHER_CTX_new());
  return context.get();
}

// The keys this thread has used last, expanded: that of the ring, and that of the person whose data is being sealed.
struct Encryption {
  CipherContext context{EVP_CIPHER_CTX_new()};
  std::optional<Key> key;
};
struct ThreadEncryptions {
  std::array<Encryption, 2> entries;
  size_t newest = 0;
};

// The thread's context for the key, ready for a new message under `nonce`.
EVP_CIPHER_CTX* ThreadEncryption(const Key& key, const unsigned char* nonce) {
  thread_local ThreadEncryptions all;
  for (size_t i = 0; i < all.entries.size(); ++i) {
    const Encryption& known = all.entries[i];
    if (!known.key || known.key->bytes() != key.bytes()) continue;
    all.newest = i;
    Require(EVP_EncryptInit_ex2(known.context.get(), nullptr, nullptr, nonce, nullptr) == 1, "GCM restart");
    return known.context.get();
  }
  all.newest = 1 - all.newest;
  Encryption& fresh = all.entries[all.newest];
  Require(EVP_EncryptInit_ex2(fresh.context.get(), Gcm(), Bytes(key.bytes()), nonce, nullptr) == 1, "GCM start");
  fresh.key = key;
  return fresh.context.get();
}

EVP_MAC* HmacAlgorithm() {
  static EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  Require(mac != nullptr, "OpenSSL has no HMAC");
  return mac;
}

struct MacContextDelete {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
struct KeyedContext {
  uint64_t id = 0;
  std::unique_ptr<EVP_MAC_CTX, MacContextDelete> context;
};
struct ThreadMacContexts {
  std::vector<KeyedContext> entries;
  size_t next_replaced = 0;
};

// The thread's context for the key, ready for a new message.
EVP_MAC_CTX* ThreadMacContext(uint64_t id, const Key& key) {
  thread_local ThreadMacContexts contexts;
  for (KeyedContext& entry : contexts.entries) {
    if (entry.id != id) continue;
    Require(EVP_MAC_init(entry.context.get(), nullptr, 0, nullptr) == 1, "HMAC restart");
    return entry.context.get();
  }
  KeyedContext fresh;
  fresh.id = id;
  fresh.context.reset(EVP_MAC_CTX_new(HmacAlgorithm()));
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                   OSSL_PARAM_construct_end()};
  const auto* bytes = reinterpret_cast<const unsigned char*>(key.bytes().data());
  Require(EVP_MAC_init(fresh.context.get(), bytes, kKeyBytes, parameters) == 1, "HMAC start");
  EVP_MAC_CTX* result = fresh.context.get();
  if (contexts.entries.size() < kMacContextsPerThreadMax) {
    contexts.entries.push_back(std::move(fresh));
  } else {
    contexts.entries[contexts.next_replaced++ % kMacContextsPerThreadMax] = std::move(fresh);
  }
  return result;
}

}  // namespace

Key::~Key() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

Key Key::Random() {
  Key key;
  FillRandom(key.bytes_.data(), kKeyBytes);
  return key;
}

std::optional<Key> Key::FromBytes(std::string_view bytes) {
  if (bytes.size() != kKeyBytes) return std::nullopt;
  Key key;
  std::memcpy(key.bytes_.data(), bytes.data(), kKeyBytes);
  return key;
}

void FillRandom(void* out, size_t size) {
  thread_local RandomBuffer buffer;
  if (size > kRandomBufferBytes / 4) {
    Require(RAND_bytes(static_cast<unsigned char*>(out), static_cast<int>(size)) == 1, "the random generator failed");
    return;
  }
  if (buffer.used + size > kRandomBufferBytes) {
    Require(RAND_bytes(buffer.bytes.data(), kRandomBufferBytes) == 1, "the random generator failed");
    buffer.used = 0;
  }
  std::memcpy(out, buffer.bytes.data() + buffer.used, size);
  OPENSSL_cleanse(buffer.bytes.data() + buffer.used, size);
  buffer.used += size;
}

Uuid NewUuid() {
  std::array<uint64_t, 2> random;
  FillRandom(random.data(), sizeof(random));
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return Uuid::V7(std::chrono::duration_cast<std::chrono::milliseconds>(now).count(), random[0], random[1]);
}

void EncryptGcm(const Key& key, std::string_view plain, std::string_view authenticated, std::string* out) {
  const size_t start = out->size();
  out->resize(start + kNonceBytes + plain.size() + kTagBytes);
  auto* nonce = reinterpret_cast<unsigned char*>(out->data()) + start;
  unsigned char* body = nonce + kNonceBytes;
  FillRandom(nonce, kNonceBytes);
  EVP_CIPHER_CTX* context = ThreadEncryption(key, nonce);
  int written = 0;
  Require(
      EVP_EncryptUpdate(context, nullptr, &written, Bytes(authenticated), static_cast<int>(authenticated.size())) == 1,
      "GCM authenticated data");
  Require(EVP_EncryptUpdate(context, body, &written, Bytes(plain), static_cast<int>(plain.size())) == 1, "GCM body");
  Require(EVP_EncryptFinal_ex(context, body + plain.size(), &written) == 1, "GCM end");
  Require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTagBytes, body + plain.size()) == 1, "GCM tag");
}

std::optional<std::string> DecryptGcm(const Key& key, std::string_view sealed, std::string_view authenticated) {
  if (sealed.size() < kNonceBytes + kTagBytes) return std::nullopt;
  EVP_CIPHER_CTX* context = ThreadDecryption();
  const size_t size = sealed.size() - kNonceBytes - kTagBytes;
  const unsigned char* body = Bytes(sealed) + kNonceBytes;
  std::array<unsigned char, kTagBytes> tag;
  std::memcpy(tag.data(), body + size, kTagBytes);
  std::string plain(size, '\0');
  auto* out = reinterpret_cast<unsigned char*>(plain.data());
  int written = 0;
  Require(EVP_DecryptInit_ex2(context, Gcm(), Bytes(key.bytes()), Bytes(sealed), nullptr) == 1, "GCM start");
  const bool ok = EVP_DecryptUpdate(context, nullptr, &written, Bytes(authenticated),
                                    static_cast<int>(authenticated.size())) == 1 &&
                  EVP_DecryptUpdate(context, out, &written, body, static_cast<int>(size)) == 1 &&
                  EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) == 1 &&
                  EVP_DecryptFinal_ex(context, out + size, &written) == 1;
  if (!ok) return std::nullopt;
  return plain;
}

Mac::Mac(const Key& key) : key_(key) {
  static std::atomic<uint64_t> next_id{1};
  id_ = next_id.fetch_add(1, std::memory_order_relaxed);
}

Mac::Digest Mac::Compute(std::string_view bytes) const {
  EVP_MAC_CTX* context = ThreadMacContext(id_, key_);
  Digest digest;
  size_t size = 0;
  Require(EVP_MAC_update(context, Bytes(bytes), bytes.size()) == 1, "HMAC body");
  Require(EVP_MAC_final(context, digest.data(), &size, digest.size()) == 1 && size == kBytes, "HMAC end");
  return digest;
}

Key Mac::DeriveKey(std::string_view purpose) const {
  const Digest digest = Compute(purpose);
  return *Key::FromBytes({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace casehub::host
