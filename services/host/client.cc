#include "services/host/client.h"

#include <condition_variable>
#include <utility>

#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"
#include "grpcpp/support/client_callback.h"
#include "services/host/byte_buffer.h"

namespace casehub::host {
namespace {

constexpr int kResponseBytesMax = 16 * 1024 * 1024;

std::shared_ptr<grpc::Channel> Connect(const std::string& target) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kResponseBytesMax);
  // Each client has a connection of its own: a test that asks for two gets two.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments);
}

std::optional<Failure> FailureOf(const grpc::Status& status) {
  if (status.ok()) return std::nullopt;
  return DecodeDetails(status.error_code(), status.error_message(), status.error_details());
}

void AddMetadata(const ClientOptions& options, grpc::ClientContext* context) {
  for (const auto& [name, value] : options.metadata) context->AddMetadata(name, value);
}

struct AsyncCall {
  grpc::ClientContext context;
  grpc::ByteBuffer request;
  grpc::ByteBuffer response;
};

}  // namespace

DynamicClient::DynamicClient(const std::string& target, ClientOptions options)
    : DynamicClient(Connect(target), std::move(options)) {}

DynamicClient::DynamicClient(std::shared_ptr<grpc::Channel> channel, ClientOptions options)
    : channel_(std::move(channel)), stub_(channel_), options_(std::move(options)) {}

std::string MethodPath(const google::protobuf::MethodDescriptor& method) {
  return "/" + method.service()->full_name() + "/" + method.name();
}

void DynamicClient::CallAsync(const std::string& method, std::string request, Done done) {
  auto call = std::make_shared<AsyncCall>();
  call->context.set_deadline(std::chrono::system_clock::now() + options_.timeout);
  AddMetadata(options_, &call->context);
  call->request = ToByteBuffer(std::move(request));
  stub_.UnaryCall(&call->context, method, {}, &call->request, &call->response,
                  [call, done = std::move(done)](const grpc::Status& status) mutable {
                    std::string response;
                    if (status.ok()) response = ContiguousBytes(call->response).view();
                    // The context holds the channel. If it outlived the caller's, the channel would end here, on a
                    // thread of gRPC that cannot wait for itself.
                    call.reset();
                    done(FailureOf(status), std::move(response));
                  });
}

std::optional<Failure> DynamicClient::CallRaw(const std::string& method, std::string request, std::string* response) {
  std::mutex mutex;
  std::condition_variable answered;
  bool is_answered = false;
  std::optional<Failure> result;
  CallAsync(method, std::move(request), [&](std::optional<Failure> failure, std::string bytes) {
    std::lock_guard lock(mutex);
    result = std::move(failure);
    *response = std::move(bytes);
    is_answered = true;
    answered.notify_one();
  });
  std::unique_lock lock(mutex);
  answered.wait(lock, [&] { return is_answered; });
  return result;
}

std::optional<Failure> DynamicClient::Call(const std::string& method, const google::protobuf::Message& request,
                                           google::protobuf::Message* response) {
  constexpr int kInternal = 13;
  std::string bytes;
  if (auto failure = CallRaw(method, request.SerializeAsString(), &bytes)) return failure;
  if (response->ParseFromString(bytes)) return std::nullopt;
  return Failure{kInternal, "", "the response does not parse", {}, {}};
}

class BidiStream::Reactor : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  Reactor(DynamicClient* client, const std::string& method) : stub_(client->channel()) {
    AddMetadata(client->options(), &context_);
    stub_.PrepareBidiStreamingCall(&context_, method, {}, this);
    AddHold();  // reads and writes start outside of reactions: the stream must not end between two of them
    StartRead(&incoming_);
    StartCall();
  }

  void Cancel() { context_.TryCancel(); }

  bool Write(const google::protobuf::Message& message) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !writing_ || broken_; });
    if (broken_ || half_closed_) return false;
    outgoing_ = ToByteBuffer(message.SerializeAsString());
    writing_ = true;
    lock.unlock();
    StartWrite(&outgoing_);
    lock.lock();
    changed_.wait(lock, [this] { return !writing_; });
    return !broken_;
  }

  void WritesDone() {
    {
      std::lock_guard lock(mutex_);
      if (half_closed_) return;
      half_closed_ = true;
    }
    StartWritesDone();
    std::unique_lock lock(mutex_);
    no_more_writes_ = true;
    LetGo(std::move(lock));
  }

  bool Read(google::protobuf::Message* message) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return has_message_ || reads_over_; });
    if (!has_message_) return false;
    bool parsed = false;
    {
      const ContiguousBytes bytes(incoming_);
      parsed = message->ParseFromArray(bytes.view().data(), static_cast<int>(bytes.view().size()));
    }
    incoming_.Clear();
    has_message_ = false;
    lock.unlock();
    StartRead(&incoming_);
    return parsed;
  }

  grpc::Status WaitForEnd() {
    WritesDone();
    std::unique_lock lock(mutex_);
    while (!done_) {
      if (has_message_) {  // nobody reads any more
        has_message_ = false;
        lock.unlock();
        StartRead(&incoming_);
        lock.lock();
      }
      changed_.wait(lock, [this] { return done_ || has_message_; });
    }
    return status_;
  }

  void OnReadDone(bool ok) override {
    std::unique_lock lock(mutex_);
    (ok ? has_message_ : reads_over_) = true;
    changed_.notify_all();
    LetGo(std::move(lock));
  }
  void OnWriteDone(bool ok) override {
    std::lock_guard lock(mutex_);
    writing_ = false;
    if (!ok) broken_ = true;
    changed_.notify_all();
  }
  void OnDone(const grpc::Status& status) override {
    std::lock_guard lock(mutex_);
    status_ = status;
    done_ = reads_over_ = true;
    changed_.notify_all();
  }

 private:
  // Once nothing starts any more, neither a write nor a read, the stream may end.
  void LetGo(std::unique_lock<std::mutex> lock) {
    if (!held_ || !no_more_writes_ || !reads_over_) return;
    held_ = false;
    lock.unlock();
    RemoveHold();
  }

  grpc::ClientContext context_;
  grpc::GenericStub stub_;
  grpc::ByteBuffer incoming_;
  grpc::ByteBuffer outgoing_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool has_message_ = false;
  bool reads_over_ = false;
  bool writing_ = false;
  bool broken_ = false;
  bool half_closed_ = false;
  bool no_more_writes_ = false;  // and it was said
  bool held_ = true;
  bool done_ = false;
  grpc::Status status_;
};

BidiStream::BidiStream(DynamicClient* client, const std::string& method)
    : reactor_(std::make_unique<Reactor>(client, method)) {}

BidiStream::~BidiStream() {
  reactor_->Cancel();
  reactor_->WaitForEnd();
}

bool BidiStream::Write(const google::protobuf::Message& message) { return reactor_->Write(message); }
void BidiStream::WritesDone() { reactor_->WritesDone(); }
bool BidiStream::Read(google::protobuf::Message* message) { return reactor_->Read(message); }
std::optional<Failure> BidiStream::Finish() { return FailureOf(reactor_->WaitForEnd()); }

}  // namespace casehub::host
