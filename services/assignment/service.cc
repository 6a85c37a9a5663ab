#include "services/assignment/service.h"

#include "casehub/assignment/v1/assignment_events.pb.h"
#include "services/assignment/fold.h"
#include "services/assignment/queries.h"
#include "services/assignment/reactions.h"
#include "services/assignment/rpc.h"

namespace casehub::assignment {
namespace {

class AssignmentService : public runtime::Service {
 public:
  AssignmentService() {
    AddCommands(&commands_);
    AddQueries(&queries_);
  }

  ServiceId id() const override { return ServiceId::kAssignment; }
  const google::protobuf::Message& event_prototype() const override { return v1::AssignmentEvent::default_instance(); }
  bool Takes(const google::protobuf::Descriptor& request) const override {
    return commands_.Find(request) != nullptr || queries_.Find(request) != nullptr;
  }
  runtime::Outcome Decide(const google::protobuf::Message& request, const runtime::DecideContext& context,
                          const runtime::StateReader& state) const override {
    const auto* handler = commands_.Find(*request.GetDescriptor());
    if (handler == nullptr) return runtime::Defect{"assignment has no such command", std::nullopt};
    return (*handler)(request, context, state);
  }
  runtime::Outcome React(const runtime::DueRow& row, const runtime::DecideContext& context,
                         const runtime::StateReader& state) const override {
    return assignment::React(row, context, state);
  }
  runtime::Outcome Receive(const runtime::Incoming& message, const runtime::DecideContext& context,
                           const runtime::StateReader& state) const override {
    return assignment::Receive(message, context, state);
  }
  void Apply(const runtime::AppliedRecord& record, size_t event_index, runtime::StateWriter& state) const override {
    Fold(record, event_index, state);
  }
  runtime::QueryResult Query(const google::protobuf::Message& request, const runtime::QueryContext& context,
                             const runtime::StateReader& state) const override {
    const auto* handler = queries_.Find(*request.GetDescriptor());
    if (handler == nullptr) return runtime::Refuse(runtime::Refusal::REFUSAL_METHOD_UNKNOWN);
    return (*handler)(request, context, state);
  }

 private:
  runtime::CommandTable commands_;
  runtime::QueryTable queries_;
};

}  // namespace

std::unique_ptr<runtime::Service> MakeAssignmentService() { return std::make_unique<AssignmentService>(); }

}  // namespace casehub::assignment
