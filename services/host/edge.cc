#include "services/host/edge.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/arena.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "services/host/wire.h"
#include "spdlog/spdlog.h"

namespace casehub::host {
namespace {

using google::protobuf::Message;
using runtime::Refusal;
using runtime::Refuse;
using runtime::Refused;

constexpr size_t kArenaBytes = 1536;  // holds a usual request without another allocation

const std::string kNoText;

const std::string& Text(const Message& message, const google::protobuf::FieldDescriptor* field, std::string* scratch) {
  if (field == nullptr) return kNoText;
  return message.GetReflection()->GetStringReference(message, field, scratch);
}

// What the rows of a command's keys have come to, by its answer.
RowsOutcome OutcomeOf(const Answer& answer) {
  const auto* refused = std::get_if<Refused>(&answer.result);
  if (refused == nullptr) return answer.recorded ? RowsOutcome::kDurable : RowsOutcome::kNothingWritten;
  switch (refused->reason) {
    case Refusal::REFUSAL_NOT_OWNER:
    case Refusal::REFUSAL_LOG_UNAVAILABLE:
    case Refusal::REFUSAL_OUTCOME_UNKNOWN:
    case Refusal::REFUSAL_SHUTTING_DOWN:
    case Refusal::REFUSAL_STREAM_BLOCKED:
    case Refusal::REFUSAL_DEADLINE_PASSED:
    case Refusal::REFUSAL_DEFECT:
      return RowsOutcome::kUnknown;
    default:
      return RowsOutcome::kNothingWritten;
  }
}

}  // namespace

// One call from its bytes to its answer. The request lives in the arena here, so that a call is one allocation.
struct Edge::Pending {
  Pending(const Method* method_in, Completion done_in, std::shared_ptr<InFlight> in_flight_in)
      : method(method_in), done(std::move(done_in)), in_flight(std::move(in_flight_in)), arena(block, sizeof(block)) {
    in_flight->fetch_add(1, std::memory_order_relaxed);
  }

  void Finish(EdgeResult result) {
    done(std::move(result));
    if (in_flight->fetch_sub(1, std::memory_order_acq_rel) == 1) in_flight->notify_all();
  }

