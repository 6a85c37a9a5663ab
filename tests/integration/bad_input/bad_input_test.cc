// Bad input over gRPC: a clear error in the caller's language, and nothing of it in the ledger.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "casehub/ingest/v1/ingest_service.pb.h"
#include "casehub/ledger/v1/ledger_service.pb.h"
#include "tests/integration/bad_input/refusals.h"
#include "tests/support/caller.h"
#include "tests/support/ledger_export.h"
#include "tests/support/requests.h"
#include "tests/support/server_process.h"
#include "tests/support/test_folder.h"

namespace casehub::testing {
namespace {

namespace fs = std::filesystem;

const std::string kHere = "330800";
const std::string kOffice = "station-1";
constexpr int kInvalid = 3, kNotFound = 5, kExists = 6, kPrecondition = 9, kAborted = 10;

int64_t NowMillis() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

google::protobuf::Timestamp FromNow(int64_t seconds) {
  google::protobuf::Timestamp time;
  time.set_seconds(NowMillis() / 1000 + seconds);
  return time;
}

// An identity number that is wrong in its last character alone.
std::string WrongCheckDigit(std::string number) {
  number.back() = number.back() == '1' ? '2' : '1';
  return number;
}

// One server for all; what each test finds in the ledger it must leave there.
class BadInput : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<host::TestFolder>();
    server_ = std::make_unique<ServerProcess>(ServerProcess::Options{folder_->path() / "data", {}});
    ASSERT_NO_FATAL_FAILURE(server_->Start());
    Caller caller(server_->address());
    caller.Must<registry::v1::RegisterOfficeResponse>(RegisterOffice(kHere, kOffice));
    case_id_ = caller.Must<intake::v1::RegisterContactResponse>(RegisterContact(kHere, 1)).case_id();
  }
  static void TearDownTestSuite() {
    if (server_ && server_->running()) {
      EXPECT_EQ(server_->Terminate(), 0) << server_->stderr_text();
    }
    server_.reset();
    folder_.reset();
  }

  void SetUp() override {
    ASSERT_TRUE(server_->running());
    caller_ = std::make_unique<Caller>(server_->address());
    refusals_ = std::make_unique<Refusals>(server_->address());
    head_ = Head();
  }
  void TearDown() override {
    if (!server_->running()) return;
    EXPECT_EQ(Head(), head_) << "something of it was recorded";
    ExportVerified(server_->address(), kHere, folder_->path());
  }

  std::string Head() {
    ledger::v1::GetHeadRequest request;
    request.set_municipality(kHere);
    const auto head = caller_->Must<ledger::v1::GetHeadResponse>(request);
    return std::to_string(head.sequence()) + " " + head.head();
  }
  // A request that is taken and recorded, before the bad ones.
  template <typename Response>
  Response Record(const google::protobuf::Message& request) {
    const auto response = caller_->Must<Response>(request);
    head_ = Head();
    return response;
  }
  host::Failure ExpectRefused(const google::protobuf::Message& request, const Expected& expected) {
    return refusals_->Expect(request, expected);
  }

  static std::unique_ptr<host::TestFolder> folder_;
  static std::unique_ptr<ServerProcess> server_;
  static std::string case_id_;  // open, in kHere
  std::unique_ptr<Caller> caller_;
  std::unique_ptr<Refusals> refusals_;
  std::string head_;
};
std::unique_ptr<host::TestFolder> BadInput::folder_;
std::unique_ptr<ServerProcess> BadInput::server_;
std::string BadInput::case_id_;

// --- request_id

TEST_F(BadInput, WithoutARequestId) {
  auto request = RegisterContact(kHere, 2);
  request.clear_request_id();
  ExpectRefused(request, {kInvalid, "REQUEST_ID_MISSING", "request_id", "send a UUIDv7", "请填写 UUIDv7"});
}

TEST_F(BadInput, WithAMalformedRequestId) {
  for (const char* id : {"42", "0190a5f0-0000-7000-8000-00000000000g", "6ba7b810-9dad-41d1-80b4-00c04fd430c8"}) {
    auto request = RegisterContact(kHere, 2);
    request.set_request_id(id);
    ExpectRefused(request, {kInvalid, "REQUEST_ID_MALFORMED", "request_id", "is not a UUIDv7", "不是 UUIDv7"});
  }
}

