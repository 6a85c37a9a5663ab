#include "services/evaluation/fold.h"

#include "casehub/assignment/v1/assignment_events.pb.h"
#include "casehub/intake/v1/intake_events.pb.h"
#include "casehub/mediation/v1/mediation_events.pb.h"
#include "casehub/registry/v1/registry_events.pb.h"
#include "services/evaluation/case_rows.h"
#include "services/evaluation/domain/rating.h"
#include "services/evaluation/domain/rectification.h"
#include "services/evaluation/domain/review.h"
#include "services/evaluation/fold_custody.h"
#include "services/evaluation/score_rows.h"
#include "services/evaluation/tables.h"

namespace casehub::evaluation {
namespace {

using v1::EvaluationEvent;

// The rectification that an event names; of reviews, that of the rating.
std::optional<Uuid> RectificationOf(const EvaluationEvent& event, const Uuid& case_id) {
  switch (event.event_case()) {
    case EvaluationEvent::kRectificationOpened:
      return Uuid::Parse(event.rectification_opened().rectification_id());
    case EvaluationEvent::kRectificationRecorded:
      return Uuid::Parse(event.rectification_recorded().rectification_id());
    case EvaluationEvent::kRectificationClosed:
      return Uuid::Parse(event.rectification_closed().rectification_id());
    case EvaluationEvent::kRectificationReopened:
      return Uuid::Parse(event.rectification_reopened().rectification_id());
    case EvaluationEvent::kRectificationDueSoon:
      return Uuid::Parse(event.rectification_due_soon().rectification_id());
    case EvaluationEvent::kRectificationOverdue:
      return Uuid::Parse(event.rectification_overdue().rectification_id());
    case EvaluationEvent::kDeadlineRestated:
      return Uuid::Parse(event.deadline_restated().rectification_id());
    case EvaluationEvent::kReviewOpened:
    case EvaluationEvent::kReviewDecided:
      return RatingRectificationId(case_id);
    default:
      return std::nullopt;
  }
}

void FoldRectification(const Row& row, const EvaluationEvent& event, Instant recorded_at, runtime::StateWriter& rows) {
  const auto id = RectificationOf(event, row.case_id);
  if (!id) return;
  const std::string key = tables::TaskKey(tables::kRectification, row.municipality, row.case_id, *id);
  auto state = rows.Load<v1::RectificationState>(key);
  if (!state && !event.has_rectification_opened()) return;
  if (!state) state.emplace();
  Evolve(event, recorded_at, &*state);
  SaveRectification(row, *std::move(state), Acting::kYes, false, rows);
}

void FoldReview(const Row& row, const EvaluationEvent& event, Instant recorded_at, runtime::StateWriter& rows) {
  if (!event.has_review_opened() && !event.has_review_decided()) return;
  const std::string key = tables::CaseKey(tables::kReview, row.municipality, row.case_id);
  v1::ReviewState state = rows.Load<v1::ReviewState>(key).value_or(v1::ReviewState());
  Evolve(event, recorded_at, &state);
  rows.Save(key, state);
}

// A rating that was counted elsewhere is taken back there: the fact goes by mailbox.
void SendSetAside(const Row& row, const v1::SlotState& slot, const v1::ReviewDecided& decided,
                  runtime::StateWriter& rows) {
  const auto counted_in = Municipality::Parse(slot.counted_in());
  if (decided.outcome() != v1::REVIEW_OUTCOME_SET_ASIDE || !counted_in || *counted_in == row.municipality) return;
  v1::EvaluationMessage message;
  message.set_case_id(slot.case_id());
  *message.mutable_rating_set_aside() = SetAside(slot, decided.review_id(), row.municipality);
  rows.Send(row.municipality, *counted_in, message);
}

// Credited is whom the event names, whatever becomes of the case later.
void CountSlot(const Row& row, const EvaluationEvent& event, Instant at, runtime::StateWriter& rows) {
  v1::ScoreTotals totals;
  if (event.has_rating_slot_opened()) {
    const v1::RatingSlotOpened& opened = event.rating_slot_opened();
    totals.set_slots(1);
    AddToScores({row.municipality, event.case_id(), opened.office_id(), opened.practitioner_id(), opened.matter_type()},
                at, row.case_id, totals, rows);
  } else if (event.has_rating_recorded()) {
    const v1::RatingRecorded& rated = event.rating_recorded();
    totals = ToTotals(rated.grades());
    totals.set_filled(1);
    AddToScores({row.municipality, event.case_id(), rated.office_id(), rated.practitioner_id(), rated.matter_type()},
                at, row.case_id, totals, rows);
  }
}

void FoldSlot(const Row& row, const EvaluationEvent& event, Instant recorded_at, runtime::StateWriter& rows) {
  const bool concerns = event.has_rating_slot_opened() || event.has_rating_recorded() ||
                        event.has_rating_slot_expired() || event.has_review_decided();
  if (!concerns) return;
  auto known = rows.Load<v1::SlotState>(tables::CaseKey(tables::kSlot, row.municipality, row.case_id));
  if (!known && event.has_review_decided()) return;
  v1::SlotState slot = known ? *std::move(known) : v1::SlotState();
  CancelExpiry(slot, rows);
  Evolve(event, recorded_at, row.municipality, &slot);
  CountSlot(row, event, recorded_at, rows);
  if (event.has_review_decided()) SendSetAside(row, slot, event.review_decided(), rows);
  SaveSlot(row, std::move(slot), rows);
}

void FoldImport(const v1::RatingImported& imported, Municipality here, runtime::StateWriter& rows) {
  rows.Put(tables::ImportedKey(here, imported.source_system(), imported.external_reference()), "1");
  const Uuid about = Uuid().Derive(imported.source_system() + '\0' + imported.external_reference(), 0);
  AddToScores(CreditedBy(here, {}, imported.rating()), ToInstant(imported.rating().rated_at()), about,
              ToTotals(imported.rating().grades()), rows);
}

void FoldLimit(const v1::LowCountLimitSet& set, const storage::Record& header, runtime::StateWriter& rows) {
  const std::string key = tables::Prefix(tables::kLimits, header.municipality);
  v1::LowCountLimits limits = rows.Load<v1::LowCountLimits>(key).value_or(v1::LowCountLimits());
  v1::LowCountLimit* limit = limits.add_limits();
  *limit->mutable_from() = ToTimestamp(header.decided_at);
  limit->set_ranked_count_min(set.ranked_count_min());
  rows.Save(key, limits);
}

void FoldOwn(const EvaluationEvent& event, const storage::Record& header, runtime::StateWriter& rows) {
  if (event.has_rating_imported()) return FoldImport(event.rating_imported(), header.municipality, rows);
  if (event.has_low_count_limit_set()) return FoldLimit(event.low_count_limit_set(), header, rows);
  const auto case_id = Uuid::Parse(event.case_id());
  if (!case_id) return;
  const Row row{header.municipality, *case_id};
  if (event.has_rating_set_aside()) {
    const v1::CountedRating& rating = event.rating_set_aside().rating();
    return SetAsideInScores(CreditedBy(row.municipality, event.case_id(), rating), *case_id, rating, header.decided_at,
                            rows);
  }
  FoldSlot(row, event, header.decided_at, rows);
  FoldReview(row, event, header.decided_at, rows);
  FoldRectification(row, event, header.decided_at, rows);
}

// However often a case is closed, also after it was reopened: one slot (E1).
void OnClosed(Municipality here, const std::string& case_text, const std::string& office_id,
              const std::string& practitioner_id, const std::string& matter_type, runtime::StateWriter& rows) {
  const auto case_id = Uuid::Parse(case_text);
  if (!case_id || rows.Get(tables::CaseKey(tables::kSlot, here, *case_id))) return;
  SaveSlot({here, *case_id}, AwaitedSlot(*case_id, office_id, practitioner_id, matter_type), rows);
}

void FoldIntake(const intake::v1::IntakeEvent& event, Municipality here, runtime::StateWriter& rows) {
  if (event.has_consultation_closed()) {
    const auto& closed = event.consultation_closed();
    return OnClosed(here, event.case_id(), closed.office_id(), closed.staff_id(), closed.matter_type(), rows);
  }
  if (!event.has_case_opened() || event.case_opened().kind() == intake::v1::CASE_KIND_IMPORTED) return;
  if (const auto case_id = Uuid::Parse(event.case_id())) rows.Put(tables::CaseKey(tables::kKnown, here, *case_id), "1");
}

void FoldAssignment(const assignment::v1::AssignmentEvent& event, Municipality here, runtime::StateWriter& rows) {
  if (!event.has_case_closed()) return;
  const auto& closed = event.case_closed();
  OnClosed(here, event.case_id(), closed.office_id(), closed.practitioner_id(), closed.matter_type(), rows);
}

// Failed or not, the service is complete and may be rated; a referral that was returned is none.
void FoldMediation(const mediation::v1::MediationEvent& event, Municipality here, runtime::StateWriter& rows) {
  if (event.has_mediation_succeeded()) {
    const auto& closed = event.mediation_succeeded();
    OnClosed(here, event.case_id(), closed.office_id(), closed.mediator_id(), closed.matter_type(), rows);
  } else if (event.has_mediation_failed()) {
    const auto& closed = event.mediation_failed();
    OnClosed(here, event.case_id(), closed.office_id(), closed.mediator_id(), closed.matter_type(), rows);
  }
}

// The dates that waited for this year are counted again, each by itself.
void FoldRegistry(const registry::v1::RegistryEvent& event, Municipality here, runtime::StateWriter& rows) {
  legalclock::FoldRules(event, tables::Prefix(tables::kRules, here), rows);
  if (!event.has_calendar_loaded()) return;
  const std::string prefix = tables::Prefix(tables::kProvisional, here);
  std::vector<std::string> payloads;
  rows.Scan(prefix, tables::End(tables::kProvisional, here), [&](std::string_view key, std::string_view) {
    payloads.emplace_back(key.substr(prefix.size()));
    return true;
  });
  for (std::string& payload : payloads) rows.AddDue(kImmediately, {tables::kRestate, here, std::move(payload)});
}

}  // namespace

void Fold(const runtime::AppliedRecord& record, size_t event_index, runtime::StateWriter& rows) {
  const google::protobuf::Message& event = *record.events[event_index];
  const Municipality here = record.header->municipality;
  switch (record.header->service) {
    case ServiceId::kEvaluation:
      return FoldOwn(static_cast<const EvaluationEvent&>(event), *record.header, rows);
    case ServiceId::kIntake:
      return FoldIntake(static_cast<const intake::v1::IntakeEvent&>(event), here, rows);
    case ServiceId::kAssignment:
      return FoldAssignment(static_cast<const assignment::v1::AssignmentEvent&>(event), here, rows);
    case ServiceId::kMediation:
      return FoldMediation(static_cast<const mediation::v1::MediationEvent&>(event), here, rows);
    case ServiceId::kTransfer:
      return FoldCustody(static_cast<const transfer::v1::TransferEvent&>(event), *record.header, rows);
    case ServiceId::kRegistry:
      return FoldRegistry(static_cast<const registry::v1::RegistryEvent&>(event), here, rows);
    default:
      return;
  }
}

}  // namespace casehub::evaluation
