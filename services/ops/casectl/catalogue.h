// What casehub offers, read off the descriptors that are linked in: nothing is listed by hand but the packages.
// Pure and thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/descriptor.h"

namespace casehub::casectl {

// "RegisterContact" -> "register-contact"; "case_id" -> "case-id".
std::string Kebab(std::string_view name);

// The services, by the name casectl gives them: the package without casehub and version ("intake").
std::vector<const google::protobuf::ServiceDescriptor*> Services();
std::string ServiceWord(const google::protobuf::ServiceDescriptor& service);
const google::protobuf::ServiceDescriptor* FindService(std::string_view word);
// By its kebab name or by a prefix that only one method has; null otherwise, `candidates` then holds what it could be.
const google::protobuf::MethodDescriptor* FindMethod(const google::protobuf::ServiceDescriptor& service,
                                                     std::string_view word, std::vector<std::string>* candidates);
// The one method that takes this request.
const google::protobuf::MethodDescriptor* MethodOf(const google::protobuf::Descriptor& request);
// The envelope of a service's events ("intake" -> IntakeEvent); null if it records nothing.
const google::protobuf::Descriptor* EventOf(std::string_view service);

// CHANNEL_WINDOW -> "window". Unspecified values are "unspecified".
std::string ShortName(const google::protobuf::EnumValueDescriptor& value);
// By short or full name, in any case, "-" as good as "_".
const google::protobuf::EnumValueDescriptor* FindEnumValue(const google::protobuf::EnumDescriptor& type,
                                                           std::string_view text);

}  // namespace casehub::casectl
