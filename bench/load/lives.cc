#include "bench/load/lives.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <mutex>

#include "bench/load/requests.h"
#include "casehub/assignment/v1/assignment_service.pb.h"
#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "casehub/registry/v1/registry_service.pb.h"

namespace casehub::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Stub = grpc::TemplatedGenericStub<grpc::ByteBuffer, grpc::ByteBuffer>;

constexpr char kCentre[] = "centre-1";
constexpr char kStation[] = "station-1";
constexpr int kLawyers = 4;
constexpr int kAskedAgainMax = 1000;  // a reaction that takes longer is a failure

// What a life has learned so far.
struct Life {
  uint64_t number = 0;
  size_t step = 0;
  int asked_again = 0;
  std::string municipality;
  std::string case_id;
  std::string offer_id;
};

struct Step {
  std::string method;
  std::function<std::string(const Life&)> request;
  std::function<void(const std::string& reply, Life*)> learn;
};

// The path of a request's method: FooRequest of casehub.x.v1 is Foo of its only service.
std::string MethodOf(const google::protobuf::Descriptor& request) {
  const auto* service = request.file()->service(0);
  for (int i = 0; i < service->method_count(); ++i) {
    if (service->method(i)->input_type() == &request) {
      return "/" + service->full_name() + "/" + service->method(i)->name();
    }
  }
  std::fprintf(stderr, "%s is no request of a method\n", request.full_name().c_str());
  std::exit(1);
}

template <typename Request>
Step About(std::function<void(const Life&, Request*)> fill) {
  Step step;
  step.method = MethodOf(*Request::descriptor());
  step.request = [fill = std::move(fill)](const Life& life) {
    Request request;
    request.set_municipality(life.municipality);
    request.set_request_id(NewRequestId());
    request.set_case_id(life.case_id);
    fill(life, &request);
    return request.SerializeAsString();
  };
  return step;
}

// A step that opens the case.
template <typename Request, typename Response>
Step Opening(std::function<void(const Life&, Request*)> fill) {
  Step step = About<Request>(std::move(fill));
  step.learn = [](const std::string& reply, Life* life) {
    Response response;
    response.ParseFromString(reply);
    life->case_id = response.case_id();
  };
  return step;
}

void Act(const char* office, const char* staff, common::v1::Actor* actor) {
  actor->set_office_id(office);
  actor->set_staff_id(staff);
}

void Document(const char* name, common::v1::DocumentRef* document) {
  document->set_name(name);
  document->set_sha256(std::string(32, 'd'));
  document->set_size_bytes(1234);
}

void Applicant(const Life& life, common::v1::Person* person) {
  auto* particulars = person->mutable_particulars();
  particulars->set_name("张三丰");
  particulars->set_identity_kind(common::v1::IDENTITY_KIND_RESIDENT);
  particulars->set_identity_number(IdentityNumber(life.number));
  particulars->set_phone("13800000000");
}

Step Rating() {
  return About<evaluation::v1::SubmitRatingRequest>([](const Life&, auto* request) {
    request->mutable_actor()->set_staff_id("operator");
    request->set_channel(common::v1::CHANNEL_HOTLINE);
    request->set_call_id("12348-rating");
    auto* grades = request->mutable_grades();
    grades->set_attitude(4);
    grades->set_efficiency(4);
    grades->set_policy_execution(4);
    grades->set_professional_level(4);
    grades->set_overall(4);
  });
}

