#include "services/mediation/service.h"

#include "casehub/mediation/v1/mediation_events.pb.h"
#include "services/mediation/fold.h"
#include "services/mediation/queries.h"
#include "services/mediation/reactions.h"
#include "services/mediation/rpc.h"
#include "services/runtime/table_service.h"

namespace casehub::mediation {
namespace {

class MediationService : public runtime::TableService {
 public:
  MediationService() {
    AddCommands(&commands_);
    AddQueries(&queries_);
  }

  ServiceId id() const override { return ServiceId::kMediation; }
  const google::protobuf::Message& event_prototype() const override { return v1::MediationEvent::default_instance(); }
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
};

}  // namespace

std::unique_ptr<runtime::Service> MakeMediationService() { return std::make_unique<MediationService>(); }

}  // namespace casehub::mediation
