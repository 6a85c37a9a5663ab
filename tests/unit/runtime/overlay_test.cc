// The overlay against plain maps: after every step of a random walk each reader sees what the maps say.
#include "services/runtime/overlay.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/projection/memory/memory_projection.h"

namespace casehub::runtime {
namespace {

using Level = Overlay::Level;
using Pairs = std::vector<std::pair<std::string, std::string>>;

// What an overlay must look like, in the most obvious form.
class Model {
 public:
  void PutPending(uint64_t sequence, const std::string& key, std::optional<std::string> value) {
    pending_.push_back({sequence, key, std::move(value)});
  }
  void PutApplied(const std::string& key, std::optional<std::string> value) { applied_[key] = std::move(value); }
  void DropPending(uint64_t up_to) {
    std::erase_if(pending_, [&](const Pending& one) { return one.sequence <= up_to; });
  }
  void Take() { writing_.swap(applied_); }
  void Write() {
    for (auto& [key, value] : writing_) {
      if (value) {
        store_[key] = *value;
      } else {
        store_.erase(key);
      }
    }
  }
  // If nobody knows whether they were written, the rows stay in the applied level.
  void End(bool known) {
    if (!known) applied_.insert(writing_.begin(), writing_.end());
    writing_.clear();
  }

  std::map<std::string, std::string> Rows(Level level) const {
    std::map<std::string, std::string> rows = store_;
    const auto put = [&](const std::string& key, const std::optional<std::string>& value) {
      if (value) {
        rows[key] = *value;
      } else {
        rows.erase(key);
      }
    };
    for (const auto& [key, value] : writing_) put(key, value);
    for (const auto& [key, value] : applied_) put(key, value);
    if (level == Level::kPending) {
      for (const Pending& one : pending_) put(one.key, one.value);
    }
    return rows;
  }
  const std::optional<std::string>* NewestPending(const std::string& key) const {
    const std::optional<std::string>* newest = nullptr;
    for (const Pending& one : pending_) {
      if (one.key == key) newest = &one.value;
    }
    return newest;
  }
  bool StoreMayHave(const std::string& key) const {
    return store_.contains(key) || writing_.contains(key) || applied_.contains(key);
  }
  const std::map<std::string, std::string>& store() const { return store_; }

 private:
  struct Pending {
    uint64_t sequence;
    std::string key;
    std::optional<std::string> value;
  };
  std::map<std::string, std::string> store_;
  std::map<std::string, std::optional<std::string>> writing_;
  std::map<std::string, std::optional<std::string>> applied_;
  std::vector<Pending> pending_;
};

Pairs StoreRows(const storage::Keyspace& store) {
  Pairs rows;
  auto cursor = store.NewCursor();
  for (cursor->Seek(""); cursor->Valid(); cursor->Next()) rows.emplace_back(cursor->key(), cursor->value());
  return rows;
}

Pairs Range(const std::map<std::string, std::string>& rows, const std::string& from, const std::string& to,
            size_t limit) {
  Pairs range;
  for (const auto& [key, value] : rows) {
    if (key >= from && key < to && range.size() < limit) range.emplace_back(key, value);
  }
  return range;
}

// Both steps of a write at once.
absl::Status WriteBackNow(Overlay* overlay, storage::Keyspace* store, const std::string& position) {
  const auto changes = overlay->TakeChanges();
  const absl::Status status = store->Write(*changes, position);
  overlay->EndWrite(status.ok());
  return status;
}

class Walk {
 public:
  explicit Walk(uint64_t seed) : random_(seed) {}

  void Step() {
    switch (Below(16)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return PutPending();
      case 4:
      case 5:
      case 6:
        return PutApplied();
      case 7:
        return PutFresh();
      case 8:
        return DropSome();
      case 9:
        if (Below(8) == 0) DropAll();
        return;
      case 10:
        if (overlay_.writing()) return EndWrite();
        if (Below(3) == 0) return WriteBack();
        if (Below(3) == 0) return TakeChanges();
        return;
      case 11:
        return LookForGap();
      default:
        return Look();
    }
  }
  void Look() {
    const std::string key = Key();
    for (Level level : {Level::kApplied, Level::kPending}) {
      const auto rows = model_.Rows(level);
      const auto it = rows.find(key);
      const auto got = overlay_.Get(key, level);
      ASSERT_EQ(got.has_value(), it != rows.end()) << key;
      if (got) {
        ASSERT_EQ(*got, it->second);
      }
      const std::string from = Key();
      const std::string to = Below(4) == 0 ? "~" : Key();
      const size_t limit = 1 + Below(8);
      const bool nested = Below(2) == 0;
      Pairs seen;
      overlay_.Scan(from, to, level, [&](std::string_view row_key, std::string_view value) {
        seen.emplace_back(row_key, value);
        if (nested) {
          const std::string other = Key();
          EXPECT_EQ(overlay_.Get(other, level).has_value(), rows.contains(other));
        }
        return seen.size() < limit;
      });
      ASSERT_EQ(seen, Range(rows, from, to, limit)) << from << " to " << to;
    }
    const auto* newest = model_.NewestPending(key);
    ASSERT_EQ(overlay_.PendingDeletes(key), newest != nullptr && !newest->has_value());
    ASSERT_TRUE(overlay_.status().ok());
  }