std::vector<Step> LegalAid() {
  namespace in = intake::v1;
  namespace as = assignment::v1;
  std::vector<Step> steps;
  steps.push_back(Opening<in::RegisterContactRequest, in::RegisterContactResponse>([](const Life& life, auto* request) {
    Act(kStation, "staff-7", request->mutable_actor());
    request->set_channel(common::v1::CHANNEL_WINDOW);
    Applicant(life, request->mutable_applicant());
    request->set_matter_type("civil");
  }));
  steps.push_back(About<in::SubmitAidApplicationRequest>([](const Life&, auto* request) {
    Act(kStation, "staff-7", request->mutable_actor());
    request->mutable_statement()->set_text("申请法律援助");
    Document("身份证", request->add_documents());
  }));
  steps.push_back(About<in::GiveHardshipPledgeRequest>([](const Life&, auto* request) {
    Act(kStation, "staff-7", request->mutable_actor());
    Document("经济困难告知承诺书", request->mutable_pledge());
  }));
  steps.push_back(About<in::CompletePreliminaryReviewRequest>([](const Life&, auto* request) {
    Act(kStation, "staff-7", request->mutable_actor());
    request->set_recommendation(in::RECOMMENDATION_GRANT);
    request->mutable_opinion()->set_text("符合条件,建议给予援助");
    request->set_to_office_id(kCentre);
  }));
  steps.push_back(About<in::IssueSupplementNoticeRequest>([](const Life&, auto* request) {
    Act(kCentre, "staff-1", request->mutable_actor());
    request->add_items("劳动合同");
  }));
  steps.push_back(About<in::ConfirmDeliveryRequest>([](const Life&, auto* request) {
    Act(kCentre, "staff-1", request->mutable_actor());
    request->set_channel(common::v1::CHANNEL_WINDOW);
  }));
  steps.push_back(About<in::SubmitSupplementsRequest>([](const Life&, auto* request) {
    Act(kStation, "staff-7", request->mutable_actor());
    request->add_items("劳动合同");
    Document("劳动合同", request->add_documents());
  }));
  steps.push_back(About<in::DecideAidRequest>([](const Life&, auto* request) {
    Act(kCentre, "staff-1", request->mutable_actor());
    request->set_decision(in::AID_DECISION_GRANTED);
  }));
  steps.push_back(About<as::OfferCaseRequest>(
      [](const Life&, auto* request) { Act(kCentre, "staff-1", request->mutable_actor()); }));
  steps.back().learn = [](const std::string& reply, Life* life) {
    as::OfferCaseResponse response;
    response.ParseFromString(reply);
    life->offer_id = response.offer_id();
  };
  steps.push_back(About<as::AcceptOfferRequest>([](const Life& life, auto* request) {
    Act(kCentre, "staff-1", request->mutable_actor());
    request->set_offer_id(life.offer_id);
  }));
  steps.push_back(About<as::IssueAssignmentLetterRequest>(
      [](const Life&, auto* request) { Act(kCentre, "staff-1", request->mutable_actor()); }));
  steps.push_back(About<as::RecordHandlingStepRequest>([](const Life&, auto* request) {
    Act(kCentre, "staff-1", request->mutable_actor());
    request->set_step(as::HANDLING_STEP_CONCLUDED);
  }));
  steps.push_back(About<as::SubmitClosingFileRequest>([](const Life&, auto* request) {
    Act(kCentre, "staff-2", request->mutable_actor());
    Document("结案材料", request->add_documents());
  }));
  steps.push_back(About<as::ApproveClosingFileRequest>(
      [](const Life&, auto* request) { Act(kCentre, "staff-1", request->mutable_actor()); }));
  steps.push_back(About<in::VerifyPledgeRequest>([](const Life&, auto* request) {
    Act(kCentre, "staff-1", request->mutable_actor());
    request->set_truthful(true);
  }));
  steps.push_back(Rating());
  steps.push_back(About<in::ArchiveCaseRequest>(
      [](const Life&, auto* request) { Act(kCentre, "staff-1", request->mutable_actor()); }));
  return steps;
}

std::vector<Step> Hotline() {
  namespace in = intake::v1;
  std::vector<Step> steps;
  steps.push_back(Opening<in::RegisterCallRequest, in::RegisterCallResponse>([](const Life& life, auto* request) {
    Act(kCentre, "staff-1", request->mutable_actor());
    request->set_call_id("12348-" + std::to_string(life.number));
    Applicant(life, request->mutable_applicant());
    request->set_matter_type("labour");
    request->mutable_question()->set_text("老板拖欠三个月工资,应当怎么办?");
  }));
  steps.push_back(About<in::HandOverToOfficeRequest>([](const Life&, auto* request) {
    Act(kCentre, "staff-1", request->mutable_actor());
    request->set_to_office_id(kStation);
  }));
  steps.push_back(About<in::AcknowledgeHandOverRequest>(
      [](const Life&, auto* request) { Act(kStation, "staff-7", request->mutable_actor()); }));
  steps.push_back(About<in::RegisterCallRequest>([](const Life& life, auto* request) {
    request->set_call_id("12348-again-" + std::to_string(life.number));
    request->mutable_question()->set_text("还是没有答复");
  }));
  steps.push_back(About<in::AnswerConsultationRequest>([](const Life&, auto* request) {
    Act(kStation, "staff-7", request->mutable_actor());
    request->mutable_answer()->set_text("可以申请劳动仲裁。");
  }));
  steps.push_back(About<in::ConfirmAnswerDeliveredRequest>([](const Life&, auto* request) {
    Act(kStation, "staff-7", request->mutable_actor());
    request->set_channel(common::v1::CHANNEL_HOTLINE);
  }));
  steps.push_back(Rating());
  return steps;
}

class Runner {
 public:
  explicit Runner(const LivesOptions& options)
      : options_(options), stubs_(MakeStubs(options.address, 2)), lives_{LegalAid(), Hotline()} {}

  LivesResult Run() {
    start_ = Clock::now();
    for (int i = 0; i < options_.in_flight; ++i) Begin();
    std::unique_lock lock(mutex_);
    done_.wait(lock, [&] { return running_ == 0; });
    result_.calls.seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    result_.calls.per_second = static_cast<double>(result_.calls.ok) / result_.calls.seconds;
    return result_;
  }

 private:
  struct Call {
    grpc::ClientContext context;
    grpc::ByteBuffer request;
    grpc::ByteBuffer response;
    std::unique_ptr<Life> life;
  };

  void Begin() {
    const uint64_t number = next_.fetch_add(1);
    {
      std::lock_guard lock(mutex_);
      ++running_;
    }
    BeginLife(number);
  }

  void BeginLife(uint64_t number) {
    auto life = std::make_unique<Life>();
    life->number = number;
    life->municipality = std::string(kMunicipalities[number % options_.municipalities]);
    Issue(std::move(life));
  }

