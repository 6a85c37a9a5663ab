#include "services/host/personal.h"

#include "absl/strings/str_cat.h"

namespace casehub::host {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

void Collect(const PersonalPlan& plan, Message* message, const std::string& prefix, PersonalParts* parts);

void CollectOne(const PersonalPlan::Step& step, Message* value, std::string path, PersonalParts* parts) {
  switch (step.what) {
    case PersonalPlan::What::kPerson:
      parts->persons.push_back({static_cast<common::v1::Person*>(value), std::move(path)});
      break;
    case PersonalPlan::What::kText:
      parts->texts.push_back({static_cast<common::v1::PersonalText*>(value), std::move(path)});
      break;
    case PersonalPlan::What::kNested:
      Collect(*step.nested, value, absl::StrCat(path, "."), parts);
      break;
  }
}

void Collect(const PersonalPlan& plan, Message* message, const std::string& prefix, PersonalParts* parts) {
  const auto* reflection = message->GetReflection();
  for (const PersonalPlan::Step& step : plan.steps) {
    if (!step.field->is_repeated()) {
      if (!reflection->HasField(*message, step.field)) continue;
      CollectOne(step, reflection->MutableMessage(message, step.field), absl::StrCat(prefix, step.field->name()),
                 parts);
      continue;
    }
    const int size = reflection->FieldSize(*message, step.field);
    for (int i = 0; i < size; ++i) {
      CollectOne(step, reflection->MutableRepeatedMessage(message, step.field, i),
                 absl::StrCat(prefix, step.field->name(), "[", i, "]"), parts);
    }
  }
}

}  // namespace

const PersonalPlan* PersonalPlans::For(const Descriptor& type) {
  const auto known = plans_.find(&type);
  if (known != plans_.end()) return known->second.get();
  plans_[&type] = nullptr;  // no message here contains its own type; one that did would be searched once
  auto plan = std::make_unique<PersonalPlan>();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    const Descriptor* inner = field->message_type();
    if (inner == nullptr) continue;
    if (inner == common::v1::Person::descriptor()) {
      plan->steps.push_back({field, PersonalPlan::What::kPerson, nullptr});
    } else if (inner == common::v1::PersonalText::descriptor()) {
      plan->steps.push_back({field, PersonalPlan::What::kText, nullptr});
    } else if (const PersonalPlan* nested = For(*inner)) {
      plan->steps.push_back({field, PersonalPlan::What::kNested, nested});
    }
  }
  if (plan->steps.empty()) return nullptr;
  return (plans_[&type] = std::move(plan)).get();
}

PersonalParts CollectPersonal(const PersonalPlan& plan, Message* message) {
  PersonalParts parts;
  Collect(plan, message, "", &parts);
  return parts;
}

}  // namespace casehub::host
