#include "services/assignment/service.h"

#include "casehub/assignment/v1/assignment_events.pb.h"
#include "services/assignment/fold.h"
#include "services/assignment/queries.h"
#include "services/assignment/reactions.h"
#include "services/assignment/rpc.h"
#include "services/runtime/table_service.h"

namespace casehub::assignment {
namespace {

class AssignmentService : public runtime::TableService {
 public:
  AssignmentService() {
    AddCommands(&commands_);
    AddQueries(&queries_);
  }

  ServiceId id() const override { return ServiceId::kAssignment; }
  const google::protobuf::Message& event_prototype() const override { return v1::AssignmentEvent::default_instance(); }
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
};

}  // namespace

std::unique_ptr<runtime::Service> MakeAssignmentService() { return std::make_unique<AssignmentService>(); }

}  // namespace casehub::assignment
