#include "services/ops/casectl/import_chunks.h"

#include "absl/strings/str_cat.h"
#include "services/intake/domain/line_import.h"
#include "services/ops/casectl/context.h"

namespace casehub::casectl {
namespace {

// What a case's own attributes may take of the request that opens it.
constexpr size_t kCaseAttributesBytesMax = 48 * 1024;
// Tag and length of one event in its request.
constexpr size_t kEventFrameBytes = 5;

Bilingual TooLarge(const std::string& what_zh, const std::string& what_en, size_t size, size_t limit) {
  return {absl::StrCat(what_zh, " ", size, " 字节,上限 ", limit),
          absl::StrCat(what_en, " is ", size, " bytes, the limit is ", limit)};
}

// What the format tells of a case beside its attributes.
void AddFacts(const ingest::v1::ImportCaseRequest& facts, ingest::v1::ImportCaseRequest* request) {
  request->set_matter_type(facts.matter_type());
  request->set_channel(facts.channel());
  request->set_office_id(facts.office_id());
  if (facts.has_applicant()) *request->mutable_applicant() = facts.applicant();
}

}  // namespace

Chunker::Chunker(std::string municipality, std::string source, Callbacks callbacks)
    : municipality_(std::move(municipality)), source_(std::move(source)), callbacks_(std::move(callbacks)) {}

Chunker::Part& Chunker::NextPart() {
  if (used_ == parts_.size()) parts_.push_back(std::make_unique<Part>());
  return *parts_[used_++];
}

ingest::v1::LineEvent* Chunker::BeginEvent() {
  Part& part = used_ > 0 && parts_[used_ - 1]->request.import().events_size() < kChunkEventsMax ? *parts_[used_ - 1]
                                                                                                : NextPart();
  return part.request.mutable_import()->add_events();
}

void Chunker::RejectEvent(uint64_t line, std::string field, std::string reason, Bilingual message) {
  rejected_.push_back({file_, line, std::move(field), std::move(reason), std::move(message), "", 1});
}

void Chunker::EndEvent(uint64_t line, const xes::Problem* problem) {
  ++read_;
  Part* part = parts_[used_ - 1].get();
  auto* events = part->request.mutable_import()->mutable_events();
  auto& event = *events->rbegin();
  if (problem != nullptr) {
    events->RemoveLast();
    return RejectEvent(line, problem->field, xes::ReasonCode(problem->reason), xes::ReasonText(*problem));
  }
  const size_t bytes = event.ByteSizeLong() + kEventFrameBytes;
  if (bytes > kChunkBytesMax) {
    events->RemoveLast();
    return RejectEvent(line, "", "EVENT_TOO_LARGE", TooLarge("事件", "the event", bytes, kChunkBytesMax));
  }
  trace_bytes_ += bytes;
  if (trace_bytes_ > kTraceBytesMax) return events->RemoveLast();
  if (!identities_.insert(intake::LineEventIdentity(event)).second) {
    ++duplicates_;
    return events->RemoveLast();
  }
  if (part->bytes + bytes > kChunkBytesMax) {
    Part& next = NextPart();
    next.request.mutable_import()->add_events()->Swap(&event);
    events->RemoveLast();
    part = &next;
  }
  part->bytes += bytes;
}

void Chunker::RejectTrace(const xes::Trace& trace, std::string field, std::string reason, Bilingual message) {
  callbacks_.reject({file_, trace.line, std::move(field), std::move(reason), std::move(message), trace.name, read_});
  Reset();
}

bool Chunker::EndTrace(const xes::Trace& trace) {
  ++counts_.cases_read;
  counts_.events_read += read_;
  if (trace.problem != nullptr) {
    RejectTrace(trace, trace.problem->field, xes::ReasonCode(trace.problem->reason), xes::ReasonText(*trace.problem));
    return true;
  }
  size_t attributes_bytes = 0;
  for (const auto& attribute : *trace.attributes) attributes_bytes += attribute.ByteSizeLong() + kEventFrameBytes;
  if (attributes_bytes > kCaseAttributesBytesMax) {
    RejectTrace(trace, "", "CASE_TOO_LARGE",
                TooLarge("办件属性", "the attributes of the case", attributes_bytes, kCaseAttributesBytesMax));
    return true;
  }
  if (trace_bytes_ > kTraceBytesMax) {
    RejectTrace(trace, "", "CASE_TOO_LARGE",
                TooLarge("办件事件", "the events of the case", trace_bytes_, kTraceBytesMax));
    return true;
  }
  for (auto& reject : rejected_) {
    reject.external_reference = trace.name;
    callbacks_.reject(reject);
  }
  counts_.duplicates += duplicates_;
  if (trace.running_number) numbers_.Add(*trace.running_number);
  std::vector<Chunk> chunks;
  if (used_ == 0) NextPart();  // a case without events is a case
  for (size_t i = 0; i < used_; ++i) {
    if (i > 0 && parts_[i]->request.import().events_size() == 0) continue;
    chunks.push_back(Finish(*parts_[i], trace, i == 0));
  }
  Reset();
  return callbacks_.submit(std::move(chunks));
}

Chunk Chunker::Finish(Part& part, const xes::Trace& trace, bool first) {
  auto& request = *part.request.mutable_import();
  request.set_municipality(municipality_);
  request.set_request_id(NewRequestId());
  request.set_source_system(source_);
  request.set_external_reference(trace.name);
  if (first) {
    request.mutable_attributes()->CopyFrom(*trace.attributes);
    if (trace.facts != nullptr) AddFacts(*trace.facts, &request);
  }
  part.request.SerializeToString(&scratch_);
  return {grpc::Slice(scratch_), {file_, trace.line, trace.name, static_cast<uint32_t>(request.events_size()), first}};
}

void Chunker::AbandonTrace() { Reset(); }

void Chunker::Stray(uint64_t line, const xes::Problem& problem) {
  ++counts_.events_read;
  callbacks_.reject({file_, line, problem.field, xes::ReasonCode(problem.reason), xes::ReasonText(problem), "", 1});
}

void Chunker::Reset() {
  for (size_t i = 0; i < used_; ++i) {
    auto& request = *parts_[i]->request.mutable_import();
    request.clear_events();
    request.clear_attributes();
    AddFacts({}, &request);
    request.clear_applicant();
    parts_[i]->bytes = 0;
  }
  used_ = 0;
  identities_.clear();
  rejected_.clear();
  read_ = duplicates_ = 0;
  trace_bytes_ = 0;
}

}  // namespace casehub::casectl
