// A closed-loop gRPC client: a fixed number of calls in flight, over the callback API.
#pragma once

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace casehub::bench {

struct LoadOptions {
  std::string address;
  std::string method;  // "/casehub.intake.v1.IntakeService/RegisterContact"
  int in_flight = 1;
  double seconds = 10;    // 0: until `calls`
  uint64_t calls = 0;     // 0: until `seconds`
  double per_second = 0;  // 0: closed loop; else an open schedule of so many starts a second
  // The serialized request number i; called from the client's threads, one at a time a worker.
  std::function<std::string(uint64_t i)> request;
  // Sees each reply's bytes; may be empty.
  std::function<void(uint64_t i, const std::string& reply)> reply;
};

struct LoadResult {
  uint64_t ok = 0;
  uint64_t failed = 0;
  std::string first_failure;
  double seconds = 0;
  double per_second = 0;
  double p50_micros = 0;
  double p99_micros = 0;
};

LoadResult RunLoad(const LoadOptions& options);

// Stubs over so many connections: a single HTTP/2 connection is a bottleneck of its own.
std::vector<std::unique_ptr<grpc::TemplatedGenericStub<grpc::ByteBuffer, grpc::ByteBuffer>>> MakeStubs(
    const std::string& address, int connections);
std::string BytesOf(const grpc::ByteBuffer& buffer);

}  // namespace casehub::bench
