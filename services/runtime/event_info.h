// What the runtime reads off a <Service>Event by its descriptor: the case it is about and whether it changes standing.
// Looked up once per type.
#pragma once

#include <optional>
#include <string>

#include "google/protobuf/message.h"
#include "services/runtime/rows.h"

namespace casehub::runtime {

// Field 1 of every <Service>Event; empty for events that are not about a case.
const std::string& EventCaseId(const google::protobuf::Message& event);
// Name of the member of the `event` oneof that is set, e.g. "CaseOpened"; empty if none is.
std::string_view EventTypeName(const google::protobuf::Message& event);
// (casehub.standing) of the member that is set.
bool IsStanding(const google::protobuf::Message& event);
// Whose standing such an event changes: its case's, or, where it is about none, that of the practitioner it names.
std::optional<storage::Subject> StandingSubject(const google::protobuf::Message& event, Municipality municipality);
// Why the case that a request names in `case_id` is set aside; nullopt if it names none or the case is not.
std::optional<std::string> ParkedReason(const google::protobuf::Message& request, const ServiceRows& rows);

}  // namespace casehub::runtime
