#include "services/assignment/domain/handling.h"

#include "absl/strings/str_cat.h"
#include "services/assignment/domain/tariff.h"

namespace casehub::assignment {

using R = common::v1::Refusal;

namespace {

constexpr int kDocumentsMax = 100;
constexpr char kClosingFile[] = "aid.closing_file";
constexpr char kFileReview[] = "aid.file_review";

// When something of the practitioner's work happened: since its letter, and not in the future.
std::variant<Instant, Refused> ReadWorkTime(const v1::AssignmentState& state, const std::string& field, bool given,
                                            const google::protobuf::Timestamp& time, const Context& context) {
  auto read = ReadTime(field, given, time, context);
  if (const auto* instant = std::get_if<Instant>(&read); instant != nullptr && given && HasLetter(state)) {
    if (*instant < ToInstant(state.letter().issued_at())) return RefuseField(field, Phrase::PHRASE_BEFORE_LETTER);
  }
  return read;
}

// A letter is in force and its closing file is not handed in.
std::optional<Refused> CheckHandling(const v1::AssignmentState& state, const std::string& etag) {
  if (auto refusal = CheckAssigned(state, etag)) return refusal;
  if (state.status() != v1::ASSIGNMENT_STATUS_SUBMITTED) return std::nullopt;
  return Refuse(R::REFUSAL_ALREADY_DONE).With("what", Phrase::PHRASE_CLOSING_FILE);
}

std::optional<Refused> CheckSubmitted(const v1::AssignmentState& state, const std::string& etag) {
  if (auto refusal = CheckAssigned(state, etag)) return refusal;
  if (state.status() == v1::ASSIGNMENT_STATUS_SUBMITTED) return std::nullopt;
  return Refuse(R::REFUSAL_STAGE_NOT_REACHED).With("missing", Phrase::PHRASE_CLOSING_FILE);
}

// What all records of work have in common.
template <typename Work>
void Describe(const v1::AssignmentState& state, const common::v1::PersonalText* note, Work* work) {
  work->set_ordinal(state.recorded() + 1);
  work->set_practitioner_id(state.letter().practitioner().practitioner_id());
  work->set_lent_from(state.letter().practitioner().lent_from());
  if (note != nullptr) *work->mutable_note() = *note;
}

template <typename Request>
const common::v1::PersonalText* NoteOf(const Request& request) {
  return request.has_note() ? &request.note() : nullptr;
}

v1::AssignmentEvent ClosingClock(const v1::AssignmentState& state, Instant from, const Context& context) {
  v1::AssignmentEvent clock = NewEvent(state.case_id(), context.received_at);
  *clock.mutable_closing_file_clock_started()->mutable_deadline() = context.rules->StartClock(kClosingFile, from);
  return clock;
}

v1::AssignmentEvent Payable(const v1::AssignmentState& state, const v1::Tariff& tariff, int64_t amount,
                            const Context& context) {
  v1::AssignmentEvent event = NewEvent(state.case_id(), context.received_at);
  v1::SubsidyPayable* payable = event.mutable_subsidy_payable();
  payable->set_tariff_version(tariff.version());
  payable->set_amount_fen(amount);
  payable->set_practitioner_id(state.letter().practitioner().practitioner_id());
  for (v1::SubsidyShare& share : SharesOf(state, amount)) *payable->add_shares() = std::move(share);
  return event;
}

}  // namespace

EventsOrRefusal DecideRecordStep(const v1::AssignmentState& state, const v1::RecordHandlingStepRequest& request,
                                 const Context& context) {
  if (request.step() == v1::HANDLING_STEP_UNSPECIFIED) return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "step"}});
  if (!v1::HandlingStep_IsValid(request.step())) return RefuseField("step", Phrase::PHRASE_NOT_A_KNOWN_VALUE);
  auto time = ReadWorkTime(state, "happened_at", request.has_happened_at(), request.happened_at(), context);
  if (auto* refusal = std::get_if<Refused>(&time)) return std::move(*refusal);
  if (auto refusal = CheckHandling(state, request.etag())) return *std::move(refusal);
  const bool concluded = request.step() == v1::HANDLING_STEP_CONCLUDED;
  if (concluded && state.concluded()) return Refuse(R::REFUSAL_ALREADY_DONE).With("what", Phrase::PHRASE_CONCLUSION);
  Events events{NewEvent(state.case_id(), std::get<Instant>(time))};
  Describe(state, NoteOf(request), events[0].mutable_handling_step_recorded());
  events[0].mutable_handling_step_recorded()->set_step(request.step());
  if (concluded) events.push_back(ClosingClock(state, std::get<Instant>(time), context));
  return events;
}

EventsOrRefusal DecideRecordMeeting(const v1::AssignmentState& state, const v1::RecordMeetingRequest& request,
                                    const Context& context) {
  if (auto refusal = CheckText("place", request.place(), 200, false)) return *std::move(refusal);
  auto time = ReadWorkTime(state, "held_at", request.has_held_at(), request.held_at(), context);
  if (auto* refusal = std::get_if<Refused>(&time)) return std::move(*refusal);
  if (auto refusal = CheckHandling(state, request.etag())) return *std::move(refusal);
  Events events{NewEvent(state.case_id(), std::get<Instant>(time))};
  Describe(state, NoteOf(request), events[0].mutable_meeting_recorded());
  events[0].mutable_meeting_recorded()->set_place(request.place());
  return events;
}

