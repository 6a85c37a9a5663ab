#include "tests/integration/process/transfer_agents.h"

#include <gtest/gtest.h>

#include <chrono>

#include "casehub/transfer/v1/transfer_service.pb.h"
#include "tests/support/requests.h"

namespace casehub::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
namespace v1 = transfer::v1;

constexpr char kSuperior[] = "330000";
constexpr int kThreads = 16;
constexpr int kRoundsMax = 6;
constexpr unsigned kRecallDelayMillisMax = 12;
constexpr milliseconds kLook{3};
constexpr std::chrono::seconds kAwaitLimit{90};
constexpr std::chrono::seconds kRoundLimit{60};

}  // namespace

// One case, lived by one thread; the addressee's side of a round has a thread of its own.
class TransferAgents::Agent {
 public:
  Agent(TransferAgents* agents, std::mt19937* random) : agents_(*agents), caller_(agents->caller_), random_(*random) {}

  void Live() {
    known_.custodian = Any();
    known_.resident = agents_.residents_++;
    const auto opened =
        caller_.Must<intake::v1::RegisterContactResponse>(RegisterContact(known_.custodian, known_.resident));
    known_.case_id = opened.case_id();
    for (int round = 0; round < kRoundsMax && !agents_.stopped_; ++round) {
      AddContact(known_.custodian);
      if (!PlayRound()) break;
    }
    std::lock_guard lock(agents_.mutex_);
    agents_.cases_.push_back(known_);
  }

 private:
  enum class Plan { kAccept, kDecline, kSilent };

  // False: this case is offered no more.
  bool PlayRound() {
    const std::string from = known_.custodian;
    const std::string to = Other(from);
    const Outcome offered = Send(OfferTransfer(from, known_.case_id, to));
    if (offered.reason() == "DECLINED_TWICE" || offered.reason() == "BOUND_BY_RULING") return false;
    v1::OfferTransferResponse offer;
    if (caller_.abandoned()) return false;
    EXPECT_TRUE(offered.acknowledged() && offer.ParseFromString(offered.reply)) << offered.reason();
    if (!offered.acknowledged()) return false;
    agents_.CountOffer();

    const unsigned dice = random_() % 20;
    const Plan plan = dice < 11 ? Plan::kAccept : dice < 17 ? Plan::kDecline : Plan::kSilent;
    const bool recalls = plan == Plan::kSilent || random_() % 2 == 0;
    const milliseconds recalls_after(random_() % kRecallDelayMillisMax);
    const std::string bystander = Any();
    over_ = false;
    std::thread addressee([&] { Answer(plan, to, offer.hop()); });
    if (recalls) {
      Pause(recalls_after);
      Send(RecallTransfer(from, known_.case_id));
    }
    AddContact(bystander);  // counted only if that one may act
    AwaitRest(from, to, recalls);
    over_ = true;
    addressee.join();
    return true;
  }

  void Answer(Plan plan, const std::string& to, uint64_t hop) {
    if (plan == Plan::kSilent) return;
    const auto accept = AcceptTransfer(to, known_.case_id, hop);
    const auto decline = DeclineTransfer(to, known_.case_id, hop);
    // Refused until the offer is there; and for good if it is recalled before.
    while (!over_) {
      const Outcome outcome = plan == Plan::kAccept ? Send(accept) : Send(decline);
      if (outcome.acknowledged()) return;
      Pause(kLook);
    }
  }

  // Until custody is here again or there; the addressee may only say no upward, then it is recalled from the superior.
  void AwaitRest(const std::string& from, const std::string& to, bool recalled) {
    const auto limit = steady_clock::now() + kRoundLimit;
    while (steady_clock::now() < limit) {
      if (caller_.abandoned()) return;
      const v1::CustodyState there = State(from);
      if (there.origin() == v1::ORIGIN_STATE_ACTIVE) return;
      if (there.origin() == v1::ORIGIN_STATE_GONE) {
        EXPECT_TRUE(ruled_ || there.to() == to) << known_.case_id;
        known_.custodian = there.to();
        return;
      }
      if (there.origin() == v1::ORIGIN_STATE_AT_SUPERIOR && !recalled && !ruled_) {
        if (random_() % 2 == 0) {
          Send(RecallTransfer(from, known_.case_id));
          recalled = true;
        } else {
          Send(Ruling(there.hop(), random_() % 3 == 0 ? from : Other(from)));
          ruled_ = true;
        }
      }
      Pause(kLook);
    }
    ADD_FAILURE() << known_.case_id << " is stuck: " << State(from).ShortDebugString();
    agents_.stopped_ = true;
  }

  v1::RuleJurisdictionRequest Ruling(uint64_t hop, const std::string& custodian) {
    auto request = About<v1::RuleJurisdictionRequest>(kSuperior, known_.case_id);
    request.set_hop(hop);
    request.set_custodian(custodian);
    request.set_reason("it lies there");
    return request;
  }

  v1::CustodyState State(const std::string& municipality) {
    v1::GetTransferRequest request;
    request.set_municipality(municipality);
    request.set_case_id(known_.case_id);
    v1::GetTransferResponse response;
    const Outcome outcome = caller_.Settle(request);
    if (outcome.acknowledged()) response.ParseFromString(outcome.reply);
    return response.transfer();
  }

  void AddContact(const std::string& municipality) {
    if (Send(ContactAgain(municipality, known_.case_id)).acknowledged()) ++known_.contacts;
  }

  template <typename Request>
  Outcome Send(const Request& request) {
    Outcome outcome = caller_.Settle(request);
    agents_.Count(request.GetDescriptor()->name() + " " + (outcome.acknowledged() ? "ok" : outcome.reason()));
    return outcome;
  }

  std::string Any() { return agents_.municipalities_[random_() % agents_.municipalities_.size()]; }
  std::string Other(const std::string& one) {
    for (;;) {
      if (std::string other = Any(); other != one) return other;
    }
  }

  TransferAgents& agents_;
  Caller& caller_;
  std::mt19937& random_;
  RestingCase known_;
  std::atomic<bool> over_{false};
  bool ruled_ = false;  // once: whoever it names offers the case to nobody
};

TransferAgents::TransferAgents(const std::string& address, std::vector<std::string> municipalities, uint32_t seed)
    : caller_(address), municipalities_(std::move(municipalities)) {
  for (int i = 0; i < kThreads; ++i) threads_.emplace_back([this, s = seed++] { Run(s); });
}

TransferAgents::~TransferAgents() { Abandon(); }

void TransferAgents::Abandon() {
  caller_.Abandon();
  Stop();
}

void TransferAgents::Stop() {
  stopped_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

bool TransferAgents::AwaitOffers(uint64_t offers) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kAwaitLimit, [&] { return offers_.load() >= offers || stopped_; }) && !stopped_;
}

void TransferAgents::Run(uint32_t seed) {
  std::mt19937 random(seed);
  while (!stopped_) Agent(this, &random).Live();
}

void TransferAgents::CountOffer() {
  ++offers_;
  std::lock_guard lock(mutex_);
  changed_.notify_all();
}

void TransferAgents::Count(const std::string& answer) {
  std::lock_guard lock(mutex_);
  ++answers_[answer];
}

}  // namespace casehub::testing