 private:
  size_t Below(size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random_); }
  // Short keys (inside the string object) and long ones (outside), of a few tables, so that they often meet; some
  // differ only after many bytes, some only in their length.
  std::string Key() {
    std::string key(1, static_cast<char>('a' + Below(3)));
    key += std::to_string(100 + Below(40));
    if (Below(2) == 0) key += std::string(30, 'x');
    if (Below(4) == 0) key += static_cast<char>(Below(3));
    return key;
  }
  std::optional<std::string> Value() {
    if (Below(3) == 0) return std::nullopt;
    return std::string(Below(40), static_cast<char>('A' + Below(26)));
  }
  void PutPending() {
    if (Below(2) == 0) ++sequence_;
    const std::string key = Key();
    const auto value = Value();
    overlay_.PutPending(sequence_, key, value);
    model_.PutPending(sequence_, key, value);
  }
  void PutApplied() {
    const std::string key = Key();
    const auto value = Value();
    const bool has_pending = model_.NewestPending(key) != nullptr;
    ASSERT_EQ(overlay_.PutApplied(key, value), has_pending);
    model_.PutApplied(key, value);
  }
  void PutFresh() {
    const std::string key = Key();
    if (model_.StoreMayHave(key)) return;
    overlay_.PutAppliedFresh(key, "fresh");
    model_.PutApplied(key, "fresh");
  }
  void DropSome() {
    dropped_ = std::min(sequence_, dropped_ + Below(4));
    overlay_.DropPending(dropped_);
    model_.DropPending(dropped_);
  }
  void DropAll() {
    overlay_.DropAllPending();
    model_.DropPending(UINT64_MAX);
    sequence_ = dropped_ = Below(10);  // a redo counts from an earlier number
  }
  void LookForGap() {
    overlay_.Scan(Key(), Key(), Level::kApplied, [](std::string_view, std::string_view) { return false; });
  }
  void WriteBack() {
    model_.Take();
    if (Below(3) == 0) {                   // a full disk: nothing is lost, the next attempt writes all of it
      const bool written = Below(2) == 0;  // but said to have failed
      store_.FailWrites(absl::UnavailableError("no space left"), written);
      ASSERT_FALSE(WriteBackNow(&overlay_, &store_, "lost").ok());
      if (written) model_.Write();
      model_.End(false);
      store_.FailWrites(absl::OkStatus());
      return;
    }
    const std::string position = std::to_string(++writes_);
    ASSERT_TRUE(WriteBackNow(&overlay_, &store_, position).ok());
    model_.Write();
    model_.End(true);
    ASSERT_EQ(StoreRows(store_), Pairs(model_.store().begin(), model_.store().end()));
    ASSERT_EQ(**store_.Position(), position);
    ASSERT_EQ(overlay_.applied_rows(), 0u);
    ASSERT_EQ(overlay_.applied_bytes(), 0u);
  }
  // The same in two steps, the write at either end of what happens in between.
  void TakeChanges() {
    changes_ = overlay_.TakeChanges();
    model_.Take();
    wrote_ = Below(2) == 0;
    if (wrote_) WriteChanges();
  }
  void EndWrite() {
    const bool known = Below(3) != 0;
    if (known && !wrote_) WriteChanges();
    overlay_.EndWrite(known);
    model_.End(known);
  }
  void WriteChanges() {
    ASSERT_TRUE(store_.Write(*changes_, "p").ok());
    model_.Write();
    ASSERT_EQ(StoreRows(store_), Pairs(model_.store().begin(), model_.store().end()));
  }

  std::mt19937_64 random_;
  storage::MemoryKeyspace store_;
  Overlay overlay_{&store_};
  Model model_;
  std::shared_ptr<const Overlay::Changes> changes_;  // on their way
  bool wrote_ = false;
  uint64_t sequence_ = 1;
  uint64_t dropped_ = 0;
  uint64_t writes_ = 0;
};

TEST(OverlayProperty, LooksLikePlainMaps) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Walk walk(seed);
    for (int step = 0; step < 1500; ++step) {
      walk.Step();
      if (testing::Test::HasFatalFailure()) FAIL() << "step " << step;
    }
  }
}

