// One proto service as gRPC sees it, registered from its descriptor (ADR 2): raw callback methods, bytes in and out.
//
// Threads     Methods are called on gRPC's callback threads and return without waiting.
#pragma once

#include <memory>
#include <mutex>
#include <set>

#include "grpcpp/impl/service_type.h"
#include "grpcpp/support/server_callback.h"
#include "services/host/edge.h"
#include "services/host/metrics.h"

namespace casehub::host {

class ImportStream;

// The import streams that are open, so that a drain can end them.
class OpenStreams {
 public:
  void Add(ImportStream* stream);
  void Remove(ImportStream* stream);
  // Each stream takes no more requests and ends when what it has is answered.
  void EndAll();

 private:
  std::mutex mutex_;
  std::set<ImportStream*> streams_;
};

struct ServiceContext {
  Edge* edge = nullptr;
  CallMetrics* metrics = nullptr;
  OpenStreams* streams = nullptr;
};

class DynamicService : public grpc::Service {
 public:
  // Every streaming method is one of import: requests with a `sequence`, answered one by one.
  DynamicService(const google::protobuf::ServiceDescriptor& descriptor, ServiceContext context);

 private:
  void AddUnary(int index, const Method& method);
  void AddImport(int index, const Method& method);

  ServiceContext context_;
};

// Deadline, language, peer and purpose of a call.
Caller CallerOf(const grpc::CallbackServerContext& context);
grpc::Status ToStatus(const Failure& failure);

}  // namespace casehub::host
