// What came of a source's deliveries: the reconciliation of A8, and the suspicions of A7.
#include <algorithm>

#include "casehub/ingest/v1/ingest_service.pb.h"
#include "services/intake/domain/sources.h"
#include "services/intake/queries.h"
#include "services/intake/tables.h"
#include "services/model/page_token.h"

namespace casehub::intake {
namespace {

using ingest::v1::GetImportReportResponse;
using runtime::QueryContext;
using runtime::QueryResult;
using runtime::StateReader;

constexpr int kGapsMax = 1000;  // listed, of a kind

void AddDayGap(CivilDate from, CivilDate to, GetImportReportResponse* report) {
  if (report->day_gaps_size() == kGapsMax) return report->set_more_gaps(true);
  auto* gap = report->add_day_gaps();
  gap->set_from(FormatDate(from));
  gap->set_to(FormatDate(to));
  gap->set_days(static_cast<uint32_t>(to - from + 1));
}

// Months in order, and the days between the first and the last one on which nothing happened.
void ReportDays(const StateReader& state, Municipality here, const std::string& source,
                GetImportReportResponse* report) {
  const auto first_day = ParseDate(report->first_day());
  const auto last_day = ParseDate(report->last_day());
  const std::string prefix = tables::SourceMonthPrefix(here, source);
  CivilDate expected = first_day.value_or(CivilDate());  // the day after the last one that has an event
  state.Scan(prefix, prefix + '\xff', [&](std::string_view key, std::string_view value) {
    v1::SourceMonth row;
    row.ParseFromArray(value.data(), static_cast<int>(value.size()));
    const uint64_t number = ReadBigEndian(key.substr(prefix.size()));
    const CivilDate start(static_cast<absl::civil_year_t>(number / 12), static_cast<int>(number % 12) + 1, 1);
    auto* month = report->add_months();
    month->set_month(FormatDate(start).substr(0, 7));
    month->set_cases(row.cases());
    uint32_t days_with_events = 0;
    uint64_t events = 0;
    for (int i = 0; i < row.events_on_size(); ++i) {
      if (row.events_on(i) == 0) continue;
      ++days_with_events;
      events += row.events_on(i);
      const CivilDate day = start + i;
      if (expected < day) AddDayGap(expected, day - 1, report);
      expected = day + 1;
    }
    month->set_events(events);
    if (!first_day || !last_day) return true;
    const CivilDate end = std::min(*last_day, CivilDate(absl::CivilMonth(start) + 1) - 1);
    const CivilDate begin = std::max(*first_day, start);
    if (begin <= end) month->set_days_without_events(static_cast<uint32_t>(end - begin + 1) - days_with_events);
    return true;
  });
}

void ReportNumbers(const StateReader& state, Municipality here, const std::string& source,
                   GetImportReportResponse* report) {
  const auto numbers = state.Load<v1::SourceNumbers>(tables::SourceNumbersKey(here, source));
  if (!numbers) return;
  uint64_t read = 0;
  for (const v1::NumberRange& range : numbers->ranges()) read += range.last() - range.first() + 1;
  report->set_numbers_read(read);
  for (const v1::NumberRange& gap : Gaps(numbers->ranges())) {
    if (report->number_gaps_size() == kGapsMax) return report->set_more_gaps(true);
    *report->add_number_gaps() = gap;
  }
}

QueryResult GetImportReport(const ingest::v1::GetImportReportRequest& request, const QueryContext& context,
                            const StateReader& state) {
  if (request.source_system().empty()) {
    return runtime::Refuse(runtime::Refusal::REFUSAL_FIELD_MISSING).With("field", "source_system");
  }
  const auto source =
      state.Load<v1::SourceState>(tables::SourceStateKey(context.municipality, request.source_system()));
  if (!source) {
    return runtime::Refuse(runtime::Refusal::REFUSAL_SOURCE_SYSTEM_UNKNOWN)
        .With("source_system", request.source_system());
  }
  auto report = std::make_unique<GetImportReportResponse>();
  report->set_source_system(request.source_system());
  report->set_registered(source->registered());
  report->set_name(source->name());
  report->set_cases(source->cases());
  report->set_events(source->events());
  report->set_first_day(source->first_day());
  report->set_last_day(source->last_day());
  report->set_runs(source->runs());
  report->set_incomplete_runs(source->incomplete_runs());
  *report->mutable_reported() = source->reported();
  *report->mutable_rejects() = source->rejects();
  const uint64_t reported = source->reported().events_new();
  report->set_unreported_events(source->events() > reported ? source->events() - reported : 0);
  report->set_same_matters(source->same_matters());
  ReportDays(state, context.municipality, request.source_system(), report.get());
  ReportNumbers(state, context.municipality, request.source_system(), report.get());
  return runtime::MessagePtr(std::move(report));
}

// One page of the rows behind `prefix`; `add` says whether the row counts.
template <typename Row, typename Request>
std::optional<runtime::Refused> ReadPage(const std::string& prefix, const std::string& filters, const Request& request,
                                         const StateReader& state, const std::function<bool(Row)>& add,
                                         std::string* next_page_token) {
  const auto size = PageSize(request.page_size());
  if (!size) return RefuseField("page_size", Phrase::PHRASE_PAGE_SIZE);
  std::string from = prefix;
  if (!request.page_token().empty()) {
    const auto last = DecodePageToken(request.page_token(), filters);
    if (!last) return runtime::Refuse(runtime::Refusal::REFUSAL_PAGE_TOKEN_INVALID);
    from = prefix + *last + '\0';
  }
  size_t taken = 0;
  std::string last;
  state.Scan(from, prefix + std::string(17, '\xff'), [&](std::string_view key, std::string_view value) {
    if (taken == *size) {
      *next_page_token = EncodePageToken(last, filters);
      return false;
    }
    Row row;
    row.ParseFromArray(value.data(), static_cast<int>(value.size()));
    if (add(std::move(row))) ++taken;
    last = std::string(key.substr(prefix.size()));
    return true;
  });
  return std::nullopt;
}

QueryResult ListImportRuns(const ingest::v1::ListImportRunsRequest& request, const QueryContext& context,
                           const StateReader& state) {
  if (request.source_system().empty()) {
    return runtime::Refuse(runtime::Refusal::REFUSAL_FIELD_MISSING).With("field", "source_system");
  }
  auto response = std::make_unique<ingest::v1::ListImportRunsResponse>();
  auto refused = ReadPage<v1::ImportRun>(
      tables::ImportRunPrefix(context.municipality, request.source_system()), request.source_system(), request, state,
      [&](v1::ImportRun run) {
        *response->add_runs() = std::move(run);
        return true;
      },
      response->mutable_next_page_token());
  if (refused) return *std::move(refused);
  return runtime::MessagePtr(std::move(response));
}

QueryResult ListSameMatters(const ingest::v1::ListSameMattersRequest& request, const QueryContext& context,
                            const StateReader& state) {
  auto response = std::make_unique<ingest::v1::ListSameMattersResponse>();
  auto refused = ReadPage<v1::SameMatterPair>(
      tables::Prefix(tables::kSameMatter, context.municipality), request.source_system(), request, state,
      [&](v1::SameMatterPair pair) {
        if (!request.source_system().empty() && pair.source_system() != request.source_system()) return false;
        *response->add_pairs() = std::move(pair);
        return true;
      },
      response->mutable_next_page_token());
  if (refused) return *std::move(refused);
  return runtime::MessagePtr(std::move(response));
}

}  // namespace

void AddImportQueries(runtime::QueryTable* queries) {
  queries->Add<ingest::v1::GetImportReportRequest>(&GetImportReport);
  queries->Add<ingest::v1::ListImportRunsRequest>(&ListImportRuns);
  queries->Add<ingest::v1::ListSameMattersRequest>(&ListSameMatters);
}

}  // namespace casehub::intake
