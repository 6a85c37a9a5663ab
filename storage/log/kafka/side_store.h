// Rows that must be durable before the records they come with: the key ring of a process that has no shared one.
//
// Durability  Write returns after fsync.
// Threads     Any.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/log/event_log.h"

namespace rocksdb {
class DB;
}

namespace casehub::storage::kafka {

class SideStore {
 public:
  // FailedPrecondition if another process has it open.
  static absl::StatusOr<std::unique_ptr<SideStore>> Open(const std::string& folder);
  ~SideStore();

  absl::Status Write(const std::vector<const SideRow*>& rows);
  absl::StatusOr<std::optional<std::string>> Read(std::string_view key) const;

 private:
  explicit SideStore(std::unique_ptr<rocksdb::DB> db);
  std::unique_ptr<rocksdb::DB> db_;
};

}  // namespace casehub::storage::kafka
