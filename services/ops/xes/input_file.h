// A file, gzipped or not, read block by block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "services/ops/xes/fault.h"

struct gzFile_s;

namespace casehub::xes {

class InputFile {
 public:
  // False: see fault(), as for Read.
  bool Open(const std::string& path);
  // Reads `size` bytes; fewer only at the end, which is when `*last` is set. What was read before a fault is given.
  bool Read(char* block, size_t size, size_t* got, bool* last);

  Fault fault() const { return fault_; }
  const std::string& detail() const { return detail_; }
  // Bytes of the file, compressed if it is, read so far.
  uint64_t offset() const;

 private:
  struct Close {
    void operator()(gzFile_s* file) const;
  };
  bool Failed(Fault fault, std::string detail);
  bool ReadFailed();

  std::unique_ptr<gzFile_s, Close> file_;
  Fault fault_ = Fault::kNone;
  std::string detail_;
};

}  // namespace casehub::xes
