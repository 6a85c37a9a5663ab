#include "services/ops/casectl/entries.h"

#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "services/ops/casectl/catalogue.h"
#include "services/ops/casectl/json.h"
#include "services/ops/xes/rfc3339.h"

namespace casehub::casectl {
namespace {

using google::protobuf::Message;
using Json = nlohmann::json;

constexpr size_t kDataCellBytes = 80;

std::unique_ptr<Message> NewEvent(const std::string& service) {
  const auto* type = EventOf(service);
  if (type == nullptr) return nullptr;
  return std::unique_ptr<Message>(google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
}

// The one serialization of a message: fields by number, and maps in order.
std::string Bytes(const Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream out(&stream);
  out.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&out);
  out.Trim();
  return bytes;
}

// The event as JSON, and whether that JSON gives the bytes again.
struct Decoded {
  std::string json = "{}";
  bool exact = false;
};
Decoded Decode(const ledger::v1::Entry& entry) {
  Decoded decoded;
  const auto event = NewEvent(entry.service());
  if (event == nullptr || !event->ParseFromString(entry.data())) return decoded;
  decoded.json = ToJson(*event, {.defaults = false});
  // Fields of a newer version live on as unknown ones: the bytes are the same, but the JSON cannot hold them.
  event->DiscardUnknownFields();
  decoded.exact = Bytes(*event) == entry.data();
  return decoded;
}

void AppendField(const char* name, const std::string& value, std::string* json) {
  absl::StrAppend(json, json->size() > 1 ? ",\"" : "\"", name, "\":");
  AppendJsonString(value, json);
}

// Takes typed values out of an entry's JSON; the first one that is missing or wrong is kept as the problem.
class Fields {
 public:
  explicit Fields(const Json& object) : object_(object) {}

  std::string Text(const char* name) {
    const auto it = object_.find(name);
    if (it != object_.end() && it->is_string()) return it->get<std::string>();
    Wrong(name);
    return "";
  }
  std::string Hex(const char* name) {
    auto bytes = FromHex(Text(name));
    if (!bytes) Wrong(name);
    return bytes.value_or("");
  }
  uint64_t Number(const char* name) {
    const auto it = object_.find(name);
    if (it != object_.end() && it->is_number_unsigned()) return it->get<uint64_t>();
    Wrong(name);
    return 0;
  }
  void Time(const char* name, google::protobuf::Timestamp* time) {
    const auto moment = ParseRfc3339(Text(name));
    if (!moment) return Wrong(name);
    time->set_seconds(moment->seconds);
    time->set_nanos(moment->nanos);
  }
  void Wrong(const std::string& name) {
    if (!problem_) problem_ = Bilingual{name + " 缺失或格式错误", name + " is missing or malformed"};
  }
  std::optional<Bilingual> problem() const { return problem_; }

 private:
  const Json& object_;
  std::optional<Bilingual> problem_;
};

std::optional<Bilingual> ParseData(const Json& object, ledger::v1::Entry* entry) {
  const auto data = object.find("data");
  if (data == object.end()) return Bilingual{"缺少 data", "data is missing"};
  const auto raw = object.find("data_bytes");
  if (raw != object.end()) {
    auto bytes = raw->is_string() ? FromHex(raw->get_ref<const std::string&>()) : std::nullopt;
    if (!bytes) return Bilingual{"data_bytes 格式错误", "data_bytes is malformed"};
    entry->set_data(*std::move(bytes));
    // What a reader sees must be what the bytes say.
    if (Json::parse(Decode(*entry).json, nullptr, false) != *data) {
      return Bilingual{"data 与 data_bytes 不一致", "data and data_bytes differ"};
    }
    return std::nullopt;
  }
  const auto event = NewEvent(entry->service());
  if (event == nullptr) {
    return Bilingual{absl::StrCat("未知的 service \"", entry->service(), "\""),
                     absl::StrCat("unknown service \"", entry->service(), "\"")};
  }
  if (auto wrong = MergeJson(*data, event.get())) return wrong;
  entry->set_data(Bytes(*event));
  return std::nullopt;
}

}  // namespace

std::string EntryJson(const ledger::v1::Entry& entry) {
  const Decoded decoded = Decode(entry);
  std::string json = "{";
  AppendField("municipality", entry.municipality(), &json);
  absl::StrAppend(&json, ",\"sequence\":", entry.sequence());
  AppendField("case_id", entry.case_id(), &json);
  AppendField("service", entry.service(), &json);
  AppendField("type", entry.type(), &json);
  if (entry.has_occurred_at()) {
    AppendField("occurred_at", TimestampText(entry.occurred_at(), 0), &json);
  } else {
    json.append(",\"occurred_at\":null");
  }
  AppendField("recorded_at", TimestampText(entry.recorded_at(), 0), &json);
  absl::StrAppend(&json, ",\"data\":", decoded.json);
  if (!decoded.exact) AppendField("data_bytes", ToHex(entry.data()), &json);
  AppendField("previous_hash", ToHex(entry.previous_hash()), &json);
  AppendField("hash", ToHex(entry.hash()), &json);
  return json + "}";
}

std::optional<Bilingual> ParseEntry(std::string_view line, ledger::v1::Entry* entry) {
  const Json object = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return Bilingual{"不是 JSON 对象", "is not a JSON object"};
  Fields fields(object);
  entry->set_municipality(fields.Text("municipality"));
  entry->set_sequence(fields.Number("sequence"));
  entry->set_case_id(fields.Text("case_id"));
  entry->set_service(fields.Text("service"));
  entry->set_type(fields.Text("type"));
  const auto occurred_at = object.find("occurred_at");
  if (occurred_at == object.end() || !occurred_at->is_null()) {
    fields.Time("occurred_at", entry->mutable_occurred_at());
  }
  fields.Time("recorded_at", entry->mutable_recorded_at());
  entry->set_previous_hash(fields.Hex("previous_hash"));
  entry->set_hash(fields.Hex("hash"));
  if (fields.problem()) return fields.problem();
  return ParseData(object, entry);
}

std::vector<Column> EntryColumns(const Context& context) {
  return {{context.Say("序号", "sequence"), ""}, {context.Say("发生时间", "occurred at"), ""},
          {context.Say("服务", "service"), ""},  {context.Say("事件", "event"), ""},
          {context.Say("办件", "case"), ""},     {context.Say("内容", "data"), ""}};
}

std::vector<std::string> EntryCells(const ledger::v1::Entry& entry) {
  std::string data;
  const auto event = NewEvent(entry.service());
  if (event != nullptr && event->ParseFromString(entry.data())) {
    // The event inside the envelope is what there is to see: case and time have columns of their own.
    const auto* which =
        event->GetDescriptor()->oneof_decl_count() > 0
            ? event->GetReflection()->GetOneofFieldDescriptor(*event, event->GetDescriptor()->oneof_decl(0))
            : nullptr;
    if (which != nullptr) data = ToJson(event->GetReflection()->GetMessage(*event, which), {.defaults = false});
  }
  if (data.size() > kDataCellBytes) {
    size_t cut = kDataCellBytes;
    while (cut > 0 && (static_cast<unsigned char>(data[cut]) & 0xC0) == 0x80) --cut;
    data = data.substr(0, cut) + "…";
  }
  return {std::to_string(entry.sequence()),
          TimestampText(entry.occurred_at(), kChinaOffsetSeconds),
          entry.service(),
          entry.type(),
          entry.case_id(),
          data};
}

}  // namespace casehub::casectl
