// Personal data between the caller and the log (design 4, H4): checked, sealed before anything is decided, unsealed
// and masked for whoever asks. The byte format: docs/formats/sealed.md.
//
// Threads     Every function may be called from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "services/host/keyring/keyring.h"
#include "services/host/personal.h"
#include "services/runtime/service.h"

namespace casehub::host {

inline constexpr size_t kNameBytesMax = 200;
inline constexpr size_t kIdentityNumberBytesMax = 64;
inline constexpr size_t kPhoneBytesMax = 32;
inline constexpr size_t kAddressBytesMax = 1000;
inline constexpr size_t kTextBytesMax = 65'536;

// What is wrong with the personal data of a request: limits, check digits, fields that are not the caller's to set.
// The refusal names the field, never its value.
std::optional<runtime::Refused> CheckPersonal(const PersonalParts& parts);

using HeldKeys = absl::InlinedVector<HeldKey, 1>;

class Sealer {
 public:
  explicit Sealer(KeyRing* ring) : ring_(ring) {}

  // Replaces the plain data of checked parts by ciphertext; sets person_id, age_group and sealed_for. Text goes under
  // the request's first person, else under `case_id`, else under a key of its own. Keys that were taken are in `held`,
  // also after an error: give them back with Release.
  absl::Status Seal(const PersonalParts& parts, const std::optional<Uuid>& case_id, Instant received_at,
                    HeldKeys* held);
  // The rows to write with the record of a command; the keys stay held.
  static std::vector<storage::SideRow> TakeRows(HeldKeys* held);
  void Release(HeldKeys* held, RowsOutcome outcome);

  // Replaces ciphertext by plain data: texts whole, particulars masked unless `in_full`. What cannot be opened (the
  // person was forgotten) stays empty. Returns the first damage found, after doing the rest.
  absl::Status Unseal(const PersonalParts& parts, bool in_full);

 private:
  absl::Status SealPerson(common::v1::Person* person, Instant received_at, HeldKeys* held);
  absl::Status UnsealPerson(common::v1::Person* person, bool in_full);
  absl::Status UnsealText(common::v1::PersonalText* text);

  KeyRing* ring_;
};

// Sealed bytes of one kind under one id's key; the format's version is their first byte.
enum class SealedKind : char { kParticulars = 'P', kText = 'T' };
std::string SealBytes(const Key& key, const Uuid& id, SealedKind kind, std::string_view plain);
// DataLoss if they were changed or belong to another id or kind, FailedPrecondition for a newer version.
absl::StatusOr<std::string> UnsealBytes(const Key& key, const Uuid& id, SealedKind kind, std::string_view sealed);

// 张三丰 -> 张**; numbers but for the last four characters; the middle of a phone number; any address.
void MaskParticulars(common::v1::Particulars* particulars);

// Of a resident number, on the civil day of `received_at` at +08:00; UNSPECIFIED for other identities.
common::v1::AgeGroup AgeGroupOf(const common::v1::Particulars& particulars, Instant received_at);

}  // namespace casehub::host
