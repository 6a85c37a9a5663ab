// Cases of line systems, mirrored event by event (A7, A8). The identity of an event: docs/formats/import.md.
#pragma once

#include <functional>

#include "casehub/ingest/v1/ingest_service.pb.h"
#include "services/intake/domain/contact.h"

namespace casehub::intake {

// XXH3-128 over the source's own number of the event, or where it has none over all that it says, attributes in the
// order delivered: then an exact duplicate is the same event delivered twice.
Hash128 LineEventIdentity(const ingest::v1::LineEvent& event);
std::string IdentityBytes(const Hash128& identity);  // 16 bytes, big-endian

struct LineImport {
  Events events;
  ingest::v1::ImportCaseResponse reply;
};

// `case_id` is empty for a case not seen before; `is_present` says whether an event of it stands in the log already;
// `office` is the one the request names, if it names one.
std::variant<LineImport, Refused> DecideImportCase(const std::string& case_id,
                                                   const ingest::v1::ImportCaseRequest& request,
                                                   const std::function<bool(const std::string& identity)>& is_present,
                                                   const OfficeFact& office, const Context& context);

}  // namespace casehub::intake
