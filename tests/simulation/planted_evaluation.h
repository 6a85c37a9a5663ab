// What is planted in evaluation: one line of its logic each, switched off.
#pragma once

#include "services/runtime/service.h"
#include "tests/simulation/plants.h"

namespace casehub::simulation {

// An event that the fold does not see.
bool IsUnseen(const DomainPlants& plants, const runtime::AppliedRecord& record, size_t event_index);
void AlterEvaluation(const DomainPlants& plants, runtime::Decision* decision);

// Shows reviews as if they were not decided.
class UndecidedReviews : public runtime::StateReader {
 public:
  explicit UndecidedReviews(const runtime::StateReader& inner) : inner_(inner) {}
  std::optional<std::string> Get(std::string_view key) const override;
  void Scan(std::string_view from, std::string_view to,
            const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    inner_.Scan(from, to, visit);
  }
  absl::Status status() const override { return inner_.status(); }

 private:
  const runtime::StateReader& inner_;
};

}  // namespace casehub::simulation
