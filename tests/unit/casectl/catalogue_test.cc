#include "services/ops/casectl/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "casehub/intake/v1/intake_service.pb.h"

namespace casehub::casectl {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

TEST(CatalogueTest, EveryServiceAndMethodIsReachableByItsWords) {
  std::vector<std::string> words;
  for (const auto* service : Services()) {
    words.push_back(ServiceWord(*service));
    EXPECT_EQ(FindService(words.back()), service);
    for (int i = 0; i < service->method_count(); ++i) {
      std::vector<std::string> candidates;
      EXPECT_EQ(FindMethod(*service, Kebab(service->method(i)->name()), &candidates), service->method(i));
      EXPECT_EQ(MethodOf(*service->method(i)->input_type()), service->method(i))
          << "a request type belongs to one method";
    }
  }
  for (const char* word :
       {"intake", "assignment", "mediation", "transfer", "evaluation", "registry", "ledger", "ingest", "operations"}) {
    EXPECT_THAT(words, Contains(word));
  }
  EXPECT_EQ(FindService("nonsense"), nullptr);
}

TEST(CatalogueTest, APrefixNamesAMethodWhenOnlyOneHasIt) {
  const auto& intake = *FindService("intake");
  std::vector<std::string> candidates;
  EXPECT_EQ(FindMethod(intake, "submit-aid", &candidates)->name(), "SubmitAidApplication");
  EXPECT_EQ(FindMethod(intake, "register", &candidates), nullptr);
  EXPECT_THAT(candidates, ElementsAre("register-contact", "register-call"));
  EXPECT_EQ(FindMethod(intake, "fly", &candidates), nullptr);
  EXPECT_TRUE(candidates.empty());
  EXPECT_EQ(FindMethod(intake, "", &candidates), nullptr);
}

TEST(CatalogueTest, EventsOfServices) {
  EXPECT_EQ(EventOf("intake")->full_name(), "casehub.intake.v1.IntakeEvent");
  EXPECT_EQ(EventOf("ledger")->full_name(), "casehub.ledger.v1.LedgerEvent");
  EXPECT_EQ(EventOf("transfer")->full_name(), "casehub.transfer.v1.TransferEvent");
  EXPECT_EQ(EventOf("evaluation")->full_name(), "casehub.evaluation.v1.EvaluationEvent");
  EXPECT_EQ(EventOf("mediation")->full_name(), "casehub.mediation.v1.MediationEvent");
  EXPECT_EQ(EventOf("registry")->full_name(), "casehub.registry.v1.RegistryEvent");
  EXPECT_EQ(EventOf("assignment")->full_name(), "casehub.assignment.v1.AssignmentEvent");
  EXPECT_EQ(EventOf("operations"), nullptr);
  EXPECT_EQ(EventOf(""), nullptr);
}

TEST(CatalogueTest, EnumsByShortNameInAnyCase) {
  const auto& channel = *common::v1::Channel_descriptor();
  EXPECT_EQ(ShortName(*channel.FindValueByNumber(3)), "hotline");
  for (const char* text : {"hotline", "HOTLINE", "CHANNEL_HOTLINE", "channel-hotline"}) {
    ASSERT_NE(FindEnumValue(channel, text), nullptr) << text;
    EXPECT_EQ(FindEnumValue(channel, text)->number(), 3);
  }
  EXPECT_EQ(FindEnumValue(channel, "pigeon"), nullptr);
  EXPECT_EQ(FindEnumValue(*intake::v1::CaseStatus_descriptor(), "moved-away")->number(),
            intake::v1::CASE_STATUS_MOVED_AWAY);
}

TEST(CatalogueTest, ShortNamesAreUniqueInTheirEnum) {
  for (const auto* type : {common::v1::Channel_descriptor(), common::v1::IdentityKind_descriptor(),
                           intake::v1::CaseKind_descriptor(), intake::v1::CaseStatus_descriptor()}) {
    std::set<std::string> seen;
    for (int i = 0; i < type->value_count(); ++i) EXPECT_TRUE(seen.insert(ShortName(*type->value(i))).second);
  }
}

TEST(CatalogueTest, Kebab) {
  EXPECT_EQ(Kebab("RegisterContact"), "register-contact");
  EXPECT_EQ(Kebab("external_reference"), "external-reference");
}

}  // namespace
}  // namespace casehub::casectl
