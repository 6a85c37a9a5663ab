// Numbers of identity documents: GB 11643 (resident identity card) and GB 32100 (unified social credit code).
// Pure functions; none of them keeps or prints a number.
#pragma once

#include <optional>
#include <string_view>

#include "absl/time/civil_time.h"

namespace casehub {

enum class IdentityNumberFault {
  kNone,
  kFormat,     // wrong length or characters
  kBirthDate,  // the date in it does not exist
  kCheckDigit,
};

// 17 digits and a check character (a digit, X or x).
IdentityNumberFault CheckResidentNumber(std::string_view number);
// 18 characters of the code's alphabet (digits and capital letters without I, O, S, V, Z), the last a check character.
IdentityNumberFault CheckOrganisationCode(std::string_view code);

// Of a resident number without fault.
std::optional<absl::CivilDay> BirthDateOf(std::string_view resident_number);

}  // namespace casehub
