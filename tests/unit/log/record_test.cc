#include "storage/codec/record.h"

#include <gtest/gtest.h>
#include <xxhash.h>

#include <cstring>
#include <random>

#include "absl/strings/str_format.h"

namespace casehub::storage {
namespace {

Uuid Id(uint8_t first) {
  std::array<uint8_t, Uuid::kBytes> bytes{};
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(first + i);
  return Uuid(bytes);
}

Record FullRecord() {
  Record record;
  record.kind = RecordKind::kEvents;
  record.service = ServiceId::kTransfer;
  record.by_operator = true;
  record.level = 1;
  record.municipality = Municipality(330800);
  record.command_id = Id(0x10);
  record.owner = Id(0x20);
  record.epoch = 7;
  record.previous_epoch = 6;
  record.sequence = 41;
  record.decided_at = {1'700'000'000'000'000};
  record.read_up_to = 99;
  record.log_digest = {0x0102030405060708, 0x1112131415161718};
  record.head = {0x2122232425262728, 0x3132333435363738};
  record.fingerprint = {0x4142434445464748, 0x5152535455565758};
  record.relies_on = {CaseSubject(Id(0x30)), MunicipalitySubject(Municipality(330800))};
  record.changes = {{SubjectKind::kPractitioner, Id(0x40)}};
  record.settles = {{{{5}, 98, 1, 2}, SettledAs::kPointless}};
  record.receipt = MailboxReceipt{Municipality(420100), 3, {1, 2}};
  record.delivered = Delivered{Municipality(220581), 9};
  record.address = "10.0.0.1:7400";
  record.reply = "reply";
  record.events = {"first", "", "third"};
  return record;
}

void ExpectEqual(const Record& a, const Record& b) {
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.service, b.service);
  EXPECT_EQ(a.by_operator, b.by_operator);
  EXPECT_EQ(a.level, b.level);
  EXPECT_EQ(a.municipality, b.municipality);
  EXPECT_EQ(a.command_id, b.command_id);
  EXPECT_EQ(a.owner, b.owner);
  EXPECT_EQ(a.epoch, b.epoch);
  EXPECT_EQ(a.previous_epoch, b.previous_epoch);
  EXPECT_EQ(a.sequence, b.sequence);
  EXPECT_EQ(a.decided_at, b.decided_at);
  EXPECT_EQ(a.read_up_to, b.read_up_to);
  EXPECT_EQ(a.log_digest, b.log_digest);
  EXPECT_EQ(a.head, b.head);
  EXPECT_EQ(a.fingerprint, b.fingerprint);
  EXPECT_EQ(a.relies_on, b.relies_on);
  EXPECT_EQ(a.changes, b.changes);
  EXPECT_EQ(a.settles, b.settles);
  EXPECT_EQ(a.receipt, b.receipt);
  EXPECT_EQ(a.delivered, b.delivered);
  EXPECT_EQ(a.address, b.address);
  EXPECT_EQ(a.reply, b.reply);
  EXPECT_EQ(a.events, b.events);
}

std::string Hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    text += kDigits[static_cast<uint8_t>(c) >> 4];
    text += kDigits[static_cast<uint8_t>(c) & 15];
  }
  return text;
}

// The checksum made right for a body that was changed: what a careless writer could produce.
std::string Resealed(std::string bytes) {
  const size_t body = bytes.size() - 8;
  const uint64_t checksum = XXH3_64bits(bytes.data(), body);
  std::memcpy(bytes.data() + body, &checksum, 8);
  return bytes;
}

// Decodes from a heap buffer of exactly this size, so that AddressSanitizer sees any read past its end.
absl::StatusOr<Record> DecodeExactly(const std::string& bytes, std::vector<char>* buffer) {
  buffer->assign(bytes.begin(), bytes.end());
  buffer->shrink_to_fit();
  return DecodeRecord({buffer->data(), buffer->size()});
}

TEST(RecordTest, EveryFieldComesBack) {
  const Record record = FullRecord();
  const auto bytes = EncodeRecord(record);
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  const auto decoded = DecodeRecord(*bytes);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  ExpectEqual(record, *decoded);
}

TEST(RecordTest, AnEmptyRecordComesBack) {
  const auto bytes = EncodeRecord(Record());
  ASSERT_TRUE(bytes.ok());
  EXPECT_EQ(bytes->size(), 130u + 6u + 8u);
  const auto decoded = DecodeRecord(*bytes);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  ExpectEqual(Record(), *decoded);
}

