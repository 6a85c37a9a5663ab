// The baseline of the command benchmarks: a bare gRPC callback server that parses the request and sends it back.
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <grpcpp/impl/service_type.h>

#include <csignal>
#include <iostream>

#include "casehub/intake/v1/intake_service.pb.h"

namespace {

using casehub::intake::v1::RegisterContactRequest;

class EchoService : public grpc::Service {
 public:
  EchoService() {
    AddMethod(new grpc::internal::RpcServiceMethod("/casehub.bench.v1.Echo/Echo", grpc::internal::RpcMethod::NORMAL_RPC,
                                                   nullptr));
    MarkMethodCallback(0, new grpc::internal::CallbackUnaryHandler<RegisterContactRequest, RegisterContactRequest>(
                              [](grpc::CallbackServerContext* context, const RegisterContactRequest* request,
                                 RegisterContactRequest* response) {
                                *response = *request;
                                auto* reactor = context->DefaultReactor();
                                reactor->Finish(grpc::Status::OK);
                                return reactor;
                              }));
  }
};

}  // namespace

int main() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  EchoService service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  auto server = builder.BuildAndStart();
  std::cout << "ready on 127.0.0.1:" << port << std::endl;
  int caught = 0;
  sigwait(&signals, &caught);
  server->Shutdown();
  return 0;
}
