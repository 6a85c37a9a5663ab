#include "tests/integration/process/mixed_load.h"

#include <algorithm>
#include <chrono>

#include "absl/strings/escaping.h"
#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "casehub/ledger/v1/ledger_service.pb.h"
#include "tests/support/requests.h"

namespace casehub::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kBurstThreads = 2;
constexpr int kBurst = 8;
constexpr int kConsultationThreads = 6;
constexpr uint64_t kRegulars = 40;  // residents who come again and again, to every municipality
constexpr milliseconds kWhileAway{10};
constexpr milliseconds kBurstsWhileAway{100};
constexpr milliseconds kBetweenHeads{10};
constexpr std::chrono::seconds kAwaitLimit{60};

const std::vector<std::string> kOpened = {"CaseOpened", "FirstReceiverFixed", "ClaimCodeIssued", "ContactRegistered"};

std::vector<std::string> OpenedByCall() {
  std::vector<std::string> events = kOpened;
  events.insert(events.end(), {"HandOverClockStarted", "AnswerClockStarted"});
  return events;
}

}  // namespace

// Spreads one thread's commands evenly; what could not be sent is not made up for.
class MixedLoad::Pace {
 public:
  explicit Pace(double per_second) : interval_(std::chrono::microseconds(static_cast<int64_t>(1e6 / per_second))) {}
  void Await(int commands = 1) {
    const auto now = steady_clock::now();
    if (next_ > now) Pause(std::chrono::duration_cast<milliseconds>(next_ - now));
    next_ = std::max(next_, now) + commands * interval_;
  }

 private:
  const std::chrono::microseconds interval_;
  steady_clock::time_point next_ = steady_clock::now();
};

MixedLoad::MixedLoad(LoadOptions options) : options_(std::move(options)) {
  uint32_t seed = options_.seed * 100;
  for (int i = 0; i < kBurstThreads; ++i) threads_.emplace_back([this, s = seed++] { SendBursts(s); });
  for (int i = 0; i < kConsultationThreads; ++i) threads_.emplace_back([this, s = seed++] { LiveConsultations(s); });
  threads_.emplace_back([this] { WatchHeads(); });
}

MixedLoad::~MixedLoad() { Stop(); }

void MixedLoad::Stop() {
  stopped_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

bool MixedLoad::AwaitSent(uint64_t commands) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kAwaitLimit, [&] { return sent_.load() >= commands; });
}

void MixedLoad::CountSent() {
  ++sent_;
  std::lock_guard lock(mutex_);
  changed_.notify_all();
}

void MixedLoad::Contradiction(std::string what) {
  std::lock_guard lock(mutex_);
  contradictions_.push_back(std::move(what));
}

uint64_t MixedLoad::AnyResident(std::mt19937* random) {
  if ((*random)() % 4 == 0) return (*random)() % kRegulars;
  return kRegulars + residents_++;
}

void MixedLoad::SendBursts(uint32_t seed) {
  std::mt19937 random(seed);
  Caller caller(options_.address);
  Pace pace(options_.commands_per_second / 2.0 / kBurstThreads);
  std::mutex mutex;
  std::condition_variable ended;
  while (!stopped()) {
    pace.Await(kBurst);
    int under_way = kBurst;
    int unknown = 0;
    for (int i = 0; i < kBurst; ++i) {
      const uint64_t resident = AnyResident(&random);
      auto request = RegisterContact(options_.municipalities[random() % options_.municipalities.size()], resident);
      if (random() % 16 == 0) *request.mutable_actor() = Staff("no-such-office", "");  // refused, each time
      Call call = CallOf(request, kOpened, resident);
      CountSent();
      caller.Async(call.method, call.request, [&, call](Outcome outcome) mutable {
        call.outcome = std::move(outcome);
        const bool is_unknown = call.outcome.unknown();
        journal_.Add(std::move(call));
        std::lock_guard lock(mutex);
        unknown += is_unknown;
        --under_way;
        ended.notify_all();
      });
    }
    std::unique_lock lock(mutex);
    ended.wait(lock, [&] { return under_way == 0; });
    lock.unlock();
    if (unknown == kBurst) Pause(kBurstsWhileAway);
  }
}

void MixedLoad::LiveConsultations(uint32_t seed) {
  std::mt19937 random(seed);
  Caller caller(options_.address);
  Pace pace(options_.commands_per_second / 2.0 / kConsultationThreads);
  while (!stopped()) LiveOne(&caller, &random, &pace);
}

