// What line systems delivered, counted from the raw logs by someone who knows nothing of how imports work: an event of
// a case stands once, a run is recorded once, and the sources' rows say how many there are.
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "casehub/intake/v1/intake_events.pb.h"
#include "casehub/intake/v1/intake_state.pb.h"
#include "services/intake/tables.h"
#include "tests/simulation/checks.h"
#include "tests/simulation/services.h"

namespace casehub::simulation {
namespace {

using intake::v1::IntakeEvent;
using Source = std::pair<Municipality, std::string>;

struct Delivered {
  uint64_t cases = 0;
  uint64_t events = 0;
  uint64_t runs = 0;
  uint64_t same_matters = 0;
};

class Deliveries {
 public:
  explicit Deliveries(Context* context) : context_(context) {}

  void Add(const Judged& judged) {
    const Municipality here = judged.record->municipality;
    for (std::string_view bytes : judged.record->events) {
      IntakeEvent event;
      if (event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) AddEvent(here, judged.offset, event);
    }
  }
  const std::map<Source, Delivered>& sources() const { return sources_; }

 private:
  void AddEvent(Municipality here, Offset offset, const IntakeEvent& event) {
    switch (event.event_case()) {
      case IntakeEvent::kCaseOpened:
        source_of_[{here, event.case_id()}] = event.case_opened().source_system();
        if (!event.case_opened().source_system().empty()) ++OfCase(here, event).cases;
        break;
      case IntakeEvent::kLineEventRecorded:
        // Sent on, not delivered: check_facts.cc follows those.
        if (!event.line_event_recorded().forwarded_from().empty()) break;
        if (!identities_.insert(event.case_id() + event.line_event_recorded().identity()).second) {
          context_->Report("line_event_twice",
                           absl::StrCat("offset ", offset, " (", here.ToString(), "): an event of case ",
                                        event.case_id(), " that was recorded before"));
        }
        ++OfCase(here, event).events;
        break;
      case IntakeEvent::kSameMatterSuspected:
        context_->Count(Situation::kSameMatter);
        ++OfCase(here, event).same_matters;
        break;
      case IntakeEvent::kImportRunRecorded: {
        const auto& run = event.import_run_recorded();
        if (!runs_.insert({here, run.source_system() + "/" + run.run_id()}).second) {
          context_->Report("import_run_twice",
                           absl::StrCat("offset ", offset, " (", here.ToString(), "): run ", run.run_id()));
        }
        ++sources_[{here, run.source_system()}].runs;
        break;
      }
      case IntakeEvent::kDeadlineMissed:
        if (event.deadline_missed().policy() == "promise") context_->Count(Situation::kPromiseMissed);
        break;
      default:
        break;
    }
  }
  // Of the source that opened the case here.
  Delivered& OfCase(Municipality here, const IntakeEvent& event) {
    return sources_[{here, source_of_[{here, event.case_id()}]}];
  }

  Context* context_;
  std::map<std::pair<Municipality, std::string>, std::string> source_of_;  // of each case
  std::set<std::string> identities_;                                       // with their case
  std::set<std::pair<Municipality, std::string>> runs_;
  std::map<Source, Delivered> sources_;
};

}  // namespace

void CheckImports(const WorldView& world, PartitionId partition, storage::ProjectionStore* reference) {
  Deliveries deliveries(world.context);
  for (const Judged& judged : world.auditor->judged(partition)) {
    if (judged.IsEffective() && judged.record->service == ServiceId::kIntake) deliveries.Add(judged);
  }
  for (const auto& [source, expected] : deliveries.sources()) {
    const auto& [here, name] = source;
    if (name.empty()) continue;  // entered at a window
    const auto bytes = reference->keyspace(ServiceId::kIntake)->Get(intake::tables::SourceStateKey(here, name));
    intake::v1::SourceState row;
    if (bytes.ok() && *bytes) row.ParseFromString(**bytes);
    if (row.cases() == expected.cases && row.events() == expected.events && row.runs() == expected.runs &&
        row.same_matters() == expected.same_matters) {
      continue;
    }
    world.context->Report(
        "source_miscounted",
        absl::StrCat(name, " in ", here.ToString(), ": its row says ", row.cases(), " cases, ", row.events(),
                     " events, ", row.runs(), " runs and ", row.same_matters(), " suspicions, the log ", expected.cases,
                     ", ", expected.events, ", ", expected.runs, " and ", expected.same_matters));
  }
}

}  // namespace casehub::simulation
