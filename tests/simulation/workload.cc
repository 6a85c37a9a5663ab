#include "tests/simulation/workload.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "casehub/ingest/v1/ingest_service.pb.h"
#include "casehub/intake/v1/intake_service.pb.h"
#include "casehub/registry/v1/registry_service.pb.h"
#include "casehub/transfer/v1/transfer_service.pb.h"
#include "services/runtime/placement.h"
#include "tests/simulation/made_up.h"
#include "tests/simulation/planted_service.h"
#include "tests/simulation/services.h"

namespace casehub::simulation {

namespace {

constexpr size_t kRecentCases = 12;
constexpr size_t kFieldTooLong = 80;
constexpr size_t kTooLargeForARecord = 300 << 10;

}  // namespace

Municipality Workload::AnyMunicipality() { return kMunicipalities[context_->random.Below(std::size(kMunicipalities))]; }

Municipality Workload::OtherThan(Municipality one) {
  for (;;) {
    const Municipality other = AnyMunicipality();
    if (other != one) return other;
  }
}

std::string Workload::AnyOffice() { return absl::StrCat("office-", 1 + context_->random.Below(3)); }

// Mostly one of the newest: races need several hands on one case.
int Workload::PickCase() {
  if (cases_.empty()) return -1;
  const size_t recent = std::min(cases_.size(), kRecentCases);
  if (!context_->random.OneIn(5)) return static_cast<int>(cases_.size() - 1 - context_->random.Below(recent));
  return static_cast<int>(context_->random.Below(cases_.size()));
}

Draft Workload::Make(ServiceId service, Municipality municipality, std::shared_ptr<google::protobuf::Message> message,
                     int case_index) {
  Draft draft;
  draft.service = service;
  draft.municipality = municipality;
  draft.case_index = case_index;
  draft.name = message->GetDescriptor()->name();
  draft.name.resize(draft.name.size() - std::string_view("Request").size());
  const auto* field = message->GetDescriptor()->FindFieldByName("municipality");
  message->GetReflection()->SetString(message.get(), field, municipality.ToString());
  draft.message = std::move(message);
  return draft;
}

std::vector<Draft> Workload::Opening() {
  std::vector<Draft> drafts;
  for (Municipality municipality : kMunicipalities) {
    for (int i = 1; i <= 3; ++i) {
      auto request = std::make_shared<registry::v1::RegisterOfficeRequest>();
      auto* office = request->mutable_office();
      office->set_office_id(absl::StrCat("office-", i));
      office->set_name("an office");
      office->set_kind(i == 2 ? registry::v1::OFFICE_KIND_STATION : registry::v1::OFFICE_KIND_CENTRE);
      office->set_region_code(municipality.ToString());
      office->set_valid_from("2020-01-01");
      if (i == 3) office->set_valid_until("2026-01-01");  // a closed one, for mistakes
      drafts.push_back(Make(ServiceId::kRegistry, municipality, std::move(request), -1));
    }
  }
  OpenMediation(&drafts);
  for (Draft& draft : AssignmentOpening()) drafts.push_back(std::move(draft));
  return drafts;
}

Draft Workload::NextCommand() {
  Random& random = context_->random;
  if (theme_ != Theme::kNone && random.OneIn(3)) return NextOfTheme();
  const uint64_t die = random.Below(100);
  if (die < 8) return ImportCase();
  if (die < 10) return random.OneIn(4) ? RegisterSource() : ImportRun();
  if (die < 13) return random.OneIn(20) ? SetLimit() : Register();
  if (random.OneIn(40)) return ImportRating();
  if (!badly_rated_.empty() && random.OneIn(16)) return Rectify(random.Pick(badly_rated_));
  if (cases_.empty() || die < 22) return RegisterCall(-1);
  if (die < 29) return RegisterContact(-1);
  if (die < 33) return random.OneIn(5) ? DefenceNotice() : SubmitAid(-1);
  if (die < 37) return Refer();
  const int index = PickCase();
  return die < 84 ? NextStep(index) : AnyStep(index);
}

std::vector<Draft> Workload::Race() {
  Random& random = context_->random;
  const int index = PickCase();
  if (index < 0) return {};
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  std::vector<Draft> drafts;
  if (file.assignment.granted && !file.offered && !random.OneIn(4)) {
    drafts = AssignmentRace(index);
  } else if (transfers_ && file.upward && random.OneIn(2)) {
    drafts = {Rule(index), Recall(index), Recall(index)};
  } else if (transfers_ && file.offered) {
    drafts.push_back(Recall(index));
    drafts.push_back(random.OneIn(2) ? Accept(index) : Decline(index));
    if (random.OneIn(2)) drafts.push_back(Accept(index));
    if (random.OneIn(3)) drafts.push_back(RegisterContact(index));
  } else if (file.closed) {
    drafts = {Rate(index), Rate(index), Archive(index)};
    if (file.line == CaseLine::kMediation) drafts.push_back(AnyMediationStep(index));
  } else {
    if (transfers_) drafts.push_back(Offer(index));
    drafts.push_back(random.OneIn(3) ? Withdraw(index) : NextStep(index));
    if (random.OneIn(2)) drafts.push_back(file.answered ? Confirm(index) : HandOver(index));
    if (transfers_ && random.OneIn(2)) drafts.push_back(Recall(index));
    if (random.OneIn(8)) {
      drafts.push_back(RegisterContact(index));
      static_cast<intake::v1::RegisterContactRequest*>(drafts.back().message.get())
          ->mutable_note()
          ->set_sealed(kDefectNote);
    }
  }
  for (size_t i = drafts.size(); i > 1; --i) std::swap(drafts[i - 1], drafts[random.Below(i)]);
  return drafts;
}

Draft Workload::NextStep(int index) {
  Random& random = context_->random;
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  if (file.restless && transfers_) return file.offered ? Accept(index) : Offer(index);
  if (file.mediation.agreed && random.OneIn(3)) {
    return MediationFact(index, file.left.empty() || random.OneIn(2) ? file.at : file.left.back());
  }
  if (file.offered) {
    if (random.OneIn(12)) return Rule(index);  // whoever was asked may have been silent
    // What was declined once is likely to be declined again: that is when the superior comes in.
    const uint64_t die = random.Below(file.declines == 1 ? 20 : 10);
    if (die < 4) return Accept(index);
    if (die < 7 || die > 9) return Decline(index);
    return die < 9 ? Recall(index) : RegisterContact(index);
  }
  if (transfers_ && (file.upward || file.declines > 1)) return NextOfUpward(index);
  // What is concluded stays so, however often someone tries to go on.
  if (file.closed && file.line == CaseLine::kMediation && random.OneIn(3)) return AnyMediationStep(index);
  if (file.closed && file.badly_rated && !random.OneIn(6)) return Rectify(index);
  if (file.closed) return file.rated || random.OneIn(4) ? Archive(index) : Rate(index);
  if (file.withdrawn) return Archive(index);
  if (file.assignment.granted && !random.OneIn(5)) return AssignStep(index);
  if (file.objected || (file.line == CaseLine::kAid && random.OneIn(16))) return Objection(index);
  const bool on_its_way = !file.left.empty() || file.declines > 0;
  const uint64_t seldom = file.line == CaseLine::kMediation && !file.mediation.agreed ? 12 : 4;
  if (transfers_ && file.line != CaseLine::kImported && random.OneIn(on_its_way ? seldom / 2 : seldom)) {
    return Offer(index);
  }
  if (random.OneIn(10)) return Promise(index);
  switch (file.line) {
    case CaseLine::kContact:
      return random.OneIn(2) ? SubmitAid(index) : RegisterContact(index);
    case CaseLine::kAid:
      if (file.away && file.readiness < 3) return Readiness(index);
      if (!file.left.empty() && random.OneIn(4)) return VerifyDocuments(index);
      if (random.OneIn(12)) return ApplyAgain(index);
      if (!file.away && random.OneIn(2)) return Grant(index);
      return transfers_ && random.OneIn(3) ? Offer(index) : AidStep(index);
    case CaseLine::kConsultation:
      return NextOfConsultation(index);
    case CaseLine::kMediation:
      return MediationStep(index);
    case CaseLine::kImported:
      return ImportCase();
  }
  return ImportCase();
}

Draft Workload::AnyStep(int index) {
  if (context_->random.OneIn(8)) return AnyMediationStep(index);
  if (context_->random.OneIn(8)) return context_->random.OneIn(3) ? Rectify(index) : Voice(index);
  if (context_->random.OneIn(6)) return AssignStep(index);
  switch (context_->random.Below(transfers_ ? 21 : 14)) {
    case 0:
      return RegisterContact(index);
    case 1:
      return RegisterCall(index);
    case 2:
      return SubmitAid(index);
    case 3:
      return Readiness(index);
    case 4:
      return HandOver(index);
    case 5:
      return Acknowledge(index);
    case 6:
      return Answer(index);
    case 7:
      return Confirm(index);
    case 8:
      return context_->random.OneIn(3) ? Withdraw(index) : Answer(index);
    case 9:
      return Archive(index);
    case 10:
      return Rate(index);
    case 11:
      return AidStep(index);
    case 12:
      return Objection(index);
    case 13:
      return VerifyDocuments(index);
    case 14:
      return Offer(index);
    case 15:
      return Recall(index);
    case 16:
      return Accept(index);
    case 17:
      return RequestRuling(index);
    case 18:
      return Rule(index);
    case 19:
      return context_->random.OneIn(3) ? PaperRuling(index) : Recall(index);
    default:
      return Decline(index);
  }
}

Draft Workload::RegisterContact(int index) {
  Random& random = context_->random;
  auto request = std::make_shared<intake::v1::RegisterContactRequest>();
  request->set_channel(random.OneIn(80) ? common::v1::CHANNEL_IMPORT : AnyChannel(&random));
  request->mutable_actor()->set_staff_id("staff-1");
  request->mutable_actor()->set_office_id(random.OneIn(60) ? "nowhere" : "office-1");
  if (random.OneIn(70)) *request->mutable_occurred_at() = At(context_->now.micros + 86'400 * kSecond);
  if (index >= 0) {
    const CaseFile& file = cases_[static_cast<size_t>(index)];
    request->set_case_id(file.text_id);
    if (random.OneIn(3)) request->set_etag(file.etag);
    Seal(&random, request->mutable_note(), file.text_id);
    if (random.OneIn(30)) request->mutable_note()->set_sealed(kDefectNote);
    if (random.OneIn(900)) request->mutable_note()->set_sealed(random.Bytes(kTooLargeForARecord));
    return Make(ServiceId::kIntake, file.at, std::move(request), index);
  }
  if (!random.OneIn(50)) Someone(&random, request->mutable_applicant());
  request->set_matter_type(random.OneIn(60) ? std::string(kFieldTooLong, 'm') : "labour");
  if (random.OneIn(3)) {
    request->set_source_system("12345");
    request->set_external_reference(absl::StrCat("reference-", random.OneIn(6) ? random.Below(5) : references_++));
  }
  return Make(ServiceId::kIntake, AnyMunicipality(), std::move(request), -1);
}

Draft Workload::RegisterCall(int index) {
  Random& random = context_->random;
  auto request = std::make_shared<intake::v1::RegisterCallRequest>();
  request->set_call_id(absl::StrCat("call-", random.Below(1'000'000)));
  request->mutable_actor()->set_staff_id("staff-2");
  request->mutable_actor()->set_office_id("office-1");
  if (index >= 0) {
    const CaseFile& file = cases_[static_cast<size_t>(index)];
    request->set_case_id(file.text_id);
    return Make(ServiceId::kIntake, file.at, std::move(request), index);
  }
  Someone(&random, request->mutable_applicant());
  request->set_matter_type("tenancy");
  Seal(&random, request->mutable_question(), request->applicant().person_id());
  request->set_urgent(random.OneIn(3));
  return Make(ServiceId::kIntake, AnyMunicipality(), std::move(request), -1);
}

Draft Workload::SubmitAid(int index) {
  Random& random = context_->random;
  auto request = std::make_shared<intake::v1::SubmitAidApplicationRequest>();
  request->set_channel(AnyChannel(&random));
  request->mutable_actor()->set_office_id("office-2");
  Seal(&random, request->mutable_statement(), "statement");
  for (uint64_t i = random.Below(3); i > 0; --i) AnyDocument(&random, request->add_documents());
  const Municipality here = index >= 0 ? cases_[static_cast<size_t>(index)].at : AnyMunicipality();
  if (random.OneIn(40)) {
    request->set_competent_municipality("999999");
  } else if (!random.OneIn(2)) {
    request->set_competent_municipality(OtherThan(here).ToString());
  }
  if (index >= 0) {
    request->set_case_id(cases_[static_cast<size_t>(index)].text_id);
  } else {
    Someone(&random, request->mutable_applicant());
    request->set_matter_type("wages");
  }
  return Make(ServiceId::kIntake, here, std::move(request), index);
}

Draft Workload::Readiness(int index) {
  Random& random = context_->random;
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  const int step = random.OneIn(6) ? static_cast<int>(random.Below(3)) : file.readiness % 3;
  if (step == 0) {
    auto request = About<intake::v1::AgreeMaterialListRequest>(file);
    for (uint64_t i = random.OneIn(40) ? 0 : 1 + random.Below(4); i > 0; --i) request->add_items("wage slips");
    return Make(ServiceId::kIntake, file.at, std::move(request), index);
  }
  if (step == 1) {
    auto request = About<intake::v1::RecordInterviewRequest>(file);
    Seal(&random, request->mutable_record(), file.text_id);
    *request->mutable_held_at() = At(context_->now.micros - 3600 * kSecond);
    return Make(ServiceId::kIntake, file.at, std::move(request), index);
  }
  auto request = About<intake::v1::RecordTransferConsentRequest>(file);
  AnyDocument(&random, request->mutable_consent());
  return Make(ServiceId::kIntake, file.at, std::move(request), index);
}

Draft Workload::HandOver(int index) {
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  auto request = About<intake::v1::HandOverToOfficeRequest>(file);
  request->set_to_office_id(context_->random.OneIn(40) ? "nowhere" : AnyOffice());
  if (context_->random.OneIn(4)) request->set_etag(file.etag);
  return Make(ServiceId::kIntake, file.at, std::move(request), index);
}

Draft Workload::Acknowledge(int index) {
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  auto request = About<intake::v1::AcknowledgeHandOverRequest>(file);
  const bool mistaken = file.pending_office.empty() || context_->random.OneIn(6);
  request->mutable_actor()->set_office_id(mistaken ? AnyOffice() : file.pending_office);
  request->mutable_actor()->set_staff_id("staff-3");
  return Make(ServiceId::kIntake, file.at, std::move(request), index);
}

Draft Workload::Answer(int index) {
  Random& random = context_->random;
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  auto request = About<intake::v1::AnswerConsultationRequest>(file);
  request->mutable_actor()->set_staff_id("staff-4");
  request->mutable_actor()->set_office_id(random.OneIn(6) ? AnyOffice() : file.office);
  if (!random.OneIn(50)) Seal(&random, request->mutable_answer(), file.text_id);
  if (random.OneIn(4)) request->set_etag(file.etag);
  return Make(ServiceId::kIntake, file.at, std::move(request), index);
}

Draft Workload::Confirm(int index) {
  Random& random = context_->random;
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  auto request = About<intake::v1::ConfirmAnswerDeliveredRequest>(file);
  request->set_channel(AnyChannel(&random));
  if (random.OneIn(40)) *request->mutable_delivered_at() = At(context_->now.micros + 86'400 * kSecond);
  return Make(ServiceId::kIntake, file.at, std::move(request), index);
}

Draft Workload::Withdraw(int index) {
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  auto request = About<intake::v1::WithdrawCaseRequest>(file);
  if (!context_->random.OneIn(30)) request->set_reason_code("applicant");
  return Make(ServiceId::kIntake, file.at, std::move(request), index);
}

Draft Workload::Archive(int index) {
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  return Make(ServiceId::kIntake, file.at, About<intake::v1::ArchiveCaseRequest>(file), index);
}

// A batch of a line system: a new case, more of a known one, the same again, or facts of a case that was opened here.
Draft Workload::ImportCase() {
  Random& random = context_->random;
  if (!imports_.empty() && random.OneIn(10)) {
    std::shared_ptr<google::protobuf::Message> again(random.Pick(imports_)->New());
    again->CopyFrom(*imports_[random.Below(imports_.size())]);
    const auto& request = static_cast<const ingest::v1::ImportCaseRequest&>(*again);
    const Municipality municipality = *Municipality::Parse(request.municipality());
    return Make(ServiceId::kIntake, municipality, std::move(again), -1);
  }
  auto request = std::make_shared<ingest::v1::ImportCaseRequest>();
  Municipality municipality = AnyMunicipality();
  const int index = PickCase();
  if (index >= 0 && !cases_[static_cast<size_t>(index)].reference.empty() && random.OneIn(2)) {
    const CaseFile& file = cases_[static_cast<size_t>(index)];
    municipality = random.OneIn(4) ? OtherThan(file.at) : file.at;
    if (!file.left.empty() && random.OneIn(2)) municipality = file.left.back();
    request->set_source_system(file.source);
    request->set_external_reference(file.reference);
  } else {
    request->set_source_system("line");
    request->set_external_reference(absl::StrCat("line-", random.OneIn(3) ? random.Below(20) : references_++));
  }
  for (uint64_t i = 1 + random.Below(random.OneIn(4) ? 64 : 24); i > 0; --i) {
    auto* event = request->add_events();
    *event->mutable_occurred_at() = At(context_->now.micros - static_cast<int64_t>(random.Below(1'000'000)) * kSecond);
    if (!random.OneIn(3'000)) event->set_activity(absl::StrCat("step ", random.Below(40)));
    event->set_resource("clerk");
    auto* name = event->add_attributes();
    name->set_key("concept:name");
    name->set_value(event->activity());
    name->set_type(intake::v1::ATTRIBUTE_TYPE_STRING);
    auto* cost = event->add_attributes();
    cost->set_key("cost");
    cost->set_value(absl::StrCat(random.Below(1'000'000)));
    cost->set_type(intake::v1::ATTRIBUTE_TYPE_INT);
  }
  Draft draft = Make(ServiceId::kIntake, municipality, request, -1);
  if (imports_.size() < 8) imports_.push_back(request);
  return draft;
}

Draft Workload::Offer(int index) {
  Random& random = context_->random;
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  auto request = About<transfer::v1::OfferTransferRequest>(file);
  Municipality to = file.competent.IsNone() || file.competent == file.at ? OtherThan(file.at) : file.competent;
  if (random.OneIn(3)) to = OtherThan(file.at);
  // On and on, and at last to where it was before the last one.
  if (file.left.size() > 1 && !random.OneIn(4)) to = file.left[file.left.size() - 2];
  while (to == file.at || (file.restless && file.left.size() == 1 && to == file.left[0])) to = OtherThan(file.at);
  request->set_to(random.OneIn(50) ? "999999" : random.OneIn(50) ? file.at.ToString() : to.ToString());
  if (!random.OneIn(60)) request->set_reason("competent there");
  return Make(ServiceId::kTransfer, random.OneIn(20) ? OtherThan(file.at) : file.at, std::move(request), index);
}

Draft Workload::Recall(int index) {
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  const Municipality from = context_->random.OneIn(20) ? OtherThan(file.at) : file.at;
  return Make(ServiceId::kTransfer, from, About<transfer::v1::RecallTransferRequest>(file), index);
}

Draft Workload::Accept(int index) {
  Random& random = context_->random;
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  auto request = About<transfer::v1::AcceptTransferRequest>(file);
  request->set_hop(random.OneIn(25) ? random.Below(4) : std::max<uint64_t>(file.hop, 1));
  const Municipality to = file.offered_to.IsNone() || random.OneIn(25) ? OtherThan(file.at) : file.offered_to;
  return Make(ServiceId::kTransfer, to, std::move(request), index);
}

Draft Workload::Decline(int index) {
  Random& random = context_->random;
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  auto request = About<transfer::v1::DeclineTransferRequest>(file);
  request->set_hop(random.OneIn(25) ? random.Below(4) : std::max<uint64_t>(file.hop, 1));
  if (!random.OneIn(40)) request->set_reason("not competent");
  if (random.OneIn(2)) request->set_onward(random.OneIn(30) ? "999999" : AnyMunicipality().ToString());
  const Municipality to = file.offered_to.IsNone() || random.OneIn(25) ? OtherThan(file.at) : file.offered_to;
  return Make(ServiceId::kTransfer, to, std::move(request), index);
}

Draft Workload::Register() {
  Random& random = context_->random;
  const Municipality municipality = AnyMunicipality();
  switch (random.Below(5)) {
    case 0: {
      Draft draft = Opening()[random.Below(3)];
      auto* office = static_cast<registry::v1::RegisterOfficeRequest*>(draft.message.get())->mutable_office();
      if (random.OneIn(4)) office->set_organisation_code("91330800000000000X");
      if (random.OneIn(4)) office->set_office_id(std::string(kFieldTooLong, 'o'));
      return Make(ServiceId::kRegistry, municipality, draft.message, -1);
    }
    case 1: {
      auto request = std::make_shared<registry::v1::CloseOfficeRequest>();
      request->set_office_id(random.OneIn(4) ? "nowhere" : "office-3");
      request->set_valid_until(random.OneIn(6) ? "tomorrow" : random.OneIn(3) ? "2026-02-01" : "2026-01-15");
      return Make(ServiceId::kRegistry, municipality, std::move(request), -1);
    }
    case 2: {
      auto request = std::make_shared<registry::v1::RegisterPractitionerRequest>();
      FillLawyer(random.Below(kLawyers), request->mutable_practitioner());
      if (random.OneIn(6)) request->mutable_practitioner()->set_office_id("nowhere");
      return Make(ServiceId::kRegistry, municipality, std::move(request), -1);
    }
    case 3: {
      auto request = std::make_shared<registry::v1::SetPolicyRequest>();
      auto* policy = request->mutable_policy();
      const char* names[] = {"hotline.answer", "aid.decide", "mediation.ordinary", "rating.rectify"};
      policy->set_name(random.OneIn(6) ? "no.such" : names[random.Below(4)]);
      if (policy->name() == "mediation.ordinary") policy->set_extension(5);
      policy->set_amount(1 + static_cast<uint32_t>(random.Below(9)));
      policy->set_unit(static_cast<registry::v1::TermUnit>(1 + random.Below(4)));
      policy->set_citation_zh("rule");
      policy->set_citation_en("rule");
      policy->set_valid_from(absl::StrCat("2026-0", 1 + random.Below(9), "-01"));
      return Make(ServiceId::kRegistry, municipality, std::move(request), -1);
    }
    default: {
      auto request = std::make_shared<registry::v1::LoadCalendarRequest>();
      request->set_year(2027 + static_cast<uint32_t>(random.Below(2)));
      request->set_citation("a notice");
      auto* day = request->add_days();
      day->set_date(absl::StrCat(request->year(), "-01-0", 1 + random.Below(3)));
      day->set_name("New Year");
      return Make(ServiceId::kRegistry, municipality, std::move(request), -1);
    }
  }
}

std::optional<Draft> Workload::OtherBody(const Draft& draft) {
  Draft other = draft;
  other.message.reset(draft.message->New());
  other.message->CopyFrom(*draft.message);
  const auto* field = other.message->GetDescriptor()->FindFieldByName("etag");
  const auto* reason = other.message->GetDescriptor()->FindFieldByName("reason");
  const auto* reference = other.message->GetDescriptor()->FindFieldByName("external_reference");
  const auto* named = field != nullptr ? field : reason != nullptr ? reason : reference;
  if (named == nullptr) return std::nullopt;
  const auto* reflection = other.message->GetReflection();
  reflection->SetString(other.message.get(), named, reflection->GetString(*other.message, named) + "7");
  return other;
}

}  // namespace casehub::simulation
