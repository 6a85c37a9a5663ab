#include "services/mediation/queries.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/mediation/domain/checks.h"
#include "services/mediation/tables.h"
#include "services/model/civil_time.h"
#include "services/model/page_token.h"

namespace casehub::mediation {
namespace {

using runtime::QueryContext;
using runtime::QueryResult;
using runtime::StateReader;

constexpr size_t kRowsPerPageMax = 20'000;  // looked at for one page, whatever the filter leaves of them

// What callers have no use for; where custody moved away only the status is left to see (life 5, step 9).
void Hide(v1::MediationState* shown) {
  for (v1::Term* term : {shown->mutable_mediation_term(), shown->mutable_confirmation_term()}) {
    term->clear_due_offset();
    term->clear_due_event();
    term->clear_due_n();
  }
  if (shown->mediation_term().status() == v1::TERM_STATUS_UNSPECIFIED) shown->clear_mediation_term();
  if (shown->confirmation_term().status() == v1::TERM_STATUS_UNSPECIFIED) shown->clear_confirmation_term();
  if (shown->has_agreement()) {
    shown->mutable_agreement()->clear_due_offset();
    shown->mutable_agreement()->clear_due_event();
    shown->mutable_agreement()->clear_due_n();
  }
  if (shown->status() != v1::MEDIATION_STATUS_MOVED_AWAY) return;
  shown->clear_dispute();
  shown->clear_parties();
  shown->clear_sessions();
  shown->clear_agreement();
  shown->clear_mediation_term();
  shown->clear_confirmation_term();
}

QueryResult GetMediation(const v1::GetMediationRequest& request, const QueryContext& context, const StateReader& rows) {
  auto found = tables::LoadMediation(rows, context.municipality, request.case_id());
  if (!found) return runtime::Refuse(runtime::Refusal::REFUSAL_MEDIATION_UNKNOWN);
  auto response = std::make_unique<v1::GetMediationResponse>();
  response->set_etag(Etag(*found));
  Hide(&*found);
  const Uuid case_id = *Uuid::Parse(found->case_id());
  for (v1::Session& session : *found->mutable_sessions()) {
    auto record =
        rows.Load<common::v1::PersonalText>(tables::RecordKey(context.municipality, case_id, session.ordinal()));
    if (record) *session.mutable_record() = *std::move(record);
  }
  *response->mutable_mediation() = *std::move(found);
  return runtime::MessagePtr(std::move(response));
}

bool Matches(const v1::MediationState& state, const v1::ListMediationsRequest& request) {
  return (request.status() == v1::MEDIATION_STATUS_UNSPECIFIED || state.status() == request.status()) &&
         (request.office_id().empty() || state.office_id() == request.office_id()) &&
         (request.mediator_id().empty() || state.mediator_id() == request.mediator_id());
}

void Summarize(const v1::MediationState& state, v1::MediationSummary* summary) {
  summary->set_case_id(state.case_id());
  summary->set_status(state.status());
  summary->set_etag(Etag(state));
  summary->set_source(state.source());
  summary->set_matter_type(state.matter_type());
  summary->set_office_id(state.office_id());
  summary->set_mediator_id(state.mediator_id());
  summary->set_parties(static_cast<uint32_t>(state.parties_size()));
  summary->set_sessions(static_cast<uint32_t>(state.sessions_size()));
  *summary->mutable_received_at() = state.received_at();
  if (state.has_concluded_at()) *summary->mutable_concluded_at() = state.concluded_at();
  if (state.mediation_term().has_deadline()) {
    *summary->mutable_mediation_deadline() = state.mediation_term().deadline();
  }
}

// Reads rows of a table from after the page token on; `visit` takes a row and says whether it is on the page.
template <typename Row, typename Visit>
std::optional<runtime::Refused> ReadPage(tables::Table table, int32_t page_size, const std::string& page_token,
                                         const std::string& filters, Municipality municipality, const StateReader& rows,
                                         Visit visit, std::string* next_page_token) {
  const auto size = PageSize(page_size);
  if (!size) return RefuseField("page_size", Phrase::PHRASE_PAGE_SIZE);
  const std::string prefix = tables::Prefix(table, municipality);
  std::string from = prefix;
  if (!page_token.empty()) {
    const auto last = DecodePageToken(page_token, filters);
    if (!last) return runtime::Refuse(runtime::Refusal::REFUSAL_PAGE_TOKEN_INVALID);
    from = prefix + *last + '\0';
  }
  std::string last;
  size_t looked_at = 0;
  size_t taken = 0;
  rows.Scan(from, tables::Prefix(table, Municipality(municipality.code() + 1)),
            [&](std::string_view key, std::string_view value) {
              if (taken == *size || looked_at == kRowsPerPageMax) {
                *next_page_token = EncodePageToken(last, filters);
                return false;
              }
              ++looked_at;
              last = std::string(key.substr(prefix.size()));
              Row row;
              if (row.ParseFromArray(value.data(), static_cast<int>(value.size())) && visit(row)) ++taken;
              return true;
            });
  return std::nullopt;
}

QueryResult ListMediations(const v1::ListMediationsRequest& request, const QueryContext& context,
                           const StateReader& rows) {
  auto response = std::make_unique<v1::ListMediationsResponse>();
  const std::string filters =
      absl::StrCat(request.status(), "/", request.office_id().size(), "/", request.office_id(), request.mediator_id());
  auto refused = ReadPage<v1::MediationState>(
      tables::kMediation, request.page_size(), request.page_token(), filters, context.municipality, rows,
      [&](const v1::MediationState& state) {
        if (!Matches(state, request)) return false;
        Summarize(state, response->add_mediations());
        return true;
      },
      response->mutable_next_page_token());
  if (refused) return *std::move(refused);
  return runtime::MessagePtr(std::move(response));
}

template <typename Dated>
bool HoldsOn(const Dated& dated, const std::string& day) {
  return dated.valid_from() <= day && (dated.valid_until().empty() || day < dated.valid_until());
}

QueryResult GetMediationStaffing(const v1::GetMediationStaffingRequest& request, const QueryContext& context,
                                 const StateReader& rows) {
  if (!request.on().empty() && !ParseDate(request.on())) return RefuseField("on", Phrase::PHRASE_DATE_FORMAT);
  const std::string day = request.on().empty() ? FormatDate(DateAt(context.now)) : request.on();
  std::map<std::string, uint32_t> mediators;  // by office
  rows.Scan(tables::Prefix(tables::kPractitioner, context.municipality),
            tables::Prefix(tables::kPractitioner, Municipality(context.municipality.code() + 1)),
            [&](std::string_view, std::string_view value) {
              v1::MediatorRow one;
              if (one.ParseFromArray(value.data(), static_cast<int>(value.size())) &&
                  one.kind() == registry::v1::PRACTITIONER_KIND_MEDIATOR && HoldsOn(one, day)) {
                ++mediators[one.office_id()];
              }
              return true;
            });
  auto response = std::make_unique<v1::GetMediationStaffingResponse>();
  auto refused = ReadPage<registry::v1::Office>(
      tables::kOffice, request.page_size(), request.page_token(), request.on(), context.municipality, rows,
      [&](const registry::v1::Office& office) {
        if (office.kind() != registry::v1::OFFICE_KIND_COMMITTEE) return false;
        v1::CommitteeStaffing* committee = response->add_committees();
        committee->set_office_id(office.office_id());
        committee->set_kind(office.mediation_kind());
        committee->set_open(HoldsOn(office, day));
        committee->set_mediators(mediators[office.office_id()]);
        return true;
      },
      response->mutable_next_page_token());
  if (refused) return *std::move(refused);
  return runtime::MessagePtr(std::move(response));
}

}  // namespace

void AddQueries(runtime::QueryTable* queries) {
  queries->Add<v1::GetMediationRequest>(&GetMediation);
  queries->Add<v1::ListMediationsRequest>(&ListMediations);
  queries->Add<v1::GetMediationIndicatorsRequest>(&GetMediationIndicators);
  queries->Add<v1::GetMediationStaffingRequest>(&GetMediationStaffing);
}

}  // namespace casehub::mediation
