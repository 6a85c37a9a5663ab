// Everything the edge answers by itself, and what it hands on.
#include "services/host/edge.h"

#include <gtest/gtest.h>

#include <condition_variable>

#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "casehub/ingest/v1/ingest_service.pb.h"
#include "casehub/intake/v1/intake_service.pb.h"
#include "casehub/ledger/v1/ledger_service.pb.h"
#include "casehub/operations/v1/operations_service.pb.h"
#include "services/host/keyring/local_keyring.h"
#include "services/host/wire.h"
#include "tests/support/echo_backend.h"
#include "tests/support/test_folder.h"

namespace casehub::host {
namespace {

using google::protobuf::Message;
using runtime::Refusal;

constexpr char kNumber[] = "11010519491231002X";
constexpr char kRequestId[] = "0190a5f0-0000-7000-8000-000000000001";
constexpr char kCaseId[] = "0190a5f0-0000-8000-8000-000000000002";
constexpr Instant kNow{1'795'680'000LL * kMicrosPerSecond};

class EdgeTest : public testing::Test {
 protected:
  EdgeTest()
      : ring_(*LocalKeyRing::Open(folder_.path(), [this](std::string_view key) { return rows_.Read(key); })),
        backend_(&rows_,
                 [this](const Call& call) {
                   ++posted_;
                   last_ = call;
                   last_.done = nullptr;
                   return respond_ ? respond_(call) : Answer{Answered{reply_}, 0, 7, call.is_command};
                 }),
        edge_(Options(), &catalogue_, ring_.get(), &backend_) {}

  EdgeOptions Options() {
    EdgeOptions options;
    options.municipality_known = [](Municipality municipality) { return municipality == Municipality(330800); };
    options.clock = [this] { return now_; };
    options.case_attempts_burst = 3;
    return options;
  }

  static intake::v1::RegisterContactRequest Contact() {
    intake::v1::RegisterContactRequest request;
    request.set_municipality("330800");
    request.set_request_id(kRequestId);
    auto* particulars = request.mutable_applicant()->mutable_particulars();
    particulars->set_name("张三");
    particulars->set_identity_kind(common::v1::IDENTITY_KIND_RESIDENT);
    particulars->set_identity_number(kNumber);
    return request;
  }

  EdgeResult Send(const std::string& method, const std::string& bytes,
                  Caller caller = {Instant{}, Language::kEnglish, "ipv4:192.0.2.1", ""}) {
    const Method* found = catalogue_.Find("/casehub." + method);
    EXPECT_NE(found, nullptr) << method;
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<EdgeResult> result;
    edge_.Handle(*found, bytes, caller, [&](EdgeResult outcome) {
      std::lock_guard lock(mutex);
      EXPECT_FALSE(result) << "answered twice";
      result = std::move(outcome);
      changed.notify_one();
    });
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return result.has_value(); });
    return *result;
  }
  EdgeResult Register(const Message& request) {
    return Send("intake.v1.IntakeService/RegisterContact", request.SerializeAsString());
  }

  // The refusal, which must not have reached the backend.
  Failure Refused(const EdgeResult& result) {
    const auto* failure = std::get_if<Failure>(&result);
    if (failure == nullptr) {
      ADD_FAILURE() << "was accepted";
      return {};
    }
    EXPECT_EQ(posted_, 0);
    return *failure;
  }
  void ExpectRefused(const EdgeResult& result, const std::string& reason, const std::string& field, int code = 3) {
    const Failure failure = Refused(result);
    EXPECT_EQ(failure.reason, reason);
    EXPECT_EQ(failure.code, code);
    EXPECT_EQ(failure.message.find('{'), failure.message.npos) << failure.message;
    if (field.empty()) return;
    ASSERT_EQ(failure.fields.size(), 1u) << failure.message;
    EXPECT_EQ(failure.fields[0].first, field);
  }

