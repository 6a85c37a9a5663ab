// All services in one process, on the embedded log or on Kafka: what `./dev up` runs. Only wiring.
#include <sched.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <future>
#include <iostream>
#include <memory>
#include <mutex>
#include <random>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "services/host/keyring/local_keyring.h"
#include "services/host/server.h"
#include "services/intake/tables.h"
#include "services/ledger/signer.h"
#include "services/model/regions.h"
#include "services/standalone/services.h"
#include "services/standalone/shards.h"
#include "storage/log/embedded/embedded_log.h"
#include "storage/log/embedded/open_folder.h"
#include "storage/log/kafka/kafka_log.h"
#include "storage/projection/rocksdb/rocksdb_projection.h"

namespace {

using casehub::Instant;
using casehub::PartitionId;
using casehub::Uuid;

constexpr int kDrainSeconds = 10;
constexpr uint64_t kFreeBytesToStart = 256ull << 20;  // every store sets aside its first files
constexpr int kTakeOverSeconds = 60;                  // until every stream is owned after a start, catching up included

struct Flags {
  std::string data = "var/data";
  std::string listen = "127.0.0.1:7080";
  std::string metrics_listen = "127.0.0.1:7081";
  std::string engine = "embedded";
  int partitions = 0;  // of a new log; 0: the engine's default
  std::string brokers;
  std::string topic = "case-log";
  bool single_broker = false;
};

constexpr int kEmbeddedPartitions = 2;
constexpr int kKafkaPartitions = 4;

// The log with what only its engine has.
struct OpenedLog {
  std::unique_ptr<casehub::storage::EventLog> log;
  casehub::host::RowReader read_side_row;
  casehub::host::RowScanner scan_side_rows;  // empty: the engine has none
  std::function<absl::Status()> close;
};

Instant Now() { return {absl::GetCurrentTimeNanos() / 1000}; }

// Random version 7 ids; called from several partitions' threads.
Uuid Mint(Instant now) {
  thread_local std::mt19937_64 random([] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device(), device(), device(), device(), device()};
    return std::mt19937_64(seed);
  }());
  return Uuid::V7(now.micros / 1000, random(), random());
}

// What is wrong with a HOST:PORT; empty if nothing is. gRPC would take the lowest 16 bits of any number.
std::string CheckAddress(const std::string& text) {
  const size_t colon = text.rfind(':');
  int port = -1;
  const bool is_number = colon != text.npos && colon > 0 && absl::SimpleAtoi(text.substr(colon + 1), &port);
  return is_number && port >= 0 && port <= 65'535 ? "" : "HOST:PORT with a port of 0 to 65535 is wanted, not " + text;
}

// The key that signed the seals is nothing to make anew: who keeps its public half would take every later seal, and who
// asks for the new one every earlier seal, for forged.
absl::Status CheckLedgerKey(const std::string& path, casehub::storage::EventLog* log) {
  if (std::filesystem::exists(path)) return absl::OkStatus();
  for (PartitionId partition = 0; partition < log->partition_count(); ++partition) {
    const auto end = log->End(partition);
    if (!end.ok()) return end.status();
    if (*end == casehub::kNoOffset) continue;
    return absl::FailedPreconditionError(path + " is missing, but the log has records: bring it back from its backup");
  }
  return absl::OkStatus();
}

absl::StatusOr<OpenedLog> OpenEmbedded(const Flags& flags) {
  casehub::storage::EmbeddedLogOptions options;
  options.folder = flags.data + "/log";
  options.partitions = flags.partitions > 0 ? flags.partitions : kEmbeddedPartitions;
  options.clock = Now;
  auto log = casehub::storage::EmbeddedLog::Open(std::move(options));
  if (!log.ok()) return log.status();
  auto* raw = log->get();
  return OpenedLog{
      *std::move(log), [raw](std::string_view key) { return raw->ReadSideRow(key); },
      [raw](auto prefix, auto before, const auto& visit) { return raw->ScanSideRowsBack(prefix, before, visit); },
      [raw] { return raw->Close(); }};
}

