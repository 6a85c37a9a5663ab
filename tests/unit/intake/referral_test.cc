// Disputes that are referred to mediation, or brought by a party (life 3, step 1; D2), and how their end shows here.
#include "services/intake/domain/referral.h"

#include "casehub/mediation/v1/mediation_events.pb.h"
#include "tests/unit/intake/intake_fixture.h"

namespace casehub::intake {
namespace {

class ReferralTest : public IntakeTest {
 protected:
  static v1::ReceiveReferralRequest Referral(const std::string& reference = "JJ-2025-17") {
    v1::ReceiveReferralRequest request;
    request.set_municipality("330800");
    request.mutable_actor()->set_staff_id("s1");
    request.mutable_actor()->set_office_id("centre");
    request.set_channel(common::v1::CHANNEL_WINDOW);
    request.set_source(v1::REFERRAL_SOURCE_POLICE);
    request.set_source_organ("柯城公安分局");
    request.set_source_reference(reference);
    request.set_matter_type("neighbours");
    request.mutable_dispute()->set_sealed("dispute");
    for (const char* person : {"person-1", "person-2", "person-3"}) request.add_parties()->set_person_id(person);
    return request;
  }
  static v1::ReceiveReferralRequest Brought() {
    auto request = Referral("");
    request.set_source(v1::REFERRAL_SOURCE_PARTY);
    request.clear_source_organ();
    return request;
  }
  std::string Opened(const v1::ReceiveReferralRequest& request) {
    return s_.When(request).As<v1::ReceiveReferralResponse>().case_id();
  }
  v1::Case Get(const std::string& case_id) {
    return s_.When(On<v1::GetCaseRequest>(case_id)).As<v1::GetCaseResponse>().case_();
  }
  void End(const std::string& case_id, const std::function<void(mediation::v1::MediationEvent*)>& how) {
    mediation::v1::MediationEvent event;
    event.set_case_id(case_id);
    how(&event);
    s_.Given(ServiceId::kMediation, event);
  }
  void Field(const std::function<void(v1::ReceiveReferralRequest*)>& spoil, R refusal, const std::string& field,
             const std::string& why = "") {
    auto request = Referral("another");
    spoil(&request);
    Meta metadata{{"field", field}};
    if (!why.empty()) metadata["why"] = why;
    ExpectRefused([&]() -> const Result& { return s_.When(request); }, refusal, metadata);
  }
};

TEST_F(ReferralTest, AReferralOpensACaseOfItsNamedParty) {
  auto request = Referral();
  request.set_applicant(2);
  const Result& result = s_.When(request);
  EXPECT_THAT(result.events, ElementsAre("CaseOpened", "FirstReceiverFixed", "ClaimCodeIssued", "ContactRegistered",
                                         "ReferralReceived"));
  const auto& opened = result.EventAt<v1::IntakeEvent>(0).case_opened();
  EXPECT_EQ(opened.kind(), v1::CASE_KIND_MEDIATION);
  EXPECT_EQ(opened.applicant().person_id(), "person-2");
  EXPECT_EQ(opened.external_reference(), "JJ-2025-17");
  const auto& received = result.EventAt<v1::IntakeEvent>(4).referral_received();
  EXPECT_EQ(received.source(), v1::REFERRAL_SOURCE_POLICE);
  EXPECT_EQ(received.parties_size(), 3);
  EXPECT_FALSE(received.has_files_signed_at());
  const auto shown = Get(result.EventAt<v1::IntakeEvent>(0).case_id());
  EXPECT_EQ(shown.question().sealed(), "dispute");
  EXPECT_EQ(shown.responsible_office_id(), "centre");
}

TEST_F(ReferralTest, TheFirstPartyRatesUnlessAnotherIsNamed) {
  EXPECT_EQ(s_.When(Referral()).EventAt<v1::IntakeEvent>(0).case_opened().applicant().person_id(), "person-1");
}

TEST_F(ReferralTest, ACourtsFilesAreSignedForAtReceiptUnlessSaidOtherwise) {
  for (auto source : {v1::REFERRAL_SOURCE_COURT_DELEGATED, v1::REFERRAL_SOURCE_COURT_ENTRUSTED,
                      v1::REFERRAL_SOURCE_COURT_ENTRUSTED_SIMPLIFIED, v1::REFERRAL_SOURCE_COURT_ENFORCEMENT}) {
    auto request = Referral("");
    request.set_source(source);
    const auto& received = s_.When(request).EventAt<v1::IntakeEvent>(4).referral_received();
    EXPECT_EQ(ToInstant(received.files_signed_at()), s_.now());
    *request.mutable_files_signed_at() = Stamp("2025-03-01T09:00:00+08:00");
    const auto& earlier = s_.When(request).EventAt<v1::IntakeEvent>(4).referral_received();
    EXPECT_EQ(ToInstant(earlier.files_signed_at()), At("2025-03-01T09:00:00+08:00"));
  }
}

TEST_F(ReferralTest, ASourcesNumberIsTakenOnce) {
  const std::string case_id = Opened(Referral());
  ExpectRefused([&]() -> const Result& { return s_.When(Referral()); }, R::REFUSAL_EXTERNAL_REFERENCE_TAKEN,
                {{"source_system", "police/柯城公安分局"}, {"external_reference", "JJ-2025-17"}, {"case_id", case_id}});
  auto other_organ = Referral();
  other_organ.set_source_organ("衢江公安分局");
  // Another organ's number is its own: another case, and flagged, because it may be the same matter (A7).
  const auto flagged = s_.When(other_organ).events;
  ASSERT_EQ(flagged.size(), 6u);
  EXPECT_EQ(flagged.back(), "SameMatterSuspected");
  auto other_kind = Referral();
  other_kind.set_source(v1::REFERRAL_SOURCE_PROCURATORATE);
  EXPECT_EQ(s_.When(other_kind).events.size(), 7u) << "two sources had the number before";
}

TEST_F(ReferralTest, APartyBringsItsDisputeAsOftenAsItLikes) {
  EXPECT_EQ(s_.When(Brought()).events.size(), 5u);
  EXPECT_EQ(s_.When(Brought()).events.size(), 5u);
}

TEST_F(ReferralTest, EveryEndOfAMediationClosesTheCase) {
  const std::function<void(mediation::v1::MediationEvent*)> ends[] = {
      [](auto* event) { event->mutable_referral_returned(); },
      [](auto* event) { event->mutable_mediation_succeeded(); },
      [](auto* event) { event->mutable_mediation_failed(); }};
  for (const auto& end : ends) {
    const std::string case_id = Opened(Brought());
    auto hand_over = On<v1::HandOverToOfficeRequest>(case_id);
    hand_over.set_to_office_id("station");
    EXPECT_THAT(s_.When(hand_over).events, ElementsAre("HandedOver"));
    ExpectRefused([&]() -> const Result& { return s_.When(On<v1::ArchiveCaseRequest>(case_id)); },
                  R::REFUSAL_STAGE_NOT_REACHED, {});
    End(case_id, end);
    EXPECT_EQ(Get(case_id).status(), v1::CASE_STATUS_CLOSED);
    EXPECT_EQ(Get(case_id).pending_office_id(), "");
    ExpectRefused([&]() -> const Result& { return s_.When(hand_over); }, R::REFUSAL_CASE_CLOSED, {});
    EXPECT_THAT(s_.When(On<v1::ArchiveCaseRequest>(case_id)).events, ElementsAre("CaseArchived"));
  }
}

TEST_F(ReferralTest, OtherEventsOfMediationLeaveTheCaseOpen) {
  const std::string case_id = Opened(Brought());
  End(case_id, [](auto* event) { event->mutable_agreement_effective(); });
  EXPECT_EQ(Get(case_id).status(), v1::CASE_STATUS_OPEN);
}

TEST_F(ReferralTest, EachRefusalNamesItsField) {
  using Request = v1::ReceiveReferralRequest;
  Field([](Request* r) { r->clear_channel(); }, R::REFUSAL_FIELD_MISSING, "channel");
  Field([](Request* r) { r->set_channel(common::v1::CHANNEL_IMPORT); }, R::REFUSAL_FIELD_INVALID, "channel",
        "PHRASE_CHANNEL");
  Field([](Request* r) { r->clear_source(); }, R::REFUSAL_FIELD_MISSING, "source");
  Field([](Request* r) { r->set_source(static_cast<v1::ReferralSource>(99)); }, R::REFUSAL_FIELD_INVALID, "source",
        "PHRASE_NOT_A_KNOWN_VALUE");
  Field([](Request* r) { r->clear_source_organ(); }, R::REFUSAL_FIELD_MISSING, "source_organ");
  Field([](Request* r) { r->set_source_organ(std::string(151, 'x')); }, R::REFUSAL_FIELD_TOO_LONG, "source_organ");
  Field([](Request* r) { r->set_source_reference(std::string(201, 'x')); }, R::REFUSAL_FIELD_TOO_LONG,
        "source_reference");
  Field([](Request* r) { r->set_source(v1::REFERRAL_SOURCE_PARTY); }, R::REFUSAL_FIELD_INVALID, "source_organ",
        "PHRASE_ONLY_OF_A_REFERRAL");
  Field(
      [](Request* r) {
        r->set_source(v1::REFERRAL_SOURCE_PARTY);
        r->clear_source_organ();
      },
      R::REFUSAL_FIELD_INVALID, "source_reference", "PHRASE_ONLY_OF_A_REFERRAL");
  Field([](Request* r) { *r->mutable_files_signed_at() = Stamp("2025-03-04T09:00:00+08:00"); },
        R::REFUSAL_TIME_IN_FUTURE, "files_signed_at");
  Field([](Request* r) { r->clear_matter_type(); }, R::REFUSAL_FIELD_MISSING, "matter_type");
  Field([](Request* r) { r->clear_dispute(); }, R::REFUSAL_FIELD_MISSING, "dispute.text");
  Field([](Request* r) { r->mutable_parties()->DeleteSubrange(1, 2); }, R::REFUSAL_FIELD_INVALID, "parties",
        "PHRASE_PARTIES");
  Field(
      [](Request* r) {
        while (r->parties_size() <= kPartiesMax) r->add_parties();
      },
      R::REFUSAL_FIELD_INVALID, "parties", "PHRASE_AT_MOST");
  Field([](Request* r) { r->mutable_parties(2)->set_person_id("person-1"); }, R::REFUSAL_FIELD_INVALID, "parties[2]",
        "PHRASE_PARTY_TWICE");
  Field([](Request* r) { r->set_applicant(4); }, R::REFUSAL_FIELD_INVALID, "applicant", "PHRASE_PARTY_NUMBER");
  auto request = Referral("another");
  request.mutable_actor()->set_office_id("nowhere");
  ExpectRefused([&]() -> const Result& { return s_.When(request); }, R::REFUSAL_OFFICE_UNKNOWN, {});
}

}  // namespace
}  // namespace casehub::intake
