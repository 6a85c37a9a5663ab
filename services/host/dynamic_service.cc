#include "services/host/dynamic_service.h"

#include <chrono>
#include <vector>

#include "grpcpp/impl/codegen/server_callback_handlers.h"
#include "grpcpp/impl/rpc_service_method.h"
#include "services/host/byte_buffer.h"
#include "services/host/import_stream.h"

namespace casehub::host {
namespace {

constexpr size_t kPurposeBytesMax = 64;

std::string Metadata(const grpc::CallbackServerContext& context, const char* name) {
  const auto& metadata = context.client_metadata();
  const auto it = metadata.find(name);
  return it == metadata.end() ? "" : std::string(it->second.data(), it->second.size());
}

// ipv4:192.0.2.7:51234 -> ipv4:192.0.2.7, so that a caller is the same over all its connections.
std::string WithoutPort(std::string peer) {
  const size_t colon = peer.rfind(':');
  if (colon != peer.npos && peer.find(':') != colon) peer.resize(colon);
  return peer;
}

}  // namespace

Caller CallerOf(const grpc::CallbackServerContext& context) {
  Caller caller;
  const auto deadline = context.deadline();
  if (deadline != std::chrono::system_clock::time_point::max()) {
    caller.deadline.micros = std::chrono::duration_cast<std::chrono::microseconds>(deadline.time_since_epoch()).count();
  }
  caller.language = ParseLanguage(Metadata(context, "accept-language"));
  caller.purpose = Metadata(context, "casehub-purpose").substr(0, kPurposeBytesMax);
  caller.peer = WithoutPort(context.peer());
  return caller;
}

grpc::Status ToStatus(const Failure& failure) {
  return grpc::Status(static_cast<grpc::StatusCode>(failure.code), failure.message, EncodeDetails(failure));
}

void OpenStreams::Add(ImportStream* stream) {
  std::lock_guard lock(mutex_);
  streams_.insert(stream);
}

void OpenStreams::Remove(ImportStream* stream) {
  std::lock_guard lock(mutex_);
  streams_.erase(stream);
}

void OpenStreams::EndAll() {
  // Under the lock, so that no stream goes away meanwhile; a stream that ends by this is removed on a gRPC thread.
  std::lock_guard lock(mutex_);
  for (ImportStream* stream : streams_) stream->End();
}

DynamicService::DynamicService(const google::protobuf::ServiceDescriptor& descriptor, ServiceContext context)
    : context_(context) {
  for (int i = 0; i < descriptor.method_count(); ++i) {
    const Method* method = context_.edge->catalogue().Find(descriptor.method(i)->full_name());
    if (method->is_streaming) {
      AddImport(i, *method);
    } else {
      AddUnary(i, *method);
    }
  }
}

void DynamicService::AddUnary(int index, const Method& method) {
  using grpc::ByteBuffer;
  AddMethod(new grpc::internal::RpcServiceMethod(method.path.c_str(), grpc::internal::RpcMethod::NORMAL_RPC, nullptr));
  MarkMethodRawCallback(index, new grpc::internal::CallbackUnaryHandler<ByteBuffer, ByteBuffer>(
                                   [this, &method](grpc::CallbackServerContext* context, const ByteBuffer* request,
                                                   ByteBuffer* response) -> grpc::ServerUnaryReactor* {
                                     grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
                                     const auto started_at = CallMetrics::Clock::now();
                                     context_.metrics->Started();
                                     const ContiguousBytes bytes(*request);
                                     context_.edge->Handle(
                                         method, bytes.view(), CallerOf(*context),
                                         [this, &method, reactor, response, started_at](EdgeResult result) {
                                           auto* failure = std::get_if<Failure>(&result);
                                           context_.metrics->Finished(method, failure == nullptr ? 0 : failure->code,
                                                                      started_at);
                                           if (failure != nullptr) {
                                             reactor->Finish(ToStatus(*failure));
                                             return;
                                           }
                                           *response = ToByteBuffer(std::move(std::get<std::string>(result)));
                                           reactor->Finish(grpc::Status::OK);
                                         });
                                     return reactor;
                                   }));
}

void DynamicService::AddImport(int index, const Method& method) {
  using grpc::ByteBuffer;
  AddMethod(
      new grpc::internal::RpcServiceMethod(method.path.c_str(), grpc::internal::RpcMethod::BIDI_STREAMING, nullptr));
  MarkMethodRawCallback(
      index,
      new grpc::internal::CallbackBidiHandler<ByteBuffer, ByteBuffer>(
          [this, &method](grpc::CallbackServerContext* context) -> grpc::ServerBidiReactor<ByteBuffer, ByteBuffer>* {
            return new ImportStream(context_, method, CallerOf(*context));
          }));
}

}  // namespace casehub::host
