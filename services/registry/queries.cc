#include "services/registry/queries.h"

#include <algorithm>
#include <utility>

#include "casehub/registry/v1/registry_service.pb.h"
#include "services/registry/tables.h"

namespace casehub::registry {
namespace {

using runtime::QueryContext;
using runtime::QueryResult;
using runtime::Refusal;
using runtime::StateReader;

constexpr int kPageDefault = 100;
constexpr int kPageMax = 1000;

// One page of a table. The token is the id of the last row of the page before.
template <typename Row, typename Request, typename Add>
std::optional<runtime::Refused> ReadPage(tables::Table table, const Request& request, const QueryContext& context,
                                         const StateReader& state, Add add, std::string* next_page_token) {
  if (request.page_size() < 0 || request.page_size() > kPageMax) {
    return runtime::Refuse(Refusal::REFUSAL_FIELD_INVALID).With("field", "page_size").With("why", "1 to 1,000");
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

}  // namespace

void AddQueries(runtime::QueryTable* queries) {
  queries->Add<v1::ListOfficesRequest>(&ListOffices);
  queries->Add<v1::ListPractitionersRequest>(&ListPractitioners);
}

}  // namespace casehub::registry
