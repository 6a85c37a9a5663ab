#include "storage/projection/rocksdb/folders.h"

#include <algorithm>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace casehub::storage {

absl::Status ToStatus(const rocksdb::Status& status, std::string_view doing) {
  if (status.ok()) return absl::OkStatus();
  const std::string text = absl::StrCat(std::string(doing), ": ", status.ToString());
  if (status.IsCorruption() || status.IsPathNotFound()) return absl::DataLossError(text);
  if (status.IsNotSupported() || status.IsInvalidArgument()) return absl::FailedPreconditionError(text);
  return absl::UnavailableError(text);
}

absl::Status MakeFolders(rocksdb::Env* env, const std::string& folder) {
  for (size_t slash = folder.find('/', 1); slash != std::string::npos; slash = folder.find('/', slash + 1)) {
    const std::string parent = folder.substr(0, slash);
    if (auto status = env->CreateDirIfMissing(parent); !status.ok()) return ToStatus(status, "making " + parent);
  }
  return ToStatus(env->CreateDirIfMissing(folder), "making " + folder);
}

bool Exists(rocksdb::Env* env, const std::string& path) { return env->FileExists(path).ok(); }

absl::StatusOr<std::vector<std::string>> Children(rocksdb::Env* env, const std::string& folder) {
  std::vector<std::string> names;
  if (auto status = env->GetChildren(folder, &names); !status.ok()) return ToStatus(status, "listing " + folder);
  std::erase_if(names, [](const std::string& name) { return name == "." || name == ".."; });
  std::sort(names.begin(), names.end());
  return names;
}

absl::Status RemoveTree(rocksdb::Env* env, const std::string& folder) {
  if (!Exists(env, folder)) return absl::OkStatus();
  auto names = Children(env, folder);
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    const std::string path = folder + "/" + name;
    bool is_folder = false;
    if (env->IsDirectory(path, &is_folder).ok() && is_folder) {
      if (auto status = RemoveTree(env, path); !status.ok()) return status;
    } else if (auto status = env->DeleteFile(path); !status.ok()) {
      return ToStatus(status, "deleting " + path);
    }
  }
  return ToStatus(env->DeleteDir(folder), "deleting " + folder);
}

absl::Status SyncFolder(rocksdb::Env* env, const std::string& folder) {
  std::unique_ptr<rocksdb::Directory> directory;
  if (auto status = env->NewDirectory(folder, &directory); !status.ok()) return ToStatus(status, "opening " + folder);
  return ToStatus(directory->Fsync(), "syncing " + folder);
}

absl::Status Rename(rocksdb::Env* env, const std::string& from, const std::string& to) {
  if (auto status = env->RenameFile(from, to); !status.ok()) return ToStatus(status, "renaming " + from + " to " + to);
  return SyncFolder(env, to.substr(0, to.rfind('/')));
}

absl::Status WriteFileAtomically(rocksdb::Env* env, const std::string& path, std::string_view bytes) {
  const std::string temporary = path + ".tmp";
  if (auto status = rocksdb::WriteStringToFile(env, bytes, temporary, /*should_sync=*/true); !status.ok()) {
    return ToStatus(status, "writing " + temporary);
  }
  return Rename(env, temporary, path);
}

absl::StatusOr<std::string> ReadWholeFile(rocksdb::Env* env, const std::string& path) {
  std::string bytes;
  if (auto status = rocksdb::ReadFileToString(env, path, &bytes); !status.ok()) {
    return ToStatus(status, "reading " + path);
  }
  return bytes;
}

absl::Status CopyStore(rocksdb::Env* env, const std::string& from, const std::string& to) {
  if (auto status = RemoveTree(env, to); !status.ok()) return status;
  if (auto status = MakeFolders(env, to); !status.ok()) return status;
  auto names = Children(env, from);
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    const std::string source = from + "/" + name;
    const std::string target = to + "/" + name;
    if (absl::EndsWith(name, ".sst") && env->LinkFile(source, target).ok()) continue;
    auto bytes = ReadWholeFile(env, source);
    if (!bytes.ok()) return bytes.status();
    if (auto status = rocksdb::WriteStringToFile(env, *bytes, target, /*should_sync=*/true); !status.ok()) {
      return ToStatus(status, "writing " + target);
    }
  }
  return SyncFolder(env, to);
}

}  // namespace casehub::storage
