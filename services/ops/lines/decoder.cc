#include "services/ops/lines/decoder.h"

#include <iconv.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

namespace casehub::lines {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool ContinuesCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

// glibc has all three; without them nothing of this program could run.
Decoder::Decoder(Encoding encoding) : iconv_(iconv_open("UTF-8", EncodingName(encoding))) {
  if (iconv_ == reinterpret_cast<iconv_t>(-1)) std::abort();
}

Decoder::~Decoder() { iconv_close(iconv_); }

bool Decoder::Feed(std::string_view bytes, std::string* out) {
  const size_t before = out->size();
  std::string joined;
  if (!carry_.empty()) {
    joined = carry_;
    joined.append(bytes);
    bytes = joined;
    carry_.clear();
  }
  size_t used = 0;
  const bool good = Convert(bytes, out, &used);
  std::string_view text = std::string_view(*out).substr(before);
  if (!started_ && !text.empty()) {
    started_ = true;
    if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
      out->erase(before, kByteOrderMark.size());
      text = std::string_view(*out).substr(before);
    }
  }
  // A NUL is text in none of these files: it is what UTF-16 looks like.
  const size_t nul = text.find('\0');
  Count(text.substr(0, nul));
  if (nul != text.npos) {
    out->resize(before + nul);
    return false;
  }
  if (good) carry_.assign(bytes.substr(used));
  return good;
}

bool Decoder::Convert(std::string_view bytes, std::string* out, size_t* used) {
  char* in = const_cast<char*>(bytes.data());
  size_t in_left = bytes.size();
  while (in_left > 0) {
    const size_t at = out->size();
    out->resize(at + in_left * 2 + 16);
    char* to = out->data() + at;
    size_t room = out->size() - at;
    const size_t result = iconv(iconv_, &in, &in_left, &to, &room);
    const int error = errno;
    out->resize(static_cast<size_t>(to - out->data()));
    if (result != static_cast<size_t>(-1) || error == E2BIG) continue;
    *used = bytes.size() - in_left;
    return error == EINVAL;  // the last character is not whole yet
  }
  *used = bytes.size();
  return true;
}

void Decoder::Count(std::string_view text) {
  const size_t newline = text.rfind('\n');
  if (newline != text.npos) {
    line_ += static_cast<uint64_t>(std::count(text.begin(), text.begin() + newline + 1, '\n'));
    column_ = 1;
    text.remove_prefix(newline + 1);
  }
  column_ +=
      static_cast<uint64_t>(std::count_if(text.begin(), text.end(), [](char c) { return !ContinuesCharacter(c); }));
}

bool Decoder::Finish() { return carry_.empty(); }

}  // namespace casehub::lines