TEST_F(BadInput, WithARequestIdOlderThanTheKeptSpan) {
  auto request = RegisterContact(kHere, 2);
  request.set_request_id(Uuid::V7(NowMillis() - 31ll * 86'400'000, 1, 2).ToString());
  const auto failure =
      ExpectRefused(request, {kPrecondition, "REQUEST_ID_TOO_OLD", "", "look the case up instead", "请查询办件"});
  EXPECT_EQ(failure.metadata.at("kept_days"), "30");
  EXPECT_NE(failure.message.find(failure.metadata.at("minted_at")), std::string::npos);
}

TEST_F(BadInput, WithARequestIdOfTheFuture) {
  auto request = RegisterContact(kHere, 2);
  request.set_request_id(Uuid::V7(NowMillis() + 86'400'000, 1, 2).ToString());
  ExpectRefused(request, {kInvalid, "REQUEST_ID_IN_FUTURE", "request_id", "check the clock", "请检查调用方时钟"});
}

TEST_F(BadInput, WithARequestIdThatHadAnotherBody) {
  auto request = RegisterContact(kHere, 3);
  const auto first = Record<intake::v1::RegisterContactResponse>(request);
  auto other = request;
  other.set_matter_type("family");
  ExpectRefused(other, {kInvalid, "REQUEST_ID_REUSED", "request_id", "mint a new one", "请生成新的值"});
  auto another_method = RegisterCall(kHere, 3, "?");
  another_method.set_request_id(request.request_id());
  ExpectRefused(another_method, {kInvalid, "REQUEST_ID_REUSED", "request_id", "mint a new one", "请生成新的值"});
  const auto again = caller_->Must<intake::v1::RegisterContactResponse>(request);
  EXPECT_EQ(again.SerializeAsString(), first.SerializeAsString()) << "the true repeat still gets the first reply";
}

// --- what does not exist

TEST_F(BadInput, OfAnUnknownMunicipality) {
  auto request = RegisterContact("999999", 2);
  ExpectRefused(request, {kNotFound, "MUNICIPALITY_UNKNOWN", "", "999999 is not in the region table", "区划表中没有"});
  request.set_municipality("33080x");
  ExpectRefused(request, {kInvalid, "FIELD_INVALID", "municipality", "six digits of GB/T 2260", "六位代码"});
  request.clear_municipality();
  ExpectRefused(request, {kInvalid, "FIELD_MISSING", "municipality", "municipality is missing", "缺少 municipality"});
  ledger::v1::ListEntriesRequest query;
  query.set_municipality("999999");
  ExpectRefused(query, {kNotFound, "MUNICIPALITY_UNKNOWN", "", "region table", "区划表"});
}

TEST_F(BadInput, OfAnUnknownOffice) {
  auto request = About<intake::v1::HandOverToOfficeRequest>(kHere, case_id_);
  request.set_to_office_id("nowhere");
  ExpectRefused(request,
                {kNotFound, "OFFICE_UNKNOWN", "", "nowhere is not registered in 330800", "未登记机构 nowhere"});
  auto contact = RegisterContact(kHere, 2);
  *contact.mutable_actor() = Staff("nowhere", "staff-1");
  ExpectRefused(contact, {kNotFound, "OFFICE_UNKNOWN", "", "nowhere", "nowhere"});
}

TEST_F(BadInput, OfAnUnknownCase) {
  const std::string unknown = NewRequestId();
  const Expected expected{kNotFound, "CASE_UNKNOWN", "", "there is no such case here", "没有该办件"};
  auto withdraw = About<intake::v1::WithdrawCaseRequest>(kHere, unknown);
  withdraw.set_reason_code("settled");
  ExpectRefused(withdraw, expected);
  ExpectRefused(ContactAgain(kHere, unknown), expected);
  ExpectRefused(OfferTransfer(kHere, unknown, "330700"), expected);
  intake::v1::GetCaseRequest query;
  query.set_municipality(kHere);
  query.set_case_id(unknown);
  ExpectRefused(query, expected);
  // The case is known, elsewhere.
  query.set_municipality("330700");
  query.set_case_id(case_id_);
  ExpectRefused(query, expected);
}

