#include "services/assignment/arrange.h"

#include <set>

#include "services/assignment/domain/choose.h"
#include "services/assignment/domain/clocks.h"
#include "services/assignment/domain/loans.h"
#include "services/assignment/tables.h"
#include "services/legalclock/provisional.h"
#include "services/model/civil_time.h"

namespace casehub::assignment {
namespace {

void Disarm(const Folding& folding, v1::DueRef* due) {
  if (!due->armed()) return;
  folding.rows.CancelDue(
      {Instant{due->at_micros()}, due->offset(), static_cast<uint16_t>(due->event()), static_cast<uint16_t>(due->n())});
  due->Clear();
}

// The row of due work is where it is wanted, or nowhere. A row that fired was taken off already; taking it off again
// changes nothing.
void Move(const Folding& folding, std::optional<Instant> wanted, runtime::DueWork work, v1::DueRef* due) {
  if (due->armed() && wanted && due->at_micros() == wanted->micros) return;
  Disarm(folding, due);
  if (!wanted) return;
  const storage::DueId id = folding.rows.AddDue(*wanted, std::move(work));
  due->set_armed(true);
  due->set_at_micros(wanted->micros);
  due->set_offset(id.offset);
  due->set_event(id.event);
  due->set_n(id.n);
}

void MoveTimers(const Folding& folding, const Uuid& case_id, v1::AssignmentState* state) {
  std::optional<Instant> respond_by;
  if (state->status() == v1::ASSIGNMENT_STATUS_OFFERED && state->frozen_hop() == 0) {
    respond_by = ToInstant(state->offer().respond_by().due_at());
  }
  if (respond_by || state->has_offer_due()) {
    Move(folding, respond_by,
         {tables::kOfferTimesOut, folding.here, tables::DuePayload(case_id, state->offer().offer_id())},
         state->mutable_offer_due());
  }
  const auto move = [&](bool has, v1::AssignmentClock* (v1::AssignmentState::*clock_of)()) {
    if (!has) return;
    v1::AssignmentClock* clock = (state->*clock_of)();
    Move(folding, NextDue(*state, *clock),
         {tables::kClockFired, folding.here, tables::DuePayload(case_id, clock->deadline().policy())},
         clock->mutable_due());
  };
  move(state->has_assign(), &v1::AssignmentState::mutable_assign);
  move(state->has_closing_file(), &v1::AssignmentState::mutable_closing_file);
  move(state->has_file_review(), &v1::AssignmentState::mutable_file_review);
}

void MoveInQueue(const Folding& folding, const v1::AssignmentState& before, const v1::AssignmentState& after) {
  const auto was = tables::QueueKey(folding.here, before);
  const auto is = tables::QueueKey(folding.here, after);
  if (was == is) return;
  if (was) folding.rows.Delete(*was);
  if (is) folding.rows.Put(*is, "1");
}

// Who counts the case against its capacity, and the village it appoints a counsel for.
struct Holding {
  std::string practitioner_id;
  std::string village;
  friend bool operator==(const Holding&, const Holding&) = default;
};

std::optional<Holding> HoldingOf(const v1::AssignmentState& state) {
  const v1::PractitionerRef* occupied = Occupied(state);
  if (occupied == nullptr || !occupied->lent_from().empty()) return std::nullopt;  // a lent one counts at its lender's
  return Holding{occupied->practitioner_id(), HasLetter(state) ? state.letter().village() : state.offer().village()};
}

void MoveHolding(const Folding& folding, const Uuid& case_id, const v1::AssignmentState& before,
                 const v1::AssignmentState& after) {
  const auto was = HoldingOf(before);
  const auto is = HoldingOf(after);
  if (was == is) return;
  if (was) Release(folding, was->practitioner_id, case_id.ToString());
  if (!is) return;
  v1::Occupation occupation;
  occupation.set_id(case_id.ToString());
  occupation.set_village(is->village);
  Occupy(folding, is->practitioner_id, occupation);
}

void ReturnIfUnwanted(const Folding& folding, const Uuid& loan_id, const v1::AssignmentState* state,
                      v1::LoanState* loan) {
  if (loan->status() != v1::LOAN_STATUS_LENT || loan->returning() || IsWanted(*loan, state, folding.now)) return;
  folding.rows.AddDue(kImmediately, {tables::kReturnLoan, folding.here, tables::DuePayload(loan_id)});
  loan->set_returning(true);
}

void LookAtLoans(const Folding& folding, const v1::AssignmentState& before, const v1::AssignmentState& after) {
  std::set<std::string> loan_ids(before.loans().begin(), before.loans().end());
  loan_ids.insert(after.loans().begin(), after.loans().end());
  for (const std::string& text : loan_ids) {
    const auto loan_id = Uuid::Parse(text);
    if (!loan_id) continue;
    const std::string key = tables::LoanKey(folding.here, *loan_id);
    auto loan = folding.rows.Load<v1::LoanState>(key);
    if (!loan) continue;
    const bool was = loan->returning();
    ReturnIfUnwanted(folding, *loan_id, &after, &*loan);
    if (loan->returning() != was) folding.rows.Save(key, *loan);
  }
}

// Cases with a provisional date are found when a calendar is loaded.
void MoveProvisional(const Folding& folding, const Uuid& case_id, const v1::AssignmentState& before,
                     const v1::AssignmentState& after) {
  const v1::AssignmentClock* clock = FindProvisional(after);
  const bool thawed = before.frozen_hop() > 0 && after.frozen_hop() == 0;
  legalclock::KeepProvisional(
      clock == nullptr ? nullptr : &clock->deadline(), FindProvisional(before) != nullptr, thawed,
      tables::ProvisionalKey(folding.here, case_id), tables::RulesKey(folding.here), folding.rows, [&] {
        folding.rows.AddDue(kImmediately, {tables::kRestate, folding.here, tables::DuePayload(case_id)});
      });
}

}  // namespace

void SaveCase(const Folding& folding, const Uuid& case_id, const v1::AssignmentState& before,
              v1::AssignmentState* after) {
  MoveTimers(folding, case_id, after);
  MoveInQueue(folding, before, *after);
  MoveProvisional(folding, case_id, before, *after);
  MoveHolding(folding, case_id, before, *after);
  folding.rows.Save(tables::CaseKey(folding.here, case_id), *after);
  LookAtLoans(folding, before, *after);
}

void DisarmAll(const Folding& folding, v1::AssignmentState* state) {
  if (state->has_offer_due()) Disarm(folding, state->mutable_offer_due());
  if (state->has_assign()) Disarm(folding, state->mutable_assign()->mutable_due());
  if (state->has_closing_file()) Disarm(folding, state->mutable_closing_file()->mutable_due());
  if (state->has_file_review()) Disarm(folding, state->mutable_file_review()->mutable_due());
}

void SaveBorrowed(const Folding& folding, const Uuid& loan_id, v1::LoanState* loan) {
  const auto case_id = Uuid::Parse(loan->case_id());
  const auto state = case_id ? folding.rows.Load<v1::AssignmentState>(tables::CaseKey(folding.here, *case_id))
                             : std::optional<v1::AssignmentState>();
  const auto end = loan->status() == v1::LOAN_STATUS_LENT ? EndOf(*loan) : std::nullopt;
  if (end || loan->has_end_due()) {
    Move(folding, end, {tables::kReturnLoan, folding.here, tables::DuePayload(loan_id)}, loan->mutable_end_due());
  }
  ReturnIfUnwanted(folding, loan_id, state ? &*state : nullptr, loan);
  folding.rows.Save(tables::LoanKey(folding.here, loan_id), *loan);
}

void Occupy(const Folding& folding, const std::string& practitioner_id, const v1::Occupation& occupation) {
  const std::string key = tables::LoadKey(folding.here, practitioner_id);
  v1::LoadState load = folding.rows.Load<v1::LoadState>(key).value_or(v1::LoadState());
  *load.add_occupations() = occupation;
  folding.rows.Save(key, load);
}

void Release(const Folding& folding, const std::string& practitioner_id, const std::string& id) {
  const std::string key = tables::LoadKey(folding.here, practitioner_id);
  auto load = folding.rows.Load<v1::LoadState>(key);
  if (!load) return;
  auto* occupations = load->mutable_occupations();
  for (int i = occupations->size() - 1; i >= 0; --i) {
    if (occupations->Get(i).id() == id) occupations->DeleteSubrange(i, 1);
  }
  folding.rows.Save(key, *load);
}

void CountOffer(const Folding& folding, const std::string& practitioner_id) {
  const std::string key = tables::LoadKey(folding.here, practitioner_id);
  v1::LoadState load = folding.rows.Load<v1::LoadState>(key).value_or(v1::LoadState());
  const auto year = static_cast<uint32_t>(DateAt(folding.now).year());
  load.set_offers(load.year() == year ? load.offers() + 1 : 1);
  load.set_year(year);
  *load.mutable_last_offer_at() = ToTimestamp(folding.now);
  folding.rows.Save(key, load);
}

}  // namespace casehub::assignment