EventsOrRefusal DecideRecordFileReading(const v1::AssignmentState& state, const v1::RecordFileReadingRequest& request,
                                        const Context& context) {
  auto time = ReadWorkTime(state, "read_at", request.has_read_at(), request.read_at(), context);
  if (auto* refusal = std::get_if<Refused>(&time)) return std::move(*refusal);
  if (auto refusal = CheckHandling(state, request.etag())) return *std::move(refusal);
  Events events{NewEvent(state.case_id(), std::get<Instant>(time))};
  Describe(state, NoteOf(request), events[0].mutable_file_reading_recorded());
  events[0].mutable_file_reading_recorded()->set_pages(request.pages());
  return events;
}

EventsOrRefusal DecideRecordHearing(const v1::AssignmentState& state, const v1::RecordHearingRequest& request,
                                    const Context& context) {
  if (auto refusal = CheckText("organ", request.organ(), 200, true)) return *std::move(refusal);
  auto time = ReadWorkTime(state, "held_at", request.has_held_at(), request.held_at(), context);
  if (auto* refusal = std::get_if<Refused>(&time)) return std::move(*refusal);
  if (auto refusal = CheckHandling(state, request.etag())) return *std::move(refusal);
  Events events{NewEvent(state.case_id(), std::get<Instant>(time))};
  Describe(state, NoteOf(request), events[0].mutable_hearing_recorded());
  events[0].mutable_hearing_recorded()->set_organ(request.organ());
  return events;
}

EventsOrRefusal DecideSubmitClosingFile(const v1::AssignmentState& state, const v1::SubmitClosingFileRequest& request,
                                        const Context& context) {
  if (request.documents().empty()) return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", "documents"}});
  if (request.documents_size() > kDocumentsMax) return RefuseTooMany("documents", kDocumentsMax);
  for (int i = 0; i < request.documents_size(); ++i) {
    if (auto refusal = CheckDocument(absl::StrCat("documents[", i, "]"), request.documents(i))) {
      return *std::move(refusal);
    }
  }
  auto time = ReadWorkTime(state, "submitted_at", request.has_submitted_at(), request.submitted_at(), context);
  if (auto* refusal = std::get_if<Refused>(&time)) return std::move(*refusal);
  const Instant submitted_at = std::get<Instant>(time);
  if (auto refusal = CheckHandling(state, request.etag())) return *std::move(refusal);
  if (state.kind() == intake::v1::CASE_KIND_DEFENCE && !state.authority_notified()) {
    return Refuse(R::REFUSAL_STAGE_NOT_REACHED).With("missing", Phrase::PHRASE_AUTHORITY_NOTICE);
  }
  Events events(2, NewEvent(state.case_id(), submitted_at));
  v1::ClosingFileSubmitted* submitted = events[0].mutable_closing_file_submitted();
  submitted->set_round(state.closing_rounds() + 1);
  submitted->set_practitioner_id(state.letter().practitioner().practitioner_id());
  submitted->set_lent_from(state.letter().practitioner().lent_from());
  *submitted->mutable_documents() = request.documents();
  *events[1].mutable_file_review_clock_started()->mutable_deadline() =
      context.rules->StartClock(kFileReview, submitted_at);
  return events;
}

EventsOrRefusal DecideReturnClosingFile(const v1::AssignmentState& state, const v1::ReturnClosingFileRequest& request,
                                        const Context& context) {
  if (auto refusal = CheckText("reason_code", request.reason_code(), 64, true)) return *std::move(refusal);
  if (auto refusal = CheckSubmitted(state, request.etag())) return *std::move(refusal);
  Events events{NewEvent(state.case_id(), context.received_at)};
  v1::ClosingFileReturned* returned = events[0].mutable_closing_file_returned();
  returned->set_round(state.closing_rounds());
  returned->set_reason_code(request.reason_code());
  *returned->mutable_reviewer() = request.actor();
  events.push_back(ClosingClock(state, context.received_at, context));
  return events;
}

EventsOrRefusal DecideApproveClosingFile(const v1::AssignmentState& state, const v1::ApproveClosingFileRequest& request,
                                         const std::optional<v1::Tariff>& tariff, const Context& context) {
  if (auto refusal = CheckText("actor.staff_id", request.actor().staff_id(), 64, true)) return *std::move(refusal);
  if (auto refusal = CheckSubmitted(state, request.etag())) return *std::move(refusal);
  const v1::PractitionerRef& handler = state.letter().practitioner();
  if (handler.practitioner_id() == request.actor().staff_id()) return Refuse(R::REFUSAL_HANDLER_APPROVES);
  const auto amount = tariff ? AmountOf(*tariff, state.kind(), state.matter_type()) : std::nullopt;
  if (!amount) {
    return Refuse(R::REFUSAL_NO_TARIFF, {{"day", state.first_assigned_on()}, {"matter_type", state.matter_type()}});
  }
  Events events{NewEvent(state.case_id(), context.received_at)};
  v1::CaseClosed* closed = events[0].mutable_case_closed();
  closed->set_office_id(state.letter().office_id());
  closed->set_practitioner_id(handler.practitioner_id());
  closed->set_lent_from(handler.lent_from());
  closed->set_matter_type(state.matter_type());
  *closed->mutable_approver() = request.actor();
  events.push_back(Payable(state, *tariff, *amount, context));
  return events;
}

}  // namespace casehub::assignment
