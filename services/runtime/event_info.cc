#include "services/runtime/event_info.h"

#include "casehub/options.pb.h"

namespace casehub::runtime {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Event types are few and live as long as the process; a thread finds its last one without a lookup.
struct EventType {
  const google::protobuf::Descriptor* descriptor = nullptr;
  const FieldDescriptor* case_id = nullptr;
  const google::protobuf::OneofDescriptor* event = nullptr;
};

const EventType& TypeOf(const Message& message) {
  thread_local EventType last;
  const auto* descriptor = message.GetDescriptor();
  if (last.descriptor != descriptor) {
    last = {descriptor, descriptor->FindFieldByNumber(1), descriptor->FindOneofByName("event")};
  }
  return last;
}

}  // namespace

const std::string& EventCaseId(const Message& event) {
  thread_local std::string scratch;
  const EventType& type = TypeOf(event);
  return event.GetReflection()->GetStringReference(event, type.case_id, &scratch);
}

std::string_view EventTypeName(const Message& event) {
  const EventType& type = TypeOf(event);
  const FieldDescriptor* member = event.GetReflection()->GetOneofFieldDescriptor(event, type.event);
  return member == nullptr ? std::string_view() : std::string_view(member->message_type()->name());
}

bool IsStanding(const Message& event) {
  const EventType& type = TypeOf(event);
  const FieldDescriptor* member = event.GetReflection()->GetOneofFieldDescriptor(event, type.event);
  return member != nullptr && member->options().GetExtension(casehub::standing);
}

std::optional<storage::Subject> StandingSubject(const Message& event, Municipality municipality) {
  if (const auto case_id = Uuid::Parse(EventCaseId(event))) return storage::CaseSubject(*case_id);
  const EventType& type = TypeOf(event);
  const FieldDescriptor* member = event.GetReflection()->GetOneofFieldDescriptor(event, type.event);
  if (member == nullptr) return std::nullopt;
  const FieldDescriptor* practitioner = member->message_type()->FindFieldByName("practitioner_id");
  if (practitioner == nullptr) return std::nullopt;
  const Message& said = event.GetReflection()->GetMessage(event, member);
  return storage::PractitionerSubject(municipality, said.GetReflection()->GetString(said, practitioner));
}

std::optional<std::string> ParkedReason(const Message& request, const ServiceRows& rows) {
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName("case_id");
  if (field == nullptr || field->cpp_type() != FieldDescriptor::CPPTYPE_STRING || field->is_repeated()) {
    return std::nullopt;
  }
  const auto case_id = Uuid::Parse(request.GetReflection()->GetString(request, field));
  if (!case_id) return std::nullopt;
  return rows.overlay.Get(tables::ParkedKey(*case_id), Overlay::Level::kPending);
}

}  // namespace casehub::runtime
