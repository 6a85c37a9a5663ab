// casectl SERVICE METHOD: any RPC, from its descriptor.
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "services/ops/casectl/catalogue.h"
#include "services/ops/casectl/commands.h"
#include "services/ops/casectl/flags.h"
#include "services/ops/casectl/json.h"
#include "services/ops/casectl/print.h"

namespace casehub::casectl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;
using MessagePtr = std::unique_ptr<Message>;

constexpr std::chrono::milliseconds kStreamTimeout = std::chrono::hours(1);

MessagePtr New(const google::protobuf::Descriptor& type) {
  return MessagePtr(google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type)->New());
}

const FieldDescriptor* StringField(const Message& message, const char* name) {
  const auto* field = message.GetDescriptor()->FindFieldByName(name);
  return field != nullptr && field->type() == FieldDescriptor::TYPE_STRING && !field->is_repeated() ? field : nullptr;
}

// What a request may leave out: the municipality of the environment, and a fresh request id.
std::string FillIn(Message* request) {
  const auto& reflection = *request->GetReflection();
  if (const auto* field = StringField(*request, "municipality");
      field != nullptr && reflection.GetString(*request, field).empty()) {
    reflection.SetString(request, field, GivenMunicipality(""));
  }
  const auto* field = StringField(*request, "request_id");
  if (field == nullptr) return "";
  if (reflection.GetString(*request, field).empty()) reflection.SetString(request, field, NewRequestId());
  return reflection.GetString(*request, field);
}

// The rows of a list: its one repeated field of messages.
const FieldDescriptor* RowsOf(const MethodDescriptor& method) {
  if (method.name().rfind("List", 0) != 0) return nullptr;
  const auto& type = *method.output_type();
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.field(i)->is_repeated() && type.field(i)->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE)
      return type.field(i);
  }
  return nullptr;
}

void PrintAnswer(const Context& context, const MethodDescriptor& method, const Message& response) {
  const auto* rows_field = RowsOf(method);
  if (rows_field == nullptr) return PrintMessage(context, response);
  const auto& reflection = *response.GetReflection();
  RowPrinter rows(context, PlainColumns(*rows_field->message_type(), context.language()));
  for (int i = 0; i < reflection.FieldSize(response, rows_field); ++i) {
    rows.Row(reflection.GetRepeatedMessage(response, rows_field, i));
  }
  const auto* token = StringField(response, "next_page_token");
  rows.Finish(token == nullptr ? "" : reflection.GetString(response, token));
}

// The text of --json: a file, or standard input for "-".
std::optional<std::string> ReadAll(const std::string& path) {
  std::ostringstream text;
  if (path == "-") {
    text << std::cin.rdbuf();
    return text.str();
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  text << file.rdbuf();
  return text.str();
}

std::optional<Bilingual> FillFromJson(const std::string& text, const std::string& path, Message* request) {
  const auto object = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (object.is_discarded()) return Bilingual{path + " 不是有效的 JSON", path + " is not valid JSON"};
  auto wrong = MergeJson(object, request);
  if (wrong) return Bilingual{absl::StrCat(path, ":", wrong->zh), absl::StrCat(path, ": ", wrong->en)};
  return std::nullopt;
}

int Help(const Context& context, const MethodDescriptor& method) {
  PrintLine(absl::StrCat("casectl ", ServiceWord(*method.service()), " ", Kebab(method.name()),
                         context.Say(" [选项]", " [OPTIONS]")));
  PrintLine("");
  std::string flags = DescribeFlags(*method.input_type());
  absl::StrAppend(&flags, "  --json FILE|-\n");
  std::fputs(flags.c_str(), stdout);
  PrintLine(context.Say(
      "\nTIME:RFC 3339 时间;HEX:十六进制;… 可重复;--json 读取整个请求(- 为标准输入)。\n"
      "request_id 缺省时自动生成;结果未知时会打印,以便安全重试。",
      "\nTIME: RFC 3339; HEX: bytes; … may be repeated; --json reads a whole request (- is standard input).\n"
      "A request_id that is left out is minted, and printed where the outcome is unknown, for a safe repeat."));
  return kDone;
}

int RunStream(Context& context, const MethodDescriptor& method, const std::string& json_path) {
  const auto text = json_path.empty() ? std::nullopt : ReadAll(json_path);
  if (!text) {
    return context.Usage(
        context.Say("流式调用需要 --json FILE|-,每行一个请求", "a stream needs --json FILE|-, one request a line"));
  }
  std::vector<MessagePtr> requests;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    requests.push_back(New(*method.input_type()));
    if (auto wrong = FillFromJson(line, absl::StrCat(json_path, ":", requests.size()), requests.back().get())) {
      return context.Usage(*wrong);
    }
  }
  if (!context.client().Connect(kConnectTimeout)) return context.Report(NoConnection());
  auto client = context.client().Dynamic(kStreamTimeout);
  host::BidiStream stream(&client, host::MethodPath(method));
  // Answers are printed as they come, so that neither side waits for the other.
  std::thread writer([&] {
    for (const auto& request : requests) {
      if (!stream.Write(*request)) return;
    }
    stream.WritesDone();
  });
  const auto response = New(*method.output_type());
  while (stream.Read(response.get())) PrintLine(ToJson(*response));
  writer.join();
  auto failure = stream.Finish();
  return failure ? context.Report({*std::move(failure), true}) : kDone;
}

}  // namespace

int ListMethods(const Context& context, const google::protobuf::ServiceDescriptor& service,
                const std::vector<std::string>& named) {
  const std::string word = ServiceWord(service);
  PrintLine(absl::StrCat("casectl ", word, context.Say(" 方法 [选项]", " METHOD [OPTIONS]"), "\n"));
  for (const auto& name : named) PrintLine("  " + name);
  for (int i = 0; i < service.method_count(); ++i) PrintLine("  " + Kebab(service.method(i)->name()));
  PrintLine(context.Say("\ncasectl " + word + " 方法 --help 列出其全部字段",
                        "\ncasectl " + word + " METHOD --help lists its fields"));
  return kDone;
}

int RunMethod(Context& context, const MethodDescriptor& method, std::vector<std::string> args) {
  std::string json_path;
  std::vector<std::string> flags;
  for (size_t i = 0; i < args.size(); ++i) {
    if (args[i] == "--help" || args[i] == "-h") return Help(context, method);
    if (args[i] == "--json" && i + 1 < args.size()) {
      json_path = args[++i];
    } else if (args[i].rfind("--json=", 0) == 0) {
      json_path = args[i].substr(7);
    } else {
      flags.push_back(args[i]);
    }
  }
  if (method.client_streaming()) return RunStream(context, method, json_path);
  const auto request = New(*method.input_type());
  if (!json_path.empty()) {
    const auto text = ReadAll(json_path);
    if (!text) return context.Usage(context.Say("无法读取 " + json_path, "cannot read " + json_path));
    if (auto wrong = FillFromJson(*text, json_path, request.get())) return context.Usage(*wrong);
  }
  if (auto wrong = ApplyFlags(flags, request.get())) return context.Usage(*wrong);
  const std::string request_id = FillIn(request.get());
  const auto response = New(*method.output_type());
  if (auto failure = context.Call(*request, response.get())) return context.Report(*failure, request_id);
  PrintAnswer(context, method, *response);
  return kDone;
}

}  // namespace casehub::casectl
