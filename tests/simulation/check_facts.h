// Facts of line systems, followed over all logs: whatever custody does meanwhile, what arrives is what was frozen and
// every later fact once (custody.md). Knows nothing of how intake does it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "casehub/intake/v1/intake_events.pb.h"
#include "casehub/transfer/v1/transfer_events.pb.h"
#include "tests/simulation/auditor.h"
#include "tests/simulation/context.h"

namespace casehub::simulation {

class FactsHistory {
 public:
  explicit FactsHistory(Context* context) : context_(context) {}

  // Effective records in the order in which they arrived.
  void Add(const Judged& judged);
  void Finish();

 private:
  using Facts = std::multiset<std::string>;  // by identity
  struct Local {
    Facts folded;  // part of the case as it stands here
    Facts held;
    uint64_t frozen_hop = 0;
    bool gone = false;
    bool custodian = false;
    std::string custodian_elsewhere;  // once it is known
  };
  struct Case {
    std::map<std::string, Local> local;                               // by municipality
    std::map<std::pair<std::string, std::string>, Facts> on_the_way;  // from, to
    std::map<uint64_t, Facts> frozen;                                 // by hop: what its part says
    Facts all;
    bool excused = false;  // set aside after a defect, or gone to where no log is kept
  };

  void OnIntake(const intake::v1::IntakeEvent& event);
  void OnTransfer(const transfer::v1::TransferEvent& event);
  void OnFact(const std::string& identity, const std::string& forwarded_from, Case* one);
  void Report(const char* name, const std::string& text);

  Context* context_;
  std::string here_;
  std::map<std::string, Case> cases_;
};

}  // namespace casehub::simulation
