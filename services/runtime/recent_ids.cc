#include "services/runtime/recent_ids.h"

#include <algorithm>
#include <string>
#include <utility>

#include "services/model/ids.h"
#include "services/model/key_bytes.h"
#include "services/runtime/tables.h"

namespace casehub::runtime {

absl::Status RecentIds::StartWith(const storage::Keyspace& store, int64_t unix_millis) {
  floor_ = std::max(floor_, unix_millis);
  const std::string end = tables::TableEnd(tables::kDedup);
  const auto cursor = store.NewCursor();
  cursor->Seek(tables::TableStart(tables::kDedup));
  // From municipality to municipality, of each only the end.
  while (cursor->Valid() && cursor->key() < end) {
    const std::string prefix(cursor->key().substr(0, kTablePrefixBytes));
    const Municipality municipality = MunicipalityOfKey(prefix);
    for (cursor->Seek(tables::DedupKey(municipality, Uuid::V7(unix_millis, 0, 0)));
         cursor->Valid() && cursor->key().substr(0, prefix.size()) == prefix; cursor->Next()) {
      if (const auto id = Uuid::FromBytes(cursor->key().substr(prefix.size()))) {
        floor_ = std::max(floor_, id->UnixMillis());
      }
    }
  }
  return cursor->status();
}

void RecentIds::Add(const Uuid& id) {
  const int64_t minted = id.UnixMillis();
  if (minted <= floor_) return;
  newer_.insert(id);
  newest_ = std::max(newest_, minted);
  if (newer_.size() < half_) return;
  floor_ = std::max(floor_, newest_of_older_);
  older_ = std::exchange(newer_, {});
  newest_of_older_ = newest_;
  newer_.reserve(half_);
}

}  // namespace casehub::runtime
