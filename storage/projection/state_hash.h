// StateHash of a keyspace, the same for every engine: XXH3-128 over all rows in order, each as key length, key, value
// length, value (lengths as eight bytes, little-endian).
#pragma once

#include <memory>
#include <string_view>

#include "storage/projection/projection.h"

namespace casehub::storage {

class StateHasher {
 public:
  StateHasher();
  ~StateHasher();
  void Add(std::string_view key, std::string_view value);
  StateHash Finish() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
  uint64_t rows_ = 0;
};

// Over all rows of the cursor; its error, if it met one.
absl::StatusOr<StateHash> HashRows(RowCursor& cursor);

// The bytes of a hash as manifests hold them: sixteen, big-endian.
std::string HashToBytes(const Hash128& hash);

}  // namespace casehub::storage