  const Method* method;
  Completion done;
  std::shared_ptr<InFlight> in_flight;
  Language language = Language::kChinese;
  std::string peer;
  std::string purpose;
  std::optional<Uuid> case_id;  // named by the request
  HeldKeys held;
  Call call;
  Message* request = nullptr;
  alignas(8) char block[kArenaBytes];
  google::protobuf::Arena arena;
};

Edge::Edge(EdgeOptions options, const Catalogue* catalogue, KeyRing* ring, Backend* backend)
    : options_(std::move(options)),
      catalogue_(catalogue),
      ring_(ring),
      backend_(backend),
      sealer_(ring),
      case_attempts_(options_.case_attempts_burst, options_.case_attempt_interval_millis),
      peer_attempts_(options_.peer_attempts_burst, options_.peer_attempt_interval_millis) {}

void Edge::Handle(const Method& method, std::string_view request, const Caller& caller, Completion done) {
  auto pending = std::make_shared<Pending>(&method, std::move(done), in_flight_);
  pending->language = caller.language;
  MaybeRefused refused = Prepare(pending.get(), request, caller);
  if (!refused) refused = Post(pending);
  if (!refused) return;
  sealer_.Release(&pending->held, RowsOutcome::kNothingWritten);
  pending->Finish(DescribeRefusal(*refused, caller.language));
}

void Edge::AwaitIdle() const {
  for (int64_t left = in_flight_->load(std::memory_order_acquire); left != 0;
       left = in_flight_->load(std::memory_order_acquire)) {
    in_flight_->wait(left, std::memory_order_acquire);
  }
}

Edge::MaybeRefused Edge::Prepare(Pending* pending, std::string_view bytes, const Caller& caller) {
  if (stopped()) return Refuse(Refusal::REFUSAL_SHUTTING_DOWN);
  if (bytes.size() > options_.request_bytes_max) {
    return Refuse(Refusal::REFUSAL_REQUEST_TOO_LARGE)
        .With("size", absl::StrCat(bytes.size()))
        .With("limit", absl::StrCat(options_.request_bytes_max));
  }
  if (auto refused = CheckDeadline(pending, caller)) return refused;
  const Method& method = *pending->method;
  pending->request = method.request_prototype->New(&pending->arena);
  if (!pending->request->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return WhyMalformed(*method.descriptor->input_type(), bytes);
  }
  if (auto refused = ReadAddress(pending)) return refused;
  if (method.is_command) Fingerprint(pending);
  if (auto refused = CheckSecret(pending, caller)) return refused;
  if (auto refused = SealPersonal(pending)) return refused;
  if (method.reply_personal != nullptr) {
    pending->peer = caller.peer;
    pending->purpose = caller.purpose;
  }
  return std::nullopt;
}

Edge::MaybeRefused Edge::CheckDeadline(Pending* pending, const Caller& caller) const {
  Call& call = pending->call;
  call.received_at = options_.clock();
  call.deadline = caller.deadline;
  if (call.deadline == Instant{}) call.deadline.micros = call.received_at.micros + options_.default_deadline_micros;
  if (call.deadline <= call.received_at) return Refuse(Refusal::REFUSAL_DEADLINE_PASSED);
  return std::nullopt;
}

Refused Edge::WhyMalformed(const google::protobuf::Descriptor& type, std::string_view bytes) {
  if (auto field = FieldNotUtf8(type, bytes)) return Refuse(Refusal::REFUSAL_NOT_UTF8).With("field", *field);
  return Refuse(Refusal::REFUSAL_REQUEST_MALFORMED).With("message", type.full_name());
}

// Municipality, request id, case id and position: what says where the call goes.
Edge::MaybeRefused Edge::ReadAddress(Pending* pending) const {
  const Method& method = *pending->method;
  const Message& request = *pending->request;
  std::string scratch;
  if (method.municipality != nullptr) {
    const std::string& text = Text(request, method.municipality, &scratch);
    if (text.empty()) return Refuse(Refusal::REFUSAL_FIELD_MISSING).With("field", "municipality");
    const auto municipality = Municipality::Parse(text);
    if (!municipality) {
      return RefuseField("municipality", Phrase::PHRASE_SIX_DIGITS);
    }
    if (options_.municipality_known && !options_.municipality_known(*municipality)) {
      return Refuse(Refusal::REFUSAL_MUNICIPALITY_UNKNOWN).With("municipality", municipality->ToString());
    }
    pending->call.municipality = *municipality;
  }
  if (method.is_command) {
    const std::string& text = Text(request, method.request_id, &scratch);
    if (text.empty()) return Refuse(Refusal::REFUSAL_REQUEST_ID_MISSING);
    const auto request_id = Uuid::Parse(text);
    if (!request_id || request_id->version() != 7) return Refuse(Refusal::REFUSAL_REQUEST_ID_MALFORMED);
    pending->call.request_id = *request_id;
  }
  pending->case_id = Uuid::Parse(Text(request, method.case_id, &scratch));
  const auto* reflection = request.GetReflection();
  if (method.min_position != nullptr && reflection->HasField(request, method.min_position)) {
    const auto& position =
        static_cast<const common::v1::Position&>(reflection->GetMessage(request, method.min_position));
    if (position.partition() < 0 || position.offset() < 0) {
      return RefuseField("min_position", Phrase::PHRASE_POSITION_OF_A_RESPONSE);
    }
    pending->call.min_position = MinPosition{position.partition(), position.offset()};
  }
  return std::nullopt;
}

// Over type and canonical bytes, before sealing: ciphertext differs each time, the same request does not.
void Edge::Fingerprint(Pending* pending) const {
  std::string bytes = pending->request->GetDescriptor()->full_name();
  bytes.push_back('\0');
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    pending->request->SerializeToCodedStream(&coded);
  }
  const Mac::Digest digest = ring_->secrets().fingerprint.Compute(bytes);
  auto read = [&digest](size_t at) {
    uint64_t value = 0;
    for (size_t i = 0; i < 8; ++i) value = value << 8 | digest[at + i];
    return value;
  };
  pending->call.fingerprint = Hash128{read(0), read(8)};
}

// A wrong code and an unknown case get the same answer (decision 9): the code is derived from the case id alone, so
// it is found wrong here, before anybody looks for the case.
Edge::MaybeRefused Edge::CheckSecret(Pending* pending, const Caller& caller) {
  const Method& method = *pending->method;
  if (method.request_secret == nullptr) return std::nullopt;
  const Message& request = *pending->request;
  const auto* reflection = request.GetReflection();
  std::string scratch;
  const std::string given = Text(request, method.request_secret, &scratch);
  if (given.empty() && method.actor != nullptr) {
    const auto& actor = static_cast<const common::v1::Actor&>(reflection->GetMessage(request, method.actor));
    if (!actor.staff_id().empty()) return std::nullopt;  // an operator acts, and answers for it
  }
  const std::string case_name = Text(request, method.case_id, &scratch);
  const int64_t now = pending->call.received_at.micros / 1000;
  const auto case_wait = case_attempts_.Blocked(case_name, now);
  const auto peer_wait = peer_attempts_.Blocked(caller.peer, now);
  if (case_wait || peer_wait) {
    const int64_t wait = std::max(case_wait.value_or(0), peer_wait.value_or(0));
    return Refuse(Refusal::REFUSAL_TOO_MANY_ATTEMPTS).With("retry_ms", absl::StrCat(wait));
  }
  if (!pending->case_id ||
      !SecretMatches(DeriveSecret(ring_->secrets(), method.request_secret_kind, *pending->case_id), given)) {
    case_attempts_.Failed(case_name, now);
    peer_attempts_.Failed(caller.peer, now);
    return Refuse(method.request_secret_kind == SECRET_RATING_TOKEN ? Refusal::REFUSAL_SLOT_UNKNOWN
                                                                    : Refusal::REFUSAL_CASE_UNKNOWN);
  }
  reflection->ClearField(pending->request, method.request_secret);  // checked; nobody further in needs it
  return std::nullopt;
}

