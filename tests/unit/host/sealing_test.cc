#include "services/host/sealing.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "casehub/intake/v1/intake_service.pb.h"
#include "casehub/registry/v1/registry_service.pb.h"
#include "casehub/transfer/v1/transfer_service.pb.h"
#include "services/host/keyring/local_keyring.h"
#include "services/host/secrets.h"
#include "services/host/wire.h"
#include "tests/support/echo_backend.h"
#include "tests/support/test_folder.h"

namespace casehub::host {
namespace {

constexpr char kNumber[] = "11010519491231002X";
// 2026-11-26T08:00:00Z
constexpr Instant kReceived{1'795'680'000LL * kMicrosPerSecond};

intake::v1::RegisterContactRequest Contact() {
  intake::v1::RegisterContactRequest request;
  auto* particulars = request.mutable_applicant()->mutable_particulars();
  particulars->set_name("张三丰");
  particulars->set_identity_kind(common::v1::IDENTITY_KIND_RESIDENT);
  particulars->set_identity_number(kNumber);
  particulars->set_phone("13812345678");
  particulars->set_address("衢州市柯城区");
  request.mutable_note()->set_text("欠薪三个月");
  return request;
}

class SealingTest : public testing::Test {
 protected:
  SealingTest()
      : ring_(*LocalKeyRing::Open(folder_.path(), [this](std::string_view key) { return rows_.Read(key); })),
        sealer_(ring_.get()) {}

  PersonalParts PartsOf(google::protobuf::Message* message) {
    return CollectPersonal(*plans_.For(*message->GetDescriptor()), message);
  }
  void Seal(google::protobuf::Message* message, std::optional<Uuid> case_id = {}) {
    HeldKeys held;
    ASSERT_TRUE(sealer_.Seal(PartsOf(message), case_id, kReceived, &held).ok());
    rows_.Write(Sealer::TakeRows(&held));
    sealer_.Release(&held, RowsOutcome::kDurable);
  }

  TestFolder folder_;
  RowStore rows_;
  std::unique_ptr<LocalKeyRing> ring_;
  Sealer sealer_;
  PersonalPlans plans_;
};

TEST_F(SealingTest, TypesWithoutPersonalDataCostNothing) {
  EXPECT_EQ(plans_.For(*transfer::v1::OfferTransferRequest::descriptor()), nullptr);
  EXPECT_EQ(plans_.For(*intake::v1::GetCaseRequest::descriptor()), nullptr);
  EXPECT_NE(plans_.For(*intake::v1::ListCasesResponse::descriptor()), nullptr);
  EXPECT_NE(plans_.For(*registry::v1::RegisterPractitionerRequest::descriptor()), nullptr);
}

TEST_F(SealingTest, NothingPlainIsLeft) {
  auto request = Contact();
  Seal(&request);
  EXPECT_FALSE(request.applicant().has_particulars());
  EXPECT_TRUE(request.note().text().empty());
  EXPECT_EQ(request.note().sealed_for(), request.applicant().person_id());
  EXPECT_EQ(request.applicant().age_group(), common::v1::AGE_GROUP_SENIOR_75);
  const std::string bytes = request.SerializeAsString();
  for (const char* plain : {"张三丰", kNumber, "13812345678", "柯城区", "欠薪"}) {
    EXPECT_EQ(bytes.find(plain), bytes.npos) << plain;
  }
}

TEST_F(SealingTest, RepliesAreMaskedUnlessInFull) {
  auto request = Contact();
  Seal(&request);
  intake::v1::GetCaseResponse reply;
  *reply.mutable_case_()->mutable_applicant() = request.applicant();
  *reply.mutable_case_()->mutable_question() = request.note();
  auto full = reply;
  ASSERT_TRUE(sealer_.Unseal(PartsOf(&reply), false).ok());
  EXPECT_EQ(reply.case_().question().text(), "欠薪三个月");
  EXPECT_TRUE(reply.case_().question().sealed().empty());
  const auto& masked = reply.case_().applicant().particulars();
  EXPECT_EQ(masked.name(), "张**");
  EXPECT_EQ(masked.identity_number(), "**************002X");
  EXPECT_EQ(masked.phone(), "138****5678");
  EXPECT_EQ(masked.address(), "***");
  EXPECT_TRUE(reply.case_().applicant().sealed().empty());

  ASSERT_TRUE(sealer_.Unseal(PartsOf(&full), true).ok());
  EXPECT_EQ(full.case_().applicant().particulars().SerializeAsString(),
            Contact().applicant().particulars().SerializeAsString());
}

TEST_F(SealingTest, TextWithoutAPersonGoesUnderTheCase) {
  const Uuid case_id = Uuid::V7(1000, 1, 2);
  intake::v1::AnswerConsultationRequest request;
  request.mutable_answer()->set_text(std::string(kTextBytesMax, 'a'));
  Seal(&request, case_id);
  EXPECT_EQ(request.answer().sealed_for(), case_id.ToString());
  intake::v1::GetCaseResponse reply;
  *reply.mutable_case_()->mutable_answer() = request.answer();
  ASSERT_TRUE(sealer_.Unseal(PartsOf(&reply), false).ok());
  EXPECT_EQ(reply.case_().answer().text(), std::string(kTextBytesMax, 'a'));
}

TEST_F(SealingTest, AForgottenPersonStaysEmpty) {
  auto request = Contact();
  Seal(&request);
  rows_.Erase("key/" + std::string(Uuid::Parse(request.applicant().person_id())->Bytes()));
  intake::v1::GetCaseResponse reply;
  *reply.mutable_case_()->mutable_applicant() = request.applicant();
  *reply.mutable_case_()->mutable_question() = request.note();
  ASSERT_TRUE(sealer_.Unseal(PartsOf(&reply), true).ok());
  EXPECT_FALSE(reply.case_().applicant().has_particulars());
  EXPECT_TRUE(reply.case_().question().text().empty());
  EXPECT_EQ(reply.case_().applicant().person_id(), request.applicant().person_id());
}

TEST_F(SealingTest, CiphertextOpensOnlyInItsPlace) {
  const Key key = Key::Random();
  const Uuid id = Uuid::V7(1, 2, 3);
  const std::string sealed = SealBytes(key, id, SealedKind::kText, "text");
  EXPECT_EQ(*UnsealBytes(key, id, SealedKind::kText, sealed), "text");
  EXPECT_EQ(UnsealBytes(key, Uuid::V7(1, 2, 4), SealedKind::kText, sealed).status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(UnsealBytes(key, id, SealedKind::kParticulars, sealed).status().code(), absl::StatusCode::kDataLoss);
  std::string newer = sealed;
  newer[0] = 2;
  EXPECT_EQ(UnsealBytes(key, id, SealedKind::kText, newer).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(SealingTest, TheFormatIsTheOneOfThePage) {
  // docs/formats/sealed.md: bytes sealed once, which every later version has to open.
  const auto key = Key::FromBytes("0123456789abcdef0123456789abcdef");
  const auto id = Uuid::Parse("0190a5f0-0000-7000-8000-000000000001");
  const std::string golden =
      absl::HexStringToBytes("01000102030405060708090a0b4580d710b6c2071ca39048dedb09a55662885a7d6f");
  const auto opened = UnsealBytes(*key, *id, SealedKind::kText, golden);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(*opened, "hello");
}

TEST(AgeGroup, TurnsOnTheBirthdayInChina) {
  common::v1::Particulars particulars;
  particulars.set_identity_kind(common::v1::IDENTITY_KIND_RESIDENT);
  particulars.set_identity_number(kNumber);  // born 1949-12-31
  auto at = [&](int year, int month, int day, int hour) {
    const absl::Time time = absl::FromCivil(absl::CivilHour(year, month, day, hour), absl::FixedTimeZone(8 * 3600));
    return AgeGroupOf(particulars, Instant{absl::ToUnixMicros(time)});
  };
  EXPECT_EQ(at(1967, 12, 30, 23), common::v1::AGE_GROUP_MINOR);
  EXPECT_EQ(at(1967, 12, 31, 0), common::v1::AGE_GROUP_ADULT);
  EXPECT_EQ(at(2009, 12, 30, 23), common::v1::AGE_GROUP_ADULT);
  EXPECT_EQ(at(2009, 12, 31, 0), common::v1::AGE_GROUP_SENIOR);
  EXPECT_EQ(at(2024, 12, 30, 23), common::v1::AGE_GROUP_SENIOR);
  EXPECT_EQ(at(2024, 12, 31, 0), common::v1::AGE_GROUP_SENIOR_75);
  particulars.set_identity_kind(common::v1::IDENTITY_KIND_PASSPORT);
  EXPECT_EQ(at(2024, 12, 31, 0), common::v1::AGE_GROUP_UNSPECIFIED);
}

TEST(Masking, ShortValuesShowNothing) {
  common::v1::Particulars particulars;
  particulars.set_name("李");
  particulars.set_identity_number("1234");
  particulars.set_phone("1234567");
  MaskParticulars(&particulars);
  EXPECT_EQ(particulars.name(), "李**");
  EXPECT_EQ(particulars.identity_number(), "****");
  EXPECT_EQ(particulars.phone(), "*******");
  EXPECT_EQ(particulars.address(), "");
}

TEST_F(SealingTest, SecretsAreStableAndForgiving) {
  const Uuid case_id = Uuid::V7(1000, 1, 2);
  const std::string claim = DeriveSecret(ring_->secrets(), SECRET_CLAIM_CODE, case_id);
  const std::string token = DeriveSecret(ring_->secrets(), SECRET_RATING_TOKEN, case_id);
  EXPECT_EQ(claim.size(), 8u);
  EXPECT_EQ(token.size(), 16u);
  EXPECT_EQ(claim.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ"), claim.npos);
  EXPECT_NE(claim, DeriveSecret(ring_->secrets(), SECRET_CLAIM_CODE, Uuid::V7(1000, 1, 3)));
  EXPECT_TRUE(SecretMatches("01AB", "o1-ab"));
  EXPECT_TRUE(SecretMatches("01AB", "0iab"));
  EXPECT_FALSE(SecretMatches("01AB", "01AC"));
  EXPECT_FALSE(SecretMatches("01AB", "01ABC"));
  EXPECT_FALSE(SecretMatches("01AB", ""));
}

TEST(AttemptLimiter, ForgivesOneAttemptAnInterval) {
  AttemptLimiter limiter(3, 1000);
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(limiter.Blocked("case", 0)) << i;
    limiter.Failed("case", 0);
  }
  EXPECT_EQ(limiter.Blocked("case", 0), 1000);
  EXPECT_EQ(limiter.Blocked("case", 400), 600);
  EXPECT_FALSE(limiter.Blocked("another", 0));
  EXPECT_FALSE(limiter.Blocked("case", 1000));
  limiter.Failed("case", 1000);
  EXPECT_EQ(limiter.Blocked("case", 1000), 1000);
}

TEST(Wire, Utf8IsStrict) {
  for (const char* good : {"", "abc", "办件", "\xF0\x9F\x98\x80", "\xF4\x8F\xBF\xBF", "\xED\x9F\xBF"}) {
    EXPECT_TRUE(IsUtf8(good)) << absl::CHexEscape(good);
  }
  for (const char* bad : {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                          "\xF5\x80", "\xE5\x8A", "a\xFF", "\xF0\x80\x80\x80"}) {
    EXPECT_FALSE(IsUtf8(bad)) << absl::CHexEscape(bad);
  }
}

}  // namespace
}  // namespace casehub::host
