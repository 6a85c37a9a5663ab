// Commands of line systems: cases they deliver, and what their imports counted (A7, A8).
#include "casehub/ingest/v1/ingest_service.pb.h"
#include "services/intake/domain/line_import.h"
#include "services/intake/domain/sources.h"
#include "services/intake/rpc.h"
#include "services/intake/sources.h"
#include "services/intake/tables.h"

namespace casehub::intake {
namespace {

using runtime::DecideContext;
using runtime::Outcome;
using runtime::StateReader;

// Facts of a line system are taken whatever happened to the case: they rely on nothing.
Outcome ImportCase(const ingest::v1::ImportCaseRequest& request, const DecideContext& context,
                   const StateReader& state) {
  const auto row =
      state.Get(tables::SourceKey(context.municipality, request.source_system(), request.external_reference()));
  const auto case_id = row ? Uuid::FromBytes(*row) : std::nullopt;
  auto decided = DecideImportCase(
      case_id ? case_id->ToString() : std::string(), request,
      [&](const std::string& identity) {
        return state.Get(tables::LineKey(context.municipality, *case_id, identity)).has_value();
      },
      LoadOffice(state, context, request.office_id()), ToContext(context, state));
  if (auto* refusal = std::get_if<Refused>(&decided)) return std::move(*refusal);
  auto& import = std::get<LineImport>(decided);
  AddSuspicions(context.municipality, state, &import.events);
  return runtime::Decided(std::move(import.events), std::move(import.reply));
}

// A count of the importer is a fact too.
Outcome RecordImportRun(const ingest::v1::RecordImportRunRequest& request, const DecideContext& context,
                        const StateReader& state) {
  const auto run_id = Uuid::Parse(request.run_id());
  const auto known =
      run_id ? state.Load<v1::ImportRun>(tables::ImportRunKey(context.municipality, request.source_system(), *run_id))
             : std::nullopt;
  const auto numbers =
      state.Load<v1::SourceNumbers>(tables::SourceNumbersKey(context.municipality, request.source_system()));
  auto decided =
      DecideRecordImportRun(known, numbers ? numbers->ranges() : NumberRanges(), request, ToContext(context, state));
  if (auto* refusal = std::get_if<Refused>(&decided)) return std::move(*refusal);
  ingest::v1::RecordImportRunResponse reply;
  reply.set_run_id(request.run_id());
  return runtime::Decided(std::get<Events>(std::move(decided)), std::move(reply));
}

}  // namespace

void AddImportCommands(runtime::CommandTable* commands) {
  commands->Add<ingest::v1::ImportCaseRequest>(&ImportCase);
  commands->Add<ingest::v1::RecordImportRunRequest>(&RecordImportRun);
}

}  // namespace casehub::intake
