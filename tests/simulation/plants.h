// The planted bugs: each is one line of production logic that is switched off, so that the simulator can prove that it
// would find the line missing (`./dev sim --plant NAME`).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "services/runtime/plants.h"

namespace casehub::simulation {

// Bugs of domain rules, planted around the services (planted_service.h).
struct DomainPlants {
  bool freeze_ignored = false;        // intake neither sees that a case is frozen nor relies on its standing
  bool second_rating = false;         // evaluation forgets that a slot is used
  bool hop_reused = false;            // transfer mints hop 1 again and again
  bool thaw_on_recall = false;        // the origin acts again as soon as it asks for the case back
  bool parts_lost = false;            // custody moves without the parts that were exported
  bool consent_ignored = false;       // mediation takes every party's consent for given
  bool conclusion_forgotten = false;  // mediation goes on with a dispute that is concluded
  bool window_ignored = false;        // the time to apply for confirmation never ends
  bool import_twice = false;          // an import does not look whether an event of the case stands in the log already
  bool run_twice = false;             // a run of an import is recorded however often it is reported
  bool closing_forgotten = false;     // assignment forgets that a case was closed
  bool end_forgotten = false;         // assignment forgets that a case was withdrawn or terminated
  bool capacity_ignored = false;      // nobody's cases in hand are counted
  bool quota_ignored = false;         // what is out on loan is not counted
  bool ruling_keeps_hop = false;      // a ruling freezes the hop that was decided, not a new one
  bool bound_may_offer = false;       // who holds by ruling forgets it
  bool thaw_on_upward = false;        // the origin thaws when the decision goes up
  bool facts_dropped = false;         // facts that are sent on are taken and not recorded
  // of evaluation (planted_evaluation.cc)
  bool revisit_overwrites = false;  // a satisfied re-visit is recorded as a new rating
  bool set_aside_counted = false;   // scores go on counting a rating that was set aside
  bool review_reopened = false;     // a decided review takes another decision
};

struct Planted {
  std::string_view name;
  std::string_view what;
  runtime::Plants runtime;
  DomainPlants domain;
};

const std::vector<Planted>& AllPlants();
const Planted* FindPlant(std::string_view name);

}  // namespace casehub::simulation
