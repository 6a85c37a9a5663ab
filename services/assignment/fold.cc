#include "services/assignment/fold.h"

#include "casehub/evaluation/v1/evaluation_events.pb.h"
#include "casehub/intake/v1/intake_events.pb.h"
#include "casehub/registry/v1/registry_events.pb.h"
#include "casehub/transfer/v1/transfer_events.pb.h"
#include "services/assignment/arrange.h"
#include "services/assignment/domain/case.h"
#include "services/assignment/domain/choose.h"
#include "services/assignment/domain/loans.h"
#include "services/assignment/tables.h"
#include "services/legalclock/provisional.h"
#include "services/legalclock/rules.h"

namespace casehub::assignment {
namespace {

std::optional<v1::AssignmentState> LoadCase(const Folding& folding, const Uuid& case_id) {
  return folding.rows.Load<v1::AssignmentState>(tables::CaseKey(folding.here, case_id));
}

// Both cases know each other. What is linked changes no other row.
void Link(const Folding& folding, const std::string& case_id, const std::string& other_case_id) {
  const auto other_id = Uuid::Parse(other_case_id);
  auto other = other_id ? LoadCase(folding, *other_id) : std::nullopt;
  if (!other || !AddCoDefendant(case_id, &*other)) return;
  other->set_version(other->version() + 1);
  folding.rows.Save(tables::CaseKey(folding.here, *other_id), *other);
}

void FoldCase(const Folding& folding, const v1::AssignmentEvent& event) {
  const auto case_id = Uuid::Parse(event.case_id());
  auto before = case_id ? LoadCase(folding, *case_id) : std::nullopt;
  if (!before) return;
  v1::AssignmentState after = *before;
  Evolve(event, folding.now, &after);
  if (event.has_offer_made() && event.offer_made().lent_from().empty()) {
    CountOffer(folding, event.offer_made().practitioner_id());
  }
  SaveCase(folding, *case_id, *before, &after);
  if (event.has_co_defendants_linked()) {
    Link(folding, event.case_id(), event.co_defendants_linked().other_case_id());
  }
}

// --- loans

template <typename Said>
v1::AssignmentMessage MessageOf(const std::string& case_id, const Said& said,
                                Said* (v1::AssignmentMessage::*mutable_said)()) {
  v1::AssignmentMessage message;
  message.set_case_id(case_id);
  *(message.*mutable_said)() = said;
  return message;
}

void FoldAtLender(const Folding& folding, const v1::AssignmentEvent& event, const v1::LoanState& loan) {
  const auto borrower = Municipality::Parse(loan.borrower());
  if (!borrower) return;
  const std::string book_key = tables::LoanBookKey(folding.here, *borrower);
  v1::LoanBook book = folding.rows.Load<v1::LoanBook>(book_key).value_or(v1::LoanBook());
  if (event.has_lawyer_lent()) {
    v1::Occupation occupation;
    occupation.set_id(loan.loan_id());
    occupation.set_lent(true);
    Occupy(folding, loan.lawyer().practitioner_id(), occupation);
    book.set_out(book.out() + 1);
    folding.rows.Save(book_key, book);
    folding.rows.Send(folding.here, *borrower,
                      MessageOf(event.case_id(), event.lawyer_lent(), &v1::AssignmentMessage::mutable_lawyer_lent));
  } else if (event.has_loan_refused()) {
    folding.rows.Send(folding.here, *borrower,
                      MessageOf(event.case_id(), event.loan_refused(), &v1::AssignmentMessage::mutable_loan_refused));
  } else if (event.has_loan_returned()) {
    Release(folding, loan.lawyer().practitioner_id(), loan.loan_id());
    book.set_out(book.out() - 1);
    folding.rows.Save(book_key, book);
  }
}

void FoldAtBorrower(const Folding& folding, const v1::AssignmentEvent& event, const v1::LoanState& loan) {
  const auto lender = Municipality::Parse(loan.lender());
  if (!lender) return;
  if (event.has_loan_requested()) {
    FoldCase(folding, event);
    folding.rows.Send(
        folding.here, *lender,
        MessageOf(event.case_id(), event.loan_requested(), &v1::AssignmentMessage::mutable_loan_requested));
  } else if (event.has_loan_returned()) {
    folding.rows.Send(folding.here, *lender,
                      MessageOf(event.case_id(), event.loan_returned(), &v1::AssignmentMessage::mutable_loan_returned));
  }
}

void FoldLoan(const Folding& folding, const v1::AssignmentEvent& event, const std::string& loan_id_text) {
  const auto loan_id = Uuid::Parse(loan_id_text);
  if (!loan_id) return;
  const std::string key = tables::LoanKey(folding.here, *loan_id);
  v1::LoanState loan = folding.rows.Load<v1::LoanState>(key).value_or(v1::LoanState());
  Evolve(event, &loan);
  if (loan.lender() == folding.here.ToString()) {
    folding.rows.Save(key, loan);
    return FoldAtLender(folding, event, loan);
  }
  SaveBorrowed(folding, *loan_id, &loan);
  FoldAtBorrower(folding, event, loan);
}

void FoldOwn(const Folding& folding, const v1::AssignmentEvent& event) {
  if (event.has_part_exported()) return;
  if (const std::string* loan_id = LoanIdOf(event)) return FoldLoan(folding, event, *loan_id);
  if (event.has_tariff_set()) {
    const v1::Tariff& tariff = event.tariff_set().tariff();
    return folding.rows.Save(tables::TariffKey(folding.here, tariff.valid_from()), tariff);
  }
  if (event.has_loan_agreed()) {
    const v1::LoanAgreement& agreement = event.loan_agreed().agreement();
    const auto borrower = Municipality::Parse(agreement.borrower());
    if (!borrower) return;
    const std::string key = tables::LoanBookKey(folding.here, *borrower);
    v1::LoanBook book = folding.rows.Load<v1::LoanBook>(key).value_or(v1::LoanBook());
    *book.mutable_agreement() = agreement;
    return folding.rows.Save(key, book);
  }
  FoldCase(folding, event);
}

// --- what others say of a case

// Defendants of one file of an authority are co-defendants; the stage before of the same defendant is not.
void FoldNotice(const Folding& folding, const std::string& case_id, const intake::v1::NoticeReceived& notice,
                v1::AssignmentState* state) {
  if (notice.authority_reference().empty() || notice.authority().size() > UINT16_MAX) return;
  const std::string key = tables::FileKey(folding.here, notice.authority(), notice.authority_reference());
  v1::AuthorityFile file = folding.rows.Load<v1::AuthorityFile>(key).value_or(v1::AuthorityFile());
  for (const std::string& other : file.case_ids()) {
    if (other == case_id || other == notice.linked_case_id()) continue;
    AddCoDefendant(other, state);
    Link(folding, case_id, other);
  }
  file.add_case_ids(case_id);
  folding.rows.Save(key, file);
}

// A case opens together with who received it first: both are folded at the first of them, and no case is known before.
// All others are folded one by one: the id of a row of due work names the event that put it in, and the log settles it
// by that id.
void FoldIntake(const Folding& folding, const runtime::AppliedRecord& record, size_t index) {
  const auto at = [&](size_t i) -> const intake::v1::IntakeEvent& {
    return static_cast<const intake::v1::IntakeEvent&>(*record.events[i]);
  };
  const intake::v1::IntakeEvent& event = at(index);
  if (!ConcernsAssignment(event)) return;
  if (event.has_first_receiver_fixed() && index > 0 && at(index - 1).has_case_opened()) return;
  const auto case_id = Uuid::Parse(event.case_id());
  if (!case_id) return;
  auto known = event.has_case_opened() ? std::nullopt : LoadCase(folding, *case_id);
  if (!known && !event.has_case_opened()) return;
  const v1::AssignmentState before = known ? *std::move(known) : v1::AssignmentState();
  v1::AssignmentState after = before;
  if (!Evolve(event, &after)) return;
  if (event.has_case_opened() && index + 1 < record.events.size() && at(index + 1).has_first_receiver_fixed()) {
    Evolve(at(index + 1), &after);
  }
  if (event.has_notice_received()) FoldNotice(folding, event.case_id(), event.notice_received(), &after);
  SaveCase(folding, *case_id, before, &after);
}

// Custody is here: the hop's part takes the place of whatever was here.
void Import(const Folding& folding, const Uuid& case_id, const transfer::v1::CustodyMoved& moved) {
  v1::AssignmentState before = LoadCase(folding, case_id).value_or(v1::AssignmentState());
  DisarmAll(folding, &before);
  const auto from = Municipality::Parse(moved.from()).value_or(Municipality());
  v1::AssignmentState after;
  bool held = false;
  for (const auto& part : moved.parts()) {
    if (part.service() != static_cast<uint32_t>(ServiceId::kAssignment) || part.state().empty()) continue;
    after = Imported(part.state(), case_id.ToString(), from, folding.here);
    held = true;
  }
  SaveCase(folding, case_id, before, &after);
  if (!held) folding.rows.Delete(tables::CaseKey(folding.here, case_id));
}

void FoldTransfer(const Folding& folding, const transfer::v1::TransferEvent& event) {
  const auto case_id = Uuid::Parse(event.case_id());
  if (!case_id) return;
  if (event.has_custody_moved()) return Import(folding, *case_id, event.custody_moved());
  if (event.has_case_frozen()) {
    std::string rest;
    AppendBigEndian(event.case_frozen().hop(), 8, &rest);
    AppendBigEndian(Municipality::Parse(event.case_frozen().to()).value_or(Municipality()).code(), 4, &rest);
    folding.rows.AddDue(kImmediately, {tables::kExportPart, folding.here, tables::DuePayload(*case_id, rest)});
  }
  const auto before = LoadCase(folding, *case_id);
  if (!before) return;
  v1::AssignmentState after = *before;
  if (Evolve(event, &after)) SaveCase(folding, *case_id, *before, &after);
}

// Who was rated in a case does not get it again.
void FoldEvaluation(const Folding& folding, const evaluation::v1::EvaluationEvent& event) {
  if (!event.has_rating_recorded() || event.rating_recorded().practitioner_id().empty()) return;
  const auto case_id = Uuid::Parse(event.case_id());
  auto state = case_id ? LoadCase(folding, *case_id) : std::nullopt;
  if (!state || state->letter().practitioner().practitioner_id() != event.rating_recorded().practitioner_id()) return;
  Bar(state->letter().practitioner(), v1::CHOICE_RULE_CONFLICT, &*state);
  folding.rows.Save(tables::CaseKey(folding.here, *case_id), *state);
}

// --- who exists

v1::RosterEntry EntryOf(const registry::v1::Practitioner& one) {
  v1::RosterEntry entry;
  entry.set_practitioner_id(one.practitioner_id());
  entry.set_kind(one.kind());
  entry.set_office_id(one.office_id());
  entry.set_practising_since(one.practising_since());
  entry.set_criminal_practice_since(one.criminal_practice_since());
  *entry.mutable_specialties() = one.specialties();
  entry.set_valid_from(one.valid_from());
  entry.set_valid_until(one.valid_until());
  entry.set_capacity(one.capacity());
  *entry.mutable_villages() = one.villages();
  return entry;
}

// Whoever borrowed the lawyer hears what is new.
void TellBorrowers(const Folding& folding, const v1::RosterEntry& entry) {
  const auto load = folding.rows.Load<v1::LoadState>(tables::LoadKey(folding.here, entry.practitioner_id()));
  if (!load) return;
  for (const v1::Occupation& occupation : load->occupations()) {
    const auto loan_id = occupation.lent() ? Uuid::Parse(occupation.id()) : std::nullopt;
    const auto loan =
        loan_id ? folding.rows.Load<v1::LoanState>(tables::LoanKey(folding.here, *loan_id)) : std::nullopt;
    const auto borrower = loan ? Municipality::Parse(loan->borrower()) : std::nullopt;
    if (!borrower) continue;
    v1::LentLawyerChanged changed;
    changed.set_loan_id(loan->loan_id());
    *changed.mutable_lawyer() = entry;
    folding.rows.Send(folding.here, *borrower,
                      MessageOf(loan->case_id(), changed, &v1::AssignmentMessage::mutable_lent_lawyer_changed));
  }
}

void FoldPractitioner(const Folding& folding, const registry::v1::RegistryEvent& event) {
  const std::string& id = event.has_practitioner_registered()
                              ? event.practitioner_registered().practitioner().practitioner_id()
                          : event.has_practitioner_suspended() ? event.practitioner_suspended().practitioner_id()
                                                               : event.practitioner_reinstated().practitioner_id();
  const std::string key = tables::PractitionerKey(folding.here, id);
  v1::RosterEntry entry = folding.rows.Load<v1::RosterEntry>(key).value_or(v1::RosterEntry());
  if (event.has_practitioner_registered()) {
    v1::RosterEntry registered = EntryOf(event.practitioner_registered().practitioner());
    registered.set_suspended_from(entry.suspended_from());
    registered.set_suspended_until(entry.suspended_until());
    entry = std::move(registered);
  } else if (event.has_practitioner_suspended()) {
    entry.set_suspended_from(event.practitioner_suspended().suspended_from());
    entry.set_suspended_until(event.practitioner_suspended().suspended_until());
  } else {
    entry.clear_suspended_from();
    entry.clear_suspended_until();
  }
  folding.rows.Save(key, entry);
  TellBorrowers(folding, entry);
}

// The dates that waited for this year are counted again, each by itself.
void RestateProvisional(const Folding& folding) {
  legalclock::ForEachProvisional(
      tables::Prefix(tables::kProvisional, folding.here), folding.rows, [&](std::string case_id) {
        folding.rows.AddDue(kImmediately, {tables::kRestate, folding.here, std::move(case_id)});
      });
}

void FoldRegistry(const Folding& folding, const registry::v1::RegistryEvent& event) {
  if (event.has_office_registered()) {
    const auto& office = event.office_registered().office();
    registry::v1::Office kept;
    kept.set_office_id(office.office_id());
    kept.set_kind(office.kind());
    kept.set_region_code(office.region_code());
    kept.set_valid_from(office.valid_from());
    kept.set_valid_until(office.valid_until());
    folding.rows.Save(tables::OfficeKey(folding.here, office.office_id()), kept);
  } else if (event.has_office_closed()) {
    const std::string key = tables::OfficeKey(folding.here, event.office_closed().office_id());
    if (auto office = folding.rows.Load<registry::v1::Office>(key)) {
      office->set_valid_until(event.office_closed().valid_until());
      folding.rows.Save(key, *office);
    }
  } else if (event.has_practitioner_registered() || event.has_practitioner_suspended() ||
             event.has_practitioner_reinstated()) {
    FoldPractitioner(folding, event);
  }
  legalclock::FoldRules(event, tables::RulesKey(folding.here), folding.rows);
  if (event.has_calendar_loaded()) RestateProvisional(folding);
}

}  // namespace

void Fold(const runtime::AppliedRecord& record, size_t event_index, runtime::StateWriter& state) {
  const Folding folding{state, record.header->municipality, record.header->decided_at};
  const google::protobuf::Message& event = *record.events[event_index];
  switch (record.header->service) {
    case ServiceId::kAssignment:
      return FoldOwn(folding, static_cast<const v1::AssignmentEvent&>(event));
    case ServiceId::kIntake:
      return FoldIntake(folding, record, event_index);
    case ServiceId::kTransfer:
      return FoldTransfer(folding, static_cast<const transfer::v1::TransferEvent&>(event));
    case ServiceId::kEvaluation:
      return FoldEvaluation(folding, static_cast<const evaluation::v1::EvaluationEvent&>(event));
    case ServiceId::kRegistry:
      return FoldRegistry(folding, static_cast<const registry::v1::RegistryEvent&>(event));
    default:
      return;
  }
}

}  // namespace casehub::assignment