  // Lives 1 and 4 in turn, in every municipality.
  const std::vector<Step>& StepsOf(const Life& life) const { return lives_[life.number / options_.municipalities % 2]; }

  void Issue(std::unique_ptr<Life> life) {
    const Step& step = StepsOf(*life)[life->step];
    auto* call = new Call;
    grpc::Slice slice(step.request(*life));
    call->request = grpc::ByteBuffer(&slice, 1);
    call->context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    Stub* stub = stubs_[life->number % stubs_.size()].get();
    call->life = std::move(life);
    stub->UnaryCall(&call->context, step.method, grpc::StubOptions(), &call->request, &call->response,
                    [this, call](grpc::Status status) { Done(call, status); });
  }

  void Done(Call* call, const grpc::Status& status) {
    std::unique_ptr<Life> life = std::move(call->life);
    const auto& steps = StepsOf(*life);
    const Step& step = steps[life->step];
    if (status.ok() && step.learn) step.learn(BytesOf(call->response), life.get());
    delete call;
    if (status.ok()) {
      ++life->step;
      life->asked_again = 0;
    } else if (MayBeEarly(status) && ++life->asked_again < kAskedAgainMax) {
      std::lock_guard lock(mutex_);
      ++result_.asked_again;
    } else {
      std::lock_guard lock(mutex_);
      if (result_.calls.failed++ == 0) result_.calls.first_failure = step.method + ": " + status.error_message();
      life->step = steps.size();
    }
    {
      std::lock_guard lock(mutex_);
      if (status.ok()) ++result_.calls.ok;
      if (status.ok() && life->step == steps.size()) ++result_.lives;
    }
    if (life->step < steps.size()) return Issue(std::move(life));
    if (std::chrono::duration<double>(Clock::now() - start_).count() < options_.seconds) {
      return BeginLife(next_.fetch_add(1));
    }
    std::lock_guard lock(mutex_);
    if (--running_ == 0) done_.notify_all();
  }

  // What a reaction has to do first (the slot of a rating) is not there yet.
  static bool MayBeEarly(const grpc::Status& status) {
    return status.error_code() == grpc::StatusCode::FAILED_PRECONDITION ||
           status.error_code() == grpc::StatusCode::NOT_FOUND;
  }

  const LivesOptions& options_;
  const std::vector<std::unique_ptr<Stub>> stubs_;
  const std::vector<Step> lives_[2];
  std::atomic<uint64_t> next_{0};
  Clock::time_point start_;
  std::mutex mutex_;
  std::condition_variable done_;
  int running_ = 0;
  LivesResult result_;
};

template <typename Request>
void CallOnce(const std::string& address, const Request& request) {
  LoadOptions load;
  load.address = address;
  load.method = MethodOf(*Request::descriptor());
  load.calls = 1;
  load.seconds = 0;
  load.request = [&](uint64_t) { return request.SerializeAsString(); };
  const LoadResult result = RunLoad(load);
  if (result.ok == 1) return;
  std::fprintf(stderr, "%s failed: %s\n", load.method.c_str(), result.first_failure.c_str());
  std::exit(1);
}

}  // namespace

void PrepareForLives(const std::string& address, size_t municipalities) {
  for (size_t i = 0; i < municipalities; ++i) {
    const std::string municipality(kMunicipalities[i]);
    for (const char* id : {kCentre, kStation}) {
      registry::v1::RegisterOfficeRequest request;
      request.set_municipality(municipality);
      request.set_request_id(NewRequestId());
      auto* office = request.mutable_office();
      office->set_office_id(id);
      office->set_name(id);
      office->set_kind(id == kCentre ? registry::v1::OFFICE_KIND_CENTRE : registry::v1::OFFICE_KIND_STATION);
      office->set_region_code(municipality);
      office->set_valid_from("2020-01-01");
      CallOnce(address, request);
    }
    for (int lawyer = 1; lawyer <= kLawyers; ++lawyer) {
      registry::v1::RegisterPractitionerRequest request;
      request.set_municipality(municipality);
      request.set_request_id(NewRequestId());
      auto* practitioner = request.mutable_practitioner();
      practitioner->set_practitioner_id("lawyer-" + std::to_string(lawyer));
      practitioner->set_office_id(kCentre);
      practitioner->set_kind(registry::v1::PRACTITIONER_KIND_LAWYER);
      practitioner->mutable_person()->mutable_particulars()->set_name("律师");
      practitioner->set_valid_from("2020-01-01");
      practitioner->set_capacity(1000);
      CallOnce(address, request);
    }
    assignment::v1::SetTariffRequest request;
    request.set_municipality(municipality);
    request.set_request_id(NewRequestId());
    auto* tariff = request.mutable_tariff();
    tariff->set_valid_from("2020-01-01");
    tariff->set_citation("补贴办法");
    auto* row = tariff->add_rows();
    row->set_kind(intake::v1::CASE_KIND_LEGAL_AID);
    row->set_amount_fen(200'000);
    CallOnce(address, request);
  }
}

LivesResult RunLives(const LivesOptions& options) { return Runner(options).Run(); }

}  // namespace casehub::bench