// --- particulars

TEST_F(BadInput, AWrongCheckDigitNamesTheFieldAndNeverTheNumber) {
  auto request = RegisterContact(kHere, 77);
  const std::string wrong = WrongCheckDigit(IdentityNumber(77));
  request.mutable_applicant()->mutable_particulars()->set_identity_number(wrong);
  const auto failure = ExpectRefused(request, {kInvalid, "CHECK_DIGIT_WRONG", "applicant.particulars.identity_number",
                                               "compare it with the document", "请与证件核对"});
  EXPECT_EQ(failure.message.find(wrong), std::string::npos) << failure.message;
  for (const auto& [key, value] : failure.metadata) EXPECT_EQ(value.find(wrong), std::string::npos) << key;

  auto office = RegisterOffice(kHere, "station-2");
  office.mutable_office()->set_organisation_code("91330800MA2DHABC1X");
  ExpectRefused(office, {kInvalid, "CHECK_DIGIT_WRONG", "office.organisation_code", "check digit", "校验码错误"});

  const CommandResult told =
      RunCasectl(server_->address(),
                 {"intake", "register-contact", "--municipality", kHere, "--channel", "window", "--matter-type",
                  "civil", "--applicant.particulars.name", "王五", "--applicant.particulars.identity-kind", "resident",
                  "--applicant.particulars.identity-number", wrong});
  EXPECT_EQ(told.exit_status, 2);
  EXPECT_NE(told.err.find("applicant.particulars.identity_number"), std::string::npos) << told.err;
  EXPECT_EQ((told.out + told.err).find(wrong), std::string::npos) << told.err;
  EXPECT_EQ(server_->stderr_text().find(wrong), std::string::npos) << server_->stderr_text();
}

// A number that was taken stands in no file and no log line in the clear either.
TEST_F(BadInput, AnIdentityNumberIsNowhereInTheClear) {
  Record<intake::v1::RegisterContactResponse>(RegisterContact(kHere, 4321));
  const std::string number = IdentityNumber(4321);
  EXPECT_EQ(server_->stderr_text().find(number), std::string::npos);
  size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder_->path())) {
    std::error_code gone;
    if (!entry.is_regular_file(gone)) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::stringstream bytes;
    bytes << file.rdbuf();
    EXPECT_EQ(bytes.str().find(number), std::string::npos) << entry.path();
    ++files;
  }
  EXPECT_GT(files, 10u);
}

// --- text

TEST_F(BadInput, TextThatIsNotUtf8) {
  auto request = RegisterContact(kHere, 2);
  request.mutable_note()->set_text("PLACE");
  std::string bytes = request.SerializeAsString();
  bytes.replace(bytes.find("PLACE"), 5, "\xC3\x28\xFF\xFE\x80");
  refusals_->Expect(MethodOf(request), bytes, {kInvalid, "NOT_UTF8", "note.text", "not UTF-8", "不是 UTF-8"});
}

TEST_F(BadInput, EmptyText) {
  auto request = RegisterContact(kHere, 2);
  request.mutable_note()->set_text("");
  ExpectRefused(request, {kInvalid, "FIELD_MISSING", "note.text", "note.text is missing", "缺少 note.text"});
  auto call = RegisterCall(kHere, 2, "");
  ExpectRefused(call, {kInvalid, "FIELD_MISSING", "question.text", "question.text is missing", "缺少 question.text"});
}

