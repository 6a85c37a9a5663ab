#include "services/intake/fold.h"

#include "casehub/assignment/v1/assignment_events.pb.h"
#include "casehub/mediation/v1/mediation_events.pb.h"
#include "casehub/registry/v1/registry_events.pb.h"
#include "casehub/transfer/v1/transfer_events.pb.h"
#include "services/intake/case_rows.h"
#include "services/intake/domain/assignment_facts.h"
#include "services/intake/domain/case.h"
#include "services/intake/domain/deadlines.h"
#include "services/intake/domain/decision.h"
#include "services/intake/domain/facts.h"
#include "services/intake/fold_facts.h"
#include "services/intake/sources.h"
#include "services/intake/tables.h"
#include "services/legalclock/provisional.h"

namespace casehub::intake {
namespace {

using runtime::AppliedRecord;
using runtime::StateWriter;

std::string CasePayload(const Uuid& case_id, std::string_view more = {}) {
  return std::string(case_id.Bytes()).append(more);
}

// Puts the clock's row of due work in, and remembers it in the clock so that it can be taken out again.
void Arm(v1::Clock* clock, const Uuid& case_id, Municipality here, StateWriter& state) {
  const storage::DueId due =
      state.AddDue(ToInstant(clock->deadline().due_at()),
                   {tables::kClockFired, here, CasePayload(case_id, clock->deadline().policy())});
  clock->set_due_offset(due.offset == INT64_MAX ? INT64_MAX : due.offset + 1);  // zero: not armed
  clock->set_due_event(due.event);
  clock->set_due_n(due.n);
}

void Disarm(v1::Clock* clock, StateWriter& state) {
  if (clock->due_offset() == 0) return;
  // A row that is only pending has no offset yet; the runtime knows it by INT64_MAX.
  const Offset offset = clock->due_offset() == INT64_MAX ? INT64_MAX : clock->due_offset() - 1;
  state.CancelDue({ToInstant(clock->deadline().due_at()), offset, static_cast<uint16_t>(clock->due_event()),
                   static_cast<uint16_t>(clock->due_n())});
  clock->clear_due_offset();
  clock->clear_due_event();
  clock->clear_due_n();
}

// Clocks that run and may fire have a row, all others have none.
void ArrangeClocks(v1::CaseState* row, const Uuid& case_id, Municipality here, StateWriter& state) {
  for (v1::Clock& clock : *row->mutable_clocks()) {
    const bool wanted = IsRunning(clock) && MayFire(*row, clock);
    if (wanted && clock.due_offset() == 0) Arm(&clock, case_id, here, state);
    if (!wanted) Disarm(&clock, state);
  }
}

// A clock that is counted again leaves its row of due work before its date changes.
void DisarmRestated(const v1::IntakeEvent& event, v1::CaseState* row, StateWriter& state) {
  if (!event.has_deadline_restated()) return;
  if (v1::Clock* clock = FindClock(event.deadline_restated().before().policy(), row)) Disarm(clock, state);
}

// Cases with a provisional date are found when a calendar is loaded.
void ArrangeProvisional(bool was, const v1::CaseState& row, const Uuid& case_id, Municipality here, bool look_again,
                        StateWriter& state) {
  const v1::Clock* clock = FindProvisional(row);
  legalclock::KeepProvisional(clock == nullptr ? nullptr : &clock->deadline(), was, look_again,
                              tables::ProvisionalKey(here, case_id), tables::RulesKey(here), state, [&] {
                                state.AddDue(kImmediately, {tables::kRestate, here, CasePayload(case_id)});
                              });
}

// What a later application or notice must not take again.
void IndexReceipt(const v1::IntakeEvent& event, const v1::CaseState& row, const Uuid& case_id, Municipality here,
                  StateWriter& state) {
  if (event.has_notice_received() && !event.notice_received().authority_reference().empty()) {
    const auto& notice = event.notice_received();
    state.Put(tables::NoticeKey(here, notice.authority(), notice.authority_reference(), notice.stage()),
              std::string(case_id.Bytes()));
  }
  if (!event.has_application_received() || row.documents().empty() || row.applicant().person_id().empty()) return;
  state.Put(tables::ApplicationKey(here, row.applicant().person_id(), DocumentSetDigest(row.documents())),
            std::string(case_id.Bytes()));
}

// A case that arrives may have been applied for here too.
void IndexArrival(const v1::CaseState& row, const Uuid& case_id, Municipality here, StateWriter& state) {
  if (row.offered_digest().empty() || row.applicant().person_id().empty()) return;
  const std::string key = tables::ApplicationKey(here, row.applicant().person_id(), row.offered_digest());
  const auto known = state.Get(key);
  if (!known) return state.Put(key, std::string(case_id.Bytes()));
  if (*known != case_id.Bytes()) state.AddDue(kImmediately, {tables::kLink, here, CasePayload(case_id, *known)});
}

// All consecutive events of a record about one case are folded at the first of them, so that its row is read and
// written once.
void FoldOwn(const AppliedRecord& record, size_t index, StateWriter& state) {
  const auto& first = static_cast<const v1::IntakeEvent&>(*record.events[index]);
  if (index > 0 && static_cast<const v1::IntakeEvent&>(*record.events[index - 1]).case_id() == first.case_id()) return;
  const Municipality here = record.header->municipality;
  if (first.has_import_run_recorded()) return FoldImportRun(first, record.header->decided_at, here, state);
  const auto case_id = Uuid::Parse(first.case_id());
  if (!case_id) return;
  const std::string key = tables::CaseKey(here, *case_id);
  v1::CaseState row;
  if (!first.has_case_opened()) {
    if (auto known = LoadCase(state, key)) row = *std::move(known);
  }
  const bool was_provisional = FindProvisional(row) != nullptr;
  std::vector<v1::IntakeEvent> facts_to_send;
  std::vector<const v1::IntakeEvent*> events;
  for (size_t i = index; i < record.events.size(); ++i) {
    const auto& event = static_cast<const v1::IntakeEvent&>(*record.events[i]);
    if (event.case_id() != first.case_id()) break;
    events.push_back(&event);
    DisarmRestated(event, &row, state);
    if (IsFact(event)) {
      state.Put(tables::LineKey(here, *case_id, event.line_event_recorded().identity()), "1");
      TakeFact(event, record.header->decided_at, here, *case_id, &row, &facts_to_send, state);
      continue;
    }
    if (event.has_case_opened() && !event.case_opened().external_reference().empty()) {
      state.Put(tables::SourceKey(here, event.case_opened().source_system(), event.case_opened().external_reference()),
                std::string(case_id->Bytes()));
    }
    Evolve(event, record.header->decided_at, here, &row);
    IndexReceipt(event, row, *case_id, here, state);
  }
  SendOn(facts_to_send, here, row, state);
  ArrangeClocks(&row, *case_id, here, state);
  ArrangeProvisional(was_provisional, row, *case_id, here, false, state);
  FoldSource(events, row, here, state);
  SaveCase(key, std::move(row), state);
}

// A mediation that ends closes the case here too: no further hand-over, and it can be archived.
void FoldMediation(const AppliedRecord& record, size_t index, StateWriter& state) {
  const auto& event = static_cast<const mediation::v1::MediationEvent&>(*record.events[index]);
  if (!event.has_referral_returned() && !event.has_mediation_succeeded() && !event.has_mediation_failed()) return;
  const auto case_id = Uuid::Parse(event.case_id());
  if (!case_id) return;
  const Municipality here = record.header->municipality;
  const std::string key = tables::CaseKey(here, *case_id);
  auto row = LoadCase(state, key);
  if (!row) return;
  const bool was_provisional = FindProvisional(*row) != nullptr;
  Evolve(event, record.header->decided_at, &*row);
  ArrangeClocks(&*row, *case_id, here, state);
  ArrangeProvisional(was_provisional, *row, *case_id, here, false, state);
  SaveCase(key, *std::move(row), state);
}

void FoldTransfer(const AppliedRecord& record, size_t index, StateWriter& state) {
  const auto& event = static_cast<const transfer::v1::TransferEvent&>(*record.events[index]);
  const auto case_id = Uuid::Parse(event.case_id());
  if (!case_id) return;
  const Municipality here = record.header->municipality;
  const std::string key = tables::CaseKey(here, *case_id);
  auto known = LoadCase(state, key);
  if (!known && !event.has_custody_moved()) return;  // a case that was only offered here
  v1::CaseState row = known ? *std::move(known) : v1::CaseState();
  for (v1::Clock& clock : *row.mutable_clocks()) {
    if (event.has_custody_moved()) Disarm(&clock, state);
  }
  const bool was_provisional = FindProvisional(row) != nullptr;
  const uint64_t version = row.version();
  if (event.has_case_frozen()) ReleaseFacts(record.header->decided_at, here, *case_id, &row, state);
  Evolve(event, record.header->decided_at, here, &row);
  if (row.version() == version) return;  // not about custody of this row
  if (event.has_case_thawed() || event.has_custody_moved() || event.has_custody_learned()) {
    ReleaseFacts(record.header->decided_at, here, *case_id, &row, state);
  }
  if (event.has_custody_moved()) IndexArrival(row, *case_id, here, state);
  if (event.has_case_frozen()) state.AddDue(kImmediately, {tables::kExportPart, here, CasePayload(*case_id)});
  // A freeze may have come before the clock was started, so a thaw asks again. The case's number is its source's in the
  // municipality that opened it: here the same number may belong to another case, so it gets no row of kSource.
  if ((event.has_custody_moved() || event.has_case_thawed() || event.has_paper_ruling_recorded()) &&
      FindAwaited("aid.decide", row) != nullptr) {
    state.AddDue(kImmediately, {tables::kStartDecisionClock, here, CasePayload(*case_id)});
  }
  ArrangeClocks(&row, *case_id, here, state);
  ArrangeProvisional(was_provisional, row, *case_id, here, event.has_case_thawed(), state);
  SaveCase(key, std::move(row), state);
}

// What assignment did with the case: the clock of the assignment is met, the case is closed, the aid ended.
void FoldAssignment(const AppliedRecord& record, size_t index, StateWriter& state) {
  const auto& event = static_cast<const assignment::v1::AssignmentEvent&>(*record.events[index]);
  if (!event.has_assign_clock_met() && !event.has_case_closed() && !event.has_aid_terminated()) return;
  const auto case_id = Uuid::Parse(event.case_id());
  if (!case_id) return;
  const Municipality here = record.header->municipality;
  const std::string key = tables::CaseKey(here, *case_id);
  auto row = LoadCase(state, key);
  if (!row) return;
  const bool was_provisional = FindProvisional(*row) != nullptr;
  Evolve(event, record.header->decided_at, &*row);
  ArrangeClocks(&*row, *case_id, here, state);
  ArrangeProvisional(was_provisional, *row, *case_id, here, false, state);
  SaveCase(key, *std::move(row), state);
}

// The dates that waited for this year are counted again, each by itself.
void RestateProvisional(Municipality here, StateWriter& state) {
  legalclock::ForEachProvisional(tables::Prefix(tables::kProvisional, here), state, [&](std::string case_id) {
    state.AddDue(kImmediately, {tables::kRestate, here, std::move(case_id)});
  });
}

void FoldRegistry(const AppliedRecord& record, size_t index, StateWriter& state) {
  const auto& event = static_cast<const registry::v1::RegistryEvent&>(*record.events[index]);
  const Municipality here = record.header->municipality;
  if (event.has_office_registered()) {
    const auto& office = event.office_registered().office();
    registry::v1::Office kept;
    kept.set_office_id(office.office_id());
    kept.set_kind(office.kind());
    kept.set_valid_from(office.valid_from());
    kept.set_valid_until(office.valid_until());
    state.Save(tables::OfficeKey(here, office.office_id()), kept);
  } else if (event.has_office_closed()) {
    const std::string key = tables::OfficeKey(here, event.office_closed().office_id());
    if (auto office = state.Load<registry::v1::Office>(key)) {
      office->set_valid_until(event.office_closed().valid_until());
      state.Save(key, *office);
    }
  }
  if (event.has_source_system_registered()) {
    const auto& source = event.source_system_registered().source();
    FoldSourceSystem(source.source_system(), source.name(), here, state);
  }
  legalclock::FoldRules(event, tables::RulesKey(here), state);
  if (event.has_calendar_loaded()) RestateProvisional(here, state);
}

}  // namespace

void Fold(const AppliedRecord& record, size_t event_index, StateWriter& state) {
  switch (record.header->service) {
    case ServiceId::kIntake:
      FoldOwn(record, event_index, state);
      break;
    case ServiceId::kMediation:
      FoldMediation(record, event_index, state);
      break;
    case ServiceId::kTransfer:
      FoldTransfer(record, event_index, state);
      break;
    case ServiceId::kAssignment:
      FoldAssignment(record, event_index, state);
      break;
    case ServiceId::kRegistry:
      FoldRegistry(record, event_index, state);
      break;
    default:
      break;
  }
}

}  // namespace casehub::intake
