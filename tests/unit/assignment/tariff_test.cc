// Amounts and shares: whole fen, and they always make up the sum.
#include "services/assignment/domain/tariff.h"

#include <random>

#include "tests/unit/assignment/assignment_fixture.h"

namespace casehub::assignment {
namespace {

v1::AssignmentState WithWork(const std::vector<uint32_t>& recorded) {
  v1::AssignmentState state;
  for (size_t i = 0; i < recorded.size(); ++i) {
    v1::Work* work = state.add_work();
    work->mutable_practitioner()->set_practitioner_id("p" + std::to_string(i));
    work->set_recorded(recorded[i]);
    *state.mutable_letter()->mutable_practitioner() = work->practitioner();
  }
  return state;
}

std::vector<int64_t> Amounts(const std::vector<uint32_t>& recorded, int64_t amount) {
  std::vector<int64_t> amounts;
  for (const auto& share : SharesOf(WithWork(recorded), amount)) amounts.push_back(share.amount_fen());
  return amounts;
}

TEST(Shares, AreExact) {
  EXPECT_THAT(Amounts({1, 1, 1}, 100), ElementsAre(34, 33, 33)) << "the earlier letter first";
  EXPECT_THAT(Amounts({1, 2}, 100), ElementsAre(33, 67)) << "the largest remainder first";
  EXPECT_THAT(Amounts({3, 0, 1}, 100), ElementsAre(75, 25)) << "no work, no share";
  EXPECT_THAT(Amounts({0, 0}, 100), ElementsAre(100)) << "nobody recorded anything: who has it now";
  EXPECT_EQ(SharesOf(WithWork({0, 0}), 100)[0].practitioner_id(), "p1");
  EXPECT_THAT(Amounts({UINT32_MAX, UINT32_MAX}, 10'000'000'000), ElementsAre(5'000'000'000, 5'000'000'000));
}

TEST(Shares, MakeUpTheSumWhateverTheyAre) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 10'000; ++i) {
    std::vector<uint32_t> recorded(1 + random() % 6);
    for (uint32_t& one : recorded) one = static_cast<uint32_t>(random() % 20);
    const int64_t amount = 1 + static_cast<int64_t>(random() % 10'000'000'000);
    int64_t sum = 0;
    for (int64_t one : Amounts(recorded, amount)) {
      EXPECT_GT(one, 0);
      sum += one;
    }
    ASSERT_EQ(sum, amount);
  }
}

TEST(Tariff, TheRowOfTheMatterComesBeforeThatOfTheKind) {
  v1::Tariff tariff;
  auto* any = tariff.add_rows();
  any->set_kind(intake::v1::CASE_KIND_LEGAL_AID);
  any->set_amount_fen(1);
  auto* labour = tariff.add_rows();
  labour->set_kind(intake::v1::CASE_KIND_LEGAL_AID);
  labour->set_matter_type("labour");
  labour->set_amount_fen(2);
  EXPECT_EQ(AmountOf(tariff, intake::v1::CASE_KIND_LEGAL_AID, "labour"), 2);
  EXPECT_EQ(AmountOf(tariff, intake::v1::CASE_KIND_LEGAL_AID, "tenancy"), 1);
  EXPECT_EQ(AmountOf(tariff, intake::v1::CASE_KIND_DEFENCE, "labour"), std::nullopt);
}

class SetTariffTest : public AssignmentTest {};

TEST_F(SetTariffTest, IsVersionedAndSafeToRepeat) {
  const Result& set = desk.SetTariff("2025-01-01", 100);
  EXPECT_THAT(set.events, ElementsAre("TariffSet"));
  const std::string version = set.As<v1::SetTariffResponse>().version();
  EXPECT_THAT(desk.SetTariff("2025-01-01", 100).events, IsEmpty());
  EXPECT_NE(desk.SetTariff("2025-01-01", 101).As<v1::SetTariffResponse>().version(), version);
  const Result& listed = desk.s.When(v1::ListTariffsRequest());
  ASSERT_EQ(listed.As<v1::ListTariffsResponse>().tariffs_size(), 1);
}

}  // namespace
}  // namespace casehub::assignment
