// The dynamic server over a real socket, with a backend in memory.
#include "services/host/server.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "casehub/ingest/v1/ingest_service.pb.h"
#include "casehub/intake/v1/intake_service.pb.h"
#include "services/host/client.h"
#include "services/host/import_stream.h"
#include "services/host/keyring/local_keyring.h"
#include "services/host/wire.h"
#include "tests/support/echo_backend.h"
#include "tests/support/test_folder.h"

namespace casehub::host {
namespace {

constexpr char kRegister[] = "/casehub.intake.v1.IntakeService/RegisterContact";
constexpr char kGetCase[] = "/casehub.intake.v1.IntakeService/GetCase";
constexpr char kImports[] = "/casehub.ingest.v1.IngestService/ImportCases";

Instant SystemNow() { return Instant{absl::ToUnixMicros(absl::Now())}; }
absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

class ServerTest : public testing::Test {
 protected:
  ServerTest()
      : ring_(*LocalKeyRing::Open(folder_.path(), [this](std::string_view key) { return rows_.Read(key); })),
        backend_(&rows_, [](const Call& call) { return Respond(call); }) {
    ServerOptions options;
    options.listen = "127.0.0.1:0";
    options.metrics_listen = "127.0.0.1:0";
    options.version = "test";
    options.edge.clock = SystemNow;
    options.edge.municipality_known = [](Municipality municipality) { return municipality == Municipality(330800); };
    auto server = Server::Start(std::move(options), ring_.get(), &backend_);
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  // RegisterContact and ImportCase: the request id as case id. GetCase: the case id back.
  static Answer Respond(const Call& call) {
    Answered answered;
    const auto* field = call.request_type->FindFieldByName(call.is_command ? "request_id" : "case_id");
    const std::string id = call.request->GetReflection()->GetString(*call.request, field);
    if (call.is_command) {
      AppendBytesField(1, id, &answered.reply_bytes);
    } else {
      intake::v1::GetCaseResponse response;
      response.mutable_case_()->set_case_id(id);
      answered.reply_bytes = response.SerializeAsString();
    }
    return Answer{answered, 0, 1, call.is_command};
  }

  static std::string RequestId(uint64_t i) { return Uuid::V7(1'795'680'000'000, 1, i).ToString(); }
  static intake::v1::RegisterContactRequest Contact(uint64_t i) {
    intake::v1::RegisterContactRequest request;
    request.set_municipality("330800");
    request.set_request_id(RequestId(i));
    auto* particulars = request.mutable_applicant()->mutable_particulars();
    particulars->set_name("张三");
    particulars->set_identity_kind(common::v1::IDENTITY_KIND_PASSPORT);
    particulars->set_identity_number(absl::StrCat("P", i % 50));
    return request;
  }
  static ingest::v1::ImportCasesRequest Import(uint64_t sequence) {
    ingest::v1::ImportCasesRequest request;
    request.set_sequence(sequence);
    request.mutable_import()->set_municipality("330800");
    request.mutable_import()->set_request_id(RequestId(sequence));
    return request;
  }
  std::string Target() const { return absl::StrCat("127.0.0.1:", server_->port()); }

  // Waits, without sleeping on a guess, until the backend holds so many calls.
  void AwaitHeld(size_t count) {
    while (backend_.held() < count) std::this_thread::yield();
  }

  TestFolder folder_;
  RowStore rows_;
  std::unique_ptr<LocalKeyRing> ring_;
  EchoBackend backend_;
  std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, AnswersAndRefuses) {
  DynamicClient client(Target());
  intake::v1::RegisterContactResponse response;
  ASSERT_FALSE(client.Call(kRegister, Contact(1), &response));
  EXPECT_EQ(response.case_id(), RequestId(1));
  EXPECT_EQ(response.claim_code().size(), 8u);

  auto request = Contact(2);
  request.set_request_id("not an id");
  auto failure = client.Call(kRegister, request, &response);
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code, 3);
  EXPECT_EQ(failure->reason, "REQUEST_ID_MALFORMED");
  EXPECT_EQ(failure->message, "request_id 不是 UUIDv7");
  ASSERT_EQ(failure->fields.size(), 1u);
  EXPECT_EQ(failure->fields[0].first, "request_id");