TEST(RecordTest, EveryKindComesBack) {
  for (uint8_t kind = 1; kind <= 6; ++kind) {
    Record record;
    record.kind = static_cast<RecordKind>(kind);
    const auto bytes = EncodeRecord(record);
    ASSERT_TRUE(bytes.ok());
    const auto decoded = DecodeRecord(*bytes);
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(decoded->kind, record.kind);
  }
}

TEST(RecordTest, DecodingBorrowsAndCopiesNothing) {
  const std::string bytes = *EncodeRecord(FullRecord());
  const Record decoded = *DecodeRecord(bytes);
  const auto inside = [&](std::string_view view) {
    return view.data() >= bytes.data() && view.data() + view.size() <= bytes.data() + bytes.size();
  };
  EXPECT_TRUE(inside(decoded.address));
  EXPECT_TRUE(inside(decoded.reply));
  for (std::string_view event : decoded.events) EXPECT_TRUE(inside(event));
}

// docs/formats/record.md: who changes these bytes makes a new format.
TEST(RecordTest, GoldenBytes) {
  EXPECT_EQ(Hex(*EncodeRecord(FullRecord())),
            "010105070100300c0500"
            "101112131415161718191a1b1c1d1e1f"
            "202122232425262728292a2b2c2d2e2f"
            "070000000000000006000000000000002900000000000000"
            "00401e18240a06006300000000000000"
            "08070605040302011817161514131211"
            "28272625242322213837363534333231"
            "48474645444342415857565554535251"
            "0201303132333435363738393a3b3c3d3e3f0300000000000000000000000000050c30"
            "0102404142434445464748494a4b4c4d4e4f"
            "01050000000000000062000000000000000100020003"
            "04690600030000000000000001000000000000000200000000000000"
            "a55d03000900000000000000"
            "0d31302e302e302e313a37343030"
            "057265706c79"
            "0305666972737400057468697264"
            "d488c9492b903248");
  EXPECT_EQ(Hex(*EncodeRecord(Record())),
            "01010100010000000000"
            "00000000000000000000000000000000"
            "00000000000000000000000000000000"
            "000000000000000000000000000000000000000000000000"
            "0000000000000000ffffffffffffffff"
            "00000000000000000000000000000000"
            "00000000000000000000000000000000"
            "00000000000000000000000000000000"
            "000000000000"
            "b2681d0e17beb9f4");
}

TEST(RecordTest, GoldenHashes) {
  const Hash128 hash = HashBytes("casehub");
  EXPECT_EQ(absl::StrFormat("%016x%016x", hash.high, hash.low), "a083ca8f9db4655d5f51751743238b01");
  const Hash128 chained = Chain(hash, HashBytes(""));
  EXPECT_EQ(absl::StrFormat("%016x%016x", chained.high, chained.low), "370d64b90ea25b0937afa7ab09abc81d");
  EXPECT_NE(Chain({1, 2}, {3, 4}), Chain({3, 4}, {1, 2}));
}

