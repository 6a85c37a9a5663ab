#include "services/host/catalogue.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "casehub/assignment/v1/assignment_service.pb.h"
#include "casehub/common/v1/common.pb.h"
#include "casehub/evaluation/v1/evaluation_service.pb.h"
#include "casehub/ingest/v1/ingest_service.pb.h"
#include "casehub/intake/v1/intake_service.pb.h"
#include "casehub/ledger/v1/ledger_service.pb.h"
#include "casehub/mediation/v1/mediation_service.pb.h"
#include "casehub/operations/v1/operations_service.pb.h"
#include "casehub/registry/v1/registry_service.pb.h"
#include "casehub/transfer/v1/transfer_service.pb.h"

namespace casehub::host {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;

const FieldDescriptor* StringField(const Descriptor& type, const char* name) {
  const FieldDescriptor* field = type.FindFieldByName(name);
  return field != nullptr && field->type() == FieldDescriptor::TYPE_STRING && !field->is_repeated() ? field : nullptr;
}

template <typename M>
const FieldDescriptor* MessageField(const Descriptor& type, const char* name) {
  const FieldDescriptor* field = type.FindFieldByName(name);
  return field != nullptr && field->message_type() == M::descriptor() && !field->is_repeated() ? field : nullptr;
}

const FieldDescriptor* SecretField(const Descriptor& type, Secret* kind) {
  for (int i = 0; i < type.field_count(); ++i) {
    *kind = type.field(i)->options().GetExtension(secret);
    if (*kind != SECRET_UNSPECIFIED) return type.field(i);
  }
  return nullptr;
}

// casehub.intake.v1 -> "intake".
std::string ContextOf(const MethodDescriptor& method) {
  const std::vector<std::string> parts = absl::StrSplit(method.file()->package(), '.');
  return parts.size() > 1 ? parts[1] : "";
}

}  // namespace

std::vector<const google::protobuf::ServiceDescriptor*> ServedServices() {
  std::vector<const google::protobuf::ServiceDescriptor*> services;
  for (const Descriptor* any_message :
       {intake::v1::GetCaseRequest::descriptor(), mediation::v1::GetMediationRequest::descriptor(),
        ingest::v1::ImportCaseRequest::descriptor(), transfer::v1::GetTransferRequest::descriptor(),
        evaluation::v1::GetScoresRequest::descriptor(), assignment::v1::GetAssignmentRequest::descriptor(),
        registry::v1::ListOfficesRequest::descriptor(), ledger::v1::GetHeadRequest::descriptor(),
        operations::v1::GetStatusRequest::descriptor()}) {
    for (int i = 0; i < any_message->file()->service_count(); ++i) {
      services.push_back(any_message->file()->service(i));
    }
  }
  return services;
}

Catalogue::Catalogue(const std::vector<const google::protobuf::ServiceDescriptor*>& services) : services_(services) {
  for (const auto* service : services_) {
    for (int i = 0; i < service->method_count(); ++i) Add(*service->method(i));
  }
}

void Catalogue::Add(const MethodDescriptor& descriptor) {
  auto* factory = google::protobuf::MessageFactory::generated_factory();
  const Descriptor& request = *descriptor.input_type();
  const Descriptor& response = *descriptor.output_type();
  auto method = std::make_unique<Method>();
  method->descriptor = &descriptor;
  method->path = absl::StrCat("/", descriptor.service()->full_name(), "/", descriptor.name());
  method->is_streaming = descriptor.client_streaming() || descriptor.server_streaming();
  method->request_prototype = factory->GetPrototype(&request);
  method->response_prototype = factory->GetPrototype(&response);

  const std::string context = ContextOf(descriptor);
  method->is_operation = context == "operations";
  method->is_bulk = context == "ingest" && descriptor.name().rfind("ImportCase", 0) == 0;
  // Imports are decided by intake: an imported case is a case.
  method->service = ParseServiceName(context).value_or(ServiceId::kIntake);

  method->municipality = StringField(request, "municipality");
  method->request_id = StringField(request, "request_id");
  method->is_command = method->request_id != nullptr;
  method->case_id = StringField(request, "case_id");
  method->actor = MessageField<common::v1::Actor>(request, "actor");
  method->min_position = MessageField<common::v1::Position>(request, "min_position");
  method->request_secret = SecretField(request, &method->request_secret_kind);
  method->reply_case_id = StringField(response, "case_id");
  method->reply_secret = SecretField(response, &method->reply_secret_kind);
  method->request_personal = plans_.For(request);
  method->reply_personal = plans_.For(response);

  by_name_[method->path] = method.get();
  by_name_[descriptor.full_name()] = method.get();
  methods_.push_back(std::move(method));
}

const Method* Catalogue::Find(std::string_view name) const {
  const auto it = by_name_.find(std::string(name));
  return it == by_name_.end() ? nullptr : it->second;
}

}  // namespace casehub::host
