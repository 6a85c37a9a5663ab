#include "services/host/sealing.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "services/model/identity_number.h"

namespace casehub::host {
namespace {

using common::v1::Particulars;
using common::v1::Person;
using common::v1::PersonalText;
using runtime::Refusal;
using runtime::Refuse;
using runtime::Refused;

constexpr char kSealedVersion = 1;

Refused Missing(std::string field) { return Refuse(Refusal::REFUSAL_FIELD_MISSING).With("field", std::move(field)); }

std::optional<Refused> CheckLength(const std::string& value, size_t limit, const std::string& path, const char* name) {
  if (value.size() <= limit) return std::nullopt;
  return Refuse(Refusal::REFUSAL_FIELD_TOO_LONG)
      .With("field", absl::StrCat(path, name))
      .With("size", absl::StrCat(value.size()))
      .With("limit", absl::StrCat(limit));
}

std::optional<Refused> CheckFault(IdentityNumberFault fault, std::string field) {
  switch (fault) {
    case IdentityNumberFault::kNone:
      return std::nullopt;
    case IdentityNumberFault::kFormat:
      return RefuseField(std::move(field), Phrase::PHRASE_DOCUMENT_FORMAT);
    case IdentityNumberFault::kBirthDate:
      return RefuseField(std::move(field), Phrase::PHRASE_BIRTH_DATE);
    case IdentityNumberFault::kCheckDigit:
      return Refuse(Refusal::REFUSAL_CHECK_DIGIT_WRONG).With("field", std::move(field));
  }
  return std::nullopt;
}

std::optional<Refused> CheckIdentity(const Particulars& particulars, const std::string& path) {
  const std::string number = absl::StrCat(path, "identity_number");
  const auto kind = particulars.identity_kind();
  if (particulars.identity_number().empty()) {
    if (kind == common::v1::IDENTITY_KIND_UNSPECIFIED) return std::nullopt;  // nobody asked for a document
    return Missing(number);
  }
  switch (kind) {
    case common::v1::IDENTITY_KIND_RESIDENT:
      return CheckFault(CheckResidentNumber(particulars.identity_number()), number);
    case common::v1::IDENTITY_KIND_ORGANISATION:
      return CheckFault(CheckOrganisationCode(particulars.identity_number()), number);
    case common::v1::IDENTITY_KIND_PASSPORT:
    case common::v1::IDENTITY_KIND_OTHER:
      return std::nullopt;
    case common::v1::IDENTITY_KIND_UNSPECIFIED:
      return Missing(absl::StrCat(path, "identity_kind"));
    default:
      return RefuseField(absl::StrCat(path, "identity_kind"), Phrase::PHRASE_NOT_A_KNOWN_VALUE);
  }
}

std::optional<Refused> CheckPerson(const Person& person, const std::string& path) {
  if (!person.person_id().empty()) return RefuseField(absl::StrCat(path, ".person_id"), Phrase::PHRASE_SET_BY_CASEHUB);
  if (!person.sealed().empty()) return RefuseField(absl::StrCat(path, ".sealed"), Phrase::PHRASE_SET_BY_CASEHUB);
  if (person.age_group() != common::v1::AGE_GROUP_UNSPECIFIED) {
    return RefuseField(absl::StrCat(path, ".age_group"), Phrase::PHRASE_SET_BY_CASEHUB);
  }
  const std::string inner = absl::StrCat(path, ".particulars.");
  if (!person.has_particulars()) return Missing(absl::StrCat(path, ".particulars"));
  const Particulars& particulars = person.particulars();
  if (particulars.name().empty()) return Missing(absl::StrCat(inner, "name"));
  if (auto refused = CheckLength(particulars.name(), kNameBytesMax, inner, "name")) return refused;
  if (auto refused = CheckLength(particulars.identity_number(), kIdentityNumberBytesMax, inner, "identity_number")) {
    return refused;
  }
  if (auto refused = CheckLength(particulars.phone(), kPhoneBytesMax, inner, "phone")) return refused;
  if (auto refused = CheckLength(particulars.address(), kAddressBytesMax, inner, "address")) return refused;
  return CheckIdentity(particulars, inner);
}

std::optional<Refused> CheckText(const PersonalText& text, const std::string& path) {
  if (!text.sealed().empty()) return RefuseField(absl::StrCat(path, ".sealed"), Phrase::PHRASE_SET_BY_CASEHUB);
  if (!text.sealed_for().empty()) return RefuseField(absl::StrCat(path, ".sealed_for"), Phrase::PHRASE_SET_BY_CASEHUB);
  if (text.text().empty()) return Missing(absl::StrCat(path, ".text"));
  return CheckLength(text.text(), kTextBytesMax, path, ".text");
}

// "casehub.sealed.v1", the kind, the id: a ciphertext says nothing in another place than its own.
class Context {
 public:
  Context(const Uuid& id, SealedKind kind) {
    constexpr std::string_view kPrefix = "casehub.sealed.v1";
    static_assert(kPrefix.size() + 1 + Uuid::kBytes == kBytes);
    kPrefix.copy(bytes_.data(), kPrefix.size());
    bytes_[kPrefix.size()] = static_cast<char>(kind);
    id.Bytes().copy(bytes_.data() + kPrefix.size() + 1, Uuid::kBytes);
  }
  std::string_view view() const { return {bytes_.data(), bytes_.size()}; }

