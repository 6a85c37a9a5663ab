#include "services/intake/domain/line_import.h"

#include <xxhash.h>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "services/model/channels.h"
#include "services/model/key_bytes.h"

namespace casehub::intake {

using R = common::v1::Refusal;

namespace {

constexpr int kEventsMax = 64;
constexpr size_t kEventBytesMax = 64 * 1024;  // of all events of a request, serialized
constexpr int kAttributesMax = 1000;
constexpr size_t kEventIdBytesMax = 200;

void AppendNumber(uint64_t number, int bytes, std::string* out) {
  for (int shift = 0; shift < 8 * bytes; shift += 8) out->push_back(static_cast<char>(number >> shift));
}

void AppendText(const std::string& text, std::string* out) {
  AppendNumber(text.size(), 4, out);
  out->append(text);
}

std::optional<Refused> CheckEvents(const ingest::v1::ImportCaseRequest& request, Instant now) {
  if (request.events_size() > kEventsMax) {
    return RefuseTooMany("events", kEventsMax);
  }
  if (request.attributes_size() > kAttributesMax) {
    return RefuseTooMany("attributes", kAttributesMax);
  }
  size_t event_bytes = 0;
  for (const auto& event : request.events()) event_bytes += event.ByteSizeLong();
  if (event_bytes > kEventBytesMax) {
    return Refuse(R::REFUSAL_REQUEST_TOO_LARGE,
                  {{"size", absl::StrCat(event_bytes)}, {"limit", absl::StrCat(kEventBytesMax)}});
  }
  for (int i = 0; i < request.events_size(); ++i) {
    const auto& event = request.events(i);
    if (event.event_id().size() > kEventIdBytesMax) {
      return CheckText(absl::StrCat("events[", i, "].event_id"), event.event_id(), kEventIdBytesMax, false);
    }
    if (event.activity().empty()) {
      return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", absl::StrCat("events[", i, "].activity")}});
    }
    if (!event.has_occurred_at()) {
      return Refuse(R::REFUSAL_FIELD_MISSING, {{"field", absl::StrCat("events[", i, "].occurred_at")}});
    }
    if (IsInCalendar(event.occurred_at()) &&
        ToInstant(event.occurred_at()).micros <= now.micros + kFutureToleranceMicros)
      continue;
    return CheckNotInFuture(absl::StrCat("events[", i, "].occurred_at"), event.occurred_at(), now);
  }
  return std::nullopt;
}

// What is recorded of a case that is new.
std::optional<Refused> CheckFacts(const ingest::v1::ImportCaseRequest& request, const OfficeFact& office,
                                  Municipality here) {
  if (auto refusal = CheckText("matter_type", request.matter_type(), 64, false)) return refusal;
  const common::v1::Channel channel = request.channel();
  if (channel != common::v1::CHANNEL_UNSPECIFIED && channel != common::v1::CHANNEL_IMPORT &&
      !IsContactChannel(channel)) {
    return RefuseField("channel", Phrase::PHRASE_CHANNEL);
  }
  return CheckOffice("office_id", request.office_id(), office, here, false);
}

std::optional<Refused> CheckImport(const ingest::v1::ImportCaseRequest& request, const OfficeFact& office,
                                   const Context& context) {
  if (auto refusal = CheckText("source_system", request.source_system(), 64, true)) return refusal;
  if (auto refusal = CheckText("external_reference", request.external_reference(), 200, true)) return refusal;
  if (auto refusal = CheckFacts(request, office, context.here)) return refusal;
  return CheckEvents(request, context.now);
}

void OpenLineCase(const ingest::v1::ImportCaseRequest& request, const Context& context, LineImport* import) {
  Instant opened_at = context.received_at;
  if (request.events_size() > 0) opened_at = ToInstant(request.events(0).occurred_at());
  v1::IntakeEvent opened = NewEvent(context.new_case_id, opened_at);
  opened.mutable_case_opened()->set_kind(v1::CASE_KIND_IMPORTED);
  opened.mutable_case_opened()->set_channel(
      request.channel() == common::v1::CHANNEL_UNSPECIFIED ? common::v1::CHANNEL_IMPORT : request.channel());
  opened.mutable_case_opened()->set_matter_type(request.matter_type());
  if (request.has_applicant()) *opened.mutable_case_opened()->mutable_applicant() = request.applicant();
  opened.mutable_case_opened()->set_source_system(request.source_system());
  opened.mutable_case_opened()->set_external_reference(request.external_reference());
  import->events.push_back(std::move(opened));
  if (!request.office_id().empty()) {
    v1::IntakeEvent received = NewEvent(context.new_case_id, opened_at);
    received.mutable_first_receiver_fixed()->mutable_receiver()->set_office_id(request.office_id());
    import->events.push_back(std::move(received));
  }
  if (request.attributes_size() > 0) {
    v1::IntakeEvent described = NewEvent(context.new_case_id, opened_at);
    *described.mutable_line_case_described()->mutable_attributes() = request.attributes();
    import->events.push_back(std::move(described));
  }
  import->reply.set_cases_new(1);
}

}  // namespace

Hash128 LineEventIdentity(const ingest::v1::LineEvent& event) {
  std::string canonical;
  if (!event.event_id().empty()) {
    canonical.append(12, '\xff');  // where else seconds and nanoseconds stand, and these are none
    AppendText(event.event_id(), &canonical);
    const XXH128_hash_t hash = XXH3_128bits(canonical.data(), canonical.size());
    return {hash.high64, hash.low64};
  }
  // Formats without attributes tell events apart by these alone; with attributes they repeat what stands there.
  AppendNumber(static_cast<uint64_t>(event.occurred_at().seconds()), 8, &canonical);
  AppendNumber(static_cast<uint64_t>(event.occurred_at().nanos()), 4, &canonical);
  AppendText(event.activity(), &canonical);
  AppendText(event.lifecycle(), &canonical);
  AppendText(event.resource(), &canonical);
  for (const v1::Attribute& attribute : event.attributes()) {
    canonical.push_back(static_cast<char>(attribute.type()));
    AppendText(attribute.key(), &canonical);
    AppendText(attribute.value(), &canonical);
  }
  const XXH128_hash_t hash = XXH3_128bits(canonical.data(), canonical.size());
  return {hash.high64, hash.low64};
}

std::string IdentityBytes(const Hash128& identity) {
  std::string bytes;
  AppendBigEndian(identity.high, 8, &bytes);
  AppendBigEndian(identity.low, 8, &bytes);
  return bytes;
}

std::variant<LineImport, Refused> DecideImportCase(const std::string& case_id,
                                                   const ingest::v1::ImportCaseRequest& request,
                                                   const std::function<bool(const std::string&)>& is_present,
                                                   const OfficeFact& office, const Context& context) {
  if (auto refusal = CheckImport(request, office, context)) return *std::move(refusal);
  LineImport import;
  const bool is_new = case_id.empty();
  const std::string& id = is_new ? context.new_case_id : case_id;
  import.reply.set_case_id(id);
  if (is_new) OpenLineCase(request, context, &import);
  absl::flat_hash_set<std::string> seen;
  for (const ingest::v1::LineEvent& event : request.events()) {
    std::string identity = IdentityBytes(LineEventIdentity(event));
    if (!seen.insert(identity).second) {
      import.reply.set_duplicates(import.reply.duplicates() + 1);
      continue;
    }
    if (!is_new && is_present(identity)) {
      import.reply.set_already_present(import.reply.already_present() + 1);
      continue;
    }
    v1::IntakeEvent recorded;
    recorded.set_case_id(id);
    *recorded.mutable_occurred_at() = event.occurred_at();
    auto* line = recorded.mutable_line_event_recorded();
    line->set_activity(event.activity());
    line->set_lifecycle(event.lifecycle());
    line->set_resource(event.resource());
    line->set_identity(std::move(identity));
    *line->mutable_attributes() = event.attributes();
    import.events.push_back(std::move(recorded));
    import.reply.set_events_new(import.reply.events_new() + 1);
  }
  return import;
}

}  // namespace casehub::intake
