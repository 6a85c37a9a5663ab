#include "services/model/identity_number.h"

#include <array>
#include <cstddef>

namespace casehub {
namespace {

constexpr size_t kNumberLength = 18;
constexpr std::array<int, 17> kResidentWeights = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
constexpr std::string_view kResidentCheck = "10X98765432";

constexpr std::array<int, 17> kOrganisationWeights = {1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28};
constexpr std::string_view kOrganisationAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

int Number(std::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

}  // namespace

IdentityNumberFault CheckResidentNumber(std::string_view number) {
  if (number.size() != kNumberLength) return IdentityNumberFault::kFormat;
  int sum = 0;
  for (size_t i = 0; i < kResidentWeights.size(); ++i) {
    if (!IsDigit(number[i])) return IdentityNumberFault::kFormat;
    sum += (number[i] - '0') * kResidentWeights[i];
  }
  const char check = number.back() == 'x' ? 'X' : number.back();
  if (!IsDigit(check) && check != 'X') return IdentityNumberFault::kFormat;
  if (check != kResidentCheck[static_cast<size_t>(sum % 11)]) return IdentityNumberFault::kCheckDigit;
  return BirthDateOf(number) ? IdentityNumberFault::kNone : IdentityNumberFault::kBirthDate;
}

IdentityNumberFault CheckOrganisationCode(std::string_view code) {
  if (code.size() != kNumberLength) return IdentityNumberFault::kFormat;
  size_t sum = 0;
  for (size_t i = 0; i < kOrganisationWeights.size(); ++i) {
    const size_t value = kOrganisationAlphabet.find(code[i]);
    if (value == std::string_view::npos) return IdentityNumberFault::kFormat;
    sum += value * static_cast<size_t>(kOrganisationWeights[i]);
  }
  const size_t check = kOrganisationAlphabet.find(code.back());
  if (check == std::string_view::npos) return IdentityNumberFault::kFormat;
  return check == (31 - sum % 31) % 31 ? IdentityNumberFault::kNone : IdentityNumberFault::kCheckDigit;
}

std::optional<absl::CivilDay> BirthDateOf(std::string_view resident_number) {
  if (resident_number.size() != kNumberLength) return std::nullopt;
  for (const char c : resident_number.substr(6, 8)) {
    if (!IsDigit(c)) return std::nullopt;
  }
  const int year = Number(resident_number.substr(6, 4));
  const int month = Number(resident_number.substr(10, 2));
  const int day = Number(resident_number.substr(12, 2));
  // CivilDay normalises what does not exist; a date that comes back changed was none.
  const absl::CivilDay date(year, month, day);
  if (year < 1800 || date.year() != year || date.month() != month || date.day() != day) return std::nullopt;
  return date;
}

}  // namespace casehub
