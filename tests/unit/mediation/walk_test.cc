// Random walks: any command, any time, freeze and thaw. Whatever is taken, a dispute keeps to its rules after each
// step, and folding its log again gives the same rows.
#include <random>

#include "tests/unit/mediation/mediation_fixture.h"

namespace casehub::mediation {
namespace {

class MediationWalk : public MediationTest {
 protected:
  void Walk(uint64_t seed, int steps) {
    random_.seed(seed);
    subsidies_ = conclusions_ = 0;
    hop_ = 0;
    frozen_ = false;
    Refer(static_cast<ReferralSource>(1 + Pick(9)));
    for (int i = 0; i < steps && !HasFailure(); ++i) Step();
  }

 private:
  size_t Pick(size_t n) { return random_() % n; }
  v1::MediationResult AnyResult() { return static_cast<v1::MediationResult>(1 + Pick(2)); }

  void Step() {
    const auto before = Get();
    const bool was_frozen = frozen_;
    const testing::Result* result = nullptr;
    switch (Pick(16)) {
      case 0:
      case 1:
        result = &s_.When(Consent(1 + static_cast<uint32_t>(Pick(2)), Pick(12) != 0));
        break;
      case 2:
        result = &s_.When(Accept());
        break;
      case 3:
        result = &s_.When(Assign(Pick(2) == 0 ? "m1" : "party"));
        break;
      case 4:
        result = &s_.When(Replace(Pick(2) == 0 ? "m1" : "m2"));
        break;
      case 5:
      case 6:
        result = &s_.When(Session());
        break;
      case 7:
        result = &s_.When(Agree());
        break;
      case 8:
        result = &s_.When(Return(AnyResult()));
        break;
      case 9:
        result = &s_.When(Close(AnyResult()));
        break;
      case 10:
        result = &s_.When(Apply());
        break;
      case 11:
        result = &s_.When(Outcome(static_cast<v1::CourtOutcome>(1 + Pick(3))));
        break;
      case 12:
        result = &s_.When(Perform(1 + static_cast<uint32_t>(Pick(3)), static_cast<v1::Performance>(1 + Pick(2))));
        break;
      case 13:
        s_.SetNow({s_.now().micros + static_cast<int64_t>(Pick(9)) * 86'400 * kMicrosPerSecond});
        s_.RunDue();
        break;
      case 14:
        frozen_ ? Thaw(hop_) : Freeze(++hop_);
        frozen_ = !frozen_;
        s_.RunDue();
        break;
      default:
        result = &s_.When(Extend());
    }
    if (result != nullptr) Check(*result, before, was_frozen);
    CheckState();
  }

  // What was taken was allowed.
  void Check(const testing::Result& result, const v1::MediationState& before, bool was_frozen) {
    const bool concluded = before.has_concluded_at();
    for (const auto& message : result.messages) {
      const auto& event = dynamic_cast<const v1::MediationEvent&>(*message);
      const bool fact = event.has_joint_application_recorded() || event.has_court_outcome_recorded() ||
                        event.has_performance_recorded();
      EXPECT_TRUE(fact || !(was_frozen || concluded)) << event.ShortDebugString();
      EXPECT_EQ(result.relies_on.empty(), fact);
      subsidies_ += event.has_mediator_subsidy_payable() ? 1 : 0;
      conclusions_ += event.has_mediation_succeeded() || event.has_mediation_failed() ? 1 : 0;
    }
    EXPECT_LE(conclusions_, 1);
    EXPECT_EQ(subsidies_, conclusions_);
    EXPECT_TRUE(result.defect.empty()) << result.defect;
  }

  void CheckState() {
    const auto state = Get();
    const bool consented =
        state.parties(0).consent() == v1::CONSENT_GIVEN && state.parties(1).consent() == v1::CONSENT_GIVEN;
    if (state.has_accepted_at()) {
      EXPECT_TRUE(consented);
    }
    if (state.has_agreement()) {
      EXPECT_FALSE(state.sessions().empty());
      EXPECT_FALSE(state.mediator_id().empty());
    }
    EXPECT_NE(state.mediator_id(), "party");
    EXPECT_EQ(state.frozen_hop() > 0, frozen_);
    if (!frozen_) {
      EXPECT_THAT(state.held(), IsEmpty());
    }
    if (state.status() == v1::MEDIATION_STATUS_SUCCEEDED) {
      EXPECT_TRUE(state.has_agreement());
      EXPECT_TRUE(state.source() == ReferralSource::REFERRAL_SOURCE_PARTY ||
                  state.result_returned() == v1::MEDIATION_RESULT_AGREED);
    }
    if (state.status() == v1::MEDIATION_STATUS_FAILED) {
      EXPECT_FALSE(state.has_agreement() || state.onward_path().empty());
    }
    ++seen_[state.status()];
  }

 protected:
  std::map<v1::MediationStatus, int> seen_;

 private:
  std::mt19937_64 random_;
  int subsidies_ = 0;
  int conclusions_ = 0;
  uint64_t hop_ = 0;
  bool frozen_ = false;
};

TEST_F(MediationWalk, ADisputeKeepsToItsRulesWhateverIsAsked) {
  for (uint64_t seed = 1; seed <= 300 && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    Walk(seed, 120);
    if (seed % 50 == 0) {
      EXPECT_TRUE(s_.ReplayEqualsLive());
    }
  }
  // The walks went everywhere, or they prove nothing.
  for (auto status : {v1::MEDIATION_STATUS_REFERRED, v1::MEDIATION_STATUS_ACCEPTED, v1::MEDIATION_STATUS_AGREED,
                      v1::MEDIATION_STATUS_SUCCEEDED, v1::MEDIATION_STATUS_FAILED, v1::MEDIATION_STATUS_RETURNED}) {
    EXPECT_GE(seen_[status], 100) << v1::MediationStatus_Name(status);
  }
}

}  // namespace
}  // namespace casehub::mediation