  TestFolder folder_;
  RowStore rows_;
  Catalogue catalogue_;
  std::unique_ptr<LocalKeyRing> ring_;
  Instant now_ = kNow;
  std::string reply_;
  EchoBackend::Respond respond_;
  int posted_ = 0;
  Call last_;
  EchoBackend backend_;
  Edge edge_;
};

TEST_F(EdgeTest, ACommandArrivesCheckedAndSealed) {
  auto request = Contact();
  const EdgeResult result = Register(request);
  ASSERT_TRUE(std::holds_alternative<std::string>(result));
  EXPECT_EQ(posted_, 1);
  EXPECT_TRUE(last_.is_command);
  EXPECT_EQ(last_.service, ServiceId::kIntake);
  EXPECT_EQ(last_.municipality, Municipality(330800));
  EXPECT_EQ(last_.request_id.ToString(), kRequestId);
  EXPECT_EQ(last_.received_at, kNow);
  EXPECT_GT(last_.deadline, kNow);
  EXPECT_FALSE(last_.side_rows.empty());
  const auto& sealed = static_cast<const intake::v1::RegisterContactRequest&>(*last_.request);
  EXPECT_FALSE(sealed.applicant().has_particulars());
  EXPECT_FALSE(sealed.applicant().sealed().empty());
  // The next command about the person carries no rows: the first one's record has them.
  request.set_request_id("0190a5f0-0000-7000-8000-000000000009");
  Register(request);
  EXPECT_TRUE(last_.side_rows.empty());
}

TEST_F(EdgeTest, RowsTravelAgainIfTheAnswerRecordedNothing) {
  respond_ = [](const Call&) { return Answer{Answered{}, 0, 7, false}; };
  Register(Contact());
  EXPECT_FALSE(last_.side_rows.empty());
  Register(Contact());
  EXPECT_FALSE(last_.side_rows.empty());
}

TEST_F(EdgeTest, TheFingerprintIsOfTheRequestNotOfTheCiphertext) {
  Register(Contact());
  const Hash128 first = last_.fingerprint;
  Register(Contact());
  EXPECT_EQ(last_.fingerprint, first);
  EXPECT_NE(first, Hash128{});
  auto another = Contact();
  another.mutable_applicant()->mutable_particulars()->set_phone("13812345678");
  Register(another);
  EXPECT_NE(last_.fingerprint, first);
}

TEST_F(EdgeTest, RequestIds) {
  auto request = Contact();
  request.clear_request_id();
  ExpectRefused(Register(request), "REQUEST_ID_MISSING", "request_id");
  for (const char* bad : {"x", "0190a5f0-0000-7000-8000-00000000000", "0190a5f0-0000-4000-8000-000000000001",
                          "00000000-0000-0000-0000-000000000000"}) {
    request.set_request_id(bad);
    ExpectRefused(Register(request), "REQUEST_ID_MALFORMED", "request_id");
  }
}

TEST_F(EdgeTest, Municipalities) {
  auto request = Contact();
  request.clear_municipality();
  ExpectRefused(Register(request), "FIELD_MISSING", "municipality");
  request.set_municipality("衢州");
  ExpectRefused(Register(request), "FIELD_INVALID", "municipality");
  request.set_municipality("330900");
  ExpectRefused(Register(request), "MUNICIPALITY_UNKNOWN", "", 5);
}

TEST_F(EdgeTest, WrongCheckDigitNamesTheFieldAndNotTheNumber) {
  auto request = Contact();
  for (const auto& [kind, number] : {std::pair(common::v1::IDENTITY_KIND_RESIDENT, "110105194912310021"),
                                     std::pair(common::v1::IDENTITY_KIND_ORGANISATION, "91350100M000100Y44")}) {
    auto* particulars = request.mutable_applicant()->mutable_particulars();
    particulars->set_identity_kind(kind);
    particulars->set_identity_number(number);
    const EdgeResult result = Register(request);
    ExpectRefused(result, "CHECK_DIGIT_WRONG", "applicant.particulars.identity_number");
    const Failure failure = std::get<Failure>(result);
    EXPECT_EQ(EncodeDetails(failure).find(number), std::string::npos);
    EXPECT_EQ(failure.message.find(number), std::string::npos);
  }
}

TEST_F(EdgeTest, LimitsOfPersonalData) {
  struct Row {
    const char* what;
    std::function<void(intake::v1::RegisterContactRequest*)> change;
    const char* reason;
    const char* field;
  };
  using Request = intake::v1::RegisterContactRequest;
  auto particulars = [](Request* r) { return r->mutable_applicant()->mutable_particulars(); };
  const std::vector<Row> rows = {
      {"no particulars", [](Request* r) { r->mutable_applicant()->clear_particulars(); }, "FIELD_MISSING",
       "applicant.particulars"},
      {"no name", [&](Request* r) { particulars(r)->clear_name(); }, "FIELD_MISSING", "applicant.particulars.name"},
      {"long name", [&](Request* r) { particulars(r)->set_name(std::string(201, 'a')); }, "FIELD_TOO_LONG",
       "applicant.particulars.name"},
      {"long phone", [&](Request* r) { particulars(r)->set_phone(std::string(33, '1')); }, "FIELD_TOO_LONG",
       "applicant.particulars.phone"},
      {"long address", [&](Request* r) { particulars(r)->set_address(std::string(1001, 'a')); }, "FIELD_TOO_LONG",
       "applicant.particulars.address"},
      {"long number",
       [&](Request* r) {
         particulars(r)->set_identity_kind(common::v1::IDENTITY_KIND_PASSPORT);
         particulars(r)->set_identity_number(std::string(65, '1'));
       },
       "FIELD_TOO_LONG", "applicant.particulars.identity_number"},
      {"kind without number", [&](Request* r) { particulars(r)->clear_identity_number(); }, "FIELD_MISSING",
       "applicant.particulars.identity_number"},
      {"number without kind", [&](Request* r) { particulars(r)->clear_identity_kind(); }, "FIELD_MISSING",
       "applicant.particulars.identity_kind"},
      {"short number", [&](Request* r) { particulars(r)->set_identity_number("110105"); }, "FIELD_INVALID",
       "applicant.particulars.identity_number"},
      {"a person id", [](Request* r) { r->mutable_applicant()->set_person_id(kCaseId); }, "FIELD_INVALID",
       "applicant.person_id"},
      {"ciphertext", [](Request* r) { r->mutable_applicant()->set_sealed("x"); }, "FIELD_INVALID", "applicant.sealed"},
      {"an age group", [](Request* r) { r->mutable_applicant()->set_age_group(common::v1::AGE_GROUP_SENIOR); },
       "FIELD_INVALID", "applicant.age_group"},
      {"empty text", [](Request* r) { r->mutable_note(); }, "FIELD_MISSING", "note.text"},
      {"long text", [](Request* r) { r->mutable_note()->set_text(std::string(65'537, 'a')); }, "FIELD_TOO_LONG",
       "note.text"},
      {"sealed text", [](Request* r) { r->mutable_note()->set_sealed("x"); }, "FIELD_INVALID", "note.sealed"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    auto request = Contact();
    row.change(&request);
    ExpectRefused(Register(request), row.reason, row.field);
  }
}

TEST_F(EdgeTest, APersonWithoutDocumentsIsTaken) {
  auto request = Contact();
  request.mutable_applicant()->mutable_particulars()->clear_identity_kind();
  request.mutable_applicant()->mutable_particulars()->clear_identity_number();
  EXPECT_TRUE(std::holds_alternative<std::string>(Register(request)));
}

TEST_F(EdgeTest, TextThatIsNotUtf8IsNamed) {
  auto request = Contact();
  request.mutable_note()->set_text("????");
  std::string bytes = request.SerializeAsString();
  bytes.replace(bytes.find("????"), 4, "\xFF\xFE\xFD\xFC");
  ExpectRefused(Send("intake.v1.IntakeService/RegisterContact", bytes), "NOT_UTF8", "note.text");

  ingest::v1::ImportCaseRequest import;
  import.add_events()->set_activity("a");
  import.add_events()->set_activity("????");
  bytes = import.SerializeAsString();
  bytes.replace(bytes.find("????"), 4, "\xC0\x80\xC0\x80");
  ExpectRefused(Send("ingest.v1.IngestService/ImportCase", bytes), "NOT_UTF8", "events[1].activity");
}

TEST_F(EdgeTest, BytesThatAreNoMessage) {
  for (const std::string& bytes :
       {std::string("\x0A\x7F", 2), std::string("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"),
        std::string(1, '\x0A')}) {
    ExpectRefused(Send("intake.v1.IntakeService/RegisterContact", bytes), "REQUEST_MALFORMED", "");
  }
}

TEST_F(EdgeTest, LargeRequests) {
  auto request = Contact();
  request.mutable_note()->set_text(std::string(300 * 1024, 'a'));
  ExpectRefused(Register(request), "REQUEST_TOO_LARGE", "");
}

TEST_F(EdgeTest, DeadlinesAndShutDown) {
  Caller caller;
  caller.deadline = Instant{kNow.micros - 1};
  const std::string bytes = Contact().SerializeAsString();
  ExpectRefused(Send("intake.v1.IntakeService/RegisterContact", bytes, caller), "DEADLINE_PASSED", "", 4);
  caller.deadline = Instant{kNow.micros + 5};
  EXPECT_TRUE(std::holds_alternative<std::string>(Send("intake.v1.IntakeService/RegisterContact", bytes, caller)));
  EXPECT_EQ(last_.deadline, caller.deadline);
  posted_ = 0;
  edge_.StopAdmission();
  ExpectRefused(Register(Contact()), "SHUTTING_DOWN", "", 14);
}

TEST_F(EdgeTest, AFullQueueSaysWhenToComeBack) {
  backend_.AnswerNext(Posted::kFull);
  const EdgeResult result = Register(Contact());
  ExpectRefused(result, "QUEUE_FULL", "", 8);
  EXPECT_EQ(std::get<Failure>(result).metadata.at("retry_ms"), "100");
  backend_.AnswerNext(Posted::kShuttingDown);
  ExpectRefused(Register(Contact()), "SHUTTING_DOWN", "", 14);
}

TEST_F(EdgeTest, RefusalsSpeakTheCallersLanguage) {
  auto request = Contact();
  request.clear_request_id();
  Caller caller;
  const auto chinese = Refused(Send("intake.v1.IntakeService/RegisterContact", request.SerializeAsString(), caller));
  EXPECT_NE(chinese.message.find("缺少"), std::string::npos);
  const Failure decoded = DecodeDetails(chinese.code, chinese.message, EncodeDetails(chinese));
  EXPECT_EQ(decoded.reason, "REQUEST_ID_MISSING");
  EXPECT_EQ(decoded.fields, chinese.fields);
  EXPECT_EQ(ParseLanguage("en-GB,en;q=0.8"), Language::kEnglish);
  EXPECT_EQ(ParseLanguage("zh-CN"), Language::kChinese);
  EXPECT_EQ(ParseLanguage(""), Language::kChinese);
}

TEST_F(EdgeTest, EveryRefusalHasCodeAndWords) {
  const auto* values = common::v1::Refusal_descriptor();
  for (int i = 0; i < values->value_count(); ++i) {
    const auto& value = *values->value(i);
    if (value.number() == 0) continue;
    const auto& words = value.options().GetExtension(refusal);
    EXPECT_GE(words.code(), 1) << value.name();
    EXPECT_LE(words.code(), 16) << value.name();
    EXPECT_NE(words.en(), "") << value.name();
    EXPECT_NE(words.zh(), "") << value.name();
    const auto reason = static_cast<Refusal>(value.number());
    EXPECT_EQ(RefusalCode(reason), words.code());
    EXPECT_EQ("REFUSAL_" + ReasonName(reason), value.name());
    EXPECT_EQ(RefusalText(runtime::Refuse(reason), Language::kEnglish), words.en());
    EXPECT_EQ(RefusalText(runtime::Refuse(reason), Language::kChinese), words.zh());
  }
}

TEST_F(EdgeTest, ClaimCodesAreFilledInAndChecked) {
  intake::v1::RegisterContactResponse reply;
  reply.set_case_id(kCaseId);
  reply.set_etag("1");
  reply_ = reply.SerializeAsString();
  intake::v1::RegisterContactResponse got;
  ASSERT_TRUE(got.ParseFromString(std::get<std::string>(Register(Contact()))));
  EXPECT_EQ(got.case_id(), kCaseId);
  EXPECT_EQ(got.etag(), "1");
  EXPECT_EQ(got.claim_code().size(), 8u);

  auto contact = Contact();
  contact.set_case_id(kCaseId);
  intake::v1::RegisterContactResponse again;
  ASSERT_TRUE(again.ParseFromString(std::get<std::string>(Register(contact))));
  EXPECT_EQ(again.claim_code(), "") << "only who opens the case is told the code";

  intake::v1::GetProgressRequest progress;
  progress.set_municipality("330800");
  progress.set_case_id(kCaseId);
  progress.set_claim_code(got.claim_code());
  posted_ = 0;
  const std::string path = "intake.v1.IntakeService/GetProgress";
  EXPECT_TRUE(std::holds_alternative<std::string>(Send(path, progress.SerializeAsString())));
  EXPECT_EQ(posted_, 1);
  EXPECT_EQ(static_cast<const intake::v1::GetProgressRequest&>(*last_.request).claim_code(), "");
  posted_ = 0;
  for (const char* wrong : {"", "00000000", "no code"}) {
    progress.set_claim_code(wrong);
    ExpectRefused(Send(path, progress.SerializeAsString()), "CASE_UNKNOWN", "", 5);
  }
  // Three wrong codes were the burst of this test: now even the right one has to wait, and then works again.
  progress.set_claim_code(got.claim_code());
  ExpectRefused(Send(path, progress.SerializeAsString()), "TOO_MANY_ATTEMPTS", "", 8);
  now_.micros += 60 * kMicrosPerSecond;
  EXPECT_TRUE(std::holds_alternative<std::string>(Send(path, progress.SerializeAsString())));
  posted_ = 0;
  progress.set_case_id("not a case");
  ExpectRefused(Send(path, progress.SerializeAsString()), "CASE_UNKNOWN", "", 5);
}

TEST_F(EdgeTest, RatingTokens) {
  evaluation::v1::GetRatingSlotRequest slot;
  slot.set_municipality("330800");
  slot.set_case_id(kCaseId);
  evaluation::v1::GetRatingSlotResponse got;
  ASSERT_TRUE(got.ParseFromString(
      std::get<std::string>(Send("evaluation.v1.EvaluationService/GetRatingSlot", slot.SerializeAsString()))));
  EXPECT_EQ(got.rating_token().size(), 16u);

  evaluation::v1::SubmitRatingRequest rating;
  rating.set_municipality("330800");
  rating.set_request_id(kRequestId);
  rating.set_case_id(kCaseId);
  posted_ = 0;
  const std::string path = "evaluation.v1.EvaluationService/SubmitRating";
  ExpectRefused(Send(path, rating.SerializeAsString()), "SLOT_UNKNOWN", "", 5);
  rating.set_rating_token(got.rating_token());
  EXPECT_TRUE(std::holds_alternative<std::string>(Send(path, rating.SerializeAsString())));
  rating.clear_rating_token();
  rating.mutable_actor()->set_staff_id("s1");
  EXPECT_TRUE(std::holds_alternative<std::string>(Send(path, rating.SerializeAsString())));
  posted_ = 0;
  rating.set_rating_token("0000000000000000");
  ExpectRefused(Send(path, rating.SerializeAsString()), "SLOT_UNKNOWN", "", 5);
}

TEST_F(EdgeTest, QueriesCarryTheirPosition) {
  intake::v1::GetCaseRequest request;
  request.set_municipality("330800");
  request.set_case_id(kCaseId);
  request.mutable_min_position()->set_partition(1);
  request.mutable_min_position()->set_offset(42);
  Send("intake.v1.IntakeService/GetCase", request.SerializeAsString());
  ASSERT_TRUE(last_.min_position);
  EXPECT_EQ(last_.min_position->partition, 1);
  EXPECT_EQ(last_.min_position->offset, 42);
  EXPECT_FALSE(last_.is_command);
  EXPECT_TRUE(last_.request_id.IsNil());
  posted_ = 0;
  request.mutable_min_position()->set_offset(-5);
  ExpectRefused(Send("intake.v1.IntakeService/GetCase", request.SerializeAsString()), "FIELD_INVALID", "min_position");
}

TEST_F(EdgeTest, WhereCallsGo) {
  EXPECT_TRUE(catalogue_.Find("casehub.operations.v1.OperationsService.GetStatus")->is_operation);
  EXPECT_EQ(catalogue_.Find("casehub.ingest.v1.IngestService.ImportCase")->service, ServiceId::kIntake);
  EXPECT_EQ(catalogue_.Find("casehub.ledger.v1.LedgerService.GetKey")->service, ServiceId::kLedger);
  EXPECT_TRUE(catalogue_.Find("casehub.ingest.v1.IngestService.ImportCases")->is_streaming);
  EXPECT_EQ(catalogue_.Find("casehub.intake.v1.IntakeService.Nothing"), nullptr);
  Send("ledger.v1.LedgerService/GetKey", "");
  EXPECT_TRUE(last_.municipality.IsNone());
  Send("operations.v1.OperationsService/GetStatus", "");
  EXPECT_TRUE(last_.is_operation);
}

TEST_F(EdgeTest, RepliesAreOpened) {
  Register(Contact());
  intake::v1::GetCaseResponse stored;
  *stored.mutable_case_()->mutable_applicant() =
      static_cast<const intake::v1::RegisterContactRequest&>(*last_.request).applicant();
  reply_ = stored.SerializeAsString();
  intake::v1::GetCaseRequest request;
  request.set_municipality("330800");
  request.set_case_id(kCaseId);
  auto name = [&](const char* purpose) {
    Caller caller;
    caller.purpose = purpose;
    intake::v1::GetCaseResponse reply;
    EXPECT_TRUE(reply.ParseFromString(
        std::get<std::string>(Send("intake.v1.IntakeService/GetCase", request.SerializeAsString(), caller))));
    return reply.case_().applicant().particulars().name();
  };
  EXPECT_EQ(name(""), "张**");
  EXPECT_EQ(name("hearing"), "张三");
}

TEST_F(EdgeTest, RefusalsOfTheBackendAreDescribed) {
  respond_ = [](const Call&) {
    return Answer{runtime::Refuse(Refusal::REFUSAL_STALE_ETAG).With("etag", "9"), 0, 7, false};
  };
  const EdgeResult result = Register(Contact());
  const Failure& failure = std::get<Failure>(result);
  EXPECT_EQ(failure.code, 10);
  EXPECT_EQ(failure.reason, "STALE_ETAG");
  EXPECT_NE(failure.message.find("now 9"), std::string::npos);
  EXPECT_TRUE(failure.fields.empty());
}

}  // namespace
}  // namespace casehub::host
