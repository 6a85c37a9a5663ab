#include "services/ops/casectl/catalogue.h"

#include <cctype>

#include "services/host/catalogue.h"

namespace casehub::casectl {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

// The prefix all values of an enum share by the style guide: CASE_STATUS_ for CaseStatus.
std::string EnumPrefix(const EnumDescriptor& type) {
  std::string prefix = Kebab(type.name());
  for (char& c : prefix) c = c == '-' ? '_' : c;
  return prefix + "_";
}

}  // namespace

std::string Kebab(std::string_view name) {
  std::string kebab;
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (c == '_') {
      kebab.push_back('-');
    } else if (std::isupper(static_cast<unsigned char>(c))) {
      if (i > 0 && name[i - 1] != '_') kebab.push_back('-');
      kebab.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
    } else {
      kebab.push_back(c);
    }
  }
  return kebab;
}

std::vector<const ServiceDescriptor*> Services() { return host::ServedServices(); }

std::string ServiceWord(const ServiceDescriptor& service) {
  const std::string& package = service.file()->package();
  const size_t from = package.find('.') + 1;
  return package.substr(from, package.find('.', from) - from);
}

const ServiceDescriptor* FindService(std::string_view word) {
  for (const auto* service : Services()) {
    if (ServiceWord(*service) == word) return service;
  }
  return nullptr;
}

const MethodDescriptor* FindMethod(const ServiceDescriptor& service, std::string_view word,
                                   std::vector<std::string>* candidates) {
  candidates->clear();
  const MethodDescriptor* match = nullptr;
  for (int i = 0; i < service.method_count(); ++i) {
    const std::string name = Kebab(service.method(i)->name());
    if (name == word) return service.method(i);
    if (word.empty() || name.compare(0, word.size(), word) != 0) continue;
    candidates->push_back(name);
    match = service.method(i);
  }
  if (candidates->size() == 1) return match;
  return nullptr;
}

const MethodDescriptor* MethodOf(const Descriptor& request) {
  for (const auto* service : Services()) {
    for (int i = 0; i < service->method_count(); ++i) {
      if (service->method(i)->input_type() == &request) return service->method(i);
    }
  }
  return nullptr;
}

const Descriptor* EventOf(std::string_view service) {
  if (service.empty()) return nullptr;
  std::string name(service);
  const std::string package = "casehub." + name + ".v1.";
  name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
  for (const auto* offered : Services()) {
    if (offered->full_name().compare(0, package.size(), package) != 0) continue;
    return offered->file()->pool()->FindMessageTypeByName(package + name + "Event");
  }
  return nullptr;
}

std::string ShortName(const EnumValueDescriptor& value) {
  const std::string name = Lower(value.name());
  const std::string prefix = EnumPrefix(*value.type());
  return name.compare(0, prefix.size(), prefix) == 0 ? name.substr(prefix.size()) : name;
}

const EnumValueDescriptor* FindEnumValue(const EnumDescriptor& type, std::string_view text) {
  const std::string wanted = Lower(text);
  for (int i = 0; i < type.value_count(); ++i) {
    if (ShortName(*type.value(i)) == wanted || Lower(type.value(i)->name()) == wanted) return type.value(i);
  }
  return nullptr;
}

}  // namespace casehub::casectl
