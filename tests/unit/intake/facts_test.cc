// Facts of a line system while custody is on its way (custody.md: "apply, hold, record and forward"). "a fact goes by
// its place relative to the part, or only to the pending addressee: the fact is lost": here each arrives once, whatever
// comes between.
#include "services/intake/domain/facts.h"

#include "services/intake/case_rows.h"
#include "services/intake/tables.h"
#include "tests/unit/intake/intake_fixture.h"

namespace casehub::intake {
namespace {

constexpr Municipality kHere(330800);
constexpr Municipality kThere(330100);

class FactsTest : public IntakeTest {
 protected:
  // Facts `first` to `first + n - 1` of the case, delivered here.
  void Deliver(int first, int n = 1) {
    const auto& result = s_.When(Import("1", n, first));
    ASSERT_EQ(result.refusal, R::REFUSAL_UNSPECIFIED);
    id_ = result.As<ingest::v1::ImportCaseResponse>().case_id();
  }
  v1::CaseState Row() { return *LoadCase(s_.state(), tables::CaseKey(kHere, *Uuid::Parse(id_))); }
  // As the part of the current freeze says.
  v1::CaseState Part() {
    EXPECT_THAT(s_.RunDue(), ::testing::Contains("PartExported"));
    v1::CaseState part;
    for (const auto& message : s_.last().messages) {
      const auto& event = dynamic_cast<const v1::IntakeEvent&>(*message);
      if (event.has_part_exported()) part.ParseFromString(event.part_exported().state());
    }
    return part;
  }
  // Everything sent on so far, in order.
  std::vector<v1::FactsForwarded> Sent(Municipality to) {
    std::vector<v1::FactsForwarded> messages;
    for (const auto& sent : s_.state().sent()) {
      EXPECT_EQ(sent.to, to);
      messages.emplace_back().ParseFromString(sent.payload);
    }
    return messages;
  }
  // Another municipality sends facts on to this one.
  std::vector<std::string> Receive(const v1::FactsForwarded& message) {
    auto outcome =
        s_.service().Receive({kThere, 1, message.SerializeAsString()}, {s_.now(), s_.now(), {}, kHere}, s_.state());
    std::vector<std::string> names;
    if (const auto* defect = std::get_if<runtime::Defect>(&outcome)) return {defect->what};
    for (const auto& event : std::get<runtime::Decision>(outcome).events) {
      const auto& fact = dynamic_cast<const v1::IntakeEvent&>(*event);
      EXPECT_EQ(fact.line_event_recorded().forwarded_from(), kThere.ToString());
      s_.Given(ServiceId::kIntake, fact);
      names.push_back("LineEventRecorded");
    }
    return names;
  }
  void Acquire(uint64_t hop, const v1::CaseState& part) {
    Transfer(id_, [&](auto* event) {
      auto* moved = event->mutable_custody_moved();
      moved->set_hop(hop);
      moved->set_from(kThere.ToString());
      auto* carried = moved->add_parts();
      carried->set_service(static_cast<uint32_t>(ServiceId::kIntake));
      carried->set_state(part.SerializeAsString());
    });
  }

  std::string id_;
};

TEST_F(FactsTest, WhileFrozenTheyAreHeldAndThePartIsTheStateAtTheFreeze) {
  Deliver(0, 2);
  Freeze(id_, 1);
  Deliver(2, 3);  // before the part is exported
  EXPECT_EQ(Get(id_).facts_held(), 3u);
  EXPECT_EQ(Part().line_events(), 2u);
  Deliver(5);  // and after it
  EXPECT_EQ(Get(id_).line_events(), 2u);
  EXPECT_EQ(Get(id_).facts_held(), 4u);
  EXPECT_THAT(s_.state().sent(), IsEmpty());
}

TEST_F(FactsTest, AThawFoldsThemIn) {
  Deliver(0);
  Freeze(id_, 1);
  Deliver(1, 4);
  const auto etag = Get(id_).etag();
  Thaw(id_, 1);
  EXPECT_EQ(Get(id_).line_events(), 5u);
  EXPECT_EQ(Get(id_).facts_held(), 0u);
  EXPECT_NE(Get(id_).etag(), etag);
  Freeze(id_, 2);
  EXPECT_EQ(Part().line_events(), 5u);
}

TEST_F(FactsTest, ANewFreezeByRulingTakesThemIntoItsPart) {
  Deliver(0);
  Freeze(id_, 1);
  EXPECT_EQ(Part().line_events(), 1u);
  Deliver(1, 2);
  Freeze(id_, 2);
  EXPECT_EQ(Part().line_events(), 3u);
  EXPECT_EQ(Get(id_).facts_held(), 0u);
  Deliver(3);
  LearnCustody(id_, 2);
  const auto sent = Sent(kThere);
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].facts_size(), 1) << "only what came after the new part";
}

