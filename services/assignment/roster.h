// What assignment knows of practitioners, offices and loans, read from its rows into what decisions take.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/assignment/domain/choose.h"
#include "services/assignment/domain/loans.h"
#include "services/assignment/domain/offers.h"
#include "services/runtime/service.h"

namespace casehub::assignment {

// One municipality's rows at one time.
class Roster {
 public:
  Roster(const runtime::StateReader& rows, Municipality here, Instant now) : rows_(rows), here_(here), now_(now) {}

  std::optional<v1::AssignmentState> FindCase(std::string_view case_id) const;
  OfficeFact FindOffice(const std::string& office_id) const;
  std::optional<Candidate> FindOwn(const std::string& practitioner_id) const;
  std::optional<v1::LoanState> FindLoan(std::string_view loan_id) const;
  v1::LoanBook BookWith(const std::string& borrower) const;
  std::vector<v1::LoanState> LoansOf(const v1::AssignmentState& state) const;
  // The newest tariff that holds on the day.
  std::optional<v1::Tariff> TariffOn(const std::string& day) const;

  // All of the municipality and all that are lent to it for this case. The view borrows from the roster and the state.
  RosterView Whole(const v1::AssignmentState& state) const;
  // Only who holds the offer.
  RosterView Holder(const v1::AssignmentState& state) const;

 private:
  Candidate OwnCandidate(const v1::RosterEntry& entry) const;
  Candidate LentCandidate(const v1::LoanState& loan, const v1::AssignmentState& state) const;
  RosterView View(const v1::AssignmentState& state) const;
  std::vector<Candidate> Candidates(const v1::AssignmentState& state) const;
  std::vector<Candidate> HolderOf(const v1::AssignmentState& state) const;

  const runtime::StateReader& rows_;
  const Municipality here_;
  const Instant now_;
};

}  // namespace casehub::assignment
