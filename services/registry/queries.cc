#include "services/registry/queries.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "casehub/registry/v1/registry_service.pb.h"
#include "services/legalclock/rules.h"
#include "services/model/civil_time.h"
#include "services/registry/tables.h"

namespace casehub::registry {
namespace {

using runtime::QueryContext;
using runtime::QueryResult;
using runtime::Refusal;
using runtime::StateReader;

constexpr int kPageDefault = 100;
constexpr int kPageMax = 1000;
constexpr int kPausesMax = 100;
// Dates a question may name: the clock walks day by day, and the years beyond have no calendar anyway.
constexpr CivilDate kFirstDate(2000, 1, 1);
constexpr CivilDate kLastDate(2100, 12, 31);

// One page of a table. The token is the id of the last row of the page before.
template <typename Row, typename Request, typename Add>
std::optional<runtime::Refused> ReadPage(tables::Table table, const Request& request, const QueryContext& context,
                                         const StateReader& state, Add add, std::string* next_page_token) {
  if (request.page_size() < 0 || request.page_size() > kPageMax) {
    return RefuseField("page_size", Phrase::PHRASE_PAGE_SIZE);
  }
  const int size = request.page_size() == 0 ? kPageDefault : request.page_size();
  const std::string prefix = tables::Prefix(table, context.municipality);
  const std::string from = request.page_token().empty() ? prefix : prefix + request.page_token() + '\0';
  std::string end = prefix;
  end.append(1, '\xff');
  int taken = 0;
  std::string last;
  state.Scan(from, end, [&](std::string_view key, std::string_view value) {
    if (taken == size) {
      *next_page_token = last;
      return false;
    }
    Row row;
    if (!row.ParseFromArray(value.data(), static_cast<int>(value.size()))) return true;
    add(std::move(row));
    last = std::string(key.substr(prefix.size()));
    ++taken;
    return true;
  });
  return std::nullopt;
}

QueryResult ListOffices(const v1::ListOfficesRequest& request, const QueryContext& context, const StateReader& state) {
  auto response = std::make_unique<v1::ListOfficesResponse>();
  auto refused = ReadPage<v1::Office>(
      tables::kOffice, request, context, state,
      [&](v1::Office office) { *response->add_offices() = std::move(office); }, response->mutable_next_page_token());
  if (refused) return *std::move(refused);
  return runtime::MessagePtr(std::move(response));
}

QueryResult ListPractitioners(const v1::ListPractitionersRequest& request, const QueryContext& context,
                              const StateReader& state) {
  auto response = std::make_unique<v1::ListPractitionersResponse>();
  auto refused = ReadPage<v1::Practitioner>(
      tables::kPractitioner, request, context, state,
      [&](v1::Practitioner one) { *response->add_practitioners() = std::move(one); },
      response->mutable_next_page_token());
  if (refused) return *std::move(refused);
  return runtime::MessagePtr(std::move(response));
}

QueryResult ListSourceSystems(const v1::ListSourceSystemsRequest& request, const QueryContext& context,
                              const StateReader& state) {
  auto response = std::make_unique<v1::ListSourceSystemsResponse>();
  auto refused = ReadPage<v1::SourceSystem>(
      tables::kSourceSystem, request, context, state,
      [&](v1::SourceSystem source) { *response->add_sources() = std::move(source); },
      response->mutable_next_page_token());
  if (refused) return *std::move(refused);
  return runtime::MessagePtr(std::move(response));
}

std::variant<CivilDate, runtime::Refused> ReadDate(const std::string& field, const std::string& text) {
  const auto date = ParseDate(text);
  if (!date) return RefuseField(field, Phrase::PHRASE_DATE_FORMAT);
  if (*date < kFirstDate || *date > kLastDate) return RefuseField(field, Phrase::PHRASE_YEARS_OF_CALENDARS);
  return *date;
}

std::variant<std::vector<legalclock::Pause>, runtime::Refused> ReadPauses(const v1::ExplainDeadlineRequest& request) {
  if (request.pauses_size() > kPausesMax) return RefuseTooMany("pauses", kPausesMax);
  std::vector<legalclock::Pause> pauses;
  for (int i = 0; i < request.pauses_size(); ++i) {
    const std::string field = absl::StrCat("pauses[", i, "]");
    auto from = ReadDate(field + ".from", request.pauses(i).from());
    if (auto* refused = std::get_if<runtime::Refused>(&from)) return std::move(*refused);
    auto to = ReadDate(field + ".to", request.pauses(i).to());
    if (auto* refused = std::get_if<runtime::Refused>(&to)) return std::move(*refused);
    if (std::get<CivilDate>(to) < std::get<CivilDate>(from)) {
      return RefuseField(field + ".to", Phrase::PHRASE_BEFORE_DELIVERY);
    }
    pauses.push_back({std::get<CivilDate>(from), std::get<CivilDate>(to)});
  }
  return pauses;
}

QueryResult ExplainDeadline(const v1::ExplainDeadlineRequest& request, const QueryContext& context,
                            const StateReader& state) {
  if (request.policy().empty()) return runtime::Refuse(Refusal::REFUSAL_FIELD_MISSING).With("field", "policy");
  if (legalclock::FindPolicy(request.policy()) == nullptr) {
    return runtime::Refuse(Refusal::REFUSAL_POLICY_UNKNOWN).With("policy", request.policy());
  }
  if (!request.has_start()) return runtime::Refuse(Refusal::REFUSAL_FIELD_MISSING).With("field", "start");
  const auto& timestamp = request.start();
  if (timestamp.seconds() < StartOf(kFirstDate).micros / kMicrosPerSecond ||
      timestamp.seconds() >= StartOf(kLastDate + 1).micros / kMicrosPerSecond) {
    return RefuseField("start", Phrase::PHRASE_YEARS_OF_CALENDARS);
  }
  if (timestamp.nanos() < 0 || timestamp.nanos() >= 1'000'000'000) return RefuseField("start", Phrase::PHRASE_NANOS);
  auto pauses = ReadPauses(request);
  if (auto* refused = std::get_if<runtime::Refused>(&pauses)) return std::move(*refused);

  const Instant start{timestamp.seconds() * kMicrosPerSecond + timestamp.nanos() / 1000};
  const auto rules = legalclock::RulesIn(state, tables::RulesKey(context.municipality));
  const legalclock::Policy* policy = rules->Find(request.policy(), start);
  if (request.extended() && policy->extension == 0) return RefuseField("extended", Phrase::PHRASE_NO_EXTENSION);
  const legalclock::Explained explained = legalclock::Compute(
      *policy, start, std::get<std::vector<legalclock::Pause>>(pauses), rules->calendar(), request.extended());
  auto response = std::make_unique<v1::ExplainDeadlineResponse>();
  response->set_policy(request.policy());
  response->mutable_due()->set_seconds(explained.due.micros / kMicrosPerSecond);
  response->mutable_due()->set_nanos(static_cast<int32_t>(explained.due.micros % kMicrosPerSecond * 1000));
  if (explained.due_date) response->set_due_date(FormatDate(*explained.due_date));
  response->set_provisional(explained.provisional);
  response->set_citation(std::string(policy->citation_zh) + " / " + std::string(policy->citation_en));
  for (size_t i = 0; i < explained.steps_zh.size(); ++i) {
    response->add_steps(explained.steps_zh[i] + " / " + explained.steps_en[i]);
  }
  return runtime::MessagePtr(std::move(response));
}

v1::TermUnit UnitOf(legalclock::Policy::Unit unit) {
  switch (unit) {
    case legalclock::Policy::Unit::kHours:
      return v1::TERM_UNIT_HOURS;
    case legalclock::Policy::Unit::kNaturalDays:
      return v1::TERM_UNIT_NATURAL_DAYS;
    case legalclock::Policy::Unit::kWorkingDays:
      return v1::TERM_UNIT_WORKING_DAYS;
    case legalclock::Policy::Unit::kMonths:
      break;
  }
  return v1::TERM_UNIT_MONTHS;
}

QueryResult ListPolicies(const v1::ListPoliciesRequest& request, const QueryContext& context,
                         const StateReader& state) {
  CivilDate day = DateAt(context.now);
  if (!request.day().empty()) {
    auto asked = ReadDate("day", request.day());
    if (auto* refused = std::get_if<runtime::Refused>(&asked)) return std::move(*refused);
    day = std::get<CivilDate>(asked);
  }
  auto response = std::make_unique<v1::ListPoliciesResponse>();
  for (const auto& [policy, from] : legalclock::RulesIn(state, tables::RulesKey(context.municipality))->On(day)) {
    v1::Policy* one = response->add_policies();
    one->set_name(std::string(policy->name));
    one->set_amount(static_cast<uint32_t>(policy->amount));
    one->set_unit(UnitOf(policy->unit));
    one->set_extension(static_cast<uint32_t>(policy->extension));
    one->set_citation_zh(std::string(policy->citation_zh));
    one->set_citation_en(std::string(policy->citation_en));
    if (from) one->set_valid_from(FormatDate(*from));
    one->set_version(std::string(policy->version));
  }
  return runtime::MessagePtr(std::move(response));
}

}  // namespace

void AddQueries(runtime::QueryTable* queries) {
  queries->Add<v1::ListOfficesRequest>(&ListOffices);
  queries->Add<v1::ListPractitionersRequest>(&ListPractitioners);
  queries->Add<v1::ListSourceSystemsRequest>(&ListSourceSystems);
  queries->Add<v1::ListPoliciesRequest>(&ListPolicies);
  queries->Add<v1::ExplainDeadlineRequest>(&ExplainDeadline);
}

}  // namespace casehub::registry