  DynamicClient english(Target(), {std::chrono::seconds(10), {{"accept-language", "en"}}});
  EXPECT_EQ(english.Call(kRegister, request, &response)->message, "request_id is not a UUIDv7");

  request = Contact(3);
  request.mutable_note()->set_text(std::string(300 * 1024, 'a'));
  EXPECT_EQ(client.Call(kRegister, request, &response)->reason, "REQUEST_TOO_LARGE");
  std::string ignored;
  EXPECT_EQ(client.CallRaw(kRegister, "\xFF\xFF", &ignored)->reason, "REQUEST_MALFORMED");
  EXPECT_EQ(client.CallRaw("/casehub.intake.v1.IntakeService/Nothing", "", &ignored)->code, 12);
}

TEST_F(ServerTest, ReflectionHealthAndMetricsAreOn) {
  DynamicClient client(Target());
  // grpc.health.v1.HealthCheckRequest{} -> {status: SERVING = 1}
  std::string reply;
  ASSERT_FALSE(client.CallRaw("/grpc.health.v1.Health/Check", "", &reply));
  EXPECT_EQ(reply, std::string("\x08\x01", 2));

  // ServerReflectionRequest{list_services: "*"}; any message type can carry its bytes.
  BidiStream reflection(&client, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo");
  common::v1::Position raw;
  std::string bytes;
  AppendBytesField(7, "*", &bytes);
  ASSERT_TRUE(raw.ParseFromString(bytes));  // an unknown field, kept as it is
  ASSERT_TRUE(reflection.Write(raw));
  common::v1::Position answer;
  ASSERT_TRUE(reflection.Read(&answer));
  for (const auto* service : ServedServices()) {
    EXPECT_NE(answer.SerializeAsString().find(service->full_name()), std::string::npos) << service->full_name();
  }
  EXPECT_FALSE(reflection.Finish());
  EXPECT_GT(server_->metrics_port(), 0);

  double calls = 0;
  intake::v1::RegisterContactResponse response;
  ASSERT_FALSE(client.Call(kRegister, Contact(1), &response));
  for (const auto& family : server_->metrics()->Collect()) {
    if (family.name != "casehub_calls_total") continue;
    for (const auto& metric : family.metric) calls += metric.counter.value;
  }
  EXPECT_EQ(calls, 1);
}

TEST_F(ServerTest, ManyCallsAtOnce) {
  constexpr int kCalls = 2000;
  constexpr int kClients = 4;
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::set<std::string> answered;
  for (int c = 0; c < kClients; ++c) {
    threads.emplace_back([&, c] {
      DynamicClient client(Target());
      std::mutex done_mutex;
      std::condition_variable done;
      int open = 0;
      for (int i = c; i < kCalls; i += kClients) {
        {
          std::unique_lock lock(done_mutex);
          done.wait(lock, [&] { return open < 32; });
          ++open;
        }
        client.CallAsync(kRegister, Contact(i).SerializeAsString(),
                         [&](std::optional<Failure> failure, std::string bytes) {
                           intake::v1::RegisterContactResponse response;
                           EXPECT_FALSE(failure) << failure->message;
                           EXPECT_TRUE(response.ParseFromString(bytes));
                           {
                             std::lock_guard lock(mutex);
                             answered.insert(response.case_id());
                           }
                           std::lock_guard lock(done_mutex);
                           --open;
                           done.notify_one();
                         });
      }
      std::unique_lock lock(done_mutex);
      done.wait(lock, [&] { return open == 0; });
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(answered.size(), static_cast<size_t>(kCalls));
  EXPECT_EQ(rows_.CountWithPrefix("blind/"), 50u);
}

TEST_F(ServerTest, AnImportStreamAnswersEachRequest) {
  constexpr uint64_t kImportsCount = 500;
  DynamicClient client(Target());
  BidiStream stream(&client, kImports);
  std::set<uint64_t> answered;
  std::set<uint64_t> refused;
  std::thread reader([&] {
    ingest::v1::ImportCasesResponse response;
    while (stream.Read(&response)) {
      if (response.code() == 0) {
        EXPECT_EQ(response.result().case_id(), RequestId(response.sequence()));
        answered.insert(response.sequence());
      } else {
        EXPECT_EQ(response.reason(), "MUNICIPALITY_UNKNOWN");
        EXPECT_EQ(response.code(), 5);
        refused.insert(response.sequence());
      }
    }
  });
  for (uint64_t i = 1; i <= kImportsCount; ++i) {
    auto import = Import(i);
    if (i % 100 == 0) import.mutable_import()->set_municipality("999999");
    ASSERT_TRUE(stream.Write(import));
  }
  stream.WritesDone();
  reader.join();
  EXPECT_FALSE(stream.Finish());
  EXPECT_EQ(answered.size(), kImportsCount - 5);
  EXPECT_EQ(refused.size(), 5u);
}

TEST_F(ServerTest, AnImportStreamTakesNoMoreThanItsLimit) {
  constexpr uint64_t kImportsCount = 200;
  backend_.Hold();
  DynamicClient client(Target());
  BidiStream stream(&client, kImports);
  std::thread writer([&] {
    for (uint64_t i = 1; i <= kImportsCount; ++i) EXPECT_TRUE(stream.Write(Import(i)));
    stream.WritesDone();
  });
  AwaitHeld(ImportStream::kUnansweredMax);
  // Another call passes through the server meanwhile; the stream has had every chance to take more.
  DynamicClient other(Target());
  std::string reply;
  ASSERT_FALSE(other.CallRaw("/grpc.health.v1.Health/Check", "", &reply));
  EXPECT_EQ(backend_.held(), ImportStream::kUnansweredMax);
  backend_.AnswerHeld();
  writer.join();
  std::set<uint64_t> answered;
  ingest::v1::ImportCasesResponse response;
  while (stream.Read(&response)) answered.insert(response.sequence());
  EXPECT_FALSE(stream.Finish());
  EXPECT_EQ(answered.size(), kImportsCount);
}

TEST_F(ServerTest, ACallerThatGoesAwayLeavesNothingBehind) {
  backend_.Hold();
  DynamicClient client(Target());
  {
    BidiStream stream(&client, kImports);
    for (uint64_t i = 1; i <= 10; ++i) ASSERT_TRUE(stream.Write(Import(i)));
    AwaitHeld(10);
  }
  backend_.AnswerHeld();
  server_->Drain(Soon());
}

TEST_F(ServerTest, ADrainFinishesWhatIsInFlight) {
  backend_.Hold();
  DynamicClient client(Target());
  std::thread caller([&] {
    intake::v1::GetCaseRequest request;
    request.set_municipality("330800");
    request.set_case_id(RequestId(5));
    intake::v1::GetCaseResponse response;
    EXPECT_FALSE(client.Call(kGetCase, request, &response));
    EXPECT_EQ(response.case_().case_id(), RequestId(5));
  });
  BidiStream idle(&client, kImports);
  ASSERT_TRUE(idle.Write(Import(1)));
  AwaitHeld(2);
  std::thread drain([&] { server_->Drain(Soon()); });
  // The stream is told to come back later, but only after what it sent is answered.
  backend_.AnswerHeld();
  ingest::v1::ImportCasesResponse response;
  EXPECT_TRUE(idle.Read(&response));
  EXPECT_EQ(response.sequence(), 1u);
  EXPECT_FALSE(idle.Read(&response));
  const auto ended = idle.Finish();
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->reason, "SHUTTING_DOWN");
  caller.join();
  drain.join();
  intake::v1::RegisterContactResponse refused;
  const auto failure = client.Call(kRegister, Contact(1), &refused);
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code, 14);
}

TEST_F(ServerTest, ADrainDoesNotWaitForLongPolls) {
  backend_.HoldAsPolls();
  DynamicClient client(Target());
  std::thread caller([&] {
    intake::v1::GetCaseRequest request;
    request.set_municipality("330800");
    request.set_case_id(RequestId(5));
    intake::v1::GetCaseResponse response;
    EXPECT_FALSE(client.Call(kGetCase, request, &response));
  });
  AwaitHeld(1);
  // Nobody answers but the drain itself, and its deadline lies past the end of the call.
  server_->Drain(absl::Now() + absl::Minutes(4));
  caller.join();
}

TEST_F(ServerTest, ATakenPortIsAClearError) {
  ServerOptions options;
  options.listen = Target();
  options.metrics_listen = "";
  options.edge.clock = SystemNow;
  auto second = Server::Start(std::move(options), ring_.get(), &backend_);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace casehub::host
