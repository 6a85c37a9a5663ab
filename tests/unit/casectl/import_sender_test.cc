// The sender against a server of the real transport that misbehaves in ways a real one may.
#include "services/ops/casectl/import_sender.h"

#include <gmock/gmock.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "absl/strings/str_cat.h"

namespace casehub::casectl {
namespace {

using ingest::v1::ImportCasesRequest;
using ingest::v1::ImportCasesResponse;
using ::testing::ElementsAre;

// What the server does with a request: answers it, answers nothing, or ends the stream.
struct Act {
  std::optional<ImportCasesResponse> answer;
  bool end = false;
};

class Server : public grpc::CallbackGenericService {
 public:
  explicit Server(std::function<Act(const ImportCasesRequest&)> act) : act_(std::move(act)) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterCallbackGenericService(this);
    server_ = builder.BuildAndStart();
  }
  ~Server() override { server_->Shutdown(std::chrono::system_clock::now()); }
  std::string address() const { return absl::StrCat("127.0.0.1:", port_); }

 private:
  class Reactor : public grpc::ServerGenericBidiReactor {
   public:
    explicit Reactor(Server& server) : server_(server) { StartRead(&in_); }

   private:
    void OnReadDone(bool ok) override {
      if (!ok) return Finish(grpc::Status::OK);
      grpc::Slice bytes;
      ImportCasesRequest request;
      in_.DumpToSingleSlice(&bytes);
      request.ParseFromArray(bytes.begin(), static_cast<int>(bytes.size()));
      const Act act = server_.act_(request);
      if (act.end) return Finish(grpc::Status(grpc::StatusCode::UNAVAILABLE, "going away"));
      if (!act.answer) return StartRead(&in_);
      auto answer = *act.answer;
      answer.set_sequence(request.sequence());
      const grpc::Slice out(answer.SerializeAsString());
      out_ = grpc::ByteBuffer(&out, 1);
      StartWrite(&out_);
    }
    void OnWriteDone(bool ok) override {
      if (!ok) return Finish(grpc::Status::OK);
      StartRead(&in_);
    }
    void OnDone() override { delete this; }

    Server& server_;
    grpc::ByteBuffer in_, out_;
  };
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext*) override {
    return new Reactor(*this);
  }

  std::function<Act(const ImportCasesRequest&)> act_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

Act New(uint32_t events) {
  ImportCasesResponse answer;
  answer.mutable_result()->set_events_new(events);
  return {answer, false};
}
Act Refuse(int code, const std::string& reason) {
  ImportCasesResponse answer;
  answer.set_code(code);
  answer.set_reason(reason);
  return {answer, false};
}

std::vector<Chunk> CaseOf(const std::string& name, int chunks) {
  std::vector<Chunk> all;
  for (int i = 0; i < chunks; ++i) {
    ImportCasesRequest request;
    request.mutable_import()->set_external_reference(name);
    request.mutable_import()->set_request_id(absl::StrCat(name, "/", i));
    request.mutable_import()->add_events();
    all.push_back({grpc::Slice(request.SerializeAsString()), {"f.xes", 1, name, 1}});
  }
  return all;
}

class ImportSenderTest : public ::testing::Test {
 protected:
  // Submits `cases` of three chunks each and waits for the end.
  void Import(Server& server, int cases, std::chrono::milliseconds retry_for) {
    Client client(server.address(), Language::kEnglish);
    ImportSender sender(client, retry_for, [&](const ChunkRefusal& refusal) { refusals_.push_back(refusal.reason); });
    for (int i = 0; i < cases && sender.Submit(CaseOf(absl::StrCat("c", i), 3)); ++i) {
    }
    sender.Finish();
    totals_ = sender.totals();
    failure_ = sender.failure();
  }
  // Called for each request: true the first time its request_id is seen.
  bool First(const ImportCasesRequest& request) { return seen_.insert(request.import().request_id()).second; }
  // Notes an accepted request; chunks of a case must come in order and once.
  Act Accept(const ImportCasesRequest& request) {
    std::string& last = accepted_[request.import().external_reference()];
    if (request.import().request_id() <= last) disordered_ = true;
    last = request.import().request_id();
    return New(1);
  }

