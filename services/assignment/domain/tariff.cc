#include "services/assignment/domain/tariff.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "services/model/civil_time.h"
#include "services/model/digest.h"

namespace casehub::assignment {

using R = common::v1::Refusal;

namespace {

constexpr int kRowsMax = 200;
constexpr int64_t kAmountMax = 10'000'000'000;

std::optional<Refused> CheckRows(const v1::Tariff& tariff) {
  if (tariff.rows().empty()) return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "tariff.rows"}});
  if (tariff.rows_size() > kRowsMax) return RefuseTooMany("tariff.rows", kRowsMax);
  std::set<std::pair<int, std::string>> seen;
  for (int i = 0; i < tariff.rows_size(); ++i) {
    const v1::TariffRow& row = tariff.rows(i);
    const std::string field = absl::StrCat("tariff.rows[", i, "]");
    if (row.kind() != intake::v1::CASE_KIND_LEGAL_AID && row.kind() != intake::v1::CASE_KIND_DEFENCE) {
      return RefuseField(field + ".kind", Phrase::PHRASE_NOT_A_KNOWN_VALUE);
    }
    if (auto refusal = CheckText(field + ".matter_type", row.matter_type(), 64, false)) return refusal;
    if (row.amount_fen() < 1 || row.amount_fen() > kAmountMax) {
      return RefuseField(field + ".amount_fen", Phrase::PHRASE_AMOUNT);
    }
    if (!seen.emplace(row.kind(), row.matter_type()).second) return RefuseField(field, Phrase::PHRASE_ROW_TWICE);
  }
  return std::nullopt;
}

}  // namespace

std::string TariffVersion(const v1::Tariff& tariff) {
  v1::Tariff content = tariff;
  content.clear_version();
  return Sha256Hex(content.SerializeAsString());
}

EventsOrRefusal DecideSetTariff(const std::optional<v1::Tariff>& known, const v1::SetTariffRequest& request,
                                const Context& context) {
  const v1::Tariff& tariff = request.tariff();
  if (tariff.valid_from().empty()) return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "tariff.valid_from"}});
  if (!ParseDate(tariff.valid_from())) return RefuseField("tariff.valid_from", Phrase::PHRASE_DATE_FORMAT);
  if (auto refusal = CheckText("tariff.citation", tariff.citation(), 200, true)) return *std::move(refusal);
  if (!tariff.version().empty()) return RefuseField("tariff.version", Phrase::PHRASE_SET_BY_CASEHUB);
  if (auto refusal = CheckRows(tariff)) return *std::move(refusal);
  const std::string version = TariffVersion(tariff);
  if (known && known->version() == version) return Events();
  Events events{NewEvent("", context.received_at)};
  *events[0].mutable_tariff_set()->mutable_tariff() = tariff;
  events[0].mutable_tariff_set()->mutable_tariff()->set_version(version);
  return events;
}

std::optional<int64_t> AmountOf(const v1::Tariff& tariff, intake::v1::CaseKind kind, const std::string& matter_type) {
  std::optional<int64_t> any;
  for (const v1::TariffRow& row : tariff.rows()) {
    if (row.kind() != kind) continue;
    if (row.matter_type() == matter_type) return row.amount_fen();
    if (row.matter_type().empty()) any = row.amount_fen();
  }
  return any;
}

std::vector<v1::SubsidyShare> SharesOf(const v1::AssignmentState& state, int64_t amount_fen) {
  struct Part {
    const v1::PractitionerRef* practitioner;
    uint64_t weight;
    int64_t amount = 0;
    uint64_t remainder = 0;
  };
  std::vector<Part> parts;
  uint64_t all = 0;
  for (const v1::Work& work : state.work()) {
    if (work.recorded() == 0) continue;
    parts.push_back({&work.practitioner(), work.recorded()});
    all += work.recorded();
  }
  if (parts.empty()) parts.push_back({&state.letter().practitioner(), all = 1});
  int64_t left = amount_fen;
  for (Part& part : parts) {
    const absl::uint128 product = absl::uint128(static_cast<uint64_t>(amount_fen)) * part.weight;
    part.amount = static_cast<int64_t>(absl::Uint128Low64(product / all));
    part.remainder = absl::Uint128Low64(product % all);
    left -= part.amount;
  }
  std::vector<size_t> order(parts.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return parts[a].remainder > parts[b].remainder; });
  for (size_t i = 0; left > 0; ++i, --left) ++parts[order[i]].amount;
  std::vector<v1::SubsidyShare> shares;
  for (const Part& part : parts) {
    if (part.amount == 0) continue;
    v1::SubsidyShare& share = shares.emplace_back();
    share.set_practitioner_id(part.practitioner->practitioner_id());
    share.set_lent_from(part.practitioner->lent_from());
    share.set_amount_fen(part.amount);
  }
  return shares;
}

}  // namespace casehub::assignment
