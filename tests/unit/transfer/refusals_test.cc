// A row for every refusal of the commands about rulings, and what the queries say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "casehub/intake/v1/intake_events.pb.h"
#include "casehub/mediation/v1/mediation_events.pb.h"
#include "casehub/registry/v1/registry_events.pb.h"
#include "casehub/transfer/v1/transfer_service.pb.h"
#include "services/legalclock/rules.h"
#include "services/transfer/service.h"
#include "services/transfer/tables.h"
#include "tests/support/given.h"
#include "tests/unit/transfer/world.h"

namespace casehub::transfer {
namespace {

using R = common::v1::Refusal;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TransferConfig Config() {
  TransferConfig config;
  config.is_municipality = [](Municipality one) { return one == kA || one == kB || one == kC || one == kP; };
  // kC lies in another province, and nobody above keeps a log.
  config.common_superior = [](Municipality a, Municipality b) {
    return a == kC || b == kC ? Municipality(100000) : kP;
  };
  config.deadline = [](std::string_view rules, std::string_view policy, Instant start) {
    return legalclock::Rules::FromRow(rules)->StartClock(policy, start);
  };
  return config;
}

class TransferRefusals : public ::testing::Test {
 protected:
  explicit TransferRefusals(Municipality here = kA)
      : here_(here), s_(MakeTransferService(Config()), here, testing::At("2025-11-26T09:00:00+08:00")) {}
  void TearDown() override { EXPECT_TRUE(s_.ReplayEqualsLive()); }

  template <typename Fill>
  void Transfer(Fill fill) {
    v1::TransferEvent event;
    event.set_case_id(id_);
    *event.mutable_occurred_at() = ToTimestamp(s_.now());
    fill(&event);
    s_.Given(ServiceId::kTransfer, event);
  }
  void Open(intake::v1::CaseKind kind = intake::v1::CASE_KIND_CONTACT) {
    intake::v1::IntakeEvent event;
    event.set_case_id(id_);
    event.mutable_case_opened()->set_kind(kind);
    s_.Given(ServiceId::kIntake, event);
  }
  void ExpectRefused(const google::protobuf::Message& request, R refusal,
                     const std::map<std::string, std::string>& metadata = {}) {
    const auto rows = s_.state().rows();
    const auto& result = s_.When(request);
    EXPECT_EQ(common::v1::Refusal_Name(result.refusal), common::v1::Refusal_Name(refusal));
    for (const auto& [key, value] : metadata) {
      ASSERT_EQ(result.metadata.count(key), 1u) << key;
      EXPECT_EQ(result.metadata.at(key), value);
    }
    EXPECT_EQ(s_.state().rows(), rows) << "a refusal changed something";
  }
  v1::RecordPaperRulingRequest Paper(const std::string& custodian) {
    v1::RecordPaperRulingRequest request;
    request.set_case_id(id_);
    request.set_custodian(custodian);
    request.set_ruled_by("the ministry");
    request.set_ruled_on("2025-11-26");
    request.mutable_document()->set_name("ruling");
    request.mutable_document()->set_sha256(std::string(32, 'r'));
    return request;
  }
  v1::RuleJurisdictionRequest Ruling(const std::string& custodian) {
    v1::RuleJurisdictionRequest request;
    request.set_case_id(id_);
    request.set_hop(1);
    request.set_custodian(custodian);
    request.set_reason("it lies there");
    return request;
  }
  v1::LedgerRow Row() {
    v1::GetTransferRequest request;
    request.set_case_id(id_);
    return s_.When(request).As<v1::GetTransferResponse>().row();
  }