TEST(RecordTest, MoreEventsThanAllowedAreRefused) {
  Record record;
  record.events.assign(kRecordEventsMax, "e");
  EXPECT_TRUE(EncodeRecord(record).ok());
  record.events.push_back("e");
  EXPECT_EQ(EncodeRecord(record).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(RecordTest, MoreBytesThanAllowedAreRefused) {
  Record record;
  const size_t empty = EncodeRecord(record)->size();
  // The length prefix grows by two bytes on the way to this size.
  std::string reply(kRecordBytesMax - empty - 2, 'r');
  record.reply = reply;
  const auto largest = EncodeRecord(record);
  ASSERT_TRUE(largest.ok()) << largest.status();
  EXPECT_EQ(largest->size(), kRecordBytesMax);
  EXPECT_TRUE(DecodeRecord(*largest).ok());
  reply.push_back('r');
  record.reply = reply;
  EXPECT_EQ(EncodeRecord(record).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(RecordTest, ANewerFormatAsksForAnUpgradeAndDamageDoesNot) {
  std::string bytes = *EncodeRecord(FullRecord());
  bytes[0] = 2;
  EXPECT_EQ(DecodeRecord(bytes).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(DecodeRecord(Resealed(bytes)).status().code(), absl::StatusCode::kFailedPrecondition);
  bytes[0] = 0;
  EXPECT_EQ(DecodeRecord(Resealed(bytes)).status().code(), absl::StatusCode::kDataLoss);
}

TEST(RecordTest, EveryPrefixIsDataLoss) {
  const std::string bytes = *EncodeRecord(FullRecord());
  std::vector<char> buffer;
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(DecodeExactly(bytes.substr(0, size), &buffer).status().code(), absl::StatusCode::kDataLoss) << size;
    if (size <= 8) continue;
    const auto resealed = DecodeExactly(Resealed(bytes.substr(0, size)), &buffer);
    EXPECT_EQ(resealed.status().code(), absl::StatusCode::kDataLoss) << size;
  }
}

TEST(RecordTest, EveryFlippedBitIsDataLoss) {
  const std::string bytes = *EncodeRecord(FullRecord());
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    EXPECT_EQ(DecodeRecord(flipped).status().code(), absl::StatusCode::kDataLoss) << bit;
  }
}

TEST(RecordTest, WhatDecodesHasOneEncoding) {
  std::string bytes = *EncodeRecord(Record());
  // The count of relies_on as two bytes, 0x80 0x00: the same number in a longer form.
  bytes.insert(130, 1, static_cast<char>(0x80));
  EXPECT_EQ(DecodeRecord(Resealed(bytes)).status().code(), absl::StatusCode::kDataLoss);
  bytes = *EncodeRecord(Record());
  bytes[3] = 0x40;  // an unknown flag
  EXPECT_EQ(DecodeRecord(Resealed(bytes)).status().code(), absl::StatusCode::kDataLoss);
}

TEST(RecordTest, RandomMutationsNeverReadOutOfBounds) {
  constexpr uint64_t kSeed = 20'240'601;
  RecordProperty("seed", std::to_string(kSeed));
  std::mt19937_64 random(kSeed);
  const std::string original = *EncodeRecord(FullRecord());
  std::vector<char> buffer;
  int accepted = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::string bytes = original;
    const int edits = 1 + static_cast<int>(random() % 4);
    for (int i = 0; i < edits; ++i) {
      const size_t at = 1 + random() % (bytes.size() - 9);
      switch (random() % 4) {
        case 0:
          bytes[at] = static_cast<char>(random());
          break;
        case 1:
          bytes[at] = static_cast<char>(random() % 2 == 0 ? 0xff : 0x80);
          break;
        case 2:
          bytes.erase(at, 1 + random() % 8);
          break;
        default:
          bytes.insert(at, 1 + random() % 8, static_cast<char>(random()));
      }
      if (bytes.size() < 10) break;
    }
    bytes = Resealed(std::move(bytes));
    const auto decoded = DecodeExactly(bytes, &buffer);
    if (!decoded.ok()) continue;
    ++accepted;
    // What is accepted is a record in full: encoding it gives the same bytes.
    const auto again = EncodeRecord(*decoded);
    ASSERT_TRUE(again.ok()) << "seed " << kSeed << " round " << round;
    ASSERT_EQ(*again, bytes) << "seed " << kSeed << " round " << round;
  }
  EXPECT_GT(accepted, 1000);
}

TEST(RecordTest, RandomGarbageIsDataLoss) {
  constexpr uint64_t kSeed = 7;
  std::mt19937_64 random(kSeed);
  std::vector<char> buffer;
  for (int round = 0; round < 100'000; ++round) {
    std::string bytes(9 + random() % 300, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    bytes[0] = 1;
    EXPECT_FALSE(DecodeExactly(Resealed(bytes), &buffer).ok()) << "seed " << kSeed << " round " << round;
  }
}

TEST(SubjectTest, AMunicipalityStandsInTheLastFourBytes) {
  EXPECT_EQ(Hex(MunicipalitySubject(Municipality(0x01020304)).id.Bytes()), "00000000000000000000000001020304");
  EXPECT_EQ(Hex(PractitionerSubject(Municipality(330800), "lawyer-1").id.Bytes()), "5c8642f09ac1024caaf86ce6fc9ff884");
  EXPECT_NE(PractitionerSubject(Municipality(330801), "lawyer-1"),
            PractitionerSubject(Municipality(330800), "lawyer-1"));
}

}  // namespace
}  // namespace casehub::storage
