// The register of systems that deliver cases (A7).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/registry/domain/registry.h"
#include "services/registry/service.h"
#include "tests/support/given.h"
#include "tests/unit/registry/samples.h"

namespace casehub::registry {
namespace {

using common::v1::Refusal;

v1::RegisterSourceSystemRequest Good() {
  v1::RegisterSourceSystemRequest request;
  request.set_municipality(kMunicipality);
  auto* source = request.mutable_source();
  source->set_source_system("12345");
  source->set_name("政务服务便民热线");
  source->set_run_by("衢州市政务服务中心");
  source->set_valid_from("2020-01-01");
  return request;
}

TEST(SourceSystems, AreRegisteredReplacedAndListed) {
  testing::Scenario s(MakeRegistryService(), Municipality(330800), testing::At("2025-03-03T09:00:00+08:00"));
  EXPECT_THAT(s.When(Good()).events, ::testing::ElementsAre("SourceSystemRegistered"));
  EXPECT_THAT(s.When(Good()).events, ::testing::IsEmpty()) << "nothing new";
  auto changed = Good();
  changed.mutable_source()->set_valid_until("2026-01-01");
  EXPECT_THAT(s.When(changed).events, ::testing::ElementsAre("SourceSystemRegistered"));
  auto other = Good();
  other.mutable_source()->set_source_system("notary");
  s.When(other);
  v1::ListSourceSystemsRequest list;
  list.set_municipality(kMunicipality);
  list.set_page_size(1);
  auto page = s.When(list).As<v1::ListSourceSystemsResponse>();
  ASSERT_EQ(page.sources_size(), 1);
  EXPECT_EQ(page.sources(0).valid_until(), "2026-01-01");
  list.set_page_token(page.next_page_token());
  page = s.When(list).As<v1::ListSourceSystemsResponse>();
  ASSERT_EQ(page.sources_size(), 1);
  EXPECT_EQ(page.sources(0).source_system(), "notary");
  EXPECT_TRUE(s.ReplayEqualsLive());
}

TEST(SourceSystems, AreChecked) {
  struct Row {
    const char* why;
    void (*spoil)(v1::SourceSystem*);
    Refusal reason;
    const char* field;
  };
  const Row table[] = {
      {"no name for imports", [](auto* s) { s->clear_source_system(); }, Refusal::REFUSAL_FIELD_MISSING,
       "source.source_system"},
      {"one too long", [](auto* s) { s->set_source_system(std::string(65, 'x')); }, Refusal::REFUSAL_FIELD_TOO_LONG,
       "source.source_system"},
      {"no name", [](auto* s) { s->clear_name(); }, Refusal::REFUSAL_FIELD_MISSING, "source.name"},
      {"a name too long", [](auto* s) { s->set_name(std::string(201, 'x')); }, Refusal::REFUSAL_FIELD_TOO_LONG,
       "source.name"},
      {"run by too long a name", [](auto* s) { s->set_run_by(std::string(201, 'x')); }, Refusal::REFUSAL_FIELD_TOO_LONG,
       "source.run_by"},
      {"no first day", [](auto* s) { s->clear_valid_from(); }, Refusal::REFUSAL_FIELD_MISSING, "source.valid_from"},
      {"no date", [](auto* s) { s->set_valid_from("1 May"); }, Refusal::REFUSAL_FIELD_INVALID, "source.valid_from"},
      {"ends before it begins", [](auto* s) { s->set_valid_until("2020-01-01"); }, Refusal::REFUSAL_FIELD_INVALID,
       "source.valid_until"},
  };
  for (const Row& row : table) {
    auto request = Good();
    row.spoil(request.mutable_source());
    const auto decided = domain::DecideRegisterSourceSystem(std::nullopt, request);
    const auto* refused = std::get_if<Refused>(&decided);
    ASSERT_NE(refused, nullptr) << row.why;
    EXPECT_EQ(refused->reason, row.reason) << row.why;
    EXPECT_EQ(refused->metadata.at("field"), row.field) << row.why;
  }
}

}  // namespace
}  // namespace casehub::registry
