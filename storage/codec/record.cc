#include "storage/codec/record.h"

// The hashes are inlined: half of them run over 32 bytes, where the call would cost as much as the work.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <bit>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace casehub::storage {
namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian and copied as it stands");

constexpr uint8_t kFormatVersion = 1;
constexpr size_t kFixedBytes = 130;
constexpr size_t kChecksumBytes = 8;
constexpr size_t kSubjectBytes = 1 + Uuid::kBytes;
constexpr size_t kSettlementBytes = 8 + 8 + 2 + 2 + 1;
constexpr size_t kReceiptBytes = 4 + 8 + 16;
constexpr size_t kDeliveredBytes = 4 + 8;

constexpr uint8_t kFlagByOperator = 1;
constexpr uint8_t kFlagReceipt = 2;
constexpr uint8_t kFlagDelivered = 4;
constexpr uint8_t kFlagsKnown = kFlagByOperator | kFlagReceipt | kFlagDelivered;

size_t VarintBytes(uint64_t value) {
  size_t bytes = 1;
  for (; value >= 0x80; value >>= 7) ++bytes;
  return bytes;
}

size_t LengthPrefixed(std::string_view bytes) { return VarintBytes(bytes.size()) + bytes.size(); }

// Writes into a buffer whose size was computed before: no checks, no growth.
class Writer {
 public:
  explicit Writer(char* at) : at_(at) {}

  template <typename T>
  void Number(T value) {
    std::memcpy(at_, &value, sizeof(value));
    at_ += sizeof(value);
  }
  void Id(const Uuid& id) { Raw(id.Bytes()); }
  void Hash(const Hash128& hash) {
    Number(hash.high);
    Number(hash.low);
  }
  void Varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) *at_++ = static_cast<char>(value | 0x80);
    *at_++ = static_cast<char>(value);
  }
  void Prefixed(std::string_view bytes) {
    Varint(bytes.size());
    Raw(bytes);
  }
  void Subjects(const std::vector<Subject>& subjects) {
    Varint(subjects.size());
    for (const Subject& subject : subjects) {
      Number(static_cast<uint8_t>(subject.kind));
      Id(subject.id);
    }
  }
  const char* at() const { return at_; }

 private:
  void Raw(std::string_view bytes) {
    if (bytes.empty()) return;
    std::memcpy(at_, bytes.data(), bytes.size());
    at_ += bytes.size();
  }
  char* at_;
};

// Reads a body whose length is untrusted. The first read past the end, or of a value that cannot stand there, latches
// `ok` to false; every later read gives zeros.
class Reader {
 public:
  explicit Reader(std::string_view body) : at_(body.data()), left_(body.size()) {}

  template <typename T>
  T Number() {
    T value{};
    if (!Take(sizeof(value))) return value;
    std::memcpy(&value, at_ - sizeof(value), sizeof(value));
    return value;
  }
  Uuid Id() {
    if (!Take(Uuid::kBytes)) return Uuid();
    return *Uuid::FromBytes({at_ - Uuid::kBytes, Uuid::kBytes});
  }
  Hash128 Hash() {
    Hash128 hash;
    hash.high = Number<uint64_t>();
    hash.low = Number<uint64_t>();
    return hash;
  }
  // An enumerator from 1 to `last`.
  template <typename E>
  E Enum(E last) {
    const auto value = Number<uint8_t>();
    if (value == 0 || value > static_cast<uint8_t>(last)) ok_ = false;
    return static_cast<E>(value);
  }
  // The shortest form only: one record has one encoding.
  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 63; shift += 7) {
      const auto byte = Number<uint8_t>();
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) {
        if (byte == 0 && shift > 0) ok_ = false;
        return value;
      }
    }
    ok_ = false;
    return 0;
  }
  std::string_view Prefixed() {
    const uint64_t size = Varint();
    if (!Take(size)) return {};
    return {at_ - size, static_cast<size_t>(size)};
  }
  // How many elements of at least `element_bytes` follow; never more than the bytes left can hold, so that what is
  // reserved for them is bounded by the input.
  size_t Count(size_t element_bytes) {
    const uint64_t count = Varint();
    if (count > left_ / element_bytes) ok_ = false;
    return ok_ ? static_cast<size_t>(count) : 0;
  }
  std::vector<Subject> Subjects() {
    std::vector<Subject> subjects(Count(kSubjectBytes));
    for (Subject& subject : subjects) {
      subject.kind = Enum(SubjectKind::kMunicipality);
      subject.id = Id();
    }
    return subjects;
  }
  void Fail() { ok_ = false; }
  bool ok() const { return ok_; }
  bool AtEnd() const { return left_ == 0; }

 private:
  bool Take(uint64_t bytes) {
    if (!ok_ || bytes > left_) {
      ok_ = false;
      return false;
    }
    at_ += bytes;
    left_ -= bytes;
    return true;
  }
  const char* at_;
  size_t left_;
  bool ok_ = true;
};

