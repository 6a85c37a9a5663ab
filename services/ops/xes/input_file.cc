#include "services/ops/xes/input_file.h"

#include <sys/stat.h>
#include <zlib.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace casehub::xes {
namespace {

constexpr unsigned kCompressedBufferBytes = 128 * 1024;

}  // namespace

void InputFile::Close::operator()(gzFile_s* file) const { gzclose(file); }

bool InputFile::Failed(Fault fault, std::string detail) {
  fault_ = fault;
  detail_ = std::move(detail);
  return false;
}

bool InputFile::Open(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) return Failed(Fault::kCannotRead, std::strerror(EISDIR));
  file_.reset(gzopen(path.c_str(), "rb"));
  if (!file_) return Failed(Fault::kCannotOpen, std::strerror(errno));
  gzbuffer(file_.get(), kCompressedBufferBytes);
  return true;
}

bool InputFile::Read(char* block, size_t size, size_t* got, bool* last) {
  *got = 0;
  *last = false;
  const int read = gzread(file_.get(), block, static_cast<unsigned>(size));
  if (read < 0) return ReadFailed();
  *got = static_cast<size_t>(read);
  if (*got == size) return true;
  int error = Z_OK;
  gzerror(file_.get(), &error);
  if (error != Z_OK && error != Z_STREAM_END) return ReadFailed();
  *last = true;
  return true;
}

bool InputFile::ReadFailed() {
  int error = Z_OK;
  const char* text = gzerror(file_.get(), &error);
  if (error == Z_ERRNO) return Failed(Fault::kCannotRead, std::strerror(errno));
  if (error == Z_BUF_ERROR) return Failed(Fault::kTruncated, "unexpected end of the gzip data");
  return Failed(Fault::kDamagedCompression, text);
}

uint64_t InputFile::offset() const { return static_cast<uint64_t>(gzoffset(file_.get())); }

}  // namespace casehub::xes