 private:
  static constexpr size_t kBytes = 34;
  std::array<char, kBytes> bytes_;
};

void KeepLast(size_t kept, std::string* text) {
  if (text->size() <= kept) kept = 0;
  text->replace(0, text->size() - kept, text->size() - kept, '*');
}

size_t FirstCharacterBytes(std::string_view text) {
  size_t length = 1;
  while (length < text.size() && (static_cast<uint8_t>(text[length]) & 0xC0) == 0x80) ++length;
  return length;
}

}  // namespace

std::optional<Refused> CheckPersonal(const PersonalParts& parts) {
  for (const auto& [person, path] : parts.persons) {
    if (auto refused = CheckPerson(*person, path)) return refused;
  }
  for (const auto& [text, path] : parts.texts) {
    if (auto refused = CheckText(*text, path)) return refused;
  }
  return std::nullopt;
}

std::string SealBytes(const Key& key, const Uuid& id, SealedKind kind, std::string_view plain) {
  std::string sealed;
  sealed.reserve(1 + kNonceBytes + plain.size() + kTagBytes);
  sealed.push_back(kSealedVersion);
  EncryptGcm(key, plain, Context(id, kind).view(), &sealed);
  return sealed;
}

absl::StatusOr<std::string> UnsealBytes(const Key& key, const Uuid& id, SealedKind kind, std::string_view sealed) {
  if (sealed.empty()) return absl::DataLossError("sealed data is empty");
  if (sealed.front() != kSealedVersion) {
    return absl::FailedPreconditionError("sealed data has a format this build does not know");
  }
  auto plain = DecryptGcm(key, sealed.substr(1), Context(id, kind).view());
  if (!plain) return absl::DataLossError("sealed data is damaged");
  return *std::move(plain);
}

absl::Status Sealer::SealPerson(Person* person, Instant received_at, HeldKeys* held) {
  const Particulars& particulars = person->particulars();
  auto key = particulars.identity_number().empty()
                 ? ring_->AnonymousKey()
                 : ring_->PersonKey(particulars.identity_kind(), particulars.identity_number());
  if (!key.ok()) return key.status();
  person->set_age_group(AgeGroupOf(particulars, received_at));
  person->set_person_id(key->id.ToString());
  person->set_sealed(SealBytes(key->key, key->id, SealedKind::kParticulars, particulars.SerializeAsString()));
  person->clear_particulars();
  held->push_back(*std::move(key));
  return absl::OkStatus();
}

absl::Status Sealer::Seal(const PersonalParts& parts, const std::optional<Uuid>& case_id, Instant received_at,
                          HeldKeys* held) {
  for (const auto& part : parts.persons) {
    if (absl::Status status = SealPerson(part.person, received_at, held); !status.ok()) return status;
  }
  if (parts.texts.empty()) return absl::OkStatus();
  if (held->empty()) {
    auto key = case_id ? ring_->CaseKey(*case_id) : ring_->AnonymousKey();
    if (!key.ok()) return key.status();
    held->push_back(*std::move(key));
  }
  const HeldKey& key = held->front();
  for (const auto& part : parts.texts) {
    part.text->set_sealed(SealBytes(key.key, key.id, SealedKind::kText, part.text->text()));
    part.text->set_sealed_for(key.id.ToString());
    part.text->clear_text();
  }
  return absl::OkStatus();
}

std::vector<storage::SideRow> Sealer::TakeRows(HeldKeys* held) {
  if (held->empty()) return {};
  std::vector<storage::SideRow> rows = std::move(held->front().rows);
  for (size_t i = 1; i < held->size(); ++i) {
    for (storage::SideRow& row : (*held)[i].rows) rows.push_back(std::move(row));
  }
  return rows;
}

void Sealer::Release(HeldKeys* held, RowsOutcome outcome) {
  for (const HeldKey& key : *held) ring_->Release(key, outcome);
  held->clear();
}

absl::Status Sealer::UnsealPerson(Person* person, bool in_full) {
  const std::string sealed = std::move(*person->mutable_sealed());
  person->clear_sealed();
  const auto id = Uuid::Parse(person->person_id());
  if (sealed.empty() || !id) return absl::OkStatus();
  auto key = ring_->Find(*id);
  if (!key.ok()) return key.status();
  if (!key->has_value()) return absl::OkStatus();
  auto plain = UnsealBytes(**key, *id, SealedKind::kParticulars, sealed);
  if (!plain.ok()) return plain.status();
  if (!person->mutable_particulars()->ParseFromString(*plain)) {
    person->clear_particulars();
    return absl::DataLossError("sealed particulars do not parse");
  }
  if (!in_full) MaskParticulars(person->mutable_particulars());
  return absl::OkStatus();
}

absl::Status Sealer::UnsealText(PersonalText* text) {
  const std::string sealed = std::move(*text->mutable_sealed());
  const auto id = Uuid::Parse(text->sealed_for());
  text->clear_sealed();
  text->clear_sealed_for();
  if (sealed.empty() || !id) return absl::OkStatus();
  auto key = ring_->Find(*id);
  if (!key.ok()) return key.status();
  if (!key->has_value()) return absl::OkStatus();
  auto plain = UnsealBytes(**key, *id, SealedKind::kText, sealed);
  if (!plain.ok()) return plain.status();
  text->set_text(*std::move(plain));
  return absl::OkStatus();
}

absl::Status Sealer::Unseal(const PersonalParts& parts, bool in_full) {
  absl::Status first;
  for (const auto& part : parts.persons) first.Update(UnsealPerson(part.person, in_full));
  for (const auto& part : parts.texts) first.Update(UnsealText(part.text));
  return first;
}

void MaskParticulars(Particulars* particulars) {
  constexpr size_t kNumberTail = 4;
  constexpr size_t kPhoneHead = 3;
  constexpr size_t kPhoneTail = 4;
  if (std::string* name = particulars->mutable_name(); !name->empty()) {
    *name = absl::StrCat(name->substr(0, FirstCharacterBytes(*name)), "**");
  }
  KeepLast(kNumberTail, particulars->mutable_identity_number());
  std::string* phone = particulars->mutable_phone();
  if (phone->size() > kPhoneHead + kPhoneTail) {
    const size_t hidden = phone->size() - kPhoneHead - kPhoneTail;
    phone->replace(kPhoneHead, hidden, hidden, '*');
  } else {
    KeepLast(0, phone);
  }
  if (!particulars->address().empty()) particulars->set_address("***");
}

common::v1::AgeGroup AgeGroupOf(const Particulars& particulars, Instant received_at) {
  if (particulars.identity_kind() != common::v1::IDENTITY_KIND_RESIDENT) return common::v1::AGE_GROUP_UNSPECIFIED;
  const auto born = BirthDateOf(particulars.identity_number());
  if (!born) return common::v1::AGE_GROUP_UNSPECIFIED;
  static const absl::TimeZone china = absl::FixedTimeZone(8 * 60 * 60);
  const absl::CivilDay today = absl::ToCivilDay(absl::FromUnixMicros(received_at.micros), china);
  // A year is complete on the birthday itself; who was born on 29 February has it on 1 March in other years.
  auto reached = [&](int years) { return absl::CivilDay(born->year() + years, born->month(), born->day()) <= today; };
  if (reached(75)) return common::v1::AGE_GROUP_SENIOR_75;
  if (reached(60)) return common::v1::AGE_GROUP_SENIOR;
  return reached(18) ? common::v1::AGE_GROUP_ADULT : common::v1::AGE_GROUP_MINOR;
}

}  // namespace casehub::host
