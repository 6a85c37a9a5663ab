#include "services/runtime/store_writer.h"

#include <utility>

#include "services/model/thread_name.h"

namespace casehub::runtime {

StoreWriter::StoreWriter(std::function<void()> on_done) : on_done_(std::move(on_done)), thread_([this] { Loop(); }) {}

StoreWriter::~StoreWriter() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  posted_.notify_one();
  thread_.join();
}

void StoreWriter::Post(std::unique_ptr<WriteBack> rows) {
  {
    std::lock_guard lock(mutex_);
    queue_.push_back(std::move(rows));
  }
  posted_.notify_one();
}

StoreWriter::Done StoreWriter::Take() {
  std::lock_guard lock(mutex_);
  return std::exchange(done_, {});
}

StoreWriter::Done StoreWriter::Finish() {
  std::unique_lock lock(mutex_);
  written_.wait(lock, [this] { return queue_.empty(); });
  return std::exchange(done_, {});
}

void StoreWriter::Loop() {
  NameThread("store-writer");
  std::unique_lock lock(mutex_);
  for (;;) {
    posted_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    WriteBack* rows = queue_.front().get();
    lock.unlock();
    rows->Run();
    lock.lock();
    done_.push_back(std::move(queue_.front()));
    queue_.pop_front();
    written_.notify_one();
    lock.unlock();
    on_done_();
    lock.lock();
  }
}

}  // namespace casehub::runtime
