#include "services/mediation/service.h"

#include "casehub/mediation/v1/mediation_events.pb.h"
#include "services/mediation/fold.h"
#include "services/mediation/queries.h"
#include "services/mediation/reactions.h"
#include "services/mediation/rpc.h"

namespace casehub::mediation {
namespace {

class MediationService : public runtime::Service {
 public:
  MediationService() {
    AddCommands(&commands_);
    AddQueries(&queries_);
  }

  ServiceId id() const override { return ServiceId::kMediation; }
  const google::protobuf::Message& event_prototype() const override { return v1::MediationEvent::default_instance(); }
  bool Takes(const google::protobuf::Descriptor& request) const override {
    return commands_.Find(request) != nullptr || queries_.Find(request) != nullptr;
  }
  runtime::Outcome Decide(const google::protobuf::Message& request, const runtime::DecideContext& context,
                          const runtime::StateReader& state) const override {
    const auto* handler = commands_.Find(*request.GetDescriptor());
    if (handler == nullptr) return runtime::Defect{"mediation has no such command", std::nullopt};
    return (*handler)(request, context, state);
  }
  runtime::Outcome React(const runtime::DueRow& row, const runtime::DecideContext& context,
                         const runtime::StateReader& state) const override {
    return ReactTo(row, context, state);
  }
  runtime::Outcome Receive(const runtime::Incoming& message, const runtime::DecideContext& context,
                           const runtime::StateReader& state) const override {
    return TakeFact(message, context, state);
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

std::unique_ptr<runtime::Service> MakeMediationService() { return std::make_unique<MediationService>(); }

}  // namespace casehub::mediation
