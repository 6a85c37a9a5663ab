#include "services/assignment/roster.h"

#include "casehub/registry/v1/registry_events.pb.h"
#include "services/assignment/tables.h"
#include "services/model/civil_time.h"

namespace casehub::assignment {

std::optional<v1::AssignmentState> Roster::FindCase(std::string_view case_id) const {
  const auto id = Uuid::Parse(case_id);
  if (!id) return std::nullopt;
  return rows_.Load<v1::AssignmentState>(tables::CaseKey(here_, *id));
}

OfficeFact Roster::FindOffice(const std::string& office_id) const {
  OfficeFact fact;
  if (office_id.empty()) return fact;
  const auto office = rows_.Load<registry::v1::Office>(tables::OfficeKey(here_, office_id));
  if (!office) return fact;
  const std::string today = FormatDate(DateAt(now_));
  fact.known = true;
  fact.open = office->valid_from() <= today && (office->valid_until().empty() || today < office->valid_until());
  fact.is_centre = office->kind() == registry::v1::OFFICE_KIND_CENTRE;
  fact.closed_since = office->valid_until();
  fact.region_code = office->region_code();
  return fact;
}

Candidate Roster::OwnCandidate(const v1::RosterEntry& entry) const {
  Candidate candidate;
  candidate.entry = entry;
  const OfficeFact office = FindOffice(entry.office_id());
  candidate.office_open = office.open;
  candidate.region_code = office.region_code;
  candidate.villages.insert(entry.villages().begin(), entry.villages().end());
  const auto load = rows_.Load<v1::LoadState>(tables::LoadKey(here_, entry.practitioner_id()));
  if (!load) return candidate;
  candidate.in_hand = static_cast<uint32_t>(load->occupations_size());
  for (const v1::Occupation& occupation : load->occupations()) {
    if (!occupation.village().empty()) candidate.villages.insert(occupation.village());
  }
  if (load->year() == static_cast<uint32_t>(DateAt(now_).year())) {
    candidate.offers = load->offers();
    if (load->has_last_offer_at()) candidate.last_offer_at = ToInstant(load->last_offer_at());
  }
  return candidate;
}

// The loan is one unit of the lawyer's capacity, for this case alone.
Candidate Roster::LentCandidate(const v1::LoanState& loan, const v1::AssignmentState& state) const {
  Candidate candidate;
  candidate.entry = loan.lawyer();
  candidate.entry.set_capacity(1);
  candidate.lent_from = loan.lender();
  candidate.in_hand = IsInUse(loan, &state) ? 1 : 0;
  candidate.office_open = IsWanted(loan, &state, now_) || !EndOf(loan) || now_ < *EndOf(loan);
  candidate.villages.insert(loan.lawyer().villages().begin(), loan.lawyer().villages().end());
  return candidate;
}

std::optional<Candidate> Roster::FindOwn(const std::string& practitioner_id) const {
  if (practitioner_id.empty()) return std::nullopt;
  const auto entry = rows_.Load<v1::RosterEntry>(tables::PractitionerKey(here_, practitioner_id));
  if (!entry) return std::nullopt;
  return OwnCandidate(*entry);
}

std::optional<v1::LoanState> Roster::FindLoan(std::string_view loan_id) const {
  const auto id = Uuid::Parse(loan_id);
  if (!id) return std::nullopt;
  return rows_.Load<v1::LoanState>(tables::LoanKey(here_, *id));
}

v1::LoanBook Roster::BookWith(const std::string& borrower) const {
  const auto municipality = Municipality::Parse(borrower);
  if (!municipality) return {};
  return rows_.Load<v1::LoanBook>(tables::LoanBookKey(here_, *municipality)).value_or(v1::LoanBook());
}

std::vector<v1::LoanState> Roster::LoansOf(const v1::AssignmentState& state) const {
  std::vector<v1::LoanState> loans;
  for (const std::string& loan_id : state.loans()) {
    if (auto loan = FindLoan(loan_id)) loans.push_back(*std::move(loan));
  }
  return loans;
}

std::optional<v1::Tariff> Roster::TariffOn(const std::string& day) const {
  std::optional<v1::Tariff> found;
  const std::string end = tables::TariffKey(here_, day) + '\0';
  rows_.Scan(tables::Prefix(tables::kTariff, here_), end, [&](std::string_view, std::string_view value) {
    v1::Tariff tariff;
    if (tariff.ParseFromArray(value.data(), static_cast<int>(value.size()))) found = std::move(tariff);
    return true;
  });
  return found;
}

std::vector<Candidate> Roster::Candidates(const v1::AssignmentState& state) const {
  std::vector<v1::RosterEntry> entries;
  rows_.Scan(tables::Prefix(tables::kPractitioner, here_), tables::End(tables::kPractitioner, here_),
             [&](std::string_view, std::string_view value) {
               v1::RosterEntry entry;
               if (entry.ParseFromArray(value.data(), static_cast<int>(value.size()))) entries.push_back(entry);
               return true;
             });
  std::vector<Candidate> candidates;
  for (const v1::RosterEntry& entry : entries) candidates.push_back(OwnCandidate(entry));
  for (const v1::LoanState& loan : LoansOf(state)) {
    if (loan.status() == v1::LOAN_STATUS_LENT && !loan.returning()) candidates.push_back(LentCandidate(loan, state));
  }
  return candidates;
}

std::vector<Candidate> Roster::HolderOf(const v1::AssignmentState& state) const {
  const v1::PractitionerRef& holder = state.offer().practitioner();
  if (holder.lent_from().empty()) {
    const auto own = FindOwn(holder.practitioner_id());
    return own ? std::vector<Candidate>{*own} : std::vector<Candidate>();
  }
  for (const v1::LoanState& loan : LoansOf(state)) {
    if (loan.status() == v1::LOAN_STATUS_LENT && IsInUse(loan, &state)) return {LentCandidate(loan, state)};
  }
  return {};
}

RosterView Roster::View(const v1::AssignmentState& state) const {
  RosterView view;
  view.region_code = FindOffice(state.office_id()).region_code;
  for (const std::string& other_id : state.co_defendants()) {
    const auto other = FindCase(other_id);
    if (!other) continue;
    const auto bar = [&](const v1::PractitionerRef& counsel) {
      v1::Barred& barred = view.co_defendants_counsel.emplace_back();
      *barred.mutable_practitioner() = counsel;
      barred.set_rule(v1::CHOICE_RULE_CO_DEFENDANT);
    };
    for (const v1::Work& work : other->work()) bar(work.practitioner());
    if (other->has_offer()) bar(other->offer().practitioner());
  }
  return view;
}

RosterView Roster::Whole(const v1::AssignmentState& state) const {
  RosterView view = View(state);
  view.candidates = [this, &state] { return Candidates(state); };
  return view;
}

RosterView Roster::Holder(const v1::AssignmentState& state) const {
  RosterView view = View(state);
  view.candidates = [this, &state] { return HolderOf(state); };
  return view;
}

}  // namespace casehub::assignment
