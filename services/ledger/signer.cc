#include "services/ledger/signer.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "services/ledger/domain/seal.h"

namespace casehub::ledger {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Key Own(EVP_PKEY* key) { return Key(key, &EVP_PKEY_free); }

class Ed25519Signer : public Signer {
 public:
  explicit Ed25519Signer(Key key) : key_(std::move(key)) {
    unsigned char raw[kPublicKeyBytes];
    size_t size = sizeof(raw);
    EVP_PKEY_get_raw_public_key(key_.get(), raw, &size);
    public_key_.assign(reinterpret_cast<const char*>(raw), size);
    key_id_ = KeyId(public_key_);
  }

  std::string Sign(std::string_view bytes) const override {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    std::string signature(kSignatureBytes, '\0');
    size_t size = signature.size();
    if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) != 1) {
      return {};
    }
    return signature;
  }
  const std::string& key_id() const override { return key_id_; }
  const std::string& public_key() const override { return public_key_; }

 private:
  Key key_;
  std::string public_key_;
  std::string key_id_;
};

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int descriptor() const { return descriptor_; }
  bool ok() const { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

absl::Status Failed(const std::string& what, const std::string& path) {
  return absl::UnavailableError(what + " " + path + ": " + std::strerror(errno));
}

absl::Status WriteDurably(const std::string& path, const std::string& text) {
  File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!file.ok()) return Failed("cannot create", path);
  size_t written = 0;
  while (written < text.size()) {
    const ssize_t n = write(file.descriptor(), text.data() + written, text.size() - written);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return Failed("cannot write", path);
    written += static_cast<size_t>(n);
  }
  if (fsync(file.descriptor()) != 0) return Failed("cannot sync", path);
  return absl::OkStatus();
}

// Written beside and linked into place: whoever finds the file finds it whole, and the first one that made it wins.
absl::Status Create(const std::string& path) {
  const Key key = Own(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new(BIO_s_mem()), &BIO_free);
  if (!key || PEM_write_bio_PKCS8PrivateKey(memory.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return absl::InternalError("cannot make an Ed25519 key");
  }
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &data);
  const std::string beside = path + ".new." + std::to_string(getpid());
  if (auto status = WriteDurably(beside, std::string(data, static_cast<size_t>(size))); !status.ok()) return status;
  const bool linked = link(beside.c_str(), path.c_str()) == 0 || errno == EEXIST;
  const absl::Status status = linked ? absl::OkStatus() : Failed("cannot create", path);
  unlink(beside.c_str());
  if (!status.ok()) return status;
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  File directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.ok() || fsync(directory.descriptor()) != 0) return Failed("cannot sync", folder);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Signer>> Load(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return Failed("cannot read", path);
  if ((info.st_mode & 077) != 0) {
    return absl::FailedPreconditionError(path + " may be read by others: make it 0600, or sign with a new key");
  }
  const std::unique_ptr<BIO, decltype(&BIO_free)> file(BIO_new_file(path.c_str(), "r"), &BIO_free);
  if (!file) return Failed("cannot read", path);
  Key key = Own(PEM_read_bio_PrivateKey(file.get(), nullptr, nullptr, nullptr));
  if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519) {
    return absl::DataLossError(path + " holds no Ed25519 key");
  }
  return std::unique_ptr<Signer>(new Ed25519Signer(std::move(key)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Signer>> FileSigner::Open(const std::string& path) {
  if (access(path.c_str(), F_OK) != 0) {
    if (errno != ENOENT) return Failed("cannot read", path);
    if (auto status = Create(path); !status.ok()) return status;
  }
  return Load(path);
}

absl::StatusOr<std::unique_ptr<Signer>> SignerFromSeed(std::string_view seed) {
  Key key = Own(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr,
                                             reinterpret_cast<const unsigned char*>(seed.data()), seed.size()));
  if (!key) return absl::InvalidArgumentError("an Ed25519 seed has 32 bytes");
  return std::unique_ptr<Signer>(new Ed25519Signer(std::move(key)));
}

}  // namespace casehub::ledger
