#include "services/mediation/fold.h"

#include <array>

#include "casehub/intake/v1/intake_events.pb.h"
#include "casehub/registry/v1/registry_events.pb.h"
#include "casehub/transfer/v1/transfer_events.pb.h"
#include "services/legalclock/provisional.h"
#include "services/mediation/domain/after.h"
#include "services/mediation/domain/custody.h"
#include "services/mediation/domain/indicators.h"
#include "services/mediation/domain/mediation.h"
#include "services/mediation/domain/terms.h"
#include "services/mediation/tables.h"

namespace casehub::mediation {
namespace {

using runtime::StateWriter;

// One case of the record's municipality.
struct Row {
  Municipality municipality;
  Uuid case_id;
};

// A row of due work that a dispute may have: when it is due, if it is; and its id, as the state remembers it: offset
// plus one (zero: none), event and n. A row that is only pending has no offset yet; the runtime knows it by INT64_MAX.
struct Timer {
  std::optional<Instant> due_at;
  int64_t offset = 0;
  uint32_t event = 0;
  uint32_t n = 0;
};

template <typename Holder>
Timer TimerOf(std::optional<Instant> due_at, const Holder& holder) {
  return {due_at, holder.due_offset(), holder.due_event(), holder.due_n()};
}

// While the case is here and not frozen, what runs has a row: the two terms, and the reminder.
std::array<Timer, 3> TimersOf(const v1::MediationState& state) {
  const bool acts = state.frozen_hop() == 0 && state.status() != v1::MEDIATION_STATUS_MOVED_AWAY;
  const auto over = [&](const v1::Term& term) -> std::optional<Instant> {
    if (!acts || term.status() != v1::TERM_STATUS_RUNNING) return std::nullopt;
    return ToInstant(term.deadline().due_at());
  };
  const v1::Agreement& agreement = state.agreement();
  const auto confirmation = over(state.confirmation_term());
  const bool reminds = confirmation && !agreement.reminded() && !agreement.remind_on().empty();
  return {TimerOf(over(state.mediation_term()), state.mediation_term()),
          TimerOf(confirmation, state.confirmation_term()),
          TimerOf(reminds ? std::optional(ReminderAt(agreement)) : std::nullopt, agreement)};
}

// Takes the old row out and puts a new one in, unless it stays where it is.
template <typename Holder>
void Arrange(const Timer& before, std::optional<Instant> wanted, runtime::DueWork work, Holder* holder,
             StateWriter& rows) {
  const bool stood = before.due_at && before.offset != 0;
  if (stood && wanted == before.due_at && holder->due_offset() == before.offset) return;
  if (stood) {
    const Offset offset = before.offset == INT64_MAX ? INT64_MAX : before.offset - 1;
    rows.CancelDue({*before.due_at, offset, static_cast<uint16_t>(before.event), static_cast<uint16_t>(before.n)});
  }
  holder->clear_due_offset();
  holder->clear_due_event();
  holder->clear_due_n();
  if (!wanted) return;
  const storage::DueId due = rows.AddDue(*wanted, std::move(work));
  holder->set_due_offset(due.offset == INT64_MAX ? INT64_MAX : due.offset + 1);
  holder->set_due_event(due.event);
  holder->set_due_n(due.n);
}

void ArrangeTimers(const Row& row, const std::array<Timer, 3>& before, v1::MediationState* state, StateWriter& rows) {
  const std::array<Timer, 3> after = TimersOf(*state);
  const auto over = [&](const v1::Term& term) {
    return runtime::DueWork{tables::kTermOver, row.municipality,
                            tables::DuePayload(row.case_id, term.deadline().policy())};
  };
  v1::Term* mediation = state->mutable_mediation_term();
  v1::Term* confirmation = state->mutable_confirmation_term();
  Arrange(before[0], after[0].due_at, over(*mediation), mediation, rows);
  Arrange(before[1], after[1].due_at, over(*confirmation), confirmation, rows);
  if (!state->has_agreement()) return;
  Arrange(before[2], after[2].due_at, {tables::kRemind, row.municipality, tables::DuePayload(row.case_id)},
          state->mutable_agreement(), rows);
}

// What stood in the indicators and how it stands now.
void Count(const std::map<std::string, std::string>& before, const std::map<std::string, std::string>& after,
           StateWriter& rows) {
  for (const auto& [key, value] : before) {
    if (!after.contains(key)) rows.Delete(key);
  }
  for (const auto& [key, value] : after) {
    const auto stood = before.find(key);
    if (stood == before.end() || stood->second != value) rows.Put(key, value);
  }
}

// Loads a dispute, lets `change` change it, and keeps all that hangs on it in step.
class Change {
 public:
  Change(const Row& row, StateWriter& rows) : row_(row), rows_(rows) {
    if (auto found = rows.Load<v1::MediationState>(Key())) {
      state_ = *std::move(found);
      known_ = true;
      counted_ = tables::CountedRows(state_, row.municipality, row.case_id);
      was_provisional_ = FindProvisional(state_) != nullptr;
      timers_ = TimersOf(state_);
    }
  }
  bool known() const { return known_; }
  v1::MediationState* state() { return &state_; }
  // `look_again`: a calendar may have been loaded while the case did not act.
  void Save(bool look_again = false) {
    ArrangeTimers(row_, timers_, &state_, rows_);
    Count(counted_, tables::CountedRows(state_, row_.municipality, row_.case_id), rows_);
    legalclock::KeepProvisional(
        state_.status() == v1::MEDIATION_STATUS_MOVED_AWAY ? nullptr : FindProvisional(state_), was_provisional_,
        look_again, tables::ProvisionalKey(row_.municipality, row_.case_id), tables::RulesKey(row_.municipality), rows_,
        [&] {
          rows_.AddDue(kImmediately, {tables::kRestate, row_.municipality, tables::DuePayload(row_.case_id)});
        });
    rows_.Save(Key(), state_);
  }
  // Nothing of it is held here any more.
  void Drop() {
    for (const Timer& timer : timers_) {
      v1::Term gone;
      Arrange(timer, std::nullopt, {}, &gone, rows_);
    }
    Count(counted_, {}, rows_);
    if (was_provisional_) rows_.Delete(tables::ProvisionalKey(row_.municipality, row_.case_id));
    if (known_) rows_.Delete(Key());
  }

