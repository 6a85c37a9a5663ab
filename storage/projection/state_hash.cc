#include "storage/projection/state_hash.h"

#define XXH_STATIC_LINKING_ONLY  // the state is a plain struct
#include <xxhash.h>

namespace casehub::storage {

struct StateHasher::State {
  XXH3_state_t xxh;
};

StateHasher::StateHasher() : state_(std::make_unique<State>()) { XXH3_128bits_reset(&state_->xxh); }
StateHasher::~StateHasher() = default;

void StateHasher::Add(std::string_view key, std::string_view value) {
  for (std::string_view part : {key, value}) {
    char length[8];
    for (int i = 0; i < 8; ++i) length[i] = static_cast<char>(static_cast<uint64_t>(part.size()) >> (8 * i));
    XXH3_128bits_update(&state_->xxh, length, sizeof length);
    XXH3_128bits_update(&state_->xxh, part.data(), part.size());
  }
  ++rows_;
}

StateHash StateHasher::Finish() const {
  const XXH128_hash_t hash = XXH3_128bits_digest(&state_->xxh);
  return {{hash.high64, hash.low64}, rows_};
}

absl::StatusOr<StateHash> HashRows(RowCursor& cursor) {
  StateHasher hasher;
  for (cursor.Seek({}); cursor.Valid(); cursor.Next()) hasher.Add(cursor.key(), cursor.value());
  if (auto status = cursor.status(); !status.ok()) return status;
  return hasher.Finish();
}

std::string HashToBytes(const Hash128& hash) {
  std::string bytes;
  for (uint64_t half : {hash.high, hash.low}) {
    for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(half >> shift));
  }
  return bytes;
}

}  // namespace casehub::storage
