#include "services/model/identity_number.h"

#include <gtest/gtest.h>

namespace casehub {
namespace {

TEST(ResidentNumber, TheStandardsOwnExamplesAreRight) {
  EXPECT_EQ(CheckResidentNumber("11010519491231002X"), IdentityNumberFault::kNone);
  EXPECT_EQ(CheckResidentNumber("11010519491231002x"), IdentityNumberFault::kNone);
  EXPECT_EQ(CheckResidentNumber("440524188001010014"), IdentityNumberFault::kNone);
}

TEST(ResidentNumber, EveryWrongDigitIsFound) {
  const std::string right = "11010519491231002X";
  for (size_t i = 0; i < 17; ++i) {
    for (char digit = '0'; digit <= '9'; ++digit) {
      if (digit == right[i]) continue;
      std::string wrong = right;
      wrong[i] = digit;
      EXPECT_EQ(CheckResidentNumber(wrong), IdentityNumberFault::kCheckDigit) << wrong;
    }
  }
}

TEST(ResidentNumber, FormAndDateAreChecked) {
  EXPECT_EQ(CheckResidentNumber(""), IdentityNumberFault::kFormat);
  EXPECT_EQ(CheckResidentNumber("1101051949123100"), IdentityNumberFault::kFormat);
  EXPECT_EQ(CheckResidentNumber("11010519491231002Y"), IdentityNumberFault::kFormat);
  EXPECT_EQ(CheckResidentNumber("1101051949X231002X"), IdentityNumberFault::kFormat);
  // The date 1949-02-30 with its right check digit.
  for (const char check : std::string("0123456789X")) {
    const std::string number = std::string("11010519490230002") + check;
    EXPECT_NE(CheckResidentNumber(number), IdentityNumberFault::kNone);
  }
  EXPECT_FALSE(BirthDateOf("110105194902300020"));
  EXPECT_EQ(BirthDateOf("11010519491231002X"), absl::CivilDay(1949, 12, 31));
}

TEST(OrganisationCode, CheckCharacter) {
  EXPECT_EQ(CheckOrganisationCode("91350100M000100Y43"), IdentityNumberFault::kNone);
  EXPECT_EQ(CheckOrganisationCode("91350100M000100Y44"), IdentityNumberFault::kCheckDigit);
  EXPECT_EQ(CheckOrganisationCode("91350100M000010Y43"), IdentityNumberFault::kCheckDigit);
  EXPECT_EQ(CheckOrganisationCode("91350100I000100Y43"), IdentityNumberFault::kFormat);
  EXPECT_EQ(CheckOrganisationCode("91350100M000100Y4"), IdentityNumberFault::kFormat);
}

}  // namespace
}  // namespace casehub
