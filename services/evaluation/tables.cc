#include "services/evaluation/tables.h"

#include "services/evaluation/domain/rectification.h"
#include "services/model/key_bytes.h"

namespace casehub::evaluation::tables {
namespace {

constexpr size_t kHoldingBytes = 1 + 8 + 4;
constexpr size_t kKindPrefixBytes = 1 + 4 + 1;  // table, municipality, kind of subject
constexpr char kEscaped = '\xff';

}  // namespace

std::string Prefix(Table table, Municipality municipality) {
  return TablePrefix(static_cast<char>(table), municipality);
}

std::string End(Table table, Municipality municipality) { return Prefix(table, Municipality(municipality.code() + 1)); }

std::string CaseKey(Table table, Municipality municipality, const Uuid& case_id) {
  return Prefix(table, municipality).append(case_id.Bytes());
}

std::string TaskKey(Table table, Municipality municipality, const Uuid& case_id, const Uuid& rectification_id) {
  return CaseKey(table, municipality, case_id).append(rectification_id.Bytes());
}

std::string ImportedKey(Municipality municipality, std::string_view source, std::string_view reference) {
  return Prefix(kImported, municipality).append(1, static_cast<char>(source.size())).append(source).append(reference);
}

std::string SubjectKey(Table table, Municipality municipality, v1::ScoreSubject kind, std::string_view subject) {
  std::string key = Prefix(table, municipality).append(1, static_cast<char>(kind));
  for (char c : subject) {
    key.push_back(c);
    if (c == '\0') key.push_back(kEscaped);
  }
  return key.append(2, '\0');
}

std::string AfterSubject(Table table, Municipality municipality, v1::ScoreSubject kind, std::string_view subject) {
  std::string key = SubjectKey(table, municipality, kind, subject);
  key.back() = '\x01';
  return key;
}

std::string KindEnd(Table table, Municipality municipality, v1::ScoreSubject kind) {
  return Prefix(table, municipality).append(1, static_cast<char>(kind + 1));
}

std::string BucketKey(std::string subject_key, int64_t index) {
  AppendBigEndian(static_cast<uint64_t>(index), 4, &subject_key);
  return subject_key;
}

std::string MomentKey(std::string subject_key, Instant at) {
  AppendBigEndian(static_cast<uint64_t>(at.micros) ^ (uint64_t{1} << 63), 8, &subject_key);
  return subject_key;
}

std::string MomentKey(std::string subject_key, Instant at, const Uuid& about) {
  return MomentKey(std::move(subject_key), at).append(about.Bytes());
}

SubjectOfKey ReadSubject(std::string_view key) {
  SubjectOfKey read;
  for (size_t i = kKindPrefixBytes; i < key.size(); ++i) {
    if (key[i] != '\0') {
      read.subject.push_back(key[i]);
      continue;
    }
    if (i + 1 < key.size() && key[i + 1] == kEscaped) {
      read.subject.push_back('\0');
      ++i;
      continue;
    }
    read.bytes = i + 2;
    break;
  }
  return read;
}

uint32_t ReadBucket(std::string_view key) { return static_cast<uint32_t>(ReadBigEndian(key.substr(key.size() - 4))); }

std::string EncodeHolding(const Holding& holding) {
  std::string value(1, holding.gone ? '\x01' : '\x00');
  AppendBigEndian(holding.hop, 8, &value);
  AppendBigEndian(holding.to.code(), 4, &value);
  return value;
}

std::optional<Holding> DecodeHolding(std::string_view value) {
  if (value.size() != kHoldingBytes) return std::nullopt;
  return Holding{value[0] == '\x01', ReadBigEndian(value.substr(1, 8)),
                 Municipality(static_cast<uint32_t>(ReadBigEndian(value.substr(9))))};
}

CaseView LoadCase(const runtime::StateReader& rows, Municipality municipality, const Uuid& case_id) {
  CaseView view;
  view.slot = rows.Load<v1::SlotState>(CaseKey(kSlot, municipality, case_id));
  if (auto value = rows.Get(CaseKey(kHolding, municipality, case_id))) view.holding = DecodeHolding(*value);
  if (!view.slot) view.known = rows.Get(CaseKey(kKnown, municipality, case_id)).has_value();
  return view;
}

std::vector<v1::RectificationState> LoadRectifications(const runtime::StateReader& rows, Municipality municipality,
                                                       const Uuid& case_id) {
  std::vector<v1::RectificationState> all;
  const std::string from = CaseKey(kRectification, municipality, case_id);
  const std::string to = TaskKey(kRectification, municipality, case_id, *Uuid::FromBytes(std::string(16, '\xff')));
  rows.Scan(from, to, [&](std::string_view, std::string_view value) {
    all.emplace_back().ParseFromArray(value.data(), static_cast<int>(value.size()));
    return true;
  });
  return all;
}

CaseRows LoadCaseRows(const runtime::StateReader& rows, Municipality municipality, const Uuid& case_id) {
  return {LoadCase(rows, municipality, case_id), LoadRectifications(rows, municipality, case_id),
          rows.Load<v1::ReviewState>(CaseKey(kReview, municipality, case_id))};
}

AppealView LoadAppeal(const runtime::StateReader& rows, Municipality municipality, const Uuid& case_id) {
  return {
      LoadCase(rows, municipality, case_id),
      rows.Load<v1::RectificationState>(TaskKey(kRectification, municipality, case_id, RatingRectificationId(case_id))),
      rows.Load<v1::ReviewState>(CaseKey(kReview, municipality, case_id))};
}

std::string DuePayload(const Uuid& case_id, std::string_view rest) { return std::string(case_id.Bytes()).append(rest); }

std::optional<Uuid> DueCase(std::string_view payload) {
  return payload.size() < Uuid::kBytes ? std::nullopt : Uuid::FromBytes(payload.substr(0, Uuid::kBytes));
}

std::string_view DueRest(std::string_view payload) { return payload.substr(Uuid::kBytes); }

std::string EncodeHop(uint64_t hop) {
  std::string bytes;
  AppendBigEndian(hop, 8, &bytes);
  return bytes;
}

uint64_t DecodeHop(std::string_view bytes) { return ReadBigEndian(bytes); }

}  // namespace casehub::evaluation::tables
