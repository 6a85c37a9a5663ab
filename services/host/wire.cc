#include "services/host/wire.h"

#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "services/runtime/position_token.h"

namespace casehub::host {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr int kDepthMax = 100;  // as the parser's own limit

enum WireType : uint32_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kStartGroup = 3, kEndGroup = 4, kFixed32 = 5 };

std::optional<uint64_t> ReadVarint(std::string_view* bytes) {
  uint64_t value = 0;
  for (int shift = 0; shift < 64 && !bytes->empty(); shift += 7) {
    const auto byte = static_cast<uint8_t>(bytes->front());
    bytes->remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

struct WireField {
  int number = 0;
  uint32_t type = 0;
  std::string_view value;  // of kBytes
  uint64_t varint = 0;     // of kVarint
};

// The next field; nullopt at the end and where the bytes make no sense.
std::optional<WireField> ReadField(std::string_view* bytes) {
  const auto tag = ReadVarint(bytes);
  if (!tag || *tag > UINT32_MAX) return std::nullopt;
  WireField field{static_cast<int>(*tag >> 3), static_cast<uint32_t>(*tag & 7), {}, 0};
  size_t size = 0;
  switch (field.type) {
    case kVarint: {
      const auto value = ReadVarint(bytes);
      if (!value) return std::nullopt;
      field.varint = *value;
      return field;
    }
    case kFixed64:
      size = 8;
      break;
    case kFixed32:
      size = 4;
      break;
    case kBytes: {
      const auto length = ReadVarint(bytes);
      if (!length || *length > bytes->size()) return std::nullopt;
      size = static_cast<size_t>(*length);
      break;
    }
    default:
      return std::nullopt;  // groups: no message here has any
  }
  if (bytes->size() < size) return std::nullopt;
  field.value = bytes->substr(0, size);
  bytes->remove_prefix(size);
  return field;
}

std::optional<std::string> Search(const Descriptor& type, std::string_view bytes, int depth) {
  if (depth > kDepthMax) return std::nullopt;
  absl::flat_hash_map<int, int> seen;  // field number -> how many before this one, for the index in the path
  while (auto field = ReadField(&bytes)) {
    const FieldDescriptor* known = type.FindFieldByNumber(field->number);
    if (known == nullptr || field->type != kBytes) continue;
    std::string name(known->name());
    if (known->is_repeated()) absl::StrAppend(&name, "[", seen[field->number]++, "]");
    if (known->type() == FieldDescriptor::TYPE_STRING && !IsUtf8(field->value)) return name;
    if (known->type() != FieldDescriptor::TYPE_MESSAGE) continue;
    if (auto inner = Search(*known->message_type(), field->value, depth + 1)) return absl::StrCat(name, ".", *inner);
  }
  return std::nullopt;
}

// Length of the sequence that starts with `lead`, 0 if none does.
size_t SequenceLength(uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const auto lead = static_cast<uint8_t>(text[at]);
    const size_t length = SequenceLength(lead);
    if (length == 0 || at + length > text.size()) return false;
    for (size_t i = 1; i < length; ++i) {
      if ((static_cast<uint8_t>(text[at + i]) & 0xC0) != 0x80) return false;
    }
    if (length > 2) {
      // The second byte tells overlong forms, surrogates and what lies past the last code point.
      const auto second = static_cast<uint8_t>(text[at + 1]);
      if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) || (lead == 0xF0 && second < 0x90) ||
          (lead == 0xF4 && second > 0x8F)) {
        return false;
      }
    }
    at += length;
  }
  return true;
}

std::optional<std::string> FieldNotUtf8(const Descriptor& type, std::string_view bytes) {
  return Search(type, bytes, 0);
}

std::optional<std::string_view> FindBytesField(std::string_view message, int number) {
  std::optional<std::string_view> found;
  while (auto field = ReadField(&message)) {
    if (field->number == number && field->type == kBytes) found = field->value;
  }
  return found;
}

uint64_t FindVarintField(std::string_view message, int number) {
  uint64_t found = 0;
  while (auto field = ReadField(&message)) {
    if (field->number == number && field->type == kVarint) found = field->varint;
  }
  return found;
}

bool IsWireFormat(std::string_view message) {
  while (ReadField(&message)) {
  }
  return message.empty();
}

void AppendBytesField(int number, std::string_view value, std::string* message) {
  runtime::AppendVarint(static_cast<uint64_t>(number) << 3 | kBytes, message);
  runtime::AppendVarint(value.size(), message);
  message->append(value);
}

}  // namespace casehub::host
