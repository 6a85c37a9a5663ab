// What columns, fields and values are called in tables, in the operator's language. JSON keeps the names of the protos.
#pragma once

#include <string>

#include "google/protobuf/descriptor.h"
#include "services/ops/xes/language.h"

namespace casehub::casectl {

// Of a field, by its name; the name itself where there is no other, and in English.
std::string FieldTitle(const google::protobuf::FieldDescriptor& field, Language language);
// Of a value of an enum; its short name where there is no other, and in English.
std::string ValueTitle(const google::protobuf::EnumValueDescriptor& value, Language language);

}  // namespace casehub::casectl
