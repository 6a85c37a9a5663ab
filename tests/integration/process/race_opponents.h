// What contends with something that stops a whole case or a practitioner.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/integration/process/race_cases.h"

namespace casehub::testing {

struct Opponent {
  std::string name;
  std::function<RaceCase(Caller*, RaceCase one, uint64_t resident)> prepare;
  std::string prepared;  // the entry that this ends with
  std::function<std::unique_ptr<google::protobuf::Message>(const RaceCase&)> request;
  std::vector<std::string> entries;  // what it records, and what follows by itself
  std::string ends = {};             // it ends the case, and a freeze behind it is refused with this reason
};

// Commands of every service that acts on cases, for the freeze of the case.
std::vector<Opponent> OpponentsOfFreeze();
// Everything that gives the case to a lawyer, for his suspension.
std::vector<Opponent> OpponentsOfSuspension();

}  // namespace casehub::testing
