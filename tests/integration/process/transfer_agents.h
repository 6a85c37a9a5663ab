// Cases that travel between municipalities: each is opened, offered, then accepted or declined by one side while the
// other recalls it, again and again, while the server comes and goes. Both sides act on it meanwhile where they may.
//
// Threads     Made, stopped and asked by one thread; it has its own.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/caller.h"

namespace casehub::testing {

// What its agent knows of a case once it rests.
struct RestingCase {
  std::string case_id;
  std::string custodian;
  uint64_t resident = 0;
  uint32_t contacts = 1;  // acknowledged, the one that opened it included
};

class TransferAgents {
 public:
  TransferAgents(const std::string& address, std::vector<std::string> municipalities, uint32_t seed);
  ~TransferAgents();

  // Waits until this many transfers were offered; false if that takes longer than a minute and a half.
  bool AwaitOffers(uint64_t offers);
  // Lets every case come to rest and ends.
  void Stop();
  // Ends at once, whatever state the cases are in.
  void Abandon();

  // After Stop.
  const std::vector<RestingCase>& cases() const { return cases_; }
  // How often each answer came, by method and reason.
  const std::map<std::string, int>& answers() const { return answers_; }

 private:
  class Agent;

  void Run(uint32_t seed);
  void CountOffer();
  void Count(const std::string& answer);

  Caller caller_;
  const std::vector<std::string> municipalities_;
  std::atomic<uint64_t> offers_{0};
  std::atomic<uint64_t> residents_{0};
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<RestingCase> cases_;      // guarded by mutex_
  std::map<std::string, int> answers_;  // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace casehub::testing
