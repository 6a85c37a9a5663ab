#include "services/transfer/fold.h"

#include "casehub/assignment/v1/assignment_events.pb.h"
#include "casehub/evaluation/v1/evaluation_events.pb.h"
#include "casehub/intake/v1/intake_events.pb.h"
#include "casehub/mediation/v1/mediation_events.pb.h"
#include "casehub/registry/v1/registry_events.pb.h"
#include "services/legalclock/provisional.h"
#include "services/transfer/domain/custody.h"
#include "services/transfer/domain/facts.h"
#include "services/transfer/tables.h"

namespace casehub::transfer {
namespace {

// One case of the record's municipality.
struct Row {
  Municipality municipality;
  Uuid case_id;
};

void Save(const Row& row, const v1::CustodyState& state, runtime::StateWriter& rows) {
  rows.Put(tables::CaseKey(row.municipality, row.case_id), tables::EncodeState(state));
}

// With the last part the offer is due.
void OfferWhenComplete(const Row& row, const v1::CustodyState& state, runtime::StateWriter& rows) {
  if (!AllExported(state)) return;
  rows.AddDue(kImmediately, {tables::kOffer, row.municipality, tables::EncodeDueHop({row.case_id, state.hop()})});
}

// The addressee's clock: put in when an offer arrives, moved when it is counted again, taken out when it is decided.
void MoveTimer(const Row& row, const v1::TransferEvent& event, const v1::CustodyState& before, v1::CustodyState* after,
               runtime::StateWriter& rows) {
  const bool moves = event.has_respond_restated() && IsOffered(before) && IsOffered(*after);
  if (IsOffered(before) && (moves || !IsOffered(*after))) {
    rows.CancelDue({ToInstant(before.respond_by().due_at()), before.due_offset(),
                    static_cast<uint16_t>(before.due_event()), static_cast<uint16_t>(before.due_n())});
  }
  if (IsOffered(*after) && (moves || !IsOffered(before))) {
    const storage::DueId id =
        rows.AddDue(ToInstant(after->respond_by().due_at()),
                    {tables::kRespond, row.municipality, tables::EncodeDueHop({row.case_id, after->offered_hop()})});
    after->set_due_offset(id.offset);
    after->set_due_event(id.event);
    after->set_due_n(id.n);
  }
}

// Offers with a provisional date are found when a calendar is loaded.
void ArrangeProvisional(const Row& row, const v1::CustodyState& before, const v1::CustodyState& after,
                        runtime::StateWriter& rows) {
  const bool was = IsOffered(before) && before.respond_by().provisional();
  const bool is = IsOffered(after) && after.respond_by().provisional();
  legalclock::KeepProvisional(
      is ? &after.respond_by() : nullptr, was, /*look_again=*/false,
      tables::ProvisionalKey(row.municipality, row.case_id), tables::RulesKey(row.municipality), rows, [&] {
        rows.AddDue(kImmediately,
                    {tables::kRestate, row.municipality, tables::EncodeDueHop({row.case_id, after.offered_hop()})});
      });
}

void FoldRegistry(const registry::v1::RegistryEvent& event, Municipality municipality, runtime::StateWriter& rows) {
  legalclock::FoldRules(event, tables::RulesKey(municipality), rows);
  if (!event.has_calendar_loaded()) return;
  legalclock::ForEachProvisional(
      tables::TableStart(tables::kProvisional, municipality), rows, [&](const std::string& bytes) {
        const auto case_id = Uuid::FromBytes(bytes);
        const auto state = case_id ? tables::LoadState(rows, municipality, *case_id) : std::nullopt;
        if (!state) return;
        rows.AddDue(kImmediately,
                    {tables::kRestate, municipality, tables::EncodeDueHop({*case_id, state->offered_hop()})});
      });
}

void FoldTransfer(const v1::TransferEvent& event, Municipality municipality, runtime::StateWriter& rows) {
  if (event.has_custody_message_ignored()) return;
  const auto case_id = Uuid::Parse(event.case_id());
  if (!case_id) return;
  const Row row{municipality, *case_id};
  auto loaded = tables::LoadState(rows, municipality, *case_id);
  v1::CustodyState before;
  if (loaded) {
    before = *std::move(loaded);
  } else {
    before.set_case_id(event.case_id());
    before.set_municipality(municipality.ToString());
  }
  for (const Outgoing& outgoing : MessagesOf(before, event)) rows.Send(municipality, outgoing.to, outgoing.message);
  v1::CustodyState after = before;
  Evolve(event, &after);
  MoveTimer(row, event, before, &after, rows);
  ArrangeProvisional(row, before, after, rows);
  Save(row, after, rows);
  if (event.has_case_frozen() || event.has_offer_received() || event.has_ruling_opened() ||
      event.has_paper_ruling_recorded()) {
    rows.Put(tables::TransferKey(municipality, *case_id), "\x01");
  }
}

void FoldIntake(const intake::v1::IntakeEvent& event, const storage::Record& header, runtime::StateWriter& rows) {
  if (!ConcernsCustody(event)) return;
  const auto case_id = Uuid::Parse(event.case_id());
  if (!case_id) return;
  const Row row{header.municipality, *case_id};
  if (event.has_case_opened()) return Save(row, OpenedBy(event, header.decided_at, header.municipality), rows);
  auto state = tables::LoadState(rows, row.municipality, row.case_id);
  if (!state || !Evolve(event, header.decided_at, &*state)) return;
  Save(row, *state, rows);
  if (event.has_part_exported()) OfferWhenComplete(row, *state, rows);
}

// Of assignment or mediation.
template <typename Event>
void FoldEnd(const Event& event, const storage::Record& header, runtime::StateWriter& rows) {
  if (!ConcernsCustody(event)) return;
  const auto case_id = Uuid::Parse(event.case_id());
  if (!case_id) return;
  const Row row{header.municipality, *case_id};
  auto state = tables::LoadState(rows, row.municipality, row.case_id);
  if (!state || !Evolve(event, &*state)) return;
  Save(row, *state, rows);
  if (event.has_part_exported()) OfferWhenComplete(row, *state, rows);
}

void FoldEvaluation(const evaluation::v1::EvaluationEvent& event, const storage::Record& header,
                    runtime::StateWriter& rows) {
  if (!event.has_part_exported()) return;
  const auto case_id = Uuid::Parse(event.case_id());
  if (!case_id) return;
  const Row row{header.municipality, *case_id};
  auto state = tables::LoadState(rows, row.municipality, row.case_id);
  const auto& part = event.part_exported();
  if (!state || !AddExported(part.hop(), ServiceId::kEvaluation, part.state(), &*state)) return;
  Save(row, *state, rows);
  OfferWhenComplete(row, *state, rows);
}

}  // namespace

void Fold(const runtime::AppliedRecord& record, size_t event_index, runtime::StateWriter& rows) {
  const google::protobuf::Message& event = *record.events[event_index];
  switch (record.header->service) {
    case ServiceId::kTransfer:
      return FoldTransfer(static_cast<const v1::TransferEvent&>(event), record.header->municipality, rows);
    case ServiceId::kIntake:
      return FoldIntake(static_cast<const intake::v1::IntakeEvent&>(event), *record.header, rows);
    case ServiceId::kMediation:
      return FoldEnd(static_cast<const mediation::v1::MediationEvent&>(event), *record.header, rows);
    case ServiceId::kEvaluation:
      return FoldEvaluation(static_cast<const evaluation::v1::EvaluationEvent&>(event), *record.header, rows);
    case ServiceId::kAssignment:
      return FoldEnd(static_cast<const assignment::v1::AssignmentEvent&>(event), *record.header, rows);
    case ServiceId::kRegistry:
      return FoldRegistry(static_cast<const registry::v1::RegistryEvent&>(event), record.header->municipality, rows);
    default:
      return;
  }
}

}  // namespace casehub::transfer