  const Municipality here_;
  const std::string id_ = Uuid::V7(1'764'000'000'000, 3, 4).ToString();
  testing::Scenario s_;
};

TEST_F(TransferRefusals, PaperRulings) {
  const auto with = [&](const std::function<void(v1::RecordPaperRulingRequest*)>& change) {
    auto request = Paper(kC.ToString());
    change(&request);
    return request;
  };
  ExpectRefused(Paper(kC.ToString()), R::REFUSAL_CASE_UNKNOWN);
  Open();
  ExpectRefused(with([](auto* r) { r->clear_custodian(); }), R::REFUSAL_FIELD_INVALID, {{"field", "custodian"}});
  ExpectRefused(with([](auto* r) { r->set_outside_counterpart("both"); }), R::REFUSAL_FIELD_INVALID,
                {{"why", "PHRASE_ONE_COUNTERPART"}});
  ExpectRefused(with([](auto* r) {
                  r->clear_custodian();
                  r->set_outside_counterpart(std::string(201, 'x'));
                }),
                R::REFUSAL_FIELD_TOO_LONG, {{"field", "outside_counterpart"}, {"size", "201"}});
  ExpectRefused(with([](auto* r) { r->clear_ruled_by(); }), R::REFUSAL_FIELD_MISSING, {{"field", "ruled_by"}});
  ExpectRefused(with([](auto* r) { r->set_ruled_by(std::string(201, 'x')); }), R::REFUSAL_FIELD_TOO_LONG,
                {{"field", "ruled_by"}});
  ExpectRefused(with([](auto* r) { r->set_ruled_on("soon"); }), R::REFUSAL_FIELD_INVALID, {{"field", "ruled_on"}});
  ExpectRefused(with([](auto* r) { r->set_ruled_on("2025-11-27"); }), R::REFUSAL_FIELD_INVALID,
                {{"why", "PHRASE_NOT_AFTER_TODAY"}});
  ExpectRefused(with([](auto* r) { r->mutable_document()->clear_name(); }), R::REFUSAL_FIELD_MISSING,
                {{"field", "document.name"}});
  ExpectRefused(with([](auto* r) { r->mutable_document()->set_sha256("short"); }), R::REFUSAL_FIELD_INVALID,
                {{"field", "document.sha256"}});
  ExpectRefused(Paper("330200"), R::REFUSAL_MUNICIPALITY_UNKNOWN, {{"municipality", "330200"}});
  ExpectRefused(Paper(kB.ToString()), R::REFUSAL_SUPERIOR_RULES, {{"superior", kP.ToString()}});
  ExpectRefused(Paper(kA.ToString()), R::REFUSAL_NOT_DECLINED_TWICE, {{"declines", "0"}});
  const auto& ruled = s_.When(Paper(kC.ToString()));
  EXPECT_THAT(ruled.events, ElementsAre("PaperRulingRecorded", "CaseFrozen"));
  EXPECT_THAT(ruled.relies_on, ElementsAre(storage::CaseSubject(*Uuid::Parse(id_))));
  EXPECT_EQ(ruled.As<v1::RecordPaperRulingResponse>().hop(), 1u);
  ExpectRefused(Paper(kC.ToString()), R::REFUSAL_CASE_FROZEN, {{"to", kC.ToString()}});
}

TEST_F(TransferRefusals, APaperNeedsTheConsentThatEveryTransferNeeds) {
  Open(intake::v1::CASE_KIND_LEGAL_AID);
  intake::v1::IntakeEvent applied;
  applied.set_case_id(id_);
  applied.mutable_application_received()->set_away_from_home(true);
  s_.Given(ServiceId::kIntake, applied);
  ExpectRefused(Paper(kC.ToString()), R::REFUSAL_CONSENT_MISSING);
}

TEST_F(TransferRefusals, WhatWaitsForThePaperReliesOnNothing) {
  Open();
  Transfer([](auto* event) {
    event->mutable_case_frozen()->set_hop(1);
    event->mutable_case_frozen()->set_to(kC.ToString());
  });
  Transfer([](auto* event) { event->mutable_transfer_offered()->set_hop(1); });
  Transfer([](auto* event) { event->mutable_ruling_awaited()->set_hop(1); });
  const auto& ruled = s_.When(Paper(kA.ToString()));
  EXPECT_THAT(ruled.events, ElementsAre("PaperRulingRecorded", "CaseThawed"));
  EXPECT_THAT(ruled.relies_on, IsEmpty());
  EXPECT_EQ(Row().view(), v1::LEDGER_VIEW_STAYED);
}

class AtTheSuperior : public TransferRefusals {
 protected:
  AtTheSuperior() : TransferRefusals(kP) {}
};

TEST_F(AtTheSuperior, Rulings) {
  const auto with = [&](const std::function<void(v1::RuleJurisdictionRequest*)>& change) {
    auto request = Ruling(kB.ToString());
    change(&request);
    return request;
  };
  ExpectRefused(Ruling(kB.ToString()), R::REFUSAL_NO_RULING_ASKED, {{"hop", "1"}});
  Transfer([](auto* event) {
    event->mutable_ruling_opened()->set_hop(1);
    event->mutable_ruling_opened()->set_origin(kA.ToString());
  });
  ExpectRefused(with([](auto* r) { r->clear_hop(); }), R::REFUSAL_FIELD_MISSING, {{"field", "hop"}});
  ExpectRefused(with([](auto* r) { r->clear_custodian(); }), R::REFUSAL_FIELD_MISSING, {{"field", "custodian"}});
  ExpectRefused(with([](auto* r) { r->clear_reason(); }), R::REFUSAL_FIELD_MISSING, {{"field", "reason"}});
  ExpectRefused(with([](auto* r) { r->set_reason(std::string(1001, 'x')); }), R::REFUSAL_FIELD_TOO_LONG,
                {{"field", "reason"}, {"limit", "1000"}});
  ExpectRefused(with([](auto* r) { r->set_custodian("999999"); }), R::REFUSAL_MUNICIPALITY_UNKNOWN);
  ExpectRefused(with([](auto* r) { r->set_hop(2); }), R::REFUSAL_NO_RULING_ASKED, {{"hop", "2"}});
  ExpectRefused(Ruling(kC.ToString()), R::REFUSAL_NOT_BELOW_SUPERIOR,
                {{"municipality", kC.ToString()}, {"superior", kP.ToString()}});
  const auto& ruled = s_.When(Ruling(kB.ToString()));
  EXPECT_THAT(ruled.events, ElementsAre("JurisdictionRuled"));
  EXPECT_THAT(ruled.relies_on, IsEmpty());
  ASSERT_EQ(s_.state().sent().size(), 2u) << "that it decides, and how";
  EXPECT_EQ(s_.state().sent()[1].to, kA);
  ExpectRefused(Ruling(kB.ToString()), R::REFUSAL_RULING_CLOSED, {{"hop", "1"}});
  EXPECT_EQ(Row().view(), v1::LEDGER_VIEW_RULED);
}

TEST_F(TransferRefusals, RequestsForARuling) {
  v1::RequestRulingRequest request;
  request.set_case_id(id_);
  ExpectRefused(request, R::REFUSAL_FIELD_MISSING, {{"field", "reason"}});
  request.set_reason("two have declined");
  ExpectRefused(request, R::REFUSAL_CASE_UNKNOWN);
  Open();
  ExpectRefused(request, R::REFUSAL_NOT_DECLINED_TWICE, {{"declines", "0"}});
  const auto declined = [&](uint64_t hop, Municipality to) {
    Transfer([&](auto* event) {
      event->mutable_case_frozen()->set_hop(hop);
      event->mutable_case_frozen()->set_to(to.ToString());
    });
    Transfer([&](auto* event) {
      event->mutable_case_thawed()->set_hop(hop);
      event->mutable_case_thawed()->set_declines(2);
    });
  };
  declined(1, kC);
  ExpectRefused(request, R::REFUSAL_NO_COMMON_SUPERIOR);
  declined(2, kB);
  const auto& asked = s_.When(request);
  EXPECT_THAT(asked.events, ElementsAre("CaseFrozen", "RulingRequested"));
  EXPECT_EQ(asked.As<v1::RequestRulingResponse>().superior(), kP.ToString());
  EXPECT_THAT(asked.relies_on, ElementsAre(storage::CaseSubject(*Uuid::Parse(id_))));
  ExpectRefused(request, R::REFUSAL_CASE_FROZEN);
}

TEST_F(TransferRefusals, WhatMediationClosesIsOfferedToNobody) {
  Open();
  mediation::v1::MediationEvent event;
  event.set_case_id(id_);
  event.mutable_mediation_succeeded();
  s_.Given(ServiceId::kMediation, event);
  v1::OfferTransferRequest offer;
  offer.set_case_id(id_);
  offer.set_to(kB.ToString());
  offer.set_reason("competent there");
  ExpectRefused(offer, R::REFUSAL_CASE_CLOSED);
  // An objection that was upheld opens it again.
  intake::v1::IntakeEvent reopened;
  reopened.set_case_id(id_);
  reopened.mutable_case_reopened();
  s_.Given(ServiceId::kIntake, reopened);
  EXPECT_THAT(s_.When(offer).events, ElementsAre("CaseFrozen"));
}

// --- the addressee's clock, counted again
TEST_F(TransferRefusals, AnAnswerThatIsDueInAYearNotLoadedIsCountedAgain) {
  s_.SetNow(testing::At("2026-12-30T09:00:00+08:00"));
  v1::TransferMessage offer;
  offer.set_case_id(id_);
  offer.set_hop(1);
  offer.mutable_offer();
  auto received = s_.service().Receive({kB, 1, offer.SerializeAsString()}, {s_.now(), s_.now(), {}, kA}, s_.state());
  for (const auto& event : std::get<runtime::Decision>(received).events) s_.Given(ServiceId::kTransfer, *event);
  const auto respond_by = [&] { return tables::LoadState(s_.state(), kA, *Uuid::Parse(id_))->respond_by(); };
  ASSERT_TRUE(respond_by().provisional());
  EXPECT_EQ(respond_by().due_date(), "2027-01-04");
  ASSERT_EQ(s_.state().Due().size(), 1u);

  registry::v1::RegistryEvent loaded;
  loaded.mutable_calendar_loaded()->set_year(2027);
  for (const char* day : {"2027-01-01", "2027-01-04"}) loaded.mutable_calendar_loaded()->add_days()->set_date(day);
  s_.Given(ServiceId::kRegistry, loaded);
  EXPECT_THAT(s_.RunDue(), ElementsAre("RespondRestated"));
  EXPECT_FALSE(respond_by().provisional());
  EXPECT_EQ(respond_by().due_date(), "2027-01-06");
  const auto due = s_.state().Due();
  ASSERT_EQ(due.size(), 1u) << "one timer, at the new date";
  EXPECT_EQ(due[0].id.due_at, ToInstant(respond_by().due_at()));
  s_.SetNow({due[0].id.due_at.micros - 1});
  EXPECT_THAT(s_.RunDue(), IsEmpty());
  s_.SetNow(due[0].id.due_at);
  EXPECT_THAT(s_.RunDue(), ElementsAre("RulingRequested"));
}

// --- what the ledger shows, and how many cases there are
TEST_F(TransferRefusals, ListsByViewAndCountsEveryCaseOnce) {
  v1::CountCustodyRequest count;
  EXPECT_EQ(s_.When(count).As<v1::CountCustodyResponse>().in_custody(), 0u);
  Open();
  EXPECT_EQ(s_.When(count).As<v1::CountCustodyResponse>().in_custody(), 1u);
  EXPECT_EQ(Row().view(), v1::LEDGER_VIEW_UNSPECIFIED);
  Transfer([](auto* event) {
    event->mutable_case_frozen()->set_hop(1);
    event->mutable_case_frozen()->set_to(kB.ToString());
  });
  EXPECT_EQ(Row().view(), v1::LEDGER_VIEW_UNDER_WAY);
  EXPECT_EQ(s_.When(count).As<v1::CountCustodyResponse>().in_custody(), 1u) << "frozen is still here";
  Transfer([](auto* event) { event->mutable_transfer_offered()->set_hop(1); });
  Transfer([](auto* event) {
    event->mutable_custody_learned()->set_hop(1);
    event->mutable_custody_learned()->set_custodian(kB.ToString());
  });
  EXPECT_EQ(Row().view(), v1::LEDGER_VIEW_MOVED_OUT);
  const auto counted = s_.When(count).As<v1::CountCustodyResponse>();
  EXPECT_EQ(counted.in_custody(), 0u);
  EXPECT_EQ(counted.moved_out(), 1u);
  v1::ListTransfersRequest list;
  list.set_view(v1::LEDGER_VIEW_MOVED_OUT);
  EXPECT_EQ(s_.When(list).As<v1::ListTransfersResponse>().rows_size(), 1);
  list.set_view(v1::LEDGER_VIEW_MOVED_IN);
  EXPECT_EQ(s_.When(list).As<v1::ListTransfersResponse>().rows_size(), 0);
  list.set_view(static_cast<v1::LedgerView>(99));
  ExpectRefused(list, R::REFUSAL_FIELD_INVALID, {{"field", "view"}});
  count.set_page_token("none");
  ExpectRefused(count, R::REFUSAL_PAGE_TOKEN_INVALID);
}

}  // namespace
}  // namespace casehub::transfer