std::string MixedLoad::Step(Caller* caller, Pace* pace, Call call) {
  pace->Await();
  if (stopped()) return "";
  do {
    if (call.outcome.unknown()) Pause(kWhileAway);
    CountSent();
    call.outcome = caller->Once(call.method, call.request);
  } while (call.outcome.unknown() && !stopped());
  std::string reply = call.outcome.acknowledged() ? call.outcome.reply : "";
  journal_.Add(std::move(call));
  return reply;
}

void MixedLoad::LiveOne(Caller* caller, std::mt19937* random, Pace* pace) {
  namespace v1 = intake::v1;
  const std::string& here = options_.municipalities[(*random)() % options_.municipalities.size()];
  const auto staff = Staff(options_.office, "staff-" + std::to_string((*random)() % 9));
  const uint64_t resident = AnyResident(random);
  v1::RegisterCallResponse opened;
  const auto call = RegisterCall(here, resident, "工资被拖欠,应当怎么办?");
  if (!opened.ParseFromString(Step(caller, pace, CallOf(call, OpenedByCall(), resident))) || opened.case_id().empty()) {
    return;
  }
  const std::string id = opened.case_id();
  LookBack(caller, here, id, opened.position());
  const auto step = [&](auto request, std::vector<std::string> events) {
    *request.mutable_actor() = staff;
    return !Step(caller, pace, CallOf(request, std::move(events))).empty();
  };
  auto handed = About<v1::HandOverToOfficeRequest>(here, id);
  handed.set_to_office_id(options_.office);
  if (!step(handed, {"HandedOver"})) return;
  if (!step(About<v1::AcknowledgeHandOverRequest>(here, id), {"ResponsibilityMoved"})) return;
  if ((*random)() % 2 == 0) {
    auto again = About<v1::RegisterCallRequest>(here, id);
    again.set_call_id("again");
    if (!step(again, {"RepeatCallCounted", "Escalated"})) return;
  }
  auto answer = About<v1::AnswerConsultationRequest>(here, id);
  answer.mutable_answer()->set_text("可以向劳动监察部门投诉。");
  if (!step(answer, {"AnswerRecorded"})) return;
  if ((*random)() % 4 == 0) {  // refused: it is answered
    auto twice = About<v1::AnswerConsultationRequest>(here, id);
    twice.mutable_answer()->set_text("还可以申请劳动仲裁。");
    step(twice, {"AnswerRecorded"});
  }
  auto delivered = About<v1::ConfirmAnswerDeliveredRequest>(here, id);
  delivered.set_channel(common::v1::CHANNEL_HOTLINE);
  if (!step(delivered, {"AnswerDelivered", "ConsultationClosed"})) return;
  // Refused while the slot is not open yet or when it is used; the operator answers for it, without a token.
  auto rating = About<evaluation::v1::SubmitRatingRequest>(here, id);
  rating.set_channel(common::v1::CHANNEL_HOTLINE);
  rating.set_call_id("rated");
  for (int i = 0; i < 2; ++i) {
    auto* grades = rating.mutable_grades();
    grades->set_attitude(5);
    grades->set_efficiency(4);
    grades->set_policy_execution(4);
    grades->set_professional_level(3);
    grades->set_overall(4);
    rating.set_request_id(NewRequestId());
    rating.mutable_actor()->set_staff_id("operator");
    Step(caller, pace, CallOf(rating, {"RatingRecorded"}));
  }
}

// Who was told that a case is open finds it, at the position told, however often the server was killed in between.
void MixedLoad::LookBack(Caller* caller, const std::string& municipality, const std::string& case_id,
                         const common::v1::Position& position) {
  intake::v1::GetCaseRequest request;
  request.set_municipality(municipality);
  request.set_case_id(case_id);
  *request.mutable_min_position() = position;
  const Outcome outcome = caller->Once(request);
  if (outcome.refused()) Contradiction("case " + case_id + " is acknowledged and then " + outcome.reason());
}

void MixedLoad::WatchHeads() {
  Caller caller(options_.address);
  std::vector<uint64_t> newest(options_.municipalities.size());
  for (size_t turn = 0; !stopped(); turn = (turn + 1) % newest.size()) {
    ledger::v1::GetHeadRequest request;
    request.set_municipality(options_.municipalities[turn]);
    ledger::v1::GetHeadResponse head;
    const Outcome outcome = caller.Once(request);
    if (outcome.acknowledged() && head.ParseFromString(outcome.reply) && head.sequence() > 0) {
      if (head.sequence() < newest[turn]) {
        Contradiction(request.municipality() + " had " + std::to_string(newest[turn]) + " entries, then " +
                      std::to_string(head.sequence()));
      }
      newest[turn] = head.sequence();
      heads_.push_back({request.municipality(), head.sequence(), absl::BytesToHexString(head.head())});
    }
    Pause(kBetweenHeads);
  }
}

}  // namespace casehub::testing