TEST_F(FactsTest, OnceCustodyIsKnownTheyAreSentOnAndSoIsWhatComesLater) {
  Deliver(0);
  Freeze(id_, 1);
  Part();
  Deliver(1, 2);
  LearnCustody(id_, 1);
  Deliver(3);
  Deliver(3);  // delivered twice, sent once
  const auto sent = Sent(kThere);
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(sent[0].case_id(), id_);
  EXPECT_EQ(sent[0].facts_size(), 2);
  EXPECT_EQ(sent[1].facts_size(), 1);
  EXPECT_EQ(sent[1].facts(0).line_event_recorded().attributes(0).value(), "3");
  EXPECT_EQ(Row().line_events(), 1u);
  EXPECT_EQ(Row().facts_held(), 0u);
}

TEST_F(FactsTest, ManyGoInMessagesThatFitARecord) {
  Deliver(0);
  Freeze(id_, 1);
  for (int i = 0; i < 5; ++i) Deliver(1 + i * 60, 60);
  LearnCustody(id_, 1);
  int facts = 0;
  for (const auto& message : Sent(kThere)) {
    EXPECT_LE(message.facts_size(), 64);
    facts += message.facts_size();
  }
  EXPECT_EQ(facts, 300);

  v1::IntakeEvent large;
  large.mutable_line_event_recorded()->set_activity(std::string(40'000, 'x'));
  EXPECT_EQ(Forward("case", {large, large, large}).size(), 3u);
}

TEST_F(FactsTest, TheCustodianFoldsThemIn) {
  Deliver(0);
  Freeze(id_, 1);
  v1::CaseState part = Part();
  LearnCustody(id_, 1);
  Deliver(1, 2);
  const auto message = Sent(kThere).at(0);
  Acquire(2, part);  // as if it were there
  EXPECT_THAT(Receive(message), ElementsAre("LineEventRecorded", "LineEventRecorded"));
  EXPECT_EQ(Get(id_).line_events(), 3u);
}

TEST_F(FactsTest, AFrozenCustodianHoldsThemAndWhoeverLostItSendsThemFurther) {
  Deliver(0);
  Freeze(id_, 1);
  v1::CaseState part = Part();
  LearnCustody(id_, 1);
  Deliver(1);
  const auto message = Sent(kThere).at(0);
  Acquire(2, part);
  Freeze(id_, 3, "330200");
  Receive(message);
  EXPECT_EQ(Get(id_).facts_held(), 1u);
  LearnCustody(id_, 3, "330200");
  ASSERT_EQ(s_.state().sent().size(), 2u);
  EXPECT_EQ(s_.state().sent()[1].to, Municipality(330200));
  Receive(message);
  EXPECT_EQ(s_.state().sent().size(), 3u) << "at once, once it is known";
}

TEST_F(FactsTest, ACaseThatComesBackTakesWhatWasHeldHere) {
  Deliver(0);
  Freeze(id_, 1);
  v1::CaseState part = Part();
  Deliver(1, 2);
  part.set_line_events(part.line_events() + 5);  // what happened elsewhere meanwhile
  Acquire(3, part);                              // before this municipality learned that it had lost custody
  EXPECT_EQ(Get(id_).line_events(), 8u);
  EXPECT_EQ(Get(id_).facts_held(), 0u);
  EXPECT_THAT(s_.state().sent(), IsEmpty());
}

TEST_F(FactsTest, NobodyIsThereToSendThemToOutside) {
  Deliver(0);
  Freeze(id_, 1, "elsewhere");
  Deliver(1);
  Transfer(id_, [](auto* event) {
    event->mutable_custody_learned()->set_hop(1);
    event->mutable_custody_learned()->set_custodian("a centre elsewhere");
    event->mutable_custody_learned()->set_outside(true);
  });
  Deliver(2);
  EXPECT_THAT(s_.state().sent(), IsEmpty());
  EXPECT_EQ(Get(id_).frozen_to(), "a centre elsewhere");
}

TEST_F(FactsTest, OfACaseThatNeverWasHereIsADefect) {
  v1::FactsForwarded message;
  message.set_case_id("01890000-0000-7000-8000-00000000dead");
  EXPECT_THAT(Receive(message), ElementsAre("forwarded facts for a case that never was here"));
}

}  // namespace
}  // namespace casehub::intake
