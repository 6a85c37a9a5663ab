// The overdue list (B2): deadlines of intake that were missed as of a time.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "casehub/intake/v1/intake_service.pb.h"
#include "services/intake/case_rows.h"
#include "services/intake/queries.h"
#include "services/intake/tables.h"
#include "services/model/page_token.h"
#include "services/model/timestamps.h"

namespace casehub::intake {
namespace {

using runtime::QueryContext;
using runtime::QueryResult;
using runtime::StateReader;

constexpr size_t kCasesPerPageMax = 20'000;  // looked at for one page, however few of them are overdue

// Due by then, and not done by then. A clock that waits has no date, one that was called off is owed to nobody, and
// what has been done in time was never overdue.
bool IsOverdueAt(const v1::Clock& clock, Instant as_of) {
  if (ToInstant(clock.deadline().due_at()) > as_of) return false;
  switch (clock.status()) {
    case v1::CLOCK_STATUS_RUNNING:  // due, and its record is on its way
    case v1::CLOCK_STATUS_MISSED:
      return true;
    case v1::CLOCK_STATUS_MET_LATE:
      return ToInstant(clock.ended_at()) > as_of;
    default:
      return false;
  }
}

void AddOverdue(const v1::CaseState& row, const v1::ListOverdueRequest& request, Instant as_of,
                v1::ListOverdueResponse* response) {
  if (row.status() == v1::CASE_STATUS_MOVED_AWAY) return;  // its custodian lists it
  if (!request.office_id().empty() && row.responsible_office_id() != request.office_id()) return;
  for (const v1::Clock& clock : row.clocks()) {
    if (!request.policy().empty() && clock.deadline().policy() != request.policy()) continue;
    if (!IsOverdueAt(clock, as_of)) continue;
    auto* overdue = response->add_overdue();
    overdue->set_case_id(row.case_id());
    overdue->set_municipality(row.municipality());
    overdue->set_kind(row.kind());
    overdue->set_matter_type(row.matter_type());
    overdue->set_source_system(row.source_system());
    overdue->set_external_reference(row.external_reference());
    overdue->set_responsible_office_id(row.responsible_office_id());
    *overdue->mutable_deadline() = clock.deadline();
    overdue->set_status(clock.status());
    if (clock.has_ended_at()) *overdue->mutable_ended_at() = clock.ended_at();
  }
}

// A page ends behind a case, so that all deadlines of one case stand together.
QueryResult ListOverdue(const v1::ListOverdueRequest& request, const QueryContext& context, const StateReader& state) {
  const auto size = PageSize(request.page_size());
  if (!size) return RefuseField("page_size", Phrase::PHRASE_PAGE_SIZE);
  if (request.has_as_of() && !IsInCalendar(request.as_of())) return RefuseField("as_of", Phrase::PHRASE_YEARS_OF_TIMES);
  const Instant as_of = request.has_as_of() ? ToInstant(request.as_of()) : context.now;
  // The time is part of the filters: a page token is good for the list it was given for.
  const std::string asked = request.has_as_of() ? absl::StrCat(as_of.micros) : "now";
  const std::string filters = absl::StrCat(asked, "/", request.policy(), "/", request.office_id());
  const std::string prefix = tables::Prefix(tables::kCase, context.municipality);
  std::string from = prefix;
  if (!request.page_token().empty()) {
    const auto last = DecodePageToken(request.page_token(), filters);
    if (!last) return runtime::Refuse(runtime::Refusal::REFUSAL_PAGE_TOKEN_INVALID);
    from = prefix + *last + '\0';
  }
  auto response = std::make_unique<v1::ListOverdueResponse>();
  std::string last;
  size_t looked_at = 0;
  const std::string end = tables::Prefix(tables::kCase, Municipality(context.municipality.code() + 1));
  state.Scan(from, end, [&](std::string_view key, std::string_view value) {
    if (static_cast<size_t>(response->overdue_size()) >= *size || looked_at == kCasesPerPageMax) {
      response->set_next_page_token(EncodePageToken(last, filters));
      return false;
    }
    ++looked_at;
    last = std::string(key.substr(prefix.size()));
    v1::CaseState row;
    if (ParseCase(key, value, &row)) AddOverdue(row, request, as_of, response.get());
    return true;
  });
  return runtime::MessagePtr(std::move(response));
}

}  // namespace

void AddOverdueQueries(runtime::QueryTable* queries) { queries->Add<v1::ListOverdueRequest>(&ListOverdue); }

}  // namespace casehub::intake
