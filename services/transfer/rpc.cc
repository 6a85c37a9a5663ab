#include "services/transfer/rpc.h"

#include <utility>

#include "casehub/transfer/v1/transfer_service.pb.h"
#include "services/runtime/dispatch.h"
#include "services/transfer/domain/addressee.h"
#include "services/transfer/domain/origin.h"
#include "services/transfer/domain/paper.h"
#include "services/transfer/domain/superior.h"
#include "services/transfer/tables.h"

namespace casehub::transfer {
namespace {

template <typename Reply>
runtime::Outcome Outward(Result<Reply> result, std::vector<storage::Subject> relies_on = {}) {
  if (auto* refusal = std::get_if<Refused>(&result)) return std::move(*refusal);
  auto& decided = std::get<Decided<Reply>>(result);
  return runtime::Decided(std::move(decided.events), std::move(decided.reply), std::move(relies_on));
}

// The case a request names and its row.
struct Subject {
  Uuid case_id;
  std::optional<v1::CustodyState> state;
  const v1::CustodyState* get() const { return state ? &*state : nullptr; }
};

template <typename Request>
std::variant<Subject, Refused> Find(const Request& request, const runtime::DecideContext& context,
                                    const runtime::StateReader& rows) {
  if (request.case_id().empty()) return Refuse(common::v1::REFUSAL_FIELD_MISSING, {{"field", "case_id"}});
  const auto case_id = Uuid::Parse(request.case_id());
  if (!case_id) return RefuseField("case_id", Phrase::PHRASE_CASE_ID_IS_A_UUID);
  return Subject{*case_id, tables::LoadState(rows, context.municipality, *case_id)};
}

bool Known(const TransferConfig& config, const std::string& code) {
  const auto municipality = Municipality::Parse(code);
  return municipality && config.is_municipality(*municipality);
}

runtime::Outcome Handle(const v1::OfferTransferRequest& request, const Subject& subject, const TransferConfig& config,
                        const Context& context) {
  // The freeze stands on the case as it was read: a closing or withdrawal in between overtakes it.
  return Outward(Decide(subject.get(), request, Known(config, request.to()), context),
                 {storage::CaseSubject(subject.case_id)});
}

runtime::Outcome Handle(const v1::RecallTransferRequest& request, const Subject& subject, const TransferConfig&,
                        const Context& context) {
  return Outward(Decide(subject.get(), request, context));
}

runtime::Outcome Handle(const v1::AcceptTransferRequest& request, const Subject& subject, const TransferConfig&,
                        const Context& context) {
  return Outward(Decide(subject.get(), request, context));
}

runtime::Outcome Handle(const v1::DeclineTransferRequest& request, const Subject& subject, const TransferConfig& config,
                        const Context& context) {
  const auto from = Municipality::Parse(subject.state ? subject.state->offered_from() : "");
  const Municipality superior = from ? SuperiorOf(config, *from, context.here) : Municipality();
  const bool onward_known = request.onward().empty() || Known(config, request.onward());
  return Outward(Decide(subject.get(), request, superior, onward_known, context));
}

runtime::Outcome Handle(const v1::RequestRulingRequest& request, const Subject& subject, const TransferConfig& config,
                        const Context& context) {
  const auto asked = Municipality::Parse(subject.state ? subject.state->to() : "");
  const Municipality superior = asked ? SuperiorOf(config, context.here, *asked) : Municipality();
  return Outward(Decide(subject.get(), request, superior, context), {storage::CaseSubject(subject.case_id)});
}

// The superior decides in its own log: it relies on nobody's standing.
runtime::Outcome Handle(const v1::RuleJurisdictionRequest& request, const Subject& subject,
                        const TransferConfig& config, const Context& context) {
  const auto custodian = Municipality::Parse(request.custodian());
  const bool known = custodian && config.is_municipality(*custodian);
  const bool below =
      known && (*custodian == context.here || config.common_superior(context.here, *custodian) == context.here);
  return Outward(Decide(subject.get(), request, known, below, context));
}

runtime::Outcome Handle(const v1::RecordPaperRulingRequest& request, const Subject& subject,
                        const TransferConfig& config, const Context& context) {
  const bool known = request.custodian().empty() || Known(config, request.custodian());
  // Who would rule: between here and whom the paper names, or, if the case stays, whoever was asked last.
  auto other = Municipality::Parse(request.custodian());
  if (other == context.here) other = Municipality::Parse(subject.state ? subject.state->to() : "");
  const Municipality superior = other && known ? SuperiorOf(config, context.here, *other) : Municipality();
  std::vector<storage::Subject> relies_on;
  // A frozen case changes for nobody else: its hop is decided here.
  if (subject.state && IsActing(*subject.state)) relies_on.push_back(storage::CaseSubject(subject.case_id));
  return Outward(Decide(subject.get(), request, known, superior, context), std::move(relies_on));
}

template <typename Request>
runtime::Outcome Command(const google::protobuf::Message& message, const TransferConfig& config,
                         const runtime::DecideContext& context, const runtime::StateReader& rows) {
  const auto& request = static_cast<const Request&>(message);
  auto found = Find(request, context, rows);
  if (auto* refusal = std::get_if<Refused>(&found)) return std::move(*refusal);
  return Handle(request, std::get<Subject>(found), config, {context.municipality, context.now});
}

}  // namespace

Municipality SuperiorOf(const TransferConfig& config, Municipality a, Municipality b) {
  const Municipality superior = config.common_superior(a, b);
  return config.is_municipality(superior) ? superior : Municipality();
}

runtime::Outcome DecideCommand(const google::protobuf::Message& request, const TransferConfig& config,
                               const runtime::DecideContext& context, const runtime::StateReader& rows) {
  const auto* type = request.GetDescriptor();
  if (type == v1::OfferTransferRequest::descriptor()) {
    return Command<v1::OfferTransferRequest>(request, config, context, rows);
  }
  if (type == v1::RecallTransferRequest::descriptor()) {
    return Command<v1::RecallTransferRequest>(request, config, context, rows);
  }
  if (type == v1::AcceptTransferRequest::descriptor()) {
    return Command<v1::AcceptTransferRequest>(request, config, context, rows);
  }
  if (type == v1::DeclineTransferRequest::descriptor()) {
    return Command<v1::DeclineTransferRequest>(request, config, context, rows);
  }
  if (type == v1::RequestRulingRequest::descriptor()) {
    return Command<v1::RequestRulingRequest>(request, config, context, rows);
  }
  if (type == v1::RuleJurisdictionRequest::descriptor()) {
    return Command<v1::RuleJurisdictionRequest>(request, config, context, rows);
  }
  if (type == v1::RecordPaperRulingRequest::descriptor()) {
    return Command<v1::RecordPaperRulingRequest>(request, config, context, rows);
  }
  return runtime::Refuse(common::v1::REFUSAL_METHOD_UNKNOWN).With("method", type->full_name());
}

runtime::Decision Recorded(Events events) { return runtime::Recorded(std::move(events)); }

}  // namespace casehub::transfer
