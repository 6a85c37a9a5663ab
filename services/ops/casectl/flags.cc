#include "services/ops/casectl/flags.h"

#include <functional>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "services/ops/casectl/catalogue.h"
#include "services/ops/casectl/json.h"

namespace casehub::casectl {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kHelpDepthMax = 4;
constexpr size_t kHelpColumn = 44;

std::string Snake(std::string_view name) {
  std::string snake(name);
  for (char& c : snake) c = c == '-' ? '_' : c;
  return snake;
}

bool IsMessage(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !IsTimestamp(field);
}

// The field a dotted path ends at, and the message it is in.
struct Place {
  Message* message = nullptr;
  const FieldDescriptor* field = nullptr;
};

std::optional<Bilingual> Resolve(const std::string& path, Message* request, Place* place) {
  place->message = request;
  for (size_t from = 0;;) {
    const size_t dot = path.find('.', from);
    const std::string name = Snake(path.substr(from, dot == std::string::npos ? dot : dot - from));
    place->field = place->message->GetDescriptor()->FindFieldByName(name);
    if (place->field == nullptr) {
      const std::string& type = request->GetDescriptor()->name();
      return Bilingual{absl::StrCat("未知选项 --", path, ":", type, " 没有这个字段(--help 列出全部)"),
                       absl::StrCat("unknown option --", path, ": ", type, " has no such field (--help lists them)")};
    }
    if (dot == std::string::npos) return std::nullopt;
    if (!IsMessage(*place->field) || place->field->is_repeated()) {
      return Bilingual{absl::StrCat("选项 --", path, ":", name, " 没有下级字段"),
                       absl::StrCat("option --", path, ": ", name, " has no fields below it")};
    }
    place->message = place->message->GetReflection()->MutableMessage(place->message, place->field);
    from = dot + 1;
  }
}

std::optional<Bilingual> SetMessage(const std::string& path, const Place& place, const std::string& value) {
  const auto& reflection = *place.message->GetReflection();
  Message* message = place.field->is_repeated() ? reflection.AddMessage(place.message, place.field)
                                                : reflection.MutableMessage(place.message, place.field);
  const Descriptor& type = *message->GetDescriptor();
  if (type.name() == "PersonalText" && (value.empty() || value.front() != '{')) {
    return SetFromText(message, *type.FindFieldByName("text"), value, path);
  }
  const auto object = nlohmann::json::parse(value, nullptr, /*allow_exceptions=*/false);
  if (object.is_discarded()) {
    return Bilingual{absl::StrCat("选项 --", path, " 需要 JSON 对象,或用 --", path, ".字段 逐项填写"),
                     absl::StrCat("option --", path, " takes a JSON object, or use --", path, ".FIELD")};
  }
  auto wrong = MergeJson(object, message);
  if (wrong) return Bilingual{absl::StrCat("--", path, ":", wrong->zh), absl::StrCat("--", path, ": ", wrong->en)};
  return std::nullopt;
}

// Every flag of a request: its name, the field it sets, and whether it stands for a text under personal protection.
void EachFlag(const Descriptor& type, const std::string& prefix, int depth,
              const std::function<void(const std::string& name, const FieldDescriptor& field, bool is_text)>& visit) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const std::string name = absl::StrCat(prefix, Kebab(field.name()));
    const bool spelled_out = IsMessage(field) && !field.is_repeated() && depth < kHelpDepthMax;
    if (spelled_out && field.message_type()->name() != "PersonalText") {
      EachFlag(*field.message_type(), name + ".", depth + 1, visit);
    } else {
      visit(name, field, spelled_out);
    }
  }
}

}  // namespace

std::optional<Bilingual> ApplyFlags(const std::vector<std::string>& args, Message* request) {
  for (size_t i = 0; i < args.size(); ++i) {
    const std::string& arg = args[i];
    if (arg.rfind("--", 0) != 0 || arg.size() == 2) {
      return Bilingual{absl::StrCat("多余的参数 \"", arg, "\":请写成 --选项 值"),
                       absl::StrCat("stray argument \"", arg, "\": write --OPTION VALUE")};
    }
    const size_t equals = arg.find('=');
    const std::string path = arg.substr(2, equals == std::string::npos ? equals : equals - 2);
    Place place;
    if (auto wrong = Resolve(path, request, &place)) return wrong;
    std::string value;
    if (equals != std::string::npos) {
      value = arg.substr(equals + 1);
    } else if (place.field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL &&
               (i + 1 == args.size() || (args[i + 1] != "true" && args[i + 1] != "false"))) {
      value = "true";
    } else if (i + 1 < args.size()) {
      value = args[++i];
    } else {
      return Bilingual{absl::StrCat("选项 --", path, " 缺少值"), absl::StrCat("option --", path, " needs a value")};
    }
    auto wrong = IsMessage(*place.field) ? SetMessage(path, place, value)
                                         : SetFromText(place.message, *place.field, value, "--" + path);
    if (wrong) return wrong;
  }
  return std::nullopt;
}

std::string DescribeFlags(const Descriptor& request) {
  std::string text;
  EachFlag(request, "", 0, [&](const std::string& name, const FieldDescriptor& field, bool is_text) {
    std::string line = absl::StrCat("  --", name, " ", is_text ? "TEXT" : TypeWord(field));
    if (field.is_repeated()) {
      if (line.size() < kHelpColumn) line.resize(kHelpColumn, ' ');
      absl::StrAppend(&line, " …");
    }
    absl::StrAppend(&text, line, "\n");
  });
  return text;
}

std::vector<Flag> FlagsOf(const Descriptor& request) {
  std::vector<Flag> flags;
  EachFlag(request, "", 0, [&](const std::string& name, const FieldDescriptor& field, bool) {
    Flag flag{absl::StrCat("--", name), {}, field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL};
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      for (int i = 0; i < field.enum_type()->value_count(); ++i) {
        if (field.enum_type()->value(i)->number() != 0) flag.values.push_back(ShortName(*field.enum_type()->value(i)));
      }
    }
    flags.push_back(std::move(flag));
  });
  return flags;
}

}  // namespace casehub::casectl
