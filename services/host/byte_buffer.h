// Between gRPC's buffers and contiguous bytes.
#pragma once

#include <string>
#include <string_view>

#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/slice.h"

namespace casehub::host {

// The bytes of a buffer in one piece; copies only what arrived in several.
class ContiguousBytes {
 public:
  explicit ContiguousBytes(const grpc::ByteBuffer& buffer) {
    if (buffer.Valid() && !buffer.TrySingleSlice(&slice_).ok()) ok_ = buffer.DumpToSingleSlice(&slice_).ok();
  }
  bool ok() const { return ok_; }
  std::string_view view() const { return {reinterpret_cast<const char*>(slice_.begin()), slice_.size()}; }

 private:
  grpc::Slice slice_;
  bool ok_ = true;
};

// Small replies are copied, larger ones change hands.
inline grpc::ByteBuffer ToByteBuffer(std::string bytes) {
  constexpr size_t kCopiedBytesMax = 1024;
  if (bytes.size() <= kCopiedBytesMax) {
    const grpc::Slice slice(bytes.data(), bytes.size());
    return grpc::ByteBuffer(&slice, 1);
  }
  auto* owned = new std::string(std::move(bytes));
  const grpc::Slice slice(
      owned->data(), owned->size(), [](void* user) { delete static_cast<std::string*>(user); }, owned);
  return grpc::ByteBuffer(&slice, 1);
}

}  // namespace casehub::host