TEST_F(BadInput, TextThatIsTooLong) {
  auto request = RegisterContact(kHere, 2);
  request.mutable_note()->set_text(std::string(70'000, 'x'));
  const auto longer =
      ExpectRefused(request, {kInvalid, "FIELD_TOO_LONG", "note.text", "the limit is 65536", "上限 65536"});
  EXPECT_EQ(longer.metadata.at("size"), "70000");
  request.mutable_note()->set_text(std::string(300 * 1024, 'x'));
  const auto huge = ExpectRefused(request, {kInvalid, "REQUEST_TOO_LARGE", "", "the limit is 131072", "上限 131072"});
  EXPECT_EQ(huge.metadata.at("size"), std::to_string(request.ByteSizeLong()));
}

TEST_F(BadInput, BytesThatAreNoRequest) {
  refusals_->Expect(MethodOf(RegisterContact(kHere, 2)), std::string("\xff\xff\xff\xff", 4),
                    {kInvalid, "REQUEST_MALFORMED", "", "RegisterContactRequest", "RegisterContactRequest"});
}

// --- times

TEST_F(BadInput, AnEventInTheFuture) {
  auto contact = RegisterContact(kHere, 2);
  *contact.mutable_occurred_at() = FromNow(3600);
  ExpectRefused(contact, {kInvalid, "TIME_IN_FUTURE", "occurred_at", "lies in the future", "晚于当前时间"});
  ingest::v1::ImportCaseRequest import;
  import.set_municipality(kHere);
  import.set_request_id(NewRequestId());
  import.set_source_system("bpi");
  import.set_external_reference("future-1");
  for (int64_t seconds : {-60, 86'400}) {
    auto* event = import.add_events();
    *event->mutable_occurred_at() = FromNow(seconds);
    event->set_activity("filed");
  }
  ExpectRefused(import, {kInvalid, "TIME_IN_FUTURE", "events[1].occurred_at", "in the future", "晚于当前时间"});
}

TEST_F(BadInput, ATimeThatIsNone) {
  auto contact = RegisterContact(kHere, 2);
  contact.mutable_occurred_at()->set_seconds(INT64_MAX);
  ExpectRefused(contact, {kInvalid, "FIELD_INVALID", "occurred_at", "years 1 to 9999", "公元 1 至 9999 年"});
}

TEST_F(BadInput, AStaleEtag) {
  auto request = ContactAgain(kHere, case_id_);
  intake::v1::GetCaseRequest query;
  query.set_municipality(kHere);
  query.set_case_id(case_id_);
  const std::string etag = caller_->Must<intake::v1::GetCaseResponse>(query).case_().etag();
  request.set_etag(etag + "7");
  const auto failure =
      ExpectRefused(request, {kAborted, "STALE_ETAG", "", "its etag is now " + etag, "当前 etag 为 " + etag});
  EXPECT_EQ(failure.metadata.at("etag"), etag);
}

// --- rules about values

TEST_F(BadInput, AChannelThatIsNone) {
  const auto none = static_cast<common::v1::Channel>(99);
  const Expected expected{kInvalid, "FIELD_INVALID", "channel", "window, online or hotline", "窗口、网络或热线"};
  auto contact = RegisterContact(kHere, 2);
  contact.set_channel(none);
  ExpectRefused(contact, expected);
  auto aid = About<intake::v1::SubmitAidApplicationRequest>(kHere, "");
  *aid.mutable_applicant() = Resident(2);
  aid.set_matter_type("labour");
  aid.set_channel(none);
  ExpectRefused(aid, expected);
}

TEST_F(BadInput, AnOfficeBelowItself) {
  auto office = RegisterOffice(kHere, "room-1");
  office.mutable_office()->set_parent_office_id(kOffice);
  Record<registry::v1::RegisterOfficeResponse>(office);
  auto circle = RegisterOffice(kHere, kOffice);
  circle.mutable_office()->set_parent_office_id("room-1");
  ExpectRefused(circle, {kInvalid, "FIELD_INVALID", "office.parent_office_id", "not stand below itself", "隶属于自己"});
}

TEST_F(BadInput, ScoresAsOfATimeThatIsNone) {
  evaluation::v1::GetScoresRequest query;
  query.set_municipality(kHere);
  query.mutable_as_of()->set_seconds(INT64_MAX);
  ExpectRefused(query, {kInvalid, "FIELD_INVALID", "as_of", "years 1 to 9999", "公元 1 至 9999 年"});
}

TEST_F(BadInput, AReferenceThatWasDeliveredBefore) {
  auto contact = RegisterContact(kHere, 5);
  contact.set_source_system("12345");
  contact.set_external_reference("A-1");
  const auto first = Record<intake::v1::RegisterContactResponse>(contact);
  contact.set_request_id(NewRequestId());
  const auto failure = ExpectRefused(contact, {kExists, "EXTERNAL_REFERENCE_TAKEN", "", "it is case", "已受理"});
  EXPECT_EQ(failure.metadata.at("case_id"), first.case_id());
}

}  // namespace
}  // namespace casehub::testing
