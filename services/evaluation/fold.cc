#include "services/evaluation/fold.h"

#include "casehub/intake/v1/intake_events.pb.h"
#include "casehub/transfer/v1/transfer_events.pb.h"
#include "services/evaluation/domain/rating.h"
#include "services/evaluation/domain/scores.h"
#include "services/evaluation/tables.h"

namespace casehub::evaluation {
namespace {

// One case of the record's municipality.
struct Row {
  Municipality municipality;
  Uuid case_id;
};

void StartExpiry(const Row& row, v1::SlotState* slot, runtime::StateWriter& rows) {
  if (slot->status() != v1::SLOT_STATUS_OPEN) return;
  const storage::DueId id =
      rows.AddDue(ToInstant(slot->expires_at()), {tables::kExpire, row.municipality, tables::DuePayload(row.case_id)});
  slot->set_due_offset(id.offset);
  slot->set_due_event(id.event);
  slot->set_due_n(id.n);
}

void CancelExpiry(const v1::SlotState& slot, runtime::StateWriter& rows) {
  if (slot.status() != v1::SLOT_STATUS_OPEN) return;
  rows.CancelDue({ToInstant(slot.expires_at()), slot.due_offset(), static_cast<uint16_t>(slot.due_event()),
                  static_cast<uint16_t>(slot.due_n())});
}

void AddTo(Municipality municipality, v1::ScoreSubject kind, const std::string& subject, const v1::Grades& grades,
           runtime::StateWriter& rows) {
  if (subject.empty()) return;
  const std::string key = tables::TotalsKey(municipality, kind, subject);
  v1::ScoreTotals totals = rows.Load<v1::ScoreTotals>(key).value_or(v1::ScoreTotals());
  Add(grades, &totals);
  rows.Save(key, totals);
}

void Count(const Row& row, const v1::EvaluationEvent& event, Instant recorded_at, runtime::StateWriter& rows) {
  const v1::RatingRecorded& rating = event.rating_recorded();
  AddTo(row.municipality, v1::SCORE_SUBJECT_CASE, event.case_id(), rating.grades(), rows);
  AddTo(row.municipality, v1::SCORE_SUBJECT_PRACTITIONER, rating.practitioner_id(), rating.grades(), rows);
  AddTo(row.municipality, v1::SCORE_SUBJECT_OFFICE, rating.office_id(), rating.grades(), rows);
  AddTo(row.municipality, v1::SCORE_SUBJECT_MUNICIPALITY, row.municipality.ToString(), rating.grades(), rows);
  AddTo(row.municipality, v1::SCORE_SUBJECT_MATTER, rating.matter_type(), rating.grades(), rows);
  v1::SlotState rated;
  rated.set_case_id(event.case_id());
  rated.set_office_id(rating.office_id());
  rated.set_practitioner_id(rating.practitioner_id());
  rated.set_matter_type(rating.matter_type());
  *rated.mutable_grades() = rating.grades();
  rows.Save(tables::RatingKey(row.municipality, recorded_at, row.case_id), rated);
}

void FoldOwn(const v1::EvaluationEvent& event, const storage::Record& header, runtime::StateWriter& rows) {
  if (event.has_part_exported()) return;
  const auto case_id = Uuid::Parse(event.case_id());
  if (!case_id) return;
  const Row row{header.municipality, *case_id};
  const std::string key = tables::SlotKey(row.municipality, row.case_id);
  v1::SlotState slot = rows.Load<v1::SlotState>(key).value_or(v1::SlotState());
  CancelExpiry(slot, rows);
  Evolve(event, header.decided_at, &slot);
  StartExpiry(row, &slot, rows);
  rows.Save(key, slot);
  if (event.has_rating_recorded()) Count(row, event, header.decided_at, rows);
}

void FoldClosing(const intake::v1::IntakeEvent& event, Municipality municipality, runtime::StateWriter& rows) {
  if (!event.has_consultation_closed()) return;
  const auto case_id = Uuid::Parse(event.case_id());
  if (!case_id) return;
  v1::RatingSlotOpened rated;
  rated.set_office_id(event.consultation_closed().office_id());
  rated.set_practitioner_id(event.consultation_closed().staff_id());
  rated.set_matter_type(event.consultation_closed().matter_type());
  rows.AddDue(kImmediately, {tables::kOpenSlot, municipality, tables::DuePayload(*case_id, rated.SerializeAsString())});
}

void Freeze(const Row& row, const transfer::v1::CaseFrozen& frozen, runtime::StateWriter& rows) {
  const Holding holding{false, frozen.hop(), Municipality::Parse(frozen.to()).value_or(Municipality())};
  rows.Put(tables::HoldingKey(row.municipality, row.case_id), tables::EncodeHolding(holding));
  if (auto slot = rows.Load<v1::SlotState>(tables::SlotKey(row.municipality, row.case_id))) CancelExpiry(*slot, rows);
  rows.AddDue(kImmediately,
              {tables::kExport, row.municipality, tables::DuePayload(row.case_id, tables::EncodeHop(frozen.hop()))});
}

void Thaw(const Row& row, runtime::StateWriter& rows) {
  rows.Delete(tables::HoldingKey(row.municipality, row.case_id));
  const std::string key = tables::SlotKey(row.municipality, row.case_id);
  auto slot = rows.Load<v1::SlotState>(key);
  if (!slot || slot->status() != v1::SLOT_STATUS_OPEN) return;
  StartExpiry(row, &*slot, rows);
  rows.Save(key, *slot);
}

void Leave(const Row& row, const transfer::v1::CustodyLearned& learned, runtime::StateWriter& rows) {
  const Holding holding{true, learned.hop(), Municipality::Parse(learned.custodian()).value_or(Municipality())};
  rows.Put(tables::HoldingKey(row.municipality, row.case_id), tables::EncodeHolding(holding));
  if (rows.Get(tables::SlotKey(row.municipality, row.case_id))) {
    rows.Delete(tables::SlotKey(row.municipality, row.case_id));
  }
}

// The hop's part takes the place of whatever was here. Scores stay where the rating was recorded.
void Import(const Row& row, const transfer::v1::CustodyMoved& moved, runtime::StateWriter& rows) {
  const std::string key = tables::SlotKey(row.municipality, row.case_id);
  if (rows.Get(tables::HoldingKey(row.municipality, row.case_id))) {
    rows.Delete(tables::HoldingKey(row.municipality, row.case_id));
  }
  if (auto old = rows.Load<v1::SlotState>(key)) {
    CancelExpiry(*old, rows);
    rows.Delete(key);
  }
  for (const auto& part : moved.parts()) {
    if (part.service() != static_cast<uint32_t>(ServiceId::kEvaluation) || part.state().empty()) continue;
    v1::SlotState slot;
    if (!slot.ParseFromString(part.state())) continue;
    StartExpiry(row, &slot, rows);
    rows.Save(key, slot);
  }
}

void FoldCustody(const transfer::v1::TransferEvent& event, Municipality municipality, runtime::StateWriter& rows) {
  const auto case_id = Uuid::Parse(event.case_id());
  if (!case_id) return;
  const Row row{municipality, *case_id};
  if (event.has_case_frozen()) return Freeze(row, event.case_frozen(), rows);
  if (event.has_case_thawed()) return Thaw(row, rows);
  if (event.has_custody_learned()) return Leave(row, event.custody_learned(), rows);
  if (event.has_custody_moved()) return Import(row, event.custody_moved(), rows);
}

}  // namespace

void Fold(const runtime::AppliedRecord& record, size_t event_index, runtime::StateWriter& rows) {
  const google::protobuf::Message& event = *record.events[event_index];
  switch (record.header->service) {
    case ServiceId::kEvaluation:
      return FoldOwn(static_cast<const v1::EvaluationEvent&>(event), *record.header, rows);
    case ServiceId::kIntake:
      return FoldClosing(static_cast<const intake::v1::IntakeEvent&>(event), record.header->municipality, rows);
    case ServiceId::kTransfer:
      return FoldCustody(static_cast<const transfer::v1::TransferEvent&>(event), record.header->municipality, rows);
    default:
      return;
  }
}

}  // namespace casehub::evaluation