size_t EncodedBytes(const Record& record) {
  size_t bytes = kFixedBytes + kChecksumBytes;
  bytes += VarintBytes(record.relies_on.size()) + record.relies_on.size() * kSubjectBytes;
  bytes += VarintBytes(record.changes.size()) + record.changes.size() * kSubjectBytes;
  bytes += VarintBytes(record.settles.size()) + record.settles.size() * kSettlementBytes;
  if (record.receipt) bytes += kReceiptBytes;
  if (record.delivered) bytes += kDeliveredBytes;
  bytes += LengthPrefixed(record.address) + LengthPrefixed(record.reply);
  bytes += VarintBytes(record.events.size());
  for (std::string_view event : record.events) bytes += LengthPrefixed(event);
  return bytes;
}

void WriteFixed(const Record& record, Writer* out) {
  uint8_t flags = 0;
  if (record.by_operator) flags |= kFlagByOperator;
  if (record.receipt) flags |= kFlagReceipt;
  if (record.delivered) flags |= kFlagDelivered;
  out->Number(kFormatVersion);
  out->Number(static_cast<uint8_t>(record.kind));
  out->Number(static_cast<uint8_t>(record.service));
  out->Number(flags);
  out->Number(record.level);
  out->Number(record.municipality.code());
  out->Id(record.command_id);
  out->Id(record.owner);
  out->Number(record.epoch);
  out->Number(record.previous_epoch);
  out->Number(record.sequence);
  out->Number(record.decided_at.micros);
  out->Number(record.read_up_to);
  out->Hash(record.log_digest);
  out->Hash(record.head);
  out->Hash(record.fingerprint);
}

void WriteSections(const Record& record, Writer* out) {
  out->Subjects(record.relies_on);
  out->Subjects(record.changes);
  out->Varint(record.settles.size());
  for (const Settlement& settlement : record.settles) {
    out->Number(settlement.row.due_at.micros);
    out->Number(settlement.row.offset);
    out->Number(settlement.row.event);
    out->Number(settlement.row.n);
    out->Number(static_cast<uint8_t>(settlement.as));
  }
  if (record.receipt) {
    out->Number(record.receipt->from.code());
    out->Number(record.receipt->n);
    out->Hash(record.receipt->stream_hash);
  }
  if (record.delivered) {
    out->Number(record.delivered->to.code());
    out->Number(record.delivered->up_to);
  }
  out->Prefixed(record.address);
  out->Prefixed(record.reply);
  out->Varint(record.events.size());
  for (std::string_view event : record.events) out->Prefixed(event);
}

// Returns the flags, which say what sections follow.
uint8_t ReadFixed(Reader* in, Record* record) {
  in->Number<uint8_t>();  // the format version, looked at before
  record->kind = in->Enum(RecordKind::kPark);
  record->service = in->Enum(ServiceId::kLedger);
  const auto flags = in->Number<uint8_t>();
  if ((flags & ~kFlagsKnown) != 0) in->Fail();
  record->by_operator = (flags & kFlagByOperator) != 0;
  record->level = in->Number<uint16_t>();
  record->municipality = Municipality(in->Number<uint32_t>());
  record->command_id = in->Id();
  record->owner = in->Id();
  record->epoch = in->Number<uint64_t>();
  record->previous_epoch = in->Number<uint64_t>();
  record->sequence = in->Number<uint64_t>();
  record->decided_at.micros = in->Number<int64_t>();
  record->read_up_to = in->Number<int64_t>();
  record->log_digest = in->Hash();
  record->head = in->Hash();
  record->fingerprint = in->Hash();
  return flags;
}

