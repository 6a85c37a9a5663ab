#include "services/ops/casectl/import_rejects.h"

#include "absl/strings/str_cat.h"
#include "services/ops/casectl/json.h"

namespace casehub::casectl {

bool Rejects::Open(const std::string& path) {
  if (path.empty()) return true;
  file_ = std::fopen(path.c_str(), "w");
  return file_ != nullptr;
}

void Rejects::Add(const Reject& reject) {
  const std::lock_guard lock(mutex_);
  events_ += reject.events;
  by_reason_[reject.reason] += reject.events;
  ++rows_;
  const std::string message = context_.Say(reject.message);
  if (file_ == nullptr) {
    if (rows_ > kShownMax) return;
    std::fprintf(stderr, "%s:%llu: %s: %s\n", reject.file.c_str(), static_cast<unsigned long long>(reject.line),
                 reject.reason.c_str(), message.c_str());
    return;
  }
  std::string line = "{\"file\":";
  AppendJsonString(reject.file, &line);
  absl::StrAppend(&line, ",\"line\":", reject.line, ",\"field\":");
  AppendJsonString(reject.field, &line);
  line.append(",\"reason\":");
  AppendJsonString(reject.reason, &line);
  line.append(",\"message\":");
  AppendJsonString(message, &line);
  line.append(",\"case\":");
  AppendJsonString(reject.external_reference, &line);
  absl::StrAppend(&line, ",\"events\":", reject.events, "}\n");
  failed_ = std::fputs(line.c_str(), file_) < 0 || failed_;
}

bool Rejects::Close() {
  if (file_ != nullptr) failed_ = std::fclose(file_) != 0 || failed_;
  file_ = nullptr;
  return !failed_;
}

}  // namespace casehub::casectl
