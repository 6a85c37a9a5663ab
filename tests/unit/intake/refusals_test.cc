// A row for every refusal of every command: what was there, what was asked, what is answered. A refusal records
// nothing.
#include <functional>
#include <memory>
#include <vector>

#include "tests/unit/intake/intake_fixture.h"

namespace casehub::intake {
namespace {

using Message = std::unique_ptr<google::protobuf::Message>;
template <typename M>
Message Box(M message) {
  return std::make_unique<M>(std::move(message));
}

class RefusalTest : public IntakeTest {
 protected:
  struct Row {
    const char* name;
    std::function<Message()> request;
    R refusal;
    Meta metadata;  // compared as far as it is given
  };
  void Check(const std::vector<Row>& rows) {
    for (const Row& row : rows) {
      SCOPED_TRACE(row.name);
      const Message request = row.request();
      ExpectRefused([&]() -> const Result& { return s_.When(*request); }, row.refusal, row.metadata);
    }
  }
  static constexpr char kUnknown[] = "01890000-0000-7000-8000-00000000dead";
};

TEST_F(RefusalTest, Contacts) {
  auto with = [](std::function<void(v1::RegisterContactRequest*)> change) {
    return [change] {
      auto request = Contact();
      change(&request);
      return Box(std::move(request));
    };
  };
  Check({
      {"no channel", with([](auto* r) { r->clear_channel(); }), R::REFUSAL_FIELD_INVALID, {{"field", "channel"}}},
      {"unknown channel",
       with([](auto* r) { r->set_channel(static_cast<common::v1::Channel>(99)); }),
       R::REFUSAL_FIELD_INVALID,
       {{"field", "channel"}}},
      {"no applicant", with([](auto* r) { r->clear_applicant(); }), R::REFUSAL_FIELD_MISSING, {{"field", "applicant"}}},
      {"no matter",
       with([](auto* r) { r->clear_matter_type(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "matter_type"}}},
      {"long matter",
       with([](auto* r) { r->set_matter_type(std::string(65, 'm')); }),
       R::REFUSAL_FIELD_TOO_LONG,
       {{"field", "matter_type"}, {"size", "65"}, {"limit", "64"}}},
      {"long source",
       with([](auto* r) { r->set_source_system(std::string(65, 's')); }),
       R::REFUSAL_FIELD_TOO_LONG,
       {{"field", "source_system"}}},
      {"long reference",
       with([](auto* r) {
         r->set_source_system("s");
         r->set_external_reference(std::string(201, 'r'));
       }),
       R::REFUSAL_FIELD_TOO_LONG,
       {{"field", "external_reference"}}},
      {"reference without source",
       with([](auto* r) { r->set_external_reference("r"); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "source_system"}}},
      {"unknown office",
       with([](auto* r) { r->mutable_actor()->set_office_id("nowhere"); }),
       R::REFUSAL_OFFICE_UNKNOWN,
       {{"office_id", "nowhere"}, {"municipality", "330800"}}},
      {"long office",
       with([](auto* r) { r->mutable_actor()->set_office_id(std::string(65, 'o')); }),
       R::REFUSAL_FIELD_TOO_LONG,
       {{"field", "actor.office_id"}}},
      {"in the future",
       with([](auto* r) { *r->mutable_occurred_at() = Stamp("2025-03-04T09:00:00+08:00"); }),
       R::REFUSAL_TIME_IN_FUTURE,
       {{"field", "occurred_at"}}},
      {"unknown case", with([](auto* r) { r->set_case_id(kUnknown); }), R::REFUSAL_CASE_UNKNOWN, {}},
      {"no case id", with([](auto* r) { r->set_case_id("nonsense"); }), R::REFUSAL_CASE_UNKNOWN, {}},
  });
}

TEST_F(RefusalTest, Calls) {
  auto with = [](std::function<void(v1::RegisterCallRequest*)> change) {
    return [change] {
      auto request = Call();
      change(&request);
      return Box(std::move(request));
    };
  };
  const std::string contact = OpenContact();
  const std::string closed = OpenCall();
  Answer(closed);
  Deliver(closed);
  Check({
      {"no call id", with([](auto* r) { r->clear_call_id(); }), R::REFUSAL_FIELD_MISSING, {{"field", "call_id"}}},
      {"long call id",
       with([](auto* r) { r->set_call_id(std::string(65, 'c')); }),
       R::REFUSAL_FIELD_TOO_LONG,
       {{"field", "call_id"}}},
      {"no question", with([](auto* r) { r->clear_question(); }), R::REFUSAL_FIELD_MISSING, {}},
      {"no matter",
       with([](auto* r) { r->clear_matter_type(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "matter_type"}}},
      {"unknown office",
       with([](auto* r) { r->mutable_actor()->set_office_id("nowhere"); }),
       R::REFUSAL_OFFICE_UNKNOWN,
       {}},
      {"unknown case", with([](auto* r) { r->set_case_id(kUnknown); }), R::REFUSAL_CASE_UNKNOWN, {}},
      {"not a consultation", with([&](auto* r) { r->set_case_id(contact); }), R::REFUSAL_WRONG_KIND, {}},
      {"closed", with([&](auto* r) { r->set_case_id(closed); }), R::REFUSAL_CASE_CLOSED, {}},
  });
}

TEST_F(RefusalTest, HandOvers) {
  const std::string id = OpenCall();
  const std::string handed = OpenCall();
  HandOver(handed, "station");
  const std::string imported = s_.When(Import("1", 1)).As<ingest::v1::ImportCaseResponse>().case_id();
  auto to = [](const std::string& case_id, const std::string& office, const std::string& etag = "") {
    return [=] {
      auto request = On<v1::HandOverToOfficeRequest>(case_id);
      request.set_to_office_id(office);
      request.set_etag(etag);
      return Box(std::move(request));
    };
  };
  auto acknowledge = [](const std::string& case_id, const std::string& office) {
    return [=] {
      auto request = On<v1::AcknowledgeHandOverRequest>(case_id);
      request.mutable_actor()->set_office_id(office);
      return Box(std::move(request));
    };
  };
  Check({
      {"no office", to(id, ""), R::REFUSAL_FIELD_MISSING, {{"field", "to_office_id"}}},
      {"unknown office", to(id, "nowhere"), R::REFUSAL_OFFICE_UNKNOWN, {{"office_id", "nowhere"}}},
      {"closed office", to(id, "gone"), R::REFUSAL_OFFICE_CLOSED, {{"office_id", "gone"}, {"since", "2025-01-01"}}},
      {"has it already", to(id, "centre"), R::REFUSAL_ALREADY_DONE, {}},
      {"stale", to(id, "station", "1"), R::REFUSAL_STALE_ETAG, {{"etag", "6"}}},
      {"pending", to(handed, "station"), R::REFUSAL_HAND_OVER_PENDING, {{"office_id", "station"}}},
      {"imported", to(imported, "station"), R::REFUSAL_WRONG_KIND, {}},
      {"unknown case", to(kUnknown, "station"), R::REFUSAL_CASE_UNKNOWN, {}},
      {"acknowledges nothing", acknowledge(id, "station"), R::REFUSAL_NO_HAND_OVER, {}},
      {"another office",
       acknowledge(handed, "centre"),
       R::REFUSAL_NOT_THE_RESPONSIBLE_OFFICE,
       {{"office_id", "centre"}}},
      {"no office acknowledges", acknowledge(handed, ""), R::REFUSAL_FIELD_MISSING, {{"field", "actor.office_id"}}},
  });
}

TEST_F(RefusalTest, Answers) {
  const std::string id = OpenCall();
  const std::string handed = OpenCall();
  HandOver(handed, "station");
  const std::string answered = OpenCall();
  Answer(answered);
  const std::string aid = OpenApplication();
  auto answer = [](const std::string& case_id, const std::string& office, const std::string& text = "a") {
    return [=] {
      auto request = On<v1::AnswerConsultationRequest>(case_id);
      request.mutable_actor()->set_office_id(office);
      request.mutable_answer()->set_sealed(text);
      return Box(std::move(request));
    };
  };
  auto deliver = [](const std::string& case_id, std::string_view at = "2025-03-03T09:00:00+08:00") {
    return [=] {
      auto request = On<v1::ConfirmAnswerDeliveredRequest>(case_id);
      request.set_channel(common::v1::CHANNEL_HOTLINE);
      *request.mutable_delivered_at() = Stamp(at);
      return Box(std::move(request));
    };
  };
  auto by_pigeon = [&] {
    auto request = On<v1::ConfirmAnswerDeliveredRequest>(answered);
    request.set_channel(static_cast<common::v1::Channel>(99));
    return Box(std::move(request));
  };
  Check({
      {"a channel there is not", by_pigeon, R::REFUSAL_FIELD_INVALID, {{"field", "channel"}}},
      {"empty", answer(id, "", ""), R::REFUSAL_FIELD_MISSING, {}},
      {"another office", answer(id, "station"), R::REFUSAL_NOT_THE_RESPONSIBLE_OFFICE, {{"office_id", "station"}}},
      {"unknown office", answer(id, "nowhere"), R::REFUSAL_OFFICE_UNKNOWN, {}},
      {"pending", answer(handed, "centre"), R::REFUSAL_HAND_OVER_PENDING, {{"office_id", "station"}}},
      {"twice", answer(answered, ""), R::REFUSAL_ALREADY_DONE, {}},
      {"aid", answer(aid, ""), R::REFUSAL_WRONG_KIND, {}},
      {"unknown", answer(kUnknown, ""), R::REFUSAL_CASE_UNKNOWN, {}},
      {"not answered", deliver(id), R::REFUSAL_STAGE_NOT_REACHED, {}},
      {"delivered tomorrow",
       deliver(answered, "2025-03-04T09:00:00+08:00"),
       R::REFUSAL_TIME_IN_FUTURE,
       {{"field", "delivered_at"}}},
      {"delivered aid", deliver(aid), R::REFUSAL_WRONG_KIND, {}},
  });
}

TEST_F(RefusalTest, Applications) {
  auto with = [](std::function<void(v1::SubmitAidApplicationRequest*)> change) {
    return [change] {
      auto request = Application();
      change(&request);
      return Box(std::move(request));
    };
  };
  const std::string call = OpenCall();
  const std::string home = OpenApplication();
  const std::string away = OpenApplication("330100");
  auto list = [](const std::string& id, std::vector<std::string> items) {
    return [=] {
      auto request = On<v1::AgreeMaterialListRequest>(id);
      for (const auto& item : items) request.add_items(item);
      return Box(std::move(request));
    };
  };
  auto document = [](size_t digest, int64_t size, std::string name) {
    return [=](auto* r) {
      auto* added = r->add_documents();
      added->set_name(name);
      added->set_sha256(std::string(digest, 'x'));
      added->set_size_bytes(size);
    };
  };
  Check({
      {"no applicant", with([](auto* r) { r->clear_applicant(); }), R::REFUSAL_FIELD_MISSING, {{"field", "applicant"}}},
      {"no channel", with([](auto* r) { r->clear_channel(); }), R::REFUSAL_FIELD_MISSING, {{"field", "channel"}}},
      {"a channel there is not",
       with([](auto* r) { r->set_channel(static_cast<common::v1::Channel>(99)); }),
       R::REFUSAL_FIELD_INVALID,
       {{"field", "channel"}}},
      {"unknown municipality",
       with([](auto* r) { r->set_competent_municipality("999999"); }),
       R::REFUSAL_MUNICIPALITY_UNKNOWN,
       {{"municipality", "999999"}}},
      {"no code", with([](auto* r) { r->set_competent_municipality("quzhou"); }), R::REFUSAL_MUNICIPALITY_UNKNOWN, {}},
      {"short digest", with(document(31, 1, "d")), R::REFUSAL_FIELD_INVALID, {{"field", "documents[0].sha256"}}},
      {"negative size", with(document(32, -1, "d")), R::REFUSAL_FIELD_INVALID, {{"field", "documents[0].size_bytes"}}},
      {"no name", with(document(32, 1, "")), R::REFUSAL_FIELD_MISSING, {{"field", "documents[0].name"}}},
      {"too many",
       with([&](auto* r) {
         for (int i = 0; i < 101; ++i) document(32, 1, "d")(r);
       }),
       R::REFUSAL_FIELD_INVALID,
       {{"field", "documents"}}},
      {"of a consultation", with([&](auto* r) { r->set_case_id(call); }), R::REFUSAL_WRONG_KIND, {}},
      {"twice", with([&](auto* r) { r->set_case_id(home); }), R::REFUSAL_ALREADY_DONE, {}},
      {"stale",
       with([&](auto* r) {
         r->set_case_id(home);
         r->set_etag("1");
       }),
       R::REFUSAL_STALE_ETAG,
       {{"etag", "7"}}},
      {"empty list", list(away, {}), R::REFUSAL_FIELD_MISSING, {{"field", "items"}}},
      {"empty item", list(away, {"a", ""}), R::REFUSAL_FIELD_MISSING, {{"field", "items[1]"}}},
      {"long item", list(away, {std::string(201, 'i')}), R::REFUSAL_FIELD_TOO_LONG, {{"field", "items[0]"}}},
      {"long list", list(away, std::vector<std::string>(101, "i")), R::REFUSAL_FIELD_INVALID, {{"field", "items"}}},
      {"list of a consultation", list(call, {"a"}), R::REFUSAL_WRONG_KIND, {}},
      {"interview without record",
       [&] { return Box(On<v1::RecordInterviewRequest>(away)); },
       R::REFUSAL_FIELD_MISSING,
       {}},
      {"interview tomorrow",
       [&] {
         auto request = On<v1::RecordInterviewRequest>(away);
         request.mutable_record()->set_sealed("r");
         *request.mutable_held_at() = Stamp("2025-03-04T09:00:00+08:00");
         return Box(std::move(request));
       },
       R::REFUSAL_TIME_IN_FUTURE,
       {{"field", "held_at"}}},
      {"consent without document",
       [&] { return Box(On<v1::RecordTransferConsentRequest>(away)); },
       R::REFUSAL_FIELD_MISSING,
       {{"field", "consent.name"}}},
  });
}

TEST_F(RefusalTest, Imports) {
  auto with = [](std::function<void(ingest::v1::ImportCaseRequest*)> change) {
    return [change] {
      auto request = Import("1", 1);
      change(&request);
      return Box(std::move(request));
    };
  };
  Check({
      {"no source",
       with([](auto* r) { r->clear_source_system(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "source_system"}}},
      {"no reference",
       with([](auto* r) { r->clear_external_reference(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "external_reference"}}},
      {"long reference",
       with([](auto* r) { r->set_external_reference(std::string(201, 'r')); }),
       R::REFUSAL_FIELD_TOO_LONG,
       {{"field", "external_reference"}}},
      {"no time",
       with([](auto* r) { r->mutable_events(0)->clear_occurred_at(); }),
       R::REFUSAL_FIELD_MISSING,
       {{"field", "events[0].occurred_at"}}},
      {"in the future",
       with([](auto* r) { *r->mutable_events(0)->mutable_occurred_at() = Stamp("2025-03-04T09:00:00+08:00"); }),
       R::REFUSAL_TIME_IN_FUTURE,
       {{"field", "events[0].occurred_at"}}},
      {"beyond the calendar",
       with([](auto* r) { r->mutable_events(0)->mutable_occurred_at()->set_seconds(INT64_MAX); }),
       R::REFUSAL_FIELD_INVALID,
       {{"field", "events[0].occurred_at"}}},
      {"too large",
       with([](auto* r) { r->mutable_events(0)->mutable_attributes(0)->set_value(std::string(64 * 1024, 'x')); }),
       R::REFUSAL_REQUEST_TOO_LARGE,
       {}},
  });
}

// What an ended, frozen or moved case answers, whatever is asked of it.
TEST_F(RefusalTest, EndedFrozenAndMovedCases) {
  struct State {
    const char* name;
    std::function<void(const std::string&)> arrive;
    R refusal;
  };
  const State states[] = {
      {"withdrawn", [&](const std::string& id) { Withdraw(id); }, R::REFUSAL_CASE_WITHDRAWN},
      {"closed",
       [&](const std::string& id) {
         Answer(id);
         Deliver(id);
       },
       R::REFUSAL_CASE_CLOSED},
      {"frozen", [&](const std::string& id) { Freeze(id, 1); }, R::REFUSAL_CASE_FROZEN},
      {"moved",
       [&](const std::string& id) {
         Freeze(id, 1);
         LearnCustody(id, 1);
       },
       R::REFUSAL_CASE_MOVED},
  };
  for (const State& state : states) {
    SCOPED_TRACE(state.name);
    const std::string id = OpenCall();
    state.arrive(id);
    auto contact = Contact();
    contact.set_case_id(id);
    auto call = Call();
    call.set_case_id(id);
    Check({
        {"contact", [&] { return Box(contact); }, state.refusal, {}},
        {"call", [&] { return Box(call); }, state.refusal, {}},
        {"hand-over",
         [&] {
           auto request = On<v1::HandOverToOfficeRequest>(id);
           request.set_to_office_id("station");
           return Box(std::move(request));
         },
         state.refusal,
         {}},
        {"acknowledgement",
         [&] {
           auto request = On<v1::AcknowledgeHandOverRequest>(id);
           request.mutable_actor()->set_office_id("station");
           return Box(std::move(request));
         },
         state.refusal,
         {}},
        {"answer",
         [&] {
           auto request = On<v1::AnswerConsultationRequest>(id);
           request.mutable_answer()->set_sealed("a");
           return Box(std::move(request));
         },
         state.refusal,
         {}},
        {"delivery", [&] { return Box(On<v1::ConfirmAnswerDeliveredRequest>(id)); }, state.refusal, {}},
        {"withdrawal",
         [&] {
           auto request = On<v1::WithdrawCaseRequest>(id);
           request.set_reason_code("r");
           return Box(std::move(request));
         },
         state.refusal,
         {}},
    });
  }
}

TEST_F(RefusalTest, WithdrawalAndArchive) {
  const std::string id = OpenContact();
  const std::string archived = OpenContact();
  Withdraw(archived);
  s_.When(On<v1::ArchiveCaseRequest>(archived));
  const std::string frozen = OpenContact();
  Freeze(frozen, 1);
  const std::string moved = OpenContact();
  Freeze(moved, 1);
  LearnCustody(moved, 1);
  auto withdraw = [&](const std::string& reason, const std::string& etag) {
    return [=] {
      auto request = On<v1::WithdrawCaseRequest>(id);
      request.set_reason_code(reason);
      request.set_etag(etag);
      return Box(std::move(request));
    };
  };
  auto archive = [](const std::string& case_id) { return [=] { return Box(On<v1::ArchiveCaseRequest>(case_id)); }; };
  Check({
      {"no reason", withdraw("", ""), R::REFUSAL_FIELD_MISSING, {{"field", "reason_code"}}},
      {"long reason", withdraw(std::string(65, 'r'), ""), R::REFUSAL_FIELD_TOO_LONG, {{"field", "reason_code"}}},
      {"stale", withdraw("r", "3"), R::REFUSAL_STALE_ETAG, {{"etag", "4"}}},
      {"no etag of ours", withdraw("r", "nonsense"), R::REFUSAL_STALE_ETAG, {{"etag", "4"}}},
      {"archive an open case", archive(id), R::REFUSAL_STAGE_NOT_REACHED, {}},
      {"archive twice", archive(archived), R::REFUSAL_ALREADY_DONE, {}},
      {"archive a frozen case", archive(frozen), R::REFUSAL_CASE_FROZEN, {}},
      {"archive a moved case", archive(moved), R::REFUSAL_CASE_MOVED, {}},
      {"archive nothing", archive(kUnknown), R::REFUSAL_CASE_UNKNOWN, {}},
  });
}

}  // namespace
}  // namespace casehub::intake
