#include "tests/simulation/plants.h"

namespace casehub::simulation {
namespace {

Planted InRule(std::string_view name, std::string_view what, bool storage::RuleFaults::*fault) {
  Planted planted{name, what, {}, {}};
  planted.runtime.rule.*fault = true;
  return planted;
}

Planted InRuntime(std::string_view name, std::string_view what, bool runtime::Plants::*plant) {
  Planted planted{name, what, {}, {}};
  planted.runtime.*plant = true;
  return planted;
}

Planted InDomain(std::string_view name, std::string_view what, bool DomainPlants::*plant) {
  Planted planted{name, what, {}, {}};
  planted.domain.*plant = true;
  return planted;
}

std::vector<Planted> MakePlants() {
  using runtime::Plants;
  using storage::RuleFaults;
  return {
      InRule("fence_skipped", "records of an earlier epoch count", &RuleFaults::skip_fence),
      InRule("restart_point_ignored", "a writer need not have read up to the restart point",
             &RuleFaults::ignore_restart_point),
      InRule("overtaken_ignored", "standing that changed meanwhile does not matter", &RuleFaults::ignore_overtaken),
      InRule("gap_ignored", "a record counts although one before it is missing", &RuleFaults::ignore_gap),
      InRuntime("dedup_skipped", "a repeat is decided as if it were new", &Plants::dedup_skipped),
      InRuntime("ids_before_start_forgotten", "a repeat across a start is decided as if it were new",
                &Plants::ids_before_start_forgotten),
      InRuntime("position_early", "the position of the next record is stored with the rows of this one",
                &Plants::position_early),
      InRuntime("overlay_kept", "pending rows survive a lost epoch", &Plants::overlay_kept),
      InRuntime("reply_before_read_back", "a command is acknowledged when it is appended",
                &Plants::reply_before_read_back),
      InRuntime("due_lost_at_takeover", "a new owner starts its due work at the end of the table",
                &Plants::due_lost_at_takeover),
      InRuntime("mailbox_gap_accepted", "message n is taken without n - 1", &Plants::mailbox_gap_accepted),
      InRuntime("clock_not_monotone", "decision times follow the wall clock back", &Plants::clock_not_monotone),
      InRuntime("barrier_skipped", "refusals are sent without proof of ownership", &Plants::barrier_skipped),
      InRuntime("redo_forgotten", "what was in flight behind a skipped record is dropped", &Plants::redo_forgotten),
      InRuntime("settle_twice", "a row settled in the overlay is offered again", &Plants::settle_twice),
      InRuntime("delivered_unrecorded", "the outbox forgets what it sent without an acknowledgement",
                &Plants::delivered_unrecorded),
      InDomain("freeze_ignored", "intake acts on a frozen case", &DomainPlants::freeze_ignored),
      InDomain("second_rating", "a used rating slot takes another rating", &DomainPlants::second_rating),
      InDomain("hop_reused", "every attempt at a transfer is hop 1", &DomainPlants::hop_reused),
      InDomain("thaw_on_recall", "the origin thaws when it asks for a recall", &DomainPlants::thaw_on_recall),
      InDomain("ruling_keeps_hop", "a ruling for another is offered under the hop that was declined",
               &DomainPlants::ruling_keeps_hop),
      InDomain("bound_may_offer", "who holds a case by ruling offers it on", &DomainPlants::bound_may_offer),
      InDomain("thaw_on_upward", "the origin thaws on an upward decline", &DomainPlants::thaw_on_upward),
      InDomain("facts_dropped", "facts sent on to the custodian are not recorded", &DomainPlants::facts_dropped),
      InDomain("import_twice", "an imported event is recorded again with every delivery", &DomainPlants::import_twice),
      InDomain("run_twice", "a run of an import is recorded with every report", &DomainPlants::run_twice),
      InDomain("parts_lost", "custody moves without the parts that were exported", &DomainPlants::parts_lost),
      InDomain("consent_ignored", "a dispute is accepted without the parties' consent", &DomainPlants::consent_ignored),
      InDomain("conclusion_forgotten", "a concluded mediation goes on", &DomainPlants::conclusion_forgotten),
      InDomain("window_ignored", "the parties may apply for confirmation at any time", &DomainPlants::window_ignored),
      InDomain("revisit_overwrites", "a satisfied re-visit overwrites the rating", &DomainPlants::revisit_overwrites),
      InDomain("set_aside_counted", "a rating that was set aside is counted all the same",
               &DomainPlants::set_aside_counted),
      InDomain("review_reopened", "a decided review takes another decision", &DomainPlants::review_reopened),
      InDomain("closing_forgotten", "a closing file is approved again", &DomainPlants::closing_forgotten),
      InDomain("end_forgotten", "assignment goes on after withdrawal and termination", &DomainPlants::end_forgotten),
      InDomain("capacity_ignored", "nobody's cases in hand are counted", &DomainPlants::capacity_ignored),
      InDomain("quota_ignored", "lawyers out on loan are not counted", &DomainPlants::quota_ignored),
  };
}

}  // namespace

const std::vector<Planted>& AllPlants() {
  static const std::vector<Planted> plants = MakePlants();
  return plants;
}

const Planted* FindPlant(std::string_view name) {
  for (const Planted& planted : AllPlants()) {
    if (planted.name == name) return &planted;
  }
  return nullptr;
}

}  // namespace casehub::simulation
