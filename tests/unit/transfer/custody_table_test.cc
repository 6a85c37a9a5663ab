// Every state of custody.md against every input: commands by their refusal or events, messages by their events.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "services/runtime/event_info.h"
#include "services/transfer/domain/addressee.h"
#include "services/transfer/domain/origin.h"
#include "services/transfer/domain/paper.h"
#include "services/transfer/domain/receive.h"
#include "services/transfer/domain/superior.h"

namespace casehub::transfer {
namespace {

constexpr Municipality kHere(330800);
constexpr Municipality kOther(330700);
constexpr Municipality kThird(330600);
constexpr Municipality kSuperior(330000);
const Context kContext{kHere, {1'764'000'000'000'000}};
constexpr char kCase[] = "0190a5b2-7c3d-8e4f-8a1b-2c3d4e5f6071";

std::string Names(const Events& events) {
  std::string names;
  for (const auto& event : events) {
    if (!names.empty()) names += "+";
    names += std::string(runtime::EventTypeName(event));
  }
  return names.empty() ? "nothing" : names;
}

template <typename Reply>
std::string Said(const Result<Reply>& result) {
  if (const auto* refused = std::get_if<Refused>(&result)) {
    return common::v1::Refusal_Name(refused->reason).substr(std::string("REFUSAL_").size());
  }
  return Names(std::get<Decided<Reply>>(result).events);
}

v1::TransferEvent Event() { return NewEvent(kCase, kContext.now); }

v1::TransferEvent Frozen(uint64_t hop, bool binding = false) {
  auto event = Event();
  event.mutable_case_frozen()->set_hop(hop);
  event.mutable_case_frozen()->set_to(kOther.ToString());
  event.mutable_case_frozen()->set_binding(binding);
  return event;
}
v1::TransferEvent Offered(uint64_t hop) {
  auto event = Event();
  event.mutable_transfer_offered()->set_hop(hop);
  event.mutable_transfer_offered()->set_to(kOther.ToString());
  return event;
}
v1::TransferEvent Awaited(uint64_t hop) {
  auto event = Event();
  event.mutable_ruling_awaited()->set_hop(hop);
  event.mutable_ruling_awaited()->set_declines(2);
  event.mutable_ruling_awaited()->set_superior(kSuperior.ToString());
  return event;
}
v1::TransferEvent AwaitedOnPaper(uint64_t hop) {
  auto event = Awaited(hop);
  event.mutable_ruling_awaited()->clear_superior();
  return event;
}
v1::TransferEvent Asked(uint64_t hop) {
  auto event = Event();
  event.mutable_ruling_requested()->set_hop(hop);
  event.mutable_ruling_requested()->set_superior(kSuperior.ToString());
  event.mutable_ruling_requested()->set_from(kHere.ToString());
  return event;
}
v1::TransferEvent Ruled(uint64_t hop) {
  auto event = Event();
  event.mutable_jurisdiction_ruled()->set_hop(hop);
  event.mutable_jurisdiction_ruled()->set_custodian(kThird.ToString());
  return event;
}
v1::TransferEvent Learned(uint64_t hop) {
  auto event = Event();
  event.mutable_custody_learned()->set_hop(hop);
  event.mutable_custody_learned()->set_custodian(kOther.ToString());
  return event;
}
v1::TransferEvent Received(uint64_t hop, uint32_t declines) {
  auto event = Event();
  event.mutable_offer_received()->set_hop(hop);
  event.mutable_offer_received()->set_from(kOther.ToString());
  event.mutable_offer_received()->set_declines(declines);
  return event;
}
v1::TransferEvent DeclinedHere(uint64_t hop) {
  auto event = Event();
  event.mutable_transfer_declined()->set_hop(hop);
  event.mutable_transfer_declined()->set_from(kOther.ToString());
  event.mutable_transfer_declined()->set_declines(1);
  return event;
}
v1::TransferEvent Moved(uint64_t hop, bool by_ruling) {
  auto event = Event();
  event.mutable_custody_moved()->set_hop(hop);
  event.mutable_custody_moved()->set_from(kOther.ToString());
  event.mutable_custody_moved()->set_by_ruling(by_ruling);
  return event;
}
v1::TransferEvent Thawed(uint64_t hop, uint32_t declines) {
  auto event = Event();
  event.mutable_case_thawed()->set_hop(hop);
  event.mutable_case_thawed()->set_why("declined");
  event.mutable_case_thawed()->set_declines(declines);
  return event;
}
v1::TransferEvent ThawedByRuling(uint64_t hop) {
  auto event = Thawed(hop, 2);
  event.mutable_case_thawed()->set_why("ruled");
  return event;
}
v1::TransferEvent RecallAsked(uint64_t hop) {
  auto event = Event();
  event.mutable_recall_requested()->set_hop(hop);
  return event;
}
v1::TransferEvent Opened(uint64_t hop) {
  auto event = Event();
  event.mutable_ruling_opened()->set_hop(hop);
  event.mutable_ruling_opened()->set_origin(kOther.ToString());
  return event;
}
v1::TransferEvent Recalled(uint64_t hop) {
  auto event = Event();
  event.mutable_transfer_recalled()->set_hop(hop);
  return event;
}

v1::CustodyState Nowhere() {
  v1::CustodyState state;
  state.set_case_id(kCase);
  state.set_municipality(kHere.ToString());
  return state;
}
v1::CustodyState After(v1::CustodyState state, const Events& events) {
  for (const auto& event : events) Evolve(event, &state);
  return state;
}
v1::CustodyState Exporting() {
  auto state = After(OpenedHere(kCase, kHere), {Frozen(1)});
  for (ServiceId service : kExportingServices) AddExported(1, service, "part", &state);
  return state;
}

std::map<std::string, v1::CustodyState> States() {
  const auto home = OpenedHere(kCase, kHere);
  return {
      {"None", Nowhere()},
      {"Active", home},
      {"Exporting", Exporting()},
      {"Pending", After(home, {Frozen(1), Offered(1)})},
      {"PendingRecallOpen", After(home, {Frozen(1), Offered(1), RecallAsked(1)})},
      {"AtSuperior", After(home, {Frozen(1), Offered(1), Awaited(1)})},
      {"AtSuperiorOnPaper", After(home, {Frozen(1), Offered(1), AwaitedOnPaper(1)})},
      {"AskedForRuling", After(home, {Frozen(1), Thawed(1, 2), Frozen(2), Asked(2)})},
      {"ThawedByRuling", After(home, {Frozen(1), Offered(1), Awaited(1), ThawedByRuling(1)})},
      {"Gone", After(home, {Frozen(1), Offered(1), Learned(1)})},
      {"Offered", After(Nowhere(), {Received(1, 0)})},
      {"OfferedAfterDecline", After(Nowhere(), {Received(1, 1)})},
      {"Handled", After(Nowhere(), {Received(1, 0), DeclinedHere(1)})},
      {"Acquired", After(Nowhere(), {Received(1, 0), Moved(1, false)})},
      {"Bound", After(Nowhere(), {Received(1, 2), Moved(1, true)})},
      {"DeclinedTwice", After(home, {Frozen(1), Thawed(1, 2)})},
      {"Exporting!", After(home, {Frozen(1, true)})},
      {"Pending!", After(home, {Frozen(1, true), Offered(1)})},
      {"RulingOpen", After(Nowhere(), {Opened(1)})},
      {"RulingClosed", After(Nowhere(), {Opened(1), Recalled(1)})},
      {"RulingGiven", After(Nowhere(), {Opened(1), Ruled(1)})},
  };
}

using Input = std::function<std::string(const v1::CustodyState&)>;

std::string Take(const v1::CustodyState& state, Municipality from, v1::TransferMessage message, uint64_t hop) {
  message.set_case_id(kCase);
  message.set_hop(hop);
  auto received = Receive(state, from, message, common::v1::Deadline(), kContext);
  if (std::holds_alternative<Broken>(received)) return "broken";
  return Names(std::get<Events>(received));
}

const v1::CustodyState* Known(const v1::CustodyState& state) {
  return state.origin() == v1::ORIGIN_STATE_UNSPECIFIED && state.highest_hop() == 0 && state.rulings().empty() ? nullptr
                                                                                                               : &state;
}

std::map<std::string, Input> Inputs() {
  std::map<std::string, Input> inputs;
  inputs["OfferTransfer"] = [](const v1::CustodyState& state) {
    v1::OfferTransferRequest request;
    request.set_to(kThird.ToString());
    request.set_reason("competent");
    return Said(Decide(Known(state), request, true, kContext));
  };
  inputs["RecallTransfer"] = [](const v1::CustodyState& state) {
    return Said(Decide(Known(state), v1::RecallTransferRequest(), kContext));
  };
  inputs["AcceptTransfer1"] = [](const v1::CustodyState& state) {
    v1::AcceptTransferRequest request;
    request.set_hop(1);
    return Said(Decide(Known(state), request, kContext));
  };
  inputs["DeclineTransfer1"] = [](const v1::CustodyState& state) {
    v1::DeclineTransferRequest request;
    request.set_hop(1);
    request.set_reason("not ours");
    return Said(Decide(Known(state), request, kSuperior, true, kContext));
  };
  inputs["RequestRuling"] = [](const v1::CustodyState& state) {
    v1::RequestRulingRequest request;
    request.set_reason("two have declined");
    return Said(Decide(Known(state), request, kSuperior, kContext));
  };
  const auto rule = [](uint64_t hop) {
    return [hop](const v1::CustodyState& state) {
      v1::RuleJurisdictionRequest request;
      request.set_hop(hop);
      request.set_custodian(kThird.ToString());
      request.set_reason("it lies there");
      return Said(Decide(Known(state), request, true, true, kContext));
    };
  };
  inputs["RuleJurisdiction1"] = rule(1);
  inputs["RuleJurisdiction2"] = rule(2);
  const auto paper = [](std::string custodian, std::string outside) {
    return [custodian, outside](const v1::CustodyState& state) {
      v1::RecordPaperRulingRequest request;
      request.set_custodian(custodian);
      request.set_outside_counterpart(outside);
      request.set_ruled_by("the ministry");
      request.set_ruled_on("2025-11-20");
      request.mutable_document()->set_name("ruling");
      request.mutable_document()->set_sha256(std::string(32, 'r'));
      return Said(Decide(Known(state), request, true, Municipality(), kContext));
    };
  };
  inputs["PaperForHere"] = paper(kHere.ToString(), "");
  inputs["PaperForAnother"] = paper(kThird.ToString(), "");
  inputs["PaperForOutside"] = paper("", "a centre elsewhere");
  inputs["AllParts1"] = [](const v1::CustodyState& state) { return Names(DecideOffer(state, 1, kContext)); };
  inputs["Timer1"] = [](const v1::CustodyState& state) { return Names(DecideSilence(state, 1, kSuperior, kContext)); };
  const auto message = [&](const std::string& name, Municipality from, uint64_t hop, auto fill) {
    v1::TransferMessage prototype;
    fill(&prototype);
    inputs[name] = [=](const v1::CustodyState& state) { return Take(state, from, prototype, hop); };
  };
  using M = v1::TransferMessage;
  message("Part1", kOther, 1, [](M* m) { m->mutable_part()->set_service(1); });
  message("Part2", kOther, 2, [](M* m) { m->mutable_part()->set_service(1); });
  message("Offer1", kOther, 1, [](M* m) { m->mutable_offer(); });
  message("Offer2", kOther, 2, [](M* m) { m->mutable_offer(); });
  message("Offer2!", kOther, 2, [](M* m) { m->mutable_offer()->set_binding(true); });
  message("Accepted1", kOther, 1, [](M* m) { m->mutable_accepted(); });
  message("Accepted1ByAnother", kThird, 1, [](M* m) { m->mutable_accepted(); });
  message("Accepted2", kOther, 2, [](M* m) { m->mutable_accepted(); });
  message("Declined1", kOther, 1, [](M* m) { m->mutable_declined(); });
  message("Recall1", kOther, 1, [](M* m) { m->mutable_recall(); });
  message("Recall2", kOther, 2, [](M* m) { m->mutable_recall(); });
  message("Recalled1", kOther, 1, [](M* m) { m->mutable_recalled(); });
  message("Recalled1BySuperior", kSuperior, 1, [](M* m) { m->mutable_recalled(); });
  message("RulingRequest1", kOther, 1, [](M* m) { m->mutable_ruling_request(); });
  message("Escalated1", kSuperior, 1, [](M* m) { m->mutable_escalated()->set_declines(2); });
  message("Escalated2", kSuperior, 2, [](M* m) { m->mutable_escalated(); });
  message("EscalatedOnPaper1", kOther, 1, [](M* m) {
    m->mutable_escalated()->set_declines(2);
    m->mutable_escalated()->set_on_paper(true);
  });
  message("EscalatedOnPaper1ByAnother", kThird, 1, [](M* m) { m->mutable_escalated()->set_on_paper(true); });
  message("RuledForHere1", kSuperior, 1, [](M* m) { m->mutable_ruled()->set_custodian(kHere.ToString()); });
  message("RuledForAnother1", kSuperior, 1, [](M* m) { m->mutable_ruled()->set_custodian(kThird.ToString()); });
  message("RuledForAnother1ByAnother", kOther, 1, [](M* m) { m->mutable_ruled()->set_custodian(kThird.ToString()); });
  message("RuledForAnother2", kSuperior, 2, [](M* m) { m->mutable_ruled()->set_custodian(kThird.ToString()); });
  message("RulingRequest2", kOther, 2, [](M* m) { m->mutable_ruling_request(); });
  return inputs;
}

// What is not listed here: messages are ignored, reactions do nothing.
const std::map<std::string, std::map<std::string, std::string>> kExpected = {
    {"OfferTransfer",
     {{"None", "CASE_UNKNOWN"},
      {"Active", "CaseFrozen"},
      {"Exporting", "CASE_FROZEN"},
      {"Pending", "CASE_FROZEN"},
      {"PendingRecallOpen", "CASE_FROZEN"},
      {"AtSuperior", "CASE_FROZEN"},
      {"AtSuperiorOnPaper", "CASE_FROZEN"},
      {"AskedForRuling", "CASE_FROZEN"},
      {"ThawedByRuling", "BOUND_BY_RULING"},
      {"RulingGiven", "NOT_CUSTODIAN"},
      {"Gone", "CASE_MOVED"},
      {"Offered", "NOT_CUSTODIAN"},
      {"OfferedAfterDecline", "NOT_CUSTODIAN"},
      {"Handled", "NOT_CUSTODIAN"},
      {"Acquired", "CaseFrozen"},
      {"Bound", "BOUND_BY_RULING"},
      {"DeclinedTwice", "DECLINED_TWICE"},
      {"Exporting!", "CASE_FROZEN"},
      {"Pending!", "CASE_FROZEN"},
      {"RulingOpen", "NOT_CUSTODIAN"},
      {"RulingClosed", "NOT_CUSTODIAN"}}},
    {"RecallTransfer",
     {{"None", "CASE_UNKNOWN"},
      {"Active", "NOTHING_TO_RECALL"},
      {"Exporting", "CaseThawed"},
      {"Pending", "RecallRequested"},
      {"PendingRecallOpen", "nothing"},
      {"AtSuperior", "RecallRequested"},
      {"AtSuperiorOnPaper", "CaseThawed"},
      {"AskedForRuling", "RecallRequested"},
      {"ThawedByRuling", "NOTHING_TO_RECALL"},
      {"RulingGiven", "NOT_CUSTODIAN"},
      {"Gone", "CASE_MOVED"},
      {"Offered", "NOT_CUSTODIAN"},
      {"OfferedAfterDecline", "NOT_CUSTODIAN"},
      {"Handled", "NOT_CUSTODIAN"},
      {"Acquired", "NOTHING_TO_RECALL"},
      {"Bound", "NOTHING_TO_RECALL"},
      {"DeclinedTwice", "NOTHING_TO_RECALL"},
      {"Exporting!", "RULED_NO_RECALL"},
      {"Pending!", "RULED_NO_RECALL"},
      {"RulingOpen", "NOT_CUSTODIAN"},
      {"RulingClosed", "NOT_CUSTODIAN"}}},
    {"AcceptTransfer1",
     {{"None", "TRANSFER_UNKNOWN"},
      {"Offered", "CustodyMoved"},
      {"OfferedAfterDecline", "CustodyMoved"},
      {"", "NO_OFFER_PENDING"}}},
    {"DeclineTransfer1",
     {{"None", "TRANSFER_UNKNOWN"},
      {"Offered", "TransferDeclined"},
      {"OfferedAfterDecline", "TransferDeclined+RulingRequested"},
      {"", "NO_OFFER_PENDING"}}},
    {"RequestRuling",
     {{"None", "CASE_UNKNOWN"},
      {"Active", "NOT_DECLINED_TWICE"},
      {"Acquired", "NOT_DECLINED_TWICE"},
      {"Gone", "CASE_MOVED"},
      {"Bound", "BOUND_BY_RULING"},
      {"ThawedByRuling", "BOUND_BY_RULING"},
      {"DeclinedTwice", "CaseFrozen+RulingRequested"},
      {"Offered", "NOT_CUSTODIAN"},
      {"OfferedAfterDecline", "NOT_CUSTODIAN"},
      {"Handled", "NOT_CUSTODIAN"},
      {"RulingOpen", "NOT_CUSTODIAN"},
      {"RulingClosed", "NOT_CUSTODIAN"},
      {"RulingGiven", "NOT_CUSTODIAN"},
      {"", "CASE_FROZEN"}}},
    {"RuleJurisdiction1",
     {{"RulingOpen", "JurisdictionRuled"},
      {"RulingClosed", "RULING_CLOSED"},
      {"RulingGiven", "RULING_CLOSED"},
      {"", "NO_RULING_ASKED"}}},
    {"RuleJurisdiction2", {{"", "NO_RULING_ASKED"}}},
    {"PaperForHere",
     {{"None", "CASE_UNKNOWN"},
      {"Active", "NOT_DECLINED_TWICE"},
      {"Acquired", "NOT_DECLINED_TWICE"},
      {"DeclinedTwice", "PaperRulingRecorded"},
      {"AtSuperiorOnPaper", "PaperRulingRecorded+CaseThawed"},
      {"AtSuperior", "SUPERIOR_RULES"},
      {"AskedForRuling", "SUPERIOR_RULES"},
      {"Gone", "CASE_MOVED"},
      {"Bound", "BOUND_BY_RULING"},
      {"ThawedByRuling", "BOUND_BY_RULING"},
      {"Exporting", "CASE_FROZEN"},
      {"Pending", "CASE_FROZEN"},
      {"PendingRecallOpen", "CASE_FROZEN"},
      {"Exporting!", "CASE_FROZEN"},
      {"Pending!", "CASE_FROZEN"},
      {"", "NOT_CUSTODIAN"}}},
    {"PaperForAnother",
     {{"None", "CASE_UNKNOWN"},
      {"Active", "PaperRulingRecorded+CaseFrozen"},
      {"Acquired", "PaperRulingRecorded+CaseFrozen"},
      {"DeclinedTwice", "PaperRulingRecorded+CaseFrozen"},
      {"AtSuperiorOnPaper", "PaperRulingRecorded+CaseFrozen"},
      {"AtSuperior", "SUPERIOR_RULES"},
      {"AskedForRuling", "SUPERIOR_RULES"},
      {"Gone", "CASE_MOVED"},
      {"Bound", "BOUND_BY_RULING"},
      {"ThawedByRuling", "BOUND_BY_RULING"},
      {"Exporting", "CASE_FROZEN"},
      {"Pending", "CASE_FROZEN"},
      {"PendingRecallOpen", "CASE_FROZEN"},
      {"Exporting!", "CASE_FROZEN"},
      {"Pending!", "CASE_FROZEN"},
      {"", "NOT_CUSTODIAN"}}},
    {"PaperForOutside",
     {{"None", "CASE_UNKNOWN"},
      {"Active", "PaperRulingRecorded+CaseFrozen+CustodyLearned"},
      {"Acquired", "PaperRulingRecorded+CaseFrozen+CustodyLearned"},
      {"DeclinedTwice", "PaperRulingRecorded+CaseFrozen+CustodyLearned"},
      {"AtSuperiorOnPaper", "PaperRulingRecorded+CustodyLearned"},
      {"AtSuperior", "SUPERIOR_RULES"},
      {"AskedForRuling", "SUPERIOR_RULES"},
      {"Gone", "CASE_MOVED"},
      {"Bound", "BOUND_BY_RULING"},
      {"ThawedByRuling", "BOUND_BY_RULING"},
      {"Exporting", "CASE_FROZEN"},
      {"Pending", "CASE_FROZEN"},
      {"PendingRecallOpen", "CASE_FROZEN"},
      {"Exporting!", "CASE_FROZEN"},
      {"Pending!", "CASE_FROZEN"},
      {"", "NOT_CUSTODIAN"}}},
    {"RuledForHere1", {{"AtSuperior", "CaseThawed"}}},
    {"RuledForAnother1", {{"AtSuperior", "CaseFrozen"}}},
    {"RuledForAnother2", {{"AskedForRuling", "CaseFrozen"}}},
    {"EscalatedOnPaper1", {{"Pending", "RulingAwaited"}, {"PendingRecallOpen", "RulingAwaited+CaseThawed"}}},
    {"RulingRequest2", {{"", "RulingOpened"}}},
    {"AllParts1", {{"Exporting", "TransferOffered"}, {"", "nothing"}}},
    {"Timer1", {{"Offered", "RulingRequested"}, {"OfferedAfterDecline", "RulingRequested"}, {"", "nothing"}}},
    // A case that is here and knows no hop can be offered none: such parts wait without harm, the offer is broken.
    {"Part1",
     {{"None", "PartStaged"},
      {"Active", "PartStaged"},
      {"RulingOpen", "PartStaged"},
      {"RulingClosed", "PartStaged"},
      {"RulingGiven", "PartStaged"}}},
    {"Part2",
     {{"Offered", "CustodyMessageIgnored"},
      {"OfferedAfterDecline", "CustodyMessageIgnored"},
      {"AskedForRuling", "CustodyMessageIgnored"},
      {"", "PartStaged"}}},
    {"Offer1",
     {{"None", "OfferReceived"},
      {"Active", "broken"},
      {"RulingOpen", "OfferReceived"},
      {"RulingClosed", "OfferReceived"},
      {"RulingGiven", "OfferReceived"}}},
    {"Offer2",
     {{"Active", "broken"},
      {"Acquired", "broken"},
      {"Bound", "broken"},
      {"ThawedByRuling", "broken"},
      {"DeclinedTwice", "broken"},
      {"Exporting", "broken"},
      {"Exporting!", "broken"},
      {"AskedForRuling", "CustodyMessageIgnored"},
      {"Offered", "CustodyMessageIgnored"},
      {"OfferedAfterDecline", "CustodyMessageIgnored"},
      {"", "OfferReceived"}}},
    {"Offer2!",
     {{"Active", "broken"},
      {"Acquired", "broken"},
      {"Bound", "broken"},
      {"ThawedByRuling", "broken"},
      {"DeclinedTwice", "broken"},
      {"Exporting", "broken"},
      {"Exporting!", "broken"},
      {"AskedForRuling", "CustodyMessageIgnored"},
      {"Offered", "CustodyMessageIgnored"},
      {"OfferedAfterDecline", "CustodyMessageIgnored"},
      {"", "OfferReceived+TransferAcceptedByRuling+CustodyMoved"}}},
    {"Accepted1",
     {{"Pending", "CustodyLearned"}, {"PendingRecallOpen", "CustodyLearned"}, {"Pending!", "CustodyLearned"}}},
    {"Declined1", {{"Pending", "CaseThawed"}, {"PendingRecallOpen", "CaseThawed"}}},
    {"Recall1",
     {{"Offered", "TransferRecalled"},
      {"OfferedAfterDecline", "TransferRecalled"},
      {"RulingOpen", "TransferRecalled"}}},
    {"Recalled1", {{"Pending", "CaseThawed"}, {"PendingRecallOpen", "CaseThawed"}}},
    {"Recalled1BySuperior", {{"AtSuperior", "CaseThawed"}}},
    {"RulingRequest1",
     {{"RulingOpen", "CustodyMessageIgnored"},
      {"RulingClosed", "CustodyMessageIgnored"},
      {"RulingGiven", "CustodyMessageIgnored"},
      {"", "RulingOpened"}}},
    {"Escalated1", {{"Pending", "RulingAwaited"}, {"PendingRecallOpen", "RulingAwaited"}}},
};

TEST(CustodyTableTest, EveryStateAgainstEveryInput) {
  const auto states = States();
  for (const auto& [input_name, input] : Inputs()) {
    const auto row = kExpected.find(input_name);
    for (const auto& [state_name, state] : states) {
      std::string expected = "CustodyMessageIgnored";
      if (row != kExpected.end()) {
        auto cell = row->second.find(state_name);
        if (cell == row->second.end()) cell = row->second.find("");
        if (cell != row->second.end()) expected = cell->second;
      }
      EXPECT_EQ(input(state), expected) << input_name << " in " << state_name;
    }
  }
}

TEST(CustodyTableTest, WhatIsIgnoredChangesNothing) {
  for (const auto& [name, state] : States()) {
    v1::TransferMessage message;
    message.set_case_id(kCase);
    message.set_hop(77);
    message.mutable_accepted();
    auto events = std::get<Events>(Receive(state, kOther, message, common::v1::Deadline(), kContext));
    ASSERT_EQ(events.size(), 1u) << name;
    EXPECT_TRUE(MessagesOf(state, events[0]).empty()) << name;
    EXPECT_EQ(After(state, events).SerializeAsString(), state.SerializeAsString()) << name;
  }
}

TEST(CustodyTableTest, OfferChecksItsFieldsInOrder) {
  const auto home = OpenedHere(kCase, kHere);
  v1::OfferTransferRequest request;
  EXPECT_EQ(Said(Decide(&home, request, true, kContext)), "FIELD_MISSING");
  request.set_to(kHere.ToString());
  EXPECT_EQ(Said(Decide(&home, request, true, kContext)), "FIELD_MISSING");
  request.set_reason(std::string(1001, 'x'));
  EXPECT_EQ(Said(Decide(&home, request, true, kContext)), "FIELD_TOO_LONG");
  request.set_reason("competent");
  EXPECT_EQ(Said(Decide(&home, request, true, kContext)), "TRANSFER_TO_SELF");
  request.set_to("999999");
  EXPECT_EQ(Said(Decide(&home, request, false, kContext)), "MUNICIPALITY_UNKNOWN");
}

TEST(CustodyTableTest, WhatForbidsAnOffer) {
  v1::OfferTransferRequest request;
  request.set_to(kOther.ToString());
  request.set_reason("competent");
  const auto refused = [&](auto change) {
    auto state = OpenedHere(kCase, kHere);
    change(&state);
    return Said(Decide(&state, request, true, kContext));
  };
  EXPECT_EQ(refused([](v1::CustodyState* s) { s->set_closed(true); }), "CASE_CLOSED");
  EXPECT_EQ(refused([](v1::CustodyState* s) { s->set_withdrawn(true); }), "CASE_WITHDRAWN");
  // The line system goes on delivering where it always did; its facts are sent on.
  EXPECT_EQ(refused([](v1::CustodyState* s) { s->set_imported(true); }), "CaseFrozen");
  EXPECT_EQ(refused([](v1::CustodyState* s) { s->set_ready(false); }), "CONSENT_MISSING");
  EXPECT_EQ(refused([](v1::CustodyState* s) { s->set_declines(1); }), "CaseFrozen");
}

TEST(CustodyTableTest, AnOfferWithoutAllItsPartsIsBroken) {
  v1::TransferMessage message;
  message.set_case_id(kCase);
  message.set_hop(1);
  message.mutable_offer()->set_parts(2);
  EXPECT_TRUE(std::holds_alternative<Broken>(Receive(Nowhere(), kOther, message, common::v1::Deadline(), kContext)));
}

}  // namespace
}  // namespace casehub::transfer
