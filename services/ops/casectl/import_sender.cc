#include "services/ops/casectl/import_sender.h"

#include <algorithm>

#include "services/ops/casectl/catalogue.h"

namespace casehub::casectl {
namespace {

using ingest::v1::ImportCasesRequest;
using ingest::v1::ImportCasesResponse;

constexpr std::chrono::milliseconds kBackOffFirst{20};
constexpr std::chrono::milliseconds kBackOffMax{1000};
// A stream is opened anew after this long; every chunk can be repeated, so nothing depends on it.
constexpr std::chrono::milliseconds kStreamTimeout = std::chrono::hours(1);
constexpr std::chrono::milliseconds kConnectWait{1000};
constexpr std::chrono::milliseconds kGoodbyeWait{5000};
constexpr std::chrono::milliseconds kIdleWait{1000};

std::chrono::milliseconds BackOff(int attempts) {
  return std::min(kBackOffMax, kBackOffFirst * (1 << std::min(attempts, 10)));
}

// Refusals that end the whole import: every other chunk would get the same.
bool ConcernsEveryChunk(const ImportCasesResponse& response) {
  return response.reason() == "MUNICIPALITY_UNKNOWN" || response.code() == grpc::StatusCode::UNIMPLEMENTED ||
         response.code() == grpc::StatusCode::UNAUTHENTICATED || response.code() == grpc::StatusCode::PERMISSION_DENIED;
}

bool IsWorthRepeating(const ImportCasesResponse& response) {
  if (response.reason() == "CASE_PARKED") return false;
  return IsInterruption(response.code()) || response.code() == grpc::StatusCode::ABORTED;
}

}  // namespace

// One attempt at the stream. gRPC calls it; it tells the sender, under the sender's lock.
class ImportSender::Stream : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  explicit Stream(ImportSender& sender) : sender_(sender) {
    sender.client_.Prepare(&context_, kStreamTimeout);
    static const std::string path = host::MethodPath(*MethodOf(*ImportCasesRequest::descriptor()));
    sender.client_.stub().PrepareBidiStreamingCall(&context_, path, {}, this);
    AddHold();  // writes start outside of gRPC's own calls
    StartRead(&answer_);
    StartCall();
  }

  void Write(grpc::ByteBuffer request) {
    request_ = std::move(request);
    StartWrite(&request_);
  }
  void Close() { StartWritesDone(); }
  void Cancel() { context_.TryCancel(); }
  // No write is started after this.
  void Release() { RemoveHold(); }
  bool broken() const { return broken_; }
  bool done() const { return done_; }

 private:
  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(sender_.mutex_);
    sender_.write_busy_ = false;
    if (!ok) broken_ = true;
    sender_.changed_.notify_one();
  }
  void OnReadDone(bool ok) override {
    if (!ok) {
      const std::lock_guard lock(sender_.mutex_);
      broken_ = true;
      sender_.changed_.notify_one();
      return;
    }
    grpc::Slice bytes;
    const bool understood = (answer_.TrySingleSlice(&bytes).ok() || answer_.DumpToSingleSlice(&bytes).ok()) &&
                            response_.ParseFromArray(bytes.begin(), static_cast<int>(bytes.size()));
    {
      const std::lock_guard lock(sender_.mutex_);
      if (understood) sender_.Answered(response_);
    }
    StartRead(&answer_);
  }
  void OnDone(const grpc::Status& status) override {
    const std::lock_guard lock(sender_.mutex_);
    done_ = true;
    sender_.StreamEnded(status);
    sender_.changed_.notify_one();
  }

  ImportSender& sender_;
  grpc::ClientContext context_;
  grpc::ByteBuffer request_, answer_;
  ImportCasesResponse response_;
  bool broken_ = false;  // guarded by the sender's mutex, as done_
  bool done_ = false;
};

ImportSender::ImportSender(Client& client, std::chrono::milliseconds retry_for,
                           std::function<void(const ChunkRefusal&)> refused)
    : client_(client), retry_for_(retry_for), refused_(std::move(refused)), last_progress_(Clock::now()) {
  thread_ = std::thread([this] { Run(); });
}

ImportSender::~ImportSender() { Finish(); }

bool ImportSender::Submit(std::vector<Chunk> chunks) {
  std::unique_lock lock(mutex_);
  // One case may be larger than the queue: it goes in whole once there is any room.
  room_.wait(lock, [this] { return queued_ < kQueuedChunksMax || failure_; });
  if (failure_) return false;
  if (queued_ == 0) last_progress_ = Clock::now();  // there was nothing to wait for until now
  queued_ += chunks.size();
  auto owner = std::make_shared<Case>();
  owner->chunks.assign(std::make_move_iterator(chunks.begin()), std::make_move_iterator(chunks.end()));
  ready_.push_back(std::move(owner));
  changed_.notify_one();
  return true;
}

void ImportSender::Finish() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void ImportSender::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto now = Clock::now();
    Waken(now);
    if (queued_ > 0) GiveUpIfStuck(now);
    if (failure_ || (closing_ && queued_ == 0)) break;
    if (stream_ && stream_->broken()) {
      EndStream(lock, /*politely=*/false);
    } else if (!stream_ && queued_ > 0 && now >= connect_at_) {
      OpenStream(lock);
    } else if (stream_ && !write_busy_ && !ready_.empty() && in_flight_.size() < kWindow) {
      WriteOne();
    } else {
      changed_.wait_until(lock, NextWake(now));
    }
  }
  if (stream_) EndStream(lock, /*politely=*/!failure_.has_value());
  room_.notify_all();
}

