// Reading the protobuf wire format without the generated classes: what is wrong with bytes that do not parse, and one
// field of bytes that need no parsing.
//
// Threads     Everything here is pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "google/protobuf/descriptor.h"

namespace casehub::host {

// Well-formed UTF-8 as of RFC 3629: no overlong forms, no surrogates, nothing past U+10FFFF.
bool IsUtf8(std::string_view text);

// The path of the first string field whose value is not UTF-8 (documents[2].name); nullopt if there is none before
// the bytes end or stop making sense.
std::optional<std::string> FieldNotUtf8(const google::protobuf::Descriptor& type, std::string_view bytes);

// The value of a length-delimited field of the message itself (not of messages in it): the last one, as parsers take
// it; nullopt if there is none.
std::optional<std::string_view> FindBytesField(std::string_view message, int number);

// The value of an unsigned varint field of the message itself; 0 if there is none, as for parsers.
uint64_t FindVarintField(std::string_view message, int number);
// Whether the fields of the message follow one another to its end; says nothing of the messages in it.
bool IsWireFormat(std::string_view message);

// Appends a length-delimited field. Parsers let a later value of a singular field win.
void AppendBytesField(int number, std::string_view value, std::string* message);

}  // namespace casehub::host