absl::StatusOr<OpenedLog> OpenKafka(const Flags& flags) {
  casehub::storage::KafkaLogOptions options;
  options.brokers = flags.brokers;
  options.topic = flags.topic;
  options.single_broker = flags.single_broker;
  // A production topic is made by an operator; one broker is for development, where the topic comes by itself.
  if (flags.single_broker) options.make_partitions = flags.partitions > 0 ? flags.partitions : kKafkaPartitions;
  options.side_folder = flags.data + "/keys/rows";
  std::filesystem::create_directories(flags.data + "/keys");
  auto log = casehub::storage::KafkaLog::Open(std::move(options));
  if (!log.ok()) return log.status();
  auto* raw = log->get();
  return OpenedLog{*std::move(log), [raw](std::string_view key) { return raw->ReadSideRow(key); }, nullptr,
                   [] { return absl::OkStatus(); }};
}

int Fail(const absl::Status& status) {
  std::cerr << "casehub: " << status.message() << "\n";
  return absl::IsUnavailable(status) ? 3 : 1;
}

// Every keyspace keeps its tables open: as many files as the system lets this process have.
void RaiseFileLimit() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

// Signals are taken by sigwait alone, so that the end of the process is ordinary code.
sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

int Run(const Flags& flags, const sigset_t& signals) {
  namespace host = casehub::host;
  namespace storage = casehub::storage;
  namespace standalone = casehub::standalone;

  std::error_code made;
  std::filesystem::create_directories(flags.data, made);
  if (made) return Fail(absl::UnavailableError("cannot make the folder " + flags.data + ": " + made.message()));

  const auto free = storage::FreeBytes(flags.data);
  if (!free.ok()) return Fail(free.status());
  if (*free < kFreeBytesToStart) {
    return Fail(absl::UnavailableError("the disk of " + flags.data + " is full: " + std::to_string(*free) +
                                       " bytes are free, a start needs " + std::to_string(kFreeBytesToStart)));
  }

  auto opened = flags.engine == "kafka" ? OpenKafka(flags) : OpenEmbedded(flags);
  if (!opened.ok()) return Fail(opened.status());
  const auto& log = opened->log;
  auto ring = host::LocalKeyRing::Open(flags.data + "/keys", opened->read_side_row);
  if (!ring.ok()) return Fail(ring.status());
  const std::string ledger_key = flags.data + "/keys/ledger.key";
  if (auto status = CheckLedgerKey(ledger_key, log.get()); !status.ok()) return Fail(status);
  auto signer = casehub::ledger::FileSigner::Open(ledger_key);
  if (!signer.ok()) return Fail(signer.status());
  std::shared_ptr<casehub::ledger::Signer> shared_signer = *std::move(signer);

  storage::RocksdbProjectionStore::Options store_options;
  store_options.folder = flags.data + "/projection";
  store_options.resources = std::make_shared<storage::RocksdbResources>();
  std::vector<std::unique_ptr<storage::RocksdbProjectionStore>> stores;
  std::vector<standalone::Shard> shards;
  for (PartitionId partition = 0; partition < log->partition_count(); ++partition) {
    standalone::Shard shard;
    shard.services = standalone::MakeServices(
        [&log, partition](casehub::Offset offset) { return log->ReadAt(partition, offset); }, shared_signer);
    store_options.services.clear();
    for (const auto& service : shard.services) store_options.services.push_back(service->id());
    auto store = storage::RocksdbProjectionStore::Open(store_options, partition);
    if (!store.ok()) return Fail(store.status());
    for (const std::string& note : (*store)->notes()) std::cerr << "casehub: " << note << "\n";
    shard.store = store->get();
    stores.push_back(*std::move(store));
    shards.push_back(std::move(shard));
  }

  standalone::ShardsOptions options;
  options.address = flags.listen;
  options.version = CASEHUB_VERSION;
  options.clock = Now;
  options.mint = Mint;
  options.municipalities = standalone::MunicipalitiesIn;
  options.on_store = [](PartitionId partition, const absl::Status& problem) {
    if (problem.ok()) {
      std::cerr << absl::StrCat("casehub: partition ", partition, " writes its rows again\n");
    } else {
      std::cerr << absl::StrCat("casehub: partition ", partition,
                                " keeps rows in memory until they can be written: ", problem.message(), "\n");
    }
  };
  std::mutex fatal_mutex;
  absl::Status fatal;
  options.on_fatal = [&](PartitionId partition, absl::Status status) {
    std::lock_guard lock(fatal_mutex);
    std::cerr << "casehub: partition " << partition << " cannot go on: " << status.message() << "\n";
    if (fatal.ok()) fatal = std::move(status);
    kill(getpid(), SIGTERM);  // end in order; the supervisor starts the process again
  };
  auto backend = standalone::Shards::Start(log.get(), std::move(shards), std::move(options));
  if (!backend.ok()) return Fail(backend.status());
  if (!(*backend)->WaitUntilOwned({Now().micros + kTakeOverSeconds * casehub::kMicrosPerSecond})) {
    const absl::Status why = (*backend)->Stop(Now());  // what a partition ended with says more than its absence
    return Fail(why.ok() ? absl::UnavailableError("the streams could not be taken over: is the disk writable?") : why);
  }

  host::ServerOptions server_options;
  server_options.listen = flags.listen;
  server_options.metrics_listen = flags.metrics_listen;
  server_options.version = CASEHUB_VERSION;
  server_options.edge.clock = Now;
  server_options.edge.municipality_known = [](casehub::Municipality one) {
    return casehub::RegionTable::Default().Find(one) != nullptr;
  };
  auto server = host::Server::Start(std::move(server_options), ring->get(), backend->get());
  if (!server.ok()) return Fail(server.status());
  const std::string name = flags.listen.substr(0, flags.listen.rfind(':'));
  std::cout << "ready on " << name << ":" << (*server)->port() << std::endl;

  std::jthread reading_ahead([&](const std::stop_token& stop) {
    if (opened->scan_side_rows) {
      const absl::Status read = (*ring)->ReadAhead(opened->scan_side_rows, stop);
      if (!read.ok()) std::cerr << "casehub: keys are not read ahead: " << read.message() << "\n";
    }
    for (const auto& store : stores) {
      store->ReadAhead(casehub::ServiceId::kIntake, casehub::intake::tables::kCase, stop);
    }
  });

  int caught = 0;
  sigwait(&signals, &caught);
  std::cerr << "casehub: draining\n";
  reading_ahead = {};
  (*server)->Drain(absl::Now() + absl::Seconds(kDrainSeconds));
  absl::Status stopped = (*backend)->Stop({Now().micros + kDrainSeconds * casehub::kMicrosPerSecond});
  server->reset();
  backend->reset();
  if (absl::Status closed = opened->close(); stopped.ok()) stopped = closed;
  {
    std::lock_guard lock(fatal_mutex);
    if (!fatal.ok()) return Fail(fatal);
  }
  return stopped.ok() ? 0 : Fail(stopped);
}

}  // namespace