Edge::MaybeRefused Edge::SealPersonal(Pending* pending) {
  const Method& method = *pending->method;
  if (method.request_personal == nullptr) return std::nullopt;
  const PersonalParts parts = CollectPersonal(*method.request_personal, pending->request);
  if (auto refused = CheckPersonal(parts)) return refused;
  std::string scratch;
  if (!pending->case_id && !parts.texts.empty() && !Text(*pending->request, method.case_id, &scratch).empty()) {
    return RefuseField("case_id", Phrase::PHRASE_CASE_ID_IS_A_UUID);
  }
  const absl::Status sealed = sealer_.Seal(parts, pending->case_id, pending->call.received_at, &pending->held);
  if (sealed.ok()) {
    pending->call.side_rows = Sealer::TakeRows(&pending->held);
    return std::nullopt;
  }
  if (sealed.code() == absl::StatusCode::kResourceExhausted) {
    return Refuse(Refusal::REFUSAL_QUEUE_FULL).With("retry_ms", absl::StrCat(options_.queue_retry_millis));
  }
  spdlog::error("key ring: {}", sealed.ToString());
  return Refuse(Refusal::REFUSAL_LOG_UNAVAILABLE).With("why", "the key ring cannot be read");
}

Edge::MaybeRefused Edge::Post(const std::shared_ptr<Pending>& pending) {
  const Method& method = *pending->method;
  Call call = std::move(pending->call);
  call.method = method.descriptor;
  call.request_type = method.descriptor->input_type();
  call.request = std::shared_ptr<const Message>(pending, pending->request);
  call.service = method.service;
  call.is_operation = method.is_operation;
  call.is_command = method.is_command;
  call.is_bulk = method.is_bulk;
  call.done = [this, pending](Answer answer) { OnAnswer(pending, std::move(answer)); };
  switch (backend_->Post(std::move(call))) {
    case Posted::kAccepted:
      return std::nullopt;
    case Posted::kFull:
      return Refuse(Refusal::REFUSAL_QUEUE_FULL).With("retry_ms", absl::StrCat(options_.queue_retry_millis));
    case Posted::kShuttingDown:
      break;
  }
  return Refuse(Refusal::REFUSAL_SHUTTING_DOWN);
}

void Edge::OnAnswer(const std::shared_ptr<Pending>& pending, Answer answer) {
  sealer_.Release(&pending->held, OutcomeOf(answer));
  if (auto* refused = std::get_if<Refused>(&answer.result)) {
    pending->Finish(DescribeRefusal(*refused, pending->language));
    return;
  }
  std::string bytes = std::move(std::get<Answered>(answer.result).reply_bytes);
  if (pending->method->reply_personal == nullptr) {
    pending->Finish(Reply(pending.get(), std::move(bytes)));
    return;
  }
  worker_.Post([this, pending, bytes = std::move(bytes)]() mutable {
    pending->Finish(Reply(pending.get(), Opened(*pending, std::move(bytes))));
  });
}

// The reply with its derived secret: appended, not parsed, since most replies are a few dozen bytes on a hot path.
EdgeResult Edge::Reply(Pending* pending, std::string bytes) {
  const Method& method = *pending->method;
  if (method.reply_secret == nullptr) return bytes;
  // The claim code is for whom the case was opened: a request that named its case is not told it again.
  if (method.reply_secret_kind == SECRET_CLAIM_CODE && pending->case_id) return bytes;
  std::optional<Uuid> case_id = pending->case_id;
  if (method.reply_case_id != nullptr) {
    if (auto text = FindBytesField(bytes, method.reply_case_id->number())) case_id = Uuid::Parse(*text);
  }
  if (case_id) {
    AppendBytesField(method.reply_secret->number(), DeriveSecret(ring_->secrets(), method.reply_secret_kind, *case_id),
                     &bytes);
  }
  return bytes;
}

std::string Edge::Opened(const Pending& pending, std::string bytes) {
  const Method& method = *pending.method;
  google::protobuf::Arena arena;
  Message* reply = method.response_prototype->New(&arena);
  if (!reply->ParseFromString(bytes)) {
    spdlog::error("the reply of {} does not parse", method.path);
    return bytes;
  }
  const PersonalParts parts = CollectPersonal(*method.reply_personal, reply);
  if (parts.persons.empty() && parts.texts.empty()) return bytes;
  const bool in_full = !pending.purpose.empty() && !parts.persons.empty();
  if (absl::Status status = sealer_.Unseal(parts, in_full); !status.ok()) {
    spdlog::error("personal data in a reply of {} stays closed: {}", method.path, status.ToString());
  }
  if (in_full) {
    spdlog::info("particulars of {} persons shown in full by {} to {} for \"{}\"", parts.persons.size(), method.path,
                 pending.peer, pending.purpose);
  }
  return reply->SerializeAsString();
}

}  // namespace casehub::host
