// command_throughput, command_latency, lifecycle_rpc_throughput, flatness_1e6 (with rebuild, memory and restart, which
// need its store).
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <random>
#include <vector>

#include "bench/load/bench.h"
#include "bench/load/lives.h"
#include "bench/load/load.h"
#include "bench/load/process.h"
#include "bench/load/requests.h"
#include "casehub/ledger/v1/ledger_service.pb.h"
#include "casehub/operations/v1/operations_service.pb.h"

namespace casehub::bench {
namespace {

constexpr char kContact[] = "/casehub.intake.v1.IntakeService/RegisterContact";
constexpr char kEcho[] = "/casehub.bench.v1.Echo/Echo";
constexpr double kTurnSeconds = 3;     // of each store in flatness_1e6
constexpr double kEchoFloor = 30'000;  // a slower echo means a noisy machine: the round is void

LoadResult Contacts(const std::string& address, const std::string& method, int in_flight, double seconds,
                    size_t municipalities, uint64_t first) {
  LoadOptions load;
  load.address = address;
  load.method = method;
  load.in_flight = in_flight;
  load.seconds = seconds;
  load.request = [=](uint64_t i) { return NewContact(first + i, municipalities); };
  return RunLoad(load);
}

// One unary call with a reply of type `Response`.
template <typename Response, typename Request>
Response CallOnce(const std::string& address, const std::string& method, const Request& request) {
  Response response;
  LoadOptions load;
  load.address = address;
  load.method = method;
  load.calls = 1;
  load.seconds = 0;
  load.request = [&](uint64_t) { return request.SerializeAsString(); };
  load.reply = [&](uint64_t, const std::string& bytes) { response.ParseFromString(bytes); };
  const LoadResult result = RunLoad(load);
  if (result.ok != 1) {
    std::fprintf(stderr, "%s failed: %s\n", method.c_str(), result.first_failure.c_str());
    std::exit(1);
  }
  return response;
}

// Waits until every projection has applied the whole log, so that no work is left outside the measured time.
double SecondsToCatchUp(const std::string& address) {
  const double start = Now();
  for (;;) {
    const auto status = CallOnce<operations::v1::GetStatusResponse>(
        address, "/casehub.operations.v1.OperationsService/GetStatus", operations::v1::GetStatusRequest());
    bool behind = false;
    for (const auto& stream : status.streams()) behind = behind || stream.lag() > 0 || stream.pending() > 0;
    if (!behind) return Now() - start;
  }
}

double Throughput(const Scale& scale, size_t municipalities, double* echo_per_second) {
  std::vector<double> ratios, values, echoes;
  for (int round = 0, tries = 0; round < scale.rounds && tries < 3 * scale.rounds; ++tries) {
    const double seconds = scale.seconds / scale.rounds;
    double echo = 0, echo_cpu = 0;
    {
      Process server({BinaryPath("casehub-echo")});
      const LoadResult bare = Contacts(server.address(), kEcho, 256, seconds, municipalities, 0);
      echo = bare.per_second;
      echo_cpu = server.CpuSeconds() * 1e6 / static_cast<double>(bare.ok);
    }
    if (echo < kEchoFloor) {
      std::fprintf(stderr, "  round void: echo only %.0f/s\n", echo);
      if (tries + 1 < 3 * scale.rounds) continue;
    }
    ScratchFolder data;
    Process server(Server(data.path()));
    const double start = Now();
    const LoadResult ours = Contacts(server.address(), kContact, 256, seconds, municipalities, 0);
    if (ours.failed > 0) std::fprintf(stderr, "  %lu failed: %s\n", ours.failed, ours.first_failure.c_str());
    SecondsToCatchUp(server.address());
    const double per_second = static_cast<double>(ours.ok) / (Now() - start);
    std::fprintf(stderr, "  round %d: %.0f/s against echo %.0f/s = %.3f; server CPU a call %.1f us, echo's %.1f us\n",
                 round, per_second, echo, per_second / echo, server.CpuSeconds() * 1e6 / static_cast<double>(ours.ok),
                 echo_cpu);
    values.push_back(per_second);
    echoes.push_back(echo);
    ratios.push_back(per_second / echo);
    ++round;
  }
  *echo_per_second = Median(echoes);
  return Median(ratios);
}

double FsyncP50Micros() {
  ScratchFolder folder;
  const int fd = open((folder.path() + "/sync").c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
  std::vector<double> micros;
  const std::string block(512, 's');
  for (int i = 0; i < 500; ++i) {
    const double start = Now();
    if (write(fd, block.data(), block.size()) < 0 || fdatasync(fd) != 0) std::exit(1);
    micros.push_back((Now() - start) * 1e6);
  }
  close(fd);
  return Median(micros);
}

}  // namespace

Figures CommandThroughput(const Scale& scale) {
  Figures figures;
  double echo = 0;
  const double eight = Throughput(scale, 8, &echo);
  figures.push_back({"command_throughput", eight * echo, "commands/s", echo, eight});
  const double one = Throughput(scale, 1, &echo);
  figures.push_back({"command_throughput_one", one * echo, "commands/s", echo, one});
  return figures;
}

Figures CommandLatency(const Scale& scale) {
  std::vector<double> ratios, ours, bases;
  for (int round = 0; round < scale.rounds; ++round) {
    const double fsync = FsyncP50Micros();
    double echo = 0;
    {
      Process server({BinaryPath("casehub-echo")});
      echo = Contacts(server.address(), kEcho, 1, 2, 8, 0).p50_micros;
    }
    ScratchFolder data;
    Process server(Server(data.path()));
    const double micros = Contacts(server.address(), kContact, 1, 3, 8, 0).p50_micros;
    ratios.push_back((echo + fsync) / micros);
    ours.push_back(micros);
    bases.push_back(echo + fsync);
  }
  return {{"command_latency", Median(ours), "us p50", Median(bases), Median(ratios)}};
}

// RPCs of whole lives against the same number of bare ones. Lives that are under way at the end are lived out, and the
// time counts until every reaction is done and every fold has caught up.
Figures LifecycleThroughput(const Scale& scale) {
  std::vector<double> ratios, values, echoes;
  const double seconds = scale.seconds / scale.rounds;
  for (int round = 0, tries = 0; round < scale.rounds && tries < 3 * scale.rounds; ++tries) {
    double echo = 0;
    {
      Process server({BinaryPath("casehub-echo")});
      echo = Contacts(server.address(), kEcho, 256, seconds, 8, 0).per_second;
    }
    if (echo < kEchoFloor) {
      std::fprintf(stderr, "  round void: echo only %.0f/s\n", echo);
      if (tries + 1 < 3 * scale.rounds) continue;
    }
    ScratchFolder data;
    Process server(Server(data.path()));
    PrepareForLives(server.address(), 8);
    const double start = Now();
    const LivesResult lives = RunLives({server.address(), 256, seconds, 8});
    if (lives.calls.failed > 0) {
      std::fprintf(stderr, "  %lu failed: %s\n", lives.calls.failed, lives.calls.first_failure.c_str());
    }
    SecondsToCatchUp(server.address());
    const double per_second = static_cast<double>(lives.calls.ok) / (Now() - start);
    std::fprintf(stderr, "  round %d: %.0f RPCs/s, %lu lives, %lu asked again, against echo %.0f/s = %.3f\n", round,
                 per_second, lives.lives, lives.asked_again, echo, per_second / echo);
    values.push_back(per_second);
    echoes.push_back(echo);
    ratios.push_back(per_second / echo);
    ++round;
  }
  return {{"lifecycle_rpc_throughput", Median(values), "RPCs/s", Median(echoes), Median(ratios)}};
}

namespace {

struct Store {
  ScratchFolder folder;
  std::vector<std::array<char, 36>> case_ids;  // in one piece: the caller shall not pay for the number of cases
};

// Waits until flushes and compactions are done: the server uses less than 2 % of a core; at most two minutes.
void Settle(const Process& server) {
  constexpr int kSampleMillis = 1000;
  for (int second = 0; second < 120; ++second) {
    const double before = server.CpuSeconds();
    poll(nullptr, 0, kSampleMillis);
    if (server.CpuSeconds() - before < 0.02) return;
  }
  std::fprintf(stderr, "  the store does not settle\n");
}

void Run(const LoadOptions& load) {
  const LoadResult result = RunLoad(load);
  if (result.failed == 0) return;
  std::fprintf(stderr, "filling failed: %s\n", result.first_failure.c_str());
  std::exit(1);
}

// Another contact of the i-th case: reads and rewrites its row, and reads the key of its texts.
std::string AnotherContact(const Store& store, uint64_t i) {
  intake::v1::RegisterContactRequest request;
  request.set_municipality(std::string(kMunicipalities[i % 8]));
  request.set_request_id(NewRequestId());
  request.set_channel(common::v1::CHANNEL_HOTLINE);
  request.set_case_id(store.case_ids[i].data(), store.case_ids[i].size());
  request.mutable_note()->set_text(std::string(100, 'n'));
  return request.SerializeAsString();
}

LoadOptions ContactLoad(const std::string& address) {
  LoadOptions load;
  load.address = address;
  load.method = kContact;
  load.in_flight = 256;
  load.seconds = 0;
  return load;
}

// Opens `count` cases and remembers their ids.
void Fill(Store* store, uint64_t count) {
  Process server(Server(store->folder.path()), 120);
  store->case_ids.resize(count);
  LoadOptions load = ContactLoad(server.address());
  load.calls = count;
  load.request = [](uint64_t i) { return NewContact(i, 8); };
  load.reply = [&](uint64_t i, const std::string& bytes) {
    intake::v1::RegisterContactResponse response;
    response.ParseFromString(bytes);
    response.case_id().copy(store->case_ids[i].data(), store->case_ids[i].size());
  };
  Run(load);
  SecondsToCatchUp(server.address());
}

// One more contact of each case: the first mints a key for the case, and what is measured later shall not depend on how
// many were met before.
void MeetAll(const Store& store) {
  Process server(Server(store.folder.path()), 120);
  LoadOptions load = ContactLoad(server.address());
  load.calls = store.case_ids.size();
  load.request = [&](uint64_t i) { return AnotherContact(store, i); };
  Run(load);
  SecondsToCatchUp(server.address());
}

// Contacts of existing cases, uniformly at random.
LoadResult ContactsOfExisting(const std::string& address, const Store& store, double seconds) {
  LoadOptions load = ContactLoad(address);
  load.seconds = seconds;
  load.request = [&](uint64_t) {
    thread_local std::mt19937_64 random{std::random_device{}()};
    return AnotherContact(store, random() % store.case_ids.size());
  };
  return RunLoad(load);
}

double RebuildSeconds(const std::string& address, const std::string& service) {
  operations::v1::VerifyStoreRequest request;
  request.set_service(service);
  const auto response = CallOnce<operations::v1::VerifyStoreResponse>(
      address, "/casehub.operations.v1.OperationsService/VerifyStore", request);
  double seconds = 0;
  for (const auto& store : response.stores()) {
    seconds += static_cast<double>(store.rebuild_micros()) / 1e6;
    if (!store.equal()) {
      std::fprintf(stderr, "rebuild of %s differs: %s\n", service.c_str(), store.first_difference().c_str());
      std::exit(1);
    }
  }
  return seconds;
}

// In turns, because each takes seconds, in which a noisy machine changes its pace; the turn with the median ratio.
Figure RebuildFigure(const std::string& address, const std::string& data, const std::string& service) {
  constexpr size_t kTurns = 5;
  std::vector<Figure> turns;
  for (size_t turn = 0; turn < kTurns; ++turn) {
    const double rebuild = RebuildSeconds(address, service);
    const double bare = BareBulkLoadSeconds(data, service);
    turns.push_back({"rebuild_" + service, rebuild, "s", bare, bare / rebuild});
  }
  std::sort(turns.begin(), turns.end(), [](const Figure& a, const Figure& b) { return a.ratio < b.ratio; });
  return turns[kTurns / 2];
}

}  // namespace

Figures Flatness(const Scale& scale) {
  Figures figures;
  Store large, small;
  Fill(&small, 10'000);
  Fill(&large, scale.cases);
  {
    // Before any row is written again: the puts of a rebuild are the rows there are.
    Process server(Server(large.folder.path()), 120);
    figures.push_back({"restart_1e6", server.seconds_to_ready(), "s", 5, 5 / server.seconds_to_ready()});
    Settle(server);
    for (const char* service : {"intake", "ledger"}) {
      figures.push_back(RebuildFigure(server.address(), large.folder.path(), service));
    }
  }
  MeetAll(small);
  MeetAll(large);
  // Short turns, because a noisy machine changes its pace within seconds; whoever's turn it is not stands still, merges
  // included.
  Process beside_few(Server(small.folder.path()), 120), beside_many(Server(large.folder.path()), 120);
  Settle(beside_few);
  Settle(beside_many);
  struct Measured {
    double answered = 0, seconds = 0, cpu = 0;
    double per_second() const { return answered / seconds; }
  } few, many;
  const auto measure = [](Process* server, const Store& store, Measured* measured) {
    server->GoOn();
    const double cpu = server->CpuSeconds();
    const LoadResult result = ContactsOfExisting(server->address(), store, kTurnSeconds);
    server->StandStill();
    measured->answered += static_cast<double>(result.ok);
    measured->seconds += result.seconds;
    measured->cpu += server->CpuSeconds() - cpu;
  };
  beside_few.StandStill();
  beside_many.StandStill();
  for (double seconds = 0; seconds < scale.seconds; seconds += kTurnSeconds) {
    measure(&beside_few, small, &few);
    measure(&beside_many, large, &many);
  }
  std::fprintf(stderr, "  server CPU a contact: %.1f us among many, %.1f us among few\n",
               many.cpu * 1e6 / many.answered, few.cpu * 1e6 / few.answered);
  double mib = beside_many.ResidentMib();
  figures.push_back({"memory_1e6_under_load", mib, "MiB", 1024, 1024 / mib});
  figures.insert(figures.begin(), {"flatness_1e6", many.per_second(), "commands/s", few.per_second(),
                                   many.per_second() / few.per_second()});
  ScratchFolder empty;
  Process server(Server(empty.path()));
  mib = server.ResidentMib();
  figures.push_back({"memory_empty", mib, "MiB", 200, 200 / mib});
  return figures;
}

}  // namespace casehub::bench