void ImportSender::OpenStream(std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  const bool connected = client_.Connect(kConnectWait);
  lock.lock();
  if (!connected) {
    connect_at_ = Clock::now() + BackOff(++failed_connects_);
    return;
  }
  reached_ = true;
  sequence_ = 0;
  stream_ = std::make_unique<Stream>(*this);
}

void ImportSender::EndStream(std::unique_lock<std::mutex>& lock, bool politely) {
  if (!politely) stream_->Cancel();
  changed_.wait(lock, [this] { return !write_busy_; });
  if (politely) stream_->Close();
  stream_->Release();
  if (!changed_.wait_for(lock, kGoodbyeWait, [this] { return stream_->done(); })) stream_->Cancel();
  changed_.wait(lock, [this] { return stream_->done(); });
  stream_.reset();
}

void ImportSender::WriteOne() {
  CasePtr owner = std::move(ready_.front());
  ready_.pop_front();
  // Two messages of one type, one after the other on the wire, are one message with the fields of both: the chunk need
  // not be serialized again when it is repeated under another sequence.
  ImportCasesRequest head;
  head.set_sequence(++sequence_);
  const grpc::Slice slices[] = {grpc::Slice(head.SerializeAsString()), owner->chunks.front().request};
  in_flight_.emplace(sequence_, std::move(owner));
  write_busy_ = true;
  stream_->Write(grpc::ByteBuffer(slices, 2));
}

void ImportSender::Waken(Clock::time_point now) {
  while (!waiting_.empty() && waiting_.begin()->first <= now) {
    ready_.push_back(std::move(waiting_.begin()->second));
    waiting_.erase(waiting_.begin());
  }
}

void ImportSender::GiveUpIfStuck(Clock::time_point now) {
  if (now - last_progress_ < retry_for_) return;
  failure_ = CallFailure{{grpc::StatusCode::UNAVAILABLE, last_reason_, last_message_, {}, {}}, reached_};
}

ImportSender::Clock::time_point ImportSender::NextWake(Clock::time_point now) const {
  auto wake = now + kIdleWait;
  if (queued_ > 0) {
    wake = std::min(wake, last_progress_ + retry_for_);
    if (!stream_) wake = std::min(wake, connect_at_);
  }
  if (!waiting_.empty()) wake = std::min(wake, waiting_.begin()->first);
  return wake;
}

void ImportSender::StreamEnded(const grpc::Status& status) {
  // What was not answered goes again, in the order it went.
  for (auto it = in_flight_.rbegin(); it != in_flight_.rend(); ++it) ready_.push_front(std::move(it->second));
  in_flight_.clear();
  if (status.ok() && closing_) return;
  CallFailure failure{host::DecodeDetails(status.error_code(), status.error_message(), status.error_details()), true};
  last_reason_ = failure.failure.reason;
  last_message_ = failure.failure.message;
  switch (status.error_code()) {
    case grpc::StatusCode::UNIMPLEMENTED:
    case grpc::StatusCode::UNAUTHENTICATED:
    case grpc::StatusCode::PERMISSION_DENIED:
    case grpc::StatusCode::INVALID_ARGUMENT:
      if (!failure_) failure_ = std::move(failure);
      return;
    default:
      connect_at_ = Clock::now() + BackOff(++failed_connects_);
  }
}

void ImportSender::Answered(const ImportCasesResponse& response) {
  const auto it = in_flight_.find(response.sequence());
  if (it == in_flight_.end()) return;
  const CasePtr owner = std::move(it->second);
  in_flight_.erase(it);
  if (response.code() == grpc::StatusCode::OK) {
    totals_.cases_new += response.result().cases_new();
    totals_.events_new += response.result().events_new();
    totals_.already_present += response.result().already_present();
    totals_.duplicates += response.result().duplicates();
    return Settle(owner);
  }
  if (IsWorthRepeating(response)) {
    last_reason_ = response.reason();
    last_message_ = response.message();
    waiting_.emplace(Clock::now() + BackOff(owner->attempts++), owner);
    changed_.notify_one();
    return;
  }
  if (ConcernsEveryChunk(response)) {
    if (!failure_) failure_ = CallFailure{{response.code(), response.reason(), response.message(), {}, {}}, true};
    changed_.notify_one();
    return;
  }
  Refuse(owner, response);
}

void ImportSender::Refuse(const CasePtr& owner, const ImportCasesResponse& response) {
  const bool whole = owner->chunks.front().origin.opens;
  const size_t refused = whole ? owner->chunks.size() : 1;
  for (size_t i = 0; i < refused; ++i) refused_({owner->chunks[i].origin, response.reason(), response.message()});
  // The last of them is settled like any other.
  owner->chunks.erase(owner->chunks.begin(), owner->chunks.begin() + static_cast<ptrdiff_t>(refused - 1));
  queued_ -= refused - 1;
  Settle(owner);
}

void ImportSender::Settle(const CasePtr& owner) {
  owner->chunks.pop_front();
  owner->attempts = 0;
  if (!owner->chunks.empty()) ready_.push_front(owner);
  --queued_;
  failed_connects_ = 0;
  last_progress_ = Clock::now();
  room_.notify_one();
  changed_.notify_one();
}

}  // namespace casehub::casectl