void ReadSections(uint8_t flags, Reader* in, Record* record) {
  record->relies_on = in->Subjects();
  record->changes = in->Subjects();
  record->settles.resize(in->Count(kSettlementBytes));
  for (Settlement& settlement : record->settles) {
    settlement.row.due_at.micros = in->Number<int64_t>();
    settlement.row.offset = in->Number<int64_t>();
    settlement.row.event = in->Number<uint16_t>();
    settlement.row.n = in->Number<uint16_t>();
    settlement.as = in->Enum(SettledAs::kParked);
  }
  if ((flags & kFlagReceipt) != 0) {
    record->receipt.emplace();
    record->receipt->from = Municipality(in->Number<uint32_t>());
    record->receipt->n = in->Number<uint64_t>();
    record->receipt->stream_hash = in->Hash();
  }
  if ((flags & kFlagDelivered) != 0) {
    record->delivered.emplace();
    record->delivered->to = Municipality(in->Number<uint32_t>());
    record->delivered->up_to = in->Number<uint64_t>();
  }
  record->address = in->Prefixed();
  record->reply = in->Prefixed();
  const size_t events = in->Count(1);
  if (events > kRecordEventsMax) return in->Fail();
  record->events.reserve(events);
  for (size_t i = 0; i < events; ++i) record->events.push_back(in->Prefixed());
}

}  // namespace

Subject CaseSubject(const Uuid& case_id) { return {SubjectKind::kCase, case_id}; }

Subject MunicipalitySubject(Municipality municipality) {
  std::array<uint8_t, Uuid::kBytes> bytes{};
  for (int i = 0; i < 4; ++i) bytes[15 - i] = static_cast<uint8_t>(municipality.code() >> (8 * i));
  return {SubjectKind::kMunicipality, Uuid(bytes)};
}

Subject PractitionerSubject(Municipality municipality, std::string_view practitioner_id) {
  std::string named(4, '\0');
  for (int i = 0; i < 4; ++i) named[i] = static_cast<char>(municipality.code() >> (24 - 8 * i));
  const Hash128 hash = HashBytes(named.append(practitioner_id));
  std::array<uint8_t, Uuid::kBytes> bytes{};
  for (int i = 0; i < 8; ++i) {
    bytes[i] = static_cast<uint8_t>(hash.high >> (56 - 8 * i));
    bytes[8 + i] = static_cast<uint8_t>(hash.low >> (56 - 8 * i));
  }
  return {SubjectKind::kPractitioner, Uuid(bytes)};
}

absl::StatusOr<std::string> EncodeRecord(const Record& record) {
  if (record.events.size() > kRecordEventsMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("a record of ", record.events.size(), " events; at most ", kRecordEventsMax, " are allowed"));
  }
  const size_t bytes = EncodedBytes(record);
  if (bytes > kRecordBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("a record of ", bytes, " bytes; at most ", kRecordBytesMax, " are allowed"));
  }
  std::string encoded(bytes, '\0');
  Writer out(encoded.data());
  WriteFixed(record, &out);
  WriteSections(record, &out);
  out.Number(static_cast<uint64_t>(XXH3_64bits(encoded.data(), bytes - kChecksumBytes)));
  return encoded;
}

absl::StatusOr<Record> DecodeRecord(std::string_view bytes) {
  if (bytes.size() <= kChecksumBytes) return absl::DataLossError("a record too short to be one");
  const std::string_view body = bytes.substr(0, bytes.size() - kChecksumBytes);
  uint64_t checksum = 0;
  std::memcpy(&checksum, body.data() + body.size(), kChecksumBytes);
  if (checksum != XXH3_64bits(body.data(), body.size())) return absl::DataLossError("a record's checksum is wrong");
  // The checksum stands at the end in every format, so a newer format is told from damage.
  const auto version = static_cast<uint8_t>(body[0]);
  if (version > kFormatVersion) {
    return absl::FailedPreconditionError(absl::StrCat("a record of format ", version, "; this build reads format ",
                                                      kFormatVersion, ": upgrade casehub"));
  }
  if (version != kFormatVersion) return absl::DataLossError("a record without a format");
  if (bytes.size() > kRecordBytesMax) return absl::DataLossError("a record longer than one may be");

  Reader in(body);
  absl::StatusOr<Record> result{Record()};
  const uint8_t flags = ReadFixed(&in, &*result);
  ReadSections(flags, &in, &*result);
  if (!in.ok() || !in.AtEnd()) return absl::DataLossError("a record's body is malformed");
  return result;
}

Hash128 HashBytes(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.high64, hash.low64};
}

Hash128 Chain(const Hash128& previous, const Hash128& next) {
  const uint64_t input[4] = {previous.high, previous.low, next.high, next.low};
  const XXH128_hash_t hash = XXH3_128bits(input, sizeof(input));
  return {hash.high64, hash.low64};
}

}  // namespace casehub::storage
