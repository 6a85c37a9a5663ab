#include "services/evaluation/case_rows.h"

#include "services/evaluation/domain/rectification.h"
#include "services/evaluation/tables.h"

namespace casehub::evaluation {
namespace {

Uuid IdOf(const v1::RectificationState& state) { return Uuid::Parse(state.rectification_id()).value_or(Uuid()); }

std::string DuePayload(const Row& row, const v1::RectificationState& state) {
  return tables::DuePayload(row.case_id, IdOf(state).Bytes());
}

void Erase(const std::string& key, runtime::StateWriter& rows) {
  if (rows.Get(key)) rows.Delete(key);
}

void Disarm(v1::RectificationState* state, runtime::StateWriter& rows) {
  if (!state->has_due()) return;
  const v1::DueRef& due = state->due();
  rows.CancelDue(
      {ToInstant(due.at()), due.offset(), static_cast<uint16_t>(due.event()), static_cast<uint16_t>(due.n())});
  state->clear_due();
}

void Arm(const Row& row, v1::RectificationState* state, runtime::StateWriter& rows) {
  const Instant at = NextFiring(*state);
  const storage::DueId id = rows.AddDue(at, {tables::kRectify, row.municipality, DuePayload(row, *state)});
  *state->mutable_due()->mutable_at() = ToTimestamp(at);
  state->mutable_due()->set_offset(id.offset);
  state->mutable_due()->set_event(id.event);
  state->mutable_due()->set_n(id.n);
}

// Provisional dates are found when a calendar is loaded. One may have been loaded before the date was counted, or while
// the case was frozen: then it is counted again at once.
void ArrangeProvisional(const Row& row, const v1::RectificationState& state, Acting acting, bool look_again,
                        runtime::StateWriter& rows) {
  const std::string key = tables::TaskKey(tables::kProvisional, row.municipality, row.case_id, IdOf(state));
  const bool was = rows.Get(key).has_value();
  const bool is =
      acting == Acting::kYes && state.status() == v1::RECTIFICATION_STATUS_OPEN && state.deadline().provisional();
  if (was && !is) rows.Delete(key);
  if (!is) return;
  if (!was) rows.Put(key, "1");
  if (was && !look_again) return;
  const auto rules = legalclock::RulesIn(rows, tables::Prefix(tables::kRules, row.municipality));
  if (state.deadline().calendar_version() == rules->calendar().version()) return;
  rows.AddDue(kImmediately, {tables::kRestate, row.municipality, DuePayload(row, state)});
}

}  // namespace

void CancelExpiry(const v1::SlotState& slot, runtime::StateWriter& rows) {
  if (slot.status() != v1::SLOT_STATUS_OPEN) return;
  rows.CancelDue({ToInstant(slot.expires_at()), slot.due_offset(), static_cast<uint16_t>(slot.due_event()),
                  static_cast<uint16_t>(slot.due_n())});
}

void SaveSlot(const Row& row, v1::SlotState slot, runtime::StateWriter& rows) {
  if (slot.status() == v1::SLOT_STATUS_OPEN) {
    const storage::DueId id =
        rows.AddDue(ToInstant(slot.expires_at()), {tables::kExpire, row.municipality, tables::DuePayload(row.case_id)});
    slot.set_due_offset(id.offset);
    slot.set_due_event(id.event);
    slot.set_due_n(id.n);
  } else if (slot.status() == v1::SLOT_STATUS_AWAITED) {
    rows.AddDue(kImmediately, {tables::kOpenSlot, row.municipality, tables::DuePayload(row.case_id)});
  }
  rows.Save(tables::CaseKey(tables::kSlot, row.municipality, row.case_id), slot);
}

void SaveRectification(const Row& row, v1::RectificationState state, Acting acting, bool look_again,
                       runtime::StateWriter& rows) {
  Disarm(&state, rows);
  if (acting == Acting::kYes && IsCounting(state)) Arm(row, &state, rows);
  ArrangeProvisional(row, state, acting, look_again, rows);
  const std::string task = tables::TaskKey(tables::kTask, row.municipality, row.case_id, IdOf(state));
  if (IsClosed(state)) {
    Erase(task, rows);
  } else if (!rows.Get(task)) {
    rows.Put(task, "1");
  }
  rows.Save(tables::TaskKey(tables::kRectification, row.municipality, row.case_id, IdOf(state)), state);
}

void EraseCase(const Row& row, const CaseRows& old, runtime::StateWriter& rows) {
  if (old.view.slot) {
    CancelExpiry(*old.view.slot, rows);
    rows.Delete(tables::CaseKey(tables::kSlot, row.municipality, row.case_id));
  }
  for (v1::RectificationState rectification : old.rectifications) {
    Disarm(&rectification, rows);
    for (tables::Table table : {tables::kRectification, tables::kTask, tables::kProvisional}) {
      Erase(tables::TaskKey(table, row.municipality, row.case_id, IdOf(rectification)), rows);
    }
  }
  if (old.review) rows.Delete(tables::CaseKey(tables::kReview, row.municipality, row.case_id));
}

}  // namespace casehub::evaluation
