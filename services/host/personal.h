// Where personal data stands in a message: found once per message type, so that types without any cost nothing.
//
// Threads     Plans are built by one thread and immutable afterwards; Collect may be called from any thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "casehub/common/v1/common.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace casehub::host {

struct PersonalPlan {
  enum class What { kPerson, kText, kNested };
  struct Step {
    const google::protobuf::FieldDescriptor* field = nullptr;
    What what = What::kNested;
    const PersonalPlan* nested = nullptr;
  };
  std::vector<Step> steps;
};

class PersonalPlans {
 public:
  // Null if messages of this type hold nothing personal.
  const PersonalPlan* For(const google::protobuf::Descriptor& type);

 private:
  std::map<const google::protobuf::Descriptor*, std::unique_ptr<PersonalPlan>> plans_;
};

// The persons and texts of one message, with their paths (applicant, contacts[2].note).
struct PersonalParts {
  struct PersonAt {
    common::v1::Person* person;
    std::string path;
  };
  struct TextAt {
    common::v1::PersonalText* text;
    std::string path;
  };
  std::vector<PersonAt> persons;
  std::vector<TextAt> texts;
};
PersonalParts CollectPersonal(const PersonalPlan& plan, google::protobuf::Message* message);

}  // namespace casehub::host
