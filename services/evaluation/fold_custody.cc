#include "services/evaluation/fold_custody.h"

#include "services/evaluation/case_rows.h"
#include "services/evaluation/domain/rating.h"
#include "services/evaluation/score_rows.h"
#include "services/evaluation/tables.h"

namespace casehub::evaluation {
namespace {

// A slot without a rating is unrated where its case is; a rating stays counted where it was recorded.
void MoveUnrated(const Row& row, const v1::SlotState& slot, Instant at, int64_t slots, runtime::StateWriter& rows) {
  if (!IsUnrated(slot)) return;
  v1::ScoreTotals totals;
  totals.set_slots(slots);
  AddToScores({row.municipality, slot.case_id(), slot.office_id(), slot.practitioner_id(), slot.matter_type()}, at,
              row.case_id, totals, rows);
}

void SetHolding(const Row& row, const Holding& holding, runtime::StateWriter& rows) {
  rows.Put(tables::CaseKey(tables::kHolding, row.municipality, row.case_id), tables::EncodeHolding(holding));
}

void ClearHolding(const Row& row, runtime::StateWriter& rows) {
  const std::string key = tables::CaseKey(tables::kHolding, row.municipality, row.case_id);
  if (rows.Get(key)) rows.Delete(key);
}

void Freeze(const Row& row, const transfer::v1::CaseFrozen& frozen, runtime::StateWriter& rows) {
  SetHolding(row, {false, frozen.hop(), Municipality::Parse(frozen.to()).value_or(Municipality())}, rows);
  CaseRows now = tables::LoadCaseRows(rows, row.municipality, row.case_id);
  if (now.view.slot) CancelExpiry(*now.view.slot, rows);
  for (auto& one : now.rectifications) SaveRectification(row, std::move(one), Acting::kNo, false, rows);
  rows.AddDue(kImmediately,
              {tables::kExport, row.municipality, tables::DuePayload(row.case_id, tables::EncodeHop(frozen.hop()))});
}

void Thaw(const Row& row, runtime::StateWriter& rows) {
  ClearHolding(row, rows);
  CaseRows now = tables::LoadCaseRows(rows, row.municipality, row.case_id);
  if (now.view.slot) SaveSlot(row, *std::move(now.view.slot), rows);
  for (auto& one : now.rectifications) SaveRectification(row, std::move(one), Acting::kYes, true, rows);
}

void Leave(const Row& row, const transfer::v1::CustodyLearned& learned, Instant at, runtime::StateWriter& rows) {
  SetHolding(row, {true, learned.hop(), Municipality::Parse(learned.custodian()).value_or(Municipality())}, rows);
  const CaseRows old = tables::LoadCaseRows(rows, row.municipality, row.case_id);
  if (old.view.slot) MoveUnrated(row, *old.view.slot, at, -1, rows);
  EraseCase(row, old, rows);
}

void Unpack(const Row& row, v1::SlotState part, Instant at, runtime::StateWriter& rows) {
  for (v1::RectificationState& one : *part.mutable_rectifications()) {
    SaveRectification(row, std::move(one), Acting::kYes, true, rows);
  }
  if (part.has_review()) rows.Save(tables::CaseKey(tables::kReview, row.municipality, row.case_id), part.review());
  part.clear_rectifications();
  part.clear_review();
  if (part.status() == v1::SLOT_STATUS_UNSPECIFIED) return;  // the case has no slot yet
  MoveUnrated(row, part, at, +1, rows);
  SaveSlot(row, std::move(part), rows);
}

// The hop's part takes the place of whatever was here.
void Import(const Row& row, const transfer::v1::CustodyMoved& moved, Instant at, runtime::StateWriter& rows) {
  ClearHolding(row, rows);
  const CaseRows old = tables::LoadCaseRows(rows, row.municipality, row.case_id);
  if (old.view.slot) MoveUnrated(row, *old.view.slot, at, -1, rows);
  EraseCase(row, old, rows);
  rows.Put(tables::CaseKey(tables::kKnown, row.municipality, row.case_id), "1");
  for (const auto& part : moved.parts()) {
    v1::SlotState state;
    if (part.service() != static_cast<uint32_t>(ServiceId::kEvaluation) || part.state().empty() ||
        !state.ParseFromString(part.state())) {
      continue;
    }
    Unpack(row, std::move(state), at, rows);
  }
}

}  // namespace

void FoldCustody(const transfer::v1::TransferEvent& event, const storage::Record& header, runtime::StateWriter& rows) {
  const auto case_id = Uuid::Parse(event.case_id());
  if (!case_id) return;
  const Row row{header.municipality, *case_id};
  if (event.has_case_frozen()) return Freeze(row, event.case_frozen(), rows);
  if (event.has_case_thawed()) return Thaw(row, rows);
  if (event.has_custody_learned()) return Leave(row, event.custody_learned(), header.decided_at, rows);
  if (event.has_custody_moved()) return Import(row, event.custody_moved(), header.decided_at, rows);
}

}  // namespace casehub::evaluation
