#include "services/assignment/queries.h"

#include <utility>

#include "casehub/assignment/v1/assignment_service.pb.h"
#include "services/assignment/roster.h"
#include "services/assignment/tables.h"
#include "services/model/page_token.h"

namespace casehub::assignment {
namespace {

using runtime::QueryContext;
using runtime::QueryResult;
using runtime::StateReader;

v1::Assignment ToView(const v1::AssignmentState& state, const Roster& roster) {
  v1::Assignment view;
  view.set_case_id(state.case_id());
  view.set_etag(Etag(state));
  view.set_status(state.status());
  *view.mutable_needs() = NeedsOf(state, roster.FindOffice(state.office_id()).region_code);
  if (state.has_offer()) *view.mutable_offer() = state.offer();
  if (state.has_letter()) *view.mutable_letter() = state.letter();
  *view.mutable_barred() = state.barred();
  *view.mutable_co_defendants() = state.co_defendants();
  // Rows of due work belong to this log alone.
  const auto show = [](const v1::AssignmentClock& clock, v1::AssignmentClock* shown) {
    *shown = clock;
    shown->clear_due();
  };
  if (state.assign().has_deadline()) show(state.assign(), view.mutable_assign());
  if (state.closing_file().has_deadline()) show(state.closing_file(), view.mutable_closing_file());
  if (state.file_review().has_deadline()) show(state.file_review(), view.mutable_file_review());
  view.set_authority_notified(state.authority_notified());
  view.set_recorded(state.recorded());
  *view.mutable_work() = state.work();
  view.set_closing_rounds(state.closing_rounds());
  view.set_replacement_requested(state.replacement_requested());
  view.set_replacements(state.replacements());
  *view.mutable_loans() = state.loans();
  view.set_offers(state.offers());
  view.set_frozen(state.frozen_hop() > 0);
  view.set_frozen_to(state.frozen_to());
  return view;
}

QueryResult GetAssignment(const v1::GetAssignmentRequest& request, const QueryContext& context,
                          const StateReader& state) {
  const Roster roster(state, context.municipality, context.now);
  const auto found = roster.FindCase(request.case_id());
  if (!found) return runtime::Refuse(runtime::Refusal::REFUSAL_CASE_UNKNOWN);
  auto response = std::make_unique<v1::GetAssignmentResponse>();
  *response->mutable_assignment() = ToView(*found, roster);
  return runtime::MessagePtr(std::move(response));
}

// One page of a table in the order of its keys. `add` gets the key behind the prefix, and the value.
template <typename Response, typename Request, typename Add>
QueryResult Page(tables::Table table, const Request& request, const QueryContext& context, const StateReader& state,
                 Add add) {
  const auto size = PageSize(request.page_size());
  if (!size) return RefuseField("page_size", Phrase::PHRASE_PAGE_SIZE);
  const std::string prefix = tables::Prefix(table, context.municipality);
  std::string from = prefix;
  if (!request.page_token().empty()) {
    const auto last = DecodePageToken(request.page_token(), Request::descriptor()->name());
    if (!last) return runtime::Refuse(runtime::Refusal::REFUSAL_PAGE_TOKEN_INVALID);
    from = prefix + *last + '\0';
  }
  auto response = std::make_unique<Response>();
  std::string last;
  size_t rows = 0;
  bool more = false;
  state.Scan(from, tables::End(table, context.municipality), [&](std::string_view key, std::string_view value) {
    if (rows == *size) {
      more = true;
      return false;
    }
    ++rows;
    last = std::string(key.substr(prefix.size()));
    add(last, value, response.get());
    return true;
  });
  if (more) response->set_next_page_token(EncodePageToken(last, Request::descriptor()->name()));
  return runtime::MessagePtr(std::move(response));
}

QueryResult ListQueue(const v1::ListQueueRequest& request, const QueryContext& context, const StateReader& state) {
  const Roster roster(state, context.municipality, context.now);
  return Page<v1::ListQueueResponse>(tables::kQueue, request, context, state,
                                     [&](std::string_view key, std::string_view, v1::ListQueueResponse* response) {
                                       const auto case_id = Uuid::FromBytes(key.substr(key.size() - Uuid::kBytes));
                                       const auto found = case_id ? roster.FindCase(case_id->ToString()) : std::nullopt;
                                       if (found) *response->add_assignments() = ToView(*found, roster);
                                     });
}

QueryResult ListLoads(const v1::ListLoadsRequest& request, const QueryContext& context, const StateReader& state) {
  return Page<v1::ListLoadsResponse>(
      tables::kPractitioner, request, context, state,
      [&](std::string_view id, std::string_view value, v1::ListLoadsResponse* response) {
        v1::PractitionerLoad* shown = response->add_loads();
        shown->mutable_practitioner()->ParseFromArray(value.data(), static_cast<int>(value.size()));
        const auto load = state.Load<v1::LoadState>(tables::LoadKey(context.municipality, id));
        if (!load) return;
        *shown->mutable_occupations() = load->occupations();
        shown->set_offers(load->offers());
        shown->set_year(load->year());
        if (load->has_last_offer_at()) *shown->mutable_last_offer_at() = load->last_offer_at();
      });
}

QueryResult ListLoans(const v1::ListLoansRequest& request, const QueryContext& context, const StateReader& state) {
  return Page<v1::ListLoansResponse>(tables::kLoan, request, context, state,
                                     [](std::string_view, std::string_view value, v1::ListLoansResponse* response) {
                                       v1::LoanState* loan = response->add_loans();
                                       loan->ParseFromArray(value.data(), static_cast<int>(value.size()));
                                       loan->clear_end_due();
                                     });
}

QueryResult ListTariffs(const v1::ListTariffsRequest& request, const QueryContext& context, const StateReader& state) {
  return Page<v1::ListTariffsResponse>(tables::kTariff, request, context, state,
                                       [](std::string_view, std::string_view value, v1::ListTariffsResponse* response) {
                                         response->add_tariffs()->ParseFromArray(value.data(),
                                                                                 static_cast<int>(value.size()));
                                       });
}

}  // namespace

void AddQueries(runtime::QueryTable* queries) {
  queries->Add<v1::GetAssignmentRequest>(&GetAssignment);
  queries->Add<v1::ListQueueRequest>(&ListQueue);
  queries->Add<v1::ListLoadsRequest>(&ListLoads);
  queries->Add<v1::ListLoansRequest>(&ListLoans);
  queries->Add<v1::ListTariffsRequest>(&ListTariffs);
}

}  // namespace casehub::assignment
