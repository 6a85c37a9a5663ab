// Races between services: commands that contend for one case are sent at the same moment, round after round, and the
// ledgers say which came first. A race may end in a few histories and in no others.
//
// Threads     A fixture belongs to the test's main thread; rounds are played by threads of its own.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/integration/ledger/raw_chain.h"
#include "tests/integration/process/race_cases.h"
#include "tests/support/caller.h"
#include "tests/support/ledger_export.h"
#include "tests/support/server_process.h"
#include "tests/support/test_folder.h"

namespace casehub::testing {

// "ok", or the reason of the refusal.
std::string AnswerOf(const Outcome& outcome);

// One round of a race.
struct Round {
  size_t number = 0;
  size_t lane = 0;                   // rounds of a lane follow one another
  RaceCase about;                    // at first its municipality
  std::vector<std::string> answers;  // to its commands, in their order
};

// How a round may end.
struct History {
  std::string name;
  std::vector<std::string> answers;
  std::vector<std::string> entries;  // of its case, since the race began
};

struct Contender {
  const google::protobuf::Message& request;
  int delay_millis_max;
};
// Sends each after a delay of its own, by the round's dice: in one round up to the most that is given, in the next up
// to a half, a quarter or an eighth of it, so that some are close whatever the machine's speed. Settles all and notes
// the answers: what comes back without one is sent again, the same bytes, until it has one.
std::vector<Outcome> Contend(Caller* caller, const std::vector<Contender>& contenders, Round* round);

class Races : public ::testing::Test {
 protected:
  static constexpr size_t kRounds = 1000;
  static constexpr size_t kLanes = 25;  // each comes past every kind of round

  Races();
  // A server whose municipalities have a partition each.
  void SetUp() override;

  const std::string& MunicipalityOf(size_t lane) const;
  // Some lanes at once; ends early once the test has failed. In the order of the rounds.
  std::vector<Round> Play(size_t rounds, const std::function<void(Caller*, Round*)>& play);

  // Ledgers and stores are sound and nothing is parked; then the server ends, and its raw log is read.
  void End();
  // After End.
  const std::vector<Ledger>& ledgers() const { return ledgers_; }
  const std::vector<RawReader>& log() const { return log_; }
  // Records that were skipped because the standing of a subject had changed; they were decided again.
  int overtaken() const { return Count(storage::Verdict::kOvertaken); }

  // After End. Fails the test unless each round ended in one of the histories, and those of each name came
  // `each_at_least` times. The race began behind the case's first entry of the type `after`. Between freeze and thaw,
  // entries that custody.md permits there are left out.
  void ExpectHistories(const std::vector<Round>& rounds, const std::string& after,
                       const std::vector<History>& histories, size_t each_at_least) const;

 private:
  void ExpectAtRest();
  int Count(storage::Verdict verdict) const;

  const host::TestFolder folder_;
  ServerProcess server_;
  std::vector<Ledger> ledgers_;
  std::vector<RawReader> log_;
};

}  // namespace casehub::testing
