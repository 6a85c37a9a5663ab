#include "services/intake/domain/document_set.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/intake/domain/aid.h"
#include "services/model/digest.h"

namespace casehub::intake {

using R = common::v1::Refusal;

namespace {

constexpr int kDocumentsMax = 100;

using Documents = google::protobuf::RepeatedPtrField<common::v1::DocumentRef>;

// Names of what is in `these` and, by its digest, not in `those`.
void AddMissing(const Documents& these, const Documents& those,
                google::protobuf::RepeatedPtrField<std::string>* names) {
  for (const auto& document : these) {
    const bool there =
        std::any_of(those.begin(), those.end(), [&](const auto& other) { return other.sha256() == document.sha256(); });
    if (!there) *names->Add() = document.name();
  }
}

}  // namespace

EventsOrRefusal DecideVerifyDocumentSet(const v1::CaseState& state, const v1::VerifyDocumentSetRequest& request,
                                        const Context& context) {
  if (request.documents_size() > kDocumentsMax) return RefuseTooMany("documents", kDocumentsMax);
  for (int i = 0; i < request.documents_size(); ++i) {
    if (auto refusal = CheckDocument(absl::StrCat("documents[", i, "]"), request.documents(i))) {
      return *std::move(refusal);
    }
  }
  if (auto refusal = CheckEtag(state, request.etag())) return *std::move(refusal);
  if (auto refusal = CheckActing(state)) return *std::move(refusal);
  if (state.acquired_from().empty()) {
    return Refuse(R::REFUSAL_STAGE_NOT_REACHED).With("missing", Phrase::PHRASE_ARRIVAL);
  }
  if (state.document_set() == v1::DOCUMENT_SET_STATUS_VERIFIED) {
    return Refuse(R::REFUSAL_ALREADY_DONE).With("what", Phrase::PHRASE_DOCUMENT_SET);
  }
  const std::string found = DocumentSetDigest(request.documents());
  Events events{NewEvent(state.case_id(), context.received_at)};
  if (found == state.offered_digest()) {
    events[0].mutable_document_set_verified()->set_digest(found);
    *events[0].mutable_document_set_verified()->mutable_verifier() = request.actor();
    return events;
  }
  auto* differs = events[0].mutable_document_set_differs();
  differs->set_expected(state.offered_digest());
  differs->set_found(found);
  *differs->mutable_verifier() = request.actor();
  AddMissing(state.documents(), request.documents(), differs->mutable_missing());
  AddMissing(request.documents(), state.documents(), differs->mutable_unknown());
  return events;
}

}  // namespace casehub::intake
