#include "services/intake/queries.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "casehub/intake/v1/intake_service.pb.h"
#include "services/intake/case_rows.h"
#include "services/intake/rpc.h"
#include "services/intake/tables.h"
#include "services/model/page_token.h"

namespace casehub::intake {
namespace {

using runtime::QueryContext;
using runtime::QueryResult;
using runtime::StateReader;

constexpr size_t kRowsPerPageMax = 20'000;  // looked at for one page, whatever the filter leaves of them

// A clock that waits for its event is not shown yet.
void ShowClocks(const v1::CaseState& state, google::protobuf::RepeatedPtrField<v1::Clock>* shown) {
  for (const v1::Clock& clock : state.clocks()) {
    if (clock.status() != v1::CLOCK_STATUS_UNSPECIFIED) *shown->Add() = clock;
  }
}

void Show(const v1::CaseState& state, v1::Case* shown) {
  shown->set_case_id(state.case_id());
  shown->set_municipality(state.municipality());
  shown->set_kind(state.kind());
  shown->set_status(state.status());
  shown->set_etag(Etag(state));
  shown->set_channel(state.channel());
  shown->set_matter_type(state.matter_type());
  shown->set_source_system(state.source_system());
  shown->set_external_reference(state.external_reference());
  // Where custody moved away only the status is left to see (life 5, step 9).
  const bool here = state.status() != v1::CASE_STATUS_MOVED_AWAY;
  if (here && state.has_applicant()) *shown->mutable_applicant() = state.applicant();
  if (state.has_first_receiver()) *shown->mutable_first_receiver() = state.first_receiver();
  shown->set_responsible_office_id(state.responsible_office_id());
  shown->set_responsible_staff_id(state.responsible_staff_id());
  if (state.has_opened_at()) *shown->mutable_opened_at() = state.opened_at();
  if (state.has_changed_at()) *shown->mutable_changed_at() = state.changed_at();
  shown->set_contacts(state.contacts());
  shown->set_calls(state.calls());
  shown->set_pending_office_id(state.pending_office_id());
  if (here && state.has_question()) *shown->mutable_question() = state.question();
  if (here && state.has_answer()) *shown->mutable_answer() = state.answer();
  ShowClocks(state, shown->mutable_clocks());
  shown->set_frozen(state.frozen_hop() > 0);
  shown->set_frozen_to(state.frozen_to());
  shown->set_parked_reason(state.parked_reason());
  shown->set_line_events(state.line_events());
  shown->set_home_municipality(state.home_municipality());
  shown->set_competent_municipality(state.competent_municipality());
  if (here) *shown->mutable_attributes() = state.attributes();
  shown->set_escalated(state.escalated());
  if (here && state.has_aid()) *shown->mutable_aid() = state.aid();
  if (here && state.has_defence()) *shown->mutable_defence() = state.defence();
  shown->set_acquired_from(state.acquired_from());
  shown->set_document_set(state.document_set());
  shown->set_facts_held(state.facts_held());
  shown->set_duplicate_of(state.duplicate_of());
  if (here) *shown->mutable_same_matters() = state.same_matters();
}

QueryResult GetCase(const v1::GetCaseRequest& request, const QueryContext& context, const StateReader& state) {
  const auto found = LoadCase(state, context.municipality, request.case_id());
  if (!found) return runtime::Refuse(runtime::Refusal::REFUSAL_CASE_UNKNOWN);
  auto response = std::make_unique<v1::GetCaseResponse>();
  Show(*found, response->mutable_case_());
  return runtime::MessagePtr(std::move(response));
}

// The claim code was checked at the edge.
QueryResult GetProgress(const v1::GetProgressRequest& request, const QueryContext& context, const StateReader& state) {
  const auto found = LoadCase(state, context.municipality, request.case_id());
  if (!found) return runtime::Refuse(runtime::Refusal::REFUSAL_CASE_UNKNOWN);
  auto response = std::make_unique<v1::GetProgressResponse>();
  response->set_case_id(found->case_id());
  response->set_status(found->status());
  response->set_responsible_office_id(found->responsible_office_id());
  *response->mutable_changed_at() = found->changed_at();
  ShowClocks(*found, response->mutable_clocks());
  return runtime::MessagePtr(std::move(response));
}

bool Matches(const v1::CaseState& state, const v1::ListCasesRequest& request) {
  if (request.status() != v1::CASE_STATUS_UNSPECIFIED && state.status() != request.status()) return false;
  return request.source_system().empty() || state.source_system() == request.source_system();
}

QueryResult ListCases(const v1::ListCasesRequest& request, const QueryContext& context, const StateReader& state) {
  const auto size = PageSize(request.page_size());
  if (!size) {
    return RefuseField("page_size", Phrase::PHRASE_PAGE_SIZE);
  }
  auto response = std::make_unique<v1::ListCasesResponse>();
  if (!request.external_reference().empty()) {
    if (request.source_system().empty()) {
      return runtime::Refuse(runtime::Refusal::REFUSAL_FIELD_MISSING).With("field", "source_system");
    }
    const auto id =
        state.Get(tables::SourceKey(context.municipality, request.source_system(), request.external_reference()));
    const auto case_id = id ? Uuid::FromBytes(*id) : std::nullopt;
    const auto found = case_id ? LoadCase(state, tables::CaseKey(context.municipality, *case_id)) : std::nullopt;
    if (found && Matches(*found, request)) Show(*found, response->add_cases());
    return runtime::MessagePtr(std::move(response));
  }
  const std::string filters = absl::StrCat(request.status(), "/", request.source_system());
  const std::string prefix = tables::Prefix(tables::kCase, context.municipality);
  std::string from = prefix;
  if (!request.page_token().empty()) {
    const auto last = DecodePageToken(request.page_token(), filters);
    if (!last) return runtime::Refuse(runtime::Refusal::REFUSAL_PAGE_TOKEN_INVALID);
    from = prefix + *last + '\0';
  }
  std::string last;
  size_t looked_at = 0;
  bool more = false;
  state.Scan(from, tables::Prefix(tables::kCase, Municipality(context.municipality.code() + 1)),
             [&](std::string_view key, std::string_view value) {
               if (static_cast<size_t>(response->cases_size()) == *size || looked_at == kRowsPerPageMax) {
                 more = true;
                 return false;
               }
               ++looked_at;
               last = std::string(key.substr(prefix.size()));
               v1::CaseState row;
               if (ParseCase(key, value, &row) && Matches(row, request)) {
                 Show(row, response->add_cases());
               }
               return true;
             });
  if (more) response->set_next_page_token(EncodePageToken(last, filters));
  return runtime::MessagePtr(std::move(response));
}

}  // namespace

void AddQueries(runtime::QueryTable* queries) {
  queries->Add<v1::GetCaseRequest>(&GetCase);
  queries->Add<v1::GetProgressRequest>(&GetProgress);
  queries->Add<v1::ListCasesRequest>(&ListCases);
}

}  // namespace casehub::intake
