#include "services/host/import_stream.h"

#include <utility>

#include "casehub/ingest/v1/ingest_service.pb.h"
#include "services/host/byte_buffer.h"
#include "services/host/wire.h"

namespace casehub::host {
namespace {

constexpr char kImportCase[] = "casehub.ingest.v1.IngestService.ImportCase";

}  // namespace

ImportStream::ImportStream(ServiceContext context, const Method& method, Caller caller)
    : context_(context),
      method_(method),
      import_case_(*context.edge->catalogue().Find(kImportCase)),
      started_at_(CallMetrics::Clock::now()),
      caller_(std::move(caller)) {
  // The stream as a whole may be open for hours; each import in it has the time of a call without a deadline.
  caller_.deadline = Instant{};
  context_.metrics->Started();
  context_.streams->Add(this);
  reading_ = true;
  StartRead(&incoming_);
}

void ImportStream::Proceed(std::unique_lock<std::mutex> lock) {
  ++proceeding_;
  while (true) {
    const bool write = !writing_ && !broken_ && !answers_.empty();
    const bool read = !closed_ && !reading_ && !handling_ && unanswered_ < kUnansweredMax;
    if (!write && !read) break;
    if (write) {
      outgoing_ = ToByteBuffer(std::move(answers_.front()));
      answers_.pop_front();
      writing_ = true;
    }
    if (read) reading_ = true;
    lock.unlock();
    if (read) StartRead(&incoming_);
    if (write) StartWrite(&outgoing_);
    lock.lock();
  }
  --proceeding_;
  // A read that is still open does not hold up the end: Finish ends it too.
  if (!closed_ || finished_ || handling_ || writing_ || proceeding_ > 0 || unanswered_ > 0) return;
  finished_ = true;
  const grpc::Status status = status_;
  lock.unlock();
  Finish(status);  // the stream may be gone from here on
}

void ImportStream::OnReadDone(bool ok) {
  std::unique_lock lock(mutex_);
  reading_ = false;
  if (!ok) closed_ = true;
  if (!closed_) {
    grpc::ByteBuffer bytes;
    bytes.Swap(&incoming_);
    handling_ = true;
    ++unanswered_;
    lock.unlock();
    Take(bytes);
    lock.lock();
    handling_ = false;
  }
  Proceed(std::move(lock));
}

// The import in the request stays as it came: what is wrong with it is answered like any other refusal.
void ImportStream::Take(const grpc::ByteBuffer& buffer) {
  const ContiguousBytes bytes(buffer);
  if (!bytes.ok() || !IsWireFormat(bytes.view())) {
    const auto refused = runtime::Refuse(runtime::Refusal::REFUSAL_REQUEST_MALFORMED)
                             .With("message", method_.descriptor->input_type()->full_name());
    std::lock_guard lock(mutex_);
    --unanswered_;
    closed_ = true;
    status_ = ToStatus(Edge::Describe(refused, caller_));
    return;
  }
  using ingest::v1::ImportCasesRequest;
  const uint64_t sequence = FindVarintField(bytes.view(), ImportCasesRequest::kSequenceFieldNumber);
  const auto import = FindBytesField(bytes.view(), ImportCasesRequest::kImportFieldNumber);
  context_.edge->Handle(import_case_, import.value_or(std::string_view()), caller_,
                        [this, sequence](EdgeResult result) { Answer(sequence, std::move(result)); });
}

void ImportStream::Answer(uint64_t sequence, EdgeResult result) {
  std::string bytes = Encode(sequence, std::move(result));
  std::unique_lock lock(mutex_);
  if (broken_) {
    --unanswered_;
  } else {
    answers_.push_back(std::move(bytes));
  }
  Proceed(std::move(lock));
}

std::string ImportStream::Encode(uint64_t sequence, EdgeResult result) {
  ingest::v1::ImportCasesResponse response;
  response.set_sequence(sequence);
  if (const auto* failure = std::get_if<Failure>(&result)) {
    response.set_code(failure->code);
    response.set_reason(failure->reason);
    response.set_message(failure->message);
  } else if (!response.mutable_result()->ParseFromString(std::get<std::string>(result))) {
    const auto refused = runtime::Refuse(runtime::Refusal::REFUSAL_OUTCOME_UNKNOWN);
    const Failure failure = DescribeRefusal(refused, Language::kEnglish);
    response.clear_result();
    response.set_code(failure.code);
    response.set_reason(failure.reason);
    response.set_message(failure.message);
  }
  return response.SerializeAsString();
}

void ImportStream::OnWriteDone(bool ok) {
  std::unique_lock lock(mutex_);
  writing_ = false;
  --unanswered_;
  if (!ok) {
    // The caller is gone. What it sent is decided all the same; repeating it finds it there.
    broken_ = closed_ = true;
    unanswered_ -= answers_.size();
    answers_.clear();
  }
  Proceed(std::move(lock));
}

void ImportStream::End() {
  std::unique_lock lock(mutex_);
  if (closed_) return;
  closed_ = true;
  status_ = ToStatus(Edge::Describe(runtime::Refuse(runtime::Refusal::REFUSAL_SHUTTING_DOWN), caller_));
  Proceed(std::move(lock));
}

void ImportStream::OnDone() {
  context_.streams->Remove(this);
  context_.metrics->Finished(method_, status_.error_code(), started_at_);
  delete this;
}

}  // namespace casehub::host
