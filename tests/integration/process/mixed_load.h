// A steady load of contacts and hotline consultations (life 4) over several municipalities, that goes on while the
// server comes and goes. Half of the commands are contacts in bursts, whose unknown outcomes are left for later; half
// are steps of consultations, each repeated until its outcome is known, because the next step needs it.
//
// Threads     Made, stopped and asked by one thread; it has its own.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "casehub/common/v1/common.pb.h"
#include "tests/integration/process/journal.h"

namespace casehub::testing {

struct LoadOptions {
  std::string address;
  std::vector<std::string> municipalities;
  std::string office;  // registered in each of them
  int commands_per_second = 500;
  uint32_t seed = 1;
};

// A ledger's head as a reader saw it during the load.
struct SeenHead {
  std::string municipality;
  uint64_t sequence = 0;
  std::string head;  // hex
};

class MixedLoad {
 public:
  explicit MixedLoad(LoadOptions options);
  ~MixedLoad();

  // Waits until this many commands were sent since the start; false if that takes longer than a minute.
  bool AwaitSent(uint64_t commands);
  uint64_t sent() const { return sent_.load(); }
  // Ends the load once every call that is on its way has ended.
  void Stop();

  // After Stop.
  std::vector<Call> TakeCalls() { return journal_.Take(); }
  std::vector<SeenHead> TakeHeads() { return std::move(heads_); }
  // Answers that contradicted what the same client knew before; empty if all is well.
  const std::vector<std::string>& contradictions() const { return contradictions_; }

 private:
  class Pace;

  void SendBursts(uint32_t seed);
  void LiveConsultations(uint32_t seed);
  void LiveOne(Caller* caller, std::mt19937* random, Pace* pace);
  // Settles and journals; the reply's bytes, empty if it was refused or the load has ended.
  std::string Step(Caller* caller, Pace* pace, Call call);
  void LookBack(Caller* caller, const std::string& municipality, const std::string& case_id,
                const common::v1::Position& position);
  void WatchHeads();
  void CountSent();
  bool stopped() const { return stopped_.load(); }
  void Contradiction(std::string what);
  uint64_t AnyResident(std::mt19937* random);

  const LoadOptions options_;
  Journal journal_;
  std::atomic<uint64_t> sent_{0};
  std::atomic<uint64_t> residents_{0};
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> contradictions_;  // guarded by mutex_
  std::vector<SeenHead> heads_;              // written by one thread
  std::vector<std::thread> threads_;
};

}  // namespace casehub::testing
