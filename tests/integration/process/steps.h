// A step of a life: a request, what is learned from its reply, and what must be so before the next one.
#pragma once

#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "google/protobuf/message.h"
#include "tests/support/caller.h"
#include "tests/support/requests.h"

namespace casehub::testing {

// What is known of the case on the way.
struct Progress {
  std::string case_id;
  std::string earlier_case_id;  // of the stage before, where the case is linked to one
  uint64_t hop = 0;
  std::string offer_id;  // of the case to a practitioner
  std::string loan_id;
};

struct Step {
  std::string name;
  std::function<std::unique_ptr<google::protobuf::Message>(const Progress&)> request;
  std::function<void(const std::string& reply, Progress*)> learn;
  // Waits for what the services do by themselves after it; false (and a failed test) if they do not.
  std::function<bool(Caller*, const Progress&)> await;
};

// Who asks, and where.
struct Desk {
  const char* municipality;
  const char* office_id;
  const char* staff_id;
};

// A request of `desk` with a fresh id, about the case where it has one; `fill` takes it, and the progress if it likes.
template <typename Request, typename Fill>
Step Ask(const Desk& desk, Fill fill) {
  Step step;
  step.name = Request::descriptor()->name();
  step.request = [desk, fill](const Progress& progress) {
    auto request = std::make_unique<Request>();
    request->set_municipality(desk.municipality);
    request->set_request_id(NewRequestId());
    if constexpr (requires(Request r) { r.set_case_id(""); }) request->set_case_id(progress.case_id);
    if constexpr (requires(Request r) { r.mutable_actor(); }) {
      *request->mutable_actor() = Staff(desk.office_id, desk.staff_id);
    }
    if constexpr (std::is_invocable_v<Fill, Request*, const Progress&>) {
      fill(request.get(), progress);
    } else {
      fill(request.get());
    }
    return request;
  };
  return step;
}
template <typename Request>
Step Ask(const Desk& desk) {
  return Ask<Request>(desk, [](Request*) {});
}

// Takes what `take` wants out of the reply.
template <typename Response, typename Take>
Step Learn(Step step, Take take) {
  step.learn = [take](const std::string& reply, Progress* progress) {
    Response response;
    response.ParseFromString(reply);
    take(response, progress);
  };
  return step;
}
template <typename Response>
Step LearnCase(Step step) {
  return Learn<Response>(std::move(step),
                         [](const Response& response, Progress* progress) { progress->case_id = response.case_id(); });
}

// Waits, besides what the step waits for, until the query's answer in that municipality is so.
template <typename Query, typename Response, typename IsSo>
Step Until(Step step, const std::string& municipality, IsSo is_so) {
  step.await = [before = std::move(step.await), municipality, is_so](Caller* caller, const Progress& progress) {
    if (before && !before(caller, progress)) return false;
    Query query;
    query.set_municipality(municipality);
    if constexpr (requires(Query q) { q.set_case_id(""); }) query.set_case_id(progress.case_id);
    return caller->Eventually<Response>(query, [&](const Response& response) { return is_so(response, progress); });
  };
  return step;
}

inline void Append(std::vector<Step> more, std::vector<Step>* steps) {
  steps->insert(steps->end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace casehub::testing