class OverlayTest : public testing::Test {
 protected:
  Pairs Scan(const std::string& from, const std::string& to, Level level = Level::kApplied) {
    Pairs seen;
    overlay_.Scan(from, to, level, [&](std::string_view key, std::string_view value) {
      seen.emplace_back(key, value);
      return true;
    });
    return seen;
  }
  void WriteBack() { ASSERT_TRUE(WriteBackNow(&overlay_, &store_, "p").ok()); }

  storage::MemoryKeyspace store_;
  Overlay overlay_{&store_};
};

TEST_F(OverlayTest, AKeyIsLookedUpInTheStoreOnceBetweenWriteBacks) {
  ASSERT_TRUE(store_.Write({{"k", "v"}}, "p").ok());
  EXPECT_EQ(overlay_.Get("k", Level::kPending), "v");
  EXPECT_EQ(overlay_.Get("k", Level::kApplied), "v");
  EXPECT_EQ(overlay_.Get("none", Level::kPending), std::nullopt);
  EXPECT_EQ(overlay_.Get("none", Level::kApplied), std::nullopt);
  EXPECT_EQ(store_.gets(), 2u);
  overlay_.PutApplied("k", "w");
  EXPECT_EQ(overlay_.Get("k", Level::kApplied), "w");
  EXPECT_EQ(store_.gets(), 2u);
  WriteBack();
  EXPECT_EQ(overlay_.Get("k", Level::kApplied), "w");
  EXPECT_EQ(store_.gets(), 3u);
}

TEST_F(OverlayTest, AnEmptyRangeIsAskedForOnce) {
  ASSERT_TRUE(store_.Write({{"a", "1"}, {"z", "1"}}, "p").ok());
  EXPECT_TRUE(Scan("due", "duf").empty());
  EXPECT_EQ(store_.cursors(), 1u);
  overlay_.PutApplied("due7", "x");
  EXPECT_EQ(Scan("due", "duf"), (Pairs{{"due7", "x"}}));
  EXPECT_EQ(overlay_.Get("due5", Level::kApplied), std::nullopt);
  EXPECT_EQ(store_.cursors(), 1u);
  EXPECT_EQ(store_.gets(), 0u);
  WriteBack();  // the row is in the store now, and so is the end of the gap before it
  EXPECT_EQ(Scan("due", "due7"), Pairs());
  EXPECT_EQ(Scan("due71", "duf"), Pairs());
  EXPECT_EQ(store_.cursors(), 1u);
  EXPECT_EQ(Scan("due", "duf"), (Pairs{{"due7", "x"}}));
  EXPECT_EQ(store_.cursors(), 2u);
}

TEST_F(OverlayTest, KeysThatGrowAreAskedForOnce) {
  ASSERT_TRUE(store_.Write({{"p1", "1"}, {"z", "1"}}, "p").ok());
  EXPECT_TRUE(Scan("p2", "p3").empty());
  EXPECT_TRUE(Scan("p3", "p4").empty());
  EXPECT_EQ(store_.cursors(), 1u);
  overlay_.PutApplied("p2", "x");
  overlay_.PutApplied("p3", "x");
  WriteBack();
  EXPECT_TRUE(Scan("p4", "p5").empty());
  EXPECT_EQ(store_.cursors(), 1u);
  EXPECT_TRUE(Scan("zz", "zzz").empty());  // nothing is behind it at all
  EXPECT_TRUE(Scan("zzz", "zzzz").empty());
  EXPECT_EQ(store_.cursors(), 2u);
}

TEST_F(OverlayTest, ALimitedScanOfRowsInMemoryOpensNoCursor) {
  EXPECT_TRUE(Scan("d", "e").empty());
  ASSERT_EQ(store_.cursors(), 1u);
  overlay_.PutApplied("d1", "x");
  overlay_.PutApplied("d2", "y");
  std::string first;
  overlay_.Scan("d", "z", Level::kApplied, [&](std::string_view key, std::string_view) {
    first = key;
    return false;
  });
  EXPECT_EQ(first, "d1");
  EXPECT_EQ(store_.cursors(), 1u);
}

TEST_F(OverlayTest, ARowThatComesAndGoesNeverReachesTheStore) {
  overlay_.PutAppliedFresh("due1", "x");
  overlay_.PutApplied("due1", std::nullopt);
  EXPECT_EQ(overlay_.applied_rows(), 0u);
  EXPECT_EQ(overlay_.Get("case", Level::kPending), std::nullopt);  // seen to be absent
  overlay_.PutApplied("case", "x");
  overlay_.PutApplied("case", std::nullopt);
  EXPECT_EQ(overlay_.applied_rows(), 0u);
  overlay_.PutApplied("unknown", "x");
  overlay_.PutApplied("unknown", std::nullopt);
  EXPECT_EQ(overlay_.applied_rows(), 1u);  // the store might have it: the tombstone has to be written
  overlay_.PutAppliedFresh("due2", "y");
  WriteBack();
  EXPECT_EQ(StoreRows(store_), (Pairs{{"due2", "y"}}));
  overlay_.PutApplied("due2", std::nullopt);  // it has been written since: not fresh any more
  EXPECT_EQ(overlay_.applied_rows(), 1u);
  WriteBack();
  EXPECT_TRUE(StoreRows(store_).empty());
}

