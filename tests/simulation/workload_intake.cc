// Mandatory defence, sets of documents that arrive, objections, applications that are made twice.
#include <utility>

#include "absl/strings/str_cat.h"
#include "casehub/intake/v1/intake_service.pb.h"
#include "tests/simulation/made_up.h"
#include "tests/simulation/workload.h"

namespace casehub::simulation {

Draft Workload::DefenceNotice() {
  Random& random = context_->random;
  auto request = std::make_shared<intake::v1::ReceiveDefenceNoticeRequest>();
  request->mutable_actor()->set_staff_id("staff-1");
  request->mutable_actor()->set_office_id("office-1");
  Someone(&random, request->mutable_applicant());
  request->set_matter_type("criminal");
  request->set_ground(static_cast<intake::v1::DefenceGround>(random.OneIn(20) ? 0 : 1 + random.Below(7)));
  request->set_stage(static_cast<intake::v1::ProcedureStage>(1 + random.Below(5)));
  request->set_maximum_penalty(static_cast<intake::v1::MaximumPenalty>(1 + random.Below(3)));
  request->set_need_found_on(random.OneIn(4) ? "2026-02-20" : "2026-03-01");
  request->set_authority("the court");
  request->set_authority_reference(absl::StrCat("notice-", random.OneIn(4) ? random.Below(4) : notices_++));
  return Make(ServiceId::kIntake, AnyMunicipality(), std::move(request), -1);
}

Draft Workload::VerifyDocuments(int index) {
  Random& random = context_->random;
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  auto request = About<intake::v1::VerifyDocumentSetRequest>(file);
  if (file.application != nullptr && !random.OneIn(4)) {
    *request->mutable_documents() =
        static_cast<const intake::v1::SubmitAidApplicationRequest&>(*file.application).documents();
  } else {
    AnyDocument(&random, request->add_documents());
  }
  return Make(ServiceId::kIntake, file.at, std::move(request), index);
}

Draft Workload::Objection(int index) {
  Random& random = context_->random;
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  if (random.OneIn(2)) {
    auto request = About<intake::v1::FileObjectionRequest>(file);
    Seal(&random, request->mutable_grounds(), file.text_id);
    return Make(ServiceId::kIntake, file.at, std::move(request), index);
  }
  auto request = About<intake::v1::DecideObjectionRequest>(file);
  request->set_upheld(random.OneIn(2));
  request->set_bureau("the bureau");
  request->set_reason_code("looked_at_again");
  return Make(ServiceId::kIntake, file.at, std::move(request), index);
}

// The same documents of the same applicant once more: here, or where the case may be going.
Draft Workload::ApplyAgain(int index) {
  Random& random = context_->random;
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  if (file.application == nullptr) return SubmitAid(-1);
  std::shared_ptr<google::protobuf::Message> again(file.application->New());
  again->CopyFrom(*file.application);
  auto& request = static_cast<intake::v1::SubmitAidApplicationRequest&>(*again);
  request.clear_case_id();
  request.set_matter_type("wages");
  if (!request.has_applicant()) Someone(&random, request.mutable_applicant());
  request.clear_competent_municipality();
  const bool there = !file.competent.IsNone() && random.OneIn(2);
  return Make(ServiceId::kIntake, there ? file.competent : file.at, std::move(again), -1);
}

Draft Workload::NextOfConsultation(int index) {
  Random& random = context_->random;
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  if (random.OneIn(6)) return RegisterCall(index);
  if (!file.pending_office.empty()) return Acknowledge(index);
  if (!file.answered) return random.OneIn(3) ? HandOver(index) : Answer(index);
  return Confirm(index);
}

}  // namespace casehub::simulation
