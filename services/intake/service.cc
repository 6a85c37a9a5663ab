#include "services/intake/service.h"

#include "casehub/intake/v1/intake_events.pb.h"
#include "services/intake/fold.h"
#include "services/intake/queries.h"
#include "services/intake/reactions.h"
#include "services/intake/rpc.h"
#include "services/runtime/table_service.h"

namespace casehub::intake {
namespace {

class IntakeService : public runtime::TableService {
 public:
  IntakeService() {
    AddCommands(&commands_);
    AddImportCommands(&commands_);
    AddQueries(&queries_);
    AddImportQueries(&queries_);
    AddOverdueQueries(&queries_);
  }

  ServiceId id() const override { return ServiceId::kIntake; }
  const google::protobuf::Message& event_prototype() const override { return v1::IntakeEvent::default_instance(); }
  runtime::Outcome React(const runtime::DueRow& row, const runtime::DecideContext& context,
                         const runtime::StateReader& state) const override {
    return intake::React(row, context, state);
  }
  // Facts of line systems that another municipality sends on; all else about custody comes as events of transfer.
  runtime::Outcome Receive(const runtime::Incoming& message, const runtime::DecideContext& context,
                           const runtime::StateReader& state) const override {
    return intake::Receive(message, context, state);
  }
  void Apply(const runtime::AppliedRecord& record, size_t event_index, runtime::StateWriter& state) const override {
    Fold(record, event_index, state);
  }
};

}  // namespace

std::unique_ptr<runtime::Service> MakeIntakeService() { return std::make_unique<IntakeService>(); }

}  // namespace casehub::intake
