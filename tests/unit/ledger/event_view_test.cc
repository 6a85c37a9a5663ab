// What the ledger reads in the bytes of an event is what its parsed message says.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "absl/strings/escaping.h"
#include "google/protobuf/timestamp.pb.h"
#include "services/ledger/domain/chain.h"

namespace casehub::ledger {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr ServiceId kServices[] = {ServiceId::kIntake,     ServiceId::kAssignment, ServiceId::kMediation,
                                   ServiceId::kEvaluation, ServiceId::kTransfer,   ServiceId::kRegistry};
constexpr char kCase[] = "0190a5b2-7c3d-8e4f-8a1b-2c3d4e5f6071";

const FieldDescriptor* Field(const Message& message, const std::string& name) {
  return message.GetDescriptor()->FindFieldByName(name);
}

TEST(EventViewTest, NamesEveryKindOfEventOfEveryService) {
  for (ServiceId service : kServices) {
    const auto* kinds = EventPrototype(service)->GetDescriptor()->FindOneofByName("event");
    ASSERT_GT(kinds->field_count(), 0);
    for (int i = 0; i < kinds->field_count(); ++i) {
      for (bool timed : {false, true}) {
        const std::unique_ptr<Message> event(EventPrototype(service)->New());
        event->GetReflection()->SetString(event.get(), Field(*event, "case_id"), kCase);
        if (timed) {
          google::protobuf::Timestamp at;
          at.set_seconds(-7 - i);
          at.set_nanos(1'000 + i);
          event->GetReflection()->MutableMessage(event.get(), Field(*event, "occurred_at"))->CopyFrom(at);
        }
        event->GetReflection()->MutableMessage(event.get(), kinds->field(i));
        const std::string bytes = event->SerializeAsString();
        const auto view = ViewOf(service, bytes);
        ASSERT_TRUE(view) << event->DebugString();
        EXPECT_EQ(view->case_id, kCase);
        EXPECT_EQ(view->type, kinds->field(i)->message_type()->name());
        ASSERT_EQ(view->occurred_at.has_value(), timed);
        if (timed) {
          EXPECT_EQ(view->occurred_at->seconds, -7 - i);
          EXPECT_EQ(view->occurred_at->nanos, 1'000 + i);
        }
      }
    }
  }
}

TEST(EventViewTest, AnEventOfNoCaseOrOfTheLedgerIsNone) {
  const std::unique_ptr<Message> event(EventPrototype(ServiceId::kRegistry)->New());
  EXPECT_FALSE(ViewOf(ServiceId::kRegistry, event->SerializeAsString()));
  event->GetReflection()->SetString(event.get(), Field(*event, "case_id"), kCase);
  EXPECT_TRUE(ViewOf(ServiceId::kRegistry, event->SerializeAsString()));
  EXPECT_FALSE(ViewOf(ServiceId::kLedger, event->SerializeAsString()));
}

TEST(EventViewTest, AFieldOfALaterBuildIsPassedOver) {
  std::string bytes = "\x0a\x24" + std::string(kCase);
  bytes += std::string("\xf8\x7f\x05", 3);  // field 2047, a number
  bytes += std::string(
      "\xfa\x7f\x03"
      "new",
      6);                                               // field 2047, bytes
  bytes += std::string("\xfd\x7f\x01\x02\x03\x04", 6);  // field 2047, four bytes
  const auto view = ViewOf(ServiceId::kIntake, bytes);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->case_id, kCase);
  EXPECT_EQ(view->type, "");
}

TEST(EventViewTest, BytesThatAreNoMessageAreNoEntry) {
  const std::string whole = "\x0a\x24" + std::string(kCase) + std::string("\x12\x02\x08\x05\x52\x00", 6);
  ASSERT_TRUE(ViewOf(ServiceId::kIntake, whole));
  EXPECT_EQ(ViewOf(ServiceId::kIntake, whole)->type, "CaseOpened");
  for (size_t size : {1u, 2u, 30u, 39u, 40u, 41u, 43u}) {
    EXPECT_FALSE(ViewOf(ServiceId::kIntake, std::string_view(whole).substr(0, size))) << size;
  }
  EXPECT_FALSE(ViewOf(ServiceId::kIntake, whole + std::string("\x52\xff\xff\xff\xff\x0f", 6)));  // longer than there is
  EXPECT_FALSE(ViewOf(ServiceId::kIntake, whole + std::string("\x00", 1)));                      // field 0
  EXPECT_FALSE(ViewOf(ServiceId::kIntake, whole + std::string("\x54", 1)));                      // the end of no group
}

// The time is read without its message: as that would read it, and refused as that would be.
TEST(EventViewTest, ATimeIsReadAsItsMessageReadsIt) {
  const std::string_view times[] = {
      {"", 0},
      {"\x08\x05\x10\x07", 4},
      {"\x10\x07\x08\x05", 4},
      {"\x08\x05\x08\x06", 4},                                   // twice
      {"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11},      // seconds -1
      {"\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11},      // nanos -1
      {"\x10\x80\x80\x80\x80\x10", 6},                           // nanos of 33 bits
      {"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12},  // a number of 11 bytes
      {"\x08", 1},                                               // nothing behind the tag
      {"\x08\x80", 2},                                           // a number that does not end
      {"\x0a\x02zz", 4},                                         // seconds as bytes
      {"\x09zzzzzzzz", 9},                                       // seconds as eight bytes
      {"\x0d\x01\x02\x03", 4},                                   // seconds as four bytes, one missing
      {"\x18\x01\x08\x05", 4},                                   // an unknown field
      {"\x1a\x05zz", 4},                                         // one that is longer than there is
      {"\x1b\x08\x09\x1c\x08\x05", 6},                           // a group
      {"\x1b\x08\x09", 3},                                       // one that does not end
      {"\x1c", 1},                                               // the end of none
      {"\x00", 1},                                               // field 0
      {"\x0f", 1},                                               // no wire type
  };
  for (const std::string_view bytes : times) {
    const std::string hex = absl::BytesToHexString({bytes.data(), bytes.size()});
    google::protobuf::Timestamp expected;
    const bool whole = expected.ParseFromString(std::string(bytes));
    const std::string event =
        "\x0a\x24" + std::string(kCase) + "\x12" + std::string(1, static_cast<char>(bytes.size())) + std::string(bytes);
    const auto view = ViewOf(ServiceId::kIntake, event);
    ASSERT_EQ(view.has_value(), whole) << hex;
    if (!whole) continue;
    EXPECT_EQ(view->occurred_at->seconds, expected.seconds()) << hex;
    EXPECT_EQ(view->occurred_at->nanos, expected.nanos()) << hex;
  }
}

}  // namespace
}  // namespace casehub::ledger