 private:
  std::string Key() const { return tables::MediationKey(row_.municipality, row_.case_id); }

  const Row row_;
  StateWriter& rows_;
  v1::MediationState state_;
  bool known_ = false;
  bool was_provisional_ = false;
  std::array<Timer, 3> timers_;
  std::map<std::string, std::string> counted_;
};

void SendOn(const Row& row, const std::string& to, const v1::MediationEvent& fact, StateWriter& rows) {
  const auto custodian = Municipality::Parse(to);
  if (!custodian) return;  // a counterpart outside keeps no log here
  v1::HeldFact message;
  *message.mutable_fact() = fact;
  rows.Send(row.municipality, *custodian, message);
}

void FoldOwn(const v1::MediationEvent& event, const storage::Record& header, StateWriter& rows) {
  const auto case_id = Uuid::Parse(event.case_id());
  if (!case_id || event.has_part_exported()) return;
  const Row row{header.municipality, *case_id};
  Change change(row, rows);
  if (!change.known()) return;
  if (event.has_session_held()) {
    const v1::SessionHeld& held = event.session_held();
    rows.Save(tables::RecordKey(row.municipality, row.case_id, held.ordinal()), held.record());
  }
  Evolve(event, header.decided_at, change.state());
  if (IsFact(event) && change.state()->status() == v1::MEDIATION_STATUS_MOVED_AWAY) {
    SendOn(row, change.state()->frozen_to(), event, rows);
  }
  change.Save();
}

void FoldIntake(const intake::v1::IntakeEvent& event, const storage::Record& header, StateWriter& rows) {
  const bool opens = event.has_case_opened() && event.case_opened().kind() == intake::v1::CASE_KIND_MEDIATION;
  if (!opens && !event.has_referral_received() && !event.has_case_withdrawn()) return;
  const auto case_id = Uuid::Parse(event.case_id());
  if (!case_id) return;
  const Row row{header.municipality, *case_id};
  Change change(row, rows);
  if (opens) {
    *change.state() = OpenedBy(event, header.municipality);
    return change.Save();
  }
  if (!change.known()) return;
  if (event.has_referral_received()) {
    Refer(event, change.state());
  } else {
    Withdraw(header.decided_at, change.state());
  }
  change.Save();
}

void FoldCustody(const transfer::v1::TransferEvent& event, const storage::Record& header, StateWriter& rows) {
  const auto case_id = Uuid::Parse(event.case_id());
  if (!case_id) return;
  const Row row{header.municipality, *case_id};
  if (event.has_case_frozen()) {
    const transfer::v1::CaseFrozen& frozen = event.case_frozen();
    const tables::DueExport due{frozen.hop(), Municipality::Parse(frozen.to()).value_or(Municipality())};
    rows.AddDue(kImmediately,
                {tables::kExport, row.municipality, tables::DuePayload(row.case_id, tables::EncodeExport(due))});
  }
  if (!event.has_case_frozen() && !event.has_case_thawed() && !event.has_custody_learned() &&
      !event.has_custody_moved()) {
    return;
  }
  Change change(row, rows);
  if (event.has_custody_moved()) {
    auto imported = Import(change.known() ? change.state() : nullptr, event.case_id(), event.custody_moved(),
                           header.decided_at, row.municipality);
    if (!imported) return change.Drop();
    *change.state() = *std::move(imported);
    return change.Save(/*look_again=*/true);
  }
  if (!change.known()) return;
  if (event.has_case_frozen()) Freeze(event.case_frozen(), header.decided_at, change.state());
  if (event.has_case_thawed()) Thaw(header.decided_at, change.state());
  if (event.has_custody_learned()) {
    for (const v1::MediationEvent& fact : Leave(event.custody_learned(), header.decided_at, change.state())) {
      SendOn(row, change.state()->frozen_to(), fact, rows);
    }
  }
  change.Save(/*look_again=*/event.has_case_thawed());
}

void Suspend(Municipality here, const std::string& practitioner_id, const std::string& from, const std::string& until,
             StateWriter& rows) {
  const std::string key = tables::PractitionerKey(here, practitioner_id);
  auto kept = rows.Load<v1::MediatorRow>(key);
  if (!kept) return;
  kept->set_suspended_from(from);
  kept->set_suspended_until(until);
  rows.Save(key, *kept);
}

// As far as mediation needs to know them: offices that may be committees, and who may mediate.
void FoldRegistry(const registry::v1::RegistryEvent& event, Municipality here, StateWriter& rows) {
  if (event.has_office_registered()) {
    const registry::v1::Office& office = event.office_registered().office();
    registry::v1::Office kept;
    kept.set_office_id(office.office_id());
    kept.set_kind(office.kind());
    kept.set_mediation_kind(office.mediation_kind());
    kept.set_valid_from(office.valid_from());
    kept.set_valid_until(office.valid_until());
    rows.Save(tables::OfficeKey(here, office.office_id()), kept);
  } else if (event.has_office_closed()) {
    const std::string key = tables::OfficeKey(here, event.office_closed().office_id());
    if (auto office = rows.Load<registry::v1::Office>(key)) {
      office->set_valid_until(event.office_closed().valid_until());
      rows.Save(key, *office);
    }
  } else if (event.has_practitioner_registered()) {
    const registry::v1::Practitioner& one = event.practitioner_registered().practitioner();
    const std::string key = tables::PractitionerKey(here, one.practitioner_id());
    v1::MediatorRow kept = rows.Load<v1::MediatorRow>(key).value_or(v1::MediatorRow());  // stays suspended
    kept.set_practitioner_id(one.practitioner_id());
    kept.set_office_id(one.office_id());
    kept.set_kind(one.kind());
    kept.set_person_id(one.person().person_id());
    kept.set_valid_from(one.valid_from());
    kept.set_valid_until(one.valid_until());
    rows.Save(key, kept);
  } else if (event.has_practitioner_suspended()) {
    const registry::v1::PractitionerSuspended& suspended = event.practitioner_suspended();
    Suspend(here, suspended.practitioner_id(), suspended.suspended_from(), suspended.suspended_until(), rows);
  } else if (event.has_practitioner_reinstated()) {
    Suspend(here, event.practitioner_reinstated().practitioner_id(), "", "", rows);
  }
  legalclock::FoldRules(event, tables::RulesKey(here), rows);
  if (!event.has_calendar_loaded()) return;
  legalclock::ForEachProvisional(tables::Prefix(tables::kProvisional, here), rows, [&](std::string case_id) {
    rows.AddDue(kImmediately, {tables::kRestate, here, std::move(case_id)});
  });
}

}  // namespace

void Fold(const runtime::AppliedRecord& record, size_t event_index, StateWriter& rows) {
  const google::protobuf::Message& event = *record.events[event_index];
  switch (record.header->service) {
    case ServiceId::kMediation:
      return FoldOwn(static_cast<const v1::MediationEvent&>(event), *record.header, rows);
    case ServiceId::kIntake:
      return FoldIntake(static_cast<const intake::v1::IntakeEvent&>(event), *record.header, rows);
    case ServiceId::kTransfer:
      return FoldCustody(static_cast<const transfer::v1::TransferEvent&>(event), *record.header, rows);
    case ServiceId::kRegistry:
      return FoldRegistry(static_cast<const registry::v1::RegistryEvent&>(event), record.header->municipality, rows);
    default:
      return;
  }
}

}  // namespace casehub::mediation
