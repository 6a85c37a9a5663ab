// What clients learn from acknowledgements; and what they ask.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "casehub/ingest/v1/ingest_service.pb.h"
#include "casehub/intake/v1/intake_service.pb.h"
#include "casehub/ledger/v1/ledger_service.pb.h"
#include "casehub/registry/v1/registry_service.pb.h"
#include "casehub/transfer/v1/transfer_service.pb.h"
#include "tests/simulation/services.h"
#include "tests/simulation/workload.h"

namespace casehub::simulation {
namespace {

std::string TextField(const google::protobuf::Message& message, const char* name) {
  const auto* field = message.GetDescriptor()->FindFieldByName(name);
  return field == nullptr ? std::string() : message.GetReflection()->GetString(message, field);
}

// The part of a reply that all replies about a case share: case_id is field 1, etag field 2 where there is one.
struct AboutCase {
  std::string case_id;
  std::string etag;
};

template <typename Reply>
AboutCase ReadReply(const std::string& bytes) {
  Reply reply;
  reply.ParseFromString(bytes);
  return {reply.case_id(), TextField(reply, "etag")};
}

AboutCase ReadOpening(const std::string& name, const std::string& bytes) {
  if (name == "RegisterCall") return ReadReply<intake::v1::RegisterCallResponse>(bytes);
  if (name == "SubmitAidApplication") return ReadReply<intake::v1::SubmitAidApplicationResponse>(bytes);
  if (name == "ReceiveDefenceNotice") return ReadReply<intake::v1::ReceiveDefenceNoticeResponse>(bytes);
  if (name == "ReceiveReferral") return ReadReply<intake::v1::ReceiveReferralResponse>(bytes);
  if (name == "ImportCase") return ReadReply<ingest::v1::ImportCaseResponse>(bytes);
  return ReadReply<intake::v1::RegisterContactResponse>(bytes);
}

CaseLine LineOf(const std::string& name) {
  if (name == "RegisterCall") return CaseLine::kConsultation;
  if (name == "SubmitAidApplication") return CaseLine::kAid;
  if (name == "ReceiveReferral") return CaseLine::kMediation;
  return CaseLine::kContact;
}

void LearnAid(const google::protobuf::Message& message, CaseFile* file) {
  file->line = CaseLine::kAid;
  const auto competent = Municipality::Parse(TextField(message, "competent_municipality"));
  file->away = competent.has_value();
  file->competent = competent.value_or(Municipality());
}

// Whoever is ruled for has it, sooner or later; a client believes it at once.
void LearnRuling(const google::protobuf::Message& message, CaseFile* file) {
  file->upward = false;
  file->offered = false;
  const auto custodian = Municipality::Parse(TextField(message, "custodian"));
  if (!custodian || *custodian == file->at) return;
  file->left.push_back(file->at);
  file->at = *custodian;
}

void LearnTransfer(const Draft& draft, const std::string& reply, CaseFile* file) {
  if (draft.name == "OfferTransfer") {
    transfer::v1::OfferTransferResponse offered;
    offered.ParseFromString(reply);
    if (offered.hop() < file->hop) return;  // an older answer
    file->hop = offered.hop();
    file->offered = true;
    file->at = draft.municipality;
    file->offered_to = *Municipality::Parse(TextField(*draft.message, "to"));
  } else if (draft.name == "RecallTransfer") {
    transfer::v1::RecallTransferResponse recalled;
    recalled.ParseFromString(reply);
    if (recalled.thawed() && recalled.hop() == file->hop) file->offered = false;
  } else if (draft.name == "AcceptTransfer") {
    transfer::v1::AcceptTransferResponse accepted;
    accepted.ParseFromString(reply);
    if (accepted.hop() < file->hop) return;
    if (file->at != draft.municipality) file->left.push_back(file->at);
    file->restless = file->restless && file->left.size() < 5;
    file->at = draft.municipality;
    file->offered = false;
    file->office.clear();
    file->pending_office.clear();
    file->mediation.accepted = file->mediation.assigned = false;  // the committee is the one of before
    // The letter stayed behind; what was granted is to be offered here.
    const bool granted = file->assignment.granted;
    file->assignment = AssignmentFile();
    file->assignment.granted = granted;
  } else if (draft.name == "DeclineTransfer") {
    transfer::v1::DeclineTransferResponse declined;
    declined.ParseFromString(reply);
    ++file->declines;
    file->offered = false;
    file->upward = declined.escalated();
  } else if (draft.name == "RequestRuling") {
    transfer::v1::RequestRulingResponse asked;
    asked.ParseFromString(reply);
    file->hop = asked.hop();
    file->offered = false;
    file->upward = true;
  } else if (draft.name == "RuleJurisdiction" || draft.name == "RecordPaperRuling") {
    LearnRuling(*draft.message, file);
  }
}

void LearnIntake(const Draft& draft, CaseFile* file) {
  if (draft.name == "SubmitAidApplication") {
    LearnAid(*draft.message, file);
    file->application = draft.message;
  }
  if (draft.name == "FileObjection") file->objected = true;
  if (draft.name == "DecideObjection") file->objected = false;
  if (draft.name == "AgreeMaterialList" || draft.name == "RecordInterview" || draft.name == "RecordTransferConsent") {
    file->readiness = std::min(file->readiness + 1, 3);
  }
  if (draft.name == "HandOverToOffice") file->pending_office = TextField(*draft.message, "to_office_id");
  if (draft.name == "AcknowledgeHandOver") {
    file->office = file->pending_office;
    file->pending_office.clear();
  }
  if (draft.name == "AnswerConsultation") file->answered = true;
  if (draft.name == "ConfirmAnswerDelivered") file->closed = true;
  if (draft.name == "WithdrawCase") file->withdrawn = true;
  if (draft.name == "DecideAid") {
    const auto& request = static_cast<const intake::v1::DecideAidRequest&>(*draft.message);
    file->assignment.granted = request.decision() == intake::v1::AID_DECISION_GRANTED;
  }
}

}  // namespace

void Workload::Learn(const Draft& draft, const std::string& reply, PartitionId partition, Offset offset) {
  if (draft.service == ServiceId::kRegistry || draft.name == "RecordImportRun") return;
  if (draft.service == ServiceId::kEvaluation && draft.case_index < 0) return;
  if (draft.service == ServiceId::kAssignment) return LearnAssignment(draft, reply);
  if (draft.case_index < 0) {
    const AboutCase about = ReadOpening(draft.name, reply);
    const auto id = Uuid::Parse(about.case_id);
    if (!id || draft.name == "ImportCase") return;
    CaseFile file;
    file.id = *id;
    file.text_id = about.case_id;
    file.etag = about.etag;
    file.line = LineOf(draft.name);
    file.at = draft.municipality;
    file.office = draft.name == "SubmitAidApplication" ? "office-2" : "office-1";
    file.source = TextField(*draft.message, "source_system");
    file.reference = TextField(*draft.message, "external_reference");
    if (draft.name == "SubmitAidApplication") LearnIntake(draft, &file);
    if (file.line == CaseLine::kMediation) LearnMediation(draft, &file);
    file.partition = partition;
    file.seen_at = offset;
    file.restless = file.line == CaseLine::kContact && draft.name == "RegisterContact" && context_->random.OneIn(10);
    if (theme_ == Theme::kFacts && !file.reference.empty()) file.restless = context_->random.OneIn(3);
    cases_.push_back(std::move(file));
    return;
  }
  CaseFile& file = cases_[static_cast<size_t>(draft.case_index)];
  if (draft.service == ServiceId::kTransfer) {
    const Municipality before = file.at;
    LearnTransfer(draft, reply, &file);
    if (file.at == before) return;
    file.partition = partition;
    // A ruling says where the case will be, not that it is there.
    const bool ruled = draft.name == "RuleJurisdiction" || draft.name == "RecordPaperRuling";
    file.seen_at = ruled ? kNoOffset : offset;
    return;
  }
  if (draft.service == ServiceId::kMediation) {
    LearnMediation(draft, &file);
    return;
  }
  if (draft.service == ServiceId::kEvaluation) return LearnEvaluation(draft, &file);
  if (draft.municipality != file.at) return;
  file.partition = partition;
  file.seen_at = std::max(file.seen_at, offset);
  file.etag = ReadReply<intake::v1::RegisterContactResponse>(reply).etag;
  LearnIntake(draft, &file);
}

Draft Workload::NextQuery() {
  Random& random = context_->random;
  const int index = PickCase();
  const Municipality municipality = index < 0 ? AnyMunicipality() : cases_[static_cast<size_t>(index)].at;
  const std::string case_id = index < 0 ? std::string() : cases_[static_cast<size_t>(index)].text_id;
  Draft draft;
  const auto about_case = [&](ServiceId service, auto request) {
    request->set_case_id(case_id);
    draft = Make(service, municipality, std::move(request), index);
  };
  if (random.OneIn(8)) {
    draft = ImportQuery();
    draft.is_query = true;
    return draft;
  }
  switch (random.Below(14)) {
    case 9:
    case 10:
      return MediationQuery(index);
    case 11:
      draft = AssignmentQuery(municipality, index);
      break;
    case 0:
    case 1:
      about_case(ServiceId::kIntake, std::make_shared<intake::v1::GetCaseRequest>());
      break;
    case 2:
      about_case(ServiceId::kTransfer, std::make_shared<transfer::v1::GetTransferRequest>());
      break;
    case 3:
      if (random.OneIn(3)) {
        about_case(ServiceId::kEvaluation, std::make_shared<evaluation::v1::GetRectificationsRequest>());
      } else if (random.OneIn(4)) {
        auto request = std::make_shared<evaluation::v1::ListRectificationsRequest>();
        request->set_page_size(3);
        draft = Make(ServiceId::kEvaluation, municipality, std::move(request), -1);
      } else {
        about_case(ServiceId::kEvaluation, std::make_shared<evaluation::v1::GetRatingSlotRequest>());
      }
      break;
    case 4: {
      auto request = std::make_shared<intake::v1::ListCasesRequest>();
      request->set_page_size(3);
      if (random.OneIn(4)) request->set_page_token("not one of ours");
      draft = Make(ServiceId::kIntake, municipality, std::move(request), -1);
      break;
    }
    case 5: {
      auto request = std::make_shared<transfer::v1::ListTransfersRequest>();
      request->set_page_size(3);
      draft = Make(ServiceId::kTransfer, municipality, std::move(request), -1);
      break;
    }
    case 6: {
      auto request = std::make_shared<evaluation::v1::GetScoresRequest>();
      request->set_by(static_cast<evaluation::v1::ScoreSubject>(1 + random.Below(8)));
      draft = Make(ServiceId::kEvaluation, municipality, std::move(request), -1);
      break;
    }
    case 8: {
      draft = Make(ServiceId::kTransfer, municipality, std::make_shared<transfer::v1::CountCustodyRequest>(), -1);
      break;
    }
    case 7: {
      auto request = std::make_shared<registry::v1::ListOfficesRequest>();
      draft = Make(ServiceId::kRegistry, municipality, std::move(request), -1);
      break;
    }
    default:
      if (random.OneIn(2)) {
        auto request = std::make_shared<ledger::v1::ListEntriesRequest>();
        request->set_page_size(5);
        draft = Make(ServiceId::kLedger, municipality, std::move(request), -1);
      } else {
        draft = Make(ServiceId::kLedger, municipality, std::make_shared<ledger::v1::GetHeadRequest>(), -1);
      }
  }
  draft.is_query = true;
  return draft;
}

}  // namespace casehub::simulation
