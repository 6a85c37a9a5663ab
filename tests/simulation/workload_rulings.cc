// Rulings: asked for, given, written on paper; by whoever may and by whoever may not.
#include <algorithm>
#include <utility>

#include "casehub/transfer/v1/transfer_service.pb.h"
#include "services/model/regions.h"
#include "tests/simulation/made_up.h"
#include "tests/simulation/services.h"
#include "tests/simulation/workload.h"

namespace casehub::simulation {
namespace {

// None where the common superior keeps no log.
Municipality SuperiorOf(const CaseFile& file) {
  const auto& regions = RegionTable::Default();
  if (file.offered_to.IsNone()) return Municipality();
  const Municipality superior = regions.CommonSuperior(file.at, file.offered_to);
  return regions.Find(superior) == nullptr ? Municipality() : superior;
}

}  // namespace

Draft Workload::RequestRuling(int index) {
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  auto request = About<transfer::v1::RequestRulingRequest>(file);
  if (!context_->random.OneIn(40)) request->set_reason("two have declined");
  return Make(ServiceId::kTransfer, file.at, std::move(request), index);
}

Draft Workload::Rule(int index) {
  Random& random = context_->random;
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  auto request = About<transfer::v1::RuleJurisdictionRequest>(file);
  request->set_hop(random.OneIn(25) ? random.Below(4) : std::max<uint64_t>(file.hop, 1));
  Municipality superior = SuperiorOf(file);
  if (superior.IsNone()) superior = Municipality(330000);
  // Mostly one of the two that are its own; now and then the superior itself, or one of another province.
  Municipality custodian = random.OneIn(2) ? file.at : file.offered_to;
  if (custodian.IsNone() || random.OneIn(8)) custodian = AnyMunicipality();
  if (random.OneIn(6)) custodian = Municipality(420100);  // not its to give
  if (random.OneIn(30)) custodian = superior;
  request->set_custodian(random.OneIn(40) ? "999999" : custodian.ToString());
  if (!random.OneIn(40)) request->set_reason("it lies there");
  return Make(ServiceId::kTransfer, superior, std::move(request), index);
}

Draft Workload::PaperRuling(int index) {
  Random& random = context_->random;
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  auto request = About<transfer::v1::RecordPaperRulingRequest>(file);
  if (random.OneIn(5)) {
    request->set_outside_counterpart("a centre elsewhere");
  } else {
    request->set_custodian(random.OneIn(3) ? file.at.ToString() : OtherThan(file.at).ToString());
  }
  request->set_ruled_by("the ministry");
  request->set_ruled_on(random.OneIn(30) ? "2099-01-01" : "2026-03-01");
  AnyDocument(&random, request->mutable_document());
  return Make(ServiceId::kTransfer, file.at, std::move(request), index);
}

// Twice declined, or asked for: recalled, ruled on, or offered all the same.
Draft Workload::NextOfUpward(int index) {
  Random& random = context_->random;
  const CaseFile& file = cases_[static_cast<size_t>(index)];
  const uint64_t die = random.Below(14);
  if (die < 3) return Recall(index);
  if (die < 4) return Offer(index);
  if (die < 6) return RequestRuling(index);
  if (die < 7) return RegisterContact(index);
  if (!SuperiorOf(file).IsNone()) return Rule(index);
  return random.OneIn(3) ? RequestRuling(index) : PaperRuling(index);
}

}  // namespace casehub::simulation
