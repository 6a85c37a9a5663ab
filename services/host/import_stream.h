// IngestService.ImportCases: a stream of imports, each handled like a unary ImportCase and answered as soon as it is
// done, in any order.
//
// Threads     Reads and writes come on gRPC's threads, answers from the backend's: everything is behind one mutex,
// which
//             is never held while gRPC or the edge is called.
// Limits      kUnansweredMax requests are taken, further ones wait unread.
// Lifetime    Ends itself: when the caller has sent all, or at a malformed request, or at a drain, as soon as what was
//             taken is answered.
#pragma once

#include <deque>
#include <memory>
#include <mutex>

#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"
#include "services/host/dynamic_service.h"

namespace casehub::host {

class ImportStream : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  static constexpr size_t kUnansweredMax = 64;

  ImportStream(ServiceContext context, const Method& method, Caller caller);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone() override;
  // Takes no more requests.
  void End();

 private:
  void Take(const grpc::ByteBuffer& bytes);
  void Answer(uint64_t sequence, EdgeResult result);
  static std::string Encode(uint64_t sequence, EdgeResult result);
  // Does what is to be done next: reads while there is room, writes what is answered, ends when nothing is left.
  void Proceed(std::unique_lock<std::mutex> lock);

  ServiceContext context_;
  const Method& method_;
  const Method& import_case_;
  const CallMetrics::Clock::time_point started_at_;
  Caller caller_;

  std::mutex mutex_;
  grpc::ByteBuffer incoming_;  // gRPC's while reading_
  grpc::ByteBuffer outgoing_;  // gRPC's while writing_
  std::deque<std::string> answers_;
  size_t unanswered_ = 0;  // taken, and not yet written
  bool reading_ = false;
  bool writing_ = false;
  bool handling_ = false;  // one request at a time goes to the edge
  int proceeding_ = 0;     // threads within Proceed: the stream must not end under one of them
  bool closed_ = false;    // no more requests are taken
  bool broken_ = false;    // the caller is gone: nothing more is written
  bool finished_ = false;
  grpc::Status status_;
};

}  // namespace casehub::host
