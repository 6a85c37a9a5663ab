#include "services/ledger/domain/chain.h"

#include <openssl/evp.h>

#include <cassert>
#include <cstring>
#include <memory>

#include "services/model/key_bytes.h"

namespace casehub::ledger {
namespace {

constexpr std::string_view kFormat = "casehub-entry-1";
constexpr size_t kTimeBytes = 12;

// Fetched once: fetching at each call costs more than hashing an entry.
const EVP_MD* Sha256Method() {
  static const EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return method;
}

class Digest {
 public:
  Digest() : context_(EVP_MD_CTX_new()) {}
  ~Digest() { EVP_MD_CTX_free(context_); }
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;

  void Start() { EVP_DigestInit_ex2(context_, Sha256Method(), nullptr); }
  void Update(std::string_view bytes) { EVP_DigestUpdate(context_, bytes.data(), bytes.size()); }
  Hash Finish() {
    Hash hash;
    EVP_DigestFinal_ex(context_, hash.data(), nullptr);
    return hash;
  }

 private:
  EVP_MD_CTX* context_;
};

Digest& ThreadDigest() {
  thread_local Digest digest;
  return digest;
}

// Length-prefixed fields, one after another, into room for all of them: a rebuild hashes millions of entries.
class FieldWriter {
 public:
  explicit FieldWriter(char* out) : out_(out) {}

  void Number(uint64_t number, int bytes) {
    StoreBigEndian(number, bytes, out_);
    out_ += bytes;
  }
  void Field(std::string_view bytes) {
    Number(bytes.size(), 4);
    bytes.copy(out_, bytes.size());
    out_ += bytes.size();
  }
  const char* end() const { return out_; }
  void Time(const EntryTime& time) {
    Number(kTimeBytes, 4);
    Number(static_cast<uint64_t>(time.seconds), 8);
    Number(static_cast<uint32_t>(time.nanos), 4);
  }

 private:
  char* out_;
};

}  // namespace

std::optional<Hash> ToHash(std::string_view bytes) {
  Hash hash;
  if (bytes.size() != hash.size()) return std::nullopt;
  std::memcpy(hash.data(), bytes.data(), hash.size());
  return hash;
}

EntryTime TimeOf(const google::protobuf::Timestamp& timestamp) { return {timestamp.seconds(), timestamp.nanos()}; }

EntryTime TimeOf(Instant instant) {
  int64_t seconds = instant.micros / kMicrosPerSecond;
  int64_t rest = instant.micros % kMicrosPerSecond;
  if (rest < 0) {
    --seconds;
    rest += kMicrosPerSecond;
  }
  return {seconds, static_cast<int32_t>(rest * 1000)};
}

EntryFields FieldsOf(const v1::Entry& entry) {
  EntryFields fields;
  fields.municipality = entry.municipality();
  fields.sequence = entry.sequence();
  fields.case_id = entry.case_id();
  fields.service = entry.service();
  fields.type = entry.type();
  if (entry.has_occurred_at()) fields.occurred_at = TimeOf(entry.occurred_at());
  fields.recorded_at = TimeOf(entry.recorded_at());
  fields.data = entry.data();
  return fields;
}

Hash HashEntry(const EntryFields& fields, const Hash& previous) {
  constexpr size_t kFields = 10;  // that of the data is hashed where it lies
  thread_local std::string head;
  head.resize(kFields * 4 + kFormat.size() + fields.municipality.size() + 8 + fields.case_id.size() +
              fields.service.size() + fields.type.size() + (fields.occurred_at ? kTimeBytes : 0) + kTimeBytes +
              previous.size());
  FieldWriter writer(head.data());
  writer.Field(kFormat);
  writer.Field(fields.municipality);
  writer.Number(8, 4);
  writer.Number(fields.sequence, 8);
  writer.Field(fields.case_id);
  writer.Field(fields.service);
  writer.Field(fields.type);
  if (fields.occurred_at) {
    writer.Time(*fields.occurred_at);
  } else {
    writer.Number(0, 4);
  }
  writer.Time(fields.recorded_at);
  writer.Field(Bytes(previous));
  writer.Number(fields.data.size(), 4);
  assert(writer.end() == head.data() + head.size());
  Digest& digest = ThreadDigest();
  digest.Start();
  digest.Update(head);
  digest.Update(fields.data);
  return digest.Finish();
}

std::string EntryHash(const v1::Entry& entry) {
  const auto previous = ToHash(entry.previous_hash());
  return previous ? std::string(Bytes(HashEntry(FieldsOf(entry), *previous))) : std::string();
}

std::string GenesisHash() { return std::string(Bytes(Hash{})); }

Hash Sha256(std::string_view bytes) {
  Digest& digest = ThreadDigest();
  digest.Start();
  digest.Update(bytes);
  return digest.Finish();
}

bool Chains::Add(const storage::Record& effective, const std::function<void(const v1::Entry&)>& visit) {
  if (effective.kind != storage::RecordKind::kEvents) return true;
  const google::protobuf::Message* prototype = EventPrototype(effective.service);
  if (prototype == nullptr) return true;
  for (std::string_view bytes : effective.events) {
    std::unique_ptr<google::protobuf::Message> event(prototype->New());
    if (!event->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return false;
    const auto view = ViewOf(effective.service, bytes);
    if (!view) continue;
    Head& head = heads_[effective.municipality];
    v1::Entry entry;
    entry.set_municipality(effective.municipality.ToString());
    entry.set_sequence(head.sequence + 1);
    entry.set_case_id(std::string(view->case_id));
    entry.set_service(std::string(ServiceName(effective.service)));
    entry.set_type(std::string(view->type));
    if (view->occurred_at) {
      entry.mutable_occurred_at()->set_seconds(view->occurred_at->seconds);
      entry.mutable_occurred_at()->set_nanos(view->occurred_at->nanos);
    }
    const EntryTime recorded_at = TimeOf(effective.decided_at);
    entry.mutable_recorded_at()->set_seconds(recorded_at.seconds);
    entry.mutable_recorded_at()->set_nanos(recorded_at.nanos);
    entry.set_data(std::string(bytes));
    entry.set_previous_hash(std::string(Bytes(head.hash)));
    head.hash = HashEntry(FieldsOf(entry), head.hash);
    ++head.sequence;
    entry.set_hash(std::string(Bytes(head.hash)));
    if (visit) visit(entry);
  }
  return true;
}

Head Chains::head(Municipality municipality) const {
  auto found = heads_.find(municipality);
  return found == heads_.end() ? Head() : found->second;
}

}  // namespace casehub::ledger
