#include "tests/integration/process/suspensions.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "casehub/assignment/v1/assignment_events.pb.h"
#include "casehub/registry/v1/registry_events.pb.h"

namespace casehub::testing {
namespace {

using assignment::v1::AssignmentEvent;
using registry::v1::RegistryEvent;

class Audit {
 public:
  void Take(Offset offset, const storage::Record& record) {
    here_ = record.municipality.ToString();
    offset_ = offset;
    for (std::string_view bytes : record.events) {
      if (record.service == ServiceId::kRegistry) Parse<RegistryEvent>(bytes);
      if (record.service == ServiceId::kAssignment) Parse<AssignmentEvent>(bytes);
    }
  }
  const SuspensionReport& report() const { return report_; }

 private:
  template <typename Event>
  void Parse(std::string_view bytes) {
    Event event;
    ASSERT_TRUE(event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
    On(event);
  }
  void On(const RegistryEvent& event) {
    if (event.has_practitioner_suspended()) {
      ++report_.suspended;
      suspended_.insert(here_ + event.practitioner_suspended().practitioner_id());
    } else if (event.has_practitioner_reinstated()) {
      suspended_.erase(here_ + event.practitioner_reinstated().practitioner_id());
    }
  }
  void On(const AssignmentEvent& event) {
    std::string who;
    if (event.has_offer_made()) who = event.offer_made().practitioner_id();
    if (event.has_offer_accepted()) who = event.offer_accepted().practitioner_id();
    if (event.has_practitioner_assigned()) who = event.practitioner_assigned().practitioner_id();
    if (who.empty()) return;
    ++report_.given;
    EXPECT_EQ(suspended_.count(here_ + who), 0u)
        << who << " of " << here_ << " is suspended at offset " << offset_ << ": " << event.ShortDebugString();
  }

  SuspensionReport report_;
  std::set<std::string> suspended_;
  std::string here_;
  Offset offset_ = kNoOffset;
};

}  // namespace

SuspensionReport AuditSuspensions(const RawReader& partition) {
  Audit audit;
  for (const auto& [offset, entry] : partition.effective()) audit.Take(offset, *storage::DecodeRecord(*entry.bytes));
  return audit.report();
}

}  // namespace casehub::testing
