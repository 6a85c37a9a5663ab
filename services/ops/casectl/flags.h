// A request out of flags: `--applicant.particulars.name 王芳` sets the field of that path. Dashes and underscores are
// the same; a repeated field takes its flag several times; a message takes a JSON object; text that is kept under
// personal protection (PersonalText) may be given without `.text`.
// Pure and thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "google/protobuf/message.h"
#include "services/ops/xes/language.h"

namespace casehub::casectl {

// The answer is what is wrong with the first flag that is; none: all were taken. A flag without a value is a bool.
std::optional<Bilingual> ApplyFlags(const std::vector<std::string>& args, google::protobuf::Message* request);

// Every flag of a request with what it takes, one a line; nested messages spelled out.
std::string DescribeFlags(const google::protobuf::Descriptor& request);

// The same as a list.
struct Flag {
  std::string name;                 // with its dashes
  std::vector<std::string> values;  // all that it takes, where they are few
  bool is_switch = false;           // needs no value
};
std::vector<Flag> FlagsOf(const google::protobuf::Descriptor& request);

}  // namespace casehub::casectl
