#include "services/evaluation/service.h"

#include "services/evaluation/fold.h"
#include "services/evaluation/queries.h"
#include "services/evaluation/reactions.h"
#include "services/evaluation/rpc.h"

namespace casehub::evaluation {

EvaluationService::EvaluationService() {
  AddCommands(&commands_);
  AddQueries(&queries_);
}

const google::protobuf::Message& EvaluationService::event_prototype() const {
  return v1::EvaluationEvent::default_instance();
}

bool EvaluationService::Takes(const google::protobuf::Descriptor& request) const {
  return commands_.Find(request) != nullptr || queries_.Find(request) != nullptr;
}

runtime::Outcome EvaluationService::Decide(const google::protobuf::Message& request,
                                           const runtime::DecideContext& context,
                                           const runtime::StateReader& state) const {
  const auto* decide = commands_.Find(*request.GetDescriptor());
  if (decide == nullptr) {
    return runtime::Refuse(common::v1::REFUSAL_METHOD_UNKNOWN).With("method", request.GetDescriptor()->full_name());
  }
  return (*decide)(request, context, state);
}

runtime::Outcome EvaluationService::React(const runtime::DueRow& row, const runtime::DecideContext& context,
                                          const runtime::StateReader& state) const {
  return ReactTo(row, context, state);
}

runtime::Outcome EvaluationService::Receive(const runtime::Incoming& message, const runtime::DecideContext& context,
                                            const runtime::StateReader& state) const {
  return ReceiveMessage(message, context, state);
}

void EvaluationService::Apply(const runtime::AppliedRecord& record, size_t event_index,
                              runtime::StateWriter& state) const {
  Fold(record, event_index, state);
}

runtime::QueryResult EvaluationService::Query(const google::protobuf::Message& request,
                                              const runtime::QueryContext& context,
                                              const runtime::StateReader& state) const {
  const auto* answer = queries_.Find(*request.GetDescriptor());
  if (answer == nullptr) {
    return runtime::Refuse(common::v1::REFUSAL_METHOD_UNKNOWN).With("method", request.GetDescriptor()->full_name());
  }
  return (*answer)(request, context, state);
}

std::unique_ptr<runtime::Service> MakeEvaluationService() { return std::make_unique<EvaluationService>(); }

}  // namespace casehub::evaluation
