// Every method casehub serves, read off the descriptors once: what its request names, what is personal or secret in
// it, and whose stream it goes to. A new method needs its proto and, for a new file, one line in catalogue.cc.
//
// Threads     Immutable after construction.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "casehub/options.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "services/host/personal.h"
#include "services/model/ids.h"

namespace casehub::host {

struct Method {
  const google::protobuf::MethodDescriptor* descriptor = nullptr;
  std::string path;  // /casehub.intake.v1.IntakeService/GetCase
  ServiceId service = ServiceId::kIntake;
  bool is_operation = false;
  bool is_command = false;
  bool is_streaming = false;
  bool is_bulk = false;  // imports: callers at a window go before
  const google::protobuf::Message* request_prototype = nullptr;
  const google::protobuf::Message* response_prototype = nullptr;

  // Fields of the request; null where it has none.
  const google::protobuf::FieldDescriptor* municipality = nullptr;
  const google::protobuf::FieldDescriptor* request_id = nullptr;
  const google::protobuf::FieldDescriptor* case_id = nullptr;
  const google::protobuf::FieldDescriptor* actor = nullptr;
  const google::protobuf::FieldDescriptor* min_position = nullptr;
  const google::protobuf::FieldDescriptor* request_secret = nullptr;
  Secret request_secret_kind = SECRET_UNSPECIFIED;

  // Fields of the response.
  const google::protobuf::FieldDescriptor* reply_case_id = nullptr;
  const google::protobuf::FieldDescriptor* reply_secret = nullptr;
  Secret reply_secret_kind = SECRET_UNSPECIFIED;

  // Where persons and personal text stand; null: nowhere.
  const PersonalPlan* request_personal = nullptr;
  const PersonalPlan* reply_personal = nullptr;
};

// All services of the protos.
std::vector<const google::protobuf::ServiceDescriptor*> ServedServices();

class Catalogue {
 public:
  explicit Catalogue(const std::vector<const google::protobuf::ServiceDescriptor*>& services = ServedServices());
  Catalogue(const Catalogue&) = delete;
  Catalogue& operator=(const Catalogue&) = delete;

  const std::vector<const google::protobuf::ServiceDescriptor*>& services() const { return services_; }
  // By path or by full name (casehub.intake.v1.IntakeService.GetCase); null if there is none.
  const Method* Find(std::string_view name) const;

 private:
  void Add(const google::protobuf::MethodDescriptor& descriptor);

  std::vector<const google::protobuf::ServiceDescriptor*> services_;
  PersonalPlans plans_;
  std::vector<std::unique_ptr<Method>> methods_;
  absl::flat_hash_map<std::string, const Method*> by_name_;
};

}  // namespace casehub::host
