// What line systems and their importers send beside cases, and dates promised: with repeats, mistakes and nonsense.
#include "absl/strings/str_cat.h"
#include "casehub/ingest/v1/ingest_service.pb.h"
#include "casehub/intake/v1/intake_service.pb.h"
#include "casehub/registry/v1/registry_service.pb.h"
#include "services/model/civil_time.h"
#include "tests/simulation/made_up.h"
#include "tests/simulation/workload.h"

namespace casehub::simulation {
namespace {

template <typename Request>
std::shared_ptr<Request> On(const CaseFile& file) {
  auto request = std::make_shared<Request>();
  request->set_case_id(file.text_id);
  return request;
}

}  // namespace

// A run that ended: mostly a new one, sometimes one that was recorded before, and then also with other counts.
Draft Workload::ImportRun() {
  Random& random = context_->random;
  auto request = std::make_shared<ingest::v1::RecordImportRunRequest>();
  request->set_source_system("line");
  if (runs_.empty() || !random.OneIn(3)) {
    const uint64_t high = random.Next();
    runs_.push_back(Uuid::V7(context_->now.micros / 1000, high, random.Next()).ToString());
  }
  request->set_run_id(random.OneIn(2) ? runs_.back() : random.Pick(runs_));
  request->set_complete(true);
  auto* counts = request->mutable_counts();
  counts->set_events_read(10);
  counts->set_events_new(random.OneIn(3) ? 9 : 10);
  counts->set_rejected(random.OneIn(8) ? 2 : 10 - counts->events_new());
  if (counts->rejected() > 0) {
    request->add_rejects()->set_reason("TIME_INVALID");
    request->mutable_rejects(0)->set_events(counts->rejected());
  }
  const uint64_t first = random.Below(1'000);
  auto* numbers = request->add_numbers();
  numbers->set_first(first);
  numbers->set_last(first + random.Below(20));
  *request->mutable_started_at() = At(1'700'000'000 * kSecond);
  return Make(ServiceId::kIntake, AnyMunicipality(), std::move(request), -1);
}

Draft Workload::RegisterSource() {
  Random& random = context_->random;
  auto request = std::make_shared<registry::v1::RegisterSourceSystemRequest>();
  auto* source = request->mutable_source();
  source->set_source_system(random.OneIn(3) ? "line" : absl::StrCat("source-", random.Below(3)));
  source->set_name("a source");
  source->set_valid_from(random.OneIn(6) ? "some day" : "2020-01-01");
  return Make(ServiceId::kRegistry, AnyMunicipality(), std::move(request), -1);
}

Draft Workload::Promise(int index) {
  Random& random = context_->random;
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  if (random.OneIn(3)) {
    return Make(ServiceId::kIntake, file.at, On<intake::v1::RecordPromiseKeptRequest>(file), index);
  }
  auto request = On<intake::v1::SetPromisedDateRequest>(file);
  CivilDate day = DateAt(context_->now) + static_cast<int>(random.Below(3));
  if (random.OneIn(3)) {  // recorded late: it is missed at once, and stays so whatever is promised next
    *request->mutable_promised_at() = At(context_->now.micros - 3 * 24 * 3600 * kSecond);
    day = DateAt(context_->now) - 2;
  }
  request->set_promised_date(random.OneIn(20) ? "soon" : FormatDate(day));
  return Make(ServiceId::kIntake, file.at, std::move(request), index);
}

Draft Workload::ImportQuery() {
  Random& random = context_->random;
  const Municipality municipality = AnyMunicipality();
  switch (random.Below(5)) {
    case 0: {
      auto request = std::make_shared<ingest::v1::GetImportReportRequest>();
      request->set_source_system(random.OneIn(4) ? "nobody" : "line");
      return Make(ServiceId::kIntake, municipality, std::move(request), -1);
    }
    case 1: {
      auto request = std::make_shared<ingest::v1::ListImportRunsRequest>();
      request->set_source_system("line");
      request->set_page_size(2);
      return Make(ServiceId::kIntake, municipality, std::move(request), -1);
    }
    case 2:
      return Make(ServiceId::kIntake, municipality, std::make_shared<ingest::v1::ListSameMattersRequest>(), -1);
    case 3:
      return Make(ServiceId::kRegistry, municipality, std::make_shared<registry::v1::ListSourceSystemsRequest>(), -1);
    default: {
      auto request = std::make_shared<intake::v1::ListOverdueRequest>();
      request->set_page_size(3);
      return Make(ServiceId::kIntake, municipality, std::move(request), -1);
    }
  }
}

}  // namespace casehub::simulation
