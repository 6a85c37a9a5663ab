// Themes of worlds: a third of the commands is about one thing, so that what needs many steps of one kind comes to
// pass.
#include "absl/strings/str_cat.h"
#include "casehub/ingest/v1/ingest_service.pb.h"
#include "tests/simulation/made_up.h"
#include "tests/simulation/workload.h"

namespace casehub::simulation {

Workload::Workload(Context* context, bool transfers) : context_(context), transfers_(transfers), theme_(Theme::kNone) {
  switch (context->random.Below(6)) {
    case 0:
    case 1:
      theme_ = Theme::kAssignment;
      break;
    case 2:
      if (transfers) theme_ = Theme::kCustody;
      break;
    case 3:
      if (transfers) theme_ = Theme::kFacts;
      break;
    default:
      break;
  }
}

// A case of that kind among some that are picked; otherwise any.
template <typename Predicate>
int Workload::PickWhere(Predicate predicate) {
  constexpr int kTries = 8;
  int index = -1;
  for (int i = 0; i < kTries; ++i) {
    index = PickCase();
    if (index >= 0 && predicate(cases_[static_cast<size_t>(index)])) return index;
  }
  return index;
}

Draft Workload::NextOfTheme() {
  Random& random = context_->random;
  if (theme_ == Theme::kAssignment) {
    const int index =
        PickWhere([](const CaseFile& file) { return file.assignment.granted && !file.closed && !file.withdrawn; });
    if (index < 0 || random.OneIn(8)) return SubmitAid(-1);
    const CaseFile& file = cases_[static_cast<size_t>(index)];
    if (file.assignment.granted) return transfers_ && random.OneIn(4) ? LoanStep(index) : AssignStep(index);
    return file.line == CaseLine::kAid && !file.away ? Grant(index) : NextStep(index);
  }
  return theme_ == Theme::kFacts ? NextOfFacts() : NextOfCustody();
}

Draft Workload::NextOfCustody() {
  Random& random = context_->random;
  const int index = PickWhere([](const CaseFile& file) { return file.offered || file.upward || file.declines > 0; });
  if (index < 0) return RegisterContact(-1);
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  if (file.offered) {
    if (random.OneIn(8)) return Recall(index);
    return random.OneIn(5) ? Accept(index) : Decline(index);
  }
  if (file.upward) return random.OneIn(2) ? Rule(index) : Recall(index);
  if (file.declines > 1) return random.OneIn(2) ? RequestRuling(index) : NextOfUpward(index);
  return Offer(index);
}

// Cases of line systems on their way, and facts of them that come to where they were, are or are about to be.
Draft Workload::NextOfFacts() {
  Random& random = context_->random;
  const bool travelled = random.OneIn(2);
  const int index = PickWhere([travelled](const CaseFile& file) {
    return !file.reference.empty() && (!travelled || !file.left.empty() || file.restless);
  });
  if (index < 0 || cases_[static_cast<size_t>(index)].reference.empty()) return ImportCase();
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  if (random.OneIn(2)) return FactFor(file);
  if (file.restless) return NextStep(index);
  if (file.offered) return random.OneIn(5) ? Decline(index) : Accept(index);
  if (file.upward) return Rule(index);
  return Offer(index);
}

Draft Workload::FactFor(const CaseFile& file) {
  Random& random = context_->random;
  const Municipality at = file.left.empty() || random.OneIn(3) ? file.at : file.left[random.Below(file.left.size())];
  auto request = std::make_shared<ingest::v1::ImportCaseRequest>();
  request->set_source_system(file.source);
  request->set_external_reference(file.reference);
  auto* event = request->add_events();
  *event->mutable_occurred_at() = At(context_->now.micros - static_cast<int64_t>(random.Below(1'000'000)) * kSecond);
  event->set_activity(absl::StrCat("step ", random.Below(1'000)));
  return Make(ServiceId::kIntake, at, std::move(request), -1);
}

}  // namespace casehub::simulation
