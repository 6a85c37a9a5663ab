#include "services/intake/service.h"

#include "casehub/intake/v1/intake_events.pb.h"
#include "services/intake/fold.h"
#include "services/intake/queries.h"
#include "services/intake/reactions.h"
#include "services/intake/rpc.h"

namespace casehub::intake {
namespace {

class IntakeService : public runtime::Service {
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
  bool Takes(const google::protobuf::Descriptor& request) const override {
    return commands_.Find(request) != nullptr || queries_.Find(request) != nullptr;
  }
  runtime::Outcome Decide(const google::protobuf::Message& request, const runtime::DecideContext& context,
                          const runtime::StateReader& state) const override {
    const auto* handler = commands_.Find(*request.GetDescriptor());
    if (handler == nullptr) return runtime::Defect{"intake has no such command", std::nullopt};
    return (*handler)(request, context, state);
  }
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

std::unique_ptr<runtime::Service> MakeIntakeService() { return std::make_unique<IntakeService>(); }

}  // namespace casehub::intake
