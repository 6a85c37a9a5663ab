// Evaluation: one rating per completed service, rectification of bad ones, exact scores (E1 to E4). Start reading at
// README.md.
#pragma once

#include <memory>

#include "services/runtime/dispatch.h"
#include "services/runtime/service.h"

namespace casehub::evaluation {

class EvaluationService : public runtime::Service {
 public:
  EvaluationService();

  ServiceId id() const override { return ServiceId::kEvaluation; }
  const google::protobuf::Message& event_prototype() const override;
  bool Takes(const google::protobuf::Descriptor& request) const override;
  runtime::Outcome Decide(const google::protobuf::Message& request, const runtime::DecideContext& context,
                          const runtime::StateReader& state) const override;
  runtime::Outcome React(const runtime::DueRow& row, const runtime::DecideContext& context,
                         const runtime::StateReader& state) const override;
  runtime::Outcome Receive(const runtime::Incoming& message, const runtime::DecideContext& context,
                           const runtime::StateReader& state) const override;
  void Apply(const runtime::AppliedRecord& record, size_t event_index, runtime::StateWriter& state) const override;
  runtime::QueryResult Query(const google::protobuf::Message& request, const runtime::QueryContext& context,
                             const runtime::StateReader& state) const override;

 private:
  runtime::CommandTable commands_;
  runtime::QueryTable queries_;
};

std::unique_ptr<runtime::Service> MakeEvaluationService();

}  // namespace casehub::evaluation