  std::mutex mutex_;
  std::set<std::string> seen_;
  std::map<std::string, std::string> accepted_;
  bool disordered_ = false;
  std::vector<std::string> refusals_;
  ImportTotals totals_;
  std::optional<CallFailure> failure_;
};

TEST_F(ImportSenderTest, EverythingArrivesOnceAndInOrderWithinACase) {
  Server server([&](const ImportCasesRequest& request) {
    const std::lock_guard lock(mutex_);
    return Accept(request);
  });
  Import(server, 500, std::chrono::seconds(30));
  EXPECT_FALSE(failure_.has_value());
  EXPECT_EQ(totals_.events_new, 1500u);
  EXPECT_EQ(accepted_.size(), 500u);
  EXPECT_FALSE(disordered_);
}

TEST_F(ImportSenderTest, ChunksRefusedForWantOfCapacityGoAgainWithTheSameId) {
  Server server([&](const ImportCasesRequest& request) {
    const std::lock_guard lock(mutex_);
    if (First(request)) return Refuse(grpc::StatusCode::RESOURCE_EXHAUSTED, "QUEUE_FULL");
    return Accept(request);
  });
  Import(server, 40, std::chrono::seconds(30));
  EXPECT_FALSE(failure_.has_value());
  EXPECT_EQ(totals_.events_new, 120u);
  EXPECT_FALSE(disordered_);
  EXPECT_TRUE(refusals_.empty());
}

TEST_F(ImportSenderTest, ABrokenStreamIsOpenedAgainAndNothingIsLost) {
  int requests = 0;
  Server server([&](const ImportCasesRequest& request) {
    const std::lock_guard lock(mutex_);
    // The server that breaks off may have recorded the chunk: it answers the repeat with the first reply.
    if (++requests % 37 == 0) return Act{std::nullopt, true};
    return First(request) ? Accept(request) : New(1);
  });
  Import(server, 100, std::chrono::seconds(30));
  EXPECT_FALSE(failure_.has_value());
  EXPECT_EQ(totals_.events_new, 300u);
  EXPECT_FALSE(disordered_);
  EXPECT_GT(requests, 300);
}

TEST_F(ImportSenderTest, ARefusalByARuleIsReportedAndTheRestGoesOn) {
  Server server([&](const ImportCasesRequest& request) {
    const std::lock_guard lock(mutex_);
    if (request.import().request_id() == "c1/1") return Refuse(grpc::StatusCode::FAILED_PRECONDITION, "CASE_MOVED");
    if (request.import().request_id() == "c2/0") return Refuse(grpc::StatusCode::UNAVAILABLE, "CASE_PARKED");
    return Accept(request);
  });
  Import(server, 4, std::chrono::seconds(30));
  EXPECT_FALSE(failure_.has_value());
  EXPECT_EQ(totals_.events_new, 10u);
  EXPECT_THAT(refusals_, ::testing::UnorderedElementsAre("CASE_MOVED", "CASE_PARKED"));
}

TEST_F(ImportSenderTest, WhatConcernsEveryChunkEndsTheImport) {
  Server server([&](const ImportCasesRequest&) { return Refuse(grpc::StatusCode::NOT_FOUND, "MUNICIPALITY_UNKNOWN"); });
  Import(server, 1000, std::chrono::seconds(30));
  ASSERT_TRUE(failure_.has_value());
  EXPECT_EQ(failure_->failure.reason, "MUNICIPALITY_UNKNOWN");
  EXPECT_EQ(totals_.events_new, 0u);
}

TEST_F(ImportSenderTest, ASilentServerAndNoServerAreGivenUpAfterAWhile) {
  Server server([&](const ImportCasesRequest&) { return Act{}; });
  Import(server, 1000, std::chrono::milliseconds(300));
  ASSERT_TRUE(failure_.has_value());
  EXPECT_EQ(failure_->failure.code, grpc::StatusCode::UNAVAILABLE);

  Client client("127.0.0.1:1", Language::kEnglish);
  ImportSender sender(client, std::chrono::milliseconds(300), [](const ChunkRefusal&) {});
  sender.Submit(CaseOf("c", 1));
  sender.Finish();
  ASSERT_TRUE(sender.failure().has_value());
  EXPECT_FALSE(sender.failure()->sent) << "nobody has seen any of it";
}

TEST_F(ImportSenderTest, WithNothingToSendItEndsAtOnce) {
  Client client("127.0.0.1:1", Language::kEnglish);
  ImportSender sender(client, std::chrono::seconds(30), [](const ChunkRefusal&) {});
  sender.Finish();
  EXPECT_FALSE(sender.failure().has_value());
}

// Without its first chunk a case would be opened without what it is: the rest of it is refused too.
TEST_F(ImportSenderTest, ACaseWhoseFirstChunkIsRefusedIsRefusedWhole) {
  int sent = 0;
  Server server([&](const ImportCasesRequest& request) {
    ++sent;
    return request.import().request_id() == "c0/0" ? Refuse(grpc::StatusCode::NOT_FOUND, "OFFICE_UNKNOWN") : New(1);
  });
  Client client(server.address(), Language::kEnglish);
  ImportSender sender(client, std::chrono::seconds(5),
                      [&](const ChunkRefusal& refusal) { refusals_.push_back(refusal.reason); });
  for (const char* name : {"c0", "c1"}) {
    auto chunks = CaseOf(name, 3);
    chunks.front().origin.opens = true;
    ASSERT_TRUE(sender.Submit(std::move(chunks)));
  }
  sender.Finish();
  EXPECT_FALSE(sender.failure());
  EXPECT_THAT(refusals_, ElementsAre("OFFICE_UNKNOWN", "OFFICE_UNKNOWN", "OFFICE_UNKNOWN"));
  EXPECT_EQ(sender.totals().events_new, 3u);
  EXPECT_EQ(sent, 4);
}

}  // namespace
}  // namespace casehub::casectl
