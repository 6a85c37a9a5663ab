// D5: every number comes with the cases behind it. Which cases stand behind a number is read off rows that are kept in
// step with the disputes (tables::CountedRows), so the answer is exact at any time.
#include <map>

#include "absl/strings/str_cat.h"
#include "services/mediation/domain/indicators.h"
#include "services/mediation/queries.h"
#include "services/mediation/tables.h"
#include "services/model/civil_time.h"
#include "services/model/page_token.h"
#include "services/model/timestamps.h"

namespace casehub::mediation {
namespace {

using runtime::StateReader;

// Counts all rows of the period, and puts those of the page into the response.
class Collector {
 public:
  Collector(const v1::GetMediationIndicatorsRequest& request, size_t page_size, std::string after,
            v1::GetMediationIndicatorsResponse* response)
      : request_(request), page_size_(page_size), after_(std::move(after)), response_(response) {}

  void Scan(tables::Table table, Municipality municipality, Instant from, Instant until, const StateReader& rows) {
    rows.Scan(tables::CountedStart(table, municipality, from), tables::CountedStart(table, municipality, until),
              [&](std::string_view key, std::string_view value) {
                const auto counted = tables::DecodeCountedKey(key);
                if (counted && value.size() == 1) Add(key, *counted, static_cast<v1::CountedAs>(value[0]));
                return true;
              });
  }
  uint64_t Of(v1::CountedAs as) const {
    const auto found = totals_.find(as);
    return found == totals_.end() ? 0 : found->second;
  }
  uint64_t all() const { return all_; }
  // Key of the last case on the page; empty if no case is left for another page.
  const std::string& last() const { return more_ ? last_ : kNone; }

 private:
  void Add(std::string_view key, const tables::Counted& counted, v1::CountedAs as) {
    ++totals_[as];
    ++all_;
    if (request_.counted_as() != v1::COUNTED_AS_UNSPECIFIED && request_.counted_as() != as) return;
    if (key <= after_) return;
    if (static_cast<size_t>(response_->cases_size()) == page_size_) {
      more_ = true;
      return;
    }
    v1::CountedCase* one = response_->add_cases();
    one->set_case_id(counted.case_id.ToString());
    one->set_counted_as(as);
    *one->mutable_at() = ToTimestamp(counted.at);
    last_ = std::string(key);
  }

  inline static const std::string kNone;
  const v1::GetMediationIndicatorsRequest& request_;
  const size_t page_size_;
  const std::string after_;
  v1::GetMediationIndicatorsResponse* response_;
  std::map<v1::CountedAs, uint64_t> totals_;
  uint64_t all_ = 0;
  bool more_ = false;
  std::string last_;
};

struct Period {
  Instant from;
  Instant until;
};

std::variant<Period, runtime::Refused> PeriodOf(const v1::GetMediationIndicatorsRequest& request) {
  for (const auto& [field, text] : {std::pair("from", request.from()), std::pair("until", request.until())}) {
    if (text.empty()) return runtime::Refuse(runtime::Refusal::REFUSAL_FIELD_MISSING).With("field", field);
    if (!ParseDate(text)) return RefuseField(field, Phrase::PHRASE_DATE_FORMAT);
  }
  const Period period{StartOf(*ParseDate(request.from())), StartOf(*ParseDate(request.until()))};
  if (period.until <= period.from) return RefuseField("until", Phrase::PHRASE_PERIOD);
  return period;
}

}  // namespace

runtime::QueryResult GetMediationIndicators(const v1::GetMediationIndicatorsRequest& request,
                                            const runtime::QueryContext& context, const StateReader& rows) {
  if (request.indicator() == v1::MEDIATION_INDICATOR_UNSPECIFIED) {
    return runtime::Refuse(runtime::Refusal::REFUSAL_FIELD_MISSING).With("field", "indicator");
  }
  if (!v1::MediationIndicator_IsValid(request.indicator())) {
    return RefuseField("indicator", Phrase::PHRASE_NOT_A_KNOWN_VALUE);
  }
  if (!v1::CountedAs_IsValid(request.counted_as())) {
    return RefuseField("counted_as", Phrase::PHRASE_NOT_A_KNOWN_VALUE);
  }
  auto period_or = PeriodOf(request);
  if (auto* refused = std::get_if<runtime::Refused>(&period_or)) return std::move(*refused);
  const Period period = std::get<Period>(period_or);
  const auto size = PageSize(request.page_size());
  if (!size) return RefuseField("page_size", Phrase::PHRASE_PAGE_SIZE);
  const std::string filters =
      absl::StrCat(request.indicator(), "/", request.from(), "/", request.until(), "/", request.counted_as());
  std::string after;
  if (!request.page_token().empty()) {
    const auto last = DecodePageToken(request.page_token(), filters);
    if (!last) return runtime::Refuse(runtime::Refusal::REFUSAL_PAGE_TOKEN_INVALID);
    after = *last;
  }
  auto response = std::make_unique<v1::GetMediationIndicatorsResponse>();
  Collector collector(request, *size, std::move(after), response.get());
  const bool acceptance = request.indicator() == v1::MEDIATION_INDICATOR_ACCEPTANCE;
  if (acceptance) {
    collector.Scan(tables::kReceived, context.municipality, period.from, period.until, rows);
  } else {
    collector.Scan(tables::kConcluded, context.municipality, period.from, period.until, rows);
    // Whatever was received before the period's end and is open still.
    collector.Scan(tables::kOpen, context.municipality, Instant{0}, period.until, rows);
  }
  response->set_numerator(collector.Of(v1::COUNTED_AS_NUMERATOR));
  response->set_denominator(response->numerator() + collector.Of(v1::COUNTED_AS_DENOMINATOR_ONLY));
  response->set_left_out(collector.all() - response->denominator());
  response->set_share(ShareText(response->numerator(), response->denominator()));
  response->set_target_percent(acceptance ? kAcceptancePercent : kSuccessPercent);
  response->set_target(Compare(response->numerator(), response->denominator(), response->target_percent()));
  response->set_definition(kIndicatorDefinition);
  if (!collector.last().empty()) response->set_next_page_token(EncodePageToken(collector.last(), filters));
  return runtime::MessagePtr(std::move(response));
}

}  // namespace casehub::mediation