TEST_F(OverlayTest, PendingVersionsSurviveAWriteBack) {
  overlay_.PutApplied("k", "applied");
  overlay_.PutPending(1, "k", "pending");
  overlay_.PutPending(2, "k", std::nullopt);
  WriteBack();
  EXPECT_EQ(overlay_.Get("k", Level::kApplied), "applied");
  EXPECT_EQ(overlay_.Get("k", Level::kPending), std::nullopt);
  EXPECT_TRUE(overlay_.PendingDeletes("k"));
  overlay_.DropPending(1);
  EXPECT_TRUE(overlay_.PendingDeletes("k"));
  overlay_.DropAllPending();
  EXPECT_EQ(overlay_.Get("k", Level::kPending), "applied");
  EXPECT_EQ(overlay_.pending_versions(), 0u);
}

TEST_F(OverlayTest, RowsOnTheirWayToTheStoreAreReadAndMayChange) {
  overlay_.PutApplied("a", "1");
  overlay_.PutApplied("b", "1");
  overlay_.PutApplied("c", "1");
  const auto changes = overlay_.TakeChanges();
  EXPECT_EQ(overlay_.applied_rows(), 0u);
  overlay_.PutApplied("b", "2");
  overlay_.PutApplied("c", std::nullopt);
  EXPECT_EQ(Scan("a", "z"), (Pairs{{"a", "1"}, {"b", "2"}}));  // the store holds none of them yet
  ASSERT_TRUE(store_.Write(*changes, "p").ok());
  overlay_.EndWrite(true);
  EXPECT_EQ(Scan("a", "z"), (Pairs{{"a", "1"}, {"b", "2"}}));
  EXPECT_EQ(overlay_.applied_rows(), 2u);
  WriteBack();
  EXPECT_EQ(StoreRows(store_), (Pairs{{"a", "1"}, {"b", "2"}}));
}

TEST_F(OverlayTest, ReadErrorsAreLatched) {
  store_.FailReads(absl::DataLossError("bad block"));
  EXPECT_EQ(overlay_.Get("k", Level::kApplied), std::nullopt);
  EXPECT_EQ(overlay_.status().code(), absl::StatusCode::kDataLoss);
  store_.FailReads(absl::OkStatus());
  ASSERT_TRUE(store_.Write({{"k", "v"}}, "p").ok());
  EXPECT_EQ(overlay_.Get("k", Level::kApplied), std::nullopt);  // nothing is served after an error
  EXPECT_TRUE(Scan("a", "z").empty());
  EXPECT_EQ(overlay_.status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(OverlayTest, ACursorsErrorIsLatchedAndNoGapIsLearnt) {
  store_.FailReads(absl::DataLossError("bad block"));
  EXPECT_TRUE(Scan("a", "z").empty());
  EXPECT_EQ(overlay_.status().code(), absl::StatusCode::kDataLoss);
}

TEST(StoreGapsTest, MergesShrinksAndForgets) {
  StoreGaps gaps;
  gaps.Learn("b", "d");
  gaps.Learn("d", "f");
  EXPECT_EQ(gaps.size(), 1u);
  EXPECT_EQ(gaps.Skip("b"), "f");
  EXPECT_EQ(gaps.Skip("f"), "f");
  EXPECT_EQ(gaps.Skip("a"), "a");
  gaps.OnWritten({{"b", std::nullopt}, {"c", "1"}, {"d", "1"}, {"e", "1"}, {"e1", std::nullopt}});
  EXPECT_TRUE(gaps.Covers("b"));
  EXPECT_FALSE(gaps.Covers("c"));
  EXPECT_FALSE(gaps.Covers("d"));
  EXPECT_FALSE(gaps.Covers("e"));
  EXPECT_TRUE(gaps.Covers("e1"));
  for (int i = 0; i < 1000; ++i) {
    gaps.Learn(absl::StrCat("x", 10000 + 2 * i), absl::StrCat("x", 10001 + 2 * i));
    EXPECT_TRUE(gaps.Covers("b"));  // used all the time, so never the one to go
  }
  EXPECT_EQ(gaps.size(), StoreGaps::kGapsMax);
}

}  // namespace
}  // namespace casehub::runtime