int main(int argc, char** argv) {
  Flags flags;
  CLI::App app{"casehub: all services in one process"};
  app.add_option("--data", flags.data, "folder of log, projections and keys")->capture_default_str();
  app.add_option("--listen", flags.listen, "HOST:PORT for gRPC; port 0 takes a free one")
      ->check(CheckAddress)
      ->capture_default_str();
  app.add_option("--metrics-listen", flags.metrics_listen, "HOST:PORT for metrics; empty: none")
      ->check([](const std::string& text) { return text.empty() ? "" : CheckAddress(text); })
      ->capture_default_str();
  app.add_option("--partitions", flags.partitions, "partitions of a new log; default: 2 embedded, 4 on Kafka")
      ->check(CLI::Range(1, 64));
  app.add_option("--engine", flags.engine, "the log's engine")
      ->check(CLI::IsMember({"embedded", "kafka"}))
      ->capture_default_str();
  auto* brokers = app.add_option("--brokers", flags.brokers, "HOST:PORT,… of Kafka");
  app.add_option("--topic", flags.topic, "the log's topic on Kafka")->capture_default_str();
  app.add_flag("--single-broker", flags.single_broker, "for development: one replica is enough, the topic is made");
  app.set_version_flag("--version", CASEHUB_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (flags.engine == "kafka" && brokers->count() == 0) {
    std::cerr << "casehub: --engine kafka needs --brokers HOST:PORT,…\n";
    return 2;
  }
  casehub::host::SetUpLogging();
  RaiseFileLimit();
  // Debian builds Abseil with its search for lock cycles on: four percent of the server, in every lock of gRPC.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  // Who is woken does not take the core from who runs: fuller turns, fewer switches (adr/0027). Threads inherit it.
  const sched_param no_priority = {};
  if (sched_setscheduler(0, SCHED_BATCH, &no_priority) != 0) {
    std::cerr << "casehub: the system does not allow SCHED_BATCH: going on without it, at a lower speed\n";
  }
  return Run(flags, BlockSignals());
}
